"""What this machine can hold: memory for the trajectories, disk for the data."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROW_BYTES = 144  # of memory, for a ball and a step: positions, loss, gradients, and a copy of them
STATE_BYTES = 40  # of inner state, for a ball: t and two moments
BALL_BYTES = 4000  # of memory, for a ball that is drawn: the mobjects and strings around it
RUN_BYTES = 1000  # of memory, for a ball that is data alone
DISK_BYTES = {".csv": 130, ".json": 420, ".npz": 160}  # for a ball and a step, on the generous side
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory_needed(balls: int, steps: int, state: int = STATE_BYTES, ball: int = BALL_BYTES) -> int:
    """Bytes that rolling takes at its peak: `steps` that are kept besides the start, `state` bytes of inner state."""
    return balls * (ball + state + (ROW_BYTES + 2 * state) * (steps + 1))


def memory_free() -> int | None:
    """Bytes this process may still take; None where the system does not say."""
    limits = [_available(), _address_space(), *map(_number, LIMITS)]
    known = [limit for limit in limits if limit is not None]
    return min(known) if known else None


def disk_free(path: Path) -> int | None:
    """Bytes free where `path`, or the nearest folder above it that exists, lies."""
    folder = path.absolute()
    while not os.path.isdir(folder) and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def size(count: float) -> str:
    """Bytes in words: '1.2 GB'."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if count < 1000 or unit == "TB":
            return f"{count:.3g} {unit}" if count < 1000 else f"{count:,.0f} {unit}"
        count /= 1000
    return ""


def _available() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith("kB")}
        return 1024 * kilobytes["MemAvailable"]
    except (OSError, ValueError, KeyError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _address_space() -> int | None:
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        return None if limit == resource.RLIM_INFINITY else limit
    except (ImportError, OSError):
        return None


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text(encoding="ascii"))
    except (OSError, ValueError):  # no such limit, or the word "max"
        return None
