"""Easom's function: a needle's eye in a plain without slope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import cos, exp, pi

from thalweg.calculus.base import Domain, Point, Surface


@dataclass(frozen=True)
class Easom(Surface):
    """f = -cos(x) cos(y) exp(-(x - pi)^2 - (y - pi)^2)."""

    title: ClassVar[str] = "Easom's function"
    domain: ClassVar[Domain] = ((-1.0, 7.2), (-1.0, 7.2))
    start: ClassVar[Point] = (1.6, 4.6)
    reference: ClassVar[str] = (
        "Easom, A survey of global optimization techniques, thesis, University of Louisville (1990)"
    )
    # At (2, 5/2): -cos(2) cos(5/2) exp(-(2 - pi)^2 - (5/2 - pi)^2).
    check: ClassVar[tuple[float, float, float]] = (2.0, 2.5, -0.06000621846343052)
    known_minima: ClassVar[tuple[Point, ...] | None] = (
        (3.141593, 3.141593),
        # where tan(x) = 2 (pi - x): dimples of depth 8e-5
        (1.304995, 1.304995),
        (1.304995, 4.978190),
        (4.978190, 1.304995),
        (4.978190, 4.978190),
    )

    def formula(self, x: Any, y: Any) -> Any:
        return -cos(x) * cos(y) * exp(-((x - pi) ** 2) - (y - pi) ** 2)
