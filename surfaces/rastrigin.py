"""Rastrigin's function: a bowl covered with holes in a regular grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import cos, pi

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class Rastrigin(Surface):
    """f = 2 a + x^2 + y^2 - a cos(2 pi x) - a cos(2 pi y)."""

    title: ClassVar[str] = "Rastrigin's function"
    domain: ClassVar[Domain] = ((-5.12, 5.12), (-5.12, 5.12))
    start: ClassVar[Point] = (-3.4, 3.3)
    reference: ClassVar[str] = "Rastrigin, Systems of Extremal Control (1974)"
    check: ClassVar[tuple[float, float, float]] = (0.5, 0.25, 30.3125)  # 20 + 1/4 + 1/16 + 10 - 0

    a: float = parameter(10.0, low=0, doc="depth of the holes")

    def formula(self, x: Any, y: Any) -> Any:
        return 2 * self.a + x**2 + y**2 - self.a * cos(2 * pi * x) - self.a * cos(2 * pi * y)
