"""Files that are on the disk, not only on their way to it, before they count as made."""

from __future__ import annotations

import errno
import os
from pathlib import Path

CANNOT = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EROFS}  # a pipe, or a file system that does not know how


def flush(path: Path) -> None:
    """Have the system write a file's content, or a folder's list of names, to the disk. Raises OSError where it fails,
    not where the file system knows no such thing.
    """
    if path.is_dir():
        if os.name == "nt":  # folders are not opened there
            return
        how = os.O_RDONLY
    else:
        how = os.O_RDWR  # Windows flushes only what may be written
    try:
        place = os.open(path, how)
    except PermissionError:
        if how == os.O_RDONLY:  # a folder that may be written but not read
            return
        raise
    try:
        os.fsync(place)
    except OSError as error:
        if error.errno not in CANNOT:
            raise
    finally:
        os.close(place)


def put(part: Path, place: Path) -> None:
    """Move a finished file to its place, so that after a power cut there is the old one or the new one, whole."""
    flush(part)
    os.replace(part, place)
    flush(place.parent)
