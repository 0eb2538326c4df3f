"""The command line: what is made, where to, how far it is, and every word that it says."""

from __future__ import annotations

from typing import NoReturn


def run() -> NoReturn:
    """The command as a process of its own."""
    from thalweg.system import stop

    stop.at_once()  # the imports below take a moment
    from thalweg.cli.main import run

    run()
