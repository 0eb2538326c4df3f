"""Where other packages may keep what they keep: nowhere, when there is no home that can be written (containers, service
users, a full disk). They then say so on streams that are not theirs, or do not start.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

LEAST = 2 * 10**6  # bytes that a folder must have room for


class NoFolder(Exception):
    """There is no place at all for temporary files."""


def cache_root() -> Path | None:
    """The user's folder for caches; None where there is no home."""
    return _root("XDG_CACHE_HOME", ".cache")


def usable(folder: Path | None) -> bool:
    """Whether the folder is there or can be made, takes files and has some room."""
    if folder is None:
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.access(folder, os.W_OK | os.X_OK) and shutil.disk_usage(folder).free > LEAST
    except OSError:
        return False


@lru_cache(1)
def settle_matplotlib() -> None:
    """To be called before matplotlib is imported: where its own folders cannot be used it gets one for this process.

    Raises NoFolder, in one line, where none at all can be written.
    """
    if "matplotlib" in sys.modules or sys.platform == "win32":  # there it finds one
        return
    given = os.environ.get("MPLCONFIGDIR")
    if given:
        folders: list[Path | None] = [Path(given)]
    elif sys.platform.startswith(("linux", "freebsd")):
        roots = _root("XDG_CONFIG_HOME", ".config"), cache_root()
        folders = [root and root / "matplotlib" for root in roots]
    else:
        home = _home()
        folders = [home and home / ".matplotlib"]
    if not all(usable(folder) for folder in folders):
        os.environ["MPLCONFIGDIR"] = _temporary()


def _temporary() -> str:
    """A folder that goes when this process ends; children of a fork share it."""
    folder = ""
    for place in (None, "/dev/shm"):
        with suppress(OSError):
            folder = folder or tempfile.mkdtemp(prefix="thalweg-", dir=place)
    if not folder:
        raise NoFolder("no folder for temporary files can be written here; set TMPDIR to one that can")
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def _home() -> Path | None:
    """The user's home; None where it is not named or not there: one that root would have to make is nobody's."""
    with suppress(RuntimeError, OSError):  # a user without an entry, and no HOME; a folder not to be looked at
        home = Path.home()
        return home if home.is_dir() else None
    return None


def _root(variable: str, name: str) -> Path | None:
    given = os.environ.get(variable, "")
    if os.path.isabs(given):
        return Path(given)
    home = _home()
    return home and home / name
