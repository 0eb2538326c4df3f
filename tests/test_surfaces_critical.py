"""Where the gradient vanishes and what is there, against what algebra says; the limit of stable learning rates."""

from __future__ import annotations

import math
import pickle
from collections import Counter

import numpy as np
import pytest
import sympy

from thalweg.calculus import SURFACES, Surface, from_expression, read_samples, save_samples
from thalweg.calculus.minima import diagonal
from thalweg.engine import OPTIMIZERS, roll


@pytest.fixture(params=sorted(SURFACES))
def surface(request) -> Surface:
    return SURFACES[request.param]()


def kinds(surface: Surface) -> dict[str, int]:
    return dict(Counter(point.kind for point in surface.critical_points))


def by_algebra(name: str) -> list[tuple[float, float, str]]:
    """All critical points of a polynomial surface: x from the resultant of the two derivatives, y and kind by sympy."""
    x, y = sympy.symbols("x y", real=True)
    f = sympy.nsimplify(SURFACES[name]().formula(x, y), rational=True)
    fx, fy = sympy.expand(f.diff(x)), sympy.expand(f.diff(y))
    bend = sympy.hessian(f, (x, y))
    found = []
    for root in sympy.Poly(sympy.resultant(fx, fy, y), x).sqf_part().nroots(n=40, maxsteps=500):
        for other in sympy.Poly(fy.subs(x, root), y).nroots(n=40, maxsteps=500):
            if max(abs(sympy.im(root)), abs(sympy.im(other)), abs(fx.subs({x: root, y: other}))) < 1e-15:
                at = {x: sympy.re(root), y: sympy.re(other)}
                low, high = np.linalg.eigvalsh(np.array(bend.subs(at), dtype=float))
                kind = "minimum" if low > 0 else "maximum" if high < 0 else "saddle"
                found.append((float(at[x]), float(at[y]), kind))
    return sorted(found)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("himmelblau", 9),
        ("six_hump_camel", 15),
        ("three_hump_camel", 5),
        ("styblinski_tang", 9),
        ("booth", 1),
        ("factorization", 5),
        ("ring", 3),
    ],
)
def test_all_points_that_algebra_finds(name: str, count: int) -> None:
    expected = by_algebra(name)
    got = sorted((point.x, point.y, point.kind) for point in SURFACES[name]().critical_points)
    assert len(expected) == count and [each[2] for each in got] == [each[2] for each in expected]
    np.testing.assert_allclose([each[:2] for each in got], [each[:2] for each in expected], atol=1e-9)


def test_the_published_points_of_himmelblau() -> None:
    points = SURFACES["himmelblau"]().critical_points
    assert [point.kind for point in points] == ["minimum"] * 4 + ["saddle"] * 4 + ["maximum"]
    top = points[-1]  # Himmelblau, Applied Nonlinear Programming, 1972
    assert (top.x, top.y, top.value) == pytest.approx((-0.270845, -0.923039, 181.617), abs=1e-3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x**2 - y**2", [(0, 0, "saddle", (-2, 2))]),
        ("x*y", [(0, 0, "saddle", (-1, 1))]),
        ("-x**2 - 3*y**2", [(0, 0, "maximum", (-6, -2))]),
        ("x**4 + y**4", [(0, 0, "minimum", (0, 0))]),
        ("x**3 - 3*x*y**2", [(0, 0, "degenerate", (0, 0))]),
        ("x**2 + y**3", [(0, 0, "degenerate", (0, 2))]),
        ("-x**4 - y**4", [(0, 0, "maximum", (0, 0))]),
        ("x**2 - y**4", [(0, 0, "saddle", (0, 2))]),
        ("x**2 + abs(y)", [(0, 0, "minimum", (math.nan, math.nan))]),
        ("sqrt((x - 1)**2 + y**2)", [(1, 0, "minimum", (math.nan, math.nan))]),
        ("-abs(x) - abs(y)", []),
        ("x**2", []),
        ("(x - y)**2", []),
        ("exp(x)*cosh(y)", []),
        ("5", []),
        ("x - y", []),
        ("log(-1 - x**2)", []),
        ("log(x) + 1/x + y**2", [(1, 0, "minimum", (1, 2))]),
        ("x**3/3 - x + y**2", [(1, 0, "minimum", (2, 2)), (-1, 0, "saddle", (-2, 2))]),
    ],
)
def test_points_of_formulas(text: str, expected: list) -> None:
    found = from_expression(text).critical_points
    assert [point.kind for point in found] == [each[2] for each in expected]
    np.testing.assert_allclose(
        np.reshape([(point.x, point.y) for point in found], (-1, 2)),
        np.reshape([each[:2] for each in expected], (-1, 2)),
        atol=1e-7,
    )
    np.testing.assert_allclose(
        np.reshape([point.eigenvalues for point in found], (-1, 2)),
        np.reshape([each[3] for each in expected], (-1, 2)),
        atol=1e-6,
    )


def test_there_the_gradient_is_zero_and_minima_are_those_known(surface: Surface) -> None:
    points = surface.critical_points
    minima = [point for point in points if point.kind == "minimum"]
    assert [point[:3] for point in minima] == [tuple(each) for each in surface.minima]
    for point in points:
        at = np.array(point[:2])
        assert surface.value(at) == point.value
        if np.isnan(point.eigenvalues).any():
            assert point.kind == "minimum" and np.isnan(point.stability_limit)
        else:
            # where the formula's are all rounding, those told are a mean of those around
            np.testing.assert_allclose(np.linalg.eigvalsh(surface.hessian(at)), point.eigenvalues, rtol=1e-7, atol=1e-9)
            assert np.abs(surface.gradient(at)).max() <= 1e-6 * max(1.0, max(np.abs(point.eigenvalues)))


@pytest.mark.parametrize("name", ["bowl", "himmelblau", "six_hump_camel", "bowl_with_two_holes", "rosenbrock"])
def test_hills_and_hollows_less_saddles_are_one(name: str) -> None:
    """Poincare and Hopf: minima + maxima - saddles = 1 inside a curve on which f rises outwards everywhere."""
    found = kinds(SURFACES[name]())
    assert found["minimum"] + found.get("maximum", 0) - found.get("saddle", 0) == 1


def test_another_domain_has_its_own_and_nothing_stale_travels() -> None:
    surface = SURFACES["himmelblau"]()
    assert len(surface.critical_points) == 9
    quarter = surface.with_domain(((0.5, 5.0), (0.5, 5.0)))
    assert [(point.x, point.y, point.kind) for point in quarter.critical_points] == [(3, 2, "minimum")]
    again = pickle.loads(pickle.dumps(surface))
    assert "critical_points" not in vars(again) and again.critical_points == surface.critical_points


def test_samples_of_a_surface_have_its_points(tmp_path) -> None:
    exact = SURFACES["himmelblau"]()
    side = np.linspace(-5, 5, 101)
    save_samples(tmp_path / "grid.npz", side, side, lambda x, y: float(exact.value((x, y))))
    found = read_samples(tmp_path / "grid.npz").critical_points
    assert [point.kind for point in found] == ["minimum"] * 4 + ["saddle"] * 4 + ["maximum"]
    order = sorted((point.kind, point.x, point.y) for point in exact.critical_points)
    np.testing.assert_allclose(
        [each[1:] for each in sorted(point[3:4] + point[:2] for point in found)],
        [each[1:] for each in order],
        atol=1e-3 * diagonal(exact),
    )


def test_gradient_descent_shrinks_below_the_limit_and_grows_above() -> None:
    surface = from_expression("0.5*x**2 + 4*y**2")
    limit = float(surface.stability_limit((1.0, 2.0)))
    assert limit == 2 / 8
    paths = [roll(OPTIMIZERS["sgd"](lr=share * limit), surface, [1.0, 1e-3], 1000) for share in (0.999, 1.001)]
    under, over = (np.abs(path.positions[0, :, 1]) for path in paths)
    assert (np.diff(under) < 0).all() and (np.diff(over) > 0).all()
    assert under[-1] == pytest.approx(1e-3 * (2 * 0.999 - 1) ** 1000, rel=1e-6)  # |1 - lr h| = 2 share - 1


def test_the_limit_where_nothing_bends_upwards_or_nothing_is_known() -> None:
    top = from_expression("-x**2 - y**2")
    assert top.stability_limit([[0.0, 0.0], [1.0, 1.0]]).tolist() == [math.inf, math.inf]
    assert from_expression("x").stability_limit((0.0, 0.0)) == math.inf
    assert np.isnan(from_expression("sqrt(x)").stability_limit((-1.0, 0.0)))
    saddle = SURFACES["saddle"]()
    assert saddle.stability_limit((0.0, 0.0)) == saddle.critical_points[-1].stability_limit == 1.0
