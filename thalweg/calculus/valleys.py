"""The floors of valleys and the crests of ridges: where the surface bends across, and how it slopes along.

A floor is where the gradient has no part across it: across is the axis in which the Hessian bends most. Along a kink
(the zero line of what stands in an abs, min or max) the floor is the kink itself. Where the slope along a floor changes
its sign is a critical point; where rounding can tell neither it nor the heights from level for a while, the floor is a
curve of them. Curves may cross: each goes straight on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thalweg.calculus.landmarks import Array, Curve, Searched

if TYPE_CHECKING:
    from thalweg.calculus.interval import Cells
    from thalweg.calculus.minima import Kink

Flags = NDArray[np.bool_]
BINS = 400  # over the domain's diagonal: one place on a curve is kept in each
LINKED = 2.9  # bins: places nearer than this are neighbours
AHEAD = 0.8  # cosine between the floors at two neighbours and the way between them: on one floor
TURNED = 0.3  # cosine: a curve turns less from place to place
FEWEST = 6  # neighbours in a row without slope are a curve
ROUNDS = 25
FEW = 60  # points; trees and graphs for more are worth the time that scipy takes to load
OFF = 1e-14  # of the diagonal: how far off a floor a place may be that is found on it
HALVES = 60  # rounds of bisection
MANY = 700  # points of a curve
GAP = 8  # cells: over so wide a gap, made by what crosses it, a curve goes on


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


def floors(
    surface: Searched, cells: Cells, kinks: list[Kink], points: Array, near: float, size: float, side: float
) -> list[Floor]:
    """The places on floors beside points (n, 2), not farther than `near`: on each kink, in smooth valleys, and, for
    cells of that side that have neither, in very flat ones.
    """
    found = [kinked(surface, kink, points, 2 * near, size) for kink in kinks]
    found.append(smooth(surface, cells, points, near, size))
    lost = np.flatnonzero(~np.any([np.abs(each.bends) > 0 for each in found], axis=0))
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


def smooth(surface: Searched, cells: Cells, points: Array, near: float, size: float) -> Floor:
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
    lost |= ~(np.abs(bend) * near / 100 > 1e-2 * much) | (rise * bend < 0)  # much flatter there than beside it
    return Floor(at, along, (along * slope).sum(axis=1), doubts, np.where(lost, np.nan, np.abs(bend) * rise))


def _rises(surface: Searched, points: Array, across: Array, far: float) -> tuple[Array, Array]:
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


def kinked(surface: Searched, kink: Kink, points: Array, near: float, size: float) -> Floor:
    """By Newton's method towards the kink; bends are 1 where the surface rises to both of its sides, -1 where it falls,
    else 0.
    """
    at, near_by = points.copy(), np.arange(len(points))
    for _ in range(ROUNDS):
        normal = kink.gradient(at[near_by])
        square = (normal**2).sum(axis=1)
        step = -(kink.value(at[near_by]) / np.where(square > 0, square, np.nan))[:, None] * normal
        step = np.where(np.isfinite(step).all(axis=1, keepdims=True), np.clip(step, -near, near), 0.0)
        at[near_by] += step
        away, moved = np.hypot(*(at - points)[near_by].T), np.abs(step).max(axis=1)
        near_by = near_by[(away <= 2 * near) & (moved > 1e-16 * size)]
        if not len(near_by):
            break
    there = np.flatnonzero(np.hypot(*(at - points).T) <= near)
    found = Floor(at, *(np.full(shape, np.nan) for shape in (at.shape, len(at), len(at), len(at))))
    for part, own in zip(found, _on_kink(surface, kink, at[there], size), strict=True):
        part[there] = own
    return found


def _on_kink(surface: Searched, kink: Kink, at: Array, size: float) -> Floor:
    """What a floor is at points (n, 2) on a kink."""
    normal = kink.gradient(at)
    square = (normal**2).sum(axis=1)
    across = normal / np.sqrt(square)[:, None]
    along, beside = np.stack([-across[:, 1], across[:, 0]], axis=1), 1e-7 * size
    sides = np.stack([at + beside * across, at - beside * across])
    slopes = surface.gradient(sides)
    rises = (slopes * across).sum(axis=2) * np.array([[1], [-1]])
    steep = np.abs(slopes).max(axis=(0, 2))
    bends = np.where((rises > 1e-6 * steep).all(axis=0), 1.0, np.where((rises < -1e-6 * steep).all(axis=0), -1.0, 0.0))
    own = kink.on.gradient(at)  # which has no jump there: along the kink it is the surface's
    widths = np.ptp(kink.on_cells.gradient(at, at), axis=2)
    widths[~np.isfinite(widths)] = 0.0  # intervals know nothing of 0**abs(y)
    doubts = (np.abs(along) * widths).sum(axis=1) + 1e-12 * np.hypot(*own.T)
    off = np.abs(kink.value(at)) > 1e-9 * np.sqrt(square) * size
    lost = off | ~np.isfinite(doubts)
    return Floor(at, along, (own * along).sum(axis=1), doubts, np.where(lost, np.nan, bends))


def bracketed(surface: Searched, cells: Cells, points: Array, near: float, size: float) -> Floor:
    """By bisection across the valley, where it is so flat at its floor, like x**4, that the Hessian says nothing; bends
    are 1 where the surface rises to both sides, -1 where it falls.
    """
    turn = np.arange(8) * np.pi / 4
    around = points[:, None] + near * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    bend, axes = (part.reshape(len(points), 8, -1) for part in _frames(surface.hessian(around).reshape(-1, 2, 2)))
    across = axes[np.arange(len(points)), np.nan_to_num(np.abs(bend[..., 0])).argmax(axis=1)]
    offsets = near * (np.linspace(-1, 1, 9) + 0.0137)  # not where a grid or a symmetry has its zeros
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
    from scipy.spatial import cKDTree

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
    chosen: NDArray[np.int64] = pairs[ahead[0] & ahead[1]]
    return chosen


def curves(surface: Searched, cells: Cells, floor: Floor, side: float, size: float) -> tuple[list[Curve], Array]:
    """The curves of minima among places on floors: in a row, in a valley, without slope, of one height; and places
    (m, 2) in rows that are of different heights, though their slopes cannot be told from 0: the lowest and the highest.
    """
    floor = floor.some(floor.level & (floor.bends > 0))
    found: list[tuple[Array, bool]] = []
    turned: list[Array] = [np.empty((0, 2))]
    for part in _linked(len(floor.points), neighbours(floor, side)):
        if len(part) < FEWEST:
            continue
        extent = float(np.hypot(*np.ptp(floor.points[part], axis=0)))
        width = max(side, min(size, 2.5 * extent) / BINS)
        kept = part[thinned(floor.points[part], width)]
        for row, closed in _ordered(floor.some(kept), LINKED * width):
            here = floor.some(kept[row])
            heights, blurs = _heights(surface, cells, here, size)
            blur = float(blurs.max())
            if len(row) >= FEWEST and np.ptp(heights) <= 3 * blur:
                found.append((here.points, closed))
            elif np.ptp(heights) > 3 * blur:
                turned.append(here.points[[heights.argmin(), heights.argmax()]])
    found = _over_gaps(found, GAP * side)
    told = [Curve(points, float(np.median(surface.value(points))), closed) for points, closed in found]
    return sorted(told, key=lambda curve: (round(curve.value, 9), *curve.points[0])), np.concatenate(turned)


def _over_gaps(found: list[tuple[Array, bool]], gap: float) -> list[tuple[Array, bool]]:
    """Lines, those put together that end where others cross them and go straight on behind."""
    from scipy.spatial import cKDTree

    made, lines = [each for each in found if each[1]], [points for points, closed in found if not closed]
    if not lines:
        return made
    ends = np.array([line[end] for line in lines for end in (0, -1)])
    ways = np.array([line[end] - line[back] for line in lines for end, back in ((0, 2), (-1, -3))])
    ways /= np.maximum(np.hypot(*ways.T), 1e-300)[:, None]
    one, other = cKDTree(ends).query_pairs(gap, output_type="ndarray").T
    across = ends[other] - ends[one]
    length = np.hypot(*across.T)
    straight = (ways[one] * ways[other]).sum(axis=1) < -AHEAD
    straight &= (ways[one] * across).sum(axis=1) > AHEAD * length
    partner: dict[int, int] = {}
    for index in np.flatnonzero(straight)[np.argsort(length[straight], kind="stable")]:
        pair = int(one[index]), int(other[index])
        if not any(end in partner for end in pair):
            partner.update(dict((pair, pair[::-1])))
    left = set(range(len(lines)))
    for begin in sorted(range(len(ends)), key=lambda end: end in partner):  # from loose ends on, then rings
        if begin // 2 in left:
            made.append(_chained(lines, partner, left, begin))
    return made


def _chained(lines: list[Array], partner: dict[int, int], left: set[int], begin: int) -> tuple[Array, bool]:
    """The lines that hang on the one that begins with that end, which are taken away; whether they close."""
    parts, end = [], begin
    while end // 2 in left:
        left.remove(end // 2)
        parts.append(lines[end // 2][:: -1 if end % 2 else 1])
        end = partner.get(end ^ 1, -2)
    points = np.concatenate(parts)
    kept = np.append(np.arange(0, len(points) - 1, -(-len(points) // MANY)), len(points) - 1)
    return points[kept], end == begin


def _heights(surface: Searched, cells: Cells, floor: Floor, size: float) -> tuple[Array, Array]:
    """The heights at places on floors (n,), and how much of each may be rounding or due to a place that is off (n,)."""
    off = OFF * size + 4e-16 * np.abs(floor.points).max(initial=0.0)
    across = np.stack([floor.along[:, 1], -floor.along[:, 0]], axis=1)
    beside = surface.value(floor.points[:, None] + np.array([-off, 0.0, off])[:, None] * across[:, None])
    widths = np.ptp(cells.value(floor.points, floor.points), axis=1)
    return beside[:, 1], np.ptp(beside, axis=1) + widths


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
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(pairs)), pairs.T), shape=(count, count))
    parts, labels = connected_components(graph, directed=False)
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.cumsum(np.bincount(labels, minlength=parts))[:-1])


def _ordered(floor: Floor, link: float) -> list[tuple[NDArray[np.int64], bool]]:
    """Places that hang together, each row from end to end with whether it closes; what crosses goes straight on."""
    from scipy.spatial import cKDTree

    beside = cKDTree(floor.points).query_ball_point(floor.points, 2 * link)
    places, along = floor.points.tolist(), floor.along.tolist()
    left, found = [True] * len(places), []
    for first in range(len(places)):
        if not left[first]:
            continue
        there = _walked(places, along, beside, left.copy(), first, along[first])
        order = _walked(places, along, beside, left, there[-1], along[there[-1]])
        (ax, ay), (bx, by) = places[order[0]], places[order[min(1, len(order) - 1)]]
        order = _walked(places, along, beside, left, order[0], (ax - bx, ay - by))[:0:-1] + order
        ends = math.dist(places[order[0]], places[order[-1]])
        found.append((np.array(order), len(order) > 2 * FEWEST and ends < 1.5 * link))
    return found


def _walked(
    places: list[list[float]],
    along: list[list[float]],
    beside: list[list[int]],
    left: list[bool],
    first: int,
    heading: Sequence[float],
) -> list[int]:
    """From place to place among those that are left, which it takes away: the nearest that lies ahead, to either side
    of the first.
    """
    order, either = [first], True
    left[first] = False
    while True:
        (x, y), best, least, chosen = places[order[-1]], -1, math.inf, (0.0, 0.0)
        length = math.hypot(*heading) or 1.0
        for other in beside[order[-1]]:
            if left[other]:
                way = places[other][0] - x, places[other][1] - y
                gap = math.hypot(*way)
                ahead = (way[0] * heading[0] + way[1] * heading[1]) / (length * gap or 1.0)
                cost = gap * (2 - (abs(ahead) if either else ahead))
                if cost < least and (either or ahead > TURNED):
                    best, least, chosen = other, cost, way
        if best < 0:
            return order
        heading = along[best]
        if heading[0] * chosen[0] + heading[1] * chosen[1] < 0:
            heading = (-heading[0], -heading[1])
        order.append(best)
        left[best], either = False, False


def faced(floor: Floor, side: float) -> tuple[Array, Array, Array, Array]:
    """Neighbours on a floor between which the slope along changes its sign: places (n, 2) of the one and the other, the
    slope at the one, and the way between them (n, 2) along which it is.
    """
    steep = floor.some(~floor.level)
    one, other = neighbours(steep, side).T
    way = steep.points[other] - steep.points[one]
    slopes = [steep.slopes[end] * np.sign((steep.along[end] * way).sum(axis=1)) for end in (one, other)]
    some = np.flatnonzero(slopes[0] * slopes[1] < 0)
    some = some[thinned((steep.points[one] + steep.points[other])[some] / 2, 2 * side)]
    return steep.points[one[some]], steep.points[other[some]], slopes[0][some], way[some]


def turns(floor: Floor, refined: Callable[[Array], Floor], side: float) -> Array:
    """Where the slope along a floor changes sign: (n, 2), by bisection; refined(points) is the floor beside points."""
    low, high, slope, way = faced(floor, side)
    for _ in range(HALVES):
        if not len(low) or np.abs(high - low).max() < OFF * side:
            break
        place = refined((low + high) / 2)
        here = place.slopes * np.sign((place.along * way).sum(axis=1))
        same = (here * slope > 0)[:, None]
        low, high = np.where(same, place.points, low), np.where(same, high, place.points)
    middles: Array = (low + high) / 2
    return middles
