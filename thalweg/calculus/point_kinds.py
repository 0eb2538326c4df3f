"""What kind a critical point is: by the Hessian's eigenvalues; where one cannot be told from 0, by looking around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thalweg.calculus.landmarks import CIRCLE, Array, Searched

if TYPE_CHECKING:
    from thalweg.calculus.interval import Cells

FLAT = 1e-7  # of the curvature usual on the surface: an eigenvalue below decides nothing
REACHES = np.array([1e-5, 1e-4, 1e-3, 3e-3, 1e-2])  # of the diagonal: how far along a flat direction is looked
BEND = 0  # which of them shows how a floor bends


def kinds_of(surface: Searched, cells: Cells | None, points: Array, size: float) -> list[str]:
    """By the eigenvalues; where one cannot be told from 0 by looking along its direction, where neither can, or there
    is no Hessian, by looking around; empty for what is level.
    """
    if not len(points):
        return []
    hessian, usual = hessians(surface, cells, points, size), _usual(surface)
    bends = curvatures(hessian)
    least, most = np.abs(bends).min(axis=1), np.abs(bends).max(axis=1)
    told = [kind_of(low, high) for low, high in bends.tolist()]
    flat = ~(least > FLAT * np.maximum(most, usual))
    valley = flat & (most > np.maximum(FLAT * usual, 1e3 * least))
    chosen = np.flatnonzero(valley)
    for index, kind in zip(chosen, _along(surface, cells, points[chosen], hessian[chosen], size), strict=True):
        told[index] = kind
    chosen = np.flatnonzero(flat & ~valley)
    for index, kind in zip(chosen, _around(surface, cells, points[chosen], size), strict=True):
        told[index] = kind
    return told


def hessians(surface: Searched, cells: Cells | None, points: Array, size: float) -> Array:
    """Second derivatives at points (n, 2): (n, 2, 2). Where the formula's are not defined or all rounding, as those of
    cos(r) near r = 0, or stand at a kink, those around the point, if they agree among each other; else nan.
    """
    made = surface.hessian(points)
    if cells is None or not len(points):
        return made
    ends, kinked = cells.hessian(points, points)
    none = kinked | ~np.isfinite(ends).all(axis=(1, 2))
    unsure = np.flatnonzero(none | (np.ptp(ends, axis=2).max(axis=1) > 0.01 * np.abs(ends).max(axis=(1, 2))))
    around = surface.hessian(points[unsure, None] + 1e-5 * size * CIRCLE[::4])  # (m, 16, 2, 2)
    mean = around.mean(axis=1)
    spread = np.abs(around - mean[:, None]).max(axis=(1, 2, 3))
    agree = spread <= 1e-3 * np.abs(mean).max(axis=(1, 2))
    off = agree & (np.abs(made[unsure] - mean).max(axis=(1, 2)) > 2 * spread)
    made[unsure[off]] = mean[off]
    made[unsure[~agree & none[unsure]]] = np.nan
    return made


def _usual(surface: Searched) -> float:
    """The curvature usual on the surface."""
    x, y = (np.linspace(low, high, 21) for low, high in surface.domain)
    bends = np.abs(eigenvalues(surface, np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1))).max(axis=-1)
    bends = bends[np.isfinite(bends)]
    return float(np.median(bends)) if len(bends) else 0.0


def _along(surface: Searched, cells: Cells | None, points: Array, hessian: Array, size: float) -> list[str]:
    """The kinds of points (n, 2) at which one direction is flat: by the slope of the floor to both of its sides, and
    where that cannot be told from 0, in stiff valleys, by its height.
    """
    bends, axes = np.linalg.eigh(hessian)
    every, steep = np.arange(len(points)), np.abs(bends).argmax(axis=1)
    across, along = axes[every, :, steep], axes[every, :, 1 - steep]
    ways, reaches = np.array([1.0, -1.0]), REACHES * size
    # (n, 2 ways, reaches, 2): straight ahead, then bent as the floor is
    straight = points[:, None, None] + (ways[:, None] * reaches)[..., None] * along[:, None, None]
    _, aside = _floors(surface, straight[:, :, BEND : BEND + 1], across, size)
    bent = (aside.mean(axis=(1, 2)) / reaches[BEND] ** 2)[:, None, None] * reaches**2
    bent = np.clip(bent, -reaches / 4, reaches / 4)
    at, aside = _floors(surface, straight + bent[..., None] * across[:, None, None], across, size)
    stray = np.abs(aside) > 0.1 * np.abs(bent) + 0.02 * reaches  # on another floor
    slope = surface.gradient(at)
    rise = ways[:, None] * np.einsum("nwri,ni->nwr", slope, along)
    doubt = np.einsum("nwri,ni->nwr", _rounding(surface, cells, at), np.abs(along))
    doubt += 10 * np.abs(np.einsum("nwri,ni->nwr", slope, across))
    by_slope = _first(rise, np.where(stray, np.inf, doubt))
    stiff = np.abs(bends[every, steep])[:, None, None]
    drop = (surface.gradient(points) * across).sum(axis=1)[:, None, None] ** 2
    drop = (drop + np.einsum("nwri,ni->nwr", slope, across) ** 2) / stiff
    above, doubt = surface.value(at) - surface.value(points)[:, None, None], 2 * _blur(surface, cells, at) + drop
    by_height = _first(above, np.where(stray, np.inf, doubt))
    return [
        _of_signs(bool(bends[index, steep[index]] > 0), signs, heights)
        for index, (signs, heights) in enumerate(zip(by_slope.tolist(), by_height.tolist(), strict=True))
    ]


def _floors(surface: Searched, at: Array, across: Array, size: float) -> tuple[Array, Array]:
    """The places on floors beside points (n, w, r, 2), by Newton's method along the axes across (n, 2), and how far
    they are (n, w, r).
    """
    begun = at
    for _ in range(12):
        curvature = np.einsum("ni,nwrij,nj->nwr", across, surface.hessian(at), across)
        step = -np.einsum("nwri,ni->nwr", surface.gradient(at), across) / curvature
        at = at + np.clip(np.nan_to_num(step), -0.01 * size, 0.01 * size)[..., None] * across[:, None, None]
    return at, np.einsum("nwri,ni->nwr", at - begun, across)


def _first(rise: Array, doubt: Array) -> Array:
    """Of (n, ways, reaches), the sign of the first rise along each way that is clear: (n, ways); 0 where none is."""
    clear = np.where(np.abs(rise) > doubt, np.sign(rise), 0.0)
    first: Array = np.take_along_axis(clear, (clear != 0).argmax(axis=2)[..., None], axis=2)[..., 0]
    return first


def _of_signs(valley: bool, signs: list[float], heights: list[float]) -> str:
    """By how a floor goes on both sides: 1 where it rises, -1 where it falls, 0 where it is level."""
    if 0 in signs and 0 not in heights and heights[0] == heights[1]:
        signs = heights
    if signs == [0, 0]:
        return ""
    if signs[0] * signs[1] <= 0:
        return "degenerate" if signs[0] * signs[1] < 0 else ""
    return {(True, 1): "minimum", (False, -1): "maximum"}.get((valley, int(signs[0])), "saddle")


def _around(surface: Searched, cells: Cells | None, points: Array, size: float) -> list[str]:
    """The kinds of points (n, 2) at which every direction is flat: by what stands on the smallest circle around them
    that tells. Where it touches the point's own height, without falling below or rising above, a level way leads out.
    """
    kinds = np.full(len(points), "", dtype="U10")
    value = surface.value(points)[:, None]
    for radius in REACHES[::-1] * size:
        ring = points[:, None] + radius * CIRCLE
        height, doubt = surface.value(ring), 2 * _blur(surface, cells, ring)
        tells = np.flatnonzero((np.abs(height - value) > doubt).mean(axis=1) > 0.9)
        slack = doubt[tells].max(axis=1, initial=0.0)
        low = _least(surface, points[tells], radius, height[tells], 1.0) - value[tells, 0]
        high = _least(surface, points[tells], radius, height[tells], -1.0) - value[tells, 0]
        kinds[tells] = np.select(
            [low > slack, high < -slack, (low < -slack) & (high > slack)], ["minimum", "maximum", "degenerate"], ""
        )
    return kinds.tolist()


def _least(surface: Searched, points: Array, radius: float, height: Array, sign: float) -> Array:
    """The least value (sign 1), or the greatest (-1), on circles around points (n, 2), of which the heights at CIRCLE
    are known (n, 64): between these, too, where they come near the least of all.
    """
    height, turn = sign * height, 2 * np.pi / len(CIRCLE)
    dips = (height <= np.roll(height, 1, axis=1)) & (height <= np.roll(height, -1, axis=1))
    owner, best = np.nonzero(dips)
    angles, wide, least = best * turn, turn, height.min(axis=1, initial=np.inf)
    while wide > 1e-16 and len(owner):  # ever closer to the least of the neighbours
        near = angles[:, None] + wide * np.arange(-4, 5) / 4
        places = points[owner, None] + radius * np.stack([np.cos(near), np.sin(near)], axis=-1)
        found = sign * surface.value(places)
        angles, wide = near[np.arange(len(owner)), found.argmin(axis=1)], wide / 3
        np.minimum.at(least, owner, found.min(axis=1))
    return np.asarray(sign * least)


def _blur(surface: Searched, cells: Cells | None, points: Array) -> Array:
    """How much of differences between values at points (..., 2) may be rounding: (...)."""
    value = np.abs(surface.value(points))
    if cells is None:
        return np.asarray(1e-15 * value)
    flat = points.reshape(-1, 2)
    return np.asarray(np.ptp(cells.value(flat, flat), axis=1)).reshape(value.shape) + 2e-16 * value


def _rounding(surface: Searched, cells: Cells | None, points: Array) -> Array:
    """How far rounding can move the gradient at points (..., 2): (..., 2)."""
    if cells is not None:
        flat = points.reshape(-1, 2)
        return np.asarray(np.ptp(cells.gradient(flat, flat), axis=2)).reshape(points.shape)
    around = np.abs(surface.hessian(points)).sum(axis=-1) * np.abs(points).max(initial=1.0)
    return np.asarray(1e-13 * (np.abs(surface.gradient(points)) + around))


def kinked(surface: Searched, points: Array, size: float) -> NDArray[np.bool_]:
    """(n,) whether the gradient does not fall to zero towards the point: a kink or a tip, whatever its value there."""
    radii = np.array([1e-6, 1e-5])[:, None, None] * size
    slope = surface.gradient(points[:, None, None] + radii * CIRCLE)  # (n, 2, 64, 2)
    near, far = np.moveaxis(np.quantile(np.hypot(slope[..., 0], slope[..., 1]), 0.8, axis=2), 1, 0)
    return np.asarray(~(near <= 0.5 * far))


def kind_of(low: float, high: float) -> str:
    """By the signs of the two eigenvalues, neither of which is 0."""
    return "minimum" if low > 0 else "maximum" if high < 0 else "saddle"


def eigenvalues(surface: Searched, points: ArrayLike) -> Array:
    """Of the Hessian at points (..., 2), rising: (..., 2); nan where it is not finite."""
    return curvatures(surface.hessian(np.asarray(points, dtype=np.float64)))


def curvatures(hessian: Array) -> Array:
    """Eigenvalues of symmetric (..., 2, 2), rising: (..., 2); nan where they are not finite."""
    xx, xy, yy = (hessian[..., i, j] / 2 for i, j in ((0, 0), (0, 1), (1, 1)))
    with np.errstate(all="ignore"):
        middle, spread = xx + yy, np.hypot(xx - yy, 2 * xy)
        bends: Array = np.stack([middle - spread, middle + spread], axis=-1)
    bends[~np.isfinite(hessian).all(axis=(-2, -1))] = np.nan
    return bends
