"""Moves the same swarms with everyone in turn, in one run, and prints how many steps of a ball each makes in a second.

    .venv/bin/python -m benchmarks.optimizers [--quick] [--full] [--write] [--torch PYTHON] [--optax PYTHON]

Adam, lr 0.05, on bowl_with_two_holes, float64, from random starts to the final positions, which must agree to 1e-8.
torch.optim has the swarm as one batched parameter; optax is compiled with jax.jit over lax.scan. The first call of each
size, with all that is made for it (a formula, compiled loops), is told apart from those after it. Gradient flow is held
against scipy's solve_ivp. The peers' environments are made from peers.txt unless a Python that has them is given.
Rounds go to and fro, so that drift shows; a figure is the best of them.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._measure import Failed
from benchmarks._peers import ready
from benchmarks._report import table
from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS, roll
from thalweg.engine.compiled import fused as _fused
from thalweg.engine.cores import cores

OURS, TORCH, OPTAX = "Thalweg", "torch.optim", "optax, compiled"
SCRIPTS = {TORCH: "torch_swarm", OPTAX: "optax_swarm"}
STEPS = {1: 300, 1000: 300, 100_000: 300, 512 * 512: 300, 1_000_000: 60}  # balls -> steps
GOALS = {(1, TORCH): 3.0, (512 * 512, TORCH): 3.0, (512 * 512, OPTAX): 1.0}  # times as fast, at least
NEAR = 1e-8
RESULTS = Path(__file__).with_name("NUMERICS.md")
Mover = Callable[[Any, int], tuple[float, Any]]  # starts, steps -> seconds, ends


class Peer:
    """Another library's process, which is asked for one swarm after the other."""

    def __init__(self, name: str, python: str | None, folder: Path) -> None:
        script = Path(__file__).with_name("swarm_peers") / f"{SCRIPTS[name]}.py"
        self.folder, self.errors = folder, (folder / f"{SCRIPTS[name]}.txt").open("w+")
        self.process = subprocess.Popen(
            [python or ready(SCRIPTS[name]), script, str(cores())],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )

    def move(self, starts: Any, steps: int) -> tuple[float, Any]:
        assert self.process.stdin and self.process.stdout
        np.save(self.folder / "starts.npy", starts)
        asked = {"starts": str(self.folder / "starts.npy"), "steps": steps, "ends": str(self.folder / "ends.npy")}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        seconds, saved = self.process.stdout.readline(), self.process.stdout.readline()
        if not saved:
            self.errors.seek(0)
            raise Failed((self.errors.read().strip().splitlines() or ["it said nothing"])[-1][:160])
        return float(seconds), np.load(self.folder / "ends.npy")

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.errors.close()


@lru_cache(1)
def fresh(balls: int, steps: int) -> Any:
    """The surface, as if no call had been before."""
    _fused.compiled.cache_clear()
    return SURFACES["bowl_with_two_holes"]()


def ours(starts: Any, steps: int) -> tuple[float, Any]:
    begun = time.perf_counter()
    path = roll(OPTIMIZERS["adam"](lr=0.05), fresh(len(starts), steps), starts, steps, record="last")
    return time.perf_counter() - begun, path.positions[:, -1]


def measured(
    movers: dict[str, Mover], balls: int, steps: int, rounds: int
) -> tuple[dict[str, float], dict[str, float], float]:
    """Seconds of everyone's first call, of the best of the rounds after it, and the largest distance between ends."""
    starts = np.random.default_rng(0).uniform(-3, 3, (balls, 2))
    first, best, ends = {}, dict.fromkeys(movers, np.inf), {}
    for turn in range(rounds + 1):
        for name in list(movers)[:: -1 if turn % 2 else 1]:
            seconds, ends[name] = movers[name](starts, steps)
            if turn:
                best[name] = min(best[name], seconds)
            else:
                first[name] = seconds
    apart = max((float(np.abs(each - ends[OURS]).max()) for each in ends.values()), default=0.0)
    return first, best, apart


def flow(rounds: int) -> str:
    """Gradient flow for 3 balls, one unit of time in 10 steps, against solve_ivp over each span at one go."""
    from scipy.integrate import solve_ivp  # type: ignore[import-untyped]

    surface, starts = SURFACES["bowl_with_two_holes"](), np.array([[-2.2, 1.6], [1.5, 0.3], [0.4, -0.6]])
    times: dict[str, list[float]] = {OURS: [], "scipy": []}
    for _ in range(rounds):
        begun = time.perf_counter()
        path = roll(OPTIMIZERS["gradient_flow"](lr=0.1), surface, starts, 10)
        times[OURS].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        ends = [
            solve_ivp(
                lambda _, point: -surface.gradient(point),
                (0, 1.0),
                start,
                method="LSODA",
                t_eval=np.linspace(0, 1, 11),
                rtol=1e-12,
                atol=1e-14,
            ).y.T
            for start in starts
        ]
        times["scipy"].append(time.perf_counter() - begun)
    apart = float(np.abs(np.array(ends) - path.positions).max())
    return (
        f"gradient_flow, 3 balls, 10 steps: {1000 * min(times[OURS]):.1f} ms; solve_ivp at one go "
        f"{1000 * min(times['scipy']):.1f} ms; largest distance {apart:.1e}"
    )


def page(movers: dict[str, Mover], sizes: dict[int, int], rounds: int) -> str:
    rows, lines = [], []
    for balls, steps in sizes.items():
        first, best, apart = measured(movers, balls, steps, rounds)
        rates = {name: balls * steps / seconds for name, seconds in best.items()}
        rows.append(
            [
                f"{balls:,}",
                str(steps),
                *(f"{rates[name]:.3g}" for name in movers),
                *(f"{rates[OURS] / rates[name]:.2f}" for name in movers if name != OURS),
                *(f"{first[name]:.2f}, {best[name]:.3f}" for name in movers),
                f"{apart:.1e}",
            ]
        )
        print(*rows[-1], file=sys.stderr, flush=True)
        if apart > NEAR:
            lines.append(f"{balls:,} balls: the ends are {apart:.1e} apart, more than {NEAR:g}")
        for name in movers:
            if goal := GOALS.get((balls, name)):
                ratio = rates[OURS] / rates[name]
                lines.append(
                    f"{balls:,} balls: {ratio:.2f} times as fast as {name} (goal at least {goal:g}: "
                    f"{'met' if ratio >= goal else 'missed'})"
                )
    head = [
        "balls",
        "steps",
        *(f"{name}, ball-steps/s" for name in movers),
        *(f"times {name}" for name in movers if name != OURS),
        *(f"{name}, s: first call, then" for name in movers),
        "ends apart",
    ]
    return "\n".join([table(head, rows), "", *lines, flow(rounds)])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.optimizers", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="1, 1000 and 512 x 512 balls, two rounds after the first")
    parser.add_argument("--full", action="store_true", help="300 steps for a million balls too (torch takes minutes)")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} too")
    parser.add_argument("--torch", metavar="PYTHON", help="one that has torch")
    parser.add_argument("--optax", metavar="PYTHON", help="one that has optax and jax")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    sizes = {
        balls: 300 if given.full else steps
        for balls, steps in STEPS.items()
        if not given.quick or balls in (1, 1000, 512 * 512)
    }
    movers: dict[str, Mover] = {OURS: ours}
    with tempfile.TemporaryDirectory(prefix="thalweg-bench-") as folder:
        peers = []
        try:
            for name, python in ((TORCH, given.torch), (OPTAX, given.optax)):
                try:
                    peers.append(Peer(name, python, Path(folder)))
                    movers[name] = peers[-1].move
                except Failed as error:
                    print(f"{name}: {error}", file=sys.stderr)
            head = (
                f"# Swarms\n\n{date.today()}, {platform.machine()}, {cores()} cores, Python "
                f"{platform.python_version()}, numpy {np.__version__}; `make bench-numerics` makes this page.\n"
            )
            text = f"{head}\n{page(movers, sizes, 2 if given.quick else 4)}\n"
        finally:
            for peer in peers:
                peer.end()
    print(text)
    if given.write:
        RESULTS.write_text(text, encoding="utf-8")
        print(RESULTS)


if __name__ == "__main__":
    main()
