"""Standard streams that bear whatever they are: closed, full, or of an encoding that lacks what is to be said."""
from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any


class Unfailing(io.FileIO):
    """A file that takes what it can: messages that nobody can read any more must not end what they speak of."""

    def write(self, data: Any, /) -> int:
        count = memoryview(data).nbytes
        try:
            return super().write(data) or count
        except OSError:
            return count


def settle() -> None:
    """To be called by a process of its own, before it opens any file: one opened while a standard stream is closed
    takes that stream's number, and what is printed would go into it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            taken = os.open(os.devnull, os.O_RDWR)
            if taken != number:
                os.dup2(taken, number)
                os.close(taken)
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)
    encoding = {number: getattr(stream, "encoding", None) or "utf-8"
                for number, stream in ((1, sys.stdout), (2, sys.stderr))}
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
    with suppress(AttributeError, ValueError):     # not a stream of Python's own
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with suppress(OSError):
        sys.stderr = io.TextIOWrapper(io.BufferedWriter(Unfailing(2, "w", closefd=False)), encoding=encoding[2],
                                      errors="backslashreplace", line_buffering=True)
