"""The functions a formula may use, as sympy functions that know their derivatives and nothing else.

sympy's own exp, log, Max ... try to simplify what they are given: that costs time without bound on hostile input, it
can turn sqrt(x)**2 into x (a wider domain), and the second derivative of Abs holds a DiracDelta no array library
knows. These stay as they are written. Derivatives at kinks are those almost everywhere: step(0) = 1/2, sign(0) = 0,
and both have the derivative 0.

Importing this module imports sympy, so it is imported late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy

Array = Any  # float or (n,) float64
Symbolic = Any  # sympy.Expr; sympy has no types


def _define(name: str, *partials: Callable[..., Symbolic]) -> Any:
    """A sympy function of as many arguments as it has partial derivatives."""

    def fdiff(self: Any, argindex: int = 1) -> Symbolic:
        return partials[argindex - 1](*self.args)

    return type(name, (sympy.Function,), {"fdiff": fdiff, "nargs": (len(partials),)})


def _nothing(*_: Symbolic) -> Symbolic:
    return sympy.S.Zero


sign: Any = _define("sign_", _nothing)
step: Any = _define("step_", _nothing)  # 0, 1/2, 1 as its argument is < 0, 0, > 0
absolute: Any = _define("abs_", lambda a: sign(a))
larger: Any = _define("max_", lambda a, b: step(a - b), lambda a, b: step(b - a))
smaller: Any = _define("min_", lambda a, b: step(b - a), lambda a, b: step(a - b))
exp: Any = _define("exp_", lambda a: exp(a))
log: Any = _define("log_", lambda a: 1 / a)
sqrt: Any = _define("sqrt_", lambda a: 1 / (2 * sqrt(a)))
sin: Any = _define("sin_", lambda a: cos(a))
cos: Any = _define("cos_", lambda a: -sin(a))
tan: Any = _define("tan_", lambda a: 1 + tan(a) ** 2)
asin: Any = _define("asin_", lambda a: 1 / sqrt(1 - a**2))
acos: Any = _define("acos_", lambda a: -1 / sqrt(1 - a**2))
atan: Any = _define("atan_", lambda a: 1 / (1 + a**2))
sinh: Any = _define("sinh_", lambda a: cosh(a))
cosh: Any = _define("cosh_", lambda a: sinh(a))
tanh: Any = _define("tanh_", lambda a: 1 - tanh(a) ** 2)
# For exponents that are not numbers; sympy's derivative by the base, power * exponent / base, fails at base 0.
power: Any = _define("pow_", lambda a, b: b * power(a, b - 1), lambda a, b: log(a) * power(a, b))


def whole_power(base: Array, exponent: int) -> Array:
    """base ** exponent for a whole exponent by squaring: many times faster than numpy's power."""
    result, square, left = None, base, abs(exponent)
    while left:
        if left & 1:
            result = square if result is None else result * square
        left >>= 1
        square = square * square if left else square
    if result is None:
        return np.ones_like(base)
    return np.divide(1.0, result) if exponent < 0 else result


NUMPY: Mapping[str, Callable[..., Array]] = {
    "sign_": np.sign,
    "step_": lambda a: np.heaviside(a, 0.5),
    "abs_": np.abs,
    "max_": np.maximum,
    "min_": np.minimum,
    "exp_": np.exp,
    "log_": np.log,
    "sqrt_": np.sqrt,
    "sin_": np.sin,
    "cos_": np.cos,
    "tan_": np.tan,
    "asin_": np.arcsin,
    "acos_": np.arccos,
    "atan_": np.arctan,
    "sinh_": np.sinh,
    "cosh_": np.cosh,
    "tanh_": np.tanh,
    "pow_": lambda a, b: np.power(a, b),
    "whole_power": whole_power,
}


def number(value: float) -> Symbolic:
    """The exact sympy number of a float: a whole number or a quarter as such, so that x**2.0 is x*x, else a Float."""
    if abs(value) < 2**53 and float(4 * value).is_integer():
        return sympy.Rational(int(4 * value), 4)
    return sympy.Float(value)


def _pairwise(function: Any) -> Callable[..., Symbolic]:
    def reduce(*arguments: Symbolic) -> Symbolic:
        result = arguments[0]
        for argument in arguments[1:]:
            result = function(result, argument)
        return result

    return reduce


def without_kinks_of_sympy(formula: Symbolic) -> Symbolic:
    """The formula with sympy's Abs, sign, Heaviside, Min and Max replaced by those above and its floats made exact."""
    formula = sympy.sympify(formula)
    for theirs, ours in (
        (sympy.Abs, absolute),
        (sympy.sign, sign),
        (sympy.Heaviside, lambda a, *_: step(a)),
        (sympy.Max, _pairwise(larger)),
        (sympy.Min, _pairwise(smaller)),
    ):
        if formula.has(theirs):
            formula = formula.replace(theirs, ours)
    return formula.xreplace({value: number(float(value)) for value in formula.atoms(sympy.Float)})
