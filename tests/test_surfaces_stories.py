"""What surfaces are for: published optima, formulas written another way, and what algebra says of who stays where."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS, Optimizer, roll

POINTS = np.random.default_rng(11).uniform(-2, 2, (50, 2))
X, Y = POINTS.T


@pytest.mark.parametrize(
    ("name", "losses"),
    [
        ("styblinski_tang", [-78.332331, -64.195612, -64.195612, -50.058893]),
        ("goldstein_price", np.log([3, 30, 84, 840])),
        ("branin", [0.397887, 0.397887, 0.397887]),
        ("easom", [-1] + [-8.110220e-5] * 4),
        ("booth", [0]),
        ("three_hump_camel", [0, 0.298638, 0.298638]),
        ("drop_wave", [-1]),
        ("factorization", [0.25, 0.25]),
        ("one_neuron", [0, 0]),
        ("river_valley", [0]),
    ],
)
def test_published_optima(name: str, losses: list) -> None:
    surface = SURFACES[name]()
    assert surface.landmarks.complete
    np.testing.assert_allclose([each.value for each in surface.minima], losses, atol=1e-6)


def test_goldstein_price_is_the_logarithm_of_the_published_product() -> None:
    first = 1 + (X + Y + 1) ** 2 * (19 - 14 * X + 3 * X**2 - 14 * Y + 6 * X * Y + 3 * Y**2)
    second = 30 + (2 * X - 3 * Y) ** 2 * (18 - 32 * X + 12 * X**2 + 48 * Y - 36 * X * Y + 27 * Y**2)
    surface = SURFACES["goldstein_price"]()
    np.testing.assert_allclose(surface.value(POINTS), np.log(first * second), rtol=1e-12)
    # the product is one of p(x + y) and q(2 x - 3 y); p' = 0 at -1, 1, 2 and q' = 0 at 0, 1, 3
    expected = sorted(((3 * s + d) / 5, (2 * s - d) / 5) for s in (-1, 1, 2) for d in (0, 1, 3))
    np.testing.assert_allclose(sorted(each[:2] for each in surface.critical_points), expected, atol=1e-9)


def test_factorization_is_the_distance_of_two_matrices() -> None:
    far = POINTS[:, :, None] * POINTS[:, None, :] - np.diag([2.5, 0.5])
    surface = SURFACES["factorization"](a=2.5, b=0.5)
    np.testing.assert_allclose(surface.value(POINTS), (far**2).sum(axis=(1, 2)) / 4, rtol=1e-12, atol=1e-14)


def test_one_neuron_is_a_net_that_learns_from_another() -> None:
    u = np.array([-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2])
    errors = Y[:, None] * np.tanh(X[:, None] * u) - 1.5 * np.tanh(1.2 * u)
    surface = SURFACES["one_neuron"]()
    np.testing.assert_allclose(surface.value(POINTS), (errors**2).mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(surface.value(-POINTS), surface.value(POINTS), rtol=1e-12)


def test_gradient_descent_stops_in_the_river_valley_where_it_is_too_narrow() -> None:
    """Bouncing between x and -x, S = exp(a y): x' = x - lr S x / q = -x for lr S = 2 q, q^2 = 1 + x^2; and y rests
    where a S (q - 1) = c (d - y).
    """
    a, c, d, lr = 0.5, 0.05, 6.0, 0.3
    y = brentq(lambda y: a * np.exp(a * y) * (lr * np.exp(a * y) / 2 - 1) - c * (d - y), 3.8, 6, xtol=1e-14)
    x = np.sqrt((lr * np.exp(a * y) / 2) ** 2 - 1)
    assert (y, x) == pytest.approx((3.856, 0.252), abs=5e-4)
    surface = SURFACES["river_valley"]()
    ends = roll(OPTIMIZERS["sgd"](lr=lr), surface, surface.start, 2000).positions[0, -2:]
    np.testing.assert_allclose(ends[:, 1], y, atol=1e-9)
    np.testing.assert_allclose(sorted(ends[:, 0]), [-x, x], atol=1e-9)
    slow = roll(OPTIMIZERS["sgd"](lr=0.05), surface, surface.start, 5000).positions[0, -1]
    np.testing.assert_allclose(slow, (0, 6), atol=1e-4)  # 2 / lr > exp(3): stable down to the minimum


def test_two_layers_become_balanced_at_a_large_rate_only() -> None:
    surface = SURFACES["two_layer"]()

    def sharpness(lr: float, steps: int) -> float:
        end = roll(OPTIMIZERS["sgd"](lr=lr), surface, (2.5, 0.2), steps).positions[0, -1]
        assert surface.value(end) < 1e-12
        return float((end**2).sum())

    # along the flow x^2 - y^2 is kept, and x y = 1 in the end
    assert sharpness(1e-3, 20_000) == pytest.approx(np.sqrt((2.5**2 - 0.2**2) ** 2 + 4), rel=1e-3)
    assert sharpness(0.5, 300) < 2 / 0.5 - 1  # nowhere else on the curve could it rest


def test_a_ring_without_tilt_is_a_circle_of_minima() -> None:
    level = SURFACES["ring"](tilt=0.0).landmarks
    (circle,) = level.curves
    assert not level.minima and circle.closed and circle.value == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(np.hypot(*circle.points.T), 1, atol=1e-6)


def test_ripples_make_more_minima_once_the_bowl_is_not_convex() -> None:
    critical = 0.5**2 / (2 * np.pi**2)  # eps at which 2 - eps (2 pi / length)^2 = 0
    bowl, egg_box = (SURFACES["rippled_bowl"](eps=share * critical, length=0.5) for share in (0.99, 1.3))
    assert len(bowl.minima) == 1 and (np.linalg.eigvalsh(bowl.hessian(POINTS)) > 0).all()
    assert len(egg_box.minima) > 1


def test_the_sharp_hole_is_deeper_by_a_little_and_holds_slow_balls_only() -> None:
    surface = SURFACES["flat_and_sharp"]()
    (deep, wide), limits = surface.minima, [each.stability_limit for each in surface.critical_points[:2]]
    assert deep.x > 0 > wide.x and 0 < wide.value - deep.value < 0.05
    assert limits[0] < 0.07 and limits[1] > 1
    shallow = SURFACES["flat_and_sharp"](sharp=0.9, flat=0.98)
    assert shallow.minima[0].x < 0
    slow, fast = (
        roll(OPTIMIZERS["sgd"](lr=lr), surface, [(1.25, 0.05), (-1.2, 0.2)], 400).positions[:, -1] for lr in (0.05, 0.5)
    )
    assert surface.reached(slow).tolist() == [0, 1]
    assert surface.reached(fast).tolist()[1] == 1 and surface.reached(fast).tolist()[0] != 0


def test_the_cliff_is_as_steep_as_its_parameters_say() -> None:
    surface = SURFACES["cliff"](height=3.0, steepness=40.0)
    assert surface.gradient((1.0, 0.0))[0] == pytest.approx(0.3 + 3 * 40 / 4)
    assert surface.value((1.5, 0.0)) - surface.value((0.5, 0.0)) == pytest.approx(3 + 0.15 * 2, abs=1e-6)
    steep = SURFACES["cliff"](steepness=1e4)
    np.testing.assert_allclose(steep.value([[-2, 1], [3, 1]]), [0.6 + 0.5, 1.35 + 0.5 + 2], rtol=1e-14)
    np.testing.assert_allclose(steep.gradient([[-2, 1], [3, 1]]), [[-0.6, 1], [0.9, 1]], rtol=1e-14)
    assert [each[:2] for each in steep.minima] == [(0, 0)]


def test_who_remembers_the_wall_goes_slowly_down_the_slope() -> None:
    """Adagrad keeps its squares for ever, RMSProp forgets them: how many steps it is to x = 1, from wall and foot."""
    surface, starts = SURFACES["wall_then_slope"](), [(-2.4, 0.0), (-1.0, 0.0)]

    def steps(optimizer: Optimizer) -> list[int]:
        path = roll(optimizer, surface, starts, 600).positions[:, :, 0]
        return [int((run < 1).sum()) for run in path]

    wall, foot = steps(OPTIMIZERS["adagrad"]())
    assert wall > 10 * foot
    wall, foot = steps(OPTIMIZERS["rmsprop"](alpha=0.9))
    assert wall < 3 * foot
