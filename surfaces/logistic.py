"""Logistic regression of one feature: yes or no, with a slope and an intercept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from thalweg.calculus.base import SYMBOLS, Array, Domain, Point
from thalweg.calculus.batched import OverExamples
from thalweg.calculus.rows import Columns, OverRows
from thalweg.registry import parameter

BLOCK = 4096  # points times examples computed at once, so that the parts stay in the processor's cache


@dataclass(frozen=True)
class Logistic(OverExamples):
    """f = mean of log(1 + exp(-s (x u + y))) + penalty (x^2 + y^2) / 2 over examples (u, t); s = 2 t - 1, t 0 or 1.

    x u + y is the logarithm of the odds for t = 1. Made examples: u uniform in [-3, 3], t = 1 with the probability
    1 / (1 + exp(-(3 u / 2 - 1/2))). The penalty, which batches keep, gives a minimum where a threshold parts the two.
    """

    title: ClassVar[str] = "Logistic regression"
    domain: ClassVar[Domain] = ((-3.0, 5.0), (-4.0, 4.0))
    start: ClassVar[Point] = (-2.2, 2.8)
    reference: ClassVar[str] = "Cox, The regression analysis of binary sequences, J. R. Stat. Soc. B 20 (1958)"
    check: ClassVar[tuple[float, float, float]] = (1.0, 2.0, 0.7601426769378256)

    penalty: float = parameter(0.01, low=0, doc="on the squared length of (x, y)")

    def made(self, random: np.random.Generator) -> Array:
        u = random.uniform(-3, 3, self.examples)
        chance = 1 / (1 + np.exp(0.5 - 1.5 * u))
        t = random.random(self.examples) < chance
        made: Array = np.stack([u, t.astype(np.float64)], axis=-1)
        return made.round(6)  # as they would be written

    def unusable(self, target: float) -> str:
        return "" if target in (0.0, 1.0) else f"t is {target:g}; it must be 0 or 1"

    def slope(self, score: Array, target: Array) -> Array:
        sign = 2 * target - 1
        result: Array = -sign / (1 + np.exp(sign * score))
        return result

    def batch_gradient(self, points: Array, chosen: Any) -> Array:
        return super().batch_gradient(points, chosen) + self.penalty * points

    def formula(self, x: Any, y: Any) -> Any:
        from thalweg.calculus.functions import exp, log

        terms = [log(1 + exp((1 - 2 * int(t)) * (u * x + y))) for u, t in self.pairs.tolist()]
        return sum(terms) / len(terms) + self.penalty * (x**2 + y**2) / 2

    @cached_property
    def compiled(self) -> Any:
        """Of one example written down, and of many computed at once in a way in which exp does not overflow far out."""
        import sympy

        from thalweg.calculus.functions import exp, log

        x, y, u, sign = sympy.symbols([*SYMBOLS, "row0", "row1"], real=True)
        examples = {u: self.pairs[:, 0], sign: 2 * self.pairs[:, 1] - 1}
        return _Terms(log(1 + exp(-sign * (u * x + y))), (x, y), examples, self.penalty)


class _Terms(OverRows):
    """The mean of log(1 + exp(-margin)) over examples, and the penalty."""

    def __init__(self, loss: Any, axes: tuple[Any, Any], examples: Columns, penalty: float) -> None:
        plain = penalty * (axes[0] ** 2 + axes[1] ** 2) / 2
        super().__init__(loss + plain, plain, loss, axes, examples)
        self.penalty, (self.u, self.sign) = penalty, (rows.copy() for rows in examples.values())

    def _made(self, orders: tuple[int, ...]) -> Callable[[Array], Array]:
        functions = [(self._value, self._gradient, self._hessian, self._third)[order] for order in orders]
        size = max(1, BLOCK // self.rows)

        def evaluate(points: Array) -> Array:
            result = np.empty((sum(order + 1 for order in orders), len(points)))
            for low in range(0, len(points), size):
                part = points[low : low + size]
                margin = self.sign * (part[:, :1] * self.u + part[:, 1:])
                x, y = part.T
                result[:, low : low + size] = [each for function in functions for each in function(x, y, margin)]
            return result.T

        return evaluate

    def _value(self, x: Array, y: Array, margin: Array) -> list[Array]:
        return [np.logaddexp(0.0, -margin).mean(axis=1) + self.penalty * (x * x + y * y) / 2]

    def _gradient(self, x: Array, y: Array, margin: Array) -> list[Array]:
        slope = -self.sign / (1 + np.exp(margin))
        return [(slope * self.u).mean(axis=1) + self.penalty * x, slope.mean(axis=1) + self.penalty * y]

    def _hessian(self, x: Array, y: Array, margin: Array) -> list[Array]:
        decay = np.exp(-np.abs(margin))
        bend = decay / ((1 + decay) * (1 + decay))
        xx, cross, yy = ((bend * by).mean(axis=1) for by in (self.u * self.u, self.u, 1.0))
        return [xx + self.penalty, cross, yy + self.penalty]

    def _third(self, x: Array, y: Array, margin: Array) -> list[Array]:
        decay = np.exp(-np.abs(margin))
        turn = -self.sign * np.tanh(margin / 2) * decay / ((1 + decay) * (1 + decay))
        return [(turn * self.u**power).mean(axis=1) for power in (3, 2, 1, 0)]
