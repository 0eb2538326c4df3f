"""The reader of formulas against high precision on random formulas, and against random junk."""

from __future__ import annotations

import time

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from thalweg.calculus import ExpressionError, from_expression

NAMES = {"x": 0.7, "y": -1.3, "a": 2.25, "pi": np.pi, "e": np.e}
ONE = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "abs": abs,
    "sign": mpmath.sign,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
}
LEAVES = st.sampled_from([*NAMES, "1", "2", "3", "0.5", "1e-2", "10.0"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("+-*/"), inner, inner),
        st.tuples(st.just("**"), inner, st.sampled_from(["2", "3", "0.5", "-1"])),
        st.tuples(st.sampled_from(list(ONE)), inner),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner),
    ),
    max_leaves=12,
)
QUICK = settings(max_examples=150, deadline=None, derandomize=True)


def text_of(tree) -> str:
    if isinstance(tree, str):
        return tree
    if tree[0] in ONE or tree[0] in ("min", "max"):
        return f"{tree[0]}({', '.join(map(text_of, tree[1:]))})"
    return f"({text_of(tree[1])}){tree[0]}({text_of(tree[2])})"


def worth(tree, x, y):
    """The tree's value by mpmath at the current precision; ValueError where it is not real or of no usable size."""
    if isinstance(tree, str):
        return {"x": x, "y": y}.get(tree, None) or mpmath.mpf(NAMES.get(tree) or float(tree))
    parts = [worth(part, x, y) for part in tree[1:]]
    if tree[0] in ONE:
        result = ONE[tree[0]](*parts)
    elif tree[0] in ("min", "max"):
        result = {"min": min, "max": max}[tree[0]](*parts)
    elif tree[0] == "**":
        result = parts[0] ** parts[1]
    else:
        result = {"+": lambda p, q: p + q, "-": lambda p, q: p - q, "*": lambda p, q: p * q, "/": lambda p, q: p / q}[
            tree[0]
        ](*parts)
    if not isinstance(result, mpmath.mpf) or not mpmath.isfinite(result) or abs(result) > 1e6 or 0 < abs(result) < 1e-6:
        raise ValueError("not a number to compare")
    return result


def reference(tree, x: float, y: float, digits: int) -> mpmath.mpf:
    with mpmath.workdps(digits):
        return worth(tree, mpmath.mpf(x), mpmath.mpf(y))


@QUICK
@given(TREES)
@example(("sqrt", ("*", "x", "x")))
def test_value_and_slope_of_random_formulas(tree) -> None:
    x, y, h = NAMES["x"], NAMES["y"], mpmath.mpf("1e-12")
    try:
        exact, rough = reference(tree, x, y, 60), reference(tree, x, y, 15)
        slope, second = [], []
        for dx, dy in ((h, 0), (0, h)):
            with mpmath.workdps(60):
                ahead, behind = worth(tree, x + dx, y + dy), worth(tree, x - dx, y - dy)
                slope.append((ahead - behind) / (2 * h))
                second.append((ahead - 2 * exact + behind) / h)  # large at a kink
    except (ValueError, ZeroDivisionError, OverflowError, TypeError):
        assume(False)
    assume(abs(exact - rough) < 1e-11 * (1 + abs(exact)))  # a formula that loses digits says nothing about the reader
    assume(max(map(abs, second)) < 1e-6 and max(map(abs, slope)) < 1e6)
    surface = from_expression(text_of(tree), {"a": NAMES["a"]})
    assert float(surface.value((x, y))) == pytest.approx(float(exact), rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(surface.gradient((x, y)), np.array(slope, dtype=float), rtol=1e-6, atol=1e-6)


JUNK = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="xyae()+-*/.,0123456789 ", max_size=120),
    st.lists(
        st.sampled_from(
            [
                "x",
                "y",
                "(",
                ")",
                "**",
                "*",
                "9",
                "exp",
                "lambda",
                ":",
                "[",
                "]",
                "=",
                "if",
                "else",
                ".",
                "__class__",
                "'",
                "\n",
                ",",
                "min",
                "-",
                "1e308",
                "e",
                "^",
            ]
        ),
        max_size=80,
    ).map("".join),
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(JUNK)
@example("9**9**9**9**9*x")
@example("\ud800")
@example("x" + "**x" * 1300)
@example("((" * 99 + "x")
@example("\r\x0c\x1f")
def test_junk_raises_nothing_else_and_soon(text: str) -> None:
    begin = time.perf_counter()
    try:
        surface = from_expression(text)
    except ExpressionError as error:
        assert str(error) and "\n" not in str(error)
    else:
        assert surface.gradient((0.3, 0.6)).shape == (2,)
    assert time.perf_counter() - begin < 30
