"""Schedules against torch.optim.lr_scheduler 2.13.0 (reference/make_schedules.py), and what `roll` makes of them."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reference.objectives import Cliff, Quadratic
from thalweg.engine import OPTIMIZERS, roll
from thalweg.engine.schedules import SCHEDULES, Schedule, schedulable

STORED = json.loads((Path(__file__).parent / "reference" / "torch_schedules_2_13.json").read_text("utf-8"))
BASE = {"lr": STORED["lr"], "momentum": STORED["momentum"]}
START = [1.0, -2.0]


def title(case: dict[str, Any]) -> str:
    return " ".join([case["kind"], case["hyperparameter"], *(f"{k}={v}" for k, v in case["given"].items())])


def made(kind: str, **given: Any) -> Schedule:
    tuples = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return SCHEDULES[kind](**tuples)


@pytest.mark.parametrize("case", STORED["cases"], ids=title)
def test_values_are_torchs(case: dict[str, Any]) -> None:
    schedule, name = made(case["kind"], **case["given"]), case["hyperparameter"]
    moving = schedule if name == "lr" else schedule.partners()["momentum"]
    ours = moving.values(BASE.get(name, 0.9), len(case["values"]))
    np.testing.assert_allclose(ours, case["values"], rtol=1e-12, atol=1e-14)
    assert len(set(ours)) > 1, "the case moves nothing"


def test_every_schedule_torch_has_is_compared() -> None:
    assert STORED["version"].startswith("2.13.0")
    assert {case["kind"] for case in STORED["cases"]} == set(SCHEDULES) - {"inverse_sqrt"}
    for kind, cls in SCHEDULES.items():
        tried = {key for case in STORED["cases"] if case["kind"] == kind for key in case["given"]}
        own = {each.name for each in fields(cls)} - {"warmup", "warmup_factor", "max_momentum", "base_momentum"}
        assert kind == "inverse_sqrt" or tried >= own, kind


def test_inverse_square_root_by_hand() -> None:
    values = made("inverse_sqrt", timescale=5, warmup=2, warmup_factor=0.5).values(0.3, 18)
    assert values[:3] == pytest.approx([0.15, 0.225, 0.3])
    assert values[17] == pytest.approx(0.15)  # 15 steps later: 1 / sqrt(1 + 15 / 5)


@pytest.mark.parametrize("kind", ["cosine", "one_cycle"])
def test_lengths_not_given_are_the_rest_of_the_run(kind: str) -> None:
    length = {"cosine": "T_max", "one_cycle": "total_steps"}[kind]
    assert made(kind, warmup=20).values(0.1, 100)[20:] == made(kind, **{length: 80}).values(0.1, 80)


@pytest.mark.parametrize("total", [1, 2, 3])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("three", [False, True])
def test_short_cycles_are_finite(total: int, share: float, three: bool) -> None:
    values = made("one_cycle", total_steps=total, pct_start=share, three_phase=three).values(1.0, 6)
    assert all(0 <= value <= 1 for value in values)
    assert values[total:] == values[-1:] * (6 - total)  # torch raises there; we hold


def test_a_constant_schedule_changes_no_bit_and_a_moving_one_is_used_step_by_step() -> None:
    sgd, surface = OPTIMIZERS["sgd"](lr=0.05), Quadratic(1.0, 5.0)
    plain = roll(sgd, surface, START, 30)
    same = roll(sgd, surface, START, 30, schedule={"lr": Schedule()})
    assert same.positions.tobytes() == plain.positions.tobytes()
    schedule = made("exponential", gamma=0.9)
    path = roll(sgd, surface, START, 30, schedule={"lr": schedule})
    rates = np.array(schedule.values(0.05, 30))
    steps = path.positions[0, :-1] - rates[:, None] * path.gradient[0, :-1]
    assert (steps == path.positions[0, 1:]).all()


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_a_scheduled_sweep_is_its_runs(name: str) -> None:
    member = OPTIMIZERS[name]
    if "lr" not in schedulable(member):
        pytest.skip("has no lr")
    starts, rates = np.array([[1.3, -0.7], [-2.0, 0.4]]), [0.01, 0.03]
    for schedule in (made("cosine"), made("one_cycle", max_lr=0.04), made("cyclic", max_lr=0.04, step_size_up=5)):
        sweep = roll(member(), Cliff(), starts, 12, hyper={"lr": rates}, schedule={"lr": schedule})
        for run, start in enumerate(starts):
            alone = roll(member(lr=rates[run]), Cliff(), start, 12, schedule={"lr": schedule})
            assert sweep.positions[run].tobytes() == alone.positions[0].tobytes()


def test_momentum_that_starts_at_zero_has_its_buffer() -> None:
    rise = made("linear", start_factor=0.001, total_iters=10)
    path = roll(OPTIMIZERS["sgd"](momentum=0.9), Quadratic(1.0, 5.0), START, 20, schedule={"momentum": rise})
    assert "momentum_buffer" in path.state
    drop = made("step", step_size=5, gamma=0.0)
    path = roll(OPTIMIZERS["sgd"](momentum=0.9), Quadratic(1.0, 5.0), START, 20, schedule={"momentum": drop})
    after = path.positions[0, 5:-1] - 0.1 * path.gradient[0, 5:-1]
    assert (after == path.positions[0, 6:]).all(), "momentum 0 is gradient descent"


def test_a_cycle_moves_the_momentum_where_it_is_told() -> None:
    momentum = OPTIMIZERS["momentum"]()
    cycle = made("one_cycle", cycle_momentum=True, max_momentum=0.9)
    both = roll(momentum, Cliff(), START, 20, schedule={"lr": cycle})
    split = roll(momentum, Cliff(), START, 20, schedule={"lr": made("one_cycle"), **cycle.partners()})
    assert both.positions.tobytes() == split.positions.tobytes()
    assert not np.array_equal(
        both.positions, roll(momentum, Cliff(), START, 20, schedule={"lr": made("one_cycle")}).positions
    )


@pytest.mark.parametrize("case", STORED["runs"], ids=lambda case: f"{case['optimizer']} {case['kind']}")
def test_a_cycle_moves_what_torch_moves(case: dict[str, Any]) -> None:
    own = {"momentum": 0.9} if case["optimizer"] == "sgd" else {}
    optimizer, cycle = OPTIMIZERS[case["optimizer"]](lr=0.05, **own), made(case["kind"], **case["given"])
    path = roll(
        optimizer, Quadratic(1.0, 5.0), case["positions"][0], len(case["positions"]) - 1, schedule={"lr": cycle}
    )
    np.testing.assert_allclose(path.positions[0], case["positions"], rtol=1e-10, atol=1e-13)
    swarm = roll(
        optimizer,
        Quadratic(1.0, 5.0),
        [case["positions"][0], [2.0, 1.0]],
        len(case["positions"]) - 1,
        hyper={"lr": [0.05, 0.07]},
        schedule={"lr": cycle},
    )
    assert swarm.positions[0].tobytes() == path.positions[0].tobytes()


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (
            {"lr": ("exponential", {"gamma": 1e300})},
            "^lr: would become inf in step 3; must be >= 0 and finite: change gamma$",
        ),
        (
            {"lr": ("cosine", {"eta_min": -1.0})},
            "^lr: would become -0.9[^\n]* in step 40; must be >= 0: change eta_min$",
        ),
        ({"betas": ("cosine", {})}, "^betas: is no hyperparameter"),
        (
            {"lr": ("one_cycle", {"cycle_momentum": True, "max_momentum": 1.0})},
            "^betas: would become 1 in step [0-9]+; must be",
        ),
    ],
)
def test_what_leads_nowhere_is_refused(schedule: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        roll(
            OPTIMIZERS["adam"](),
            Cliff(),
            START,
            40,
            schedule={name: made(kind, **given) for name, (kind, given) in schedule.items()},
        )


def test_a_cycle_of_momentum_needs_one() -> None:
    with pytest.raises(ValueError, match="^cycle_momentum: finds neither momentum nor betas here; leave"):
        roll(OPTIMIZERS["adagrad"](), Cliff(), START, 40, schedule={"lr": made("one_cycle", cycle_momentum=True)})


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("step", {"step_size": 0}),
        ("linear", {"start_factor": 0}),
        ("cosine", {"warmup": -1}),
        ("multistep", {"milestones": [1, -1]}),
        ("exponential", {"gamma": math.nan}),
    ],
)
def test_parameters_out_of_range(kind: str, given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"^{list(given)[0]}: [^\n]* is out of range"):
        made(kind, **given)
