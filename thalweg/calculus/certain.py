"""Every cell of the domain in which the gradient may vanish: cells are thrown away or hold one point for certain.

Interval Newton by Krawczyk's operator with subdivision (Moore, Kearfott and Cloud, "Introduction to Interval
Analysis", SIAM 2009, sections 8.2 to 8.4). A cell in which a component of the gradient keeps off zero holds no critical
point; one that Krawczyk's operator maps into itself holds exactly one, with a Hessian that is regular all over the
cell. The others are cut in four. What is left in the end lies at kinks, at points where the Hessian is singular, and
along valleys that are flat or very stiff.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thalweg.calculus.landmarks import Array, Searched

if TYPE_CHECKING:
    from thalweg.calculus.interval import Cells

FIRST = 32  # cells along each side
LAST = 1e-8  # of the domain's sides: half a side of the last cells
INFLATED = 0.1  # of a cell: how far it reaches over its border, for what lies on a border
MOST_CELLS = 150_000  # at one level, twice as many where some are thrown away already
MOST_WORK = 250_000_000  # cells times operations, over all levels
CURVE = 1500  # more cells than this that become twice as many with each level lie along a curve
CURVES = 20_000  # so many are enough to follow the curves


class Sorted(NamedTuple):
    """points (n, 2): near each, one critical point for certain; middles (m, 2) and half sides (2,) of cells that may
    hold others, middles of cells (k, 2) of any size so flat that floating point knows no slope there: nowhere else is
    one. stopped: for there were too many cells, so that those that are left may be anything.
    """

    points: Array
    middles: Array
    half: Array
    flat: Array
    stopped: bool


def sort(surface: Searched, cells: Cells) -> Sorted:
    """Sorts the domain."""
    low, high = np.array(surface.domain).T
    half = (high - low) / (2 * FIRST)
    grid = np.meshgrid(*(np.arange(FIRST) + 0.5,) * 2, indexing="ij")
    return sort_on(surface, cells, low + 2 * half * np.stack(grid, axis=-1).reshape(-1, 2), half)


def sort_on(surface: Searched, cells: Cells, middles: Array, half: Array) -> Sorted:
    """Sorts cells of which the middles (n, 2) and half sides (2,) are given."""
    found, flat, work, grown, stopped = [np.empty((0, 2))], [np.empty((0, 2))], 0, 0, False
    low, high = np.array(surface.domain).T
    while True:
        before = len(middles)
        certain, middles, plain = _judged(surface, cells, middles, half)
        found.append(certain)
        flat.append(plain)
        work += before * cells.length
        left = len(middles)
        lines = left > CURVE and 1.6 < 4 * left / before < 2.5
        grown = grown + 1 if lines and not len(certain) else 0
        most = MOST_CELLS * (1 if left > 0.97 * before else 2)
        full = 4 * left > most or work + 4 * left * cells.length > MOST_WORK
        stopped = full and not lines
        if not left or full or grown > 2 or (lines and left > CURVES) or (half < LAST * (high - low)).all():
            return Sorted(np.concatenate(found), middles, half, np.concatenate(flat), stopped)
        half = half / 2
        middles = (middles[:, None] + half * np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)])).reshape(-1, 2)


def _judged(surface: Searched, cells: Cells, middles: Array, half: Array) -> tuple[Array, Array, Array]:
    """Points that are certain (n, 2), middles (m, 2) of the cells about which nothing is, and of flat ones (k, 2)."""
    reach = half * (1 + INFLATED)
    slope = cells.gradient(middles - reach, middles + reach)
    maybe = ((slope[..., 0] <= 0) & (slope[..., 1] >= 0)).all(axis=1)
    middles, slope = middles[maybe], slope[maybe]
    rise = np.abs(slope).max(axis=2) @ reach
    plain = rise < np.maximum(1e-15 * np.abs(np.nan_to_num(surface.value(middles))), 1e-280)
    flat, middles = middles[plain], middles[~plain]
    if not len(middles):
        return middles, middles, flat
    bends, kinked = cells.hessian(middles - reach, middles + reach)
    at = cells.gradient(middles, middles)
    center, spread, usable = _krawczyk(surface.hessian(middles), at, bends, reach)
    usable &= ~kinked
    nothing = usable & (np.abs(center) > spread + reach).any(axis=1)
    one = usable & ~nothing & (np.abs(center) + spread < reach).all(axis=1)
    return middles[one] + center[one], middles[~one & ~nothing], flat


def _krawczyk(hessian: Array, slope: Array, bends: Array, reach: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Krawczyk's operator K = -Y g + (1 - Y H)(X - c), beside the middles c of cells X: its middle (n, 2), its half
    sides (n, 2), and (n,) whether it could be formed. slope (n, 2, 2), bends (n, 3, 2) are intervals.
    """
    usable = np.isfinite(hessian).all(axis=(1, 2)) & np.isfinite(bends).all(axis=(1, 2))
    usable &= np.isfinite(slope).all(axis=(1, 2))
    size = np.abs(hessian).max(axis=(1, 2))
    determinant = hessian[:, 0, 0] * hessian[:, 1, 1] - hessian[:, 0, 1] * hessian[:, 1, 0]
    usable &= np.abs(determinant) > 1e-13 * size**2
    inverse = np.empty_like(hessian)
    safe = np.where(usable, determinant, 1.0)
    inverse[:, 0, 0], inverse[:, 1, 1] = hessian[:, 1, 1] / safe, hessian[:, 0, 0] / safe
    inverse[:, 0, 1], inverse[:, 1, 0] = -hessian[:, 0, 1] / safe, -hessian[:, 1, 0] / safe
    middle, radius = bends.mean(axis=2)[:, [0, 1, 1, 2]], np.ptp(bends, axis=2)[:, [0, 1, 1, 2]] / 2
    left = np.eye(2) - inverse @ middle.reshape(-1, 2, 2)
    about = np.abs(left) + np.abs(inverse) @ radius.reshape(-1, 2, 2)
    spread = about @ reach + np.einsum("nij,nj->ni", np.abs(inverse), np.ptp(slope, axis=2) / 2)
    center = -np.einsum("nij,nj->ni", inverse, slope.mean(axis=2))
    return center, spread * (1 + 1e-12), usable
