"""The six-hump camel: six minima in three pairs, two of them the deepest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Rational

from thalweg.calculus.base import Domain, Point, Surface


@dataclass(frozen=True)
class SixHumpCamel(Surface):
    """f = (4 - 21/10 x^2 + x^4 / 3) x^2 + x y + (4 y^2 - 4) y^2."""

    title: ClassVar[str] = "Six-hump camel"
    domain: ClassVar[Domain] = ((-2.0, 2.0), (-1.2, 1.2))
    start: ClassVar[Point] = (-1.5, 1.0)
    reference: ClassVar[str] = "Dixon and Szego, The global optimization problem: an introduction (1978)"
    check: ClassVar[tuple[float, float, float]] = (1.0, 1.0, 97 / 30)  # 4 - 21/10 + 1/3 + 1 + 0
    known_minima: ClassVar[tuple[Point, ...] | None] = (
        (0.089842, -0.712656),
        (-0.089842, 0.712656),
        (1.703607, -0.796084),
        (-1.703607, 0.796084),
        (-1.607105, -0.568651),
        (1.607105, 0.568651),
    )

    def formula(self, x: Any, y: Any) -> Any:
        return (4 - Rational(21, 10) * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2
