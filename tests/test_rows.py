"""Formulas over rows of data: the mean, its derivatives and minima, and batches, against numpy on the rows."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest

from thalweg.calculus import SURFACES, ExpressionError, from_expression
from thalweg.calculus.compile import Compiled
from thalweg.calculus.minima import kinks_and_tips
from thalweg.calculus.rows import OverRows
from thalweg.engine import OPTIMIZERS, roll
from thalweg.engine.noise import NOISES

R = np.random.default_rng(7)
D, A = R.normal(0.5, 1.0, 40), R.uniform(0.2, 2.0, 40)
DATA = {"d": D.tolist(), "a": A.tolist()}
POINTS = R.uniform(-2, 2, (9, 2))
FORMULAS: dict[str, Any] = {  # f, df/dx, df/dy of one row
    "(x - d)**2 + a*abs(y)": (
        lambda x, y, d, a: (x - d) ** 2 + a * abs(y),
        lambda x, y, d, a: 2 * (x - d) + 0 * a,
        lambda x, y, d, a: a * np.sign(y) + 0 * d,
    ),
    "(x*a + y - d)**2/2": (
        lambda x, y, d, a: (x * a + y - d) ** 2 / 2,
        lambda x, y, d, a: (x * a + y - d) * a,
        lambda x, y, d, a: x * a + y - d,
    ),
    "abs(x - d) + a*y**2": (
        lambda x, y, d, a: abs(x - d) + a * y**2,
        lambda x, y, d, a: np.sign(x - d) + 0 * a,
        lambda x, y, d, a: 2 * a * y + 0 * d,
    ),
    "log(1 + exp(-a*(x*d + y))) + 0.1*x**2": (
        lambda x, y, d, a: np.log(1 + np.exp(-a * (x * d + y))) + 0.1 * x**2,
        lambda x, y, d, a: -a * d / (1 + np.exp(a * (x * d + y))) + 0.2 * x,
        lambda x, y, d, a: -a / (1 + np.exp(a * (x * d + y))),
    ),
}
each = pytest.mark.parametrize("text", list(FORMULAS))


def surface_of(text: str, **rows: Any) -> Any:
    return from_expression(text, data=rows or {name: DATA[name] for name in DATA})


@each
def test_value_and_gradient_are_the_rows_means(text: str) -> None:
    surface = surface_of(text)
    for way, exact in zip((surface.value, surface.gradient, surface.gradient), FORMULAS[text], strict=True):
        wanted = [float(np.mean(exact(x, y, D, A))) for x, y in POINTS]
        given = way(POINTS) if way == surface.value else way(POINTS)[:, FORMULAS[text].index(exact) - 1]
        np.testing.assert_allclose(given, wanted, rtol=1e-13, atol=1e-14)


@each
def test_the_hessian_is_the_gradients_slope(text: str) -> None:
    surface, h = surface_of(text), 1e-5
    for axis, step in enumerate(np.eye(2) * h):
        slope = (surface.gradient(POINTS + step) - surface.gradient(POINTS - step)) / (2 * h)
        np.testing.assert_allclose(surface.hessian(POINTS)[:, axis], slope, rtol=1e-6, atol=1e-7)


@each
def test_a_batch_is_the_mean_over_its_rows(text: str) -> None:
    surface, (_, by_x, by_y) = surface_of(text), FORMULAS[text]
    chosen = R.integers(0, 40, (9, 8))
    wanted = [
        [float(np.mean(slope(x, y, D[rows], A[rows]))) for slope in (by_x, by_y)]
        for (x, y), rows in zip(POINTS, chosen, strict=True)
    ]
    together = surface.batch_gradient(POINTS, chosen)
    np.testing.assert_allclose(together, wanted, rtol=1e-13, atol=1e-14)
    for run in range(9):  # to the bit what it is alone
        alone = surface.batch_gradient(POINTS[run : run + 1], chosen[run : run + 1])
        assert alone.tobytes() == together[run].tobytes()


@each
def test_points_have_the_same_bits_alone_and_together(text: str) -> None:
    surface = surface_of(text)
    value, gradient = surface.value_and_gradient(np.asfortranarray(POINTS))
    assert value.tobytes() == surface.value(POINTS).tobytes()
    assert np.ascontiguousarray(gradient).tobytes() == np.ascontiguousarray(surface.gradient(POINTS)).tobytes()
    assert [float(surface.value(point)) for point in POINTS] == value.tolist()


def test_what_is_polynomial_in_the_data_is_averaged_once() -> None:
    assert type(surface_of("(x - d)**2 + a*abs(y)").compiled) is Compiled
    assert type(surface_of("abs(x - d) + a*y**2").compiled) is OverRows
    far = from_expression("(x - d)**2", data={"d": [1000.1] * 7})  # about the mean: nothing cancels
    assert far.value([1000.1, 0.0]) == 0.0


def test_the_least_of_squares_is_the_mean_and_of_distances_the_median() -> None:
    (least,) = surface_of("(x - d)**2 + a*abs(y)").minima
    assert (least.x, least.y) == pytest.approx((D.mean(), 0.0), abs=1e-7)
    assert least.value == pytest.approx(D.var(), rel=1e-12)
    odd = D[:9].tolist()
    found = from_expression("abs(x - d) + y**2", data={"d": odd})
    (least,) = found.minima
    assert (least.x, least.y) == pytest.approx((np.median(odd), 0.0), abs=1e-7)
    assert found.landmarks.complete


def test_a_line_by_its_rows_is_the_line_of_numpy() -> None:
    surface = from_expression("(x*u + y - t)**2/2", data={"u": D.tolist(), "t": A.tolist()})
    (least,) = surface.minima
    assert (least.x, least.y) == pytest.approx(tuple(np.polyfit(D, A, 1)), abs=1e-6)
    line: Any = SURFACES["least_squares"](data=tuple(zip(D.tolist(), A.tolist(), strict=True)))
    np.testing.assert_allclose(surface.value(POINTS), line.value(POINTS), rtol=1e-12)


def test_rows_by_intervals_find_what_the_sum_written_out_has() -> None:
    text, some = "log(1 + exp(-a*(x*d + y))) + 0.1*x**2 + sin(3*y)/4", 5
    rows = surface_of(text, d=D[:some].tolist(), a=A[:some].tolist())
    terms = [text.replace("a*", f"({a})*").replace("*d", f"*({d})") for d, a in zip(D[:some], A[:some], strict=True)]
    whole = from_expression(f"({' + '.join(terms)})/{some}")
    assert rows.landmarks.complete and len(whole.critical_points) > 1
    for one, other in zip(rows.critical_points, whole.critical_points, strict=True):
        assert one.kind == other.kind and one[:3] == pytest.approx(other[:3], abs=1e-6)


def test_along_each_rows_kink_the_formula_goes_smoothly() -> None:
    rows = np.array([0.5, -1.0, 1.5])
    surface = from_expression("abs(x - d)*exp(y*d)", data={"d": rows.tolist()})
    kinks, _ = kinks_and_tips(surface.compiled)
    y = np.array([-0.4, 0.7])
    for row, kink in zip(rows, kinks, strict=True):
        assert kink.value(np.stack([0 * y + row, y], axis=-1)) == pytest.approx(np.zeros(2))
        others = [abs(y * 0 + 0.2 - d) * np.exp(y * d) for d in rows if d != row]  # beside it without its own abs
        assert kink.on.value(np.stack([0 * y + 0.2, y], axis=-1)) == pytest.approx(sum(others) / 3)


def test_a_tip_of_one_row_silences_no_other() -> None:
    surface = from_expression("sqrt((x - d)**2 + y**2)", data={"d": [0.0, 3.0, 4.0]})
    assert surface.gradient([0.0, 0.0]) == pytest.approx(
        [-2 / 3, 0.0]
    )  # 0/0 at the first row's tip, -1 from each other
    assert surface.batch_gradient(np.zeros((1, 2)), np.array([[0, 1]])) == pytest.approx(np.array([[-0.5, 0.0]]))


def test_batches_are_drawn_epoch_by_epoch_and_move_the_ball() -> None:
    surface = surface_of("(x - d)**2 + a*abs(y)")
    noise = NOISES["batch"](batch=8)
    path = roll(OPTIMIZERS["sgd"](lr=0.1), surface, (-1.0, 1.0), 10, noise=noise)
    rows = [(path.gradient_at[0, k, 0] - path.gradient_used[0, k, 0] / 2) for k in range(10)]  # each batch's mean of d
    assert np.mean(rows[:5]) == pytest.approx(D.mean()) and np.mean(rows[5:]) == pytest.approx(D.mean())
    assert len({round(each, 9) for each in rows}) == 10
    assert path.loss.tobytes() == surface.value(path.positions).tobytes()


def test_they_travel_and_part() -> None:
    surface = surface_of("abs(x - d) + a*y**2")
    surface.batch_gradient(POINTS, np.zeros((9, 1), np.int64))
    again = pickle.loads(pickle.dumps(surface.with_domain(((-1.0, 1.0), (-1.0, 1.0)))))
    assert again.value(POINTS).tobytes() == surface.value(POINTS).tobytes() and again.domain[0] == (-1.0, 1.0)
    first, last = again.with_cap(3.0).parted(10)
    assert (first.count, last.count, last.domain, last.cap) == (30, 10, again.domain, 3.0)
    np.testing.assert_allclose((30 * first.value(POINTS) + 10 * last.value(POINTS)) / 40, surface.value(POINTS))


@pytest.mark.parametrize("name", ["logistic", "least_squares"])
def test_members_part_their_examples(name: str) -> None:
    surface: Any = SURFACES[name]()
    if name == "logistic":
        surface = SURFACES[name](penalty=0.0)
    first, last = surface.with_domain(((-1.0, 1.0), (-1.0, 1.0))).parted(6)
    assert (first.count, last.count, first.domain) == (18, 6, ((-1.0, 1.0), (-1.0, 1.0)))
    np.testing.assert_allclose((18 * first.value(POINTS) + 6 * last.value(POINTS)) / 24, surface.value(POINTS))


def test_its_formula_on_screen_is_the_rows() -> None:
    assert surface_of("(x - d)**2 + a*abs(y)").mathtext.startswith(r"$f(x, y) = \mathrm{mean}\left[")
    assert "d" in surface_of("(x - d)**2 + a*abs(y)").mathtext


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "has no columns; write some"),
        ({"d": [1, 2], "a": [1]}, "has 1 number, and d has 2; give each column as many"),
        ({"d": [1], "b": [2]}, "column b is not in the formula; remove it"),
        ({"d": [1, math.nan]}, "item 1 is no number below 1e"),
        ({"d": [1, "2"]}, "item 1 is no number"),
        ({"d": [1, True]}, "item 1 is no number"),
        ({"d": [1, 1e70]}, "item 1 is no number"),
        ({"d": []}, "has 0 rows; give 1 to"),
        ({"d": [0.0] * 10_001}, "has 10001 rows; give 1 to 10,000"),
        ({"x": [1]}, "a column cannot be named x, which has its own meaning"),
        ({"exp": [1]}, "a column cannot be named exp"),
        ({"2d": [1]}, "is not a name"),
        ({"d": [1]}, "unknown name 'a'"),
        ({"d": [1], "a": [1], "c": [1]}, "c is a parameter, too"),
    ],
)
def test_data_that_cannot_be_used(data: dict[str, Any], words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        from_expression("(x - d)**2 + a*abs(y) + c", {"c": 1.0}, data=data)


def test_columns_may_have_any_name() -> None:
    """Also those that the compiled code uses for itself, and Python's words."""
    for name in ("t0", "row1", "lambda", "run", "scratch", "whole_power"):
        surface = from_expression(f"abs(x - {name})*sin({name}*y)", data={name: [1.0, 2.0]})
        wanted = (abs(0.3 - 1) * math.sin(0.5) + abs(0.3 - 2) * math.sin(1.0)) / 2
        assert surface.value([0.3, 0.5]) == pytest.approx(wanted, rel=1e-14)
