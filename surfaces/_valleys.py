"""The floors of valleys and the crests of ridges: where the surface bends across, and how it slopes along.

A floor is where the gradient has no part across it: across is the axis in which the Hessian bends most. Along a kink
(the zero line of what stands in an abs, min or max) the floor is the kink itself. Where the slope along a floor changes
its sign is a critical point; where rounding cannot tell it from zero for a while, the floor is a curve of them.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from surfaces._base import Curve, Surface
    from surfaces._compile import Compiled
    from surfaces._interval import Cells

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
BINS = 400              # over the domain's diagonal: one place on a floor is kept in each
LINKED = 2.9            # bins: places nearer than this are neighbours
FEWEST = 6              # neighbours in a row without slope are a curve
ROUNDS = 25
FEW = 60                # points; trees and graphs for more are worth the time that scipy takes to load


class Floor(NamedTuple):
    """Places on floors: points (n, 2), unit vectors along (n, 2), slopes along (n,), how much of these may be rounding
    (n,), and how the surface bends across (n,): > 0 in a valley, < 0 on a ridge, 0 at the edge of a plain; nan where
    there is no floor near.
    """

    points: Array
    along: Array
    slopes: Array
    doubts: Array
    bends: Array

    def some(self, chosen: Any) -> Floor:
        return Floor(*(part[chosen] for part in self))

    @property
    def level(self) -> Flags:
        """(n,) whether the slope along cannot be told from zero."""
        return np.asarray(np.abs(self.slopes) <= self.doubts)


def floors(surface: Surface, cells: Cells, kinks: list[Compiled], points: Array, near: float, size: float) -> Floor:
    """The places on a floor beside points (n, 2), not farther than `near`; on a kink where one is so near."""
    found = smooth(surface, cells, points, near, size)
    for kink in kinks:
        own = kinked(surface, cells, kink, points, near, size)
        found = Floor(*(np.where(np.isnan(own.bends).reshape(-1, *(1,) * (old.ndim - 1)), old, new)
                        for old, new in zip(found, own, strict=True)))
    return found


def smooth(surface: Surface, cells: Cells, points: Array, near: float, size: float) -> Floor:
    """By Newton's method across the valley."""
    at, moving = points.copy(), np.arange(len(points))
    for _ in range(ROUNDS):
        bend, across = _frames(surface.hessian(at[moving]))
        step = -(across * surface.gradient(at[moving])).sum(axis=1) / bend
        step = np.clip(np.nan_to_num(step), -near, near)
        at[moving] += step[:, None] * across
        away = np.hypot(*(at - points)[moving].T)
        moving = moving[np.flatnonzero((np.abs(step) > 1e-14 * size) & (away <= 2 * near))]
        if not len(moving):
            break
    bend, across = _frames(surface.hessian(at))
    along, slope = np.stack([-across[:, 1], across[:, 0]], axis=1), surface.gradient(at)
    beside = np.abs((across * slope).sum(axis=1))
    doubts = (np.abs(along) * np.ptp(cells.gradient(at, at), axis=2)).sum(axis=1) + beside
    lost = ~(np.hypot(*(at - points).T) <= 2 * near) | ~(beside <= 1e-6 * np.abs(bend) * near) | ~np.isfinite(doubts)
    return Floor(at, along, (along * slope).sum(axis=1), doubts, np.where(lost, np.nan, bend))


def _frames(hessian: Array) -> tuple[Array, Array]:
    """The larger curvature (n,), by size, and its axis (n, 2); nan where it bends alike in all directions."""
    fine: Flags = np.asarray(np.isfinite(hessian).all(axis=(1, 2)))
    bends, axes = np.linalg.eigh(np.where(fine[:, None, None], hessian, 0.0))
    larger = np.abs(bends).argmax(axis=1)
    every = np.arange(len(hessian))
    bend = bends[every, larger]
    alike = np.ptp(bends, axis=1) <= 1e-9 * np.abs(bend)
    chosen: Array = axes[every, :, larger]
    return np.where(alike | ~fine | (bend == 0), np.nan, bend), chosen


def kinked(surface: Surface, cells: Cells, kink: Compiled, points: Array, near: float, size: float) -> Floor:
    """By Newton's method towards the kink; bends are 1 where the surface rises to both of its sides, -1 where it falls,
    else 0.
    """
    at = points.copy()
    for _ in range(ROUNDS):
        normal = kink.gradient(at)
        square = (normal ** 2).sum(axis=1)
        step = -(kink.value(at) / np.where(square > 0, square, np.nan))[:, None] * normal
        at += np.where(np.isfinite(step).all(axis=1, keepdims=True), np.clip(step, -near, near), 0.0)
    across = normal / np.sqrt(square)[:, None]
    along, beside = np.stack([-across[:, 1], across[:, 0]], axis=1), 1e-7 * size
    sides = np.stack([at + beside * across, at - beside * across])
    slopes = surface.gradient(sides)
    rises = (slopes * across).sum(axis=2) * np.array([[1], [-1]])
    steep = np.abs(slopes).max(axis=(0, 2))
    bends = np.where((rises > 1e-6 * steep).all(axis=0), 1.0, np.where((rises < -1e-6 * steep).all(axis=0), -1.0, 0.0))
    ways = (slopes * along).sum(axis=2)
    widths = np.stack([np.ptp(cells.gradient(side, side), axis=2) for side in sides])
    doubts = (np.abs(along) * widths).sum(axis=2).max(axis=0) + np.abs(ways[0] - ways[1]) + 1e-6 * steep
    off = np.abs(kink.value(at)) > 1e-9 * np.sqrt(square) * size
    lost = off | ~(np.hypot(*(at - points).T) <= near) | ~np.isfinite(doubts)
    return Floor(at, along, np.asarray(ways.mean(axis=0)), doubts, np.where(lost, np.nan, bends))


def thinned(floor: Floor, size: float) -> Floor:
    """One place a bin."""
    bins = np.round(floor.points * (BINS / size)).astype(np.int64)
    return floor.some(np.sort(np.unique(bins, axis=0, return_index=True)[1]))


def curves(surface: Surface, floor: Floor, size: float) -> list[Curve]:
    """The curves of minima among thinned places: in a row, in a valley, without slope."""
    from surfaces._base import Curve
    floor = floor.some(floor.level & (floor.bends > 0))
    found = []
    for row in rows(floor.points, LINKED * size / BINS):
        if len(row) >= FEWEST:
            points, closed = _ordered(floor.points[row], LINKED * size / BINS)
            found.append(Curve(points, float(np.median(surface.value(points))), closed))
    return sorted(found, key=lambda curve: (round(curve.value, 9), *curve.points[0]))


def rows(points: Array, link: float) -> list[NDArray[np.int64]]:
    """Which points (n, 2) hang together, by links of that length."""
    if len(points) < FEW:
        linked = np.hypot(*np.moveaxis(points[:, None] - points, -1, 0)) <= link
        labels = np.arange(len(points))
        for _ in range(len(points)):
            labels = np.where(linked, labels, len(points)).min(axis=1, initial=len(points))
        return [np.flatnonzero(labels == label) for label in np.unique(labels)]
    from scipy.sparse import coo_matrix  # type: ignore[import-untyped]
    from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]
    from scipy.spatial import cKDTree  # type: ignore[import-untyped]
    pairs = cKDTree(points).query_pairs(link, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs)), pairs.T), shape=(len(points), len(points)))
    count, labels = connected_components(graph, directed=False)
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.cumsum(np.bincount(labels, minlength=count))[:-1])


def _ordered(points: Array, link: float) -> tuple[Array, bool]:
    """Points (n, 2) of one row from end to end, by nearest neighbours; whether it closes."""
    def line(first: int) -> list[int]:
        left, order = np.ones(len(points), dtype=bool), [first]
        left[first] = False
        while left.any():
            away = np.where(left, np.hypot(*(points - points[order[-1]]).T), np.inf)
            following = int(away.argmin())
            if away[following] > 2 * link:
                break
            order.append(following)
            left[following] = False
        return order

    order = line(line(0)[-1])
    ends = points[order[0]] - points[order[-1]]
    closed = len(order) > 2 * FEWEST and float(np.hypot(*ends)) < 1.5 * link
    return points[order], closed


def turns(floor: Floor, refined: Callable[[Array], Floor], size: float) -> Array:
    """Where the slope along a floor changes sign between two thinned places that are neighbours: (n, 2), found by
    bisection; refined(points) gives the floor beside points.
    """
    from scipy.spatial import cKDTree
    steep = floor.some(~floor.level)
    if len(steep.points) < 2:
        return np.empty((0, 2))
    one, other = cKDTree(steep.points).query_pairs(LINKED * size / BINS, output_type="ndarray").T
    way = steep.points[other] - steep.points[one]
    slopes = [steep.slopes[end] * np.sign((steep.along[end] * way).sum(axis=1)) for end in (one, other)]
    facing = [np.abs((steep.along[end] * way).sum(axis=1)) > 0.7 * np.hypot(*way.T) for end in (one, other)]
    across = (slopes[0] * slopes[1] < 0) & facing[0] & facing[1]
    low, high, slope, way = steep.points[one[across]], steep.points[other[across]], slopes[0][across], way[across]
    for _ in range(50):
        if not len(low):
            break
        place = refined((low + high) / 2)
        here = place.slopes * np.sign((place.along * way).sum(axis=1))
        same = (here * slope > 0)[:, None]
        low, high = np.where(same, place.points, low), np.where(same, high, place.points)
    middles: Array = (low + high) / 2
    return middles
