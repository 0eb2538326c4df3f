"""What the makers of reference numbers share with the tests that read them.

A file holds `version` (the library's), `rows` (the steps that are kept: the first twenty and then every tenth to the
300th; an error made in between shows in all later rows), `cases` (JSON: a list of {optimizer, hyperparameters,
surface, parameters, start}, named as in the YAML, and `agrees`: whether the library's rule is ours) and `positions`
(cases, rows, 2).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

STEPS = 300
ROWS = np.array([*range(21), *range(30, STEPS + 1, 10)])
HERE = Path(__file__).parent

# parameters, start, and a factor for the lr of rules whose steps grow with the gradient
SURFACES: dict[str, tuple[dict[str, float], list[float], float]] = {
    "bowl_with_two_holes": ({}, [-0.53, 1.61], 1.0),
    "abs_valley": ({"a": 0.3}, [-1.37, 1.618], 1.0),
    "rosenbrock": ({}, [-1.21, 0.97], 0.005),
    "himmelblau": ({}, [-0.31, -0.87], 0.05),
}


def case(name: str, given: dict[str, Any], surface: str, scales: bool, agrees: bool = True) -> dict[str, Any]:
    """One case; `scales` says that lr means a share of the gradient."""
    parameters, start, factor = SURFACES[surface]
    hyperparameters = {key: value for key, value in given.items() if key != "not_on"}
    hyperparameters["lr"] *= factor if scales else 1
    return {
        "optimizer": name,
        "hyperparameters": hyperparameters,
        "surface": surface,
        "parameters": parameters,
        "start": start,
        "agrees": agrees,
    }


def save(file: str, version: str, cases: list[dict[str, Any]], positions: list[np.ndarray]) -> None:
    """positions: for each case all (STEPS + 1, 2)."""
    bad = [made for made, path in zip(cases, positions, strict=True) if not np.isfinite(path).all()]
    assert not bad, f"diverged, choose another lr: {bad}"
    np.savez_compressed(
        HERE / file,
        version=np.array(version),
        rows=ROWS,
        cases=np.array(json.dumps(cases)),
        positions=np.array(positions)[:, ROWS],
    )


def load(file: str) -> tuple[str, list[dict[str, Any]], np.ndarray, np.ndarray]:
    """version, cases, rows (n,) and positions (cases, n, 2)."""
    with np.load(HERE / file, allow_pickle=False) as stored:
        return str(stored["version"]), json.loads(str(stored["cases"])), stored["rows"], stored["positions"]
