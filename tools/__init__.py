"""What is run beside Thalweg: the installer, and hands on the live window."""
