"""The door: python render.py CONFIG... is the command `thalweg`, in a clone."""

from thalweg.cli import run

if __name__ == "__main__":
    run()
