"""Where a surface's minima are.

Candidates come from the lowest nodes of a grid and the surface's own hints, then from three searches: Newton on the
gradient for smooth minima; Newton along each kink (the zero line of what stands in an abs, min, max), on the formula as
it is there, and at the crossings of two; Newton on what stands under a root for tips. A candidate counts when every
point around it is higher.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thalweg.calculus.compile import Compiled
from thalweg.calculus.landmarks import CIRCLE, Array, Minimum, Searched

if TYPE_CHECKING:
    from thalweg.calculus.interval import Cells

GRID, MOST_STARTS, MOST_KINKS = 201, 400, 6
MOST_ZOOMED = 200
ROUNDS = 60  # of Newton's method
NEAR = 0.3  # of the diagonal: from farther no kink is looked for
NOWHERE: Array = np.empty((0, 2))


def diagonal(surface: Searched) -> float:
    """Length of the domain's diagonal, the measure of what is near."""
    (x0, x1), (y0, y1) = surface.domain
    return float(np.hypot(x1 - x0, y1 - y0))


def find(surface: Searched, more: Array = NOWHERE) -> tuple[Minimum, ...]:
    """The isolated local minima inside the domain, deepest first (equal depths by x, then y), also those near points
    `more` (n, 2).
    """
    with np.errstate(all="ignore"):
        begun, size = np.concatenate([more, starts(surface)]), diagonal(surface)
        if not len(begun):
            return ()
        kinks, tips = kinks_and_tips(surface.compiled)
        found = [begun, newton(surface, begun[len(more) :], size), *(newton(tip, begun, size) for tip in tips)]
        found += [_along(kink.on, kink, begun, size) for kink in kinks]
        found += [_crossing(one, other, begun[: len(more) + 100], size) for one, other in combinations(kinks, 2)]
        if len(kinks) == MOST_KINKS:
            found.append(_zoomed(surface, begun[:MOST_ZOOMED], size))
        points = inside(surface, np.concatenate(found))
        points = points[np.argsort(surface.value(points), kind="stable")]
        points = points[np.unique(np.round(points / (1e-9 * size)), axis=0, return_index=True)[1]]  # the lowest
        points = rounded(surface, points, size)
        points = points[_lowest_around(surface, points, size)]
        for kink in kinks:
            points = points[_lowest_along(surface, kink, points, size)]
        values = surface.value(points)
        chosen = _apart(points, np.argsort(values, kind="stable"), 1e-3 * size)
        minima = [Minimum(float(points[i, 0]), float(points[i, 1]), float(values[i])) for i in chosen]
    return tuple(sorted(minima, key=lambda m: (round(m.value, 9), m.x, m.y)))


def _zoomed(surface: Searched, starts: Array, size: float) -> Array:
    """Downhill from starts (n, 2) by values alone: to the lowest place of a patch, which becomes smaller when that is
    well inside. Kinks of any number may cross there.
    """
    patch = np.stack(np.meshgrid(*(np.linspace(-1, 1, 9),) * 2), axis=-1).reshape(-1, 2)
    points, wide = starts.copy(), np.full(len(starts), 2 * size / GRID)
    for _ in range(120):
        going = np.flatnonzero(wide > 1e-13 * size)
        if not len(going):
            break
        places = points[going, None] + wide[going, None, None] * patch
        height = surface.value(places)
        best = np.where(np.isnan(height), np.inf, height).argmin(axis=1)
        points[going] = places[np.arange(len(going)), best]
        wide[going] *= np.where(np.abs(patch[best]).max(axis=1) < 0.6, 0.5, 1.0)
    return points


def _apart(points: Array, order: NDArray[np.int64], radius: float) -> list[int]:
    """Which of points (n, 2) to keep, in that order, so that none is within the radius of one before it."""
    chosen: list[int] = []
    kept = np.empty_like(points)
    for index in order:
        if not (np.hypot(*(kept[: len(chosen)] - points[index]).T) <= radius).any():
            kept[len(chosen)] = points[index]
            chosen.append(int(index))
    return chosen


def starts(surface: Searched, most: int = MOST_STARTS) -> Array:
    """Nodes of a grid over the domain that none of their neighbours undercuts, the lowest first, and the surface's
    hints: (n, 2).
    """
    x, y = (np.linspace(low, high, GRID) for low, high in surface.domain)
    nodes = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    height = surface.value(nodes)
    height = np.where(np.isfinite(height), height, np.inf)
    padded = np.pad(height, 1, constant_values=np.inf)
    around = np.min(
        [
            padded[1 + i : GRID + 1 + i, 1 + j : GRID + 1 + j]
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            if (i, j) != (0, 0)
        ],
        axis=0,
    )
    low: NDArray[np.bool_] = (height <= around) & np.isfinite(height)
    order = np.argsort(height[low], kind="stable")[:most]
    hints = np.reshape(np.array(surface.look_for_minima(), dtype=np.float64), (-1, 2))
    return np.concatenate([hints, nodes[low][order]])


def inside(surface: Searched, points: Array, slack: float = 0.0) -> Array:
    """Those of points (n, 2) that are finite and in the domain, or farther out by a share `slack` of its diagonal."""
    out = slack * diagonal(surface)
    (x0, x1), (y0, y1) = ((low - out, high + out) for low, high in surface.domain)
    points = points[np.isfinite(points).all(axis=1)]
    return points[(points >= (x0, y0)).all(axis=1) & (points <= (x1, y1)).all(axis=1)]


def newton(function: Compiled | Searched, starts: Array, size: float) -> Array:
    """Newton's method downhill from starts (n, 2): steps of a Hessian made positive, halved until the value falls.

    Nocedal and Wright, Numerical Optimization (2006), section 3.4.
    """
    points, value = starts.copy(), function.value(starts)
    for _ in range(ROUNDS):
        bends, axes = np.linalg.eigh(np.nan_to_num(function.hessian(points), posinf=0.0, neginf=0.0))
        bends = np.maximum(np.abs(bends), 1e-8 * np.maximum(1e-8, np.abs(bends).max(axis=1, keepdims=True)))
        slope = np.einsum("nij,ni->nj", axes, np.nan_to_num(function.gradient(points), posinf=0.0, neginf=0.0))
        step = -np.einsum("nij,nj->ni", axes, slope / bends)
        length = np.hypot(*step.T)[:, None]
        step *= np.minimum(1.0, 0.02 * size / np.maximum(length, 1e-300))
        moved = np.zeros(len(points), dtype=bool)
        for _ in range(12):
            trial = points + step
            height = function.value(trial)
            better = ~moved & (height < value)
            points[better], value[better] = trial[better], height[better]
            moved |= better
            if moved.all():
                break
            step *= 0.5
        if not moved.any():
            break
    return points


class Kink(Compiled):
    """What is zero along a kink, as a function; `on` is the formula as it is there, with its abs, min or max put in.

    On the line both agree, but `on` goes smoothly across it, also where the formula has a cusp, as sqrt(abs(x)) has.
    """

    def __init__(self, zero: Any, on: Compiled) -> None:
        super().__init__(zero, *on.axes)
        self.on = on

    @cached_property
    def on_cells(self) -> Cells:
        """The intervals of `on`."""
        from thalweg.calculus.interval import cells_of

        return cells_of(self.on)


def kinks_and_tips(compiled: Compiled) -> tuple[list[Kink], list[Compiled]]:
    """What stands in each abs, sign, step, min and max, and what stands under each root, as functions of their own."""
    return _bent_and_roots(compiled) if isinstance(compiled, Compiled) else ([], [])


@lru_cache(32)
def _bent_and_roots(compiled: Compiled) -> tuple[list[Kink], list[Compiled]]:
    from sympy import Pow, Rational, S

    from thalweg.calculus import functions as own

    formula = compiled.parts
    bent: dict[Any, dict[Any, Any]] = {}  # what is zero, and what the parts are there that bend with it
    there = {own.absolute: S.Zero, own.sign: S.Zero, own.step: Rational(1, 2)}
    for part in formula.atoms(own.absolute, own.sign, own.step, own.larger, own.smaller):
        first, *other = part.args
        zero = first - other[0] if other else first
        bent.setdefault(-zero if -zero in bent else zero, {})[part] = other[0] if other else there[part.func]
    roots = {
        part.args[0]
        for part in formula.atoms(own.sqrt, Pow)
        if part.func == own.sqrt or (part.exp.is_Number and not part.exp.is_Integer)
    }

    def moving(inner: Iterable[Any]) -> list[Any]:
        return sorted((one for one in inner if one.has(*compiled.axes)), key=str)[:MOST_KINKS]

    kinks = [Kink(*each) for zero in moving(bent) for each in compiled.apart(zero, bent[zero])]
    tips = [Compiled(each, *compiled.axes) for one in moving(roots) for each in compiled.alone(one)]
    return kinks[:MOST_KINKS], tips[:MOST_KINKS]


def _near(kink: Compiled, points: Array, far: float) -> NDArray[np.bool_]:
    """(n,) whether points (n, 2) are not much farther than that from the line kink = 0."""
    return np.asarray(np.abs(kink.value(points)) < far * np.hypot(*kink.gradient(points).T))


def _along(function: Compiled, kink: Compiled, starts: Array, size: float) -> Array:
    """Newton for the lowest points of the line kink = 0, by Lagrange's conditions; the multiplier absorbs the jump."""
    points = starts[_near(kink, starts, NEAR * size)]
    going = np.arange(len(points))
    for _ in range(30):
        at = points[going]
        slope, normal = function.gradient(at), kink.gradient(at)
        square = np.maximum((normal**2).sum(axis=1), 1e-300)
        multiplier = -(slope * normal).sum(axis=1) / square
        system = np.zeros((len(at), 3, 3))
        system[:, :2, :2] = function.hessian(at) + multiplier[:, None, None] * kink.hessian(at)
        system[:, :2, 2] = system[:, 2, :2] = normal
        right = -np.concatenate([slope, kink.value(at)[:, None]], axis=1)
        step = _solve(system, right)[:, :2]
        points[going] = at + step
        going = going[np.hypot(*step.T) > 1e-15 * size]
        if not len(going):
            break
    return points


def _crossing(one: Compiled, other: Compiled, starts: Array, size: float) -> Array:
    """Newton for the points where two kinks cross, from those of the starts (n, 2) that are not far from both."""
    points = starts[_near(one, starts, NEAR * size) & _near(other, starts, NEAR * size)]
    going = np.arange(len(points))
    for _ in range(20):
        at = points[going]
        system = np.stack([one.gradient(at), other.gradient(at)], axis=1)
        step = -_solve(system, np.stack([one.value(at), other.value(at)], axis=1))
        points[going] = at + step
        going = going[np.hypot(*step.T) > 1e-15 * size]
        if not len(going):
            break
    return points


def _solve(system: Array, right: Array) -> Array:
    """Solutions of many small linear systems, the shortest ones where singular; 0 where something is not finite."""
    unusable = ~(np.isfinite(system).all(axis=(1, 2)) & np.isfinite(right).all(axis=1))
    system, right = system.copy(), right.copy()
    system[unusable], right[unusable] = 0.0, 0.0
    result: Array = np.einsum("nij,nj->ni", np.linalg.pinv(system, rcond=1e-13), right)
    return result


def rounded(surface: Searched, points: Array, size: float) -> Array:
    """The points, each rounded where that lies no higher: (1, 1) instead of (0.99999999997, 1)."""
    simple = simple_numbers(points, size)
    lower = surface.value(simple) <= surface.value(points)
    return np.where(lower[:, None], simple, points)


def simple_numbers(points: Array, size: float) -> Array:
    """Rounded to seven digits of the diagonal."""
    rounded: Array = np.round(points, int(np.ceil(7 - np.log10(size)))) + 0.0  # no -0
    return rounded


def _lowest_around(surface: Searched, points: Array, size: float) -> NDArray[np.bool_]:
    """(n,) whether no point on small circles around is lower, and every one on some circle is clearly higher; where a
    formula ends, as sqrt(1 - x**2 - y**2) does on its rim, nothing is known of all around, and there is no minimum.
    """
    value = surface.value(points)
    radii = np.array([1e-5, 1e-4, 1e-3, 1e-2]) * size
    rings = surface.value(points[:, None, None] + radii[:, None, None] * CIRCLE)  # (n, 4, 64)
    ends = np.isnan(rings[:, 0]).any(axis=1)
    rings = np.where(np.isnan(rings), np.inf, rings)
    noise = 1e-14 * np.max(np.abs(np.where(np.isfinite(rings), rings, 0.0)), axis=2)
    above = rings.min(axis=2) - value[:, None]
    result: NDArray[np.bool_] = (
        np.isfinite(value)
        & ~ends
        & (above[:, :2] >= -noise[:, :2]).all(axis=1)
        & (above[:, 1:] > 10 * noise[:, 1:]).any(axis=1)
    )
    return result


def _lowest_along(surface: Searched, kink: Kink, points: Array, size: float) -> NDArray[np.bool_]:
    """(n,) whether no point on the line kink = 0 near by is lower, and for points on it whether it rises there: sharp
    valleys slip between a circle's points.
    """
    around = points[:, None] + 1e-3 * size * CIRCLE
    line = around
    for _ in range(4):
        normal = kink.gradient(line)
        line = line - (kink.value(line) / np.maximum((normal**2).sum(axis=-1), 1e-300))[..., None] * normal
    moved = np.hypot(*np.moveaxis(line - around, -1, 0))
    there = np.abs(kink.value(line)) <= 1e-6 * size * np.hypot(*np.moveaxis(kink.gradient(line), -1, 0))
    height = np.where(there & (moved < 2e-3 * size), kink.on.value(line), np.inf)
    on_it = np.abs(kink.value(points)) <= 1e-9 * size * np.hypot(*kink.gradient(points).T)
    value = np.where(on_it, kink.on.value(points), surface.value(points))  # beside a cusp rounding lifts the points
    noise = 1e-13 * np.maximum(np.abs(value), np.max(np.abs(surface.value(around)), axis=1))
    height = np.nan_to_num(height, nan=np.inf)
    far = np.hypot(*np.moveaxis(line - points[:, None], -1, 0)) > 5e-4 * size
    rises = np.where(far, height, np.inf).min(axis=1) > value + noise
    result: NDArray[np.bool_] = (height.min(axis=1) >= value - noise) & (rises | ~on_it)
    return result
