"""One tanh neuron that learns from another: two minima that mirror each other, and a saddle between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from thalweg.calculus.base import Array, Domain, Point
from thalweg.calculus.batched import OverExamples
from thalweg.registry import parameter

MOST = 64  # examples: all of them stand in the formula


@dataclass(frozen=True)
class OneNeuron(OverExamples):
    """f = mean of (y tanh(x u) - t)^2 over examples (u, t): x is the weight into the neuron, y the one out of it.

    Made examples: u evenly spaced in [-2, 2], t = 3/2 tanh(6/5 u) + scatter * (a standard normal number).
    """

    title: ClassVar[str] = "One neuron"
    domain: ClassVar[Domain] = ((-2.6, 2.6), (-2.9, 2.9))
    start: ClassVar[Point] = (-1.8, 1.9)
    reference: ClassVar[str] = (
        "Signs may change together: Sussmann, Uniqueness of the weights for minimal feedforward nets with a given "
        "input-output map, Neural Networks 5 (1992)"
    )
    # At (1, 2): the mean of (2 tanh(u) - 3/2 tanh(6/5 u))^2 over u = -2, -3/2 ... 2.
    check: ClassVar[tuple[float, float, float]] = (1.0, 2.0, 0.09898050426422874)
    known_minima: ClassVar[tuple[Point, ...] | None] = ((-1.2, -1.5), (1.2, 1.5))

    most: ClassVar[int] = MOST
    examples: int = parameter(9, low=2, high=MOST, doc="how many are made, when data is not given")
    scatter: float = parameter(0.0, low=0, doc="of the targets that are made")

    def made(self, random: np.random.Generator) -> Array:
        u = np.linspace(-2, 2, self.examples)
        return np.stack([u, 1.5 * np.tanh(1.2 * u) + self.scatter * random.standard_normal(self.examples)], axis=-1)

    def batch_gradient(self, points: Array, chosen: Any) -> Array:
        (u, t), (x, y) = np.moveaxis(self.pairs[chosen], -1, 0), np.moveaxis(points[..., None, :], -1, 0)
        out = np.tanh(x * u)
        slope = 2 * (y * out - t)
        return np.stack([(slope * y * u * (1 - out * out)).mean(axis=-1), (slope * out).mean(axis=-1)], axis=-1)

    def formula(self, x: Any, y: Any) -> Any:
        from thalweg.calculus.functions import tanh

        return sum((y * tanh(u * x) - t) ** 2 for u, t in self.pairs.tolist()) / len(self.pairs)
