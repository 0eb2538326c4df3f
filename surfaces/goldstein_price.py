"""The Goldstein-Price function, as its logarithm: four minima, at heights that reach over five powers of ten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import log

from thalweg.calculus.base import Domain, Point, Surface


@dataclass(frozen=True)
class GoldsteinPrice(Surface):
    """f = log of (1 + (x + y + 1)^2 (19 - 14 x + 3 x^2 - 14 y + 6 x y + 3 y^2))
    times (30 + (2 x - 3 y)^2 (18 - 32 x + 12 x^2 + 48 y - 36 x y + 27 y^2)).

    The product itself, as it was published, is 3 at its lowest and 10^6 in the corners.
    """

    title: ClassVar[str] = "Goldstein-Price function"
    domain: ClassVar[Domain] = ((-2.0, 2.0), (-2.0, 2.0))
    start: ClassVar[Point] = (1.6, -0.7)
    reference: ClassVar[str] = "Goldstein and Price, On descent from local minima, Mathematics of Computation 25 (1971)"
    check: ClassVar[tuple[float, float, float]] = (0.0, 0.0, 6.396929655216146)  # log(20 * 30)
    known_minima: ClassVar[tuple[Point, ...] | None] = ((0, -1), (-0.6, -0.4), (1.2, 0.8), (1.8, 0.2))

    def formula(self, x: Any, y: Any) -> Any:
        s, d = x + y, 2 * x - 3 * y
        first = 1 + (s + 1) ** 2 * (19 - 14 * s + 3 * s**2)
        second = 30 + d**2 * (18 - 16 * d + 3 * d**2)
        return log(first) + log(second)
