"""Where a surface's gradient vanishes, what kind of point that is, and how long a step gradient descent may take there.

Newton's method on the gradient finds minima, saddles and maxima alike. It starts in each cell of a grid in which both
components of the gradient change sign, and at the minima that `surfaces/_minima.py` knows.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surfaces._minima import CIRCLE, diagonal, inside, simple_numbers

if TYPE_CHECKING:
    from surfaces._base import Surface

Array = NDArray[np.float64]
GRID, MOST_STARTS, ROUNDS = 121, 2000, 60
SAME = 1e-4          # of the domain's diagonal: points nearer than this are one
FLAT = 1e-7          # of the curvature usual on the surface: an eigenvalue below decides nothing
KINDS = ("minimum", "saddle", "maximum", "degenerate")


class CriticalPoint(NamedTuple):
    """Where the gradient is zero, in domain units, and the loss there.

    kind: minimum, saddle or maximum, by the signs of the Hessian's eigenvalues; degenerate where one of them is 0, so
    that the Hessian decides nothing. Isolated minima are always called so: `Surface.minima` finds them by looking
    around. eigenvalues: of the Hessian, rising; nan at a minimum on a kink or a tip, where there is none.
    """

    x: float
    y: float
    value: float
    kind: str
    eigenvalues: tuple[float, float]

    @property
    def stability_limit(self) -> float:
        """See `Surface.stability_limit`; nan at a minimum on a kink or a tip."""
        return float(_limit(np.array(self.eigenvalues)))


def find(surface: Surface) -> tuple[CriticalPoint, ...]:
    """The isolated critical points inside the domain: minima, saddles, maxima, degenerate ones; each by loss, x, y.

    A whole line of them, the bottom of a straight valley, is left out, and so are saddles and maxima on kinks.
    """
    size = diagonal(surface)
    minima = np.reshape([(each.x, each.y) for each in surface.minima], (-1, 2))
    with np.errstate(all="ignore"):
        starts, usual = _starts(surface)
        found = _isolated(_distinct(_newton(surface, np.concatenate([minima, starts]), size), size), surface, size,
                          usual)
        new = found[(_distances(found, minima) > SAME * size).all(axis=1)]
        new = _rounded(surface, new[~_kinked(surface, new, size)], size)
        points = np.concatenate([minima, new])
        bends = eigenvalues(surface, points)
        bends[:len(minima)][_kinked(surface, minima, size)] = np.nan
        values = surface.value(points)
    kinds = ["minimum"] * len(minima) + [_kind(low, high, usual) for low, high in bends[len(minima):].tolist()]
    listed = [CriticalPoint(x, y, value, kind, (low, high)) for (x, y), value, kind, (low, high) in
              zip(points.tolist(), values.tolist(), kinds, bends.tolist(), strict=True)]
    known, others = listed[:len(minima)], listed[len(minima):]     # minima in the order they have
    others.sort(key=lambda point: (KINDS.index(point.kind), round(point.value, 9), point.x, point.y))
    return (*known, *others)


def eigenvalues(surface: Surface, points: ArrayLike) -> Array:
    """Of the Hessian at points (..., 2), rising: (..., 2); nan where it is not finite."""
    hessian = surface.hessian(points)
    xx, xy, yy = (hessian[..., i, j] / 2 for i, j in ((0, 0), (0, 1), (1, 1)))
    with np.errstate(all="ignore"):
        middle, spread = xx + yy, np.hypot(xx - yy, 2 * xy)
        bends: Array = np.stack([middle - spread, middle + spread], axis=-1)
    bends[~np.isfinite(hessian).all(axis=(-2, -1))] = np.nan
    return bends


def stability_limit(surface: Surface, points: ArrayLike) -> Array:
    """See `Surface.stability_limit`."""
    return _limit(eigenvalues(surface, points))


def _limit(bends: Array) -> Array:
    largest = bends[..., 1]
    limit: Array = np.where(largest <= 0, np.inf, 2 / np.where(largest <= 0, 1.0, largest))
    return limit


def _starts(surface: Surface) -> tuple[Array, float]:
    """Middles of the cells in which both components of the gradient change sign, (n, 2); the usual curvature."""
    x, y = (np.linspace(low, high, GRID) for low, high in surface.domain)
    nodes = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    slope = surface.gradient(nodes)
    corners = np.stack([slope[:-1, :-1], slope[1:, :-1], slope[:-1, 1:], slope[1:, 1:]])
    crossed = ((corners.min(axis=0) <= 0) & (corners.max(axis=0) >= 0)).all(axis=-1)
    middles = (nodes[:-1, :-1] + nodes[1:, 1:]) / 2
    found = middles[crossed]
    bends = np.abs(eigenvalues(surface, nodes[::6, ::6])).max(axis=-1)
    bends = bends[np.isfinite(bends)]
    return found[::-(-len(found) // MOST_STARTS) or 1], float(np.median(bends)) if len(bends) else 0.0


def _newton(surface: Surface, starts: Array, size: float) -> Array:
    """Where Newton's method for gradient = 0 comes to rest inside the domain, from starts (n, 2): (m, 2).

    Steps are at most 2 % of the diagonal, so that it stays near where it starts.
    """
    points, step = starts.copy(), np.full_like(starts, np.inf)
    going = np.ones(len(points), dtype=bool)
    for _ in range(ROUNDS):
        at = points[going]
        if not len(at):
            break
        step[going] = moved = _newton_step(surface.gradient(at), surface.hessian(at))
        length = np.hypot(*moved.T)[:, None]
        points[going] = at + moved * np.minimum(1.0, 0.02 * size / np.maximum(length, 1e-300))
        going[going] = length[:, 0] > 1e-14 * size      # nan is not
    rests = (np.hypot(*step.T) < 1e-7 * size) & np.isfinite(surface.value(points))
    return inside(surface, points[rests])


def _newton_step(slope: Array, hessian: Array) -> Array:
    """-H^-1 g, each (n, 2); along an axis in which H does not bend at all, no step."""
    bad = np.asarray(~(np.isfinite(slope).all(axis=1) & np.isfinite(hessian).all(axis=(1, 2))))
    bends, axes = np.linalg.eigh(np.where(bad[:, None, None], 0.0, hessian))
    along = np.einsum("nij,ni->nj", axes, slope)
    along = np.where(along == 0, 0.0, along / np.where(bends == 0, np.inf, bends))
    step: Array = -np.einsum("nij,nj->ni", axes, along)
    step[bad] = np.nan
    return step


def _distances(points: Array, others: Array) -> Array:
    return np.asarray(np.hypot(*np.moveaxis(points[:, None] - others, -1, 0)))


def _distinct(points: Array, size: float) -> Array:
    """One of those that are the same."""
    chosen: list[Array] = []
    while len(points):
        chosen.append(points[0])
        points = points[np.hypot(*(points - points[0]).T) > SAME * size]
    return np.reshape(chosen, (-1, 2))


def _isolated(points: Array, surface: Surface, size: float, usual: float) -> Array:
    """Without those whose Hessian has a flat direction along which others lie near, as they do on a line."""
    flat = np.abs(eigenvalues(surface, points)).min(axis=1, initial=np.inf) <= FLAT * usual
    near = (_distances(points, points) < 0.05 * size) & flat
    on_a_line = np.asarray(flat & (near.sum(axis=1) > 2))
    alone: Array = points[~on_a_line]
    return alone


def _rounded(surface: Surface, points: Array, size: float) -> Array:
    """The points, each rounded where the gradient is no longer there."""
    simple = simple_numbers(points, size)
    slopes = surface.gradient(simple), surface.gradient(points)
    no_longer = np.hypot(*slopes[0].T) <= np.hypot(*slopes[1].T)
    result: Array = np.where(no_longer[:, None], simple, points)
    return result


def _kinked(surface: Surface, points: Array, size: float) -> NDArray[np.bool_]:
    """(n,) whether the gradient does not fall to zero towards the point: a kink or a tip, whatever its value there."""
    radii = np.array([1e-6, 1e-5])[:, None, None] * size
    slope = surface.gradient(points[:, None, None] + radii * CIRCLE)                  # (n, 2, 64, 2)
    near, far = np.moveaxis(np.hypot(slope[..., 0], slope[..., 1]).max(axis=2), 1, 0)
    return np.asarray(~(near <= 0.5 * far))


def _kind(low: float, high: float, usual: float) -> str:
    if not min(abs(low), abs(high)) > FLAT * max(abs(low), abs(high), usual):
        return "degenerate"
    return "minimum" if low > 0 else "maximum" if high < 0 else "saddle"
