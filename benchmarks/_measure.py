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
    """`wall` and `cpu` in seconds, `peak` resident bytes of the process and all below it (None off Linux), `others`:
    processor cores that were busy with something else meanwhile (0 where that is not known).
    """

    wall: float
    cpu: float
    peak: int | None
    others: float
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
    (milliseconds a frame); `start` is the seconds that remain for no frame at all; `others` as in Ran.
    """

    rate: float
    cpu: float
    start: float
    frames: tuple[int, int]
    others: float


def run(command: Sequence[str | Path], env: Mapping[str, str] | None = None, limit: float = 3600) -> Ran:
    """Run to the end; raises Failed with the last line it said when it fails or takes more than `limit` seconds."""
    told = tempfile.TemporaryFile()
    started, before = time.perf_counter(), busy_seconds()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=told,
        stderr=subprocess.STDOUT,
        start_new_session=True,
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
    wall, cpu = time.perf_counter() - started, usage.ru_utime + usage.ru_stime
    others = max(busy_seconds() - before - cpu, 0) / wall
    told.seek(0)
    output = told.read().decode(errors="replace")
    told.close()
    if process.returncode:
        lines = [line for line in output.splitlines() if line.strip()] or ["it said nothing"]
        raise Failed(f"exit {process.returncode} after {wall:.0f} s: {lines[-1].strip()[:160]}")
    return Ran(wall, cpu, peak, others, output)


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


def busy_seconds() -> float:
    """Seconds that the machine's cores have been busy, all together, whoever kept them so (0 off Linux)."""
    try:
        ticks = [int(tick) for tick in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except (OSError, ValueError):
        return 0.0
    user, nice, system, _, _, *interrupts = ticks
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def speed(short: Film, long: Film) -> Speed:
    """Raises Failed where the difference makes no sense, as on a machine that others keep busy."""
    more = long.frames - short.frames
    if more <= 0:
        raise Failed(f"films of {short.frames} and {long.frames} frames tell nothing")
    each = (long.ran.wall - short.ran.wall) / more
    start = short.ran.wall - each * short.frames
    if each <= 0 or start <= 0:
        raise Failed(
            f"{short.frames} frames took {short.ran.wall:.1f} s and {long.frames} took {long.ran.wall:.1f} s: "
            "the machine is too busy to tell"
        )
    cpu = (long.ran.cpu - short.ran.cpu) / more
    return Speed(1 / each, 1000 * cpu, start, (short.frames, long.frames), max(short.ran.others, long.ran.others))


def machine() -> dict[str, str]:
    """The machine in words: processor, cores, and what draws."""
    words = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.split(":", 1)[1].strip() for line in words.splitlines() if line.startswith("model name")]
    from thalweg.stage import boot

    boot.ensure()
    context = boot.shared_context()
    return {
        "processor": models[0] if models else "not named here",
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "GL_RENDERER": context.info["GL_RENDERER"],
        "GL_VERSION": context.info["GL_VERSION"],
    }
