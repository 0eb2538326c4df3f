"""A saddle with three ways down (two for the legs, one for the tail) and a Hessian that vanishes in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class MonkeySaddle(Surface):
    """f = x^3 - 3 x y^2 + quartic (x^2 + y^2)^2; with quartic > 0 it has three valleys, at distance 3/(4 quartic)."""

    title: ClassVar[str] = "Monkey saddle"
    domain: ClassVar[Domain] = ((-2.0, 2.0), (-2.0, 2.0))
    start: ClassVar[Point] = (1.5, 0.05)
    reference: ClassVar[str] = "Hilbert and Cohn-Vossen, Geometry and the Imagination (1952), section 29"
    check: ClassVar[tuple[float, float, float]] = (1.0, 0.5, 0.25)  # 1 - 3/4
    known_minima: ClassVar[tuple[Point, ...] | None] = ()

    quartic: float = parameter(0.0, low=0, doc="weight of (x^2 + y^2)^2, which turns the slopes into three valleys")

    def formula(self, x: Any, y: Any) -> Any:
        return x**3 - 3 * x * y**2 + self.quartic * (x**2 + y**2) ** 2
