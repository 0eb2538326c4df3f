"""Processes that draw one film together: this one and its children, which take chunks until none is left.

On Linux a child is forked once manimgl is imported and before this process has a GL context or a second thread, as
neither survives a fork; elsewhere, and when that moment has passed, it is started anew and told what to draw.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from thalweg.stage import boot
from thalweg.stage.chunks import Chunks, Task, chunk_bounds, draw_chunks
from thalweg.stage.errors import MachineError
from thalweg.stage.reel import Reel
from thalweg.system import stop

MOST = 8
PR_SET_PDEATHSIG = 1  # linux/prctl.h
NEW_PROCESS = 4  # chunks in the time that a child needs which is started anew
STOPPING = {getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}


def useful_jobs(frames: int) -> int:
    """How many processes help to draw so many frames here."""
    if multiprocessing.current_process().daemon:  # may not have children
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    chunks = len(chunk_bounds(frames))
    return max(1, min(cores, MOST, chunks if can_fork() else chunks // NEW_PROCESS))


def can_fork() -> bool:
    """Whether a child that is a copy of this process could draw."""
    if not sys.platform.startswith("linux") or threading.active_count() > 1:
        return False
    pyglet = sys.modules.get("pyglet.gl")
    return boot.shared_context.cache_info().currsize == 0 and getattr(pyglet, "current_context", None) is None


class ChildTraceback(Exception):
    """The traceback of a child, shown above the one of the error it is the cause of."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


class Crew:
    """`with Crew(task, jobs) as crew:` before anything of this film is staged here; then `stage` and `draw`.

    Leaving the block ends every child, whatever happened.
    """

    def __init__(self, task: Task, jobs: int) -> None:
        self.task, self.jobs = task, jobs
        self.children: dict[Connection, multiprocessing.process.BaseProcess] = {}
        self.busy: set[Connection] = set()

    def __enter__(self) -> Crew:
        if self.jobs > 1:
            try:
                self._start()
            except BaseException:
                self.end()
                raise
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def _start(self) -> None:
        context: Any = multiprocessing.get_context("fork" if can_fork() else "spawn")
        with held_signals(), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # about numpy's threads, which start anew in a child
            for _ in range(self.jobs - 1):
                ours, theirs = context.Pipe()
                child = context.Process(target=attend, args=(theirs, self.task, os.getpid()), daemon=True)
                child.start()
                theirs.close()
                self.children[ours] = child

    def end(self) -> None:
        """Kill the children; they have nothing to put in order."""
        for child in self.children.values():
            child.kill()
        for line, child in self.children.items():
            child.join()
            line.close()
        self.children = {}

    def stage(self) -> Reel:
        """The film, staged in this process."""
        return staged(self.task) if self.jobs > 1 else self.task.stage()

    def draw(self, reel: Reel, folder: Path, progress: Callable[[int, int], None] | None) -> Chunks:
        """Draw the film into chunks in the folder, beside those that are there; `progress(done, total)` counts the
        frames of all processes.

        Raises what went wrong in any process, and MachineError for a child that was killed; no child is left then.
        """
        chunks = Chunks(folder, reel.frames, self.task.suffix)
        self.count, self.total, self.progress = 0, reel.frames, progress
        self._drawn(chunks.finished())
        try:
            for line in self.children:
                with suppress(BrokenPipeError):  # it has ended; why stands on the line
                    line.send((folder, reel.frames))
            self.busy = set(self.children)
            draw_chunks(reel, chunks, self.task, lambda: self._drawn(1))
            while self.busy:
                self._listen(1.0)
        except BaseException:
            self.end()
            raise
        return chunks

    def _drawn(self, frames: int) -> None:
        stop.check()
        self.count += frames
        if frames and self.progress is not None:
            self.progress(self.count, self.total)
        self._listen(0)

    def _listen(self, seconds: float) -> None:
        """Hear what the children say, waiting for it so long."""
        ready: list[Any] = wait(list(self.busy), seconds) if self.busy else []
        for line in ready:
            try:
                said = line.recv()
            except (EOFError, OSError):
                child = self.children[line]
                child.join()
                raise MachineError(
                    f"a drawing process was ended from outside (exit code {child.exitcode}); "
                    "if memory is short, draw with --jobs 1"
                ) from None
            if said is None:
                self.busy.remove(line)
            elif isinstance(said, int):
                self.count += said
                if self.progress is not None:
                    self.progress(self.count, self.total)
            else:
                error, text = said
                if not isinstance(error, MachineError | OSError):  # whose words are enough
                    error.__cause__ = ChildTraceback(text)
                raise error


def attend(line: Connection, task: Task, parent: int) -> None:
    """What a child does: draw chunks into the folder it is told, saying so frame by frame; None when all is done."""
    follow(parent)
    try:
        reel = staged(task)
        folder, frames = line.recv()
        draw_chunks(reel, Chunks(folder, frames, task.suffix), task, lambda: line.send(1))
        line.send(None)
    except (EOFError, BrokenPipeError):  # the parent has ended
        os._exit(1)
    except BaseException as error:
        text = traceback.format_exc()
        try:
            line.send((error, text))
        except Exception:  # an error that cannot be sent
            line.send((RuntimeError(repr(error)), text))


def follow(parent: int) -> None:
    """Leave interrupts to the parent, and end when it ends."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


@contextmanager
def held_signals() -> Iterator[None]:
    """No signal gets at a child before it has said what signals mean to it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def staged(task: Task) -> Reel:
    """The film, in a process among several: software GL then draws in this one's own thread."""
    given = os.environ.get("LP_NUM_THREADS")
    os.environ.setdefault("LP_NUM_THREADS", "0")
    try:
        return task.stage()
    finally:
        if given is None:
            del os.environ["LP_NUM_THREADS"]
