"""The optimizers against optax, pytorch_optimizer and schedulefree, the letter of their papers, and by properties.

reference/make_optax.py, make_pytorch_optimizer.py and make_schedulefree.py made the numbers and say how; torch is in
test_optimizers_torch.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from tests.reference.cases import ROWS, STEPS, load
from tests.reference.objectives import Cliff, Quadratic
from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS, SCHEDULES, roll

AGREEMENT, DISTANCE = 1e-10, 1e-6
START, STARTS = np.array([1.3, -0.7]), np.array([[1.3, -0.7], [-2.0, 0.4], [0.01, 3.0]])
each = pytest.mark.parametrize("name", list(OPTIMIZERS))
scale_free = pytest.mark.parametrize("name", [name for name in OPTIMIZERS if OPTIMIZERS[name].scale_free])

FILES = {
    "optax": "optax_0_2_8.npz",
    "pytorch_optimizer": "pytorch_optimizer_4_1.npz",
    "schedulefree": "schedulefree_1_4_1.npz",
}
STORED = [
    (library, case, path)
    for library, file in FILES.items()
    for case, path in zip(load(file)[1], load(file)[3], strict=True)
]


def pairs(agrees: bool) -> list[Any]:
    return [
        pytest.param(
            case,
            path,
            id=" ".join(
                [library, case["surface"], case["optimizer"], *(f"{k}={v}" for k, v in case["hyperparameters"].items())]
            ),
        )
        for library, case, path in STORED
        if case["agrees"] is agrees
    ]


def ours(case: dict[str, Any]) -> np.ndarray:
    surface = SURFACES[case["surface"]](**case["parameters"])
    given = {key: value for key, value in case["hyperparameters"].items() if key != "warmup_steps"}
    rise = case["hyperparameters"].get("warmup_steps")  # (k + 1) / rise of lr at step k
    schedule = {"lr": SCHEDULES["linear"](start_factor=1 / rise, total_iters=rise - 1)} if rise else None
    path = roll(OPTIMIZERS[case["optimizer"]](**given), surface, case["start"], STEPS, schedule=schedule)
    return path.positions[0, ROWS]


@pytest.mark.parametrize(("case", "positions"), pairs(True))
def test_path_is_the_librarys(case: dict[str, Any], positions: np.ndarray) -> None:
    assert np.abs(ours(case) - positions).max() < AGREEMENT


@pytest.mark.parametrize(("case", "positions"), pairs(False))
def test_path_is_another_where_the_docstring_says_so(case: dict[str, Any], positions: np.ndarray) -> None:
    assert np.abs(ours(case) - positions).max() > DISTANCE
    assert "optax" in (OPTIMIZERS[case["optimizer"]].__doc__ or "").split("Where libraries differ:")[1]


def test_the_references_are_of_the_versions_named() -> None:
    assert [load(file)[0] for file in FILES.values()] == ["0.2.8", "4.1.0", "1.4.1"]
    assert all((load(file)[2] == ROWS).all() for file in FILES.values())
    assert all(np.isfinite(path).all() and path.shape == (len(ROWS), 2) for _, _, path in STORED)


@scale_free
@pytest.mark.parametrize("surface", ["himmelblau", "bowl"])
def test_the_scale_of_f_does_not_matter_to_the_bit(name: str, surface: str) -> None:
    class Scaled:
        """The surface times a power of two, which rounds nothing."""

        def value(self, points: np.ndarray) -> Any:
            return 1024 * shape.value(points)

        def gradient(self, points: np.ndarray) -> Any:
            return 1024 * shape.gradient(points)

        def hessian(self, points: np.ndarray) -> Any:
            return 1024 * shape.hessian(points)

    shape, member = SURFACES[surface](), OPTIMIZERS[name]
    zero = {
        entry.name: 0.0
        for entry in fields(member)
        if entry.name in ("eps", "weight_decay", "initial_accumulator_value")
    }
    plain, scaled = (roll(member(**zero), what, STARTS, 60) for what in (shape, Scaled()))
    assert plain.positions.tobytes() == scaled.positions.tobytes()
    assert plain.positions[:, -1].tobytes() != plain.positions[:, 0].tobytes()


@pytest.mark.parametrize("name", ["sgd", "momentum", "nag", "radam", "gradient_flow"])
def test_the_scale_of_f_matters_to_the_others(name: str) -> None:
    assert not OPTIMIZERS[name].scale_free
    one, two = (roll(OPTIMIZERS[name](lr=0.01), Quadratic(c, 2 * c), START, 20).positions for c in (1.0, 2.0))
    assert np.abs(one - two).max() > 1e-3


class Moved:
    """Cliff plus a constant, or somewhere else."""

    def __init__(self, by: float = 0.0, up: float = 0.0) -> None:
        self.by, self.up, self.shape = by, up, Cliff()

    def value(self, points: np.ndarray) -> Any:
        return self.shape.value(points - self.by) + self.up

    def gradient(self, points: np.ndarray) -> Any:
        return self.shape.gradient(points - self.by)

    def hessian(self, points: np.ndarray) -> Any:
        return self.shape.hessian(points - self.by)


@each
def test_a_constant_added_to_f_changes_no_bit(name: str) -> None:
    if OPTIMIZERS[name].steered_by_loss:
        pytest.skip("f itself, not its slopes alone, decides where it goes")
    one, two = (roll(OPTIMIZERS[name](), Moved(up=up), STARTS, 40) for up in (0.0, 100.0))
    assert one.positions.tobytes() == two.positions.tobytes()


@each
def test_it_does_not_matter_where_the_origin_is(name: str) -> None:
    member = OPTIMIZERS[name]
    off = {entry.name: 0.0 for entry in fields(member) if entry.name == "weight_decay"}
    one = roll(member(**off), Moved(), STARTS, 15).positions
    two = roll(member(**off), Moved(by=0.25), STARTS + 0.25, 15).positions
    near = np.logical_and.accumulate((np.abs(one) < 10).all(axis=-1), axis=1)  # as long as a run does not diverge
    assert near[:, 1].any() and np.allclose(one[near], two[near] - 0.25, rtol=0, atol=1e-7)


def test_adadelta_goes_down_though_slowly() -> None:
    path = roll(OPTIMIZERS["adadelta"](), SURFACES["bowl"](), SURFACES["bowl"]().start, STEPS)
    assert (np.diff(path.loss[0]) < 0).all() and path.loss[0, -1] < path.loss[0, 0] / 4
