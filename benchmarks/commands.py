"""Seconds from the shell's return key to the answer, for the commands that draw nothing and for a crowd of balls.

    .venv/bin/python -m benchmarks.commands [CONFIG]

The promise: --help under 0.5 s, --check and a csv under 2 s; of 100,000 balls a csv and a picture under 10 s. Whole
processes, the median of five after one warm-up (of a crowd one alone). Also the seconds of processor time, which say
more on a machine that others use too, and the largest memory of a process.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
CROWD = """surface: bowl
start: {random: 100000, seed: 1}
steps: 10
optimizers: [sgd]
"""


class Took(NamedTuple):
    """Seconds on the clock and of processor time, and the peak memory in MB."""

    wall: float
    busy: float
    memory: float


def measured(arguments: list[str]) -> Took:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, str(ROOT / "render.py"), *arguments], cwd=ROOT, check=True, capture_output=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(wall, busy, after.ru_maxrss / 1024)  # the largest of all so far: the greedy ones come last


def main() -> None:
    config = sys.argv[1] if len(sys.argv) > 1 else "boss_fight"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "crowd.yaml").write_text(CROWD, encoding="utf-8")
        crowd, csv, png = (str(place / name) for name in ("crowd.yaml", "x.csv", "x.png"))
        for arguments, promise, runs in (
            (["--help"], 0.5, RUNS), ([config, "--check"], 2.0, RUNS), ([config, "-o", csv], 2.0, RUNS),
            ([crowd, "-o", csv], 10.0, 1), ([crowd, "-o", png, "--resolution", "1280x720"], 10.0, 1),
        ):  # fmt: skip
            took = [measured(arguments) for _ in range(runs + 1)][1:]
            wall, busy, memory = (statistics.median(part) for part in zip(*took, strict=True))
            shown = " ".join(Path(word).name if word.startswith(folder) else word for word in arguments)
            print(
                f"render.py {shown:44} {wall:6.2f} s   promised {promise:4g} s   "
                f"processor {busy:6.2f} s   memory {memory:5.0f} MB"
            )


if __name__ == "__main__":
    main()
