"""Rolling: what is recorded, purity, batches, sweeps, divergence; every member is tried."""

from __future__ import annotations

import copy
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.objectives import Cliff, Quadratic
from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS, Trajectory, roll
from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter

each = pytest.mark.parametrize("name", list(OPTIMIZERS))
points = st.lists(st.tuples(*[st.floats(-4, 4, allow_subnormal=False)] * 2), min_size=1, max_size=5)
STARTS = np.array([[1.3, -0.7], [-2.0, 0.4], [0.01, 3.0]])


def arrays(path: Trajectory) -> dict[str, np.ndarray]:
    plain = {entry.name: getattr(path, entry.name) for entry in fields(path)}
    return {
        **{f"state.{key}": rows for key, rows in plain.pop("state").items()},
        **{key: rows for key, rows in plain.items() if isinstance(rows, np.ndarray)},
    }


def assert_rows_are(batch: Trajectory, run: int, alone: Trajectory) -> None:
    one, many = arrays(alone), arrays(batch)
    assert one.keys() == many.keys()
    for key, rows in many.items():
        assert rows[run].tobytes() == one[key][0].tobytes(), key


@each
def test_records_everything_in_its_shape(name: str) -> None:
    surface, optimizer = Quadratic(1.0, 5.0), OPTIMIZERS[name]()
    path = roll(optimizer, surface, STARTS, 20)
    assert path.optimizer == name and path.positions.shape == (3, 21, 2) and path.loss.shape == (3, 21)
    assert path.gradient.shape == (3, 21, 2) and path.gradient_used.shape == path.gradient_at.shape == (3, 20, 2)
    assert all(rows.shape[:2] == (3, 21) and rows.dtype == np.float64 for rows in path.state.values())
    assert (path.start == STARTS).all() and (path.positions[:, 0] == STARTS).all()
    assert path.status.tolist() == ["ok"] * 3 and path.last.tolist() == [20] * 3
    assert path.loss.tobytes() == surface.value(path.positions).tobytes()
    assert path.gradient.tobytes() == surface.gradient(path.positions).tobytes()
    assert path.gradient_used.tobytes() == surface.gradient(path.gradient_at).tobytes()
    assert (path.positions[:, -1] != path.positions[:, 0]).any(axis=-1).all()


@each
def test_weight_decay_pulls_but_is_no_gradient_used(name: str) -> None:
    member = OPTIMIZERS[name]
    if "weight_decay" not in {entry.name for entry in fields(member)}:
        pytest.skip("has no weight decay")
    path = roll(member(weight_decay=0.5), Cliff(), STARTS, 5)
    plain = roll(member(), Cliff(), STARTS, 5)
    assert path.gradient_used.tobytes() == Cliff().gradient(path.gradient_at).tobytes()
    assert not np.array_equal(path.positions[:, 2:], plain.positions[:, 2:])


def test_nag_looks_ahead_and_the_others_do_not() -> None:
    for name in ("sgd", "momentum", "adagrad", "rmsprop", "adam"):
        path = roll(OPTIMIZERS[name](), Quadratic(1.0, 5.0), STARTS, 5)
        assert (path.gradient_at == path.positions[:, :-1]).all()
    path = roll(OPTIMIZERS["nag"](), Quadratic(1.0, 5.0), STARTS, 5)
    ahead = path.positions[:, :-1] + 0.9 * path.state["momentum_buffer"][:, :-1]
    assert (path.gradient_at == ahead).all() and (ahead != path.positions[:, :-1])[:, 1:].all()


@each
def test_step_is_pure_and_repeats_itself(name: str) -> None:
    optimizer = OPTIMIZERS[name]()
    hyper, at = optimizer.hyper(), STARTS.copy()
    state = optimizer.init(at, hyper)
    for _ in range(3):
        before = copy.deepcopy((state, at, hyper))
        new, moved = optimizer.step(state, at, Cliff(), hyper)
        again, moved_again = optimizer.step(state, at, Cliff(), hyper)
        for old, now in ((before[0], state), (new, again)):
            assert old.keys() == now.keys() and all((old[key] == now[key]).all() for key in old)
        assert (before[1] == at).all() and before[2] == hyper and (moved == moved_again).all()
        assert all(not np.shares_memory(rows, at) for rows in new.values()) and not np.shares_memory(moved, at)
        state, at = new, moved


@each
def test_same_bytes_each_time(name: str) -> None:
    first, second = (arrays(roll(OPTIMIZERS[name](), Cliff(), STARTS, 100)) for _ in range(2))
    assert all(rows.tobytes() == second[key].tobytes() for key, rows in first.items())


@each
@settings(max_examples=15, deadline=None)
@given(starts=points)
def test_a_batch_is_its_runs(name: str, starts: list[tuple[float, float]]) -> None:
    optimizer = OPTIMIZERS[name]()
    batch = roll(optimizer, Cliff(), starts, 40)
    for run, start in enumerate(starts):
        assert_rows_are(batch, run, roll(optimizer, Cliff(), start, 40))


@each
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_sweep_is_its_runs(name: str, data: Any) -> None:
    member = OPTIMIZERS[name]
    drawn: dict[str, Any] = {}
    for entry in fields(member):
        limits = entry.metadata["range"]
        low = -0.5 if limits.low is None else limits.low
        high = low + 1.0 if limits.high is None else limits.high
        numbers = st.lists(st.floats(low, high, allow_subnormal=False).filter(limits.holds), min_size=3, max_size=3)
        if isinstance(entry.default, tuple):
            drawn[entry.name] = tuple(data.draw(numbers) for _ in entry.default)
        elif isinstance(entry.default, float):
            drawn[entry.name] = data.draw(numbers)
    sweep = roll(member(), Cliff(), STARTS, 20, hyper=drawn)
    for run, start in enumerate(STARTS):
        own = {
            key: tuple(part[run] for part in values) if isinstance(values, tuple) else values[run]
            for key, values in drawn.items()
        }
        alone = roll(member(**own), Cliff(), start, 20)
        for key in ("positions", "loss", "gradient", "gradient_used", "gradient_at", "status", "last"):
            assert arrays(sweep)[key][run].tobytes() == arrays(alone)[key][0].tobytes(), (key, own)


def test_in_a_sweep_momentum_zero_ignores_dampening_as_it_does_alone() -> None:
    sgd = OPTIMIZERS["sgd"]
    path = roll(sgd(dampening=0.5), Cliff(), [[1.0, 2.0]] * 2, 20, hyper={"momentum": [0.0, 0.5]})
    for run, momentum in enumerate((0.0, 0.5)):
        alone = roll(sgd(dampening=0.5, momentum=momentum), Cliff(), [1.0, 2.0], 20)
        assert path.positions[run].tobytes() == alone.positions[0].tobytes()


@pytest.mark.parametrize("surface", list(SURFACES))
def test_a_batch_is_its_runs_on_real_surfaces(surface: str) -> None:
    shape = SURFACES[surface]()
    (x0, x1), (y0, y1) = shape.domain
    starts = np.random.default_rng(5).uniform([x0, y0], [x1, y1], (7, 2))
    for name in OPTIMIZERS:
        batch = roll(OPTIMIZERS[name](), shape, starts, 15)
        for run in (0, 3, 6):
            assert_rows_are(batch, run, roll(OPTIMIZERS[name](), shape, starts[run], 15))


def test_diverged_runs_end_in_their_own_row_and_disturb_nobody() -> None:
    starts, rates = np.array([[1.0, 1.0], [9.0, 1.0], [-0.5, 2.0]]), [0.01, 5.0, 0.02]
    path = roll(OPTIMIZERS["sgd"](), Cliff(), starts, 30, hyper={"lr": rates})
    assert path.status.tolist() == ["ok", "diverged", "ok"]
    end = int(path.last[1])
    assert 0 < end < 30 and path.last[[0, 2]].tolist() == [30, 30]
    row = np.concatenate([path.positions[1, end], [path.loss[1, end]], path.gradient[1, end]])
    assert not np.isfinite(row).all() and not np.isnan(row).all()
    for rows in (path.positions, path.loss, path.gradient, *path.state.values()):
        assert np.isnan(rows[1, end + 1 :]).all()
    assert np.isfinite(path.positions[1, :end]).all() and np.isfinite(path.loss[1, :end]).all()
    assert np.isnan(path.gradient_used[1, end:]).all() and np.isfinite(path.gradient_used[1, :end]).all()
    for run in range(3):
        assert_rows_are(path, run, roll(OPTIMIZERS["sgd"](lr=rates[run]), Cliff(), starts[run], 30))


@each
def test_divergence_is_a_status_whatever_the_rule(name: str) -> None:
    for lr in (0.5, 40.0, 1e200):
        path = roll(OPTIMIZERS[name](lr=lr), Cliff(), STARTS, 30)
        for run, last in enumerate(path.last):
            rows = np.concatenate([path.positions[run], path.loss[run, :, None], path.gradient[run]], axis=1)
            assert np.isfinite(rows[:last]).all() and np.isnan(rows[last + 1 :]).all()
            ended = "ok" if np.isfinite(rows[last]).all() else "diverged"
            assert path.status[run] == ended and (ended == "diverged" or last == 30)


def test_a_start_that_is_not_finite_ends_at_once_and_zero_steps_are_a_start() -> None:
    path = roll(OPTIMIZERS["adam"](), Cliff(), [[1000.0, 0.0], [1.0, 1.0]], 3)
    assert path.status.tolist() == ["diverged", "ok"] and path.last.tolist() == [0, 3]
    assert path.positions[0, 0].tolist() == [1000.0, 0.0] and path.loss[0, 0] == np.inf
    still = roll(OPTIMIZERS["adam"](), Cliff(), [1.0, 1.0], 0)
    assert still.positions.tolist() == [[[1.0, 1.0]]] and still.gradient_used.shape == (1, 0, 2)


def test_what_cannot_be_rolled_is_refused() -> None:
    sgd, surface = OPTIMIZERS["sgd"](), Quadratic(1.0, 1.0)
    for starts in ([1.0, 2.0, 3.0], [[[1.0, 2.0]]], np.empty((0, 2))):
        with pytest.raises(ValueError, match="^starts: "):
            roll(sgd, surface, starts, 3)
    with pytest.raises(ValueError, match="^steps: "):
        roll(sgd, surface, [1.0, 2.0], -1)
    for hyper, words in (
        ({"rate": [1.0]}, "^rate: no hyperparameter of sgd"),
        ({"nesterov": [True]}, "^nesterov: "),
        ({"lr": [1.0, 2.0]}, "^lr: shape"),
        ({"lr": [-1.0]}, "^lr: -1.0 is out of range"),
    ):
        with pytest.raises(ValueError, match=words):
            roll(sgd, surface, [1.0, 2.0], 3, hyper=hyper)


def test_a_step_in_place_is_an_error_not_another_path() -> None:
    """What was recorded and compared would change behind the rollout's back."""

    @dataclass(frozen=True)
    class InPlace(Optimizer):
        """w = w - lr * g, written into w."""

        lr: float = parameter(0.1, low=0)

        def init(self, points: Array, hyper: Hyper) -> State:
            return {}

        def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
            points -= hyper.lr * objective.gradient(points)
            return {}, points

    with pytest.raises(ValueError, match="read-only"):
        roll(InPlace(), SURFACES["bowl"](), (-1.0, 1.0), 40)
