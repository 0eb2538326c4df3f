"""A steep wall, then a long gentle slope: who remembers the wall for ever comes no farther."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import exp, sqrt

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class WallThenSlope(Surface):
    """f = exp(-steepness (x + 2)) + slope (sqrt(1 + (x - 3)^2) - 1) + y^2 / 2."""

    title: ClassVar[str] = "Wall, then slope"
    domain: ClassVar[Domain] = ((-2.6, 5.0), (-2.0, 2.0))
    start: ClassVar[Point] = (-2.3, 1.4)
    reference: ClassVar[str] = "Zeiler, ADADELTA: An Adaptive Learning Rate Method (2012), section 2"
    check: ClassVar[tuple[float, float, float]] = (-2.25, 0.0, 3.5871597447806427)  # e + (sqrt(1 + 5.25^2) - 1)/5
    known_minima: ClassVar[tuple[Point, ...] | None] = ((3, 0),)

    steepness: float = parameter(4.0, low=0, low_open=True, doc="of the wall, which is 1 high at x = -2")
    slope: float = parameter(0.2, low=0, low_open=True, doc="of the long way down to the minimum")

    def formula(self, x: Any, y: Any) -> Any:
        return exp(-self.steepness * (x + 2)) + self.slope * (sqrt(1 + (x - 3) ** 2) - 1) + y**2 / 2
