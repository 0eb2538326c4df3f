"""Swarms that are moved by compiled loops: no bit of a run depends on it, whatever the rule and the surface."""

from __future__ import annotations

import shutil
import sys
from typing import Any

import numpy as np
import pytest

from tests.test_swarms import assert_same
from thalweg.calculus import SURFACES, from_expression
from thalweg.engine import NOISES, OPTIMIZERS, SCHEDULES, CompileError, CompileWarning, Record, Trajectory, roll
from thalweg.engine import rollout as _rollout
from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.engine.compiled import fused as _fused

each = pytest.mark.parametrize("name", list(OPTIMIZERS))
compiler = pytest.mark.skipif(sys.platform != "linux" or shutil.which("cc") is None, reason="no C compiler here")
STARTS = np.random.default_rng(5).uniform(-3, 3, (23, 2))
LOOPS = (
    "sgd",
    "momentum",
    "nag",
    "adagrad",
    "rmsprop",
    "adam",
    "adamw",
    "amsgrad",
    "adamax",
    "radam",
    "adadelta",
    "rprop",
    "lion",
)  # whose steps must be compiled; of others it is enough that they come out the same


def fast_and_plain(
    monkeypatch: pytest.MonkeyPatch,
    optimizer: Any,
    surface: Any,
    steps: int = 90,
    starts: Any = STARTS,
    record: Record = "last",
    **more: Any,
) -> tuple[Trajectory, Trajectory, list[range]]:
    """The run by compiled loops and without, and the stretches that the loops made."""
    made: list[range] = []
    walk = _fused.Fused.walk

    def watched(self: Any, state: State, points: Array, steps: range, *more: Any) -> Any:
        after = walk(self, state, points, steps, *more)
        made.extend([steps] if after else [])
        return after

    monkeypatch.setattr(_fused.Fused, "walk", watched)
    monkeypatch.setattr(_rollout, "BLOCK", 9)
    monkeypatch.setattr(_rollout, "HUGE", 1)
    fast = roll(optimizer, surface, starts, steps, record=record, **more)
    monkeypatch.setattr(_rollout, "HUGE", 10**18)
    return fast, roll(optimizer, surface, starts, steps, record=record, **more), made


@compiler
@each
@pytest.mark.parametrize("record", ["last", {"every": 20}], ids=str)
def test_compiled_loops_change_no_bit(name: str, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 20 if name in ("gradient_flow", "central_flow") else 90
    fast, plain, made = fast_and_plain(
        monkeypatch, OPTIMIZERS[name](), SURFACES["bowl_with_two_holes"](), steps, record=record
    )
    assert_same(plain, fast)
    if name in LOOPS:
        assert sum(map(len, made)) > 0.8 * 3 * steps  # three blocks


@compiler
@pytest.mark.parametrize("surface", list(SURFACES))
def test_on_every_surface(surface: str, monkeypatch: pytest.MonkeyPatch) -> None:
    member = SURFACES[surface]()
    (x0, x1), (y0, y1) = member.domain
    starts = np.random.default_rng(6).uniform((x0, y0), (x1, y1), (40, 2))
    fast, plain, made = fast_and_plain(monkeypatch, OPTIMIZERS["adam"](), member, starts=starts)
    assert_same(plain, fast)
    assert made or surface == "logistic"  # as long as its examples are many


@compiler
@pytest.mark.parametrize(
    "formula",
    [
        "x**4 + y**2",
        "1/x + y**2",
        "log(x) + y**2",
        "sqrt(x**2 + y**2)",
        "exp(x) - x*y",
        "abs(x) + max(x, y)",
        "x",
        "3*x + tan(y)",
        "x**y",
        "x**6/(1 + y**2)**3",
    ],
)
@pytest.mark.parametrize("name", ["signsgd", "nag"])
def test_runs_that_diverge_meet_a_hole_or_a_kink(name: str, formula: str, monkeypatch: pytest.MonkeyPatch) -> None:
    starts = np.concatenate([STARTS, [[0.0, 0.0], [-0.0, 1.0], [1.0, 1.0], [1e80, 1.0], [1e-160, 0.0]]])
    for lr in (0.01, 3.0, 1e100):  # the loops are the same
        fast, plain, _ = fast_and_plain(monkeypatch, OPTIMIZERS[name](lr=lr), from_expression(formula), starts=starts)
        assert_same(plain, fast)


@compiler
def test_schedules_and_options(monkeypatch: pytest.MonkeyPatch) -> None:
    surface = SURFACES["ackley"]()
    cosine: Any = {"lr": SCHEDULES["cosine"](), "momentum": SCHEDULES["linear"]()}
    for optimizer, more in (
        (OPTIMIZERS["sgd"](momentum=0.9, nesterov=True, weight_decay=0.1), {}),
        (OPTIMIZERS["momentum"](), {"schedule": cosine}),
        (OPTIMIZERS["rmsprop"](centered=True, momentum=0.5), {}),
        (OPTIMIZERS["radam"](decoupled_weight_decay=True), {}),
    ):
        fast, plain, made = fast_and_plain(monkeypatch, optimizer, surface, **more)
        assert_same(plain, fast)
        assert made


@compiler
def test_processes_share_the_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = np.random.default_rng(7).uniform(-3, 3, (50, 2))
    fast, plain, _ = fast_and_plain(
        monkeypatch, OPTIMIZERS["momentum"](lr=0.5), SURFACES["rosenbrock"](), starts=starts, jobs=3
    )
    assert_same(plain, fast)
    assert 0 < (fast.status == "diverged").sum()


@compiler
def test_what_cannot_be_compiled_goes_the_plain_way(monkeypatch: pytest.MonkeyPatch) -> None:
    class Peeking(Optimizer):  # into the gradient, for a branch
        def init(self, points: Array, hyper: Hyper) -> State:
            return {"size": np.zeros_like(points)}

        def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
            gradient = objective.gradient(points)
            return {"size": np.abs(gradient)}, points - 0.1 * (gradient if (gradient > 0).any() else points)

    class Wide(Optimizer):  # a state that is no pair for each run
        def init(self, points: Array, hyper: Hyper) -> State:
            return {"wide": np.ones((len(points), 3))}

        def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
            return state, points - 0.1 * objective.gradient(points)

    class Branching(Peeking):  # by the loss
        def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
            return state, points * np.where(objective.value(points)[:, None] > 1, 0.5, 0.9)

    made = []
    with pytest.warns(CompileWarning, match="not compiled; AttributeError: .* has no attribute 'any'"):
        fast, plain, each_made = fast_and_plain(monkeypatch, Peeking(), from_expression("x**2 + y**2"))
    assert_same(plain, fast)
    made += each_made
    for odd, why in (
        (Peeking(), "has no attribute 'any'"),
        (Wide(), "its state is not a pair"),
        (Branching(), "the loss"),
    ):
        with pytest.raises(CompileError, match=why) as caught:
            roll(odd, from_expression("x**2 + y**2"), STARTS, 9, record="last", compiled="require")
        assert "\n" not in str(caught.value)
    for odd in (Wide(), Branching()):
        fast, plain, each_made = fast_and_plain(monkeypatch, odd, from_expression("x**2 + y**2"))
        assert_same(plain, fast)
        made += each_made
    fast, plain, more = fast_and_plain(
        monkeypatch,
        OPTIMIZERS["adam"](),
        from_expression("x**2 + y**2"),
        hyper={"lr": np.linspace(0.01, 0.1, len(STARTS))},
    )
    assert_same(plain, fast)
    assert made == more == []


def test_without_a_compiler_swarms_roll_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    _fused.compiled.cache_clear()
    fast, plain, made = fast_and_plain(monkeypatch, OPTIMIZERS["adam"](), SURFACES["bowl"]())
    assert_same(plain, fast)
    assert made == []
    assert np.isfinite(fast.positions).all()
    with pytest.raises(CompileError, match="there is no C compiler"):
        roll(OPTIMIZERS["adam"](), SURFACES["bowl"](), STARTS, 9, record="last", compiled="require")


@pytest.mark.skipif(sys.platform != "linux", reason="asked for there alone")
def test_a_compiler_that_fails_is_told_and_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    fake = tmp_path / "cc"
    fake.write_text("#!/bin/sh\necho 'cc: out of order' >&2\necho more >&2\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    _fused.compiled.cache_clear()
    with pytest.warns(CompileWarning, match=r"^adam: .*; OSError: .* failed: cc: out of order$") as told:
        fast, plain, made = fast_and_plain(monkeypatch, OPTIMIZERS["adam"](), SURFACES["bowl"]())
    assert len(told) == 1 and made == []
    assert_same(plain, fast)
    with pytest.raises(CompileError, match="out of order$"):
        roll(OPTIMIZERS["adam"](), SURFACES["bowl"](), STARTS, 9, record="last", compiled="require")
    _fused.compiled.cache_clear()


@compiler
def test_compiled_loops_are_had_or_not_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    walk = _fused.Fused.walk
    monkeypatch.setattr(_fused.Fused, "walk", lambda self, *given: made.append(1) or walk(self, *given))
    rolled = []
    for compiled in ("require", "never", "auto"):
        rolled.append(roll(OPTIMIZERS["adam"](), SURFACES["bowl"](), STARTS, 90, record="last", compiled=compiled))
        assert bool(made) == (compiled == "require")  # this swarm is not worth it
        made.clear()
    assert_same(rolled[0], rolled[1])
    monkeypatch.setattr(_rollout, "BLOCK", 9)
    monkeypatch.setattr(_rollout, "HUGE", 1)
    roll(OPTIMIZERS["adam"](), SURFACES["bowl"](), STARTS, 90, record="last", compiled="never")
    assert not made


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"record": "all"}, "record: all keeps every step"),
        ({"noise": NOISES["gaussian"](std=0.1)}, "gradients are noisy"),
    ],
)
def test_why_required_loops_cannot_be_had(more: dict[str, Any], why: str) -> None:
    with pytest.raises(CompileError, match=f"^sgd: .*; {why}$"):
        roll(OPTIMIZERS["sgd"](), SURFACES["bowl"](), STARTS, 9, **{"record": "last", **more}, compiled="require")


def test_another_word_is_refused() -> None:
    sometimes: Any = "sometimes"
    with pytest.raises(ValueError, match="use auto, never or require"):
        roll(OPTIMIZERS["sgd"](), SURFACES["bowl"](), STARTS, 9, compiled=sometimes)
