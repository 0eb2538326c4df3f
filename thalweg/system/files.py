"""Reading the files that a config names: regular ones only, never more than a limit, never waiting."""

from __future__ import annotations

import os
import stat
from pathlib import Path

PIECE = 1 << 20


class NotRegular(ValueError):
    """A folder, device, pipe or socket, or a file that says it is regular and waits for more, as /proc/kmsg does."""


class TooLarge(ValueError):
    """A file with more bytes than the limit."""


def read_bounded(path: Path, limit: int) -> bytes:
    """The whole content of a regular file of at most `limit` bytes, counted as they are read, not as the file claims.

    Raises NotRegular, TooLarge, and OSError where it cannot be read. Neither opening nor reading waits for a writer.
    """
    if not stat.S_ISREG(path.stat().st_mode):  # before it is opened: to open a device may do something
        raise NotRegular("is not a regular file")
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    pieces, count = [], 0
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotRegular("is not a regular file")
        while count <= limit and (piece := os.read(handle, min(PIECE, limit + 1 - count))):
            pieces.append(piece)
            count += len(piece)
    except BlockingIOError:
        raise NotRegular("is not a regular file: it waits for more") from None
    finally:
        os.close(handle)
    if count > limit:
        raise TooLarge(f"has more than {limit:,} bytes")
    return b"".join(pieces)
