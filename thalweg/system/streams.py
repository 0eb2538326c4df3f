"""Standard streams that bear whatever they are: closed, full, or of an encoding that lacks what is to be said."""

from __future__ import annotations

import io
import os
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any

BREAKING = {"Cc", "Cs", "Zl", "Zp"}  # categories of characters that end a line, steer a terminal or are none


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
    encoding = {
        number: getattr(stream, "encoding", None) or "utf-8" for number, stream in ((1, sys.stdout), (2, sys.stderr))
    }
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
    with suppress(AttributeError, ValueError):  # not a stream of Python's own
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with suppress(OSError):
        sys.stderr = io.TextIOWrapper(
            io.BufferedWriter(Unfailing(2, "w", closefd=False)),
            encoding=encoding[2],
            errors="backslashreplace",
            line_buffering=True,
        )


def say_path(path: Path) -> OSError | None:
    """Print a path on standard output, a line; returns why that cannot be, once: from then on nothing is said there."""
    try:
        print(path_line(path), flush=True)
    except OSError as error:
        silence()
        return error
    return None


def silence() -> None:
    """What is printed on standard output from here on goes nowhere."""
    with suppress(OSError, ValueError, AttributeError):  # not a stream of the system's
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def path_line(path: Path) -> str:
    """The path as one line, whatever stands in its name: escaped are control characters and bytes that are no text."""
    return "".join(_escaped(char) if unicodedata.category(char) in BREAKING else char for char in str(path))


def _escaped(char: str) -> str:
    return f"\\x{ord(char) - 0xDC00:02x}" if "\udc80" <= char <= "\udcff" else char.encode("unicode_escape").decode()
