"""A long narrow ravine: steep across, almost flat along, where plain gradient descent swings from wall to wall."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class Ravine(Surface):
    """f = (flat u^2 + steep v^2) / 2, with u along the ravine and v across it; flat and steep are the eigenvalues."""

    title: ClassVar[str] = "Ravine"
    domain: ClassVar[Domain] = ((-4.0, 4.0), (-2.0, 2.0))
    start: ClassVar[Point] = (-3.4, 1.2)
    reference: ClassVar[str] = "Ill-conditioned quadratic: Goh, Why Momentum Really Works, Distill (2017)"
    check: ClassVar[tuple[float, float, float]] = (2.0, -1.0, 7.7)  # (1/10 * 4 + 15 * 1) / 2
    known_minima: ClassVar[tuple[Point, ...] | None] = ((0, 0),)

    flat: float = parameter(0.1, low=0, low_open=True, doc="curvature along the ravine")
    steep: float = parameter(15.0, low=0, low_open=True, doc="curvature across the ravine")
    angle: float = parameter(0.0, low=-360, high=360, doc="direction of the ravine, degrees from the x axis")

    def formula(self, x: Any, y: Any) -> Any:
        cosine, sine = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        along, across = cosine * x + sine * y, cosine * y - sine * x
        return self.flat * along**2 / 2 + self.steep * across**2 / 2
