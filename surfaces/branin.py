"""Branin's function: three minima of the same depth in a valley that winds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import cos, pi

from thalweg.calculus.base import Domain, Point, Surface


@dataclass(frozen=True)
class Branin(Surface):
    """f = (y - 5.1 x^2 / (4 pi^2) + 5 x / pi - 6)^2 + 10 (1 - 1 / (8 pi)) cos(x) + 10."""

    title: ClassVar[str] = "Branin's function"
    domain: ClassVar[Domain] = ((-5.0, 10.0), (0.0, 15.0))
    start: ClassVar[Point] = (3.0, 13.0)
    reference: ClassVar[str] = (
        "Branin, Widely convergent method for finding multiple solutions of simultaneous nonlinear equations, IBM "
        "Journal of Research and Development 16 (1972); Dixon and Szego (1978)"
    )
    check: ClassVar[tuple[float, float, float]] = (0.0, 0.0, 55.602112642270226)  # 36 + 10 (1 - 1/(8 pi)) + 10
    known_minima: ClassVar[tuple[Point, ...] | None] = ((-3.141593, 12.275), (3.141593, 2.275), (9.424778, 2.475))

    def formula(self, x: Any, y: Any) -> Any:
        valley = y - 51 * x**2 / (40 * pi**2) + 5 * x / pi - 6
        return valley**2 + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10
