"""The floors of valleys and the crests of ridges: where the surface bends across, and how it slopes along.

A floor is where the gradient has no part across it: across is the axis in which the Hessian bends most. Along a kink
(the zero line of what stands in an abs, min or max) the floor is the kink itself. Where the slope along a floor changes
its sign is a critical point; where neither it nor the heights along can be told from level for a while, but for rounding,
the floor is a curve of them. Curves may cross: each goes straight on.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from surfaces._base import Curve

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
BINS = 400              # over the domain's diagonal: one place on a curve is kept in each
LINKED = 2.9            # bins: places nearer than this are neighbours
AHEAD = 0.8             # cosine between the floors at two neighbours and the way between them: on one floor
FEWEST = 6              # neighbours in a row without slope are a curve
ROUNDS = 25
FEW = 60                # points; trees and graphs for more are worth the time that scipy takes to load
OFF = 1e-14             # of the diagonal: how far off a floor a place may be that is found on it
HALVES = 60             # rounds of bisection


class Scaled:
    """A surface, kink or cells in coordinates in which the cells are squares: points (n, 2) times the scale (2,) are
    those of the domain.
    """

    def __init__(self, of: Any, scale: Array) -> None:
        self.of, self.scale = of, scale

    @property
    def domain(self) -> Any:
        return (np.array(self.of.domain).T / self.scale).T

    def value(self, *points: Array) -> Array:
        return np.asarray(self.of.value(*(each * self.scale for each in points)))

    def gradient(self, *points: Array) -> Array:
        slope = self.of.gradient(*(each * self.scale for each in points))
        return np.asarray(slope * (self.scale if len(points) == 1 else self.scale[:, None]))

    def hessian(self, points: Array) -> Array:
        return np.asarray(self.of.hessian(points * self.scale) * self.scale * self.scale[:, None])


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


def floors(surface: Scaled, cells: Scaled, kinks: list[Scaled], points: Array, near: float, size: float,
           side: float) -> list[Floor]:
    """The places on floors beside points (n, 2), not farther than `near`: on each kink, in smooth valleys, and, for
    cells of that side that have none of these, in very flat ones.
    """
    found = [kinked(surface, cells, kink, points, 2 * near, size) for kink in kinks]
    found.append(smooth(surface, cells, points, near, size))
    lost = np.flatnonzero(np.all([np.isnan(each.bends) for each in found], axis=0))
    lost = lost[thinned(points[lost], side / 2)]
    if len(lost):
        found.append(Floor(*(np.full(np.shape(part), np.nan) for part in found[0])))
        for part, new in zip(found[-1], bracketed(surface, cells, points[lost], near, size), strict=True):
            part[lost] = new
    return found


def nearest(found: list[Floor], points: Array) -> Floor:
    """Of several floors beside each of points (n, 2), the nearest."""
    away = np.stack([np.where(np.isnan(each.bends), np.inf, np.hypot(*(each.points - points).T)) for each in found])
    chosen = away.argmin(axis=0), np.arange(len(points))
    return Floor(*(np.stack(parts)[chosen] for parts in zip(*found, strict=True)))


def together(found: list[Floor], width: float) -> Floor:
    """All places on floors and crests, of each kind one in each bin of that width."""
    some = [floor.some(np.abs(floor.bends) > 0) for floor in found]
    some = [floor.some(thinned(floor.points, width)) for floor in some]
    return Floor(*(np.concatenate(parts) for parts in zip(*some, strict=True)))


def smooth(surface: Scaled, cells: Scaled, points: Array, near: float, size: float) -> Floor:
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
    lost = ~(np.hypot(*(at - points).T) <= 2 * near) | ~(beside <= 1e-11 * np.abs(bend) * size) | ~np.isfinite(doubts)
    rise, much = _rises(surface, at, across, near / 100)
    lost |= ~(np.abs(bend) * near / 100 > 1e-2 * much) | (rise * bend < 0)     # much flatter there than beside it
    return Floor(at, along, (along * slope).sum(axis=1), doubts, np.where(lost, np.nan, np.abs(bend) * rise))


def _rises(surface: Scaled, points: Array, across: Array, far: float) -> tuple[Array, Array]:
    """Beside places (n, 2) on floors: 1 where the surface rises to both sides, -1 where it falls, else 0; and the
    steeper of the two slopes (n,).
    """
    slopes = surface.gradient(points + far * np.array([1.0, -1.0])[:, None, None] * across)
    rises = (slopes * across).sum(axis=2) * np.array([[1], [-1]])
    steep = np.abs(rises).max(axis=0)
    clear = 1e-6 * steep
    return np.where((rises > clear).all(axis=0), 1.0, np.where((rises < -clear).all(axis=0), -1.0, 0.0)), steep


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


def kinked(surface: Scaled, cells: Scaled, kink: Scaled, points: Array, near: float, size: float) -> Floor:
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
    slopes = 2 * surface.gradient(sides) - surface.gradient(2 * sides - at)     # as they are at the kink itself
    rises = (slopes * across).sum(axis=2) * np.array([[1], [-1]])
    steep = np.abs(slopes).max(axis=(0, 2))
    bends = np.where((rises > 1e-6 * steep).all(axis=0), 1.0, np.where((rises < -1e-6 * steep).all(axis=0), -1.0, 0.0))
    ways = (slopes * along).sum(axis=2)
    widths = np.stack([np.ptp(cells.gradient(side, side), axis=2) for side in sides])
    doubts = (np.abs(along) * widths).sum(axis=2).max(axis=0) + np.abs(ways[0] - ways[1]) + 1e-6 * steep
    off = np.abs(kink.value(at)) > 1e-9 * np.sqrt(square) * size
    lost = off | ~(np.hypot(*(at - points).T) <= near) | ~np.isfinite(doubts)
    return Floor(at, along, np.asarray(ways.mean(axis=0)), doubts, np.where(lost, np.nan, bends))


def bracketed(surface: Scaled, cells: Scaled, points: Array, near: float, size: float) -> Floor:
    """By bisection across the valley, where it is so flat at its floor, like x**4, that the Hessian says nothing; bends
    are 1 where the surface rises to both sides, -1 where it falls.
    """
    turn = np.arange(8) * np.pi / 4
    around = points[:, None] + near * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    bend, axes = (part.reshape(len(points), 8, -1) for part in _frames(surface.hessian(around).reshape(-1, 2, 2)))
    across = axes[np.arange(len(points)), np.nan_to_num(np.abs(bend[..., 0])).argmax(axis=1)]
    offsets = near * (np.linspace(-1, 1, 9) + 0.0137)     # not where a grid or a symmetry has its zeros
    slopes = (surface.gradient(points[:, None] + offsets[:, None] * across[:, None]) * across[:, None]).sum(axis=-1)
    turned = slopes[:, :-1] * slopes[:, 1:] < 0
    middle = np.where(turned, np.abs(offsets[:-1] + offsets[1:]), np.inf).argmin(axis=1)
    every = np.arange(len(points))
    steep = np.abs(slopes).max(axis=1)
    sign, low, high = np.sign(slopes[every, middle + 1]), offsets[middle], offsets[middle + 1]
    for _ in range(HALVES):
        center = (low + high) / 2
        if (high - low <= OFF * near).all():
            break
        here = (surface.gradient(points + center[:, None] * across) * across).sum(axis=1) * sign
        low, high = np.where(here > 0, low, center), np.where(here < 0, high, center)
    at = points + ((low + high) / 2)[:, None] * across
    along, slope = np.stack([-across[:, 1], across[:, 0]], axis=1), surface.gradient(at)
    beside = np.abs((across * slope).sum(axis=1))
    doubts = (np.abs(along) * np.ptp(cells.gradient(at, at), axis=2)).sum(axis=1) + beside
    lost = ~turned.any(axis=1) | ~(beside <= 1e-6 * steep) | ~np.isfinite(doubts)
    rise, _ = _rises(surface, at, across, near / 10)
    return Floor(at, along, (along * slope).sum(axis=1), doubts, np.where(lost, np.nan, rise))


def thinned(points: Array, width: float) -> NDArray[np.int64]:
    """Which of points (n, 2) to keep: one in each bin of that width, none on both sides of a border."""
    from scipy.spatial import cKDTree  # type: ignore[import-untyped]
    bins = np.round(points / width).astype(np.int64)
    kept = np.sort(np.unique(bins, axis=0, return_index=True)[1])
    later = cKDTree(points[kept] / width).query_pairs(0.4, output_type="ndarray")[:, 1:].ravel() if len(kept) else []
    return np.asarray(np.delete(kept, later))


def neighbours(floor: Floor, side: float) -> NDArray[np.int64]:
    """Pairs (m, 2) of places that are at most some cells of that side apart, on one floor."""
    from scipy.spatial import cKDTree
    pairs: NDArray[np.int64] = cKDTree(floor.points).query_pairs(LINKED * side, output_type="ndarray")
    way = floor.points[pairs[:, 1]] - floor.points[pairs[:, 0]]
    length = np.hypot(*way.T)
    ahead = [np.abs((floor.along[pairs[:, end]] * way).sum(axis=1)) >= AHEAD * length for end in (0, 1)]
    return pairs[ahead[0] & ahead[1]]


def curves(surface: Scaled, cells: Scaled, floor: Floor, side: float, size: float) -> tuple[list[Curve], Array]:
    """The curves of minima among places on floors: in a row, in a valley, without slope, of one height; and places
    (m, 2) in rows that are of different heights, though their slopes cannot be told from 0: the lowest and the highest.
    """
    from surfaces._base import Curve
    floor = floor.some(floor.level & (floor.bends > 0))
    found: list[Curve] = []
    turned: list[Array] = [np.empty((0, 2))]
    for part in _linked(len(floor.points), neighbours(floor, side)):
        if len(part) < FEWEST:
            continue
        extent = float(np.hypot(*np.ptp(floor.points[part], axis=0)))
        width = max(side, min(size, 2.5 * extent) / BINS)
        kept = part[thinned(floor.points[part], width)]
        for row, closed in _ordered(floor.some(kept), LINKED * width):
            here = floor.some(kept[row])
            heights, blur = _heights(surface, cells, here, size)
            if len(row) >= FEWEST and np.ptp(heights) <= 3 * blur:
                found.append(Curve(here.points, float(np.median(heights)), closed))
            elif np.ptp(heights) > 3 * blur:
                turned.append(here.points[[heights.argmin(), heights.argmax()]])
    return sorted(found, key=lambda curve: (round(curve.value, 9), *curve.points[0])), np.concatenate(turned)


def _heights(surface: Scaled, cells: Scaled, floor: Floor, size: float) -> tuple[Array, float]:
    """The heights at places on floors (n,), and how much of their differences may be rounding or places that are off."""
    off = OFF * size + 4e-16 * np.abs(floor.points).max(initial=0.0)
    across = np.stack([floor.along[:, 1], -floor.along[:, 0]], axis=1)
    beside = surface.value(floor.points[:, None] + np.array([-off, 0.0, off])[:, None] * across[:, None])
    widths = np.ptp(cells.value(floor.points, floor.points), axis=1)
    return beside[:, 1], float((np.ptp(beside, axis=1) + widths).max())


def rows(points: Array, link: float) -> list[NDArray[np.int64]]:
    """Which points (n, 2) hang together, by links of that length."""
    if len(points) < FEW:
        near = np.hypot(*np.moveaxis(points[:, None] - points, -1, 0)) <= link
        labels = np.arange(len(points))
        for _ in range(len(points)):
            labels = np.where(near, labels, len(points)).min(axis=1, initial=len(points))
        return [np.flatnonzero(labels == label) for label in np.unique(labels)]
    from scipy.spatial import cKDTree
    return _linked(len(points), cKDTree(points).query_pairs(link, output_type="ndarray"))


def _linked(count: int, pairs: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Which of so many hang together, by pairs (m, 2)."""
    from scipy.sparse import coo_matrix  # type: ignore[import-untyped]
    from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]
    graph = coo_matrix((np.ones(len(pairs)), pairs.T), shape=(count, count))
    parts, labels = connected_components(graph, directed=False)
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.cumsum(np.bincount(labels, minlength=parts))[:-1])


def _ordered(floor: Floor, link: float) -> list[tuple[NDArray[np.int64], bool]]:
    """Places that hang together, each row from end to end with whether it closes; what crosses goes straight on."""
    left, found = np.ones(len(floor.points), dtype=bool), []
    scaled = floor.points / link
    while left.any():
        first = int(np.flatnonzero(left)[0])
        one = _walked(floor, scaled, left.copy(), first, floor.along[first])
        order = _walked(floor, scaled, left, one[-1], floor.along[one[-1]])
        back = _walked(floor, scaled, left, order[0], -_heading(floor, order))[1:]
        order = back[::-1] + order
        ends = float(np.hypot(*(scaled[order[0]] - scaled[order[-1]])))
        found.append((np.array(order), len(order) > 2 * FEWEST and ends < 1.5))
    return found


def _heading(floor: Floor, order: list[int]) -> Array:
    """The direction in which a walk began."""
    along: Array = floor.along[order[0]]
    way = floor.points[order[min(1, len(order) - 1)]] - floor.points[order[0]]
    return along if along @ way >= 0 else -along


def _walked(floor: Floor, scaled: Array, left: NDArray[np.bool_], first: int, heading: Array) -> list[int]:
    """From place to place among those that are left, which it takes away: the nearest that lies ahead."""
    order = [first]
    left[first] = False
    while left.any():
        others = np.flatnonzero(left)
        gaps = np.hypot(*(scaled[others] - scaled[order[-1]]).T)
        others, gaps = others[gaps <= 2], gaps[gaps <= 2]
        if not len(others):
            break
        ways = floor.points[others] - floor.points[order[-1]]
        ahead = ways @ heading / np.maximum(np.hypot(*ways.T), 1e-300)
        best = int((gaps * (2 - ahead)).argmin())
        heading = floor.along[others[best]] * (1 if floor.along[others[best]] @ ways[best] >= 0 else -1)
        order.append(int(others[best]))
        left[others[best]] = False
    return order


def turns(floor: Floor, refined: Callable[[Array], Floor], side: float) -> Array:
    """Where the slope along a floor changes sign between two places that are neighbours: (n, 2), found by bisection;
    refined(points) gives the floor beside points.
    """
    steep = floor.some(~floor.level)
    if len(steep.points) < 2:
        return np.empty((0, 2))
    one, other = neighbours(steep, side).T
    way = steep.points[other] - steep.points[one]
    slopes = [steep.slopes[end] * np.sign((steep.along[end] * way).sum(axis=1)) for end in (one, other)]
    across = slopes[0] * slopes[1] < 0
    low, high, slope, way = steep.points[one[across]], steep.points[other[across]], slopes[0][across], way[across]
    for _ in range(HALVES):
        if not len(low):
            break
        place = refined((low + high) / 2)
        here = place.slopes * np.sign((place.along * way).sum(axis=1))
        same = (here * slope > 0)[:, None]
        low, high = np.where(same, place.points, low), np.where(same, high, place.points)
    middles: Array = (low + high) / 2
    return middles
