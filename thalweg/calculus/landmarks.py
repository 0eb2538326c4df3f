"""What stands out on a surface (minima, critical points, curves of minima), and what the search for it asks of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Point = tuple[float, float]
Domain = tuple[tuple[float, float], tuple[float, float]]  # ((x0, x1), (y0, y1))
CIRCLE = np.stack([np.cos(np.arange(64) * np.pi / 32), np.sin(np.arange(64) * np.pi / 32)], axis=-1)  # (64, 2)


class Minimum(NamedTuple):
    """A local minimum: where it is, in domain units, and the loss there."""

    x: float
    y: float
    value: float


class CriticalPoint(NamedTuple):
    """Where the gradient is zero, in domain units, and the loss there.

    kind: minimum, saddle or maximum, by the signs of the Hessian's eigenvalues, and where one of them cannot be told
    from 0 by how the surface goes along that direction; degenerate where it rises one way and falls the other, or where
    both are 0 and it rises and falls around. eigenvalues: of the Hessian, rising; nan at a minimum on a kink or a tip,
    where there is none.
    """

    x: float
    y: float
    value: float
    kind: str
    eigenvalues: tuple[float, float]

    @property
    def stability_limit(self) -> float:
        """See `Surface.stability_limit`; nan at a minimum on a kink or a tip."""
        return float(limit_of(np.array(self.eigenvalues)))


class Curve(NamedTuple):
    """A curve of minima inside the domain: points (n, 2) from end to end, the loss there, whether it closes."""

    points: Array
    value: float
    closed: bool


@dataclass(frozen=True)
class Landmarks:
    """What stands out inside a surface's domain: isolated minima, the deepest first; isolated critical points, these
    minima first; curves of minima. complete: whether that is all, as far as the eye of floating point reaches; else
    there are at least these.
    """

    minima: tuple[Minimum, ...]
    critical_points: tuple[CriticalPoint, ...]
    curves: tuple[Curve, ...] = ()
    complete: bool = False


class Searched(Protocol):
    """A surface, or one in other units; what is not said here is as `thalweg.calculus.base.Surface` says it."""

    @property
    def domain(self) -> Domain: ...

    @property
    def compiled(self) -> Any: ...

    def value(self, points: Array, /) -> Array: ...

    def gradient(self, points: Array, /) -> Array: ...

    def hessian(self, points: Array, /) -> Array: ...

    def look_for_minima(self) -> tuple[Point, ...]: ...

    def may_be_extrema(self, points: Array, /) -> NDArray[np.bool_]: ...


class Charted(Searched, Protocol):
    """A surface whose critical points are known."""

    @property
    def critical_points(self) -> tuple[CriticalPoint, ...]: ...


def limit_of(bends: Array) -> Array:
    """2 / the larger of eigenvalues (..., 2), rising: (...); inf where nothing bends upwards."""
    largest = bends[..., 1]
    limit: Array = np.where(largest <= 0, np.inf, 2 / np.where(largest <= 0, 1.0, largest))
    return limit
