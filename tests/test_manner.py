"""How balls move in the end: where a step of gradient descent is a multiplication that can be done by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.loading import shot
from thalweg.experiment.manner import manners
from thalweg.experiment.manner_words import moved
from thalweg.experiment.outcomes import NONE, outcomes_of
from thalweg.typeset.numbers import loss_text

BOWL = 'surface: {expression: "x**2/2 + y**2/2", domain: {x: [-3, 3], y: [-3, 3]}}\nstart: [2, 1]\n'
KINK = 'surface: {expression: "x**2 + abs(y)", domain: {x: [-2, 2], y: [-2, 2]}}\nstart: [1, 0.85]\n'


def found(tmp_path: Path, text: str) -> list[list[tuple[str, int, float]]]:
    path = tmp_path / "film.yaml"
    path.write_text(text, encoding="utf-8")
    made = shot(path)
    paths = made.roll()
    return [list(each) for each in manners(made.experiment, paths, outcomes_of(made.experiment, paths))]


@pytest.mark.parametrize(
    ("lr", "word", "minimum"),
    [
        (0.001, "creeps", NONE),  # a step of gradient descent multiplies by 1 - lr
        (0.3, "settles", 0),
        (1.7, "swings in", 0),
        (2.0, "hops", NONE),  # by -1: to the other side and back
        (2.1, "swings wider", NONE),
    ],
)
def test_of_gradient_descent_on_a_bowl(lr: float, word: str, minimum: int, tmp_path: Path) -> None:
    (((made, where, step),),) = found(tmp_path, BOWL + f"steps: 60\noptimizers: [sgd: {{lr: {lr}}}]\n")
    assert (made, where) == (word, minimum)
    last = np.abs(1 - lr) ** np.arange(40, 60) * lr * np.hypot(2, 1)
    assert step == pytest.approx(np.median(last), rel=1e-9)


def test_over_a_kink_a_fixed_rate_hops_for_ever_and_steps_that_shrink_hop_less(tmp_path: Path) -> None:
    """|y| has slope 1: steps of lr for gradient descent, of lr / sqrt(n) for AdaGrad."""
    text = KINK + "steps: 200\noptimizers: [sgd: {lr: 0.1}, adagrad: {lr: 0.5}, sgd: {lr: 0.1, schedule: cosine}]\n"
    (sgd,), (adagrad,), (falling,) = found(tmp_path, text)
    assert sgd[0] == "hops" and sgd[2] == pytest.approx(0.1)
    assert adagrad[0] == "hops ever less" and adagrad[2] == pytest.approx(0.5 / np.sqrt(190), rel=0.02)
    assert falling[:2] == ("swings in", 0)


def test_who_starts_above_a_deeper_hole_and_rests_in_another_was_thrown_out(tmp_path: Path) -> None:
    """2 / curvature is 0.33 in the deep hole: 0.8 cannot rest there (configs/sharpness.yaml)."""
    text = """\
surface: {name: bowl_with_two_holes, domain: {x: [-1.6, 2.2], y: [-1.6, 2.2]}}
start: [1.7, 1.7]
steps: 60
optimizers: [sgd: {lr: 0.3}, sgd: {lr: 0.5}, sgd: {lr: 0.8}, sgd: {lr: 0.8, start: [-1.5, -1.5]}]
"""
    told = [each[0][:2] for each in found(tmp_path, text)]
    assert told == [("settles", 0), ("hops", NONE), ("thrown out", 1), ("settles", 1)]


def test_with_noise_balls_tremble(tmp_path: Path) -> None:
    text = BOWL + "steps: 200\nnoise: {std: 1}\noptimizers: [sgd: {lr: 0.3}]\n"
    assert found(tmp_path, text)[0][0][0] == "trembles"


def test_every_ball_is_in_one_line_with_its_number(tmp_path: Path) -> None:
    four = "sgd: {lr: 0.001}, sgd: {lr: 0.3}, sgd: {lr: 2}, adam: {start: {grid: [3, 3]}}"
    text = BOWL + f"steps: 60\noptimizers: [{four}]\n"
    path = tmp_path / "film.yaml"
    path.write_text(text, encoding="utf-8")
    made = shot(path)
    paths = made.roll()
    lines = moved(made.experiment, paths, outcomes_of(made.experiment, paths), loss_text)
    assert np.sum([line.counts for line in lines], axis=0).tolist() == [1, 1, 1, 9]
    told = {line.words: line.numbers for line in lines}
    assert told["hops on and on"][2] == f"hops of {2 * np.hypot(2, 1):.2g}"
    assert told["still creeping"][0] == f"loss {2.5 * 0.999**120:.4f}"
    # a thousandth of the height is left once 0.49^n is less; and the ball is near once 0.7^n sqrt(5) < 0.02 sqrt(72)
    steps = int(np.ceil(max(np.log(1e-3) / np.log(0.49), np.log(0.02 * np.sqrt(72 / 5)) / np.log(0.7))))
    assert told["settles in the minimum, loss 0"][1] == f"{steps} steps"
