"""What else moves swarms: each file runs in the environment of its own that peers.txt pins."""
