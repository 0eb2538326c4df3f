"""A surface in units in which its domain is about as wide as high, so that what is near is near in both directions."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thalweg.calculus.landmarks import Array, Domain, Point, Searched

LONG = 2.0  # sides that differ by less than this are left as they are


class Stretched:
    """The surface in other units: points (..., 2) times `scale` (2,), powers of two and so exact, are those of `of`."""

    def __init__(self, of: Searched) -> None:
        low, high = np.array(of.domain).T
        sides = high - low
        power = np.round(np.log2(sides / sides.min()))
        self.of, self.scale = of, np.exp2(power) if sides.max() > LONG * sides.min() else np.ones(2)

    @property
    def domain(self) -> Domain:
        """As of a surface."""
        (x0, x1), (y0, y1) = (np.array(self.of.domain) / self.scale[:, None]).tolist()
        return (x0, x1), (y0, y1)

    @cached_property
    def compiled(self) -> Any:
        """As of a surface; of samples, which have no formula, this itself."""
        from thalweg.calculus.compile import Compiled

        compiled = self.of.compiled
        if not isinstance(compiled, Compiled):
            return self
        return compiled if (self.scale == 1).all() else compiled.stretched([int(by) for by in self.scale])

    def value(self, points: Array) -> Array:
        """(...) at points (..., 2)."""
        return self.of.value(points * self.scale)

    def gradient(self, points: Array) -> Array:
        """(..., 2) at points (..., 2)."""
        return self.of.gradient(points * self.scale) * self.scale

    def hessian(self, points: Array) -> Array:
        """(..., 2, 2) at points (..., 2)."""
        return self.of.hessian(points * self.scale) * self.scale * self.scale[:, None]

    def look_for_minima(self) -> tuple[Point, ...]:
        """As of a surface."""
        return tuple((float(x / self.scale[0]), float(y / self.scale[1])) for x, y in self.of.look_for_minima())

    def may_be_extrema(self, points: Array) -> NDArray[np.bool_]:
        """As of a surface."""
        return self.of.may_be_extrema(points * self.scale)
