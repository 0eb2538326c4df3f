"""Optimizers written out from their papers, line by line, and closed forms, against the members."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

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


def turned(w: Point, degrees: float) -> Point:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.stack([c * w[..., 0] - s * w[..., 1], s * w[..., 0] + c * w[..., 1]], axis=-1)


class Turned:
    """Another objective, turned about the origin."""

    def __init__(self, shape: Any, degrees: float) -> None:
        self.shape, self.degrees = shape, degrees

    def value(self, points: Point) -> Point:
        return self.shape.value(turned(points, -self.degrees))

    def gradient(self, points: Point) -> Point:
        return turned(self.shape.gradient(turned(points, -self.degrees)), self.degrees)

    def hessian(self, points: Point) -> Point:
        turn = turned(np.eye(2), self.degrees).T
        return turn @ self.shape.hessian(turned(points, -self.degrees)) @ turn.T


def paths_of(name: str, shape: Any, degrees: float, steps: int = 60, **given: Any) -> Point:
    """The path from START on the turned objective, turned back."""
    path = roll(OPTIMIZERS[name](**given), Turned(shape, degrees), turned(START, degrees), steps).positions[0]
    return turned(path, -degrees)


@pytest.mark.parametrize(
    "name", ["adagrad_norm", "adagrad_full", "saddle_free_newton", "newton", "polyak", "line_search"]
)
def test_turned_with_the_surface_the_path_turns_along(name: str) -> None:
    straight, diagonal = (paths_of(name, Quadratic(1.0, 9.0), degrees, 30) for degrees in (0.0, 37.0))
    known = 12 if name in ("polyak", "line_search") else 31  # comparisons and long steps make rounding grow
    assert np.abs(straight - diagonal)[:known].max() < 1e-9


def test_adagrads_per_component_rates_do_not_turn_and_along_the_axes_the_full_matrix_is_the_diagonal_one() -> None:
    ravine = Quadratic(1.0, 100.0)
    turn = [np.abs(paths_of("adagrad", ravine, degrees)[-1]).max() for degrees in (0.0, 45.0)]
    assert turn[1] > 3 * turn[0]
    given = {"lr": 0.3, "initial_accumulator_value": 0.5}
    axis = roll(OPTIMIZERS["adagrad"](**given), Quadratic(3.0, 7.0), [0.0, -0.7], 60).positions
    full = roll(OPTIMIZERS["adagrad_full"](**given), Quadratic(3.0, 7.0), [0.0, -0.7], 60).positions
    assert np.abs(axis - full).max() < 1e-12


def paper_adagrad_full(w: Point) -> Iterator[Point]:
    """Duchi et al., figure 1, full matrices, by numpy's eigenvectors."""
    total = 0.1 * np.eye(2)
    while True:
        g = grad(w)
        total = total + np.outer(g, g)
        values, vectors = np.linalg.eigh(total)
        root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
        w = w - 0.2 * np.linalg.solve(root + 1e-3 * np.eye(2), g)
        yield w


def paper_adagrad_norm(w: Point) -> Iterator[Point]:
    """Ward et al., algorithm 1, with b_0^2 = 0.1."""
    square = 0.1
    while True:
        g = grad(w)
        square += float(np.linalg.norm(g)) ** 2
        w = w - 0.2 / np.sqrt(square) * g
        yield w


def paper_cautious(w: Point) -> Iterator[Point]:
    """Liang et al., algorithm 1, around heavy ball."""
    v = np.zeros(2)
    while True:
        g = grad(w)
        v = 0.9 * v + g
        mask = (v * g > 0).astype(float)
        w = w - 0.01 * 2 / (mask.sum() + 1) * (mask * v)
        yield w


SAME_TOO: dict[str, tuple[Callable[[Point], Iterator[Point]], dict[str, Any]]] = {
    "adagrad_full": (paper_adagrad_full, {"lr": 0.2, "initial_accumulator_value": 0.1, "eps": 1e-3}),
    "adagrad_norm": (paper_adagrad_norm, {"lr": 0.2, "initial_accumulator_value": 0.1, "eps": 0.0}),
    "cautious": (paper_cautious, {"lr": 0.01, "optimizer": {"momentum": {"momentum": 0.9}}}),
}


@pytest.mark.parametrize("name", SAME_TOO)
def test_is_the_papers_algorithm_written_out(name: str) -> None:
    ours, papers = both(name, *SAME_TOO[name])
    assert np.abs(ours - papers).max() < 1e-12


def test_the_full_matrix_moves_along_the_gradients_that_were_there() -> None:
    for slope in np.random.default_rng(0).normal(size=(40, 2)):  # parallel gradients, but for rounding
        path = roll(OPTIMIZERS["adagrad_full"](lr=0.3, eps=0.0), Slope(*slope), START, 60).positions[0]
        steps = -0.3 * slope / np.linalg.norm(slope) / np.sqrt(np.arange(1, 61))[:, None]
        assert np.abs(np.diff(path, axis=0) - steps).max() < 1e-12


def test_near_a_saddle_newton_comes_and_saddle_free_newton_goes() -> None:
    k, saddle = np.arange(11)[:, None], Quadratic(2.0, -5.0)
    free = roll(OPTIMIZERS["saddle_free_newton"](lr=0.3), saddle, START, 10).positions[0]
    assert np.allclose(free, [0.7, 1.3] ** k * START, rtol=1e-12)
    newton = roll(OPTIMIZERS["newton"](lr=0.3), saddle, START, 10).positions[0]
    assert np.allclose(newton, 0.7**k * START, rtol=1e-12)
    damped = roll(OPTIMIZERS["saddle_free_newton"](lr=1.0, damping=3.0), saddle, START, 10).positions[0]
    assert np.allclose(damped, [3 / 5, 13 / 8] ** k * START, rtol=1e-12)
    himmelblau = SURFACES["himmelblau"]()
    gradient = himmelblau.gradient(STARTS)
    values, vectors = np.linalg.eigh(himmelblau.hessian(STARTS))
    assert (values < 0).any() and (values > 0).any()
    step = np.einsum("nij,nj,nkj,nk->ni", vectors, 1 / np.abs(values), vectors, gradient)
    moved = roll(OPTIMIZERS["saddle_free_newton"](lr=1.0), himmelblau, STARTS, 1).positions[:, 1]
    assert np.allclose(moved, STARTS - step, rtol=1e-11)


def test_polyaks_step_ends_where_the_tangent_is_as_low_as_the_minimum() -> None:
    surface = SURFACES["himmelblau"]()
    path = roll(OPTIMIZERS["polyak"](lr=1e9), surface, [3.4, 2.5], 40)
    rise = path.gradient[0, :-1] * np.diff(path.positions[0], axis=0)
    assert np.abs(path.loss[0, :-1] + rise.sum(axis=1))[:10].max() < 1e-12
    ravine = roll(OPTIMIZERS["polyak"](lr=1e9), Quadratic(1.0, 100.0), START, 40).positions[0]
    assert (np.diff(np.linalg.norm(ravine, axis=1)) < 0).all()  # convex: ever nearer
    lr = roll(OPTIMIZERS["polyak"](lr=0.01, f_min=-1e6), Quadratic(1.0, 10.0), START, 40).positions
    assert np.allclose(lr, roll(OPTIMIZERS["sgd"](lr=0.01), Quadratic(1.0, 10.0), START, 40).positions)
    below = roll(OPTIMIZERS["polyak"](f_min=50.0), Quadratic(1.0, 10.0), START, 9).positions
    assert (below == START).all()


def test_exact_steps_are_at_right_angles_and_have_the_curvature_along_the_line() -> None:
    quadratic = Quadratic(1.0, 9.0)
    path = roll(OPTIMIZERS["line_search"](exact=True), quadratic, START, 20)
    gradients = path.gradient[0]
    rates = (gradients**2).sum(axis=1) / (gradients**2 * [1.0, 9.0]).sum(axis=1)
    assert np.allclose(path.state["rate"][0, 1:, 0], rates[:-1], rtol=1e-12)  # g.g / g.Hg
    worst = roll(OPTIMIZERS["line_search"](exact=True), quadratic, [9.0, 1.0], 20)
    assert np.allclose(worst.loss[0], worst.loss[0, 0] * 0.8 ** (2 * np.arange(21)), rtol=1e-9)  # ((9 - 1) / (9 + 1))^2


@pytest.mark.parametrize("name", ["rosenbrock", "himmelblau", "six_hump_camel", "bowl_with_two_holes"])
def test_an_exact_step_is_a_minimum_along_the_line_as_scipy_finds_it(name: str) -> None:
    surface = SURFACES[name]()
    path = roll(OPTIMIZERS["line_search"](exact=True, lr=1e-3), surface, surface.start, 12)
    for k in range(12):
        w, g, rate = path.positions[0, k], path.gradient[0, k], path.state["rate"][0, k + 1, 0]
        if np.linalg.norm(g) < 1e-6:
            assert k > 3
            break
        root = brentq(lambda r, w=w, g=g: surface.gradient(w - r * g) @ g, 0.9 * rate, 1.1 * rate, xtol=1e-15)
        assert root == pytest.approx(rate, rel=1e-9)
        values = surface.value(w - rate * np.array([[0.0], [0.9], [1.0], [1.1]]) * g)
        assert values[2] < values[[0, 1, 3]].min()


def test_armijo_takes_the_first_rate_that_is_low_enough() -> None:
    surface = SURFACES["rosenbrock"]()
    path = roll(OPTIMIZERS["line_search"](lr=1.0, shrink=0.5, c=0.1), surface, surface.start, 40)
    for k in range(40):
        w, g, rate = path.positions[0, k], path.gradient[0, k], path.state["rate"][0, k + 1, 0]
        low = [surface.value(w - r * g) <= surface.value(w) - 0.1 * r * g @ g for r in (rate, 2 * rate)]
        assert low == [True, False] and np.log2(rate) == round(np.log2(rate))
    still = roll(OPTIMIZERS["line_search"](), Quadratic(1.0, 2.0), [0.0, 0.0], 3)
    assert (still.positions == 0).all() and still.status[0] == "ok"


def test_averages_are_the_means_of_the_iterates() -> None:
    iterates = roll(OPTIMIZERS["momentum"](lr=0.03), Cliff(), STARTS, 30).positions
    inside = {"optimizer": "momentum", "lr": 0.03}
    mean = roll(OPTIMIZERS["average"](**inside), Cliff(), STARTS, 30)
    late = roll(OPTIMIZERS["average"](**inside, begin=10), Cliff(), STARTS, 30).positions
    ema = roll(OPTIMIZERS["average"](**inside, ema=True, decay=0.8), Cliff(), STARTS, 30).positions
    assert np.allclose(mean.state["iterate"], iterates, rtol=0, atol=1e-13)
    assert (mean.gradient_at == mean.state["iterate"][:, :-1]).all() and (late[:, :11] == iterates[:, :11]).all()
    for k in (1, 2, 11, 12, 30):
        assert np.allclose(mean.positions[:, k], iterates[:, 1 : k + 1].mean(axis=1), rtol=0, atol=1e-13)
        weights = 0.2 * 0.8 ** np.arange(k)[::-1]
        weights[0] = 0.8 ** (k - 1)  # it begins at the first iterate
        assert np.allclose(ema[:, k], np.tensordot(weights, iterates[:, 1 : k + 1], (0, 1)), rtol=0, atol=1e-13)
        if k > 10:
            assert np.allclose(late[:, k], iterates[:, 11 : k + 1].mean(axis=1), rtol=0, atol=1e-13)


def test_schedule_free_is_an_average_of_gradient_descent_at_one_end_and_primal_averaging_at_the_other() -> None:
    free, mean = OPTIMIZERS["schedule_free"], OPTIMIZERS["average"]
    ours = roll(free(lr=0.03, momentum=0.0), Cliff(), STARTS, 30).positions
    assert np.allclose(ours, roll(mean(lr=0.03), Cliff(), STARTS, 30).positions, rtol=0, atol=1e-12)
    path = roll(free(lr=0.03, momentum=1.0), Cliff(), STARTS, 30)
    assert (path.gradient_at == path.positions[:, :-1]).all()
    between = roll(free(lr=0.03), Cliff(), STARTS, 30)
    y = 0.1 * between.state["z"] + 0.9 * between.positions
    assert np.allclose(between.gradient_at, y[:, :-1], rtol=0, atol=1e-14)
