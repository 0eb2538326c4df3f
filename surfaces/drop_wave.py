"""A drop has fallen into water: waves around the one deepest place, each ring a valley to be caught in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from sympy import cos, sqrt

from thalweg.calculus.base import Array, Domain, Point, Surface


@dataclass(frozen=True)
class DropWave(Surface):
    """f = -(1 + cos(12 r)) / (r^2 / 2 + 2), r the distance from the origin."""

    title: ClassVar[str] = "Drop wave"
    domain: ClassVar[Domain] = ((-1.4, 1.4), (-1.4, 1.4))
    start: ClassVar[Point] = (-1.0, 0.6)
    reference: ClassVar[str] = "Molga and Smutnicki, Test functions for optimization needs (2005)"
    check: ClassVar[tuple[float, float, float]] = (0.6, 0.8, -0.7375415834929968)  # -(1 + cos(12)) / (5/2)
    known_minima: ClassVar[tuple[Point, ...] | None] = ((0, 0),)

    def formula(self, x: Any, y: Any) -> Any:
        square = x**2 + y**2
        return -(1 + cos(12 * sqrt(square))) / (square / 2 + 2)

    def hessian(self, points: ArrayLike) -> Array:
        made, at = super().hessian(points), np.asarray(points, dtype=np.float64)
        made[(at == 0).all(axis=-1)] = 72.5 * np.eye(2)  # 0/0 for the formula; f = -1 + 36.25 r^2 - ... around there
        return made
