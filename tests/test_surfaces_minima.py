"""Where the minima are, kinks and tips included, and which of them a ball has reached."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.calculus import SURFACES, Surface, from_expression
from thalweg.calculus.minima import diagonal

TURN = 2 * np.pi * np.random.default_rng(0).uniform(size=200)
RING = np.stack([np.cos(TURN), np.sin(TURN)], axis=-1)


@pytest.fixture(params=sorted(SURFACES))
def surface(request) -> Surface:
    return SURFACES[request.param]()


def test_minima_are_minima(surface: Surface) -> None:
    depths = [m.value for m in surface.minima]
    assert depths == pytest.approx(sorted(depths), abs=1e-9)
    for m in surface.minima:
        (x0, x1), (y0, y1) = surface.domain
        assert x0 <= m.x <= x1 and y0 <= m.y <= y1
        assert surface.value((m.x, m.y)) == m.value
        for radius in (1e-4, 1e-3):
            assert (surface.value((m.x, m.y) + radius * diagonal(surface) * RING) > m.value).all()


def test_no_node_is_lower_than_the_deepest(surface: Surface) -> None:
    x, y = (np.linspace(*side, 301)[1:-1] for side in surface.domain)
    lowest = surface.value(np.stack(np.meshgrid(x, y), axis=-1)).min()
    depths = [each.value for each in (*surface.minima, *surface.landmarks.curves)]
    unbounded = surface.value([[50, 50], [0, 50], [-50, 0], [-50, 50]]).min() < lowest  # the saddles
    assert unbounded or min(depths) <= lowest + 1e-12


def test_minima_of_the_literature(surface: Surface) -> None:
    if surface.known_minima is None:
        pytest.skip("its file states no minima")
    found = np.reshape(sorted((m.x, m.y) for m in surface.minima), (-1, 2))
    np.testing.assert_allclose(found, np.reshape(sorted(surface.known_minima), (-1, 2)), atol=1.1e-6)


@pytest.mark.parametrize(
    ("name", "given", "places"),
    [
        ("saddle", {"quartic": 0.25}, [(0, -(2**0.5)), (0, 2**0.5)]),
        ("monkey_saddle", {"quartic": 0.5}, [(-1.5, 0), (0.75, -1.2990381), (0.75, 1.2990381)]),
        ("rosenbrock", {"a": 0.5, "b": 1e4}, [(0.5, 0.25)]),
        ("plateau", {"width": 0.02, "x0": 0.1234}, [(0.1234, 0)]),
    ],
)
def test_minima_follow_the_parameters(name: str, given: dict, places: list) -> None:
    found = [(m.x, m.y) for m in SURFACES[name](**given).minima]
    np.testing.assert_allclose(found, places, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("x**2 + 0.3*abs(y)", [(0, 0)]),
        ("x**2 + y**2 + 10*abs(x + y - 1)", [(0.5, 0.5)]),
        ("max(abs(x), abs(y))", [(0, 0)]),
        ("sqrt((x - 1)**2 + y**2)", [(1, 0)]),
        ("x**4 + y**4", [(0, 0)]),
        ("abs(x)**0.5 + abs(y - x/3)", [(0, 0)]),
        ("max(x + y, x - y, 0.1*y - 2*x)", [(0, 0)]),
        ("abs(x**2 + y**2 - 1) + 0.1*x", [(-1, 0)]),
        ("(x**2 + y - 2)**2 + abs(y - x**2)", [(-1, 1), (1, 1)]),
        ("log(x) + 1/x + y**2", [(1, 0)]),
        ("abs(y)", []),
        ("x**2 - y", []),
        ("5", []),
        ("x*y", []),
        ("log(-1 - x**2)", []),
    ],
)
def test_minima_of_formulas(text: str, places: list) -> None:
    found = sorted((m.x, m.y) for m in from_expression(text).minima)
    np.testing.assert_allclose(np.reshape(found, (-1, 2)), np.reshape(places, (-1, 2)), atol=1e-7)


def test_tip_of_ackley() -> None:
    surface = SURFACES["ackley"]()
    assert (surface.minima[0].x, surface.minima[0].y) == (0, 0)
    assert surface.minima[0].value == pytest.approx(0, abs=1e-14)
    assert (surface.gradient((0.0, 0.0)) == 0).all() and np.isfinite(surface.hessian((0.0, 0.0))).all()


def test_near_a_minimum_has_reached_it(surface: Surface) -> None:
    places = np.array([(m.x, m.y) for m in surface.minima]).reshape(-1, 2)
    points = (places[:, None] + 0.01 * diagonal(surface) * RING[:20]).reshape(-1, 2)
    assert (surface.reached(points) == np.repeat(np.arange(len(places)), 20)).all()
    assert (surface.reached(places) == np.arange(len(places))).all()


def test_far_from_every_minimum_is_still_moving(surface: Surface) -> None:
    points = np.random.default_rng(5).uniform(*np.array(surface.domain).T, (200, 2))
    places = np.array([(m.x, m.y) for m in surface.minima]).reshape(1, -1, 2)
    near = (np.hypot(*np.moveaxis(points[:, None] - places, -1, 0)) <= 0.02 * diagonal(surface)).any(axis=1)
    assert (surface.reached(points)[~near] == -1).all() and (~near).any()
    assert (surface.reached([[np.nan, 0.0], [np.inf, np.inf]]) == -1).all()


def test_the_basin_decides_between_two_near_minima() -> None:
    surface = from_expression("(x**2 - 0.0025)**2 + 0.01*y**2")  # minima at x = +-0.05, both within 2 % of each other
    assert [round(m.x, 6) for m in surface.minima] == [-0.05, 0.05]
    assert surface.reached([[-0.01, 0.0], [0.01, 0.0], [0.1, 0.01], [-0.1, 0.02]]).tolist() == [0, 1, 1, 0]


def test_on_the_other_side_of_a_ridge_is_still_moving() -> None:
    """A narrow hole on a slope: outside its rim, though within 2 % of the diagonal, descent runs away."""
    surface = from_expression("x - 0.1*exp(-200*(x**2 + y**2))")
    (hole,) = surface.minima
    assert surface.reached([[hole.x, hole.y], [hole.x - 0.15, 0.0]]).tolist() == [0, -1]
