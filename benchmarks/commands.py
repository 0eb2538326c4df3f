"""Seconds from the shell's return key to the answer, for the commands that draw nothing.

    .venv/bin/python -m benchmarks.commands [CONFIG]

The promise: --help under 0.5 s, --check and a csv under 2 s. Whole processes, the median of five after one warm-up.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5


def seconds(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, str(ROOT / "render.py"), *arguments], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    config = sys.argv[1] if len(sys.argv) > 1 else "boss_fight"
    with tempfile.TemporaryDirectory() as folder:
        csv = str(Path(folder) / "x.csv")
        for arguments, promise in ((["--help"], 0.5), ([config, "--check"], 2.0), ([config, "-o", csv], 2.0)):
            took = [seconds(arguments) for _ in range(RUNS + 1)][1:]
            shown = " ".join("x.csv" if word == csv else word for word in arguments)
            print(f"render.py {shown:24} {statistics.median(took):5.2f} s   promised {promise:g} s")


if __name__ == "__main__":
    main()
