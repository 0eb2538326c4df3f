"""A long flat region, where the gradient has almost vanished, and then a drop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class Plateau(Surface):
    """f = height r^2 / (width^2 + r^2), r the distance from the hole at (x0, y0): far away it is flat."""

    title: ClassVar[str] = "Plateau"
    domain: ClassVar[Domain] = ((-3.0, 3.0), (-3.0, 3.0))
    start: ClassVar[Point] = (-2.2, 1.8)
    reference: ClassVar[str] = (
        "The saturating loss of Geman and McClure, Statistical Methods for Tomographic Image "
        "Reconstruction (1987), in two variables"
    )
    check: ClassVar[tuple[float, float, float]] = (-0.5, 0.0, 3.6)  # 4 * (9/4) / (1/4 + 9/4)
    known_minima: ClassVar[tuple[Point, ...] | None] = ((1, 0),)

    height: float = parameter(4.0, low=0, low_open=True, doc="height of the plateau over the bottom")
    width: float = parameter(0.5, low=0, low_open=True, doc="distance from the bottom where half the height is reached")
    x0: float = parameter(1.0, doc="x of the bottom")
    y0: float = parameter(0.0, doc="y of the bottom")

    def formula(self, x: Any, y: Any) -> Any:
        square = (x - self.x0) ** 2 + (y - self.y0) ** 2
        return self.height * square / (self.width**2 + square)

    def look_for_minima(self) -> tuple[Point, ...]:
        return ((self.x0, self.y0),)
