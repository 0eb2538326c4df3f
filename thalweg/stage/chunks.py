"""A film in chunks: each is drawn and encoded into a file of its own, by whichever process takes it.

Where chunks begin depends on the film's length alone, and every chunk is encoded alike, so that a film drawn by any
number of processes, at once or in two goes, is the same film.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.film.shot import Film
from thalweg.stage.cache import LOCK, PART, remove
from thalweg.stage.drawable import Pixels
from thalweg.stage.join import chunk_suffix
from thalweg.stage.reel import Reel
from thalweg.stage.writer import FilmWriter, Line
from thalweg.system.durable import put

if TYPE_CHECKING:
    from thalweg.engine import Trajectory

LENGTH = 60  # frames, about
SUM = ".sum"
PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
OnFrame = Callable[[int, Pixels], None]


def chunk_bounds(frames: int) -> list[tuple[int, int]]:
    """First frame and the one after the last of every chunk; lengths differ by one at most.

    Longer films have a multiple of 4 chunks, so that 2 or 4 processes end together.
    """
    count = max(1, round(frames / LENGTH))
    if count > 2:
        count = 4 * max(1, round(frames / (4 * LENGTH)))
    return [(frames * k // count, frames * (k + 1) // count) for k in range(count)]


@dataclass(frozen=True)
class Task:
    """What a process must know to draw any frame of the film. `on_frame(index, rgba)` sees each frame as it is handed
    to the encoder, in the process that draws it.
    """

    film: Film
    rolled: Sequence[Sequence[Trajectory]]
    fps: int
    suffix: str
    on_frame: OnFrame | None = None

    def stage(self) -> Reel:
        return Reel(self.film, self.rolled, self.fps)


class Chunks:
    """The chunks of one film, finished or to be drawn, in a folder that several processes share."""

    def __init__(self, folder: Path, frames: int, suffix: str) -> None:
        self.folder, self.suffix = folder, chunk_suffix(suffix)
        self.bounds = chunk_bounds(frames)

    def place(self, number: int) -> Path:
        return self.folder / f"{number:05}{self.suffix}"

    def part(self, number: int) -> Path:
        return self.folder / f"{number:05}{PART}{self.suffix}"

    def sum(self, number: int) -> Path:
        """Where a chunk's checksum is kept."""
        return self.folder / f"{number:05}{SUM}"

    def trust(self) -> None:
        """Of what an earlier run left, keep the chunks that are on the disk as they were finished; remove all else."""
        whole = {
            file
            for number in range(len(self.bounds))
            if self._is_whole(number)
            for file in (self.place(number), self.sum(number))
        }
        for file in self.folder.iterdir():
            if file not in whole and file.name != LOCK:
                remove(file)

    def _is_whole(self, number: int) -> bool:
        try:
            return self.sum(number).is_file() and self.sum(number).read_text("ascii") == checksum(self.place(number))
        except (OSError, ValueError):
            return False

    def finished(self) -> int:
        """How many frames are in chunks that are there already."""
        return sum(stop - start for number, (start, stop) in enumerate(self.bounds) if self.place(number).exists())

    def files(self) -> list[tuple[Path, int]]:
        """Every chunk with its number of frames, in order."""
        return [(self.place(number), stop - start) for number, (start, stop) in enumerate(self.bounds)]

    def take(self) -> Iterator[int]:
        """Numbers of chunks for the caller to draw; nobody else is given them."""
        for number in range(len(self.bounds)):
            if not self.place(number).exists() and self._claim(number):
                yield number

    def _claim(self, number: int) -> bool:
        try:
            os.close(os.open(self.part(number), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        if self.place(number).exists():  # finished by another process between two looks
            self.part(number).unlink()
            return False
        return True

    def finish(self, number: int) -> None:
        """A chunk counts from here on; its checksum is there before it."""
        part = self.sum(number).with_name(f"{number:05}{PART}{SUM}")
        part.write_text(checksum(self.part(number)), "ascii")
        put(part, self.sum(number))
        put(self.part(number), self.place(number))


def checksum(file: Path) -> str:
    """Of a plain file's content. Raises OSError for anything else: a link, a folder, a pipe that nobody writes to."""
    with open(os.open(file, os.O_RDONLY | PLAIN), "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise OSError(errno.EINVAL, "is not a plain file", str(file))
        return hashlib.file_digest(opened, "sha256").hexdigest()


def draw_chunks(reel: Reel, chunks: Chunks, task: Task, drawn: Callable[[], None]) -> None:
    """Draw and encode chunks until none is left to take; `drawn()` is called after each frame.

    Raises MachineError for a codec this machine lacks, and OSError, which names the folder, from the disk.
    """
    line = Line(reel.pixels)
    try:
        for number in chunks.take():
            draw_chunk(reel, chunks, number, line, task, drawn)
        line.close()
    except BaseException as error:
        line.abandon(error)
        if isinstance(error, OSError) and error.strerror and str(chunks.folder) not in error.strerror:
            raise OSError(error.errno, f"{error.strerror} ({chunks.folder})") from error
        raise


def draw_chunk(reel: Reel, chunks: Chunks, number: int, line: Line, task: Task, drawn: Callable[[], None]) -> None:
    transparent = task.film.video.transparent
    # one thread in the codec, as x264 writes other bytes for each number of threads
    film = FilmWriter(chunks.part(number), reel.pixels, task.fps, chunks.suffix, transparent, line=line, threads=1)
    for index in range(*chunks.bounds[number]):
        rgba = reel.draw(index, film.lend())
        if task.on_frame is not None:
            task.on_frame(index, rgba)
        film.add(rgba)
        drawn()
    film.close()
    line.do(chunks.finish, number)
