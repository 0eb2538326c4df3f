"""Beale's function: a flat basin between sharp peaks at the corners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Rational

from thalweg.calculus.base import Domain, Point, Surface


@dataclass(frozen=True)
class Beale(Surface):
    """f = (3/2 - x + x y)^2 + (9/4 - x + x y^2)^2 + (21/8 - x + x y^3)^2."""

    title: ClassVar[str] = "Beale's function"
    domain: ClassVar[Domain] = ((-4.5, 4.5), (-4.5, 4.5))
    start: ClassVar[Point] = (1.0, 1.0)
    reference: ClassVar[str] = (
        "Beale, On an iterative method for finding a local minimum of a function of more than "
        "one variable (1958); More, Garbow and Hillstrom (1981), problem 5"
    )
    check: ClassVar[tuple[float, float, float]] = (1.0, 1.0, 14.203125)  # 9/4 + 81/16 + 441/64
    known_minima: ClassVar[tuple[Point, ...] | None] = ((3, 0.5),)

    def formula(self, x: Any, y: Any) -> Any:
        first, second, third = (
            constant - x + x * y**k for k, constant in enumerate((Rational(3, 2), Rational(9, 4), Rational(21, 8)), 1)
        )
        return first**2 + second**2 + third**2

    def look_for_minima(self) -> tuple[Point, ...]:
        return ((3.0, 0.5),)
