"""Himmelblau's function: four minima of the same depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class Himmelblau(Surface):
    """f = (x^2 + y - a)^2 + (x + y^2 - b)^2."""

    title: ClassVar[str] = "Himmelblau's function"
    domain: ClassVar[Domain] = ((-5.0, 5.0), (-5.0, 5.0))
    start: ClassVar[Point] = (0.0, 0.0)
    reference: ClassVar[str] = "Himmelblau, Applied Nonlinear Programming (1972)"
    check: ClassVar[tuple[float, float, float]] = (1.0, 1.0, 106.0)  # 81 + 25
    known_minima: ClassVar[tuple[Point, ...] | None] = (
        (3, 2),
        (-2.805118, 3.131313),
        (-3.779310, -3.283186),
        (3.584428, -1.848127),
    )

    a: float = parameter(11.0, doc="constant of the first square")
    b: float = parameter(7.0, doc="constant of the second square")

    def formula(self, x: Any, y: Any) -> Any:
        return (x**2 + y - self.a) ** 2 + (x + y**2 - self.b) ** 2
