"""One command as a whole process tree: wall time, CPU time, peak memory; and what two films of two lengths tell."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EVERY = 0.05  # seconds between two looks at the memory
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class Failed(Exception):
    """A command that did not do what it should; the message is one line."""


@dataclass(frozen=True)
class Ran:
    """`wall` and `cpu` in seconds, `peak` resident bytes of the process and all below it (None off Linux)."""

    wall: float
    cpu: float
    peak: int | None
    output: str


@dataclass(frozen=True)
class Film:
    """A film that was made, and what making it took."""

    frames: int
    ran: Ran
    path: Path


@dataclass(frozen=True)
class Speed:
    """From a short and a long film: what is the same in both (start-up) drops out of `rate` (frames/s) and `cpu`
    (milliseconds a frame); `start` is the seconds that remain for no frame at all.
    """

    rate: float
    cpu: float
    start: float
    frames: tuple[int, int]


def run(command: Sequence[str | Path], env: Mapping[str, str] | None = None, limit: float = 3600) -> Ran:
    """Run to the end; raises Failed with the last line it said when it fails or takes more than `limit` seconds."""
    told = tempfile.TemporaryFile()
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], cwd=ROOT, env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.STDOUT, start_new_session=True,
    )
    watch = Watch(process.pid)
    timer = threading.Timer(limit, _end, [process.pid])
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        _end(process.pid)
        raise
    finally:
        timer.cancel()
        peak = watch.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    told.seek(0)
    output = told.read().decode(errors="replace")
    told.close()
    if process.returncode:
        lines = [line for line in output.splitlines() if line.strip()] or ["it said nothing"]
        raise Failed(f"exit {process.returncode} after {wall:.0f} s: {lines[-1].strip()[:160]}")
    return Ran(wall, usage.ru_utime + usage.ru_stime, peak, output)


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Watch:
    """Looks at the memory of a process and of all below it until it is stopped."""

    def __init__(self, pid: int) -> None:
        self.pid, self.peak, self.over = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        while not self.over.wait(EVERY):
            self.peak = max(self.peak, sum(resident(pid) for pid in family(self.pid)))

    def stop(self) -> int | None:
        self.over.set()
        self.thread.join()
        return self.peak or None


def family(pid: int) -> list[int]:
    """A process and all below it, as far as /proc tells."""
    found, ahead = [], [pid]
    while ahead:
        one = ahead.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                ahead += [int(child) for child in task.read_text().split()]
            except OSError:  # it ended while we looked
                continue
    return found


def resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def frames_in(path: Path) -> int:
    """Frames of a film, counted, not read from its header."""
    import av

    with av.open(str(path)) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)


def speed(short: Film, long: Film) -> Speed:
    more = long.frames - short.frames
    if more <= 0:
        raise Failed(f"films of {short.frames} and {long.frames} frames tell nothing")
    each = max(long.ran.wall - short.ran.wall, 1e-9) / more
    cpu = (long.ran.cpu - short.ran.cpu) / more
    return Speed(1 / each, 1000 * cpu, short.ran.wall - each * short.frames, (short.frames, long.frames))


def machine() -> dict[str, str]:
    """The machine in words: processor, cores, and what draws."""
    words = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.split(":", 1)[1].strip() for line in words.splitlines() if line.startswith("model name")]
    from scenes.stage import boot

    boot.ensure()
    context = boot.shared_context()
    return {
        "processor": models[0] if models else "not named here",
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "GL_RENDERER": context.info["GL_RENDERER"],
        "GL_VERSION": context.info["GL_VERSION"],
    }
