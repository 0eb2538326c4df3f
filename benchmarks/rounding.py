"""How far the optimizers are from torch.optim, and how far one bit carries: what 'until rounding decides' means.

    .venv/bin/python -m benchmarks.rounding

For every stored path of torch.optim (tests/reference) the largest distance of ours from it, over all steps, stands
beside the distance of ours from ours with the last bit of the start's x changed. torch itself is not needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS, roll

REFERENCE = Path(__file__).resolve().parents[1] / "tests" / "reference"
DECIDED = 1e-6  # apart by more than this, paths go ways of their own
Apart = tuple[np.ndarray, np.ndarray]


def apart(case: dict[str, Any], rows: np.ndarray, positions: np.ndarray) -> Apart:
    """At the rows (n,) of the stored path, positions (n, 2): distance from torch, and from the run one bit beside."""
    surface, steps = SURFACES[case["surface"]](**case.get("parameters", {})), int(rows[-1])
    optimizer = OPTIMIZERS[case["optimizer"]](**case["hyperparameters"])
    x, y = case["start"]
    ours, beside = (
        roll(optimizer, surface, start, steps).positions[0, rows] for start in ([x, y], [np.nextafter(x, np.inf), y])
    )
    return np.abs(ours - positions).max(axis=1), np.abs(ours - beside).max(axis=1)


def ordinary() -> Iterator[tuple[str, Apart]]:
    """The paths that the tests hold to 1e-10."""
    with np.load(REFERENCE / "torch_2_13.npz", allow_pickle=False) as stored:
        cases, rows, positions = json.loads(str(stored["cases"])), stored["rows"], stored["positions"]
    for case, path in zip(cases, positions, strict=True):
        yield f"{case['optimizer']} on {case['surface']}", apart(case, rows, path)


def chaotic() -> Iterator[tuple[str, Apart]]:
    """Paths of long steps over many holes."""
    for case in json.loads((REFERENCE / "torch_chaos_2_13.json").read_text("utf-8"))["cases"]:
        positions = np.array(case["positions"])
        given = ", ".join(f"{key} {value}" for key, value in case["hyperparameters"].items())
        yield f"{case['optimizer']} on {case['surface']}, {given}", apart(case, np.arange(len(positions)), positions)


def first(distance: np.ndarray) -> int:
    """The first step at which two paths are apart by more than DECIDED; the length where they never are."""
    far = np.flatnonzero(distance > DECIDED)
    return int(far[0]) if len(far) else len(distance)


def main() -> None:
    largest = [(name, torch.max(), bit.max()) for name, (torch, bit) in ordinary()]
    name, distance, _ = max(largest, key=lambda each: each[1])
    print(
        f"{len(largest)} paths: at most {distance:.1e} from torch.optim ({name}); "
        f"one bit of the start carries at most {max(bit for *_, bit in largest):.1e}"
    )
    for name, (torch, bit) in chaotic():
        print(
            f"{name}: {DECIDED:g} from torch.optim after {first(torch)} steps, "
            f"from itself with one bit changed after {first(bit)}"
        )


if __name__ == "__main__":
    main()
