"""A bowl with ripples: small ones that bend it inwards make a fractal of who ends where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import cos, pi

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter

ACROSS = (-0.685223, -0.230351, 0.230351, 0.685223)  # where 2 x = 2 pi eps sin(2 pi x / length) / length and f bends up


@dataclass(frozen=True)
class RippledBowl(Surface):
    """f = x^2 + y^2 + eps (cos(2 pi x / length) + cos(2 pi y / length)).

    It is not convex once eps / length^2 > 1 / (2 pi^2): for the defaults, 0.6 > 0.05.
    """

    title: ClassVar[str] = "Rippled bowl"
    domain: ClassVar[Domain] = ((-2.0, 2.0), (-2.0, 2.0))
    start: ClassVar[Point] = (-1.7, 1.5)
    reference: ClassVar[str] = "Liu, Complex fractal trainability boundary can arise from trivial non-convexity (2024)"
    check: ClassVar[tuple[float, float, float]] = (1.25, 0.75, 1.825)  # 25/16 + 9/16 - 3/20 - 3/20
    known_minima: ClassVar[tuple[Point, ...] | None] = tuple((x, y) for x in ACROSS for y in ACROSS)

    eps: float = parameter(0.15, low=0, doc="height of the ripples")
    length: float = parameter(0.5, low=0, low_open=True, doc="length of a ripple")

    def formula(self, x: Any, y: Any) -> Any:
        return x**2 + y**2 + self.eps * (cos(2 * pi * x / self.length) + cos(2 * pi * y / self.length))
