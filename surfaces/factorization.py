"""A matrix written as a product: no bad minimum, only saddles on the way to the two good ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class Factorization(Surface):
    """f = ((x^2 - a)^2 + 2 x^2 y^2 + (y^2 - b)^2) / 4, the squared distance of w w^T from diag(a, b), over 4."""

    title: ClassVar[str] = "Factorization"
    domain: ClassVar[Domain] = ((-2.0, 2.0), (-2.0, 2.0))
    start: ClassVar[Point] = (0.05, 1.8)
    reference: ClassVar[str] = (
        "Baldi and Hornik, Neural networks and principal component analysis: learning from examples without local "
        "minima, Neural Networks 2 (1989)"
    )
    check: ClassVar[tuple[float, float, float]] = (1.0, 1.0, 0.75)  # (1 + 2 + 0) / 4
    known_minima: ClassVar[tuple[Point, ...] | None] = ((-1.414214, 0), (1.414214, 0))

    a: float = parameter(2.0, doc="the entry of the matrix that belongs to x")
    b: float = parameter(1.0, doc="the entry of the matrix that belongs to y")

    def formula(self, x: Any, y: Any) -> Any:
        return ((x**2 - self.a) ** 2 + 2 * x**2 * y**2 + (y**2 - self.b) ** 2) / 4
