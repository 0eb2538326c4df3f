"""How an operation is written for numpy: numbers as the nearest double, whole powers by squaring."""
from __future__ import annotations

import math
from typing import Any

from sympy.printing.numpy import NumPyPrinter
from sympy.printing.str import StrPrinter

from thalweg.calculus.functions import NUMPY


def _nearest(value: Any) -> str:
    try:
        result = float(value)
    except OverflowError:
        result = math.copysign(math.inf, value)
    return repr(result) if math.isfinite(result) else f"({result!r})"


class Printer(NumPyPrinter):   # type: ignore[misc]   # sympy has no types
    """NumPyPrinter for results of one operation each; its output names only what NUMPY and numpy define."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True,
                          "user_functions": {name: name for name in NUMPY}})

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


class _Text(StrPrinter):   # type: ignore[misc]   # sympy has no types
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
