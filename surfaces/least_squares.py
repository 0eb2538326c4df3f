"""A line fitted to points: the loss every course begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from thalweg.calculus.base import Array, Domain, Point
from thalweg.calculus.batched import OverExamples
from thalweg.registry import parameter


@dataclass(frozen=True)
class LeastSquares(OverExamples):
    """f = mean of (x u + y - t)^2 / 2 over examples (u, t): x is the line's slope, y its intercept.

    Made examples: u uniform in [-1, 2], t = u - 1/2 + scatter * (a standard normal number).
    """

    title: ClassVar[str] = "Least squares"
    domain: ClassVar[Domain] = ((-2.0, 4.0), (-3.5, 2.5))
    start: ClassVar[Point] = (-1.2, 1.6)
    reference: ClassVar[str] = "Legendre, Nouvelles methodes pour la determination des orbites des cometes (1805)"
    check: ClassVar[tuple[float, float, float]] = (1.0, 2.0, 3.2943115777006664)

    scatter: float = parameter(0.5, low=0, doc="of the targets that are made")

    def made(self, random: np.random.Generator) -> Array:
        u = random.uniform(-1, 2, self.examples)
        t = u - 0.5 + self.scatter * random.standard_normal(self.examples)
        made: Array = np.stack([u, t], axis=-1)
        return made.round(6)  # as they would be written

    def formula(self, x: Any, y: Any) -> Any:
        (u, t), (uu, ut, tt) = self.pairs.mean(axis=0).tolist(), self._squares()
        return (uu * x**2 + 2 * u * x * y + y**2 - 2 * ut * x - 2 * t * y + tt) / 2

    def _squares(self) -> tuple[float, float, float]:
        u, t = self.pairs.T
        return float((u * u).mean()), float((u * t).mean()), float((t * t).mean())

    def slope(self, score: Array, target: Array) -> Array:
        return score - target
