"""The lines of a rule with one step's numbers: those that moved the ball."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from thalweg import OPTIMIZERS, SURFACES, from_expression, load, roll
from thalweg.engine.rule.mathtext import four_digits
from thalweg.engine.rule.members import rule_of
from thalweg.engine.rule.numbers import numbers_at
from thalweg.experiment.numbered import rule_in_step

VALLEY = from_expression("x**2 + 3*y**2")


def _lines(name: str, step: int, **hyper):
    optimizer = OPTIMIZERS[name](**hyper)
    return numbers_at(optimizer, VALLEY, roll(optimizer, VALLEY, (1.0, -1.0), step + 2).positions[0], step)


def test_descent_by_hand() -> None:
    slope, first = _lines("sgd", 1, lr=0.1)
    assert slope.numbers == (r"g = \nabla f(w) = 2", r"g = \nabla f(w) = -6")
    assert first.letters == r"w \leftarrow w - \eta\, g"
    assert first.numbers == (r"w \leftarrow 1 - 0.1 \cdot 2 = 0.8", r"w \leftarrow -1 - 0.1 \cdot (-6) = -0.4")
    *_, second = _lines("sgd", 2, lr=0.1)
    assert second.numbers[0] == r"w \leftarrow 0.8 - 0.1 \cdot 1.6 = 0.64"
    assert second.values == pytest.approx((0.64, -0.16))


def test_adam_by_hand() -> None:
    """The second step from (1, -1), of the weight x, whose gradient is 2 and then 2 (1 - 0.1) = 1.8."""
    lines = {line.heading: line for line in _lines("adam", 2, lr=0.1)}
    m, v = 0.9 * 0.2 + 0.1 * 1.8, 0.999 * 0.004 + 0.001 * 1.8**2
    texts = [line.numbers[0] for line in lines.values()]
    assert r"m \leftarrow 0.9 \cdot 0.2 + (1 - 0.9) \cdot 1.8 = 0.36" in texts
    assert rf"v \leftarrow 0.999 \cdot 0.004 + (1 - 0.999) \cdot 1.8^2 = {v:.4g}" in texts
    moved = 0.9 - 0.1 * (m / (1 - 0.9**2)) / (np.sqrt(v / (1 - 0.999**2)) + 1e-8)
    assert [*lines.values()][-1].values[0] == pytest.approx(moved, rel=1e-7)
    assert r"10^{-8}" in texts[-1] and texts[-1].endswith(f"= {moved:.4g}")


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if rule_of(OPTIMIZERS[name]())])
def test_the_last_line_is_where_the_ball_goes(name: str) -> None:
    surface, optimizer = SURFACES["bowl_with_two_holes"](), OPTIMIZERS[name]()
    path = roll(optimizer, surface, (-0.64, 1.8), 40).positions[0]
    for step in (1, 2, 7, 40):
        lines = numbers_at(optimizer, surface, path, step)
        w = [line for line in lines if line.letters.startswith("w ")][-1]
        assert w.values == pytest.approx(tuple(path[step]), abs=1e-12)
        for text in (line.numbers[0] for line in lines if step == 7):
            width, height, *_ = MathTextParser("path").parse(f"${text}$")
            assert width > height > 0


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if not rule_of(OPTIMIZERS[name]())])
def test_where_no_text_says_it_there_are_no_lines(name: str) -> None:
    assert _lines(name, 1) == []


def test_schedule_noise_and_clipping_are_the_runs_own(tmp_path: Path) -> None:
    path = tmp_path / "race.yaml"
    path.write_text(
        "surface: bowl_with_two_holes\nstart: {random: 3}\nreplicas: 2\nsteps: 9\nnoise: {std: 0.4}\noptimizers:\n"
        "  - rule:\n      lr: 0.4\n      clip: {norm: 0.3}\n      schedule: {kind: exponential, gamma: 0.5}\n"
        "      update: |\n        g = grad(w)\n        h = 2*lr\n        w = w - h*g\n",
        encoding="utf-8",
    )
    shot = load(path).shot
    (entry,), (trajectory,) = shot.experiment.entries, shot.roll()
    for ball, step in ((0, 1), (4, 6), (5, 9)):
        g, h, w = rule_in_step(shot.experiment, entry, trajectory, step, ball)
        assert g.values == pytest.approx(tuple(trajectory.gradient_used[ball, step - 1]), rel=1e-12)
        assert h.values == pytest.approx((0.8 * 0.5 ** (step - 1),) * 2)
        assert w.values == pytest.approx(tuple(trajectory.positions[ball, step]), rel=1e-12)
        assert g.numbers[1] == rf"g = \nabla f(w) = {four_digits(g.values[1])}"


def test_only_the_weights_that_are_asked_for() -> None:
    path = roll(OPTIMIZERS["sgd"](), VALLEY, (1.0, -1.0), 3).positions[0]
    *_, line = numbers_at(OPTIMIZERS["sgd"](), VALLEY, path, 1, weights=[1], written=lambda value: f"{value:.1f}")
    assert line.numbers == (r"w \leftarrow -1.0 - 0.1 \cdot (-6.0) = -0.4",)


@pytest.mark.parametrize("step", [0, 5, -1])
def test_a_step_that_was_not_made(step: int) -> None:
    path = roll(OPTIMIZERS["sgd"](), VALLEY, (1.0, -1.0), 3).positions[0]
    with pytest.raises(ValueError, match="the ball made 3 steps"):
        numbers_at(OPTIMIZERS["sgd"](), VALLEY, path, step)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-8, "10^{-8}"), (-1e-8, "-10^{-8}"), (2.5e-7, r"2.5 \cdot 10^{-7}"), (float("inf"), r"\infty"), (3.0, "3")],
)
def test_numbers_as_mathtext(value: float, text: str) -> None:
    assert four_digits(value) == text


def test_the_path_is_kept_to() -> None:
    path = np.array([[1.0, -1.0], [0.5, 2.0], [0.0, 0.0]])  # as rounding may lead a chaotic ball away from its text
    line = numbers_at(OPTIMIZERS["momentum"](lr=0.1, momentum=0.5), VALLEY, path, 2)[-1]
    assert line.numbers[0] == r"w \leftarrow 0.5 - 0.1 \cdot 2 = 0.3"  # v = 0.5 * 2 + 1
