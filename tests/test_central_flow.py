"""The central flow against its equation solved elsewhere, and against the gradient descent that it predicts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from scipy.integrate import solve_ivp

from tests.reference.objectives import Cliff, Quadratic
from thalweg.calculus import SURFACES, from_expression
from thalweg.calculus.sampled import Sampled
from thalweg.engine import OPTIMIZERS, roll
from thalweg.engine.asked import counted_roll

RIVER = "exp(0.5*y)*(sqrt(1 + x**2) - 1) + 0.025*(y - 6)**2"  # its floor bends by exp(y/2) across
BENT = "x**4/12 - 2*x + 0.1*x**2*y + 0.05*(y - 1)**2"  # pushed to where x bends it more, it slides along y
BOX = ((-3.0, 3.0), (-1.0, 8.0))


def flow(text: str, lr: float, start: Any, steps: int) -> Any:
    return roll(OPTIMIZERS["central_flow"](lr=lr), from_expression(text, {}, BOX), start, steps)


def test_below_the_edge_it_is_gradient_flow() -> None:
    surface = SURFACES["bowl_with_two_holes"]()
    central = roll(OPTIMIZERS["central_flow"](lr=0.3), surface, [-0.5, 1.6], 40)
    plain = roll(OPTIMIZERS["gradient_flow"](lr=0.3), surface, [-0.5, 1.6], 40)
    assert np.abs(central.positions - plain.positions).max() < 1e-6
    assert (central.state["variance"] == 0).all() and np.allclose(central.state["time"][0], 0.3 * np.arange(41))
    quadratic = roll(OPTIMIZERS["central_flow"](lr=0.1), Quadratic(1.0, 15.0), [1.0, 1.0], 20).positions[0]
    assert np.abs(quadratic - np.exp(-0.1 * np.outer(np.arange(21), [1.0, 15.0]))).max() < 1e-5


@pytest.mark.parametrize("lr", [0.2, 0.3, 0.5, 0.8])
def test_in_the_river_valley_it_stops_where_the_floor_is_as_sharp_as_2_over_lr(lr: float) -> None:
    """There S = exp(y / 2) and grad S = (0, S / 2), so that sigma^2 = 2 * 0.05 (6 - y) / (S / 2)."""
    path = flow(RIVER, lr, [1.5, 0.0], 400 if lr < 0.3 else 150)
    y = 2 * np.log(2 / lr)
    assert path.positions[0, -1] == pytest.approx([0.0, y], abs=1e-9)
    predicted = np.sqrt(0.2 * (6 - y) / (2 / lr))
    assert np.sqrt(path.state["variance"][0, -1]) == pytest.approx(predicted, rel=1e-9)
    descent = roll(OPTIMIZERS["sgd"](lr=lr), from_expression(RIVER, {}, BOX), [1.5, 0.01], 4000).positions[0, -2:]
    assert np.abs(descent[:, 0]).mean() == pytest.approx(predicted, rel=0.07)  # the swings, and where they are:
    assert descent[:, 1].mean() == pytest.approx(y, abs=0.3)


def test_along_the_edge_it_is_the_papers_equation() -> None:
    """Solved by scipy with the sharpness in closed form: free until the edge, then with sigma^2 that keeps S there."""
    lr, start, x, y = 1.0, [0.2, 3.0], *sympy.symbols("x y", real=True)
    f = sympy.sympify(BENT, locals={"x": x, "y": y})
    xx, xy, yy = f.diff(x, x), f.diff(x, y), f.diff(y, y)
    sharpness = (xx + yy) / 2 + sympy.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    made = [sympy.lambdify((x, y), [each.diff(x), each.diff(y)]) for each in (f, sharpness)]
    height = sympy.lambdify((x, y), sharpness)

    def free(_: float, w: Any) -> Any:
        return -np.array(made[0](*w))

    def along(_: float, w: Any) -> Any:
        down, slope = -np.array(made[0](*w)), np.array(made[1](*w))
        return down - max(2 * (down @ slope) / (slope @ slope), 0.0) / 2 * slope

    def edge(_: float, w: Any) -> float:
        return float(height(*w)) - 2 / lr

    edge.terminal = True  # type: ignore[attr-defined]
    how: dict[str, Any] = {"rtol": 1e-11, "atol": 1e-12}
    first = solve_ivp(free, (0, 60), start, method="Radau", events=edge, **how)
    assert first.status == 1 and 0.5 < first.t[-1] < 20
    second = solve_ivp(along, (first.t[-1], 60), first.y[:, -1], method="Radau", dense_output=True, **how)
    path = flow(BENT, lr, start, 60)
    at = np.arange(61) * lr
    later = at > first.t[-1]
    expected = second.sol(at[later]).T
    assert np.abs(expected - expected[-1]).max() > 1  # it goes along the edge
    assert np.abs(path.positions[0, later] - expected).max() < 1e-4
    assert np.allclose([height(*w) for w in path.positions[0, later]], 2 / lr, rtol=1e-9)


def test_it_leaves_the_edge_when_it_is_no_longer_pushed_there() -> None:
    text = "x**4/12 - 2*x + 0.4*x*y + 0.15*(y - 5)**2"  # the push along x is 2 - 0.4 y, and y rises
    path, surface = flow(text, 1.0, [0.5, -1.0], 200), from_expression(text, {}, BOX)
    sharpness = np.linalg.eigvalsh(surface.hessian(path.positions[0]))[:, -1]
    held = path.state["variance"][0] > 0
    assert held.sum() > 3 and np.allclose(sharpness[held], 2.0, rtol=1e-9) and sharpness.max() < 2 + 1e-9
    assert not held[-1] and sharpness[-1] < 1.9 and np.abs(path.gradient[0, -1]).max() < 1e-9


def test_where_the_sharpness_cannot_be_lowered_it_diverges_as_gradient_descent_does() -> None:
    for lr, status in ((0.19, "ok"), (0.21, "diverged")):
        for name, steps in (("central_flow", 50), ("sgd", 9000)):
            path = roll(OPTIMIZERS[name](lr=lr), from_expression("x**2/2 + 5*y**2"), [1.0, 1.0], steps)
            assert path.status[0] == status


def test_third_derivatives_may_come_from_the_formula_from_samples_or_from_differences() -> None:
    surface, start = from_expression(RIVER, {}, BOX), [1.5, 0.0]

    class Bare:
        value, gradient, hessian = surface.value, surface.gradient, surface.hessian

    x, y = np.linspace(-3, 3, 121), np.linspace(-1, 8, 121)
    samples = Sampled(x, y, surface.value(np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)))
    exact, bare, sampled = (
        roll(OPTIMIZERS["central_flow"](lr=0.5), each, start, 60).positions[0] for each in (surface, Bare(), samples)
    )
    assert np.abs(exact - bare).max() < 1e-7 and np.abs(exact - sampled).max() < 1e-2
    assert np.isfinite(roll(OPTIMIZERS["central_flow"](lr=0.1), Cliff(), [1.3, -0.7], 30).positions).all()


def test_a_step_asks_for_what_the_docstring_says() -> None:
    path = counted_roll(
        OPTIMIZERS["central_flow"](lr=0.1),
        SURFACES["bowl"](),
        np.array([[1.0, 1.0]]),
        10,
        start_index=np.zeros(1, int),
        replica=np.zeros(1, int),
    )
    assert path.evaluations().tolist() == [[0, 330, 90]]
    assert "33 gradients and 9 Hessians" in (OPTIMIZERS["central_flow"].__doc__ or "")
