"""Styblinski and Tang's function: four wells of different depths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface


@dataclass(frozen=True)
class StyblinskiTang(Surface):
    """f = (x^4 - 16 x^2 + 5 x + y^4 - 16 y^2 + 5 y) / 2."""

    title: ClassVar[str] = "Styblinski-Tang function"
    domain: ClassVar[Domain] = ((-4.2, 4.2), (-4.2, 4.2))
    start: ClassVar[Point] = (0.3, 4.0)
    reference: ClassVar[str] = (
        "Styblinski and Tang, Experiments in nonconvex optimization: stochastic approximation with function smoothing "
        "and simulated annealing, Neural Networks 3 (1990)"
    )
    check: ClassVar[tuple[float, float, float]] = (1.0, 2.0, -24.0)  # (1 - 16 + 5 + 16 - 64 + 10) / 2
    known_minima: ClassVar[tuple[Point, ...] | None] = (
        (-2.903534, -2.903534),
        (-2.903534, 2.746803),
        (2.746803, -2.903534),
        (2.746803, 2.746803),
    )

    def formula(self, x: Any, y: Any) -> Any:
        return (x**4 - 16 * x**2 + 5 * x + y**4 - 16 * y**2 + 5 * y) / 2
