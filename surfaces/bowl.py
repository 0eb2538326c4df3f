"""A slightly elliptic quadratic bowl, the simplest surface with a minimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class Bowl(Surface):
    """f = (a x^2 + b y^2) / 2, so that a and b are the eigenvalues of the Hessian."""

    title: ClassVar[str] = "Bowl"
    domain: ClassVar[Domain] = ((-3.0, 3.0), (-3.0, 3.0))
    start: ClassVar[Point] = (-2.4, 2.0)
    reference: ClassVar[str] = "Nocedal and Wright, Numerical Optimization (2006), section 3.3"
    check: ClassVar[tuple[float, float, float]] = (1.0, -2.0, 4.5)  # 1/2 + 2 * 4 / 2
    known_minima: ClassVar[tuple[Point, ...] | None] = ((0, 0),)

    a: float = parameter(1.0, low=0, low_open=True, doc="curvature along x")
    b: float = parameter(2.0, low=0, low_open=True, doc="curvature along y")

    def formula(self, x: Any, y: Any) -> Any:
        return self.a * x**2 / 2 + self.b * y**2 / 2
