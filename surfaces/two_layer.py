"""A linear network of two layers, one weight each: a curve of minima, flat where the weights are equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class TwoLayer(Surface):
    """f = (target - x y)^2 / 2; on the curve x y = target the larger curvature is x^2 + y^2, least where |x| = |y|."""

    title: ClassVar[str] = "Two layers"
    domain: ClassVar[Domain] = ((-0.8, 3.0), (-0.8, 3.0))
    start: ClassVar[Point] = (-0.6, 2.2)
    reference: ClassVar[str] = (
        "Wang et al., Large Learning Rate Tames Homogeneity: Convergence and Balancing Effect (2022)"
    )
    check: ClassVar[tuple[float, float, float]] = (2.0, 2.0, 4.5)  # (1 - 4)^2 / 2
    known_minima: ClassVar[tuple[Point, ...] | None] = ()  # curves, not points

    target: float = parameter(1.0, doc="what the two weights shall multiply to")

    def formula(self, x: Any, y: Any) -> Any:
        return (self.target - x * y) ** 2 / 2
