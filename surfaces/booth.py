"""Booth's function: two equations to be met at once, a bowl nine times steeper along one diagonal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface


@dataclass(frozen=True)
class Booth(Surface):
    """f = (x + 2 y - 7)^2 + (2 x + y - 5)^2."""

    title: ClassVar[str] = "Booth's function"
    domain: ClassVar[Domain] = ((-7.0, 9.0), (-5.0, 11.0))
    start: ClassVar[Point] = (-5.0, 8.0)
    reference: ClassVar[str] = (
        "Jamil and Yang, A literature survey of benchmark functions for global optimisation problems, International "
        "Journal of Mathematical Modelling and Numerical Optimisation 4 (2013)"
    )
    check: ClassVar[tuple[float, float, float]] = (0.0, 0.0, 74.0)  # 49 + 25
    known_minima: ClassVar[tuple[Point, ...] | None] = ((1, 3),)

    def formula(self, x: Any, y: Any) -> Any:
        return (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2
