"""The three-hump camel: a deep minimum between two that are a little higher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Rational

from thalweg.calculus.base import Domain, Point, Surface


@dataclass(frozen=True)
class ThreeHumpCamel(Surface):
    """f = 2 x^2 - 21/20 x^4 + x^6 / 6 + x y + y^2."""

    title: ClassVar[str] = "Three-hump camel"
    domain: ClassVar[Domain] = ((-2.1, 2.1), (-1.6, 1.6))
    start: ClassVar[Point] = (-1.85, -1.4)
    reference: ClassVar[str] = (
        "Jamil and Yang, A literature survey of benchmark functions for global optimisation problems, International "
        "Journal of Mathematical Modelling and Numerical Optimisation 4 (2013)"
    )
    check: ClassVar[tuple[float, float, float]] = (1.0, 1.0, 187 / 60)  # 2 - 21/20 + 1/6 + 1 + 1
    known_minima: ClassVar[tuple[Point, ...] | None] = ((0, 0), (-1.747552, 0.873776), (1.747552, -0.873776))

    def formula(self, x: Any, y: Any) -> Any:
        return 2 * x**2 - Rational(21, 20) * x**4 + x**6 / 6 + x * y + y**2
