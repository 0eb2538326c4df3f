"""What became of each ball: against brute force and closed forms, the same wherever it is told, nobody lost."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from tests.loading import experiment, shot
from thalweg.calculus import SURFACES, Minimum, Surface, from_expression
from thalweg.cli.report import report
from thalweg.engine import OPTIMIZERS, Trajectory, roll
from thalweg.engine import rollout as _rollout
from thalweg.engine.stored import stored_per_weight
from thalweg.engine.tail import of_positions
from thalweg.experiment.data import write
from thalweg.experiment.outcome_words import lines, one_start, place
from thalweg.experiment.outcomes import (
    OUTCOMES,
    Facts,
    Group,
    Outcomes,
    _facts,
    _landmarks,
    median,
    of_paths,
    outcomes_of,
)
from thalweg.film.shot import Shot
from thalweg.parts.panels.facts import rows
from thalweg.parts.panels.result import LEVELS, result_lines

# minima as the literature lists them (Molga and Smutnicki, "Test functions for optimization needs", 2005; Surjanovic
# and Bingham, Virtual Library of Simulation Experiments; Jamil and Yang, 2013), with the domain they are used on
PUBLISHED: dict[str, tuple[str, tuple[float, ...], list[tuple[float, float]]]] = {
    "himmelblau": (
        "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
        (-5, 5, -5, 5),
        [(3, 2), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)],
    ),
    "branin": (
        "(y - 5.1/(4*pi**2)*x**2 + 5/pi*x - 6)**2 + 10*(1 - 1/(8*pi))*cos(x) + 10",
        (-5, 10, 0, 15),
        [(-3.141593, 12.275), (3.141593, 2.275), (9.424778, 2.475)],
    ),
    "six_hump": (
        "(4 - 2.1*x**2 + x**4/3)*x**2 + x*y + 4*(y**2 - 1)*y**2",
        (-2, 2, -1, 1),
        [
            (0.089842, -0.712656),
            (-0.089842, 0.712656),
            (1.703607, -0.796084),
            (-1.703607, 0.796084),
            (1.607105, 0.568651),
            (-1.607105, -0.568651),
        ],
    ),
    "styblinski_tang": (
        "(x**4 - 16*x**2 + 5*x + y**4 - 16*y**2 + 5*y)/2",
        (-5, 5, -5, 5),
        [(x, y) for x in (-2.903534, 2.746803) for y in (-2.903534, 2.746803)],
    ),
    "drop_wave": ("-(1 + cos(12*sqrt(x**2 + y**2)))/(0.5*(x**2 + y**2) + 2)", (-2, 2, -2, 2), [(0, 0)]),
}


def filmed(folder: Path, name: str, optimizers: str, more: str = "start: {grid: [6, 6]}\nsteps: 150\n") -> Shot:
    formula, (x0, x1, y0, y1), _ = PUBLISHED[name]
    path = folder / f"{name}.yaml"
    path.write_text(
        f'surface: {{expression: "{formula}", domain: {{x: [{x0}, {x1}], y: [{y0}, {y1}]}}}}\n{more}'
        f"optimizers: {optimizers}\n",
        encoding="utf-8",
    )
    return shot(path)


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("tolerance", [0.02, 0.4])
def test_who_is_in_which_minimum_as_gradient_flow_integrated_elsewhere_says(
    name: str, tolerance: float, tmp_path: Path
) -> None:
    step = {"himmelblau": 0.003, "branin": 0.01, "six_hump": 0.02, "styblinski_tang": 0.005, "drop_wave": 0.003}[name]
    made = filmed(
        tmp_path, name, f"[sgd: {{lr: {step}}}]", f"start: {{grid: [4, 4]}}\nsteps: 12\ntolerance: {tolerance}\n"
    ).experiment
    paths = made.roll()
    outcomes = outcomes_of(made, paths)
    (x0, x1), (y0, y1) = made.surface.domain
    known, near = np.array(PUBLISHED[name][2]), tolerance * np.hypot(x1 - x0, y1 - y0)
    for ball, end in enumerate(paths[0].positions[:, -1]):
        flow = solve_ivp(lambda _, at: -made.surface.gradient(at), (0, 300), end, method="LSODA", rtol=1e-8, atol=1e-10)
        away = np.hypot(*(known - flow.y[:, -1]).T)
        index = int(outcomes.entries[0].minimum[ball])
        if away.min() > 1e-3 * np.hypot(x1 - x0, y1 - y0):  # it ends on a ring, or leaves
            assert index < 0 or not outcomes.landmarks.curves
            continue
        place, value = known[away.argmin()], made.surface.value(known[away.argmin()])
        assert (index >= 0) == (np.hypot(*(place - end)) <= near)
        if index >= 0:
            assert outcomes.landmarks.minima[index][:2] == pytest.approx(place, abs=1e-4)
            left = (made.surface.value(end) - value) / (made.surface.value(paths[0].start[ball]) - value)
            assert outcomes.entries[0].outcome[ball] == ("in minimum" if left <= 1e-3 else "near minimum")


@pytest.mark.parametrize(
    "text",
    [
        "100*abs(y - x**2) + (x - 1)**2",
        "1e6*(y - x**2)**2 + (x - 1)**2",
        "1000*abs(x - y) + (x + y - 2)**2/2",
        "max(abs(x - 1), 3*abs(y - 1))",
    ],
)
def test_downhill_ends_in_the_one_minimum_from_anywhere(text: str) -> None:
    """Along valleys with kinks, and along those whose sides are a thousand times as steep as their bottom."""
    surface = from_expression(text, domain=((-2.0, 2.0), (-1.0, 3.0)))
    points = np.random.default_rng(3).uniform((-2, -1), (2, 3), (8, 2))
    minima = (Minimum(1.0, 1.0, 0.0),)
    assert surface.reached(points, 1.0, minima).tolist() == [0] * 8
    near = np.hypot(*(points - 1).T) <= 0.3 * np.hypot(4, 4)
    assert surface.reached(points, 0.3, minima).tolist() == np.where(near, 0, -1).tolist()
    assert surface.reached([[np.nan, 0.0]], 1.0, minima).tolist() == [-1]
    assert surface.reached(points, 1.0, ()).tolist() == [-1] * 8


def counted(text: str) -> int:
    """The balls that words account for: '5 in the minimum at (3, 2), loss 0; 2 still moving'."""
    return sum(int(part.split()[0]) for part in text.split("; "))


@pytest.mark.parametrize("name", PUBLISHED)
def test_counts_add_up_and_are_the_same_everywhere(name: str, tmp_path: Path) -> None:
    made = filmed(tmp_path, name, "[adam: {lr: 0.1}, momentum: {lr: 0.01}, sgd: {lr: 0.3}]")
    paths = made.roll()
    outcomes, colors = outcomes_of(made.experiment, paths), ["#ffffff"] * 3
    whole = Counter(str(word) for facts in outcomes.entries for word in facts.outcome)
    assert whole.total() == 3 * 36
    for most, named in LEVELS:
        groups = lines(outcomes, str, most)
        assert sum(sum(line.counts) for line in groups) == 3 * 36
        assert len({line.words for line in groups}) == len(groups)
        assert [sum(column) for column in zip(*(line.counts for line in groups), strict=True)] == [36] * 3
        screen = " ".join(
            text
            for line in result_lines(outcomes, made.experiment.entries, colors, str, most, named)
            for text, _ in line[1:]
        )
        assert sum(int(number) for number in re.findall(r"\b(\d+) of", screen)) == 3 * 36
    assert [counted(row[1]) for row in rows(made.experiment, outcomes)] == [36] * 3
    said = list(report(made, paths))
    for line in said[1:4]:
        words = line.split(": ", 1)[1].split("; of the ")[0].split(", 0 numbers")[0]
        assert counted(re.sub(r", \d numbers? stored per weight$", "", words)) == 36
    assert said[4].startswith("  all 108 balls: ") and counted(said[4].split(": ")[1]) == 108
    for suffix in ("json", "npz"):
        write(tmp_path / f"data.{suffix}", made.experiment, paths, made.resolved)
    runs = json.loads((tmp_path / "data.json").read_text("utf-8"))["runs"]
    assert Counter(run["outcome"] for run in runs) == whole
    with np.load(tmp_path / "data.npz", allow_pickle=False) as arrays:
        assert Counter(arrays["outcome"].tolist()) == whole and set(whole) <= set(OUTCOMES)
        assert arrays["minimum"].tolist() == [run["minimum"] for run in runs]
        at = arrays["critical_points"][arrays["minimum"]][:, :2]
        there = arrays["minimum"] >= 0
        assert np.allclose(np.hypot(*(at - arrays["positions"][:, -1]).T)[there], arrays["distance"][there])


def path_of(points: Any, start: Any = None) -> Trajectory:
    """A run (steps + 1, 2) that was made by hand, on any surface."""
    positions = np.asarray(points, np.float64)[None]
    nothing = np.full_like(positions, np.nan)
    return Trajectory(
        "by hand",
        positions[:, 0] if start is None else np.array([start], float),
        positions,
        nothing[..., 0],
        nothing,
        nothing[:, 1:],
        nothing[:, 1:],
        {},
        np.array(["ok"]),
        np.array([positions.shape[1] - 1]),
    )


def outcome(surface: Surface, points: Any, tolerance: float = 0.02, start: Any = None) -> str:
    return str(of_paths(surface, [path_of(points, start)], tolerance).entries[0].outcome[0])


PLANE = from_expression("x + y", domain=((-3.0, 3.0), (-4.0, 4.0)))  # no minimum; the diagonal is 10


def ring(period: int, count: int, radius: float = 1.0, off: float = 0.0) -> np.ndarray:
    """Points of a regular polygon, each round a little further off."""
    turns = 2 * np.pi * np.arange(count) / period
    return radius * np.stack([np.cos(turns), np.sin(turns)], axis=-1) + off * np.arange(count)[:, None] / period


@pytest.mark.parametrize(
    ("points", "word"),
    [
        (ring(2, 60), "circling"),
        (ring(7, 60), "circling"),
        (ring(10, 20), "circling"),
        (ring(11, 60), "still moving"),
        (ring(3, 60, radius=1e-7), "circling"),  # small, and yet round and round
        (ring(4, 60, off=0.9e-5 / 2**0.5), "circling"),
        (ring(4, 60, off=1.1e-5 / 2**0.5), "still moving"),
        (np.concatenate([np.full((5, 2), 2.0), ring(5, 20)]), "circling"),  # its last 20 iterates alone count
        (np.concatenate([ring(5, 40), ring(5, 10, radius=0.9)]), "still moving"),
        (np.linspace([0, 0], [1, 0], 60), "still moving"),
        (np.arange(60)[:, None] * [1e-7, 0.0], "still moving"),  # 1e-8 of the diagonal: creeps
        (np.arange(60)[:, None] * [0.9e-8, 0.0], "at rest"),
        (np.arange(60)[:, None] * [1.1e-8, 0.0], "still moving"),
        (np.concatenate([ring(5, 30), np.zeros((21, 2))]), "at rest"),  # 20 steps that are none
        (np.concatenate([ring(5, 30), np.zeros((20, 2))]), "still moving"),
        (np.zeros((2, 2)), "at rest"),
        (np.ones((3, 2)), "at rest"),
        (ring(2, 4), "circling"),
        (ring(3, 5), "still moving"),
        (np.full((30, 2), 3.5), "at rest"),
        (np.linspace([0, 0], [4, 0], 60), "outside"),
        (np.linspace([0, 0], [3 + 1e-7, 0], 60), "still moving"),  # on the edge but for rounding
    ],
)
def test_resting_circling_and_creeping(points: np.ndarray, word: str) -> None:
    assert outcome(PLANE, points) == word


def test_the_first_that_fits() -> None:
    """An oscillation in a kink, and a ball that is left alone, are near the minimum first, and circling or at rest
    where there is none."""
    tent = from_expression("abs(x) + abs(y)")
    assert outcome(tent, ring(2, 60, radius=0.05), start=(2, 2)) == "near minimum"
    assert outcome(tent, ring(2, 60, radius=0.5)) == "circling"
    assert outcome(tent, ring(2, 60, radius=1e-4), start=(2, 2)) == "in minimum"
    valley = roll(OPTIMIZERS["sgd"](lr=0.1), from_expression("abs(y) + x**2/2"), [[0.0, 0.55]], 60)
    assert of_paths(from_expression("abs(y) + x**2/2"), [valley], 0.02).entries[0].outcome.tolist() == ["near minimum"]


def test_on_a_quadratic_at_the_limit_gradient_descent_circles() -> None:
    """x -> (1 - 2 lr) x is -x for lr = 1: a period of two."""
    bowl = from_expression("x**2 + y**2")
    runs = {lr: roll(OPTIMIZERS["sgd"](lr=lr), bowl, [[1.5, 0.5]], 60) for lr in (1.0, 1 - 1e-9, 0.999, 0.0, 0.5)}
    entries = of_paths(bowl, list(runs.values()), 0.02).entries
    words = [str(facts.outcome[0]) for facts in entries]
    assert words == ["circling", "circling", "still moving", "at rest", "in minimum"]


@pytest.mark.parametrize("share", [0.999e-3, 1.001e-3])
def test_near_is_when_more_than_a_thousandth_of_the_way_is_left(share: float) -> None:
    bowl = from_expression("x**2 + y**2 + 5")
    word = outcome(bowl, [[2.0, 0.0], [2.0 * share**0.5, 0.0]])
    assert word == ("in minimum" if share < 1e-3 else "near minimum")


def test_a_start_in_the_minimum_stays_there() -> None:
    for text in ("x**2 + y**2", "1e6 + 3*(x - 0.1)**2 + (y - 0.7)**2", "(x - 1)**2*(1/3) + abs(y)"):
        surface = from_expression(text)
        place = surface.minima[0][:2]
        assert outcome(surface, [place] * 5) == "in minimum"


def test_a_recordings_own_losses_count_as_the_legend_shows_them() -> None:
    from dataclasses import replace

    bowl, path = from_expression("x**2 + y**2"), path_of([[2.0, 0.0], [0.0, 0.0]])
    for loss, word in ((np.nan, "in minimum"), (0.001, "in minimum"), (0.3, "near minimum")):
        made = replace(path, loss=np.array([[4.0, loss]]))
        assert of_paths(bowl, [made], 0.02).entries[0].outcome.tolist() == [word]


def test_a_recording_that_ended_before_the_film_is_over(tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_text(
        "ball,step,x,y\n0,0,2,2\n0,5,1,1\n1,0,2,2\n1,5,0,0\n2,0,1,1\n2,40,2,2\n3,0,1,1\n3,30,1,1\n", "utf-8"
    )
    (tmp_path / "film.yaml").write_text("surface: bowl\nsteps: 30\noptimizers: [recorded: {file: run.csv}]\n", "utf-8")
    made = experiment(tmp_path / "film.yaml")
    for record in ("all", "last", {"every": 7}):
        (facts,) = outcomes_of(made, made.roll(record)).entries
        assert facts.outcome.tolist() == ["over", "in minimum", "still moving", "at rest"], record


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam", "lbfgs", "rprop", "lion", "sam"])
@pytest.mark.parametrize("steps", [5, 19, 21, 40])  # at 32 those that rest are found
def test_what_is_recorded_changes_nothing(name: str, steps: int) -> None:
    """Not even a bit of what is known of the last steps; runs that rest and diverge on the way included."""
    surface, starts = SURFACES["himmelblau"](), np.random.default_rng(1).uniform(-5, 5, (40, 2))
    starts[7] = 3, 2
    made = {
        str(record): roll(OPTIMIZERS[name](lr=0.02), surface, starts, steps, record=record)
        for record in ("all", "last", {"every": 7})
    }
    tails = [path.tail for path in made.values()]
    entries = [of_paths(surface, [path], 0.02).entries[0] for path in made.values()]
    for tail, facts in zip(tails[1:], entries[1:], strict=True):
        fine = made["all"].status == "ok"
        np.testing.assert_array_equal(tail.moved[fine], tails[0].moved[fine])
        np.testing.assert_array_equal(tail.missed[fine], tails[0].missed[fine])
        assert facts.outcome.tolist() == entries[0].outcome.tolist()
        assert facts.minimum.tolist() == entries[0].minimum.tolist()


@pytest.mark.parametrize("name", ["momentum", "adam", "rprop"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_compiled_swarms_are_watched_as_well(name: str, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    surface, starts = SURFACES["himmelblau"](), np.random.default_rng(2).uniform(-5, 5, (60, 2))
    plain = roll(OPTIMIZERS[name](lr=0.02), surface, starts, 90)
    monkeypatch.setattr(_rollout, "BLOCK", 13)
    monkeypatch.setattr(_rollout, "HUGE", 1)
    swarm = roll(OPTIMIZERS[name](lr=0.02), surface, starts, 90, record="last", jobs=jobs)
    fine = plain.status == "ok"
    assert fine.any() and swarm.ending is not None and swarm.status.tolist() == plain.status.tolist()
    for one, other in zip(of_positions(plain.positions), swarm.tail, strict=True):
        np.testing.assert_array_equal(one[fine], other[fine])


def test_a_minimum_is_found_from_where_a_ball_ends(tmp_path: Path) -> None:
    """Of the some 1,681 of rastrigin on +-20: along each axis the zero of 2 x + 20 pi sin(2 pi x) beside the start."""
    place = [brentq(lambda x: 2 * x + 20 * np.pi * np.sin(2 * np.pi * x), low, low + 0.4) for low in (16.7, 16.7)]
    path = tmp_path / "film.yaml"
    path.write_text(
        "surface: {name: rastrigin, domain: {x: [-20, 20], y: [-20, 20]}}\nstart: [17.1, 16.8]\n"
        "optimizers: [sgd: {lr: 0.001}]\n",
        encoding="utf-8",
    )
    made = experiment(path)
    outcomes = outcomes_of(made, made.roll())
    assert outcomes.entries[0].outcome.tolist() == ["in minimum"]
    assert outcomes.landmarks.minima[outcomes.entries[0].minimum[0]][:2] == pytest.approx(place, abs=1e-6)
    assert outcomes.landmarks.critical_points[outcomes.entries[0].minimum[0]][:2] == pytest.approx(place, abs=1e-6)


def test_seeds_are_few_and_only_where_nothing_is_known() -> None:
    """A thousand balls that move alike are a handful of seeds; those that lead to a known minimum are none."""
    asked: list[np.ndarray] = []
    landmarks = SimpleNamespace(minima=(), complete=False, curves=(), critical_points=())
    plane = SimpleNamespace(
        domain=PLANE.domain,
        landmarks=landmarks,
        reached=PLANE.reached,
        landmarks_from=lambda seeds: asked.append(seeds) or landmarks,
    )
    _landmarks(plane, np.random.default_rng(4).uniform(-3, 3, (5000, 2)), 0.02)  # type: ignore[arg-type]
    _landmarks(plane, np.random.default_rng(4).uniform(1, 1.01, (5000, 2)), 0.02)  # type: ignore[arg-type]
    _landmarks(plane, np.full((9, 2), 7.0), 0.02)  # type: ignore[arg-type]
    assert [len(seeds) for seeds in asked] == [pytest.approx(150, abs=50), pytest.approx(2, abs=2)]


def test_who_rests_on_a_curve_of_minima_is_told_so() -> None:
    valley = from_expression("x**2", domain=((-3.0, 3.0), (-3.0, 3.0)))
    points = [[2.0, 1.0]] + [[0.0, 1.0]] * 25
    for closed, word in ((False, "curve"), (True, "ring")):
        line = SimpleNamespace(points=np.array([[0.0, -3.0], [0.0, 3.0]]), value=0.0, closed=closed)
        known: Any = SimpleNamespace(minima=(), critical_points=(), curves=(line, line), complete=True)
        there, off = (_facts(valley, path_of(np.array(points) + [x, 0]), 0.02, known) for x in (1e-9, 0.5))
        creeps = _facts(valley, path_of(np.linspace([2.0, 0.0], [0.001, 0.0], 30)), 0.02, known)
        assert [each.words for each in lines(Outcomes(known, (creeps,)), str, 4)] == [
            f"on a {word} of minima, loss 0.0, still creeping"
        ]
        assert (there.outcome[0], there.curve[0], off.outcome[0], off.curve[0]) == ("at rest", 0, "at rest", -1)
        said = [each.words for each in lines(Outcomes(known, (there,)), str, 4)]
        assert said == [f"at rest on a {word} of minima, loss 0.0"]
        assert [each.words for each in lines(Outcomes(known, (off,)), str, 4)] == ["at rest"]


def facts_with(outcome: list[str], minimum: list[int]) -> Facts:
    balls = len(outcome)
    nothing = np.full(balls, -1)
    return Facts(
        np.array(outcome),
        np.array(minimum),
        nothing,
        np.zeros(balls),
        nothing,
        np.full((balls, 3), -1),
        np.full((balls, 3), -1),
        np.zeros(balls),
    )


def test_where_minima_are_many_the_words_stand_for_all_balls() -> None:
    landmarks = SURFACES["rastrigin"]().landmarks
    many = facts_with(
        ["in minimum"] * 10 + ["near minimum"] * 3 + ["at rest", "diverged"], [*range(10), 20, 21, 21, -1, -1]
    )
    groups = lines(Outcomes(landmarks, (many,)), str, 4)
    assert [line.words.split(",")[0] for line in groups][3:] == [
        "in one of 7 other minima",
        "near one of 2 other minima",
        "at rest",
        "diverged",
    ]
    assert [line.counts for line in groups] == [(1,), (1,), (1,), (7,), (3,), (1,), (1,)]
    assert [line.words for line in lines(Outcomes(landmarks, (many,)), str, 1)][0] == "in one of 10 minima"
    both = facts_with(["in minimum"] * 5 + ["near minimum"] * 2, [0, 1, 2, 3, 4, 0, 1])
    said = [line.words for line in lines(Outcomes(landmarks, (both,)), str, 4)][3:]
    assert said == ["in one of 2 other minima", "near one of 2 minima"]  # these are no others


def test_equal_minima_are_told_apart_by_their_places() -> None:
    landmarks = SURFACES["himmelblau"]().landmarks
    outcomes = Outcomes(landmarks, (facts_with(["in minimum"] * 5, [0, 1, 2, 3, 3]),))
    words = [line.words for line in lines(outcomes, lambda value: f"{value:.3f}", 4)]
    assert len(set(words)) == 4 and any("at (3, 2)" in each for each in words)
    close = from_expression("((x - 1)**2 + y**2)*((x - 1.0004)**2 + y**2)").landmarks
    if len(close.minima) == 2:  # places that read the same to three digits
        outcomes = Outcomes(close, (facts_with(["in minimum"] * 2, [0, 1]),))
        assert len({line.words for line in lines(outcomes, lambda value: "0", 4)}) == 2


def test_groups_are_kept_apart_by_what_they_are() -> None:
    facts = facts_with(["in minimum", "near minimum", "in minimum", "at rest", "still moving"], [0, 0, 1, -1, -1])
    assert facts.counts() == {
        Group("in minimum", 0): 1,
        Group("near minimum", 0): 1,
        Group("in minimum", 1): 1,
        Group("at rest"): 1,
        Group("still moving"): 1,
    }


@pytest.mark.parametrize(
    ("name", "count", "hyper"),
    [
        ("sgd", 0, {}),
        ("momentum", 1, {}),
        ("nag", 1, {}),
        ("adagrad", 1, {}),
        ("rmsprop", 1, {}),
        ("adadelta", 2, {}),
        ("adam", 2, {}),
        ("adamw", 2, {}),
        ("amsgrad", 3, {}),
        ("radam", 2, {}),
        ("lion", 1, {}),
        ("signsgd", 0, {}),
        ("newton", 0, {}),
        ("sam", 0, {}),
        ("sam", 2, {"optimizer": "adam"}),
        ("lookahead", 1, {"optimizer": "sgd"}),
        ("lookahead", 3, {"optimizer": "adam"}),
        ("lbfgs", 2 * 2 + 2, {"history_size": 2}),
        ("lbfgs", 2 * 7 + 2, {"history_size": 7}),  # pairs of vectors, the direction and the gradient of the last step
    ],
)
def test_numbers_stored_per_weight(name: str, count: int, hyper: dict[str, Any]) -> None:
    """By the papers' rules: velocity, mean of gradients, mean of squares, ..."""
    assert stored_per_weight(OPTIMIZERS[name](**hyper)) == count


def test_stored_numbers_are_told(tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_text("x,y\n1,1\n2,2\n", "utf-8")
    made = filmed(tmp_path, "himmelblau", "[sgd, momentum, adam, recorded: {file: run.csv}]", "steps: 3\n")
    paths = made.roll()
    assert [facts.stored for facts in outcomes_of(made.experiment, paths).entries] == [0, 1, 2, -1]
    said = list(report(made, paths))
    assert "0 numbers stored per weight" in said[1] and "1 number stored per weight" in said[2]
    assert "2 numbers stored per weight" in said[3] and "stored" not in said[4]
    for suffix in ("json", "npz"):
        write(tmp_path / f"data.{suffix}", made.experiment, paths, made.resolved)
    runs = json.loads((tmp_path / "data.json").read_text("utf-8"))["runs"]
    assert [run["facts"]["stored_per_weight"] for run in runs] == [0, 1, 2, None]
    with np.load(tmp_path / "data.npz") as arrays:
        assert arrays["stored_per_weight"].tolist() == [0, 1, 2, -1]


def test_from_this_start_where_all_share_one(tmp_path: Path) -> None:
    def first(more: str, optimizers: str = "[sgd: {lr: 0.001}, adam]") -> str:
        made = filmed(tmp_path, "himmelblau", optimizers, more).experiment
        return result_lines(outcomes_of(made, made.roll()), made.entries, ["#fff"] * 2)[0][0][0]

    assert first("steps: 9\n") == "From this start:" != first("start: {grid: [2, 2]}\nsteps: 9\n")
    assert first("steps: 9\n", "[sgd: {lr: 0.001, start: [1, 1]}, adam: {start: [2, 1]}]") != "From this start:"
    assert not one_start([np.zeros((1, 2))]) and one_start([np.zeros((3, 2))])


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_steps_to_a_minimum_are_those_until_it_is_near_and_low_for_good(name: str, tmp_path: Path) -> None:
    """By the definition, step by step, at Himmelblau's published minima, whose loss is 0."""
    made = filmed(
        tmp_path,
        "himmelblau",
        f"[{name}: {{lr: {0.01 if name == 'sgd' else 0.05}}}]",
        "start: {grid: [3, 2]}\nsteps: 100\n",
    ).experiment
    (path,) = paths = made.roll()
    (facts,) = outcomes_of(made, paths).entries
    known = np.array(PUBLISHED["himmelblau"][2])
    for ball, points in enumerate(path.positions):
        x, y = points.T
        loss = (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2
        place = known[np.hypot(*(known - points[-1]).T).argmin()]
        there = (np.hypot(*(points - place).T) <= 0.02 * np.hypot(10, 10)) & (loss <= 1e-3 * loss[0])
        assert facts.outcome[ball] == "in minimum" and there[-1]
        assert facts.steps[ball] == max(np.flatnonzero(~there), default=-1) + 1 > 0
        assert facts.until[ball, 1] == facts.steps[ball]


def test_near_a_minimum_no_steps_to_it_and_its_loss_is_not_the_balls() -> None:
    bowl = from_expression("x**2 + y**2")
    outcomes = of_paths(
        bowl, [path_of([[2.0, 0.0]] + [[0.1, 0.0]] * 5), path_of([[2.0, 0.0], [0.1, 0.0], [0.0, 0.0]])], 0.02
    )
    # 0.1 is near, but 0.01 of 4 is not low
    assert [facts.steps.tolist() for facts in outcomes.entries] == [[-1], [2]]
    words = [line.words for line in lines(outcomes, str, 4)]
    assert words == ["in the minimum, loss 0.0", "near the minimum of loss 0.0"]


@pytest.mark.parametrize(("steps", "count", "middle"), [([4], 1, 4), ([1, 9, -1], 2, 5), ([1, 2, 9], 3, 2)])
def test_medians_are_medians_of_those_that_arrived(steps: list[int], count: int, middle: float) -> None:
    from dataclasses import replace

    facts = replace(
        facts_with(["in minimum"] * len(steps), [0] * len(steps)),
        steps=np.array(steps),
        until=np.array([[each, 2 * each, -1] for each in steps]),
    )
    assert median(facts) == (count, middle, [middle, 2 * middle, -1])
    assert median(replace(facts, steps=np.full(len(steps), -1))) is None


def test_rounding_reads_0_in_places() -> None:
    assert place(Minimum(-0.1603, 5.557e-16, 0.0), (10.0, 10.0)) == "(−0.1603, 0)"
    assert place(Minimum(-9.3e-18, -3.9e-21, 0.0), (1.0, 1.0), minus="-") == "(0, 0)"
    assert place(Minimum(3e-12, -2e-12, 0.0), (1e-11, 1e-11), minus="-") == "(3e-12, -2e-12)"


def test_a_place_where_the_loss_is_not_defined_is_told_apart_from_divergence() -> None:
    dome = from_expression("sqrt(4 - x**2 - y**2)", domain=((-3.0, 3.0), (-3.0, 3.0)))
    bowl = from_expression("x**2 + y**2")
    for surface, rate, words in ((dome, 0.1, "diverged (loss not defined there)"), (bowl, 90.0, "diverged")):
        outcomes = of_paths(surface, [roll(OPTIMIZERS["sgd"](lr=rate), surface, [[-0.5, 0.4]], 300)], 0.02)
        assert outcomes.entries[0].outcome.tolist() == ["diverged"]
        assert [line.words for line in lines(outcomes, str, 4)] == [words]
    far = from_expression("x**4 - y**4")  # inf - inf, far away
    outcomes = of_paths(far, [roll(OPTIMIZERS["sgd"](lr=90.0), far, [[1.0, 1.0]], 300)], 0.02)
    assert [line.words for line in lines(outcomes, str, 4)] == ["diverged"]
