"""Who is first: against steps that can be counted by hand, and at rates between which they must lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.loading import shot
from thalweg.experiment.order import RATES, places
from thalweg.experiment.outcomes import outcomes_of

SADDLE = """\
surface: {expression: "x**2/2 - y**2/2", domain: {x: [-3, 3], y: [-4, 4]}}
start: [0, 0.01]
steps: 40
optimizers: [sgd: {lr: 0.05}, sgd: {lr: 0.5}, sgd: {lr: 0.2}]
"""


def experiment(tmp_path: Path, text: str):
    path = tmp_path / "film.yaml"
    path.write_text(text, encoding="utf-8")
    return shot(path).experiment


def left(lr: float) -> float:
    """A step multiplies y by 1 + lr; away is 5 % of the diagonal, 10."""
    return float(np.ceil(np.log(0.5 / 0.01) / np.log(1 + lr)))


def test_who_leaves_a_saddle_is_ranked_by_the_closed_form(tmp_path: Path) -> None:
    made = experiment(tmp_path, SADDLE)
    ranked = places(made, made.roll(), "leaves_saddle")
    assert [(each.entry, each.step, each.done) for each in ranked] == [
        (1, left(0.5), 1),
        (2, left(0.2), 1),
        (0, np.inf, 0),  # it would take 81 steps
    ]
    assert left(0.05) > 40 and all(each.span is None for each in ranked)


def test_a_range_of_rates_is_rolled_anew(tmp_path: Path) -> None:
    made = experiment(tmp_path, SADDLE)
    spans = {each.entry: each.span for each in places(made, made.roll(), "leaves_saddle", 2.0)}
    assert spans == {1: (left(1.0), left(0.25)), 2: (left(0.4), left(0.1) if left(0.1) <= 40 else np.inf), 0: (
        left(0.1) if left(0.1) <= 40 else np.inf, np.inf)}  # fmt: skip
    assert RATES % 2, "the rate itself is among them"


def test_steps_to_a_minimum_are_those_of_the_facts(tmp_path: Path) -> None:
    text = "surface: bowl\nsteps: 80\noptimizers: [sgd: {lr: 0.1}, adam, momentum, sgd: {lr: 0.001}]\n"
    made = experiment(tmp_path, text)
    paths = made.roll()
    facts = [each.steps[0] for each in outcomes_of(made, paths).entries]
    for each in places(made, paths, "reaches_minimum"):
        assert each.step == (facts[each.entry] if facts[each.entry] >= 0 else np.inf)


def test_of_several_balls_it_is_the_median_of_those_that_do(tmp_path: Path) -> None:
    text = SADDLE.replace("start: [0, 0.01]", "start: [[0, 0.01], [0, 0.1], [0, 1e-9]]")
    made = experiment(tmp_path, text)
    first = places(made, made.roll(), "leaves_saddle")[0]
    each = [np.ceil(np.log(0.5 / start) / np.log(1.5)) for start in (0.01, 0.1)]
    assert (first.entry, first.step, first.done) == (1, np.mean(each), 2)
