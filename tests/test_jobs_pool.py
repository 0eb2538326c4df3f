"""The processes that draw together, with a stand-in for the film: what they say, how they end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from thalweg.stage import pool
from thalweg.stage.chunks import Chunks, Task
from thalweg.stage.errors import MachineError
from thalweg.stage.pool import Crew, useful_jobs

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks")
FRAMES, SIZE = 240, (32, 16)
PARENT = os.getpid()


class Grey:
    """A reel of frames of one grey each, drawn by nobody."""

    frames, pixels = FRAMES, SIZE

    def __init__(self, pause: float) -> None:
        self.pause = pause

    def draw(self, index: int, into: np.ndarray) -> np.ndarray:
        time.sleep(self.pause)
        into[:] = index % 256
        return into


@dataclass(frozen=True)
class Faulty(Task):
    """`fault` is raised in a child, in its first chunk; a number is the signal that ends it instead."""

    fault: object = None
    staging: bool = False

    def stage(self) -> Grey:
        self.fail(self.staging)
        return Grey(0.001 if self.fault is None else 0.01)  # so that a child has time to fail

    def fail(self, now: bool) -> None:
        if now and self.fault is not None and os.getpid() != PARENT:
            if isinstance(self.fault, int):
                os.kill(os.getpid(), self.fault)
            raise self.fault


def task(fault: object = None, staging: bool = False) -> Faulty:
    opaque = SimpleNamespace(video=SimpleNamespace(transparent=False))
    made = Faulty(opaque, [], 30, ".mp4", lambda index, rgba: made.fail(index % 60 > 3), fault, staging)
    return made


@pytest.fixture(autouse=True)
def forking(monkeypatch):
    """The stand-in needs no GL, so whatever other tests made in this process is no danger here."""
    monkeypatch.setattr(pool, "can_fork", lambda: True)


def film(folder: Path, jobs: int, task: Task, progress=None) -> Chunks:
    with Crew(task, jobs) as crew:
        return crew.draw(crew.stage(), folder, progress)


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_frames_of_all_are_counted(jobs, tmp_path):
    told = []
    chunks = film(tmp_path, jobs, task(), lambda done, total: told.append((done, total)))
    assert told == [(done, FRAMES) for done in range(1, FRAMES + 1)]
    assert all(file.exists() for file, _ in chunks.files()) and len(list(tmp_path.glob("*.mp4"))) == 4
    assert multiprocessing.active_children() == []


def test_what_is_there_is_counted_at_once_and_not_drawn(tmp_path):
    told, chunks = [], Chunks(tmp_path, FRAMES, ".mp4")
    for number in (0, 1, 3):
        chunks.place(number).touch()
    film(tmp_path, 2, task(), lambda done, total: told.append(done))
    assert told == [180, *range(181, 241)]
    assert [file.stat().st_size > 0 for file, _ in chunks.files()] == [False, False, True, False]


def a_link(file: Path) -> None:
    """To a place outside that has the very same content now."""
    elsewhere = file.parent.with_name(f"{file.parent.name}.mp4")
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


def a_folder(file: Path) -> None:
    file.unlink(missing_ok=True)
    (file / "in it").mkdir(parents=True)


def of_another_film(file: Path) -> None:
    from thalweg.stage.writer import FilmWriter

    file.unlink()
    with FilmWriter(file, (64, 48), 30) as other:
        for _ in range(60):
            other.add(np.zeros((48, 64, 4), "u1"))


DAMAGED = {
    "empty": lambda file: file.write_bytes(b""),
    "garbage": lambda file: file.write_bytes(b"not a film" * 99),
    "truncated": lambda file: file.write_bytes(file.read_bytes()[:-200]),
    "one bit": lambda file: file.write_bytes(file.read_bytes()[:-99] + b"\xff" + file.read_bytes()[-98:]),
    "a folder": a_folder,
    "a pipe": lambda file: (file.unlink(), os.mkfifo(file)),
    "a link": a_link,
    "another size": of_another_film,
    "no checksum": lambda file: file.with_suffix(".sum").unlink(),
    "a checksum that is a pipe": lambda file: (file.with_suffix(".sum").unlink(), os.mkfifo(file.with_suffix(".sum"))),
    "a half chunk that is a folder": lambda file: (file.unlink(), a_folder(file.with_suffix(".part.mp4"))),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=list(DAMAGED))
def test_a_kept_chunk_that_is_not_as_it_was_finished_is_drawn_again(damage, tmp_path):
    chunks = film(tmp_path, 1, task())
    first = {file: file.read_bytes() for file, _ in chunks.files()}
    damage(chunks.place(1))
    told, again = [], Chunks(tmp_path, FRAMES, ".mp4")
    again.trust()
    film(tmp_path, 1, task(), lambda done, total: told.append(done))
    assert told[0] == 180 and told[-1] == FRAMES
    assert {file: file.read_bytes() for file, _ in chunks.files()} == first
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        f"{number:05}{suffix}" for number in range(4) for suffix in (".mp4", ".sum")
    ]


def test_a_chunk_and_the_folder_are_on_the_disk_before_it_counts(tmp_path, monkeypatch):
    done, flushed = [], os.fsync

    def fsync(place: int) -> None:
        done.append(("flushed", Path(os.readlink(f"/proc/self/fd/{place}")).name))
        flushed(place)

    def replace(part, place, move=os.replace) -> None:
        done.append(("moved", Path(place).name))
        move(part, place)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    chunks = Chunks(tmp_path, 60, ".mp4")
    chunks.part(0).write_bytes(b"a film")
    chunks.finish(0)
    assert done == [
        ("flushed", "00000.part.sum"),
        ("moved", "00000.sum"),
        ("flushed", tmp_path.name),
        ("flushed", "00000.part.mp4"),
        ("moved", "00000.mp4"),
        ("flushed", tmp_path.name),
    ]


class Odd(Exception):
    """An error that cannot be sent to another process."""

    def __reduce__(self):
        raise TypeError("stays here")


@pytest.mark.parametrize("staging", [True, False])
@pytest.mark.parametrize(("fault", "kind", "words", "traced"), [
    (ValueError("a fault of ours"), ValueError, "^a fault of ours$", True),
    (Odd("a fault of ours"), RuntimeError, "a fault of ours", True),
    (MachineError("no driver"), MachineError, "^no driver$", False),
    (OSError(28, "No space left on device"), OSError, "No space left on device", False),
    (signal.SIGKILL, MachineError, r"^a drawing process was ended from outside \(exit code -9\); if memory is", False),
])  # fmt: skip
def test_what_goes_wrong_in_a_child_ends_the_film(fault, kind, words, traced, staging, tmp_path):
    with pytest.raises(kind, match=words) as caught:
        film(tmp_path, 3, task(fault, staging))
    cause = caught.value.__cause__
    assert (isinstance(cause, pool.ChildTraceback) and "in fail" in str(cause)) == traced
    assert multiprocessing.active_children() == []


def test_an_error_of_the_disk_names_the_folder_once(tmp_path):
    with pytest.raises(OSError, match="No space") as caught:
        film(tmp_path, 2, task(OSError(28, "No space left on device")))
    assert caught.value.strerror == f"No space left on device ({tmp_path})"


def test_an_interrupt_ends_the_children(tmp_path):
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        film(tmp_path, 3, task(), interrupt)
    assert multiprocessing.active_children() == []


def test_how_many_processes_help(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(16)))
    assert [useful_jobs(frames) for frames in (1, 60, 120, 240, 450, 10**6)] == [1, 1, 2, 4, 8, 8]
    monkeypatch.setattr(pool, "can_fork", lambda: False)
    assert [useful_jobs(frames) for frames in (1, 240, 480, 10**6)] == [1, 1, 2, 8]
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {3})
    assert useful_jobs(10**6) == 1
