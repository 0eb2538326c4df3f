"""A valley that becomes narrower downstream: how far a ball follows it, its learning rate decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import exp, sqrt

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class RiverValley(Surface):
    """f = exp(a y) (sqrt(1 + x^2) - 1) + c (y - d)^2 / 2: on its floor, x = 0, the curvature across is exp(a y)."""

    title: ClassVar[str] = "River valley"
    domain: ClassVar[Domain] = ((-2.0, 2.0), (-1.0, 7.0))
    start: ClassVar[Point] = (1.5, 0.0)
    reference: ClassVar[str] = (
        "After Wen et al., Understanding Warmup-Stable-Decay Learning Rates: A River Valley Loss Landscape "
        "Perspective (2024)"
    )
    check: ClassVar[tuple[float, float, float]] = (0.75, 2.0, 1.0795704571147613)  # e (5/4 - 1) + 16/40
    known_minima: ClassVar[tuple[Point, ...] | None] = ((0, 6),)

    a: float = parameter(0.5, doc="how fast the valley narrows along y")
    c: float = parameter(0.05, low=0, low_open=True, doc="curvature of the way down along y")
    d: float = parameter(6.0, doc="y of the minimum")

    def formula(self, x: Any, y: Any) -> Any:
        walls = exp(self.a * y) * (sqrt(1 + x**2) - 1)
        return walls + self.c * (y - self.d) ** 2 / 2
