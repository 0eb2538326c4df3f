"""What can go wrong on the machine's side while drawing; each message is one line that says how to mend it."""

from __future__ import annotations

import sys
from typing import NoReturn


class MachineError(Exception):
    """The machine cannot draw: no GL driver, no display for a window, a missing codec."""


def leave(*lines: str) -> NoReturn:
    """Ends manimgl's own command with exit code 2."""
    print(*lines, sep="\n", file=sys.stderr)
    raise SystemExit(2)
