"""The mesh of a height field, cut cleanly where there is nothing to show: a hole's edge runs where the loss stops being
finite or leaves the heights shown, not along the cells of the mesh. Pure numpy; costs nothing where nothing is cut.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from thalweg.geometry.display import Display
from thalweg.mobjects._thinning import thinned

SIZES = (81, 121, 161, 241)
CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))  # of a cell, going round
HALVINGS = 40
SAMPLES = 161  # a side of the domain, at which the bend is looked at
SPARSEST = 0.35  # density of the mesh's lines where the surface is flat, next to their mean


class Mesh(NamedTuple):
    """`points` and `normals` (n, n, 3) on the grid, points NaN where cut away; `vertices` (m, 6), points and normals of
    the grid followed by those where cell sides are cut; `triangles` (k, 3); `sides` and `rims`, polylines (p, 3) along
    the domain's edge and around the holes."""

    points: np.ndarray
    normals: np.ndarray
    vertices: np.ndarray
    triangles: np.ndarray
    sides: list[np.ndarray]
    rims: list[np.ndarray]


def make_mesh(display: Display) -> Mesh:
    """As fine as the landscape needs."""
    axes = graded_axes(display)
    for n in SIZES:
        grid = np.stack(np.meshgrid(*[axis(n) for axis in axes], indexing="ij"), axis=-1)
        points, shown = display.to_world(grid), display.shown(grid)
        if fine_enough(display, grid, points, shown):
            break
    normals = display.normal(grid)
    cell = shown[:-1, :-1] & shown[1:, :-1] & shown[:-1, 1:] & shown[1:, 1:]
    triangles = thinned(points, normals, cell)
    flat = np.concatenate([points, normals], axis=-1).reshape(-1, 6)
    if shown.all():
        return Mesh(points, normals, flat, triangles, [points[0], points[-1], points[:, 0], points[:, -1]], [])
    cuts, places = find_cuts(display, grid, shown)
    vertices = np.concatenate([flat, np.concatenate([display.to_world(places), display.normal(places)], axis=-1)])
    extra, pieces = cut_cells(shown, cuts, len(flat))
    sides = [line for side in sides_of(shown, cuts, len(flat)) for line in side]
    rims = chained(pieces)
    points[~shown] = np.nan
    places_of = vertices[:, :3]
    return Mesh(
        points,
        normals,
        vertices,
        np.concatenate([triangles, extra]),
        [places_of[line] for line in sides],
        [places_of[line] for line in rims],
    )


def graded_axes(display: Display) -> list[Callable[[int], np.ndarray]]:
    """For x and y, what gives n coordinates from one edge of the domain to the other, close where the surface bends:
    as the distance of a chord from its curve grows with bend x length^2, their density goes with the bend's root.
    """
    grid = display.grid(SAMPLES)
    height = np.where(display.shown(grid), display.to_relief(grid)[..., 2], np.nan)
    made = []
    for axis in (0, 1):
        bend = np.nan_to_num(np.abs(np.diff(height, 2, axis=axis))).max(axis=1 - axis)
        density = np.convolve(np.pad(np.sqrt(bend), 5, mode="edge"), np.ones(9) / 9, mode="valid")
        density = np.maximum(density / max(density.mean(), 1e-12), SPARSEST)
        passed = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
        made.append(partial(spread, passed / passed[-1], np.linspace(*display.domain[axis], SAMPLES)))
    return made


def spread(passed: np.ndarray, places: np.ndarray, n: int) -> np.ndarray:
    return np.interp(np.linspace(0, 1, n), passed, places)


def fine_enough(display: Display, grid: np.ndarray, points: np.ndarray, shown: np.ndarray) -> bool:
    """Whether the mesh is nowhere far from the surface, looked at in the middle of its cells."""
    middles = (grid[:-1, :-1] + grid[1:, 1:]) / 2
    ends = shown[:-1, :-1] & shown[1:, 1:]
    sure = ends & display.shown(middles)
    if not sure.any():
        return False
    if not shown.all() and len(grid) < SIZES[2]:
        return False  # the edges of holes want short pieces
    exact = display.to_world(middles)[..., 2]
    return bool(np.quantile(np.abs((points[:-1, :-1, 2] + points[1:, 1:, 2]) / 2 - exact)[sure], 0.999) < 0.006)


def cells(whole: np.ndarray) -> np.ndarray:
    """Triangle indices of an (n + 1, m + 1) grid of vertices for those of its (n, m) cells that are whole."""
    n, m = whole.shape
    index = np.arange((n + 1) * (m + 1)).reshape(n + 1, m + 1)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[:-1, 1:], index[1:, 1:]
    return np.stack([a, b, c, c, b, d], axis=-1)[whole].reshape(-1, 3)


def find_cuts(display: Display, grid: np.ndarray, shown: np.ndarray) -> tuple[dict, np.ndarray]:
    """Where cell sides with one end shown are cut: {(i, j, axis): number}, and the domain points (cuts, 2)."""
    keys, inner, outer = [], [], []
    for axis in (0, 1):
        near, far = (shown[:-1], shown[1:]) if axis == 0 else (shown[:, :-1], shown[:, 1:])
        i, j = np.nonzero(near != far)
        first, second = grid[i, j], grid[i + (axis == 0), j + (axis == 1)]
        first_shown = shown[i, j][:, None]
        keys += [(int(a), int(b), axis) for a, b in zip(i, j, strict=True)]
        inner.append(np.where(first_shown, first, second))
        outer.append(np.where(first_shown, second, first))
    inside, outside = np.concatenate(inner), np.concatenate(outer)
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        seen = display.shown(middle)[:, None]
        inside, outside = np.where(seen, middle, inside), np.where(seen, outside, middle)
    return {key: number for number, key in enumerate(keys)}, inside


def cut_cells(shown: np.ndarray, cuts: dict, first: int) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Triangles (k, 3) of the cells with both kinds of corners, and the pieces of the holes' edges, as vertex pairs."""
    n = shown.shape[1]
    count = shown[:-1, :-1].astype(int) + shown[1:, :-1] + shown[:-1, 1:] + shown[1:, 1:]
    triangles, pieces = [], []
    for i, j in np.argwhere((count > 0) & (count < 4)):
        walk: list[tuple[int, bool]] = []  # vertices going round, and whether the way on leaves what is shown
        for k in range(4):
            (a, b), (c, d) = CORNERS[k], CORNERS[(k + 1) % 4]
            if shown[i + a, j + b]:
                walk.append(((i + a) * n + j + b, False))
            if shown[i + a, j + b] != shown[i + c, j + d]:
                number = cuts[(i + min(a, c), j + min(b, d), 0 if a != c else 1)]
                walk.append((first + number, bool(shown[i + a, j + b])))
        ids = [vertex for vertex, _ in walk]
        triangles += [(ids[0], ids[k], ids[k + 1]) for k in range(1, len(ids) - 1)]
        pieces += [(ids[k], ids[(k + 1) % len(ids)]) for k in range(len(ids)) if walk[k][1]]
    return np.array(triangles, dtype=int).reshape(-1, 3), pieces


def sides_of(shown: np.ndarray, cuts: dict, first: int) -> list[list[list[int]]]:
    """The parts of the four sides of the domain that are shown, as lists of vertices."""
    n = len(shown)
    sides = []
    for axis, fixed in ((1, 0), (1, n - 1), (0, 0), (0, n - 1)):
        lines: list[list[int]] = []
        line: list[int] = []
        for k in range(n):
            i, j = (fixed, k) if axis == 1 else (k, fixed)
            if shown[i, j]:
                line.append(i * n + j)
            if (i, j, axis) in cuts and k < n - 1:
                line.append(first + cuts[(i, j, axis)])
                if shown[i, j]:
                    lines.append(line)
                    line = []
        sides.append([one for one in [*lines, line] if len(one) > 1])
    return sides


def chained(pieces: list[tuple[int, int]]) -> list[list[int]]:
    """Pieces (from, to) that share ends, joined into lines; every vertex starts at most one piece and ends one."""
    after, ends = dict(pieces), {end for _, end in pieces}
    lines = []
    for start in [*(start for start, _ in pieces if start not in ends), *(start for start, _ in pieces)]:
        line = [start]
        while line[-1] in after:
            line.append(after.pop(line[-1]))
        if len(line) > 1:
            lines.append(line)
    return lines
