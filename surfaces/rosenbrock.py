"""Rosenbrock's banana: a curved valley that is easy to find and hard to follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class Rosenbrock(Surface):
    """f = (a - x)^2 + b (y - x^2)^2."""

    title: ClassVar[str] = "Rosenbrock's valley"
    domain: ClassVar[Domain] = ((-2.0, 2.0), (-1.0, 3.0))
    start: ClassVar[Point] = (-1.2, 1.0)  # Rosenbrock's own
    reference: ClassVar[str] = (
        "Rosenbrock, An automatic method for finding the greatest or least value of a "
        "function, The Computer Journal 3 (1960)"
    )
    check: ClassVar[tuple[float, float, float]] = (-1.2, 1.0, 24.2)  # (11/5)^2 + 100 (11/25)^2
    known_minima: ClassVar[tuple[Point, ...] | None] = ((1, 1),)

    a: float = parameter(1.0, doc="x of the minimum")
    b: float = parameter(100.0, low=0, low_open=True, doc="steepness of the walls")

    def formula(self, x: Any, y: Any) -> Any:
        return (self.a - x) ** 2 + self.b * (y - x**2) ** 2

    def look_for_minima(self) -> tuple[Point, ...]:
        return ((self.a, self.a**2),)
