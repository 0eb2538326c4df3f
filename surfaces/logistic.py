"""Logistic regression of one feature: yes or no, with a slope and an intercept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from thalweg.calculus.base import SYMBOLS, Array, Domain, Point
from thalweg.calculus.batched import OverExamples
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
        """The formula is a sum of many terms, and exp overflows far out: numpy is faster here, and stays finite."""
        return _Terms(self)


class _Terms:
    """Value to third derivatives at points (..., 2), in the manner of `thalweg.calculus.compile.Compiled`."""

    def __init__(self, surface: Logistic) -> None:
        u, t = surface.pairs.T
        self.surface, self.u, self.sign = surface, u.copy(), 2 * t - 1

    @cached_property
    def axes(self) -> tuple[Any, Any]:
        import sympy

        x, y = (sympy.Symbol(name, real=True) for name in SYMBOLS)
        return x, y

    @cached_property
    def formula(self) -> Any:
        return self.surface.formula(*self.axes)

    def value(self, points: ArrayLike) -> Array:
        return self._blocks(points, self._value, ())

    def gradient(self, points: ArrayLike) -> Array:
        return self._blocks(points, self._gradient, (2,))

    def hessian(self, points: ArrayLike) -> Array:
        return self._blocks(points, self._hessian, (2, 2))

    def third(self, points: ArrayLike) -> Array:
        return self._blocks(points, self._third, (2, 2, 2))

    def _blocks(self, points: ArrayLike, function: Callable[[Array, Array], Array], shape: tuple[int, ...]) -> Array:
        at = np.asarray(points, dtype=np.float64)
        if at.shape[-1:] != (2,):
            raise ValueError(f"points must have shape (..., 2), not {at.shape}")
        flat = at.reshape(-1, 2)
        result, size = np.empty((len(flat), *shape)), max(1, BLOCK // len(self.u))
        with np.errstate(all="ignore"):
            for low in range(0, len(flat), size):
                part = flat[low : low + size]
                result[low : low + size] = function(part, self.sign * (part[:, :1] * self.u + part[:, 1:]))
        return result.reshape((*at.shape[:-1], *shape))

    def _value(self, at: Array, margin: Array) -> Array:
        x, y = at[:, 0], at[:, 1]
        result: Array = np.logaddexp(0.0, -margin).mean(axis=1) + self.surface.penalty * (x * x + y * y) / 2
        return result

    def _gradient(self, at: Array, margin: Array) -> Array:
        slope = -self.sign / (1 + np.exp(margin))
        return np.stack([(slope * self.u).mean(axis=1), slope.mean(axis=1)], axis=1) + self.surface.penalty * at

    def _hessian(self, at: Array, margin: Array) -> Array:
        decay = np.exp(-np.abs(margin))
        bend = decay / ((1 + decay) * (1 + decay))
        cross = (bend * self.u).mean(axis=1)
        rows = np.stack([(bend * self.u * self.u).mean(axis=1), cross, cross, bend.mean(axis=1)], axis=1)
        return rows.reshape(-1, 2, 2) + self.surface.penalty * np.eye(2)

    def _third(self, at: Array, margin: Array) -> Array:
        decay = np.exp(-np.abs(margin))
        turn = -self.sign * np.tanh(margin / 2) * decay / ((1 + decay) * (1 + decay))
        rows = np.stack([(turn * self.u**power).mean(axis=1) for power in (3, 2, 1, 0)], axis=1)
        return rows[:, [0, 1, 1, 2, 1, 2, 2, 3]].reshape(-1, 2, 2, 2)
