"""Noise: its statistics at fixed seeds, what a draw depends on, and that the loss stays the surface's own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.reference.objectives import Cliff, Quadratic
from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS, Optimizer, Trajectory, roll
from thalweg.engine.clip import Clip
from thalweg.engine.noise import CHUNK, NOISES, Noise, Runs
from thalweg.registry import parameter

GAUSSIAN = NOISES["gaussian"](std=0.5)
KINDS: dict[str, Noise] = {
    "gaussian": GAUSSIAN,
    "relative": NOISES["gaussian"](std=0.1, relative=0.5),
    "student_t": NOISES["student_t"](df=2.0),
    "batch": NOISES["batch"](batch=5),
}
each = pytest.mark.parametrize("kind", list(KINDS))
STARTS = np.array([[-1.5, 0.3], [0.2, 1.0], [1.1, -0.4], [-0.3, 0.2], [0.9, 0.9]])


class Flat:
    """A loss of 0: what a step is told is the noise alone."""

    def value(self, points: np.ndarray) -> np.ndarray:
        return np.zeros(points.shape[:-1])

    def gradient(self, points: np.ndarray) -> np.ndarray:
        return np.zeros(points.shape)

    def hessian(self, points: np.ndarray) -> np.ndarray:
        return np.broadcast_to(np.eye(2), (*points.shape, 2))  # whatever divides by it stays where it is


@dataclass(frozen=True)
class Curious(Optimizer):
    """Stays, and asks for two gradients each step; keeps the first."""

    lr: float = parameter(0.1)

    def init(self, points: np.ndarray, hyper: Any) -> dict[str, np.ndarray]:
        return {"first": np.zeros_like(points)}

    def step(self, state: Any, points: np.ndarray, objective: Any, hyper: Any) -> Any:
        first = objective.gradient(points)
        objective.gradient(points + 1.0)
        return {"first": first}, points.copy()


def drawn(noise: Noise, runs: int, steps: int, **where: Any) -> np.ndarray:
    """The noise itself, (runs, steps, 2)."""
    return roll(Curious(), Flat(), np.zeros((runs, 2)), steps, noise=noise, **where).gradient_used


def surface_of(kind: str) -> Any:
    return SURFACES["least_squares"]() if kind == "batch" else SURFACES["himmelblau"]()


def same(one: Trajectory, rows: Any, other: Trajectory) -> bool:
    return all(
        getattr(one, name)[rows].tobytes() == getattr(other, name).tobytes()
        for name in ("positions", "loss", "gradient", "gradient_used", "gradient_at", "last")
    )


def test_gaussian_has_its_mean_spread_and_shape_and_no_memory() -> None:
    noise = drawn(GAUSSIAN, 400, 2 * CHUNK) / 0.5  # 409 600 numbers: 1 / sqrt(n) = 0.0016
    assert abs(noise.mean()) < 0.006
    assert noise.std() == pytest.approx(1, abs=0.005)
    assert (noise**4).mean() == pytest.approx(3, abs=0.06)
    for one, other in (
        (noise[..., 0], noise[..., 1]),
        (noise[:, 1:], noise[:, :-1]),
        (noise[1:], noise[:-1]),
        (noise[:, CHUNK:], noise[:, :CHUNK]),
    ):
        assert abs((one * other).mean()) < 0.01


def test_relative_noise_is_as_long_as_the_gradient_says() -> None:
    points = np.tile([[3.0, 4.0]], (4000, 1))
    path = roll(Curious(), Quadratic(1.0, 1.0), points, 2, noise=NOISES["gaussian"](relative=0.2))
    away = path.state["first"][:, 1:] - points[:, None]
    assert away.std() == pytest.approx(0.2 * 5, rel=0.02)
    assert (path.gradient_used - path.state["first"][:, 1:] - 1).std() == pytest.approx(
        0.2 * (math.hypot(4, 5) - 5), rel=0.02
    ), "the same draw, scaled by the gradient's length at the other point"


def test_heavy_tails_are_students() -> None:
    noise = np.sort(drawn(NOISES["student_t"](df=2.0, scale=0.1), 200, 250).ravel()) / 0.1
    share = (np.arange(len(noise)) + 0.5) / len(noise)
    exact = 0.5 + noise / (2 * np.sqrt(2 + noise**2))  # the distribution function for df 2
    assert np.abs(share - exact).max() < 0.005  # Kolmogorov's distance; 1 / sqrt(n) = 0.0032
    assert np.abs(noise).max() > 100


def test_one_draw_a_step_whatever_is_asked() -> None:
    path = roll(Curious(), Flat(), np.zeros((3, 2)), 20, noise=GAUSSIAN)
    assert path.state["first"][:, 1:].tobytes() == path.gradient_used.tobytes()
    assert len(np.unique(path.gradient_used)) == path.gradient_used.size


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_all_optimizers_meet_the_same_noise(name: str) -> None:
    path = roll(OPTIMIZERS[name](), Flat(), STARTS, 6, noise=NOISES["gaussian"](std=1e-3), seed=5)
    asked = ~np.isnan(path.gradient_used)  # an optimizer may do without gradients
    assert (path.gradient_used == drawn(NOISES["gaussian"](std=1e-3), 5, 6, seed=5))[asked].all()
    assert asked.all() or name not in ("sgd", "nag", "adam")


@each
def test_the_recorded_loss_is_exact_and_the_noise_moves_the_ball(kind: str) -> None:
    surface = surface_of(kind)
    path = roll(OPTIMIZERS["nag"](lr=0.001), surface, STARTS, 40, noise=KINDS[kind])
    assert path.loss.tobytes() == surface.value(path.positions).tobytes()
    assert path.gradient.tobytes() == surface.gradient(path.positions).tobytes()
    assert not np.isclose(path.gradient_used, surface.gradient(path.gradient_at)).all(axis=-1).any()


@each
def test_a_draw_depends_on_seed_start_replica_and_step_alone(kind: str) -> None:
    surface, noise, adam = surface_of(kind), KINDS[kind], OPTIMIZERS["adam"]()
    index, replica = np.array([3, 0, 7, 3, 3]), np.array([0, 0, 1, 2, 1])
    whole = roll(adam, surface, STARTS, CHUNK + 40, noise=noise, seed=9, start_index=index, replica=replica)
    for rows in ([0], [4, 1], [3, 2, 1, 0]):  # alone, in other blocks, in another order
        part = roll(
            adam, surface, STARTS[rows], CHUNK + 40, noise=noise, seed=9, start_index=index[rows], replica=replica[rows]
        )
        assert same(whole, rows, part)
    shorter = roll(adam, surface, STARTS, 50, noise=noise, seed=9, start_index=index, replica=replica)
    assert shorter.positions.tobytes() == whole.positions[:, :51].tobytes(), "a longer run begins the same"


@each
def test_seed_start_and_replica_each_change_the_noise(kind: str) -> None:
    surface, noise, sgd = surface_of(kind), KINDS[kind], OPTIMIZERS["sgd"](lr=0.001)
    paths = [
        roll(sgd, surface, STARTS[:1], 30, noise=noise, **where).gradient_used.tobytes()
        for where in (
            {},
            {"seed": 1},
            {"start_index": [1]},
            {"replica": [1]},
            {"seed": 2**32 - 1, "replica": [2**32 - 1]},
        )
    ]
    assert len(set(paths)) == len(paths)


def test_epochs_show_every_example_once() -> None:
    surface = SURFACES["least_squares"](examples=23)
    runs = Runs(4, np.array([0, 1]), np.array([0, 0]))
    source: Any = NOISES["batch"](batch=5).source(surface, runs, 100)
    orders = []
    for epoch in range(40):
        batches = [source.chosen(5 * epoch + k) for k in range(5)]
        assert [batch.shape for batch in batches] == [(2, 5)] * 4 + [(2, 3)]
        order = np.concatenate(batches, axis=1)
        assert (np.sort(order, axis=1) == np.arange(23)).all()
        orders += [tuple(order[0]), tuple(order[1])]
    assert len(set(orders)) == len(orders)


def test_batches_choose_all_examples_alike() -> None:
    surface = SURFACES["least_squares"](examples=10)
    source: Any = NOISES["batch"](batch=3).source(surface, Runs(0, np.arange(50), np.zeros(50, int)), 400)
    first = np.concatenate([source.chosen(4 * epoch).ravel() for epoch in range(100)])  # 15 000 draws of 10
    assert np.abs(np.bincount(first, minlength=10) / len(first) - 0.1).max() < 0.01


def test_noise_in_a_diverging_run_disturbs_no_other() -> None:
    starts = np.array([[1.0, 1.0], [9.0, 1.0]])
    path = roll(OPTIMIZERS["sgd"](lr=1.0), Cliff(), starts, 30, noise=GAUSSIAN, clip=None)
    alone = roll(OPTIMIZERS["sgd"](lr=1.0), Cliff(), starts[:1], 30, noise=GAUSSIAN)
    assert same(path, [0], alone)


@pytest.mark.parametrize(
    ("clip", "expected"),
    [
        (Clip(norm=1.0), [[3 / (5 + 1e-6), 4 / (5 + 1e-6)], [0.3, -0.4]]),
        (Clip(value=0.35), [[0.35, 0.35], [0.3, -0.35]]),
    ],
)
def test_clipping_is_torchs_and_comes_after_the_noise(clip: Clip, expected: list[list[float]]) -> None:
    assert clip.of(np.array([[3.0, 4.0], [0.3, -0.4]])) == pytest.approx(np.array(expected), rel=1e-15)
    noise = drawn(GAUSSIAN, 3, 20)
    path = roll(Curious(), Flat(), np.zeros((3, 2)), 20, noise=GAUSSIAN, clip=clip)
    assert path.gradient_used.tobytes() == clip.of(noise).tobytes()
    assert not np.array_equal(path.gradient_used, noise)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"noise": NOISES["batch"](batch=3)}, "^batch: this surface is no sum over examples"),
        ({"start_index": [0]}, "^start_index: give a whole number >= 0 for each of the 5 runs"),
        ({"replica": [-1] * 5}, "^replica: "),
        ({"replica": [0.5] * 5}, "^replica: "),
    ],
)
def test_what_cannot_be_rolled_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        roll(OPTIMIZERS["sgd"](), Cliff(), STARTS, 3, **given)


@pytest.mark.parametrize(
    "make",
    [
        lambda: NOISES["gaussian"](std=-1.0),
        lambda: NOISES["student_t"](df=0.0),
        lambda: NOISES["batch"](batch=0),
        lambda: Clip(norm=0.0),
        lambda: Clip(),
        lambda: Clip(norm=1.0, value=1.0),
    ],
)
def test_parameters_out_of_range(make: Any) -> None:
    with pytest.raises(ValueError, match="is out of range|exclude each other|neither"):
        make()
