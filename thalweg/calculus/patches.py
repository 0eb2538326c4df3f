"""Bicubic patches through samples: a spline where the data are smooth, limited where a spline would invent something.

Every cell is a bicubic Hermite patch of f, df/dx, df/dy and d2f/dxdy at its corners (de Boor, A Practical Guide to
Splines, 1978, chapter XVII), so value and gradient are continuous whatever these are. They start as those of the
bicubic spline (not-a-knot), with which the Hessian is continuous, too. A spline rings beside kinks, steps and spikes:
there slopes are held to what the samples allow (Fritsch and Carlson, "Monotone piecewise cubic interpolation", SIAM
J. Numer. Anal. 17, 1980) and the spline is solved again between the places that were held, so that one spike bends
nothing far from it. A cell where the data bend one way on all lines is smooth: its extremum may lie between samples.
"""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
FOUR, TWO = (-1, 0, 1, 2), (0, 1)  # lines of a cell
EVEN = {FOUR: 4.0, TWO: 8.0}  # second differences of smooth data differ by at most this factor in a cell; noise on
#                                four lines passes once in some 30,000 cells
ROUNDS = 30  # solving and holding; what still rings then is held without solving again
HALVINGS = 6  # of a patch's slopes, before they are zero
SMOOTH = 0.25  # of the range of its 4x4 neighbours: how far a smooth cell may leave it
ROUNDING = 1e-11  # of the range nearby
TOGETHER = 2000  # cells that are looked at together: what fits a processor's cache
FINER = 7  # places a side at which a patch is searched for an extremum


class Patches(NamedTuple):
    """At nodes (m, n): f, fx, fy, fxy, nan where there is no sample, and whether the spline's slopes were limited."""

    f: Array
    fx: Array
    fy: Array
    fxy: Array
    limited: Mask


def patches(x: Array, y: Array, z: Array) -> Patches:
    """Of samples z (m, n) at x (m,) and y (n,), nan where there is none."""
    with np.errstate(all="ignore"):
        smooth = bends_evenly(x, z, FOUR) | bends_evenly(y, z.T, FOUR).T
        fx, held_x = slopes(x, z, beside(bends_evenly(x, z, TWO)))
        across, held_across = slopes(y, z.T, beside(bends_evenly(y, z.T, TWO)))
        fy, held_y = across.T, held_across.T
        held = held_x | held_y
        fxy: Array = solve(y, fx.T, held.T, np.zeros_like(fx.T)).T
        fx, fy, fxy, calmed = calm(x, y, z, (fx, fy, fxy), smooth)
    return Patches(z, fx, fy, fxy, held | calmed)


def bends_evenly(x: Array, z: Array, lines: tuple[int, ...]) -> Mask:
    """Whether the data of each cell (m - 1, n - 1) bend one way along x, and about evenly, on the lines of its 4x4
    neighbours that are told: noise does not, nor does what is flat on one side.
    """
    bend = np.diff(np.diff(z, axis=0) / np.diff(x)[:, None], axis=0) / (x[2:] - x[:-2])[:, None]  # (m - 2, n)
    first = np.clip(np.arange(len(x) - 1) - 1, 0, len(x) - 4)  # of a cell's two nodes
    both = np.stack([bend[first], bend[first + 1]])  # (2, m - 1, n)
    low, high = both.min(axis=0), both.max(axis=0)
    n = z.shape[1]
    rows = np.clip(np.arange(n - 1)[:, None] + lines[0], 0, n - len(lines)) + np.arange(len(lines))
    low, high = low[:, rows].min(axis=-1), high[:, rows].max(axis=-1)
    return np.asarray(((low > 0) & (high <= EVEN[lines] * low)) | ((high < 0) & (low >= EVEN[lines] * high)))


def beside(cells: Mask) -> Mask:
    """Whether one of the two cells beside an edge (m - 1, n) is so."""
    wide = np.pad(cells, ((0, 0), (1, 1)))
    return np.asarray(wide[:, :-1] | wide[:, 1:])


# along lines: axis 0 of (m, n)
def solve(x: Array, z: Array, held: Mask, values: Array) -> Array:
    """Slopes (m, n) of the cubic splines through z (m, n) along x, not-a-knot at their ends, with `values` where held.

    Where z is nan a line ends and another begins. Thomas' algorithm on all lines at once.
    """
    m = len(x)
    h = np.diff(x)[:, None]
    s = np.diff(z, axis=0) / h
    gap = np.pad(~np.isfinite(s), ((1, 1), (0, 0)), constant_values=True)  # (m + 1, n): before node i, after node i
    left, right = ~gap[:-1], ~gap[1:]
    lower, middle, upper, given = (np.zeros_like(z) for _ in range(4))
    s0 = np.nan_to_num(s)
    hl, hr = np.pad(h, ((1, 0), (0, 0)), constant_values=1.0), np.pad(h, ((0, 1), (0, 0)), constant_values=1.0)
    sl, sr = np.pad(s0, ((1, 0), (0, 0))), np.pad(s0, ((0, 1), (0, 0)))
    both = left & right
    lower[:], middle[:], upper[:] = np.where(both, hr, 0), np.where(both, 2 * (hl + hr), 1), np.where(both, hl, 0)
    given[:] = np.where(both, 3 * (hr * sl + hl * sr), 0)
    first, last = right & ~left, left & ~right
    _ends(lower, middle, upper, given, first, last, (hl, hr, sl, sr), gap)
    for each, value in ((lower, 0.0), (middle, 1.0), (upper, 0.0)):
        each[held] = value
    given[held] = values[held]
    for i in range(1, m):
        share = lower[i] / middle[i - 1]
        middle[i] -= share * upper[i - 1]
        given[i] -= share * given[i - 1]
    slope = np.empty_like(z)
    slope[-1] = given[-1] / middle[-1]
    for i in range(m - 2, -1, -1):
        slope[i] = (given[i] - upper[i] * slope[i + 1]) / middle[i]
    return np.where(np.isfinite(z), slope, np.nan)


def _ends(
    lower: Array,
    middle: Array,
    upper: Array,
    given: Array,
    first: Mask,
    last: Mask,
    steps: tuple[Array, Array, Array, Array],
    gap: Mask,
) -> None:
    """The rows of the first and last nodes of runs: not-a-knot for four nodes and more, a parabola for three, a line
    for two."""
    hl, hr, sl, sr = steps
    m = len(lower)
    for mark, step, far, near in ((first, 1, upper, (hr, sr)), (last, -1, lower, (hl, sl))):
        i, j = np.nonzero(mark)
        two = i + step
        inner = np.where(step > 0, i + 2, i - 1)  # gap beyond the second node, then beyond the third
        short = gap[np.clip(inner, 0, m), j]
        few = short | gap[np.clip(inner + step, 0, m), j]
        h0, s0 = np.broadcast_to(near[0], lower.shape)[i, j], near[1][i, j]
        k = np.clip(two, 0, m - 1)
        h1, s1 = np.broadcast_to(near[0], lower.shape)[k, j], near[1][k, j]
        middle[i, j] = np.where(few, 1.0, h1)
        far[i, j] = np.where(short, 0.0, np.where(few, 1.0, h0 + h1))
        wide = h0 + h1
        given[i, j] = np.where(short, s0, np.where(few, 2 * s0, ((h0 + 2 * wide) * h1 * s0 + h0**2 * s1) / wide))


def slopes(x: Array, z: Array, free: Mask) -> tuple[Array, Mask]:
    """Slopes (m, n) along x and where they were held; `free` (m - 1, n): intervals in which extrema may lie."""
    held, values = np.zeros(z.shape, dtype=bool), np.zeros_like(z)
    s = np.diff(z, axis=0) / np.diff(x)[:, None]
    lowest, highest = bounds(s, free)
    found = solve(x, z, held, values)
    for turn in range(ROUNDS):
        wanted = allowed(found, s, free, lowest, highest)
        wrong = np.nan_to_num(np.abs(found - wanted))
        wrong[wrong <= ROUNDING * np.nan_to_num(np.abs(found))] = 0
        if not wrong.any():
            return found, held
        worst = wrong
        for shift in (-3, -2, -1, 1, 2, 3):  # ringing falls to a quarter from node to node: its source is held first
            moved = np.zeros_like(wrong)
            moved[max(0, shift) : len(x) + min(0, shift)] = wrong[max(0, -shift) : len(x) - max(0, shift)]
            worst = np.maximum(worst, moved)
        now = (wrong > 0) & ((wrong >= worst) | (turn > ROUNDS // 2))
        held |= now
        values[now] = wanted[now]
        found = solve(x, z, held, values)
    for _ in range(ROUNDS):
        wanted = allowed(found, s, free, lowest, highest)
        held |= np.nan_to_num(np.abs(found - wanted)) > 0
        found = wanted
    return found, held


def bounds(s: Array, free: Mask) -> tuple[Array, Array]:
    """The slopes (m, n) that the secants s (m - 1, n) beside a node allow at it, lowest and highest.

    Between the secants where the data bend evenly; no steeper than the flatter one where the samples turn round, so
    that an extremum stays with its sample; else of their sign, and zero where one of them is.
    """
    none = np.full_like(s[:1], np.nan)
    one, two = np.concatenate([none, s]), np.concatenate([s, none])
    end = ~np.isfinite(one + two)
    one, two = np.where(np.isfinite(one), one, two), np.where(np.isfinite(two), two, one)
    flat = np.minimum(np.abs(one), np.abs(two))
    turns, smooth = one * two < 0, np.pad(free, ((0, 1), (0, 0))) | np.pad(free, ((1, 0), (0, 0)))
    slack = 1.5 * np.abs(two - one)
    low = np.where(turns, -flat, np.where((flat == 0) | (one > 0), 0.0, -np.inf))
    high = np.where(turns, flat, np.where((flat == 0) | (one < 0), 0.0, np.inf))
    wide = ~(one > 0) | ~(two > 0), ~(one < 0) | ~(two < 0)  # whether it may fall, whether it may rise
    low = np.where(smooth & wide[0], np.minimum(one, two) - slack, low)
    high = np.where(smooth & wide[1], np.maximum(one, two) + slack, high)
    return np.where(smooth & end, -np.inf, low), np.where(smooth & end, np.inf, high)


def allowed(found: Array, s: Array, free: Mask, lowest: Array, highest: Array) -> Array:
    """The slopes nearest to `found` with which no interval gains an extremum that its samples do not have."""
    wanted = np.clip(found, lowest, highest)
    a, b = wanted[:-1] / s, wanted[1:] / s
    dips = (a >= 0) & (b >= 0) & (2 * a + b > 3) & (a + 2 * b > 3)  # outside of Fritsch and Carlson's region
    dips &= a - (2 * a + b - 3) ** 2 / (3 * (a + b - 2)) < 0
    most = np.where(dips & ~free, 3 * np.abs(s), np.inf)
    wanted[:-1] = np.clip(wanted[:-1], -most, most)
    wanted[1:] = np.clip(wanted[1:], -most, most)
    return wanted


# cells
TO_NET = np.array([[1, 0, 0, 0], [1, 0, 1 / 3, 0], [0, 1, 0, -1 / 3], [0, 1, 0, 0]])  # from f0, f1, h f0', h f1'


def halved() -> Array:
    """(7, 4): the control points of a cubic's two halves, of its four (de Casteljau)."""
    rows = [np.eye(4)[k] for k in range(4)]
    left, right = [rows[0]], [rows[3]]
    while len(rows) > 1:
        rows = [(one + other) / 2 for one, other in zip(rows[:-1], rows[1:], strict=True)]
        left.append(rows[0])
        right.append(rows[-1])
    return np.array([*left, *right[::-1][1:]])


HALVES = halved()


def places(n: int) -> Array:
    """(n, 4): Bernstein's polynomials at n places from 0 to 1."""
    t = np.linspace(0, 1, n)
    return np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], axis=-1)


class _Cells:
    """The cells (k,) with lower corners (i, j): their control points, and what their samples allow."""

    def __init__(self, x: Array, y: Array, z: Array, smooth: Mask) -> None:
        self.h, self.k = np.diff(x), np.diff(y)
        self.z, self.smooth = z, smooth
        wide = np.pad(z, 1, constant_values=np.nan)
        self.low, self.high = (window(window(wide, 4, least, 0), 4, least, 1) for least in (np.fmin, np.fmax))
        top, bottom = around(np.fmax, wide) < z, around(np.fmin, wide) > z
        self.peak, self.pit = (self._corners(each) for each in (top, bottom))

    @staticmethod
    def _corners(of: Mask) -> Mask:
        return np.asarray(of[:-1, :-1] | of[1:, :-1] | of[:-1, 1:] | of[1:, 1:])

    def net(self, i: NDArray[np.int64], j: NDArray[np.int64], nodes: tuple[Array, Array, Array]) -> Array:
        """Bezier's control points (4, 4, k)."""
        fx, fy, fxy = nodes
        h, k = self.h[i], self.k[j]
        hermite = np.empty((4, 4, len(i)))
        for a in (0, 1):
            for b in (0, 1):
                at = (i + a, j + b)
                hermite[a, b], hermite[a + 2, b] = self.z[at], h * fx[at]
                hermite[a, b + 2], hermite[a + 2, b + 2] = k * fy[at], h * k * fxy[at]
        return sheet(TO_NET, hermite)

    def wrong(self, i: NDArray[np.int64], j: NDArray[np.int64], nodes: tuple[Array, Array, Array]) -> Mask:
        """Whether a cell leaves the range of its 4x4 neighbours or has an extremum inside that they do not have."""
        net = self.net(i, j, nodes)
        low, high = self.low[i, j], self.high[i, j]
        slack = ROUNDING * np.maximum(high - low, 1e-3 * np.maximum(np.abs(low), np.abs(high)))
        room = slack + np.where(self.smooth[i, j], SMOOTH * (high - low), 0.0)
        low, high = low - room, high + room
        beyond = (net.min(axis=(0, 1)) < low) | (net.max(axis=(0, 1)) > high)
        fine = sheet(HALVES, net[..., beyond])
        beyond[beyond] = (fine.min(axis=(0, 1)) < low[beyond]) | (fine.max(axis=(0, 1)) > high[beyond])
        plain = np.zeros(len(i), dtype=bool)
        for axis in (0, 1):
            steps = np.diff(net, axis=axis)
            plain |= (steps.min(axis=(0, 1)) >= -slack) | (steps.max(axis=(0, 1)) <= slack)
        rest = np.flatnonzero(~plain & ~beyond & ~self.smooth[i, j])
        pit, peak = extrema(net[..., rest], slack[rest])
        beyond[rest] = pit & ~self.pit[i[rest], j[rest]] | peak & ~self.peak[i[rest], j[rest]]
        return np.asarray(beyond)


def sheet(weights: Array, net: Array) -> Array:
    """Control points (4, 4, k) to (w, w, k), `weights` (w, 4) both ways."""
    w, k = len(weights), net.shape[2]
    return np.asarray(weights @ (weights @ net.reshape(4, 4 * k)).reshape(w, 4, k))


def window(of: Array, wide: int, least: np.ufunc, axis: int) -> Array:
    """The least, by `least`, of every `wide` neighbours along an axis."""
    length = of.shape[axis] - wide + 1
    taken = [of[k : k + length] if axis == 0 else of[:, k : k + length] for k in range(wide)]
    return reduce(least, taken)


def around(least: np.ufunc, of: Array) -> Array:
    """The least of the eight neighbours of all (m, n, ...) but those on the edge."""
    ends = window(of, 3, least, 1)
    return reduce(least, (ends[:-2], ends[2:], of[1:-1, :-2], of[1:-1, 2:]))


def extrema(net: Array, slack: Array) -> tuple[Mask, Mask]:
    """Whether cells with control points (4, 4, k) have a lowest, and a highest place inside."""
    f = sheet(places(FINER), net)
    inner = f[1:-1, 1:-1]
    pit, peak = inner < around(np.minimum, f) - slack, inner > around(np.maximum, f) + slack
    return np.asarray(pit.any(axis=(0, 1))), np.asarray(peak.any(axis=(0, 1)))


def calm(
    x: Array, y: Array, z: Array, given: tuple[Array, Array, Array], smooth: Mask
) -> tuple[Array, Array, Array, Mask]:
    """The slopes at the corners of cells that invent something made smaller until none does, and where that was."""
    cells = _Cells(x, y, z, smooth)
    fx, fy, fxy = (each.copy() for each in given)
    whole = np.isfinite(z[:-1, :-1] + z[1:, :-1] + z[:-1, 1:] + z[1:, 1:])
    touched = np.zeros(z.shape, dtype=bool)
    look = whole
    for turn in range(HALVINGS + 3):
        bad = np.zeros_like(whole)
        corners = np.argwhere(look)
        for part in np.array_split(corners, max(1, len(corners) // TOGETHER)):
            i, j = part[:, 0], part[:, 1]
            bad[i, j] = cells.wrong(i, j, (fx, fy, fxy))
        if not bad.any():
            break
        nodes: Mask = np.zeros(z.shape, dtype=bool)
        for a in (0, 1):
            for b in (0, 1):
                nodes[a : z.shape[0] - 1 + a, b : z.shape[1] - 1 + b] |= bad
        fxy[nodes] *= 0.5 if turn == 0 else 0.0
        if turn > 1:
            fx[nodes] *= 0.5 if turn < HALVINGS else 0.0
            fy[nodes] *= 0.5 if turn < HALVINGS else 0.0
        touched |= nodes
        look = whole & _Cells._corners(nodes)  # a change may make a neighbour worse
    return fx, fy, fxy, touched


# reading
def at(x: Array, y: Array, sheets: Patches, points: Array, orders: tuple[tuple[int, int], ...]) -> Array:
    """Derivatives of the given orders at points (k, 2) of the hull: (k, orders); nan in cells that are holes."""
    i, j = (
        np.clip(np.searchsorted(side, points[:, axis], side="right") - 1, 0, len(side) - 2)
        for axis, side in ((0, x), (1, y))
    )
    i, j = _out_of_holes(x, y, sheets.f, points, i, j)
    h, k = x[i + 1] - x[i], y[j + 1] - y[j]
    u, v = (points[:, 0] - x[i]) / h, (points[:, 1] - y[j]) / k
    along: dict[tuple[int, int], list[Array]] = {}
    for axis, (t, step) in enumerate(((u, h), (v, k))):
        for order in {pair[axis] for pair in orders}:
            along[axis, order] = [each / step**order for each in hermite(t, step, order)]
    f0 = sheets.f[i, j]  # the patches of heights above it: what is constant is so to the bit
    corners = {
        (a, b): (sheets.f[i + a, j + b] - f0, *(one[i + a, j + b] for one in (sheets.fx, sheets.fy, sheets.fxy)))
        for a in (0, 1)
        for b in (0, 1)
    }
    result = np.empty((len(points), len(orders)))
    for column, (dx, dy) in enumerate(orders):
        p, q = along[0, dx], along[1, dy]
        total = np.zeros(len(points))
        for (a, b), (f, fx, fy, fxy) in corners.items():
            total += (p[a] * f + p[a + 2] * fx) * q[b] + (p[a] * fy + p[a + 2] * fxy) * q[b + 2]
        result[:, column] = total + f0 if dx == dy == 0 else total
    return result


def hermite(t: Array, step: Array, order: int) -> tuple[Array, Array, Array, Array]:
    """Hermite's cubics of f0, f1, f0', f1' at t in 0..1 of an interval of length `step`, or their derivatives by t."""
    if order == 0:
        s = t * t * (3 - 2 * t)
        return 1 - s, s, step * t * (1 - t) ** 2, step * t * t * (t - 1)
    if order == 1:
        s = 6 * t * (1 - t)
        return -s, s, step * (1 - t) * (1 - 3 * t), step * t * (3 * t - 2)
    if order == 2:
        s = 6 - 12 * t
        return -s, s, step * (6 * t - 4), step * (6 * t - 2)
    twelve = np.full_like(t, 12.0)
    return twelve, -twelve, 6 * step, 6 * step


def _out_of_holes(
    x: Array, y: Array, f: Array, points: Array, i: NDArray[np.int64], j: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A point on the edge of a hole is read from the cell beside it."""
    hole = ~np.isfinite(f[i, j] + f[i + 1, j] + f[i, j + 1] + f[i + 1, j + 1])
    if not hole.any():
        return i, j
    i, j = i.copy(), j.copy()
    on = (points[:, 0] == x[i]) & (i > 0), (points[:, 1] == y[j]) & (j > 0)
    for da, db in ((1, 0), (0, 1), (1, 1)):
        may = np.flatnonzero(hole & (on[0] | (da == 0)) & (on[1] | (db == 0)))
        a, b = i[may] - da, j[may] - db
        good = np.isfinite(f[a, b] + f[a + 1, b] + f[a, b + 1] + f[a + 1, b + 1])
        i[may[good]], j[may[good]] = a[good], b[good]
        hole[may[good]] = False
    return i, j
