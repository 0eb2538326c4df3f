"""Surfaces that are a mean over examples, so that a step can see a batch of them: what the members share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from thalweg.calculus.base import Array, Point, Surface
from thalweg.registry import Range, parameter

MOST = 10_000


@dataclass(frozen=True)
class OverExamples(Surface):
    """f(w) = mean over the examples (u, t) of a loss; of x * u + y, where the member says nothing else.

    `data` holds the examples as pairs; without it they are made from `seed`. Raises ValueError for fewer than 2 or
    more than `most`, for numbers that are not finite, and for pairs the member cannot use.
    """

    most: ClassVar[int] = MOST
    least: ClassVar[int] = 2  # examples that a surface must have

    examples: int = parameter(24, low=2, high=MOST, doc="how many are made, when data is not given")
    seed: int = parameter(0, low=0, high=2**32 - 1, doc="of the examples that are made")
    data: tuple[Point, ...] = parameter((), doc="the examples, pairs [u, t]")

    def _checked(self, name: str, default: Any, limits: Range) -> Any:
        given = getattr(self, name)
        if name == "data":
            return self._pairs(given)
        if not isinstance(default, int):
            return super()._checked(name, default, limits)
        if isinstance(given, bool) or not isinstance(given, (int, np.integer)) or not limits.holds(int(given)):
            raise ValueError(f"{name}={given!r}: must be a whole number {limits.words()}")
        return int(given)

    def _pairs(self, given: Any) -> tuple[Point, ...]:
        pairs = tuple(tuple(pair) if isinstance(pair, (tuple, list)) else () for pair in given)
        for index, pair in enumerate(pairs):
            if len(pair) != 2 or not all(
                isinstance(one, (int, float)) and not isinstance(one, bool) and math.isfinite(one) for one in pair
            ):
                raise ValueError(f"data: item {index} is not two finite numbers; write pairs [u, t]")
            wrong = self.unusable(float(pair[1]))
            if wrong:
                raise ValueError(f"data: item {index}: {wrong}")
        if given and not 2 <= len(pairs) <= self.most:
            raise ValueError(f"data: {len(pairs)} example{'s' * (len(pairs) > 1)}; give 2 to {self.most}")
        return tuple((float(pair[0]), float(pair[1])) for pair in pairs)

    def unusable(self, target: float) -> str:
        """What is wrong with a target, and the cure; empty when it can be used."""
        return ""

    def made(self, random: np.random.Generator) -> Array:
        """`examples` examples (n, 2) from a generator."""
        raise NotImplementedError

    @cached_property
    def pairs(self) -> Array:
        """The examples (n, 2), made or given."""
        if self.data:
            return np.array(self.data, dtype=np.float64)
        return self.made(np.random.Generator(np.random.Philox(self.seed)))

    @property
    def count(self) -> int:
        """How many examples there are."""
        return len(self.data) or self.examples

    def with_rows(self, data: Sequence[Any]) -> OverExamples:
        """The same surface over other examples. Raises ValueError."""
        made = replace(self, data=tuple(data))
        made._place(self.domain, self.start)
        return made if self.cap is None else made.with_cap(self.cap)

    def parted(self, last: int) -> tuple[OverExamples, OverExamples]:
        """The surfaces of the examples but for the last ones, and of these."""
        pairs = [(u, t) for u, t in self.pairs.tolist()]
        return self.with_rows(pairs[:-last]), self.with_rows(pairs[-last:])

    def batch_gradient(self, points: Array, chosen: NDArray[np.int64]) -> Array:
        """Gradient (runs, 2) at points (runs, 2) of the mean over the examples `chosen` (runs, batch) of each run."""
        u, t = self.pairs[chosen, 0], self.pairs[chosen, 1]
        slope = self.slope(points[..., :1] * u + points[..., 1:], t)
        return np.stack([(slope * u).mean(axis=-1), slope.mean(axis=-1)], axis=-1)

    def slope(self, score: Array, target: Array) -> Array:
        """The derivative of one example's loss by its score x * u + y; any shape."""
        raise NotImplementedError

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in super().__getstate__().items() if key != "pairs"}
