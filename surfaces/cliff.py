"""A valley with a cliff across it: one steep step throws far what has no limit to its steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import tanh

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.registry import parameter


@dataclass(frozen=True)
class Cliff(Surface):
    """f = 0.15 x^2 + y^2 / 2 + height / (1 + exp(-steepness (x - 1)))."""

    title: ClassVar[str] = "Cliff"
    domain: ClassVar[Domain] = ((-2.0, 3.0), (-2.0, 2.0))
    start: ClassVar[Point] = (2.6, 1.4)
    reference: ClassVar[str] = (
        "After Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks (2013), figure 6"
    )
    check: ClassVar[tuple[float, float, float]] = (1.1, 2.0, 3.943094155955765)  # 0.15 * 1.21 + 2 + 2 / (1 + exp(-2))
    known_minima: ClassVar[tuple[Point, ...] | None] = ((0, 0),)

    height: float = parameter(2.0, low=0, doc="height of the cliff")
    steepness: float = parameter(
        20.0, low=0, low_open=True, doc="of the cliff; its slope is height * steepness / 4 at most"
    )

    def formula(self, x: Any, y: Any) -> Any:
        # 1 / (1 + exp(-...)), whose slope would be inf / inf far out
        step = (1 + tanh(self.steepness * (x - 1) / 2)) / 2
        return 0.15 * x**2 + y**2 / 2 + self.height * step
