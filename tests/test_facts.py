"""Which minimum, after how many steps: by closed forms, in the data and in reports."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.loading import shot
from tests.test_evaluations import STARTS, counted
from thalweg.calculus import SURFACES, Surface, from_expression
from thalweg.cli.report import report
from thalweg.engine import OPTIMIZERS, Trajectory
from thalweg.engine.asked import UNKNOWN
from thalweg.experiment.data import write
from thalweg.experiment.outcomes import NONE, Facts, of_paths, outcomes_of
from thalweg.film.shot import Shot


def written(tmp_path: Path, text: str) -> Shot:
    path = tmp_path / "film.yaml"
    path.write_text(text, encoding="utf-8")
    return shot(path)


def of(made: Shot) -> list[Facts]:
    return list(outcomes_of(made.experiment, made.roll()).entries)


def facts_of(surface: Surface, path: Trajectory, tolerance: float) -> Facts:
    return of_paths(surface, [path], tolerance).entries[0]


QUADRATIC = """\
surface: {expression: "x**2 + y**2", domain: {x: [-3, 3], y: [-4, 4]}}
start: [[3, 0], [0, 0]]
steps: 60
optimizers:
  - sgd: {lr: 0.25}
"""


@pytest.mark.parametrize("tolerance", [0.02, 0.001])
def test_steps_are_those_of_the_closed_form(tmp_path: Path, tolerance: float) -> None:
    """The distance halves with each step, the diagonal is 10: 3 / 2^k <= 10 tolerance, and the height is a quarter:
    1 / 4^k <= 1/1000.
    """
    (found,) = of(written(tmp_path, QUADRATIC + f"tolerance: {tolerance}\n"))
    assert found.steps.tolist() == [math.ceil(max(math.log2(3 / (10 * tolerance)), math.log(1000, 4))), 0]
    assert found.until[:, 1].tolist() == found.steps.tolist()
    assert found.minimum.tolist() == [0, 0] and found.distance.tolist() == [3 / 2**60, 0]
    assert found.limit.tolist() == [1, 1]


def test_the_distance_is_to_the_minimum_reached_or_to_the_nearest() -> None:
    surface = SURFACES["himmelblau"]()
    starts = np.array([[3.1, 2.1], [-0.27, -0.92], [-2.8, 3.0]])
    path = counted(OPTIMIZERS["sgd"](lr=0.0), surface, starts, 3)
    found = facts_of(surface, path, 0.02)
    apart = np.array([[math.dist(start, each[:2]) for each in surface.minima] for start in starts])
    assert found.minimum.tolist() == [apart[0].argmin(), NONE, apart[2].argmin()]
    assert found.distance == pytest.approx(apart.min(axis=1), rel=1e-12)
    assert found.steps.tolist() == [NONE] * 3  # near, not in


def test_passing_through_is_not_arriving() -> None:
    bowl = from_expression("x**2 + y**2")
    path = counted(OPTIMIZERS["momentum"](lr=0.05), bowl, np.array([[2.0, 0.0]]), 200)
    found, near = facts_of(bowl, path, 0.01), 0.01 * math.hypot(6, 6)
    away = np.hypot(*path.positions[0].T)
    there = (away <= near) & (away**2 <= 1e-3 * 4)
    first, stays = int(there.argmax()), int(found.steps[0])
    assert first < stays and not there[stays - 1] and there[stays:].all()


def test_without_a_minimum_or_with_a_run_that_ended_there_is_nothing_to_tell() -> None:
    slope = from_expression("x - y")
    found = facts_of(slope, counted(OPTIMIZERS["sgd"](), slope, STARTS[:1]), 0.02)
    assert found.minimum.tolist() == found.steps.tolist() == [NONE] and np.isnan(found.distance).all()
    assert found.until.tolist() == [[NONE] * 3] and found.limit.tolist() == [math.inf]
    steep = from_expression("x**4 + y**2")
    found = facts_of(steep, counted(OPTIMIZERS["sgd"](lr=1.0), steep, np.array([[3.0, 0.0]]), 50), 0.02)
    assert found.minimum.tolist() == [NONE] and np.isnan(found.distance).all()


def test_steps_need_every_step_recorded() -> None:
    for record, known in (("all", True), ("last", False), ({"every": 10}, False)):
        found = facts_of(
            SURFACES["bowl"](), counted(OPTIMIZERS["adam"](), SURFACES["bowl"](), STARTS, 300, record=record), 0.02
        )
        assert (found.minimum == 0).all() and (found.evaluations[:, 1] == 300).all()
        assert (found.steps >= 0).all() == known


DATA = """\
surface: himmelblau
start: [[-4, 4], [1, 1]]
steps: 300
optimizers:
  - sam: {lr: 0.01}
  - sgd: {lr: 1}
  - recorded: {file: run.csv}
"""


@pytest.fixture
def made(tmp_path: Path) -> Shot:
    (tmp_path / "run.csv").write_text("x,y\n-3,-3\n3,2\n", encoding="utf-8")
    return written(tmp_path, DATA)


def test_facts_in_the_data(made: Shot, tmp_path: Path) -> None:
    paths = made.roll()
    for suffix in ("json", "npz"):
        write(tmp_path / f"film.{suffix}", made.experiment, paths, made.resolved)
    read = json.loads((tmp_path / "film.json").read_text("utf-8"), parse_constant=lambda word: pytest.fail(word))
    points = read["critical_points"]
    assert Counter(each["kind"] for each in points) == {"minimum": 4, "saddle": 4, "maximum": 1}
    assert points[-1]["stability_limit"] is None and points[0]["stability_limit"] == 2 / points[0]["eigenvalues"][1]
    facts = [run["facts"] for run in read["runs"]]
    for fact, run in zip(facts[:2], read["runs"], strict=False):
        place = points[fact["minimum"]]
        assert math.hypot(run["positions"][-1][0] - place["x"], run["positions"][-1][1] - place["y"]) == pytest.approx(
            fact["distance"]
        )
        assert fact["evaluations"] == {"value": 0, "gradient": 600, "hessian": 0}
        assert fact["evaluations_to_minimum"]["gradient"] == 2 * fact["steps_to_minimum"] > 0
    assert facts[2]["minimum"] is facts[2]["distance"] is facts[2]["steps_to_minimum"] is None
    assert facts[2]["evaluations"]["gradient"] == read["runs"][2]["last"]
    assert facts[4]["evaluations"] is None and points[facts[4]["minimum"]]["x"] == 3
    with np.load(tmp_path / "film.npz", allow_pickle=False) as arrays:
        assert arrays["minimum"].tolist() == [NONE if each["minimum"] is None else each["minimum"] for each in facts]
        assert arrays["evaluations"].shape == (5, 3) and (arrays["evaluations"][4] == UNKNOWN).all()
        assert arrays["critical_kind"].tolist() == [each["kind"] for each in points]
        np.testing.assert_array_equal(
            arrays["critical_points"], [[each["x"], each["y"], each["loss"]] for each in points]
        )
        assert np.isinf(arrays["critical_stability_limit"][-1])


def test_the_report_tells_them(made: Shot) -> None:
    lines = list(report(made, made.roll()))
    assert "in a minimum the median is" in lines[1] and "gradients" in lines[1] and "diverged" in lines[2]
    assert lines[5].removeprefix("  critical points: ").removeprefix("at least ") == "4 minima, 4 saddles, 1 maximum"
    assert any(line.endswith("in the minimum at (3, 2)") for line in lines)


def test_the_report_sets_the_learning_rate_against_the_limit(tmp_path: Path) -> None:
    lines = list(report(written(tmp_path, QUADRATIC), written(tmp_path, QUADRATIC).roll()))
    assert "(lr is 25% of the limit there)" in lines[1]  # the curvature is 2, the limit 1
    assert lines[-3:] == [
        "  gradient descent is stable below a learning rate of",
        "    1  at the start",
        "    1  in the minimum at (0, 0)",
    ]
