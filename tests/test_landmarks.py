"""Critical points held against a brute search and closed forms; curves of minima; when the list is complete."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import sympy
from scipy.ndimage import maximum_filter, minimum_filter
from scipy.optimize import fsolve, minimize

from thalweg.calculus import SURFACES, Surface, from_expression, surface_of_samples
from thalweg.calculus.interval import Cells
from thalweg.calculus.landmarks import Landmarks
from thalweg.calculus.minima import diagonal


def kinds(surface: Surface) -> dict[str, int]:
    return dict(Counter(point.kind for point in surface.critical_points))


# --- against a search that knows nothing of ours


def brute(text: str, domain: tuple[tuple[float, float], ...], side: int = 400) -> list[tuple[float, float, str]]:
    """Where both derivatives that sympy finds change sign on a grid, refined by scipy."""
    x, y = sympy.symbols("x y")
    formula = sympy.sympify(text)
    slope = sympy.lambdify((x, y), [formula.diff(x), formula.diff(y)])
    bends = sympy.lambdify((x, y), sympy.hessian(formula, (x, y)))
    (x0, x1), (y0, y1) = domain
    across, along = np.linspace(x0 - 1e-3, x1 + 1.3e-3, side), np.linspace(y0 - 1.7e-3, y1 + 1e-3, side)
    grid = np.broadcast_arrays(*slope(*np.meshgrid(across, along, indexing="ij")))
    corners = [np.stack([each[:-1, :-1], each[1:, :-1], each[:-1, 1:], each[1:, 1:]]) for each in grid]
    changes = np.all([(each.min(axis=0) <= 0) & (each.max(axis=0) >= 0) for each in corners], axis=0)
    found: list[tuple[float, float, str]] = []
    for i, j in np.argwhere(changes):
        at = fsolve(lambda p: slope(*p), (across[i], along[j]), fprime=lambda p: bends(*p))
        near = np.abs(at - (across[i], along[j])).max() < 0.02 * (x1 - x0) and x0 <= at[0] <= x1 and y0 <= at[1] <= y1
        if near and np.abs(slope(*at)).max() < 1e-6 and all(np.hypot(*(at - p[:2])) > 1e-6 for p in found):
            low, high = np.linalg.eigvalsh(np.array(bends(*at), dtype=float))
            found.append((*map(float, at), "minimum" if low > 0 else "maximum" if high < 0 else "saddle"))
    return found


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("(x**4 - 16*x**2 + 5*x + y**4 - 16*y**2 + 5*y)/2", 5.0),
        ("sin(x + y) + (x - y)**2 - 1.5*x + 2.5*y + 1", 3.3),
        ("2*x**2 - 1.05*x**4 + x**6/6 + x*y + y**2", 2.5),
        ("sin(2*x)*cos(3*y) + 0.1*x*y", 2.2),
        ("exp(-x**2 - y**2)*(x - y) + 0.05*(x**2 + y**2)", 3.0),
        ("x*exp(-x**2 - y**2)", 2.0),
        ("3*(1-x)**2*exp(-x**2-(y+1)**2) - 10*(x/5-x**3-y**5)*exp(-x**2-y**2) - exp(-(x+1)**2-y**2)/3", 3.0),
        ("(y - 5.1*x**2/(4*pi**2) + 5*x/pi - 6)**2 + 10*(1 - 1/(8*pi))*cos(x) + 10", 7.0),
        ("x**4 + y**4 - 4*x*y + 1", 2.0),
        ("x**3 - 12*x*y + 8*y**3", 3.0),
        ("log(1 + x**2 + y**2) + 0.3*sin(3*x)", 2.7),
        ("atan(x*y) + x**2/5 + y**2/7", 2.9),
        ("cosh(x) - 2*x**2 + y**2 - x*y/2", 2.6),
        ("x/(1 + x**2 + 2*y**2)", 2.5),
        ("tanh(x)*sin(y) + 0.2*(x - 1)**2", 3.0),
        ("(x**2 + y**2)**2 - 5*x**2 + 3*y**2 + x", 2.4),
        ("sqrt(1 + x**2 + y**2) + 0.4*cos(4*x + y)", 2.0),
        ("cos(x)*cos(y) + x/10", 6.1),
        ("x**2*y - x*y**2 + x**3/3 - y", 2.0),
        ("5e6 + 40*(x**2 - 1)**2 + 30*(y**2 - 2)**2 + x*y", 2.0),
    ],
)
def test_all_that_a_brute_search_finds_and_nothing_else(text: str, side: float) -> None:
    surface = from_expression(text, domain=((-side, 0.97 * side), (-0.98 * side, side)))
    expected, got = brute(text, surface.domain), [(point.x, point.y, point.kind) for point in surface.critical_points]
    assert Counter(each[2] for each in got) == Counter(each[2] for each in expected) and len(got) > 0
    for x, y, kind in got:
        assert min(np.hypot(x - p[0], y - p[1]) for p in expected if p[2] == kind) < 2e-4 * side
    assert surface.landmarks.complete


@pytest.mark.parametrize("name", sorted(SURFACES))
def test_of_members_the_list_is_complete(name: str) -> None:
    assert SURFACES[name]().landmarks.complete


def test_a_lattice_of_any_size_is_counted() -> None:
    """rastrigin is a sum of two functions of one variable: 41 minima and 40 maxima of each on +-20."""
    surface = SURFACES["rastrigin"]().with_domain(((-20.0, 20.0), (-20.0, 20.0)))
    assert kinds(surface) == {"minimum": 41**2, "saddle": 2 * 41 * 40, "maximum": 40**2}
    assert surface.landmarks.complete


# --- curves


@pytest.mark.parametrize(
    ("text", "count", "off", "closed"),
    [
        ("(x*y - 1)**2", 2, lambda x, y: x * y - 1, False),
        ("(x**2 + y**2 - 1)**2", 1, lambda x, y: np.hypot(x, y) - 1, True),
        ("(y - x**2)**2", 1, lambda x, y: y - x**2, False),
        ("y**2", 1, lambda x, y: y, False),
        ("(x - 2*y)**2 + 7", 1, lambda x, y: x - 2 * y, False),
        ("abs(x - y)", 1, lambda x, y: x - y, False),
        ("abs(x**2 + y**2 - 1)", 1, lambda x, y: np.hypot(x, y) - 1, True),
        ("((x**2 + y**2 - 1)*(x**2 + y**2 - 4))**2", 2, lambda x, y: (np.hypot(x, y) - 1) * (np.hypot(x, y) - 2), True),
        ("x**4", 1, lambda x, y: x, False),
        ("(x + y)**4", 1, lambda x, y: x + y, False),
        ("(x**2 + y**2 - 1)**4", 1, lambda x, y: np.hypot(x, y) - 1, True),
        ("x**2*(y - 1)**2", 2, lambda x, y: x * (y - 1), False),
        ("abs(x)**1.5", 1, lambda x, y: x, False),
        ("x**4 - 2*x**2 + 0.3*x", 2, lambda x, y: 4 * x**3 - 4 * x + 0.3, False),
    ],
)
def test_a_curve_of_minima_is_told_as_one_and_holds_no_minimum(text: str, count: int, off, closed: bool) -> None:
    landmarks = from_expression(text).landmarks
    assert landmarks.minima == () and len(landmarks.curves) == count and landmarks.complete
    for curve in landmarks.curves:
        assert curve.closed == closed and len(curve.points) > 50
        assert np.abs(off(*curve.points.T)).max() < 1e-5
        apart = np.hypot(*np.diff(curve.points, axis=0).T)
        assert apart.max() < 0.02 * diagonal(from_expression(text))


@pytest.mark.parametrize(
    ("text", "found", "curves"),
    [
        ("sin(50*y)**2", {}, [False] * 3),
        ("(x**2/1e4 + 100*y**2 - 0.5)**2", {"maximum": 1}, [True]),
        ("(y - x/1000)**2", {}, [False]),
        ("cos(x/10) + cos(100*y)", {"minimum": 16, "saddle": 24, "maximum": 9}, []),
        ("1e6*(y - 0.05*sin(x/20))**2 + (x/100)**2", {"minimum": 1}, []),
        ("x**4 + (100*y)**4", {"minimum": 1}, []),
    ],
)
def test_a_domain_a_thousand_times_longer_than_wide(text: str, found: dict, curves: list) -> None:
    surface = from_expression(text, domain=((-100.0, 100.0), (-0.1, 0.1)))
    assert kinds(surface) == found and [curve.closed for curve in surface.landmarks.curves] == curves
    for curve in surface.landmarks.curves:
        assert np.abs(surface.value(curve.points)).max() < 1e-12
    for point in surface.critical_points:
        assert np.abs(surface.gradient(point[:2])).max() < 1e-9


def test_the_ring_around_a_volcano() -> None:
    surface = from_expression("2*exp(-(sqrt(x**2+y**2)-1.2)**2*6) + 0.05*(x**2+y**2)")
    (ring,) = surface.landmarks.curves
    r = np.linspace(1.5, 3.5, 200_001)
    lowest = (2 * np.exp(-6 * (r - 1.2) ** 2) + 0.05 * r**2).argmin()
    np.testing.assert_allclose(np.hypot(*ring.points.T), r[lowest], atol=2e-5)
    assert ring.closed and [(each.x, each.y) for each in surface.minima] == [(0, 0)]  # and the tip in its crater


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1000*(y - x**2)**2 + 0.001*(x - 1)**2", (1, 1)),
        ("(1 - x)**2 + 1e8*(y - x**2)**2", (1, 1)),
        ("(x - 1)**2 + 1e6*(y - sin(2*x))**2", (1, float(np.sin(2)))),
        ("x**2 + y**4", (0, 0)),
        ("(y - x**2)**2 + x**6", (0, 0)),
        ("(x + y)**2 + 1e-6*(x - 1)**2", (1, -1)),
    ],
)
def test_a_stiff_or_flat_valley_has_its_one_minimum(text: str, place: tuple[float, float]) -> None:
    surface = from_expression(text)
    (found,) = surface.minima
    assert (found.x, found.y) == pytest.approx(place, abs=1e-4) and kinds(surface) == {"minimum": 1}
    assert surface.landmarks.curves == () and surface.landmarks.complete


def test_a_ring_that_leans_has_a_minimum_and_a_saddle() -> None:
    surface = from_expression("(x**2 + y**2 - 1)**2/4 + 0.05*x", domain=((-1.6, 1.6), (-1.6, 1.6)))
    roots = sorted(root.real for root in np.roots([1, 0, -1, 0.05]))  # on y = 0: x^3 - x + 0.05 = 0
    assert [(p.kind, round(p.x, 9), p.y) for p in surface.critical_points] == [
        ("minimum", round(roots[0], 9), 0),
        ("saddle", round(roots[2], 9), 0),
        ("maximum", round(roots[1], 9), 0),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(y - sin(3*x))**2 - 0.05*x**2", "saddle"),
        ("(y - x**2)**2 - x**6", "saddle"),
        ("y**2 - x**4", "saddle"),
        ("(y - x**2)*(y - 3*x**2)", "saddle"),
        ("-(y - x**2)**2 - x**6", "maximum"),
        ("(y - x)**2 + (x + y)**3", "degenerate"),
    ],
)
def test_eigenvalues_decide_and_then_the_flat_direction(text: str, expected: str) -> None:
    """Peano's surface, the fourth, rises along every straight line through its saddle."""
    assert [(p.kind, p.x, p.y) for p in from_expression(text).critical_points] == [(expected, 0, 0)]


def test_a_rim_where_the_formula_ends_holds_no_minimum() -> None:
    for text in ("sqrt(4 - x**2 - y**2)", "x + sqrt(x*y)"):
        assert from_expression(text).minima == ()


def test_of_samples_only_what_the_samples_have() -> None:
    """Strict minima and maxima among eight neighbours, counted by scipy; the interpolation adds and loses few."""
    x, y = np.linspace(-2, 2, 41), np.linspace(-2, 2, 33)
    z = x[:, None] ** 2 + y**2 + 0.3 * np.random.default_rng(0).normal(size=(41, 33))
    around = np.ones((3, 3), dtype=bool)
    around[1, 1] = False
    low = z < minimum_filter(z, footprint=around, mode="constant", cval=-np.inf)
    high = z > maximum_filter(z, footprint=around, mode="constant", cval=np.inf)
    surface = surface_of_samples(x, y, z)
    found = kinds(surface)
    assert found["minimum"] == pytest.approx(low.sum(), abs=4) and found["maximum"] == pytest.approx(high.sum(), abs=4)
    places = np.array([(each.x, each.y) for each in surface.minima])
    beside = [np.abs(places - (x[i], y[j])).max(axis=1).min() < 0.125 for i, j in np.argwhere(low)]  # a cell
    assert np.mean(beside) > 0.95
    assert surface_of_samples(x, y, 0.3 + np.maximum(0, x[:, None] + y)).critical_points == ()


def test_on_a_ridge_descent_ends_in_the_saddle() -> None:
    surface = from_expression("x**2 - y**2 + 0.1*y**4")
    assert surface.reached([[-0.75, 0.0], [-0.75, 1e-3], [-0.75, -1e-3]], 1.0).tolist() == [-1, 1, 0]


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("x**4 - 2*x**2*y + y**2 + 0*x", 2.0),
        ("(x - 2*y)**6", 2.0),
        ("(x**2 + y**2 - 1)**4", 2.0),
        ("abs(x - y)**3", 2.0),
        ("sin(1/(x**2 + y**2 + 0.01))", 1.0),
        ("(y**2 - x**2*(x + 1))**2", 2.0),
        ("abs(x)**abs(y)", 3.0),
    ],
)
def test_flat_small_and_crossing_curves_are_level(text: str, side: float) -> None:
    surface = from_expression(text, domain=((-side, side), (-side, side)))
    assert surface.minima == () and surface.landmarks.curves and surface.landmarks.complete
    for curve in surface.landmarks.curves:
        assert np.ptp(surface.value(curve.points[np.abs(curve.points).max(axis=1) > 1e-9])) < 1e-12  # 0**0 is 1


def test_each_line_of_a_lattice_is_one_curve() -> None:
    """sin(10 x) is 0 nineteen times on +-3, and so is sin(10 y)."""
    for text in ("(sin(10*x)*sin(10*y))**2", "abs(sin(10*x))*abs(sin(10*y))"):
        curves = from_expression(text).landmarks.curves
        assert len(curves) == 38
        for curve in curves:
            wide, high = np.ptp(curve.points, axis=0)
            assert max(wide, high) > 5.9 and min(wide, high) < 1e-6


@pytest.mark.parametrize(
    ("text", "domain", "place"),
    [
        ("100*sqrt(abs(y - 0.01*x**2)) + 0.01*abs(x + 10)", ((-15.0, -5.0), (-3.0, 3.0)), (-10, 1)),
        ("100*(y - x**2)**2 + (1 - x)**2", ((-1000.0, 1000.0), (-1000.0, 1000.0)), (1, 1)),
        ("1e10*(y - x**2)**2 + 1e-3*(x - 1)**2", ((-3.0, 3.0), (-3.0, 3.0)), (1, 1)),
        ("max(0, sqrt(x**2 + y**2) - 1)**2 + 0.01*x", ((-3.0, 3.0), (-3.0, 3.0)), (-1.005, 0)),
    ],
)
def test_a_valley_that_slopes_is_no_curve(text: str, domain: tuple, place: tuple[float, float]) -> None:
    """Bukin N. 6, and Rosenbrock's where only the heights tell which way it slopes; the last: 2 (r - 1) = 0.01."""
    landmarks = from_expression(text, domain=domain).landmarks
    (found,) = landmarks.minima
    assert (found.x, found.y) == pytest.approx(place, abs=1e-5) and landmarks.curves == () and landmarks.complete


def test_a_plain_is_neither_minimum_nor_curve() -> None:
    for text in ("max(0, x**2 + y**2 - 1)", "3", "0*x"):
        landmarks = from_expression(text).landmarks
        assert landmarks.minima == () and landmarks.curves == () and landmarks.complete


# --- what hides


@pytest.mark.parametrize(
    ("text", "kind", "bend"),
    [
        ("cos(sqrt(x**2 + y**2))", "maximum", -1.0),
        ("sin(sqrt(x**2 + y**2))/sqrt(x**2 + y**2)", "maximum", -1 / 3),
        ("-(1 + cos(12*sqrt(x**2 + y**2)))/(0.5*(x**2 + y**2) + 2)", "minimum", 72.5),
    ],
)
def test_where_the_hessian_is_0_over_0_it_is_what_it_tends_to(text: str, kind: str, bend: float) -> None:
    """By their series: 1 - r^2/2, 1 - r^2/6 and (72 + 1/2) r^2/2 - 1."""
    (found,) = from_expression(text, domain=((-0.2, 0.2), (-0.2, 0.2))).critical_points
    assert found.kind == kind and found.eigenvalues == pytest.approx((bend, bend), rel=1e-4)
    assert np.hypot(found.x, found.y) < 1e-7


def test_narrow_holes_and_their_saddles() -> None:
    needle = from_expression("-exp(-2000*((x - 0.3)**2 + (y + 1.2)**2)) + 0.01*x**2")
    deepest = needle.minima[0]
    assert (deepest.x, deepest.y) == pytest.approx((0.3, -1.2), abs=1e-4) and kinds(needle)["saddle"] == 1
    two = from_expression(
        "-exp(-900*((x + 1.7)**2 + (y - 2.1)**2)) - 2*exp(-700*((x - 1.1)**2 + (y - 0.4)**2)) + 0.01*(x**2 + y**2)"
    )
    assert kinds(two) == {"minimum": 3, "saddle": 2} and two.landmarks.complete
    assert kinds(SURFACES["ackley"](b=0)) == {"minimum": 11**2, "saddle": 2 * 11 * 10, "maximum": 10**2}


@pytest.mark.parametrize(
    ("text", "side", "expected"),
    [
        (
            "-20*exp(-0.2*sqrt((x**2+y**2)/2)) - exp((cos(2*pi*x)+cos(2*pi*y))/2) + 20 + e",
            32.0,
            {"minimum": 65**2, "saddle": 2 * 65 * 64, "maximum": 64**2},
        ),
        ("sin(20*x)**4 + sin(20*y)**4", 3.0, {"minimum": 39**2, "saddle": 2 * 39 * 38, "maximum": 38**2}),
        ("abs(sin(10*x)) + abs(cos(10*y))", 3.0, {"minimum": 19 * 20, "maximum": 20 * 19}),
        ("1 + (x**2 + y**2)/4000 - cos(x)*cos(y/sqrt(2))", 100.0, {"minimum": 1417, "saddle": 2912, "maximum": 1418}),
    ],
)
def test_large_lattices_are_counted_flat_points_and_kinks_too(text: str, side: float, expected: dict) -> None:
    """Zeros and crests of sines are counted; Griewank's were by sign changes on a grid of 2000 x 2000 and Newton."""
    surface = from_expression(text, domain=((-side, side), (-side, side)))
    assert kinds(surface) == expected and surface.landmarks.complete


def test_a_cusp_makes_no_points() -> None:
    """Eggholder's: 295 by 6000 x 6000 cells with sign changes and Newton, and what lies on its cusps, beside which
    Newton's steps are small, too.
    """
    surface = from_expression(
        "-(y+47)*sin(sqrt(abs(x/2+y+47))) - x*sin(sqrt(abs(x-y-47)))", domain=((-512.0, 512.0), (-512.0, 512.0))
    )
    smooth = [point for point in surface.critical_points if np.isfinite(point.eigenvalues[0])]
    assert len(smooth) == 295 and {p.kind for p in surface.critical_points if p not in smooth} == {"minimum"}
    for point in smooth:
        assert np.abs(surface.gradient(point[:2])).max() < 1e-5
    # On either cusp the other term is left, -x sin(sqrt(1.5 abs(x))); it is a valley where what stands before its root
    # is positive: x/2 on y = -47 - x/2, -x on y = x - 47.
    x = np.linspace(-512, 512, 2_000_001)
    along = -x * np.sin(np.sqrt(1.5 * np.abs(x)))
    lowest = x[1:-1][(along[1:-1] < along[:-2]) & (along[1:-1] < along[2:])]
    expected = [(each, -47 - each / 2 if each > 0 else each - 47) for each in lowest]
    found = [point[:2] for point in surface.critical_points if point not in smooth]
    np.testing.assert_allclose(sorted(found), sorted(expected), atol=1e-3)
    assert surface.landmarks.complete


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sqrt(abs(x - y)) + sin(3*x)", [(x, x) for x in (-5 * np.pi / 6, -np.pi / 6, np.pi / 2)]),
        ("abs(y - sin(x))**0.25 + cos(2*x)", [(x, np.sin(x)) for x in (-np.pi / 2, np.pi / 2)]),
        ("log(0.1 + abs(x + 2*y)) + (x - 1)**2", [(1, -0.5)]),
        ("max(abs(x)**0.5, 0) + y**2", [(0, 0)]),
        ("abs(abs(x) - 1)**0.5 + (y - x)**2", [(-1, -1), (1, 1)]),
    ],
)
def test_minima_on_cusps_are_where_the_line_is_lowest(text: str, expected: list) -> None:
    """Across the line each rises; along it sin(3 x), cos(2 x), ... is left."""
    landmarks = from_expression(text).landmarks
    np.testing.assert_allclose(sorted(each[:2] for each in landmarks.minima), sorted(expected), atol=1e-6)
    assert landmarks.complete and landmarks.curves == ()


@pytest.mark.parametrize("count", [9, 40])
def test_the_one_minimum_of_many_planes(count: int) -> None:
    from scipy.optimize import linprog

    planes = np.round(np.random.default_rng(5).normal(size=(count, 3)), 2)
    surface = from_expression("max(" + ",".join("{}*x + {}*y + {}".format(*each) for each in planes.tolist()) + ")")
    lowest = linprog(
        [0, 0, 1], A_ub=np.c_[planes[:, :2], -np.ones(count)], b_ub=-planes[:, 2], bounds=[(None, None)] * 3
    )
    (found,) = surface.minima
    assert found == pytest.approx(tuple(lowest.x), abs=1e-6)


def test_without_proof_there_are_at_least_so_many() -> None:
    surface = from_expression(
        "0.5 + (sin(x**2 - y**2)**2 - 0.5)/(1 + 0.001*(x**2 + y**2))**2", domain=((-100.0, 100.0), (-100.0, 100.0))
    )
    landmarks = surface.landmarks
    assert not landmarks.complete and len(landmarks.minima) > 400
    for each in landmarks.minima[::50]:
        low, _ = np.linalg.eigvalsh(surface.hessian((each.x, each.y)))
        assert low > 0


@pytest.mark.parametrize("thin", [1.0, 300.0])
def test_balls_lead_to_minima_that_were_not_known(thin: float) -> None:
    """On a square domain, and on one so many times longer than wide."""
    surface = from_expression(
        f"sin(x**2)*sin(({thin}*y)**2) + (x**2 + ({thin}*y)**2)/1e3",
        domain=((-40.0, 40.0), (-40.0 / thin, 40.0 / thin)),
    )
    scale = np.array([1.0, 1 / thin])
    ends = [
        minimize(
            lambda p: float(surface.value(p * scale)),
            start,
            method="BFGS",
            options={"gtol": 1e-10},
            jac=lambda p: surface.gradient(p * scale) * scale,
        ).x
        for start in np.random.default_rng(1).uniform(-40, 40, (40, 2))
    ]
    ends = [
        end for end in ends if np.abs(end).max() < 40 and np.abs(surface.gradient(end * scale) * scale).max() < 1e-6
    ]
    known, more = surface.landmarks, surface.landmarks_from(ends * scale)

    def without(landmarks: Landmarks) -> int:
        places = np.array([(each.x, each.y) for each in landmarks.minima]) / scale
        return sum(np.hypot(*(places - end).T).min() > 1e-3 for end in ends)

    assert without(known) > 5 and without(more) == 0 and not more.complete
    assert surface.landmarks_from(np.empty((0, 2))) is known


# --- intervals


@pytest.mark.parametrize(
    "text",
    [
        "sin(x)*cos(y)*exp(abs(1 - sqrt(x**2 + y**2)/pi))",
        "log(x) + 1/x + y**2",
        "tan(x)*asin(y/3)",
        "x**0.3 + y**-2",
        "max(x, y)*tanh(x*y)",
        "atan(x)/y + cosh(x - y)",
        "abs(x)**y",
        "acos(x/4)*sinh(y)",
        "min(x, 2*y)**3 - sign(x - y)",
        "exp(-2000*((x - 0.3)**2 + (y + 1.2)**2))",
        "1e300*x**4",
        "(1 - x*y)**3/(x + y)",
    ],
)
def test_intervals_hold_every_value(text: str) -> None:
    surface, random = from_expression(text), np.random.default_rng(2)
    cells = Cells(surface.compiled.formula, *surface.compiled.axes)
    low = random.uniform(-3, 3, (300, 2))
    high = low + 10.0 ** random.uniform(-9, 0, (300, 1))
    slope, (bends, _) = cells.gradient(low, high), cells.hessian(low, high)
    held = 0
    for _ in range(20):
        at = low + random.uniform(size=(300, 2)) * (high - low)
        for exact, interval in (
            (surface.gradient(at), slope),
            (surface.hessian(at).reshape(-1, 4)[:, [0, 1, 3]], bends),
        ):
            known = np.isfinite(exact) & np.isfinite(surface.value(at))[:, None]
            assert (interval[known][:, 0] <= exact[known]).all() and (exact[known] <= interval[known][:, 1]).all()
            held += int(known.sum())
    assert held > 3000
