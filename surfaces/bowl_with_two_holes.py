"""A wide bowl with a shallow hole in the middle and a deep, narrower one beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import exp

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class BowlWithTwoHoles(Surface):
    """f = c x^2 + c y^2 / bowl_constant - h1 exp(-w1 |p - center_1|^2) - h2 exp(-w2 |p - center_2|^2)."""

    title: ClassVar[str] = "Bowl with two holes"
    domain: ClassVar[Domain] = ((-3.0, 3.0), (-3.0, 3.0))
    start: ClassVar[Point] = (-2.2, 1.6)
    reference: ClassVar[str] = "Two Gaussian holes in a quadratic bowl, made for this project"
    # At (1, 0): 0.075 - exp(-2)/2 - 3 exp(-4)/4.
    check: ClassVar[tuple[float, float, float]] = (1.0, 0.0, -0.006404370784856987)

    w1: float = parameter(2.0, low=0, low_open=True, doc="narrowness of the first hole")
    w2: float = parameter(4.0, low=0, low_open=True, doc="narrowness of the second hole")
    h1: float = parameter(0.5, doc="depth of the first hole")
    h2: float = parameter(0.75, doc="depth of the second hole")
    c: float = parameter(0.075, doc="steepness of the bowl")
    bowl_constant: float = parameter(9.0, low=0, low_open=True, doc="how much flatter the bowl is along y")
    center_1: Point = parameter((0.0, 0.0), doc="place of the first hole")
    center_2: Point = parameter((1.0, 1.0), doc="place of the second hole")

    def formula(self, x: Any, y: Any) -> Any:
        (x1, y1), (x2, y2) = self.center_1, self.center_2
        bowl = self.c * x**2 + self.c * y**2 / self.bowl_constant
        first = self.h1 * exp(-self.w1 * ((x - x1) ** 2 + (y - y1) ** 2))
        second = self.h2 * exp(-self.w2 * ((x - x2) ** 2 + (y - y2) ** 2))
        return bowl - first - second

    def look_for_minima(self) -> tuple[Point, ...]:
        return self.center_1, self.center_2, (0.0, 0.0)
