"""Which minimum lies downhill of a point: plain gradient descent, the flow x' = -grad f, followed to its end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from thalweg.calculus.landmarks import CIRCLE, Array, Charted, Minimum

Indices = NDArray[np.int64]
LONGEST = 0.002  # of the domain's diagonal: a longer step could jump over a ridge
SHORTEST = 1e-9  # of it: a step that must be shorter to lead down is one across a kink
RADII = np.array([0.002, 0.005, 0.01, 0.02, 0.03, 0.04])  # of it: circles around a minimum that may hold a ball
ON = 1e-8  # of it: nearer than this to a saddle no path comes but the one that ends in it
ARRIVED = 1e-4  # of it: who comes to rest so near a minimum is in it
MOST, AT_ONCE = 5000, 100_000  # steps; points followed together
FEW = 60  # minima


def reached(surface: Charted, points: Array, tolerance: float, minima: Sequence[Minimum]) -> Indices:
    """See `Surface.reached`."""
    owner = np.full(len(points), -1)
    if not len(minima) or not len(points):
        return owner
    (x0, x1), (y0, y1) = surface.domain
    size = float(np.hypot(x1 - x0, y1 - y0))
    places = np.array([(each.x, each.y) for each in minima])
    others = [each[:2] for each in surface.critical_points if each.kind != "minimum"]
    with np.errstate(all="ignore"):
        basins = _Basins(surface, places, size)
        fine = np.flatnonzero(np.isfinite(points).all(axis=1))
        near = fine[nearest(points[fine], places)[0] <= tolerance * size]
        for some in np.array_split(near, -(-len(near) // AT_ONCE) or 1):
            owner[some] = _followed(surface, points[some], basins, np.reshape(others, (-1, 2)), size)
        away = np.hypot(*(points - places[owner]).T)
    return np.where((owner >= 0) & (away <= tolerance * size), owner, -1)


def nearest(points: Array, places: Array, other: bool = False) -> tuple[Array, Indices]:
    """Distance and index (n,) of the place (m, 2) nearest to each of points (n, 2), or the second nearest."""
    if len(places) > FEW:  # a tree is worth the time that it takes to load
        from scipy.spatial import cKDTree

        found = cKDTree(places).query(points, k=[1 + other])
        return found[0][:, 0], found[1][:, 0].astype(np.int64)
    first, second = (np.full(len(points), np.inf) for _ in range(2))
    index = np.zeros((2, len(points)), np.int64)
    for number, place in enumerate(places):
        away = np.hypot(points[:, 0] - place[0], points[:, 1] - place[1])
        nearer, between = away < first, ~(away < first) & (away < second)
        index[1] = np.where(nearer, index[0], np.where(between, number, index[1]))
        index[0] = np.where(nearer, number, index[0])
        second = np.where(nearer, first, np.minimum(away, second))
        first = np.minimum(away, first)
    return (second, index[1]) if other else (first, index[0])


class _Basins:
    """Minima (n, 2), and around each circles that hold no other, with the lowest value on each: once inside and lower
    than that, descent cannot leave any more.
    """

    def __init__(self, surface: Charted, places: Array, size: float) -> None:
        self.places = places
        apart = nearest(places, places, other=True)[0][:, None] if len(places) > 1 else np.full((1, 1), np.inf)
        self.radii = np.minimum(RADII * size, 0.9 * apart)
        rims = surface.value(places[:, None, None] + self.radii[..., None, None] * CIRCLE)
        self.rims = np.nan_to_num(rims, nan=np.inf, posinf=np.inf, neginf=-np.inf).min(axis=2)

    def holds(self, points: Array, value: Array) -> Indices:
        """(n,) the minimum that points of that value cannot leave any more, or -1."""
        distance, index = nearest(points, self.places)
        held = ((distance[:, None] < self.radii[index]) & (value[:, None] < self.rims[index])).any(axis=1)
        held |= distance == 0
        return np.where(held, index, -1)


def _followed(surface: Charted, points: Array, basins: _Basins, others: Array, size: float) -> Indices:
    """(n,) the minimum in which the flow from each point ends, or -1, as for those that end in a saddle or stay on a
    maximum, one of the others (m, 2).
    """
    owner, todo = np.full(len(points), -1), np.arange(len(points))
    at, time = points.copy(), np.full(len(points), np.inf)
    value = surface.value(at)
    for _ in range(MOST):
        held = basins.holds(at, value)
        owner[todo] = held
        free = held < 0
        if len(others):  # a ridge leads into its saddle; rounding alone would lead on
            free &= nearest(at, others)[0] > ON * size
        todo, at, value, time = todo[free], at[free], value[free], time[free]
        if not len(todo):
            break
        moved, lower, time = _step(surface, at, value, time, size)
        slow = np.flatnonzero(np.hypot(*(moved - at).T) < LONGEST / 16 * size)
        if len(slow):
            moved[slow], lower[slow] = _slid(surface, moved[slow], lower[slow], size)
        going = lower < value
        ended = np.flatnonzero(~going)
        if len(ended):
            distance, index = nearest(at[ended], basins.places)
            owner[todo[ended]] = np.where(distance <= ARRIVED * size, index, -1)
        todo, at, value, time = todo[going], moved[going], lower[going], time[going]
    return owner


def _step(surface: Charted, points: Array, value: Array, time: Array, size: float) -> tuple[Array, Array, Array]:
    """A step of the flow for points (n, 2), their value after it, and the time for the next; the same points where no
    step down was found.

    Exponential Euler: exact for the quadratic that value, gradient and Hessian describe, so that a valley's steep sides
    ask for no short steps (Hochbruck and Ostermann, "Exponential integrators", Acta Numerica 2010, section 2.1).
    """
    slope = np.nan_to_num(surface.gradient(points), posinf=0.0, neginf=0.0)
    bends, axes = np.linalg.eigh(np.nan_to_num(surface.hessian(points), posinf=0.0, neginf=0.0))
    along = np.einsum("nij,ni->nj", axes, slope)
    at, height = points.copy(), value.copy()
    time = _in_reach(along, bends, time, LONGEST * size)
    going = np.hypot(*along.T) > 0
    while going.any():
        some = np.flatnonzero(going)
        way = -np.einsum("nij,nj->ni", axes[some], along[some] * _phi(bends[some], time[some]))
        trial = points[some] + way
        low = surface.value(trial)
        better = low < value[some]
        at[some[better]], height[some[better]] = trial[better], low[better]
        time[some] *= np.where(better, 4.0, 0.25)
        going[some] = ~better & (np.hypot(*way.T) > SHORTEST * size)
    return at, height, time


def _phi(bends: Array, time: Array) -> Array:
    """(1 - exp(-h t)) / h, how far the flow comes along an axis of curvature h for each unit of slope: (n, 2)."""
    product = np.clip(bends * time[:, None], -50.0, None)
    small = np.abs(product) < 1e-8
    grown: Array = np.where(small, time[:, None], -np.expm1(-product) / np.where(small, 1.0, bends))
    return grown


def _in_reach(along: Array, bends: Array, time: Array, longest: float) -> Array:
    """The times, shortened to those after which the flow has come `longest` far (by halves)."""
    steepest = np.hypot(*along.T)
    time = np.minimum(time, 1e3 * longest / np.maximum(steepest, 1e-300))
    for _ in range(60):
        far = np.hypot(*(along * _phi(bends, time)).T) > longest
        if not far.any():
            break
        time = np.where(far, 0.5 * time, time)
    return time


def _slid(surface: Charted, points: Array, value: Array, size: float) -> tuple[Array, Array]:
    """A step down along a kink, on which the gradients of its two sides lead across and back: along the shortest of
    their mixtures (Burke, Lewis and Overton, "A robust gradient sampling algorithm", SIAM J. Optim. 15, 2005). Where
    the gradient changes ten times as much over ten times the way there is no kink, but a floor or a saddle: no step.
    """
    at, height = points.copy(), value.copy()
    slope = surface.gradient(points)[:, None]
    for radius in (1e-8, 1e-6, 1e-5, 1e-4):
        around, wider = (
            np.nan_to_num(surface.gradient(points[:, None] + reach * size * CIRCLE[::4]), posinf=0.0, neginf=0.0)
            for reach in (radius, 10 * radius)
        )  # (n, 16, 2)
        jump, more = (np.abs(ring - slope).max(axis=(1, 2)) for ring in (around, wider))
        way = -_shortest(around)
        way[jump < 0.3 * more] = 0.0
        way /= np.maximum(np.hypot(*way.T), 1e-300)[:, None]
        for length in (LONGEST, LONGEST / 8, LONGEST / 64, LONGEST / 512):
            trial = points + length * size * way
            low = surface.value(trial)
            better = low < np.where(height < value, -np.inf, value)
            at[better], height[better] = trial[better], low[better]
        if (height < value).all():
            break
    return at, height


def _shortest(gradients: Array) -> Array:
    """The shortest vector (n, 2) between any two of (n, m, 2)."""
    one, other = gradients[:, :, None], gradients[:, None]
    way = other - one
    square = (way**2).sum(axis=-1)
    share = np.clip(-(one * way).sum(axis=-1) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    mixed = one + share[..., None] * way
    flat = mixed.reshape(len(gradients), -1, 2)
    chosen: Array = flat[np.arange(len(flat)), (flat**2).sum(axis=-1).argmin(axis=1)]
    return chosen
