"""Swarms: blocks, processes and what is recorded change no bit of a run; nor does leaving out runs that have ended."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.loading import experiment
from tests.reference.objectives import Cliff
from thalweg.calculus import SURFACES, from_expression
from thalweg.engine import (
    NOISES,
    OPTIMIZERS,
    Record,
    Trajectory,
    roll,
)
from thalweg.engine import (
    cores as _cores,
)
from thalweg.engine import (
    rollout as _rollout,
)
from thalweg.engine import (
    walk as _walk,
)
from thalweg.engine.record import kept_steps, thinned
from thalweg.experiment.data import write

each = pytest.mark.parametrize("name", list(OPTIMIZERS))
STARTS = np.random.default_rng(3).uniform(-3, 3, (11, 2))
FORMS: tuple[Record, ...] = ("all", "last", {"every": 7}, {"every": 20}, {"every": 100})


def arrays(path: Trajectory) -> dict[str, np.ndarray]:
    plain = {entry.name: getattr(path, entry.name) for entry in fields(path)}
    return {
        **{f"state.{key}": rows for key, rows in plain.pop("state").items()},
        "steps": np.array(plain.pop("steps")),
        **{key: rows for key, rows in plain.items() if isinstance(rows, np.ndarray)},
    }


def assert_same(first: Trajectory, second: Trajectory) -> None:
    one, two = arrays(first), arrays(second)
    assert one.keys() == two.keys()
    for key, rows in one.items():
        assert rows.shape == two[key].shape and rows.tobytes() == two[key].tobytes(), key


def rolled(
    name: str,
    surface: Any,
    monkeypatch: pytest.MonkeyPatch,
    block: int = 8192,
    jobs: int = 1,
    look: int = 16,
    **more: Any,
) -> Trajectory:
    monkeypatch.setattr(_rollout, "BLOCK", block)
    monkeypatch.setattr(_walk, "LOOK", look)
    lr = [0.01, 0.02, 5.0, 0.03, 0.1, 40.0, 1e200, 0.02, 0.0, 0.01, 0.02]
    steps = 15 if name in ("gradient_flow", "central_flow") else 40
    return roll(OPTIMIZERS[name](), surface, STARTS, steps, hyper={"lr": lr}, jobs=jobs, **more)


@each
def test_blocks_and_processes_change_no_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rolled(name, Cliff(), monkeypatch)
    for block, jobs in ((1, 1), (4, 1), (3, 3)):
        assert_same(whole, rolled(name, Cliff(), monkeypatch, block, jobs))


@each
@pytest.mark.parametrize("record", FORMS, ids=str)
def test_what_is_recorded_changes_no_bit_of_a_run(name: str, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rolled(name, Cliff(), monkeypatch)
    kept = rolled(name, Cliff(), monkeypatch, record=record)
    assert_same(thinned(whole, record), kept)
    for run, (row, last) in enumerate(zip(kept.ends, kept.last, strict=True)):
        assert kept.positions[run, row].tobytes() == whole.positions[run, last].tobytes()
        assert np.isnan(kept.positions[run, row + 1 :]).all()


@pytest.mark.parametrize("noise", [{"std": 0.2}, {"batch": 5}], ids=str)
def test_noise_is_the_runs_own_in_every_block(noise: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    kind = NOISES["batch" if "batch" in noise else "gaussian"](**noise)
    surface = SURFACES["least_squares"]()
    whole = rolled("sgd", surface, monkeypatch, noise=kind, seed=4)
    assert (whole.status == "diverged").any() and (whole.status == "ok").any()
    for block, jobs in ((4, 1), (3, 2)):
        assert_same(whole, rolled("sgd", surface, monkeypatch, block, jobs, noise=kind, seed=4))


@each
def test_runs_that_rest_are_left_out_and_nobody_sees_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    surface = from_expression("x**2 + 4*y**2")
    starts = np.concatenate([[[0.0, 0.0], [-0.0, 0.0], [0.0, 1.0]], STARTS[:2]])
    monkeypatch.setattr(_walk, "LOOK", 10**9)
    never = roll(OPTIMIZERS[name](), surface, starts, 120)
    monkeypatch.setattr(_walk, "LOOK", 1)
    assert_same(never, roll(OPTIMIZERS[name](), surface, starts, 120))
    assert_same(thinned(never, {"every": 50}), roll(OPTIMIZERS[name](), surface, starts, 120, record={"every": 50}))


def watched_sizes(member: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many balls each step moves, filled as they are made."""
    sizes: list[int] = []
    plain = member.step

    def step(self: Any, state: Any, points: Any, *more: Any) -> Any:
        sizes.append(len(points))
        return plain(self, state, points, *more)

    monkeypatch.setattr(member, "step", step)
    return sizes


def test_a_ball_at_rest_takes_no_more_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = watched_sizes(OPTIMIZERS["sgd"], monkeypatch)
    starts = [[1.0, 0.0], [1.0, 1.0]]
    path = roll(OPTIMIZERS["sgd"](lr=0.5), from_expression("x**2 + y**2/8"), starts, 300, record="last")
    assert sizes[0] == 2 and sizes.count(1) > 200  # the first is at the bottom after one step
    assert path.positions[0, 0].tolist() == [0.0, 0.0] and path.positions[1, 0, 1] == pytest.approx(0.875**300)


def test_adam_rests_only_when_its_corrections_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    adam, surface = OPTIMIZERS["adam"](betas=(0.5, 0.8)), from_expression("x**2 + 4*y**2")
    starts = [[0.0, 0.0], [1.0, 1.0]]
    monkeypatch.setattr(_walk, "LOOK", 10**9)
    never = roll(adam, surface, starts, 300)
    monkeypatch.setattr(_walk, "LOOK", 1)
    sizes = watched_sizes(OPTIMIZERS["adam"], monkeypatch)
    assert_same(never, roll(adam, surface, starts, 300))
    assert min(sizes[:100]) == 2 and sizes[-1] == 1
    assert adam.settled(200, adam.hyper()) and not adam.settled(100, adam.hyper())


def test_schedules_and_noise_keep_every_ball(monkeypatch: pytest.MonkeyPatch) -> None:
    from thalweg.engine import SCHEDULES

    monkeypatch.setattr(_walk, "LOOK", 1)
    asleep = {"lr": SCHEDULES["constant"](factor=0.0, total_iters=30)}
    path = roll(OPTIMIZERS["sgd"](), Cliff(), [1.0, 1.0], 60, schedule=asleep)
    assert (path.positions[0, 60] != path.positions[0, 0]).all()
    noisy = roll(OPTIMIZERS["sgd"](), from_expression("x**2 + y**2"), [0.0, 0.0], 60, noise=NOISES["gaussian"](std=1.0))
    assert (noisy.positions[0, 1:] != 0).all()


def test_a_large_swarm_is_its_runs() -> None:
    surface, starts = SURFACES["bowl_with_two_holes"](), np.random.default_rng(1).uniform(-3, 3, (20_000, 2))
    swarm = roll(OPTIMIZERS["adam"](), surface, starts, 5, record="last", jobs=2)
    assert swarm.positions.shape == (20_000, 1, 2) and swarm.gradient_used.shape == (20_000, 1, 2)
    for run in (0, 8191, 8192, 16_400, 19_999):
        alone = roll(OPTIMIZERS["adam"](), surface, starts[run], 5)
        assert swarm.positions[run, 0].tobytes() == alone.positions[0, 5].tobytes()
        assert swarm.loss[run, 0] == alone.loss[0, 5]


def test_value_and_gradient_together_are_those_alone() -> None:
    points = np.concatenate([STARTS, [[0.0, 0.0], [np.inf, 1.0], [np.nan, 0.0], [1e200, -1e200]]])
    for name in SURFACES:
        surface = SURFACES[name]()
        value, gradient = surface.value_and_gradient(points)
        assert value.tobytes() == surface.value(points).tobytes()
        assert gradient.tobytes() == surface.gradient(points).tobytes()


def test_steps_that_are_kept() -> None:
    assert [*kept_steps("all", 3)] == [0, 1, 2, 3] and [*kept_steps("last", 3)] == [3]
    assert [*kept_steps({"every": 2}, 5)] == [0, 2, 4, 5] and [*kept_steps({"every": 2}, 4)] == [0, 2, 4]
    for wrong in ("some", {"every": 0}, {"every": 1.5}, {"every": True}, {}, {"each": 1}):
        with pytest.raises(ValueError, match="^record: "):
            kept_steps(wrong, 3)  # type: ignore[arg-type]


@pytest.mark.skipif(_cores.cores() == 1 and not hasattr(os, "fork"), reason="no processes can be forked here")
def test_what_a_process_could_not_do_is_done_here() -> None:
    here, done = os.getpid(), _cores.shared((6,))

    def work(item: int) -> None:
        if os.getpid() != here and item == 3:
            raise MemoryError
        done[item] += 1

    _cores.each(work, range(6), 2)
    assert (done > 0).all()


@pytest.mark.parametrize("record", ["last", "{every: 8}"])
def test_the_csv_has_the_steps_that_are_kept(record: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "surface: bowl\nsteps: 20\nstart: [[-2, 1], [1, 1]]\noptimizers: [sgd: {lr: 0.1}, sgd: {lr: 1e200}]\n"
    )
    whole, some = (experiment(file, [f"record={each}"]) for each in ("all", record))
    write(tmp_path / "all.csv", whole, whole.roll(whole.record), {})
    write(tmp_path / "some.csv", some, some.roll(some.record), {})
    lines = (tmp_path / "all.csv").read_text("utf-8").splitlines()
    kept = {str(step) for step in kept_steps(some.record, 20)}
    wanted = [line for line in lines[1:] if line.split(",")[3] in kept or line.endswith("diverged")]
    assert (tmp_path / "some.csv").read_text("utf-8").splitlines() == [lines[0], *wanted]
    assert any(line.endswith("diverged") for line in wanted)
    assert len(some.roll()[0].steps) == 21  # what is drawn has them all
