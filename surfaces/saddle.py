"""The textbook saddle: down along y, up along x; the start lies almost on the ridge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class Saddle(Surface):
    """f = x^2 - y^2 + quartic y^4; with quartic > 0 it has two valleys, at y = +-1/sqrt(2 quartic)."""

    title: ClassVar[str] = "Saddle"
    domain: ClassVar[Domain] = ((-2.0, 2.0), (-2.0, 2.0))
    start: ClassVar[Point] = (-1.6, 0.02)
    reference: ClassVar[str] = "Dauphin et al., Identifying and attacking the saddle point problem (2014), section 2"
    check: ClassVar[tuple[float, float, float]] = (0.5, -1.5, -2.0)  # 1/4 - 9/4
    known_minima: ClassVar[tuple[Point, ...] | None] = ()

    quartic: float = parameter(0.0, low=0, doc="weight of y^4, which turns the slopes into two valleys")

    def formula(self, x: Any, y: Any) -> Any:
        return x**2 - y**2 + self.quartic * y**4
