"""Shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# The same examples each time: a test that fails today fails tomorrow, and on the next machine.
settings.register_profile("thalweg", deadline=None, derandomize=True)
settings.load_profile("thalweg")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def display():
    """A virtual display of the module's own."""
    from tools.window_driver import Display

    made = Display()
    yield made
    made.close()


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command line in an empty folder: exit code, lines of standard output, lines of standard error."""
    from thalweg.cli import main as cli

    monkeypatch.chdir(tmp_path)

    def run_line(*arguments):
        code = cli.main(arguments)
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return run_line
