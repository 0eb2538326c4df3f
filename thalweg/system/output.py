"""Output files that are whole or absent: written to a hidden temporary beside their place, moved there at the end."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from thalweg.system.durable import put

MOST_BYTES = 200  # of a name, in that of its temporary
_IN_THE_WAY = {errno.ENAMETOOLONG: "is too long for a path", errno.ELOOP: "is a link that leads in circles"}


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Gives the temporary's path; what is written there takes `path`'s place when the block ends without exception.

    Missing folders are made. On any exception, an interrupt included, the temporary is removed, and so are the folders
    that were made. Temporaries that killed processes left for this path are removed at the start. Raises OSError.
    """
    target = Path(os.path.realpath(path))  # a link stays, the file it leads to is replaced
    _fits(target)
    made = _make_folders(target.parent)
    part = target.with_name(f".{_stem(target)}.{os.getpid()}.part{target.suffix}")
    done = False
    try:
        _remove_stale(target)
        yield part
        _fits(target)  # what is there may have come meanwhile
        put(part, target)
        done = True
    finally:
        if not done:
            with suppress(OSError):
                part.unlink()
            for folder in reversed(made):
                with suppress(OSError):  # somebody else put something there meanwhile
                    folder.rmdir()


def _fits(target: Path) -> None:
    if what := unfit(target):
        raise FileExistsError(errno.EEXIST, what, str(target))


def _stem(target: Path) -> str:
    """The name without its extension, short enough to have more put to it: 255 bytes are the most there are."""
    return os.fsdecode(os.fsencode(target.stem)[:MOST_BYTES])


def unfit(path: Path) -> str:
    """What stands at the path, links followed, if it must not be replaced; empty for a file or nothing."""
    try:
        mode = path.stat().st_mode
    except OSError as error:  # the rest says so when it is written
        return _IN_THE_WAY.get(error.errno or 0, "")
    if stat.S_ISDIR(mode):
        return "is a folder"
    return "" if stat.S_ISREG(mode) else "is a device, pipe or socket, not a file"


def _make_folders(folder: Path) -> list[Path]:
    """Makes what is missing, outermost first; returns what it made."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    made = []
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        made.append(each)
    return made


def _remove_stale(target: Path) -> None:
    pattern = re.compile(rf"\.{re.escape(_stem(target))}\.(\d+)\.part{re.escape(target.suffix)}")
    try:
        names = list(target.parent.iterdir())
    except PermissionError:  # a folder that may be written but not read
        return
    for each in names:
        found = pattern.fullmatch(each.name)
        if found and not _alive(int(found[1])):
            with suppress(OSError):
                each.unlink()


def _alive(process: int) -> bool:
    """Whether another process of that number runs; our own number on an old file is a coincidence."""
    if process == os.getpid():
        return False
    if os.name == "nt":  # os.kill would end it; a file in use cannot be removed there anyway
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def cure_of(error: OSError) -> str:
    """What to do where a file cannot be written."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG):
        return "make room, or give another -o"
    if error.errno == errno.ENOENT:
        return "its folder went away; start again"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return "allow more of them (ulimit -n), or draw with --jobs 1"
    return "give another -o"
