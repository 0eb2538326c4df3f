"""Where the chunks of a film are kept while it is drawn, so that `--resume` can go on with a film that was cut off.

One folder a film under XDG_CACHE_HOME/thalweg (~/.cache/thalweg), named by a hash of everything the pictures depend
on. It is removed when the film is done; what cut-off films left is bounded, the least recently used going first. Where
there is no such place, or no room in it, chunks lie in a temporary folder or beside the film.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from thalweg.film.shot import Film
from thalweg.registry import ELSEWHERE, HERE, home, sources
from thalweg.system.folders import cache_root
from thalweg.version import VERSION

if TYPE_CHECKING:
    from thalweg.engine import Trajectory

LIMIT = 5 * 10**9  # bytes
CODE = (HERE, home("optimizers"), home("scenes"), home("surfaces"))
LIBRARIES = ("av", "manimgl", "matplotlib", "moderngl", "numpy", "pillow")
LOCK, PART = "lock", ".part"


def film_key(film: Film, rolled: Sequence[Sequence[Trajectory]], *details: object) -> str:
    """A name for what a film shows: its configs, its numbers, the code that draws it, and `details` of the output."""
    digest = hashlib.sha256()
    words: list[object] = [VERSION, code_hash(), *details, [repr(each) for each in film.transitions]]
    words += [metadata.version(library) for library in LIBRARIES]
    for shot in film.shots:
        words += [shot.name, shot.resolved, shot.surface.expression if shot.surface else None]
    digest.update(json.dumps(words, sort_keys=True, default=str).encode())
    for trajectory in (one for trajectories in rolled for one in trajectories):
        feed(digest, trajectory)
    return digest.hexdigest()[:32]


def code_hash() -> str:
    """A hash of the sources and shaders, those of the plugins that were run among them."""
    digest = hashlib.sha256()
    for place in (*CODE, *(place for _, place in sorted(ELSEWHERE.places.items()))):
        for file in filter(Path.is_file, sources(place)):
            name = f"{place.name}/{file.relative_to(place).as_posix()}"
            digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def feed(digest: hashlib._Hash, thing: object) -> None:
    """Put a trajectory's arrays, and whatever else it holds, into a hash."""
    if isinstance(thing, np.ndarray):
        digest.update(f"{thing.dtype}{thing.shape}".encode() + np.ascontiguousarray(thing).tobytes())
    elif isinstance(thing, dict):
        for name in sorted(thing):
            digest.update(name.encode())
            feed(digest, thing[name])
    elif is_dataclass(thing):
        for field in fields(thing):
            feed(digest, getattr(thing, field.name))
    else:
        digest.update(repr(thing).encode())


def cache_folder() -> Path:
    """Raises FileNotFoundError where there is no home."""
    root = cache_root()
    if root is None:
        raise FileNotFoundError(errno.ENOENT, "there is no home folder")
    return root / "thalweg"


@contextmanager
def kept(key: str, resume: bool, needed: int = 0, beside: Path | None = None) -> Iterator[Path]:
    """A folder for the chunks of the film of that key; with `resume` it has those of an earlier, cut-off run.

    Done, the folder goes; cut off, finished chunks stay. Where the cache cannot be used or has no room for the `needed`
    bytes, or another process is at the same film, it is a temporary folder, at worst in `beside`, from which nothing is
    resumed. Raises OSError where there is no place at all.
    """
    try:
        folder, lock = claim(cache_folder() / key, needed)
    except OSError as error:
        if resume:
            reason = f"the cache cannot be used ({error.strerror or error})"
            print(f"--resume: {reason}; the whole film is drawn", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix=".thalweg", dir=roomy(needed, beside)) as temporary:
            yield Path(temporary)
        return
    done = False
    try:
        clear(folder, everything=not resume)
        prune(folder.parent)
        yield folder
        done = True
    finally:
        with suppress(OSError):  # somebody removed it
            clear(folder, everything=done)
            leave_nothing(folder)
        os.close(lock)
        prune(folder.parent)


def roomy(needed: int, beside: Path | None) -> Path | None:
    """The first of the temporary folder and `beside` that can be written and has room, else the one with more room."""
    places = [beside] if beside is not None else []
    with suppress(OSError):
        places.insert(0, Path(tempfile.gettempdir()))
    places = [place for place in places if os.access(place, os.W_OK)]
    enough = [place for place in places if room(place) >= needed]
    return next(iter(enough), max(places, key=room, default=None))


def room(folder: Path) -> int:
    """Bytes that may still be written there."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def claim(folder: Path, needed: int = 0) -> tuple[Path, int]:
    """Make the folder and hold it for this process; raises OSError where that cannot be, or where there is no room."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if held(lock) or not os.path.samestat(os.fstat(lock), os.stat(folder / LOCK)):
            raise BlockingIOError(11, "the same film is being drawn")
        os.utime(folder / LOCK)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"room")
        there = sum(file.lstat().st_size for file in folder.iterdir())
        if room(folder) + there < needed:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        if not isinstance(error, BlockingIOError):
            leave_nothing(folder)
        os.close(lock)
        raise
    return folder, lock


def leave_nothing(folder: Path) -> None:
    """Remove a folder that has no chunks; while it is still held, so that nobody else is in it."""
    with suppress(OSError):
        if [file.name for file in folder.iterdir()] == [LOCK]:
            shutil.rmtree(folder)


def held(lock: int) -> bool:
    """Whether another process holds this lock; if none does, we do from now on, until it is closed or we end."""
    try:
        import fcntl
    except ImportError:  # no such locks there; two runs of one film at once are the user's affair
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def clear(folder: Path, everything: bool) -> None:
    """Remove chunks that were not finished, or all."""
    for file in folder.iterdir():
        if file.name != LOCK and (everything or PART in file.suffixes):
            remove(file)


def remove(file: Path) -> None:
    """Remove whatever is there by that name, where that can be."""
    with suppress(OSError):
        if file.is_dir() and not file.is_symlink():
            shutil.rmtree(file)
        else:
            file.unlink()


def prune(root: Path) -> None:
    """Remove chunks, those of the least recently used films first, until what is kept is within the limit.

    Films that are being drawn keep theirs.
    """
    films = []
    with suppress(OSError):
        for folder in root.iterdir():
            with suppress(OSError):
                chunks = [(file.lstat().st_size, file) for file in sorted(folder.iterdir()) if file.name != LOCK]
                films.append(((folder / LOCK).stat().st_mtime, folder, chunks))
    total = sum(size for _, _, chunks in films for size, _ in chunks)
    for _, folder, chunks in sorted(films):
        with suppress(OSError):
            lock = os.open(folder / LOCK, os.O_RDWR)
            try:
                if held(lock):
                    continue
                while chunks and total > LIMIT:
                    size, file = chunks.pop()
                    remove(file)
                    total -= size
                if not chunks:
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
