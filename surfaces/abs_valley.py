"""A valley with a sharp floor: smooth along x, a kink along y."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Abs

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class AbsValley(Surface):
    """f = x^2 + a |y|."""

    title: ClassVar[str] = "Valley with a kink"
    domain: ClassVar[Domain] = ((-2.0, 2.0), (-2.0, 2.0))
    start: ClassVar[Point] = (-1.6, 1.3)
    reference: ClassVar[str] = (
        "Losses with kinks: Nesterov, Introductory Lectures on Convex Optimization (2004), section 3.1"
    )
    check: ClassVar[tuple[float, float, float]] = (1.5, -0.5, 2.4)  # 9/4 + 3/10 * 1/2
    known_minima: ClassVar[tuple[Point, ...] | None] = ((0, 0),)

    a: float = parameter(0.3, low=0, low_open=True, doc="steepness of the walls")

    def formula(self, x: Any, y: Any) -> Any:
        return x**2 + self.a * Abs(y)
