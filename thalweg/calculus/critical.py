"""Where a surface's gradient vanishes, what kind of point that is, and how long a step gradient descent may take there.

Of a formula, `calculus/certain.py` sorts the whole domain into cells that hold no critical point, cells that hold one
for certain, and cells about which that cannot be said. Those that hang together in a small heap are searched by
Newton's method, those in a long row are a valley or a ridge, and its floor is looked at (`calculus/valleys.py`): on it
are isolated points, or it is a curve of minima. Minima on kinks and tips come from `calculus/minima.py`. When each
cell is accounted for, the list is complete; else, and for samples, Newton's method starts at more and more places until
they find nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thalweg.calculus import minima as lowest
from thalweg.calculus.compile import Compiled
from thalweg.calculus.landmarks import CIRCLE, Array, CriticalPoint, Curve, Landmarks, Minimum, Searched, limit_of
from thalweg.calculus.minima import diagonal, inside, kinks_and_tips, newton, simple_numbers
from thalweg.calculus.point_kinds import curvatures, eigenvalues, hessians, kind_of, kinds_of, kinked

if TYPE_CHECKING:
    from thalweg.calculus.interval import Cells

Flags = NDArray[np.bool_]
ROUNDS = 60
FEW = 100_000  # distances; a tree for more is worth the time that scipy takes to load
SAME, CERTAIN = 1e-4, 1e-9  # of the domain's diagonal: points nearer than this are one
KINDS = ("minimum", "saddle", "maximum", "degenerate")
HEAP = 8  # cells: what hangs together and is no longer and no wider is searched, not followed
TINY = 3e-3  # of the diagonal: and so is what is no longer than that
BESIDE = 0.01  # of the diagonal: so near a curve of minima nothing is isolated
GRID = 121  # nodes along each side, the first round of a search; each later one has more
MOST_STARTS, MOST_SEEDS = 2000, 400
MOST_SEARCH, MOST_ROUNDS = 2_500_000, 8  # starts times operations; searches one after the other


class Found(NamedTuple):
    """Points (n, 2) with their kinds; curves of minima; whether that is all."""

    points: Array
    kinds: list[str]
    curves: list[Curve]
    complete: bool


def find(surface: Searched) -> Landmarks:
    """The critical points inside the domain, the curves of minima, and whether these are all.

    On a curve of minima, or on a plain that is level, no point is isolated, so none is listed. Saddles and maxima on
    kinks are left out.
    """
    from thalweg.calculus.stretched import Stretched

    even = Stretched(surface)
    with np.errstate(all="ignore"):
        cells = _cells(even)
        found = _sorted_out(even, cells) if cells else _searched(even)
        return _landmarks(surface, _times(found, even.scale))


def find_from(surface: Searched, known: Landmarks, seeds: ArrayLike) -> Landmarks:
    """`known`, and what is found beside it downhill of seeds (n, 2)."""
    from thalweg.calculus.stretched import Stretched

    at = np.asarray(seeds, dtype=np.float64).reshape(-1, 2)
    if known.complete or not len(at):
        return known
    even = Stretched(surface)
    size = diagonal(even)
    with np.errstate(all="ignore"):
        at = inside(even, at / even.scale)
        at = at[np.unique(np.round(at / (SAME * size)), axis=0, return_index=True)[1]]
        places = np.reshape([each[:2] for each in known.critical_points], (-1, 2))
        before = Found(places, [each.kind for each in known.critical_points], list(known.curves), False)
        before = _times(before, 1 / even.scale)
        at = at[~_near(at, before.points, SAME * size)]
        if not len(at):
            return known
        at = at[np.linspace(0, len(at) - 1, min(len(at), MOST_SEEDS)).astype(int)]
        # by short steps: what is near a ball is meant, not what a long step over ripples comes to
        new = _judged(even, _cells(even), _rest(even, at, 0.01 * size), before)
        if not len(new.points):
            return known
        return _landmarks(surface, _times(_joined(before, new), even.scale), known.critical_points)


def _times(found: Found, scale: Array) -> Found:
    """In units that are so many times smaller: powers of two, so that there and back nothing changes."""
    curves = [each._replace(points=each.points * scale) for each in found.curves]
    return found._replace(points=found.points * scale, curves=curves)


def _cells(surface: Searched) -> Cells | None:
    """The intervals of its formula, where it has one and all its functions have intervals."""
    from thalweg.calculus.interval import UnknownOperation, cells_of

    try:
        return cells_of(surface.compiled) if isinstance(surface.compiled, Compiled) else None
    except UnknownOperation:
        return None


def _landmarks(surface: Searched, found: Found, known: Iterable[CriticalPoint] = ()) -> Landmarks:
    """Listed by kind, loss, x and y."""
    bends = curvatures(hessians(surface, _cells(surface), found.points, diagonal(surface)))
    minima = np.array([kind == "minimum" for kind in found.kinds], dtype=bool)
    sharp = np.zeros(len(bends), dtype=bool)
    if isinstance(surface.compiled, Compiled):
        sharp[minima] = kinked(surface, found.points[minima], diagonal(surface))
    bends[sharp] = np.nan
    values = surface.value(found.points)
    listed = [
        CriticalPoint(x, y, value, kind, (low, high))
        for (x, y), value, kind, (low, high) in zip(
            found.points.tolist(), values.tolist(), found.kinds, bends.tolist(), strict=True
        )
    ]
    before = {each[:2]: each for each in known}
    listed = [before.get(each[:2], each) for each in listed]
    listed.sort(key=lambda point: (KINDS.index(point.kind), round(point.value, 9), point.x, point.y))
    return Landmarks(
        tuple(Minimum(*each[:3]) for each in listed if each.kind == "minimum"),
        tuple(listed),
        tuple(found.curves),
        found.complete,
    )


# --- of formulas


def _sorted_out(surface: Searched, cells: Cells) -> Found:
    """Every cell of the domain accounted for, as far as that goes."""
    from thalweg.calculus.certain import sort, sort_on
    from thalweg.calculus.valleys import BINS, thinned

    size, left = diagonal(surface), sort(surface, cells)
    points, on_kinks = _certain(surface, left.points, size), np.empty((0, 2))
    curves: list[Curve] = []
    kinks, tips = kinks_and_tips(surface.compiled)
    starts, unknown = _some_of_each(left.flat, size), left.middles if left.stopped else left.middles[:0]
    if len(left.middles) and not left.stopped:
        heaps, rows = _heaps(left.middles, left.half, size)
        if len(heaps):
            again = sort_on(surface, cells, heaps, left.half)
            points = _distinct(np.concatenate([points, _certain(surface, again.points, size)]), CERTAIN * size)
            starts = np.concatenate([starts, *(_some_of_each(each, size) for each in (again.flat, again.middles))])
            unknown = again.middles if again.stopped else unknown
        if len(rows):
            curves, turned, on_kinks, lost = _valleys(surface, cells, kinks, rows, left.half)
            unknown = np.concatenate([unknown, lost])
            starts = np.concatenate([starts, turned, _almost(surface, rows, left.half, curves, size)])
            if kinks:
                on_kinks = np.concatenate([on_kinks, rows[thinned(rows, size / BINS)]])
    sharp = _sharp_minima(surface, np.concatenate([starts, on_kinks]), size) if kinks + tips else starts[:0]
    for curve in curves:
        sharp = sharp[~_near(sharp, curve.points, BESIDE * size)]
    points = np.concatenate([sharp, points[~_near(points, sharp, SAME * size)]])
    kinds = ["minimum"] * len(sharp) + [kind_of(*each) for each in eigenvalues(surface, points[len(sharp) :]).tolist()]
    found = Found(points, kinds, curves, not len(unknown))
    starts = np.concatenate([starts, on_kinks])
    found = _joined(found, _judged(surface, cells, _rest(surface, starts, size), found))
    return found if found.complete else _until_nothing_new(surface, cells, found, unknown)


def _almost(surface: Searched, middles: Array, half: Array, curves: list[Curve], size: float) -> Array:
    """Where Newton's method leads from cells (n, 2) in rows if that is not far and no direction is much flatter than
    the other: beside what makes a row, kinks or a valley, there may be points of their own.
    """
    from thalweg.calculus.valleys import thinned

    hessian = surface.hessian(middles)
    step, bends = _newton_step(surface.gradient(middles), hessian), np.abs(curvatures(hessian))
    ends = (middles + step)[(np.abs(step) < 4 * half).all(axis=1) & (bends.min(axis=1) > 0.02 * bends.max(axis=1))]
    for curve in curves:
        ends = ends[~_near(ends, curve.points, BESIDE * size)]
    kept: Array = ends[thinned(ends, float(half.min()))]
    return kept


def _some_of_each(middles: Array, size: float) -> Array:
    """Of cells (n, 2) that lie in heaps, two of each."""
    bins = np.round(middles / (SAME * size)).astype(np.int64)
    first, last = (np.unique(order, axis=0, return_index=True)[1] for order in (bins, bins[::-1]))
    return middles[np.union1d(first, len(middles) - 1 - last)]


def _certain(surface: Searched, points: Array, size: float) -> Array:
    """Points of which each is near one that is certain, made exact and each told once."""
    for _ in range(6):
        step = _newton_step(surface.gradient(points), surface.hessian(points))
        points = points + np.where(np.isfinite(step), step, 0.0)
    return inside(surface, _rounded(surface, _distinct(points, CERTAIN * size), size), CERTAIN)


def _sharp_minima(surface: Searched, starts: Array, size: float) -> Array:
    """Minima on kinks and tips (n, 2), from starts (m, 2) and from a grid."""
    found = np.reshape([each[:2] for each in lowest.find(surface, starts)], (-1, 2))
    return found[kinked(surface, found, size)]


def _heaps(middles: Array, half: Array, size: float) -> tuple[Array, Array]:
    """Cells (n, 2) that hang together in heaps, by their number or their size small, and those in longer rows or larger
    plains.
    """
    from thalweg.calculus.valleys import rows

    small = np.zeros(len(middles), dtype=bool)
    for row in rows(middles / half, 2.9):
        wide = np.ptp(middles[row], axis=0)
        small[row] = (wide <= 2 * HEAP * half).all() or float(np.hypot(*wide)) < TINY * size
    return middles[small], middles[~small]


def _valleys(
    surface: Searched, cells: Cells, kinks: list[Any], middles: Array, half: Array
) -> tuple[list[Curve], Array, Array, Array]:
    """What lies in rows of cells (n, 2): curves of minima, points (m, 2) where a floor turns from falling to rising or
    back, those (k, 2) where one does on a kink, and the cells (l, 2) without a floor.
    """
    from thalweg.calculus.valleys import BINS, LINKED, curves, faced, floors, nearest, together, turns

    side, size = 2 * float(half.max()), diagonal(surface)

    def refined(points: Array) -> Any:
        return nearest(floors(surface, cells, [], points, 6 * side, size, side), points)

    found = floors(surface, cells, kinks, middles, 1.5 * side, size, side)
    lost = middles[np.all([np.isnan(each.bends) for each in found], axis=0)]
    floor, smooth = together(found, side), together(found[len(kinks) :], side)
    told, ends = curves(surface, cells, floor, side, size)
    lost = lost[~_near(lost, floor.points[floor.level], LINKED * size / BINS)]
    sharp = [sum(faced(together([each], side), side)[:2]) / 2 for each in found[: len(kinks)]]
    return told, np.concatenate([turns(smooth, refined, side), ends]), np.concatenate([ends, *sharp]), lost


def _until_nothing_new(surface: Searched, cells: Cells, found: Found, unknown: Array) -> Found:
    """Newton's method from the lowest nodes of a grid and from the cells (n, 2) about which nothing is known, some at
    a time, until they find nothing new or it has cost enough.
    """
    size, work = diagonal(surface), 0
    unknown, starts = np.random.default_rng(0).permutation(unknown), lowest.starts(surface, MOST_STARTS)
    for _ in range(MOST_ROUNDS):
        before = len(found.points)
        found = _joined(found, _judged(surface, cells, _rest(surface, starts, size), found))
        work += len(starts) * cells.length
        starts, unknown = unknown[:MOST_STARTS], unknown[MOST_STARTS:]
        if len(found.points) == before or work > MOST_SEARCH or not len(starts):
            break
    return found


# --- of anything else


def _searched(surface: Searched) -> Found:
    """Newton's method from the cells of ever finer grids in which both components of the gradient change their sign,
    until a grid brings nothing new; and the minima of `calculus/minima.py`.
    """
    size = diagonal(surface)
    minima = np.reshape([each[:2] for each in lowest.find(surface)], (-1, 2))
    minima = minima[surface.may_be_extrema(minima)]
    found = Found(minima, ["minimum"] * len(minima), [], False)
    for number in range(4):
        before = len(found.points)
        starts = _crossings(surface, int(GRID * 1.5**number))
        found = _joined(found, _judged(surface, None, _rest(surface, starts, size), found))
        if number and len(found.points) == before:
            break
    return found


def _crossings(surface: Searched, nodes_: int) -> Array:
    """Middles of the cells in which both components of the gradient change sign, (n, 2)."""
    x, y = (np.linspace(low, high, nodes_) for low, high in surface.domain)
    nodes = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    slope = surface.gradient(nodes)
    corners = np.stack([slope[:-1, :-1], slope[1:, :-1], slope[:-1, 1:], slope[1:, 1:]])
    crossed = ((corners.min(axis=0) <= 0) & (corners.max(axis=0) >= 0)).all(axis=-1)
    found: Array = ((nodes[:-1, :-1] + nodes[1:, 1:]) / 2)[crossed]
    return found[:: -(-len(found) // MOST_STARTS) or 1]


# --- points


def _rest(surface: Searched, starts: Array, size: float) -> Array:
    """Where Newton's method comes to rest from starts (n, 2), towards zeros of the gradient and, from not too many,
    downhill: (m, 2).
    """
    if not len(starts):
        return starts
    downhill = newton(surface, starts[:MOST_STARTS], size)
    return _distinct(_newton(surface, np.concatenate([starts, downhill]), size), SAME * size)


def _newton(surface: Searched, starts: Array, size: float) -> Array:
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
        going[going] = length[:, 0] > 1e-14 * size  # nan is not
    rests = (np.hypot(*step.T) < 1e-7 * size) & np.isfinite(surface.value(points))
    points = inside(surface, points[rests])
    return points[_still(surface, points, size)]


def _still(surface: Searched, points: Array, size: float) -> Flags:
    """(n,) whether the gradient at points (n, 2) is small beside that around them: next to a cusp, like that of
    sqrt(abs(x)), Newton's steps are small, too.
    """
    slope = surface.gradient(points)
    around = surface.gradient(points[:, None] + 1e-4 * size * CIRCLE[::4])
    usual = np.median(np.hypot(around[..., 0], around[..., 1]), axis=1)
    return np.asarray(np.hypot(*slope.T) <= 0.01 * usual)


def _newton_step(slope: Array, hessian: Array) -> Array:
    """-H^-1 g, each (n, 2); along an axis in which H does not bend at all, no step."""
    bad = np.asarray(~(np.isfinite(slope).all(axis=1) & np.isfinite(hessian).all(axis=(1, 2))))
    bends, axes = np.linalg.eigh(np.where(bad[:, None, None], 0.0, hessian))
    along = np.einsum("nij,ni->nj", axes, slope)
    along = np.where(along == 0, 0.0, along / np.where(bends == 0, np.inf, bends))
    step: Array = -np.einsum("nij,nj->ni", axes, along)
    step[bad] = np.nan
    return step


def _near(points: Array, others: Array, radius: float) -> Flags:
    """(n,) whether one of the others (m, 2) lies within the radius of each of points (n, 2)."""
    if not len(points) or not len(others):
        return np.zeros(len(points), dtype=bool)
    if len(points) * len(others) <= FEW:
        return np.asarray((np.hypot(*np.moveaxis(points[:, None] - others, -1, 0)) <= radius).any(axis=1))
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(others).query(points)[0] <= radius)


def _distinct(points: Array, radius: float) -> Array:
    """One of those that are the same."""
    if len(points) ** 2 > FEW:
        from scipy.spatial import cKDTree

        later = cKDTree(points).query_pairs(radius, output_type="ndarray")[:, 1:].ravel()
        kept: Array = np.delete(points, later, axis=0)
        return kept
    chosen: list[Array] = []
    while len(points):
        chosen.append(points[0])
        points = points[np.hypot(*(points - points[0]).T) > radius]
    return np.reshape(chosen, (-1, 2))


def _joined(found: Found, more: Found) -> Found:
    return found._replace(points=np.concatenate([found.points, more.points]), kinds=found.kinds + more.kinds)


def _judged(surface: Searched, cells: Cells | None, points: Array, found: Found) -> Found:
    """Those of points (n, 2) that are new beside what was found, isolated and not on a kink, with their kinds."""
    size = diagonal(surface)
    points = points[~_near(points, found.points, SAME * size)]
    for curve in found.curves:
        points = points[~_near(points, curve.points, BESIDE * size)]
    if cells:
        points = points[~kinked(surface, points, size)]
    points = inside(surface, _rounded(surface, points, size), CERTAIN)
    kinds = kinds_of(surface, cells, points, size)
    if not cells:
        kinds = _seen(surface, points, kinds, size)
    kept = [index for index, kind in enumerate(kinds) if kind]
    points = _guessed(surface, points[kept], size)
    alone = ~_near(points, found.points, SAME * size)
    if cells:
        alone &= ~kinked(surface, points, size)
    kinds = [kinds[index] for index, new in zip(kept, alone, strict=True) if new]
    return Found(points[alone], kinds, [], found.complete)


def _seen(surface: Searched, points: Array, kinds: list[str], size: float) -> list[str]:
    """The kinds of points (n, 2) on samples, whose curvature may jump: empty where what stands around says otherwise,
    or where the samples know of nothing there.
    """
    value, known = surface.value(points)[:, None], surface.may_be_extrema(points)
    rings = [surface.value(points[:, None] + radius * size * CIRCLE) for radius in (1e-5, 1e-4)]
    above = np.stack(rings, axis=1) - value[..., None]
    doubt = 1e-13 * np.abs(value)[..., None]
    up, down = np.asarray((above > doubt).any(axis=(1, 2))), np.asarray((above < -doubt).any(axis=(1, 2)))
    fits = {"minimum": up & ~down & known, "maximum": down & ~up & known, "saddle": up & down}
    return [kind if kind in fits and fits[kind][index] else "" for index, kind in enumerate(kinds)]


def _guessed(surface: Searched, points: Array, size: float) -> Array:
    """Points (n, 2) that rounding leaves uncertain for some way along a flat direction: the roundest number there at
    which the gradient is no longer than at them.
    """
    slope, made, done = np.hypot(*surface.gradient(points).T), points.copy(), np.zeros(len(points), dtype=bool)
    for digits in (2, 3, 4, 5, 6):
        simple = np.round(points, digits - int(np.floor(np.log10(size)))) + 0.0
        fine = ~done & (np.hypot(*surface.gradient(simple).T) <= slope) & (np.hypot(*(simple - points).T) < SAME * size)
        made[fine], done = simple[fine], done | fine
    return made


def _rounded(surface: Searched, points: Array, size: float) -> Array:
    """The points, each rounded where the gradient is no longer there."""
    simple = simple_numbers(points, size)
    slopes = surface.gradient(simple), surface.gradient(points)
    no_longer = np.hypot(*slopes[0].T) <= np.hypot(*slopes[1].T)
    result: Array = np.where(no_longer[:, None], simple, points)
    result[np.abs(result) < 1e-14 * size] = 0.0
    return result


def stability_limit(surface: Searched, points: ArrayLike) -> Array:
    """See `Surface.stability_limit`."""
    return limit_of(eigenvalues(surface, points))
