"""A narrow hole and a wide one, the narrow one a little deeper: who is thrown out, and who stays?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import exp

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class FlatAndSharp(Surface):
    """f = 1 - sharp exp(-((x - 1.2)^2 + y^2) / 0.0648) - flat exp(-((x + 1)^2 + y^2) / 1.125) + 0.02 (x^2 + y^2)."""

    title: ClassVar[str] = "Flat and sharp"
    domain: ClassVar[Domain] = ((-2.8, 2.4), (-2.2, 2.2))
    start: ClassVar[Point] = (1.6, 0.3)
    reference: ClassVar[str] = "Hochreiter and Schmidhuber, Flat Minima, Neural Computation 9 (1997)"
    # At (0, 0): 1 - exp(-1.44 / 0.0648) - 0.98 exp(-1 / 1.125).
    check: ClassVar[tuple[float, float, float]] = (0.0, 0.0, 0.5971099550795932)
    known_minima: ClassVar[tuple[Point, ...] | None] = ((1.196748, 0), (-0.977546, 0))

    sharp: float = parameter(1.0, doc="depth of the narrow hole, at (1.2, 0)")
    flat: float = parameter(0.98, doc="depth of the wide hole, at (-1, 0)")

    def formula(self, x: Any, y: Any) -> Any:
        narrow = self.sharp * exp(-((x - 1.2) ** 2 + y**2) / 0.0648)
        wide = self.flat * exp(-((x + 1) ** 2 + y**2) / 1.125)
        return 1 - narrow - wide + 0.02 * (x**2 + y**2)
