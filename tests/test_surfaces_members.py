"""Every surface of the folder: its formula against its own pinned value, its derivatives against differences."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest

from thalweg.calculus import SURFACES, Surface, from_expression
from thalweg.calculus.minima import diagonal, kinks_and_tips
from tools import surfaces_page

STEP = 1e-4  # of the domain's diagonal, for differences


def smooth_points(surface: Surface, count: int = 200) -> np.ndarray:
    """Points of the domain, (count or fewer, 2), with no kink and no tip within the reach of the differences."""
    low, high = np.array(surface.domain).T
    points = np.random.default_rng(7).uniform(low, high, (count, 2))
    bent, roots = kinks_and_tips(surface.compiled)
    for function in (*bent, *roots):
        points = points[np.abs(function.value(points)) > 20 * STEP * diagonal(surface)]
    return points


def differences(function, points: np.ndarray, h: float) -> np.ndarray:
    """d function / d(x, y) by central differences of fourth order, the derivative's axis last."""
    columns = []
    for axis in np.eye(2) * h:
        near = function(points + axis) - function(points - axis)
        far = function(points + 2 * axis) - function(points - 2 * axis)
        columns.append((8 * near - far) / (12 * h))
    return np.stack(columns, axis=-1)


@pytest.fixture(params=sorted(SURFACES))
def surface(request) -> Surface:
    return SURFACES[request.param]()


def test_pinned_value(surface: Surface) -> None:
    x, y, value = surface.check
    assert surface.value([x, y]) == pytest.approx(value, rel=1e-13, abs=1e-15)
    far = np.array([abs(x - m.x) + abs(y - m.y) for m in surface.minima])
    assert (far > 0.05 * diagonal(surface)).all(), "the pinned value must lie away from every minimum"


def test_gradient_is_the_slope(surface: Surface) -> None:
    points = smooth_points(surface)
    expected = differences(surface.value, points, STEP * diagonal(surface))
    scale = np.abs(expected).max()
    assert len(points) > 100
    np.testing.assert_allclose(surface.gradient(points), expected, rtol=1e-6, atol=1e-8 * scale)


def test_hessian_is_the_slope_of_the_gradient(surface: Surface) -> None:
    points = smooth_points(surface)
    expected = differences(surface.gradient, points, STEP * diagonal(surface))
    hessian = surface.hessian(points)
    np.testing.assert_allclose(hessian, expected, rtol=1e-6, atol=1e-7 * np.abs(expected).max())
    np.testing.assert_array_equal(hessian, np.swapaxes(hessian, -1, -2))


def test_third_derivatives_are_the_slope_of_the_hessian(surface: Surface) -> None:
    points = smooth_points(surface)
    expected = differences(surface.hessian, points, STEP * diagonal(surface))
    third = surface.third(points)
    np.testing.assert_allclose(third, expected, rtol=1e-6, atol=1e-7 * max(np.abs(expected).max(), 1))
    for order in ((0, 3, 2, 1), (0, 2, 1, 3)):
        np.testing.assert_array_equal(third, third.transpose(order))


@pytest.mark.parametrize(
    "text", ["sin(x*y)**3/(1 + exp(x))", "x**y", "sqrt(x**2 + y**2)**3", "tanh(x)*atan(y)*cosh(x*y)", "abs(x)*y**3"]
)
def test_third_derivatives_are_sympys(text: str) -> None:
    import sympy

    x, y = sympy.symbols("x y", positive=True)
    formula = sympy.sympify(text, locals={"x": x, "y": y})
    points = np.random.default_rng(8).uniform(0.3, 1.2, (5, 2))
    third = from_expression(text).third(points)
    for place, axes in {(0, 0, 0): (x, x, x), (0, 0, 1): (x, x, y), (0, 1, 1): (x, y, y), (1, 1, 1): (y, y, y)}.items():
        exact = [formula.diff(*axes).subs({x: a, y: b}).evalf(30) for a, b in points.tolist()]
        assert np.allclose(third[(slice(None), *place)], np.array(exact, dtype=float), rtol=1e-13, atol=1e-14)


def test_other_parameters_have_true_derivatives(surface: Surface) -> None:
    moved = {
        name: tuple(v + 0.125 for v in value)
        if isinstance(value, tuple)
        else value + 3
        if isinstance(value, int)
        else value * 1.25 + 0.125
        for name, value in surface.parameters.items()
    }
    other = type(surface)(**moved)
    points = smooth_points(other)
    expected = differences(other.value, points, STEP * diagonal(other))
    np.testing.assert_allclose(other.gradient(points), expected, rtol=1e-6, atol=1e-8 * np.abs(expected).max())
    assert other.parameters == moved


def test_says_what_it_is(surface: Surface) -> None:
    (x0, x1), (y0, y1) = surface.domain
    assert x0 < surface.start[0] < x1 and y0 < surface.start[1] < y1
    assert np.isfinite([surface.value(surface.start), *surface.gradient(surface.start)]).all()
    assert np.abs(surface.gradient(surface.start)).max() > 0
    assert surface.title and surface.reference and type(surface).__doc__
    assert SURFACES[surface.name] is type(surface)


def test_finite_over_its_domain(surface: Surface) -> None:
    x, y = (np.linspace(*side, 101) for side in surface.domain)
    nodes = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    assert np.isfinite(surface.value(nodes)).all()
    assert np.isfinite(surface.gradient(nodes)).all()  # kinks and tips on the axes included


def test_expression_reads_back(surface: Surface) -> None:
    again = from_expression(surface.expression, domain=surface.domain)
    points = np.random.default_rng(1).uniform(*np.array(surface.domain).T, (50, 2))
    np.testing.assert_allclose(again.value(points), surface.value(points), rtol=1e-11, atol=1e-11)


def test_any_shape_and_no_dependence_on_company(surface: Surface) -> None:
    points = np.random.default_rng(2).uniform(*np.array(surface.domain).T, (3, 5, 2))
    value, gradient, hessian = surface.value(points), surface.gradient(points), surface.hessian(points)
    assert (value.shape, gradient.shape, hessian.shape) == ((3, 5), (3, 5, 2), (3, 5, 2, 2))
    for i, j in np.ndindex(3, 5):  # a ball's way must not change with the number of balls
        assert surface.value(points[i, j]) == value[i, j]
        assert (surface.gradient(points[i, j]) == gradient[i, j]).all()
        assert (surface.hessian(points[i, j]) == hessian[i, j]).all()


def test_far_away_is_no_error(surface: Surface) -> None:
    far = np.array([[1e200, -1e200], [np.nan, 0.0], [np.inf, 1.0]])
    assert surface.value(far).shape == (3,) and np.isnan(surface.value(far)[1])
    assert surface.gradient(far).shape == (3, 2) and surface.hessian(far).shape == (3, 2, 2)


def test_another_domain(surface: Surface) -> None:
    (x0, x1), (y0, y1) = surface.domain
    other = surface.with_domain(((x0 - 1, x1 + 1), (y0 - 1, y1 + 1)))
    assert other.start == surface.start and other.domain == ((x0 - 1, x1 + 1), (y0 - 1, y1 + 1))
    away = surface.with_domain(((x1 + 1, x1 + 3), (y1 + 1, y1 + 3)))
    assert away.start == pytest.approx((x1 + 1.3, y1 + 2.7))
    assert surface.domain == ((x0, x1), (y0, y1)) and other.value(other.start) == surface.value(surface.start)
    assert all(away.domain[0][0] <= m.x <= away.domain[0][1] for m in away.minima)


def test_goes_to_another_process(surface: Surface) -> None:
    surface.value(surface.start)
    other = pickle.loads(pickle.dumps(surface.with_domain(((-1.0, 2.0), (-1.0, 2.0)))))
    assert other == surface and other.domain == ((-1.0, 2.0), (-1.0, 2.0))
    assert other.value((0.5, 0.25)) == surface.value((0.5, 0.25))


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("bowl", {"a": -1}, "> 0"),
        ("bowl", {"a": "1"}, "finite number"),
        ("bowl", {"a": True}, "finite number"),
        ("bowl", {"a": float("nan")}, "finite number"),
        ("bowl_with_two_holes", {"center_1": (1,)}, "two finite numbers"),
        ("bowl_with_two_holes", {"center_1": 1.0}, "two finite numbers"),
    ],
)
def test_bad_parameters(name: str, given: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SURFACES[name](**given)


@pytest.mark.parametrize("domain", [((1, 1), (0, 1)), ((2, 1), (0, 1)), ((0, float("inf")), (0, 1))])
def test_bad_domain(domain: tuple) -> None:
    with pytest.raises(ValueError, match="no extent"):
        SURFACES["bowl"]().with_domain(domain)


def test_points_of_another_shape() -> None:
    with pytest.raises(ValueError, match=r"shape \(\.\.\., 2\)"):
        SURFACES["bowl"]().value(np.zeros(3))


def test_bowl_with_two_holes_has_the_promised_constants() -> None:
    surface = SURFACES["bowl_with_two_holes"]()
    assert surface.parameters == {
        "w1": 2,
        "w2": 4,
        "h1": 0.5,
        "h2": 0.75,
        "c": 0.075,
        "bowl_constant": 9,
        "center_1": (0, 0),
        "center_2": (1, 1),
    }
    x, y = np.random.default_rng(3).uniform(-3, 3, (2, 100))
    expected = (
        0.075 * x**2
        + 0.075 * y**2 / 9
        - 0.5 * np.exp(-2 * (x**2 + y**2))
        - 0.75 * np.exp(-4 * ((x - 1) ** 2 + (y - 1) ** 2))
    )
    np.testing.assert_allclose(surface.value(np.stack([x, y], axis=-1)), expected, rtol=1e-14, atol=1e-15)


def test_the_page_of_surfaces_is_up_to_date() -> None:
    assert surfaces_page.FILE.read_text("utf-8") == surfaces_page.text(), "write it with: make schema"


def test_import_is_light_and_results_do_not_change_with_the_hash_seed() -> None:
    code = (
        "import sys; from surfaces import SURFACES; assert not {'sympy', 'manimlib'} & set(sys.modules);"
        "s = SURFACES['bowl_with_two_holes'](); p = (0.3, -0.7);"
        "print(s.value(p).tobytes(), s.gradient(p).tobytes(), s.hessian(p).tobytes(), s.minima)"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1 and "Minimum" in said.pop()
