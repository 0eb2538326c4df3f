"""A ring-shaped valley that is slightly tilted: from any side a way along the floor leads to the one minimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class Ring(Surface):
    """f = (x^2 + y^2 - 1)^2 / 4 + tilt x; without tilt the whole circle is a curve of minima."""

    title: ClassVar[str] = "Ring"
    domain: ClassVar[Domain] = ((-1.6, 1.6), (-1.6, 1.6))
    start: ClassVar[Point] = (1.2, 0.3)
    reference: ClassVar[str] = (
        "Minima joined by a valley: Garipov et al., Loss Surfaces, Mode Connectivity, and Fast Ensembling of DNNs, "
        "NeurIPS 2018"
    )
    check: ClassVar[tuple[float, float, float]] = (1.0, 1.0, 0.3)  # 1/4 + 1/20
    known_minima: ClassVar[tuple[Point, ...] | None] = ((-1.024120, 0),)

    tilt: float = parameter(0.05, doc="slope along x")

    def formula(self, x: Any, y: Any) -> Any:
        return (x**2 + y**2 - 1) ** 2 / 4 + self.tilt * x
