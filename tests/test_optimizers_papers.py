"""Optimizers written out from their papers, line by line, and closed forms, against the members."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tests.reference.objectives import Cliff, Quadratic, Slope
from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS, roll

START = np.array([1.3, -0.7])
STARTS = np.array([[1.3, -0.7], [-2.0, 0.4], [0.01, 3.0]])
Point = np.ndarray
Gradient = Callable[[Point], Point]


def grad(w: Point) -> Point:
    return Cliff().gradient(w[None])[0]


def paper_amsgrad(w: Point) -> Iterator[Point]:
    """Reddi et al., algorithm 2, alpha_t = alpha and beta_1t = beta_1."""
    m = v = hat = np.zeros(2)
    while True:
        g = grad(w)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        hat = np.maximum(hat, v)
        w = w - 0.01 * m / (np.sqrt(hat) + 1e-8)
        yield w


def paper_yogi(w: Point) -> Iterator[Point]:
    """Zaheer et al., algorithm 2, from m = 0 and v = 1e-6."""
    m, v = np.zeros(2), np.full(2, 1e-6)
    while True:
        g = grad(w)
        m = 0.9 * m + 0.1 * g
        v = v - 0.001 * np.sign(v - g**2) * g**2
        w = w - 0.01 * m / (np.sqrt(v) + 1e-3)
        yield w


def paper_adan(w: Point) -> Iterator[Point]:
    """Xie et al., algorithm 1, betas 0.02, 0.08, 0.01; uncorrected from m_0 = g_0, v_0 = 0, n_0 = g_0^2."""
    before = grad(w)
    m, v, n = before, np.zeros(2), before**2
    while True:
        g = grad(w)
        m, v = 0.98 * m + 0.02 * g, 0.92 * v + 0.08 * (g - before)
        n = 0.99 * n + 0.01 * (g + 0.92 * (g - before)) ** 2
        w = w - 0.01 / (np.sqrt(n) + 1e-8) * (m + 0.92 * v)
        before = g
        yield w


def paper_ftrl(w: Point) -> Iterator[Point]:
    """McMahan et al., algorithm 1, with beta = 1, moved so that w = 0 is the start."""
    start, z, n, w = w, np.zeros(2), np.zeros(2), np.zeros(2)
    while True:
        g = grad(start + w)
        sigma = (np.sqrt(n + g**2) - np.sqrt(n)) / 0.1
        z, n = z + g - sigma * w, n + g**2
        w = -z / ((1.0 + np.sqrt(n)) / 0.1)
        yield start + w


def paper_mas(w: Point) -> Iterator[Point]:
    """Landro et al.: the sum of both directions times the sum of both rates; SGD with momentum 0.5."""
    m, v, b = np.zeros(2), np.zeros(2), None
    t = 0
    while True:
        t, g = t + 1, grad(w)
        b = g if b is None else 0.5 * b + g
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        adam = m / (np.sqrt(v) / np.sqrt(1 - 0.999**t) + 1e-8)
        rate = 0.4 * 0.01 + 0.7 * 0.01 / (1 - 0.9**t)
        w = w - rate * (0.4 * b + 0.7 * adam)
        yield w


def paper_sophia(w: Point) -> Iterator[Point]:
    """Liu et al., algorithm 3, with the exact diagonal, k = 4."""
    m, h, t = np.zeros(2), np.zeros(2), 0
    while True:
        t, g = t + 1, grad(w)
        m = 0.96 * m + 0.04 * g
        if t % 4 == 1:
            h = 0.99 * h + 0.01 * np.diag(Cliff().hessian(w))
        w = w - 0.01 * 0.1 * w
        w = w - 0.01 * np.clip(m / np.maximum(0.5 * h, 1e-12), -1, 1)
        yield w


def paper_nadam(w: Point) -> Iterator[Point]:
    """Dozat, algorithm 2, mu_t = mu (1 - 0.96^(0.004 t) / 2)."""
    m, v, t, product = np.zeros(2), np.zeros(2), 0, 1.0
    while True:
        t, g = t + 1, grad(w)
        now, soon = (0.9 * (1 - 0.5 * 0.96 ** (0.004 * k)) for k in (t, t + 1))
        product *= now
        m, v = now * m + (1 - now) * g, 0.999 * v + 0.001 * g**2
        mean = soon * m / (1 - product * soon) + (1 - now) * g / (1 - product)
        w = w - 0.01 * mean / (np.sqrt(0.999 * v / (1 - 0.999**t)) + 1e-8)
        yield w


def paper_lookahead(w: Point) -> Iterator[Point]:
    """Zhang et al., algorithm 1: two loops, gradient descent inside."""
    slow = w
    while True:
        fast = slow
        for k in range(4):
            fast = fast - 0.01 * grad(fast)
            if k < 3:
                yield fast
        slow = slow + 0.3 * (fast - slow)
        yield slow


def paper_sam(w: Point) -> Iterator[Point]:
    """Foret et al., algorithm 1, p = 2."""
    while True:
        g = grad(w)
        w = w - 0.01 * grad(w + 0.1 * g / np.linalg.norm(g))
        yield w


SAME: dict[str, tuple[Callable[[Point], Iterator[Point]], dict[str, Any]]] = {
    "ftrl": (paper_ftrl, {"lr": 0.1}),
    "mas": (paper_mas, {"lr": 0.01, "lambda_s": 0.4, "lambda_a": 0.7, "momentum": 0.5}),
    "sophia": (paper_sophia, {"lr": 0.01, "gamma": 0.5, "weight_decay": 0.1, "update_period": 4}),
    "lookahead": (paper_lookahead, {"optimizer": "sgd", "lr": 0.01, "k": 4, "alpha": 0.3}),
    "sam": (paper_sam, {"lr": 0.01, "rho": 0.1}),
}
OTHER = {
    "amsgrad": (paper_amsgrad, {"lr": 0.01}),
    "yogi": (paper_yogi, {"lr": 0.01}),
    "adan": (paper_adan, {"lr": 0.01}),
    "nadam": (paper_nadam, {"lr": 0.01}),
}


def both(name: str, rule: Callable[[Point], Iterator[Point]], given: dict[str, Any]) -> tuple[Point, Point]:
    written = rule(START)
    return (
        roll(OPTIMIZERS[name](**given), Cliff(), START, 25).positions[0, 1:],
        np.array([next(written) for _ in range(25)]),
    )


@pytest.mark.parametrize("name", SAME)
def test_is_the_papers_algorithm(name: str) -> None:
    ours, papers = both(name, *SAME[name])
    assert np.abs(ours - papers).max() < 1e-12


@pytest.mark.parametrize("name", OTHER)
def test_differs_from_the_papers_algorithm_where_the_docstring_says_so(name: str) -> None:
    ours, papers = both(name, *OTHER[name])
    assert np.abs(ours - papers).max() > 1e-4
    assert "paper" in (OPTIMIZERS[name].__doc__ or "").split("Where libraries differ:")[1]


def test_ftrl_keeps_its_start_where_the_paper_starts_at_zero_and_makes_exact_zeros() -> None:
    ftrl = OPTIMIZERS["ftrl"]
    assert np.abs(roll(ftrl(lr=1e-9), Cliff(), START, 3).positions[0] - START).max() < 1e-7
    still = roll(ftrl(beta=0.0), Slope(1.0, 0.0), START, 5).positions[0]
    assert (still[:, 1] == START[1]).all() and (np.diff(still[:, 0]) < 0).all()
    zeros = roll(ftrl(lambda_1=5.0), Quadratic(1.0, 2.0), START, 50).positions[0]
    assert zeros[-1].tolist() == [0.0, 0.0]
    adagrad = roll(OPTIMIZERS["adagrad"](lr=0.5, eps=0.0), Cliff(), STARTS, 1).positions
    assert np.allclose(roll(ftrl(beta=0.0), Cliff(), STARTS, 1).positions, adagrad, rtol=0, atol=1e-12)


def test_newton_is_exact_on_a_quadratic_and_damping_is_levenbergs() -> None:
    newton, k = OPTIMIZERS["newton"], np.arange(21)[:, None]
    path = roll(newton(lr=0.3), Quadratic(3.0, 40.0), START, 20).positions[0]
    assert np.allclose(path, 0.7**k * START, rtol=1e-12)
    path = roll(newton(lr=1.0, damping=2.0), Quadratic(3.0, 40.0), START, 20).positions[0]
    assert np.allclose(path, (2 / np.array([5.0, 42.0])) ** k * START, rtol=1e-11)
    surface = SURFACES["rosenbrock"]()
    step = np.linalg.solve(surface.hessian(STARTS) + 0.5 * np.eye(2), surface.gradient(STARTS)[..., None])[..., 0]
    moved = roll(newton(lr=1.0, damping=0.5), surface, STARTS, 1).positions[:, 1]
    assert np.allclose(moved, STARTS - step, rtol=1e-11)


def test_gradient_flow_on_a_quadratic_is_an_exponential_however_long_the_step() -> None:
    for lr in (1e-3, 0.1, 2.0):
        path = roll(OPTIMIZERS["gradient_flow"](lr=lr), Quadratic(1.0, 30.0), START, 20)
        expected = np.exp(-lr * np.arange(21)[:, None] * [1.0, 30.0]) * START
        assert np.abs(path.positions[0] - expected).max() < 1e-10
        assert np.allclose(path.state["time"][0], lr * np.arange(21))
    far = roll(OPTIMIZERS["gradient_flow"](lr=1e200), Quadratic(1.0, 30.0), START, 1)
    assert np.abs(far.positions[0, 1]).max() < 1e-8


@pytest.mark.parametrize("lr", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("name", ["bowl_with_two_holes", "rosenbrock", "himmelblau", "ackley", "beale"])
def test_gradient_flow_stays_on_its_path_though_each_step_begins_anew(name: str, lr: float) -> None:
    surface = SURFACES[name]()
    path = roll(OPTIMIZERS["gradient_flow"](lr=lr), surface, surface.start, 10).positions[0]
    once = solve_ivp(
        lambda _, point: -surface.gradient(point),
        (0, 10 * lr),
        surface.start,
        method="Radau",
        jac=lambda _, point: -surface.hessian(point),
        t_eval=lr * np.arange(11),
        rtol=1e-13,
        atol=1e-15,
    )
    assert np.abs(path - once.y.T)[-1].max() < 1e-10


def test_gradient_descent_tends_to_gradient_flow() -> None:
    surface, errors = SURFACES["bowl_with_two_holes"](), []
    flow = roll(OPTIMIZERS["gradient_flow"](lr=0.5), surface, [-0.5, 1.6], 8).positions[0, -1]
    for parts in (20, 40, 80):
        steps = roll(OPTIMIZERS["sgd"](lr=0.5 / parts), surface, [-0.5, 1.6], 8 * parts).positions[0, -1]
        errors.append(np.abs(steps - flow).max())
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.05) and errors[1] / errors[2] == pytest.approx(2, rel=0.05)


def test_gradient_flow_survives_a_kink_and_a_blow_up() -> None:
    valley = SURFACES["abs_valley"]()
    path = roll(OPTIMIZERS["gradient_flow"](lr=0.5), valley, [1.0, 0.8], 12)
    assert path.status[0] == "ok" and np.abs(path.positions[0, -1]).max() < 0.01
    assert np.allclose(path.positions[0, :, 0], np.exp(-np.arange(13)), atol=0.01)
    monkey = roll(OPTIMIZERS["gradient_flow"](), SURFACES["monkey_saddle"](), [-0.5, 0.1], 100)
    assert monkey.status[0] == "diverged"


def test_lbfgs_begins_with_the_gradient_and_then_knows_the_curvature() -> None:
    path = roll(OPTIMIZERS["lbfgs"](), Quadratic(2.0, 2.0), START, 6)
    gradient = 2.0 * START
    assert np.allclose(path.positions[0, 1], START - gradient / np.abs(gradient).sum(), rtol=1e-15)
    assert np.abs(path.positions[0, 2:]).max() < 1e-14  # one pair is the whole Hessian of a round bowl
    assert path.state["pairs"][0].tolist() == [0, 0, 1, 1, 1, 1, 1] and path.status[0] == "ok"
