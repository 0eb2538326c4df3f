"""What the machine demands: signals, streams, disks, memory, folders. Knows nothing of optimization."""
