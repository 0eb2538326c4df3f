"""The optimizers against torch.optim 2.13.0; reference/make_torch.py made the numbers and says how."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.rounding import chaotic, first
from tests.reference.cases import STEPS, load
from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS, roll

VERSION, CASES, ROWS, POSITIONS = load("torch_2_13.npz")
AGREEMENT = 1e-10


def title(case: dict[str, Any]) -> str:
    return " ".join([case["surface"], case["optimizer"], *(f"{k}={v}" for k, v in case["hyperparameters"].items())])


PAIRS = [pytest.param(case, path, id=title(case)) for case, path in zip(CASES, POSITIONS, strict=True)]
NESTEROV = [pair for pair, case in zip(PAIRS, CASES, strict=True) if case["hyperparameters"].get("nesterov")]


def surface_of(case: dict[str, Any]) -> Any:
    return SURFACES[case["surface"]](**case["parameters"])


@pytest.mark.parametrize(("case", "positions"), PAIRS)
def test_path_is_torchs(case: dict[str, Any], positions: np.ndarray) -> None:
    # All 300 steps count, those across the kink of abs_valley too: no path comes so near to it that rounding decides.
    optimizer = OPTIMIZERS[case["optimizer"]](**case["hyperparameters"])
    ours = roll(optimizer, surface_of(case), case["start"], STEPS)
    assert np.abs(ours.positions[0, ROWS] - positions).max() < AGREEMENT


@pytest.mark.parametrize(("case", "positions"), NESTEROV)
def test_textbook_nag_looks_where_torchs_nesterov_stands(case: dict[str, Any], positions: np.ndarray) -> None:
    # torch keeps the point ahead, w + momentum * v, as its parameter.
    given = {key: value for key, value in case["hyperparameters"].items() if key != "nesterov"}
    ours = roll(OPTIMIZERS["nag"](**given), surface_of(case), case["start"], STEPS)
    before = ROWS < STEPS
    assert np.abs(ours.gradient_at[0, ROWS[before]] - positions[before]).max() < AGREEMENT
    velocity = ours.state["momentum_buffer"][0, ROWS]
    assert np.abs(ours.positions[0, ROWS] + given["momentum"] * velocity - positions).max() < AGREEMENT


@pytest.mark.parametrize(("name", "apart"), [pytest.param(name, apart, id=name) for name, apart in chaotic()])
def test_where_rounding_decides_paths_part_as_one_bit_parts_them(name: str, apart: Any) -> None:
    torch, bit = apart
    assert 15 <= first(bit) < len(bit) - 20, "the case is none: a bit is forgotten, or decides at once"
    assert abs(first(torch) - first(bit)) <= 10
    assert torch[: first(bit) // 2].max() < AGREEMENT
    assert first(np.zeros(5)) == 5 and first(np.array([0, 0, 1.0])) == 2


def test_the_references_cover_every_option() -> None:
    assert VERSION.startswith("2.13.0")
    assert ROWS[0] == 0 and ROWS[-1] == STEPS == 300
    assert POSITIONS.shape == (len(CASES), len(ROWS), 2) and np.isfinite(POSITIONS).all()
    assert len({case["surface"] for case in CASES}) >= 3
    for name in {case["optimizer"] for case in CASES}:
        tried = {key for case in CASES if case["optimizer"] == name for key in case["hyperparameters"]}
        shown = set(vars(OPTIMIZERS[name]().hyper())) - ({"momentum", "nesterov"} if name == "momentum" else set())
        assert tried >= shown - {"eps"}, name
