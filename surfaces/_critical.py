"""Where a surface's gradient vanishes, what kind of point that is, and how long a step gradient descent may take there.

Of a formula, `surfaces/_certain.py` sorts the whole domain into cells that hold no critical point, cells that hold one
for certain, and cells about which that cannot be said. Those that hang together in a small heap are searched by
Newton's method, those in a long row are a valley or a ridge, and its floor is looked at (`surfaces/_valleys.py`): on it
are isolated points, or it is a curve of minima. Minima on kinks and tips come from `surfaces/_minima.py`. When each
cell is accounted for, the list is complete; else, and for samples, Newton's method starts at more and more places until
they find nothing new.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surfaces import _minima
from surfaces._minima import CIRCLE, diagonal, inside, kinks_and_tips, newton, simple_numbers

if TYPE_CHECKING:
    from surfaces._base import Curve, Landmarks, Surface
    from surfaces._interval import Cells

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
ROUNDS = 60
FEW = 100_000                   # distances; a tree for more is worth the time that scipy takes to load
SAME, CERTAIN = 1e-4, 1e-9      # of the domain's diagonal: points nearer than this are one
FLAT = 1e-7          # of the curvature usual on the surface: an eigenvalue below decides nothing
KINDS = ("minimum", "saddle", "maximum", "degenerate")
HEAP = 8             # cells: what hangs together and is no longer and no wider is searched, not followed
TINY = 3e-3          # of the diagonal: and so is what is no longer than that
BESIDE = 0.01       # of the diagonal: so near a curve of minima nothing is isolated
GRID = 121           # nodes along each side, the first round of a search; each later one has more
MOST_STARTS, MOST_SEEDS = 2000, 400
MOST_SEARCH, MOST_ROUNDS = 2_500_000, 8   # starts times operations; searches one after the other
REACHES = np.array([1e-5, 1e-4, 1e-3, 3e-3, 1e-2])     # of the diagonal: how far along a flat direction is looked
BEND = 0             # which of them shows how a floor bends


class CriticalPoint(NamedTuple):
    """Where the gradient is zero, in domain units, and the loss there.

    kind: minimum, saddle or maximum, by the signs of the Hessian's eigenvalues, and where one of them cannot be told
    from 0 by how the surface goes along that direction; degenerate where it rises one way and falls the other, or where
    both are 0 and it rises and falls around. eigenvalues: of the Hessian, rising; nan at a minimum on a kink or a tip,
    where there is none.
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


class Found(NamedTuple):
    """Points (n, 2) with their kinds; curves of minima; whether that is all."""

    points: Array
    kinds: list[str]
    curves: list[Curve]
    complete: bool


def find(surface: Surface) -> Landmarks:
    """The critical points inside the domain, the curves of minima, and whether these are all.

    On a curve of minima, or on a plain that is level, no point is isolated, so none is listed. Saddles and maxima on
    kinks are left out.
    """
    from surfaces._stretched import Stretched
    even: Any = Stretched(surface)
    with np.errstate(all="ignore"):
        if (even.scale == 1).all():
            even = surface
        cells = _cells(even)
        found = _sorted_out(even, cells) if cells else _searched(even)
        if even is not surface:
            found, cells = _back(found, even.scale), _cells(surface)
        return _landmarks(surface, cells, found)


def _back(found: Found, scale: Array) -> Found:
    """In the units of the surface."""
    curves = [each._replace(points=each.points * scale) for each in found.curves]
    return found._replace(points=found.points * scale, curves=curves)


def _cells(surface: Surface) -> Cells | None:
    """The intervals of its formula, where it has one and all its functions have intervals."""
    from surfaces._interval import Cells, UnknownOperation
    compiled = surface.compiled
    try:
        return None if compiled.formula is None else Cells(compiled.formula, *compiled.axes)
    except UnknownOperation:
        return None


def find_from(surface: Surface, known: Landmarks, seeds: ArrayLike) -> Landmarks:
    """`known`, and what is found beside it downhill of seeds (n, 2)."""
    at = np.asarray(seeds, dtype=np.float64).reshape(-1, 2)
    if known.complete or not len(at):
        return known
    size = diagonal(surface)
    with np.errstate(all="ignore"):
        at = inside(surface, at)
        at = at[np.unique(np.round(at / (1e-4 * size)), axis=0, return_index=True)[1]]
        places = np.reshape([each[:2] for each in known.critical_points], (-1, 2))
        at = at[~_near(at, places, SAME * size)]
        if not len(at):
            return known
        at = at[np.linspace(0, len(at) - 1, min(len(at), MOST_SEEDS)).astype(int)]
        before = Found(places, [each.kind for each in known.critical_points], list(known.curves), False)
        cells = _cells(surface)
        # by short steps: what is near a ball is meant, not what a long step over ripples comes to
        found = _joined(before, _judged(surface, cells, _rest(surface, at, 0.01 * size), before))
        return known if len(found.points) == len(places) else _landmarks(surface, cells, found, known.critical_points)


def _landmarks(surface: Surface, cells: Cells | None, found: Found, known: Iterable[CriticalPoint] = ()) -> Landmarks:
    """Listed by kind, loss, x and y."""
    from surfaces._base import Landmarks, Minimum
    bends = _bends(_hessians(surface, cells, found.points, diagonal(surface)))
    minima = np.array([kind == "minimum" for kind in found.kinds], dtype=bool)
    sharp = np.zeros(len(bends), dtype=bool)
    if surface.compiled.formula is not None:
        sharp[minima] = _kinked(surface, found.points[minima], diagonal(surface))
    bends[sharp] = np.nan
    values = surface.value(found.points)
    listed = [CriticalPoint(x, y, value, kind, (low, high)) for (x, y), value, kind, (low, high) in
              zip(found.points.tolist(), values.tolist(), found.kinds, bends.tolist(), strict=True)]
    before = {each[:2]: each for each in known}
    listed = [before.get(each[:2], each) for each in listed]
    listed.sort(key=lambda point: (KINDS.index(point.kind), round(point.value, 9), point.x, point.y))
    return Landmarks(tuple(Minimum(*each[:3]) for each in listed if each.kind == "minimum"), tuple(listed),
                     tuple(found.curves), found.complete)


# --- of formulas

def _sorted_out(surface: Surface, cells: Cells) -> Found:
    """Every cell of the domain accounted for, as far as that goes."""
    from surfaces._certain import sort, sort_on
    from surfaces._valleys import BINS, thinned
    size, left = diagonal(surface), sort(surface, cells)
    points, bends = _certain(surface, left.points, size), np.empty((0, 2))
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
            curves, turned, bends, lost = _valleys(surface, cells, kinks, rows, left.half)
            unknown = np.concatenate([unknown, lost])
            starts = np.concatenate([starts, turned, _almost(surface, rows, left.half, curves, size)])
            if kinks:
                bends = np.concatenate([bends, rows[thinned(rows, size / BINS)]])
    sharp = _sharp_minima(surface, np.concatenate([starts, bends]), size) if kinks + tips else starts[:0]
    for curve in curves:
        sharp = sharp[~_near(sharp, curve.points, BESIDE * size)]
    points = np.concatenate([sharp, points[~_near(points, sharp, SAME * size)]])
    kinds = ["minimum"] * len(sharp) + [_kind(*each) for each in eigenvalues(surface, points[len(sharp):]).tolist()]
    found = Found(points, kinds, curves, not len(unknown))
    starts = np.concatenate([starts, bends])
    found = _joined(found, _judged(surface, cells, _rest(surface, starts, size), found))
    return found if found.complete else _until_nothing_new(surface, cells, found, unknown)


def _almost(surface: Surface, middles: Array, half: Array, curves: list[Curve], size: float) -> Array:
    """Where Newton's method leads from cells (n, 2) in rows if that is not far and no direction is much flatter than
    the other: beside what makes a row, kinks or a valley, there may be points of their own.
    """
    from surfaces._valleys import thinned
    hessian = surface.hessian(middles)
    step, bends = _newton_step(surface.gradient(middles), hessian), np.abs(_bends(hessian))
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


def _certain(surface: Surface, points: Array, size: float) -> Array:
    """Points of which each is near one that is certain, made exact and each told once."""
    for _ in range(6):
        step = _newton_step(surface.gradient(points), surface.hessian(points))
        points = points + np.where(np.isfinite(step), step, 0.0)
    return inside(surface, _rounded(surface, _distinct(points, CERTAIN * size), size), CERTAIN)


def _sharp_minima(surface: Surface, starts: Array, size: float) -> Array:
    """Minima on kinks and tips (n, 2), from starts (m, 2) and from a grid."""
    found = np.reshape([each[:2] for each in _minima.find(surface, starts)], (-1, 2))
    return found[_kinked(surface, found, size)]


def _heaps(middles: Array, half: Array, size: float) -> tuple[Array, Array]:
    """Cells (n, 2) that hang together in heaps, by their number or their size small, and those in longer rows or larger
    plains.
    """
    from surfaces._valleys import rows
    small = np.zeros(len(middles), dtype=bool)
    for row in rows(middles / half, 2.9):
        wide = np.ptp(middles[row], axis=0)
        small[row] = (wide <= 2 * HEAP * half).all() or float(np.hypot(*wide)) < TINY * size
    return middles[small], middles[~small]


def _valleys(surface: Surface, cells: Cells, kinks: list[Any], middles: Array,
             half: Array) -> tuple[list[Curve], Array, Array, Array]:
    """What lies in rows of cells (n, 2): curves of minima, points (m, 2) where a floor turns from falling to rising or
    back, those (k, 2) where one does on a kink, and the cells (l, 2) without a floor.
    """
    from surfaces._valleys import BINS, LINKED, curves, faced, floors, nearest, together, turns
    side, size = 2 * float(half.max()), diagonal(surface)

    def refined(points: Array) -> Any:
        return nearest(floors(surface, cells, [], points, 6 * side, size, side), points)

    found = floors(surface, cells, kinks, middles, 1.5 * side, size, side)
    lost = middles[np.all([np.isnan(each.bends) for each in found], axis=0)]
    floor, smooth = together(found, side), together(found[len(kinks):], side)
    told, ends = curves(surface, cells, floor, side, size)
    lost = lost[~_near(lost, floor.points[floor.level], LINKED * size / BINS)]
    sharp = [sum(faced(together([each], side), side)[:2]) / 2 for each in found[:len(kinks)]]
    return told, np.concatenate([turns(smooth, refined, side), ends]), np.concatenate([ends, *sharp]), lost


def _until_nothing_new(surface: Surface, cells: Cells, found: Found, unknown: Array) -> Found:
    """Newton's method from the lowest nodes of a grid and from the cells (n, 2) about which nothing is known, some at
    a time, until they find nothing new or it has cost enough.
    """
    size, work = diagonal(surface), 0
    unknown, starts = np.random.default_rng(0).permutation(unknown), _minima.starts(surface, MOST_STARTS)
    for _ in range(MOST_ROUNDS):
        before = len(found.points)
        found = _joined(found, _judged(surface, cells, _rest(surface, starts, size), found))
        work += len(starts) * cells.length
        starts, unknown = unknown[:MOST_STARTS], unknown[MOST_STARTS:]
        if len(found.points) == before or work > MOST_SEARCH or not len(starts):
            break
    return found


# --- of anything else

def _searched(surface: Surface) -> Found:
    """Newton's method from the cells of ever finer grids in which both components of the gradient change their sign,
    until a grid brings nothing new; and the minima of `surfaces/_minima.py`.
    """
    size = diagonal(surface)
    minima = np.reshape([each[:2] for each in _minima.find(surface)], (-1, 2))
    minima = minima[surface.may_be_extrema(minima)]
    found = Found(minima, ["minimum"] * len(minima), [], False)
    for number in range(4):
        before = len(found.points)
        starts = _crossings(surface, int(GRID * 1.5 ** number))
        found = _joined(found, _judged(surface, None, _rest(surface, starts, size), found))
        if number and len(found.points) == before:
            break
    return found


def _crossings(surface: Surface, nodes_: int) -> Array:
    """Middles of the cells in which both components of the gradient change sign, (n, 2)."""
    x, y = (np.linspace(low, high, nodes_) for low, high in surface.domain)
    nodes = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    slope = surface.gradient(nodes)
    corners = np.stack([slope[:-1, :-1], slope[1:, :-1], slope[:-1, 1:], slope[1:, 1:]])
    crossed = ((corners.min(axis=0) <= 0) & (corners.max(axis=0) >= 0)).all(axis=-1)
    found: Array = ((nodes[:-1, :-1] + nodes[1:, 1:]) / 2)[crossed]
    return found[::-(-len(found) // MOST_STARTS) or 1]


# --- points

def _rest(surface: Surface, starts: Array, size: float) -> Array:
    """Where Newton's method comes to rest from starts (n, 2), towards zeros of the gradient and, from not too many,
    downhill: (m, 2).
    """
    if not len(starts):
        return starts
    downhill = newton(surface.compiled, starts[:MOST_STARTS], size)
    return _distinct(_newton(surface, np.concatenate([starts, downhill]), size), SAME * size)


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
    points = inside(surface, points[rests])
    return points[_still(surface, points, size)]


def _still(surface: Surface, points: Array, size: float) -> Flags:
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
    from scipy.spatial import cKDTree  # type: ignore[import-untyped]
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


def _judged(surface: Surface, cells: Cells | None, points: Array, found: Found) -> Found:
    """Those of points (n, 2) that are new beside what was found, isolated and not on a kink, with their kinds."""
    size = diagonal(surface)
    points = points[~_near(points, found.points, SAME * size)]
    for curve in found.curves:
        points = points[~_near(points, curve.points, BESIDE * size)]
    if cells:
        points = points[~_kinked(surface, points, size)]
    points = inside(surface, _rounded(surface, points, size), CERTAIN)
    kinds = _kinds(surface, cells, points, size)
    if not cells:
        kinds = _seen(surface, points, kinds, size)
    kept = [index for index, kind in enumerate(kinds) if kind]
    points = _guessed(surface, points[kept], size)
    alone = ~_near(points, found.points, SAME * size)
    if cells:
        alone &= ~_kinked(surface, points, size)
    kinds = [kinds[index] for index, new in zip(kept, alone, strict=True) if new]
    return Found(points[alone], kinds, [], found.complete)


def _seen(surface: Surface, points: Array, kinds: list[str], size: float) -> list[str]:
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


def _guessed(surface: Surface, points: Array, size: float) -> Array:
    """Points (n, 2) that rounding leaves uncertain for some way along a flat direction: the roundest number there at
    which the gradient is no longer than at them.
    """
    slope, made, done = np.hypot(*surface.gradient(points).T), points.copy(), np.zeros(len(points), dtype=bool)
    for digits in (2, 3, 4, 5, 6):
        simple = np.round(points, digits - int(np.floor(np.log10(size)))) + 0.0
        fine = ~done & (np.hypot(*surface.gradient(simple).T) <= slope) & (np.hypot(*(simple - points).T) < SAME * size)
        made[fine], done = simple[fine], done | fine
    return made


def _kinds(surface: Surface, cells: Cells | None, points: Array, size: float) -> list[str]:
    """By the eigenvalues; where one cannot be told from 0 by looking along its direction, where neither can, or there
    is no Hessian, by looking around; empty for what is level.
    """
    if not len(points):
        return []
    hessian, usual = _hessians(surface, cells, points, size), _usual(surface)
    bends = _bends(hessian)
    least, most = np.abs(bends).min(axis=1), np.abs(bends).max(axis=1)
    told = [_kind(low, high) for low, high in bends.tolist()]
    flat = ~(least > FLAT * np.maximum(most, usual))
    valley = flat & (most > np.maximum(FLAT * usual, 1e3 * least))
    chosen = np.flatnonzero(valley)
    for index, kind in zip(chosen, _along(surface, cells, points[chosen], hessian[chosen], size), strict=True):
        told[index] = kind
    chosen = np.flatnonzero(flat & ~valley)
    for index, kind in zip(chosen, _around(surface, cells, points[chosen], size), strict=True):
        told[index] = kind
    return told


def _hessians(surface: Surface, cells: Cells | None, points: Array, size: float) -> Array:
    """Second derivatives at points (n, 2): (n, 2, 2). Where the formula's are not defined or all rounding, as those of
    cos(r) near r = 0, or stand at a kink, those around the point, if they agree among each other; else nan.
    """
    made = surface.hessian(points)
    if cells is None or not len(points):
        return made
    ends, kinked = cells.hessian(points, points)
    none = kinked | ~np.isfinite(ends).all(axis=(1, 2))
    unsure = np.flatnonzero(none | (np.ptp(ends, axis=2).max(axis=1) > 0.01 * np.abs(ends).max(axis=(1, 2))))
    around = surface.hessian(points[unsure, None] + 1e-5 * size * CIRCLE[::4])        # (m, 16, 2, 2)
    mean = around.mean(axis=1)
    spread = np.abs(around - mean[:, None]).max(axis=(1, 2, 3))
    agree = spread <= 1e-3 * np.abs(mean).max(axis=(1, 2))
    off = agree & (np.abs(made[unsure] - mean).max(axis=(1, 2)) > 2 * spread)
    made[unsure[off]] = mean[off]
    made[unsure[~agree & none[unsure]]] = np.nan
    return made


def _usual(surface: Surface) -> float:
    """The curvature usual on the surface."""
    x, y = (np.linspace(low, high, 21) for low, high in surface.domain)
    bends = np.abs(eigenvalues(surface, np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1))).max(axis=-1)
    bends = bends[np.isfinite(bends)]
    return float(np.median(bends)) if len(bends) else 0.0


def _along(surface: Surface, cells: Cells | None, points: Array, hessian: Array, size: float) -> list[str]:
    """The kinds of points (n, 2) at which one direction is flat: by the slope of the floor to both of its sides, and
    where that cannot be told from 0, in stiff valleys, by its height.
    """
    bends, axes = np.linalg.eigh(hessian)
    every, steep = np.arange(len(points)), np.abs(bends).argmax(axis=1)
    across, along = axes[every, :, steep], axes[every, :, 1 - steep]
    ways, reaches = np.array([1.0, -1.0]), REACHES * size
    # (n, 2 ways, reaches, 2): straight ahead, then bent as the floor is
    straight = points[:, None, None] + (ways[:, None] * reaches)[..., None] * along[:, None, None]
    _, aside = _floors(surface, straight[:, :, BEND:BEND + 1], across, size)
    bent = (aside.mean(axis=(1, 2)) / reaches[BEND] ** 2)[:, None, None] * reaches ** 2
    bent = np.clip(bent, -reaches / 4, reaches / 4)
    at, aside = _floors(surface, straight + bent[..., None] * across[:, None, None], across, size)
    stray = np.abs(aside) > 0.1 * np.abs(bent) + 0.02 * reaches        # on another floor
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
    return [_of_signs(bool(bends[index, steep[index]] > 0), signs, heights)
            for index, (signs, heights) in enumerate(zip(by_slope.tolist(), by_height.tolist(), strict=True))]


def _floors(surface: Surface, at: Array, across: Array, size: float) -> tuple[Array, Array]:
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


def _around(surface: Surface, cells: Cells | None, points: Array, size: float) -> list[str]:
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
        kinds[tells] = np.select([low > slack, high < -slack, (low < -slack) & (high > slack)],
                                 ["minimum", "maximum", "degenerate"], "")
    return kinds.tolist()


def _least(surface: Surface, points: Array, radius: float, height: Array, sign: float) -> Array:
    """The least value (sign 1), or the greatest (-1), on circles around points (n, 2), of which the heights at CIRCLE
    are known (n, 64): between these, too, where they come near the least of all.
    """
    height, turn = sign * height, 2 * np.pi / len(CIRCLE)
    dips = (height <= np.roll(height, 1, axis=1)) & (height <= np.roll(height, -1, axis=1))
    owner, best = np.nonzero(dips)
    angles, wide, least = best * turn, turn, height.min(axis=1, initial=np.inf)
    while wide > 1e-16 and len(owner):      # ever closer to the least of the neighbours
        near = angles[:, None] + wide * np.arange(-4, 5) / 4
        places = points[owner, None] + radius * np.stack([np.cos(near), np.sin(near)], axis=-1)
        found = sign * surface.value(places)
        angles, wide = near[np.arange(len(owner)), found.argmin(axis=1)], wide / 3
        np.minimum.at(least, owner, found.min(axis=1))
    return np.asarray(sign * least)


def _blur(surface: Surface, cells: Cells | None, points: Array) -> Array:
    """How much of differences between values at points (..., 2) may be rounding: (...)."""
    value = np.abs(surface.value(points))
    if cells is None:
        return np.asarray(1e-15 * value)
    flat = points.reshape(-1, 2)
    return np.asarray(np.ptp(cells.value(flat, flat), axis=1)).reshape(value.shape) + 2e-16 * value


def _rounding(surface: Surface, cells: Cells | None, points: Array) -> Array:
    """How far rounding can move the gradient at points (..., 2): (..., 2)."""
    if cells is not None:
        flat = points.reshape(-1, 2)
        return np.asarray(np.ptp(cells.gradient(flat, flat), axis=2)).reshape(points.shape)
    around = np.abs(surface.hessian(points)).sum(axis=-1) * np.abs(points).max(initial=1.0)
    return np.asarray(1e-13 * (np.abs(surface.gradient(points)) + around))


def _rounded(surface: Surface, points: Array, size: float) -> Array:
    """The points, each rounded where the gradient is no longer there."""
    simple = simple_numbers(points, size)
    slopes = surface.gradient(simple), surface.gradient(points)
    no_longer = np.hypot(*slopes[0].T) <= np.hypot(*slopes[1].T)
    result: Array = np.where(no_longer[:, None], simple, points)
    result[np.abs(result) < 1e-14 * size] = 0.0
    return result


def _kinked(surface: Surface, points: Array, size: float) -> NDArray[np.bool_]:
    """(n,) whether the gradient does not fall to zero towards the point: a kink or a tip, whatever its value there."""
    radii = np.array([1e-6, 1e-5])[:, None, None] * size
    slope = surface.gradient(points[:, None, None] + radii * CIRCLE)                  # (n, 2, 64, 2)
    near, far = np.moveaxis(np.quantile(np.hypot(slope[..., 0], slope[..., 1]), 0.8, axis=2), 1, 0)
    return np.asarray(~(near <= 0.5 * far))



def _kind(low: float, high: float) -> str:
    return "minimum" if low > 0 else "maximum" if high < 0 else "saddle"


def eigenvalues(surface: Surface, points: ArrayLike) -> Array:
    """Of the Hessian at points (..., 2), rising: (..., 2); nan where it is not finite."""
    return _bends(surface.hessian(points))


def _bends(hessian: Array) -> Array:
    """Eigenvalues of symmetric (..., 2, 2), rising: (..., 2); nan where they are not finite."""
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
