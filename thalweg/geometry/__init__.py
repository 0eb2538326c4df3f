"""Where and when things stand: from the domain to the stage, from steps to seconds. Pure numpy, no GL."""
