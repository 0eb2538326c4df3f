"""Where a surface's minima are.

Candidates come from the lowest nodes of a grid and the surface's own hints, then from three searches: Newton on the
gradient for smooth minima; Newton along each kink (the zero line of what stands in an abs, min, max) and at the
crossings of two; Newton on what stands under a root for tips. A candidate counts when every point around it is higher.
"""
from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surfaces._compile import Compiled

if TYPE_CHECKING:
    from surfaces._base import Minimum, Surface

Array = NDArray[np.float64]
GRID, MOST_STARTS, MOST_KINKS = 201, 400, 6
CIRCLE = np.stack([np.cos(np.arange(64) * np.pi / 32), np.sin(np.arange(64) * np.pi / 32)], axis=-1)   # (64, 2)


def diagonal(surface: Surface) -> float:
    """Length of the domain's diagonal, the measure of what is near."""
    (x0, x1), (y0, y1) = surface.domain
    return float(np.hypot(x1 - x0, y1 - y0))


def find(surface: Surface) -> tuple[Minimum, ...]:
    """The isolated local minima inside the domain, deepest first (equal depths by x, then y)."""
    from surfaces._base import Minimum
    with np.errstate(all="ignore"):
        begun, size = starts(surface), diagonal(surface)
        if not len(begun):
            return ()
        kinks, tips = kinks_and_tips(surface.compiled)
        found = [begun, newton(surface.compiled, begun, size), *(newton(tip, begun, size) for tip in tips)]
        found += [_along(surface.compiled, kink, begun) for kink in kinks]
        found += [_crossing(one, other, begun[:100]) for one, other in combinations(kinks, 2)]
        points = inside(surface, np.concatenate(found))
        points = rounded(surface, points, size)
        points = points[_lowest_around(surface, points, size)]
        for kink in kinks:
            points = points[_lowest_along(surface, kink, points, size)]
        values = surface.value(points)
        chosen: list[int] = []
        for index in np.argsort(values, kind="stable"):
            if all(np.hypot(*(points[index] - points[other])) > 1e-3 * size for other in chosen):
                chosen.append(int(index))
        minima = [Minimum(float(points[i, 0]), float(points[i, 1]), float(values[i])) for i in chosen]
    return tuple(sorted(minima, key=lambda m: (round(m.value, 9), m.x, m.y)))


def starts(surface: Surface) -> Array:
    """Nodes of a grid over the domain that none of their neighbours undercuts, and the surface's hints: (n, 2)."""
    x, y = (np.linspace(low, high, GRID) for low, high in surface.domain)
    nodes = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    height = surface.value(nodes)
    height = np.where(np.isfinite(height), height, np.inf)
    padded = np.pad(height, 1, constant_values=np.inf)
    around = np.min([padded[1 + i:GRID + 1 + i, 1 + j:GRID + 1 + j]
                     for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)], axis=0)
    low: NDArray[np.bool_] = (height <= around) & np.isfinite(height)
    order = np.argsort(height[low], kind="stable")[:MOST_STARTS]
    hints = np.reshape(np.array(surface.look_for_minima(), dtype=np.float64), (-1, 2))
    return np.concatenate([hints, nodes[low][order]])


def inside(surface: Surface, points: Array, slack: float = 0.0) -> Array:
    """Those of points (n, 2) that are finite and in the domain, or farther out by a share `slack` of its diagonal."""
    out = slack * diagonal(surface)
    (x0, x1), (y0, y1) = ((low - out, high + out) for low, high in surface.domain)
    points = points[np.isfinite(points).all(axis=1)]
    return points[(points >= (x0, y0)).all(axis=1) & (points <= (x1, y1)).all(axis=1)]


def newton(function: Compiled, starts: Array, size: float, rounds: int = 60) -> Array:
    """Newton's method downhill from starts (n, 2): steps of a Hessian made positive, halved until the value falls.

    Nocedal and Wright, Numerical Optimization (2006), section 3.4.
    """
    points, value = starts.copy(), function.value(starts)
    for _ in range(rounds):
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


def kinks_and_tips(compiled: Compiled) -> tuple[list[Compiled], list[Compiled]]:
    """What stands in each abs, sign, step, min and max, and what stands under each root, as functions of their own."""
    from sympy import Pow

    from surfaces import _functions as own
    x, y = compiled.axes

    def functions(inner: set[Any]) -> list[Compiled]:
        moving = sorted((one for one in inner if one.free_symbols), key=str)
        return [Compiled(one, x, y) for one in moving[:MOST_KINKS]]

    formula = compiled.formula
    bent = {part.args[0] - (part.args[1] if len(part.args) > 1 else 0)
            for part in formula.atoms(own.absolute, own.sign, own.step, own.larger, own.smaller)}
    roots = {part.args[0] for part in formula.atoms(own.sqrt, Pow)
             if part.func == own.sqrt or (part.exp.is_Number and not part.exp.is_Integer)}
    return functions(bent), functions(roots)


def _along(function: Compiled, kink: Compiled, starts: Array) -> Array:
    """Newton for the lowest points of the line kink = 0, by Lagrange's conditions; the multiplier absorbs the jump."""
    points = starts.copy()
    for _ in range(30):
        slope, normal = function.gradient(points), kink.gradient(points)
        square = np.maximum((normal ** 2).sum(axis=1), 1e-300)
        multiplier = -(slope * normal).sum(axis=1) / square
        system = np.zeros((len(points), 3, 3))
        system[:, :2, :2] = function.hessian(points) + multiplier[:, None, None] * kink.hessian(points)
        system[:, :2, 2] = system[:, 2, :2] = normal
        right = -np.concatenate([slope, kink.value(points)[:, None]], axis=1)
        points = points + _solve(system, right)[:, :2]
    return points


def _crossing(one: Compiled, other: Compiled, starts: Array) -> Array:
    points = starts.copy()
    for _ in range(20):
        system = np.stack([one.gradient(points), other.gradient(points)], axis=1)
        points = points - _solve(system, np.stack([one.value(points), other.value(points)], axis=1))
    return points


def _solve(system: Array, right: Array) -> Array:
    """Solutions of many small linear systems, the shortest ones where singular; 0 where something is not finite."""
    unusable = ~(np.isfinite(system).all(axis=(1, 2)) & np.isfinite(right).all(axis=1))
    system, right = system.copy(), right.copy()
    system[unusable], right[unusable] = 0.0, 0.0
    result: Array = np.einsum("nij,nj->ni", np.linalg.pinv(system, rcond=1e-13), right)
    return result


def rounded(surface: Surface, points: Array, size: float) -> Array:
    """The points, each rounded where that lies no higher: (1, 1) instead of (0.99999999997, 1)."""
    simple = simple_numbers(points, size)
    lower = surface.value(simple) <= surface.value(points)
    return np.where(lower[:, None], simple, points)


def simple_numbers(points: Array, size: float) -> Array:
    """Rounded to seven digits of the diagonal."""
    rounded: Array = np.round(points, int(np.ceil(7 - np.log10(size)))) + 0.0   # no -0
    return rounded


def _lowest_around(surface: Surface, points: Array, size: float) -> NDArray[np.bool_]:
    """(n,) whether no point on small circles around is lower, and every one on some circle is clearly higher."""
    value = surface.value(points)
    radii = np.array([1e-5, 1e-4, 1e-3, 1e-2]) * size
    rings = surface.value(points[:, None, None] + radii[:, None, None] * CIRCLE)   # (n, 4, 64)
    rings = np.where(np.isnan(rings), np.inf, rings)
    noise = 1e-14 * np.max(np.abs(np.where(np.isfinite(rings), rings, 0.0)), axis=2)
    above = rings.min(axis=2) - value[:, None]
    result: NDArray[np.bool_] = (np.isfinite(value) & (above[:, :3] >= -noise[:, :3]).all(axis=1)
                                 & (above[:, 2:] > 10 * noise[:, 2:]).any(axis=1))
    return result


def _lowest_along(surface: Surface, kink: Compiled, points: Array, size: float) -> NDArray[np.bool_]:
    """(n,) whether no point on the line kink = 0 near by is lower; sharp valleys slip between a circle's points."""
    around = points[:, None] + 1e-3 * size * CIRCLE
    line = around
    for _ in range(4):
        normal = kink.gradient(line)
        line = line - (kink.value(line) / np.maximum((normal ** 2).sum(axis=-1), 1e-300))[..., None] * normal
    moved = np.hypot(*np.moveaxis(line - around, -1, 0))
    height = np.where(moved < 2e-3 * size, surface.value(line), np.inf)
    value = surface.value(points)
    noise = 1e-13 * np.maximum(np.abs(value), np.max(np.abs(surface.value(around)), axis=1))
    result: NDArray[np.bool_] = np.nan_to_num(height, nan=np.inf).min(axis=1) >= value - noise
    return result
