"""python -m thalweg CONFIG... is the command `thalweg`."""

from thalweg.cli import run

if __name__ == "__main__":
    run()
