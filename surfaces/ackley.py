"""Ackley's function: an almost flat outer region full of holes, and a funnel that ends in a sharp tip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import E, cos, exp, pi, sqrt

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class Ackley(Surface):
    """f = a + e - a exp(-b sqrt((x^2 + y^2) / 2)) - exp((cos(2 pi x) + cos(2 pi y)) / 2)."""

    title: ClassVar[str] = "Ackley's function"
    domain: ClassVar[Domain] = ((-5.0, 5.0), (-5.0, 5.0))
    start: ClassVar[Point] = (-3.4, 3.3)
    reference: ClassVar[str] = "Ackley, A Connectionist Machine for Genetic Hillclimbing (1987)"
    # At (1/2, 1/2): 20 + e - 20 exp(-1/10) - exp(-1).
    check: ClassVar[tuple[float, float, float]] = (0.5, 0.5, 4.253654026568411)

    a: float = parameter(20.0, low=0, doc="depth of the funnel")
    b: float = parameter(0.2, low=0, doc="narrowness of the funnel")

    def formula(self, x: Any, y: Any) -> Any:
        funnel = self.a * exp(-self.b * sqrt((x**2 + y**2) / 2))
        return self.a + E - funnel - exp((cos(2 * pi * x) + cos(2 * pi * y)) / 2)

    def look_for_minima(self) -> tuple[Point, ...]:
        return ((0.0, 0.0),)
