"""How formulas are written: an operation for numpy (numbers as the nearest double, whole powers by squaring), a whole
one as text that is read again, or as mathtext for the screen.
"""

from __future__ import annotations

import math
from typing import Any

from sympy import Float
from sympy.printing.latex import LatexPrinter
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.str import StrPrinter

from thalweg.calculus.functions import NUMPY


def _nearest(value: Any) -> str:
    try:
        result = float(value)
    except OverflowError:
        result = math.copysign(math.inf, value)
    return repr(result) if math.isfinite(result) else f"({result!r})"


class Printer(NumPyPrinter):  # type: ignore[misc]   # sympy has no types
    """NumPyPrinter for results of one operation each; its output names only what NUMPY and numpy define."""

    def __init__(self) -> None:
        super().__init__(
            {
                "fully_qualified_modules": False,
                "inline": True,
                "allow_unknown_functions": True,
                "user_functions": {name: name for name in NUMPY},
            }
        )

    def text(self, operation: Any) -> str:
        """What `doprint` says, without its look for what one operation cannot hold."""
        return str(self._print(operation))

    def _print_Integer(self, value: Any) -> str:
        return _nearest(value.p)

    def _print_Rational(self, value: Any) -> str:
        return _nearest(value)

    def _print_Float(self, value: Any) -> str:
        return _nearest(value)

    def _print_Pow(self, power: Any, rational: bool = False) -> str:
        base, exponent = power.as_base_exp()
        if exponent.is_Integer:
            return f"whole_power({self._print(base)}, {int(exponent)})"
        if exponent.is_Number:
            root = exponent.is_Rational and exponent.p == 1 and exponent.q == 2
            return f"sqrt({self._print(base)})" if root else f"power({self._print(base)}, {_nearest(exponent)})"
        return f"power({self._print(base)}, {self._print(exponent)})"


class _Text(StrPrinter):  # type: ignore[misc]   # sympy has no types
    """Writes a formula the way the reader of formulas takes it."""

    def _print_Function(self, function: Any) -> str:
        parts = [self._print(part) for part in function.args]
        name = function.func.__name__.rstrip("_")
        return f"({parts[0]})**({parts[1]})" if name == "pow" else f"{name}({', '.join(parts)})"

    def _print_Exp1(self, _: Any) -> str:
        return "e"

    def _print_Float(self, value: Any) -> str:
        return repr(float(value))


def as_text(formula: Any) -> str:
    """A sympy expression as text that the reader of formulas takes."""
    return str(_Text().doprint(formula))


class _Mathtext(LatexPrinter):  # type: ignore[misc]   # sympy has no types
    """LaTeX that matplotlib's mathtext sets, with our own functions as mathematicians write them."""

    def _print_Function(self, function: Any, exp: str | None = None) -> str:
        name = function.func.__name__.rstrip("_")
        parts = [self._print(part) for part in function.args]
        if name in FORMS:
            text = FORMS[name].format(*parts)
        else:
            text = rf"{NAMES.get(name, chr(92) + name)}\left({', '.join(parts)}\right)"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


FORMS = {"abs": r"\left|{0}\right|", "exp": "e^{{{0}}}", "sqrt": r"\sqrt{{{0}}}", "pow": r"\left({0}\right)^{{{1}}}"}
NAMES = {"sign": r"\mathrm{sign}", "step": r"\mathrm{step}", "asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan"}
DIGITS = 4


def as_mathtext(formula: Any) -> str:
    """A sympy expression as mathtext without its $, numbers with DIGITS significant digits."""
    rounded = formula.xreplace({number: Float(f"{float(number):.{DIGITS}g}") for number in formula.atoms(Float)})
    return str(_Mathtext({"fold_short_frac": False}).doprint(rounded))
