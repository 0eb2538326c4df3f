"""Fewer triangles for a height field: none is missing, none lies over another, none leaves a crack, and what they show
is the surface.
"""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.mobjects import _thinning
from thalweg.mobjects._thinning import ASIDE, HEIGHT, LEVEL, thinned

N = 49


def field(height, slopes, n: int = N) -> tuple[np.ndarray, np.ndarray]:
    """Points and normals (n, n, 3) of z = height(x, y) over [-3, 3]^2; `slopes` gives both partial derivatives."""
    x, y = np.meshgrid(*2 * [np.linspace(-3, 3, n)], indexing="ij")
    upward = np.stack([*(-np.broadcast_to(slope, x.shape) for slope in slopes(x, y)), np.ones_like(x)], axis=-1)
    points = np.stack([x, y, np.broadcast_to(height(x, y), x.shape)], axis=-1)
    return points, upward / np.linalg.norm(upward, axis=-1, keepdims=True)


PLANE = field(lambda x, y: 0.4 * x - 0.2 * y, lambda x, y: (0.4, -0.2))
BOWL = field(lambda x, y: (x**2 + y**2) / 8, lambda x, y: (x / 4, y / 4))
SADDLE = field(lambda x, y: x * y / 4, lambda x, y: (y / 4, x / 4))
RIPPLES = field(lambda x, y: np.sin(9 * x) / 9, lambda x, y: (np.cos(9 * x), 0.0))
VALLEY = field(lambda x, y: np.abs(x - y) / 2, lambda x, y: (np.sign(x - y) / 2, -np.sign(x - y) / 2))
WHOLE = np.ones((N - 1, N - 1), bool)


def holed() -> np.ndarray:
    """A disc and a corner are missing."""
    i, j = np.indices(WHOLE.shape)
    return ((i - 18) ** 2 + (j - 26) ** 2 > 9**2) & (i + j > 9)


def places(triangles: np.ndarray) -> np.ndarray:
    """Of their corners on the grid, (k, 3, 2)."""
    return np.stack(np.divmod(triangles, N), axis=-1)


def doubled_areas(corners: np.ndarray) -> np.ndarray:
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def inner_points(corners: np.ndarray) -> list[set]:
    """For each triangle the cells it covers half or whole, as (i, j, which half by either diagonal)."""
    shares = np.array([[0.3, 0.1], [0.7, 0.1], [0.3, 0.9], [0.7, 0.9], [0.1, 0.3], [0.1, 0.7], [0.9, 0.3], [0.9, 0.7]])
    found = []
    for triangle in corners:
        low, high = triangle.min(axis=0), triangle.max(axis=0)
        cells = np.stack(np.meshgrid(*map(np.arange, low, high), indexing="ij"), axis=-1).reshape(-1, 1, 2)
        inside = (cells + shares).reshape(-1, 2)
        sides = np.stack(
            [
                (b - a)[0] * (inside - a)[:, 1] - (b - a)[1] * (inside - a)[:, 0]
                for a, b in zip(triangle, np.roll(triangle, -1, axis=0), strict=True)
            ]
        )
        found.append({tuple(point) for point in inside[(sides > 0).all(axis=0) | (sides < 0).all(axis=0)].tolist()})
    return found


@pytest.mark.parametrize(
    "surface", [PLANE, BOWL, SADDLE, RIPPLES, VALLEY], ids="plane bowl saddle ripples valley".split()
)
@pytest.mark.parametrize("whole", [WHOLE, holed()], ids=["whole", "holed"])
def test_whole_cells_are_covered_once_and_no_other(surface, whole):
    corners = places(thinned(*surface, whole))
    assert doubled_areas(corners).sum() == 2 * whole.sum()
    covered = [point for points in inner_points(corners) for point in points]
    assert len(covered) == len(set(covered)) == 8 * whole.sum()
    assert whole[tuple(np.floor(np.array(covered)).astype(int).T)].all()


@pytest.mark.parametrize("whole", [WHOLE, holed()], ids=["whole", "holed"])
@pytest.mark.parametrize("surface", [BOWL, VALLEY], ids=["bowl", "valley"])
def test_sides_are_shared_by_two_triangles_or_lie_at_an_edge(surface, whole):
    corners = places(thinned(*surface, whole))
    sides = np.concatenate([corners[:, pair] for pair in ([0, 1], [1, 2], [2, 0])])
    sides = np.sort(sides @ [N, 1], axis=1)
    each, times = np.unique(sides, axis=0, return_counts=True)
    assert times.max() == 2
    low, high = (np.stack(np.divmod(ends, N), axis=-1) for ends in each[times == 1].T)
    assert (np.abs(high - low).sum(axis=1) >= 1).all() and ((high == low).any(axis=1)).all()
    around = np.pad(whole, 1).astype(int)
    rim = np.abs(np.diff(around, axis=0)).sum() + np.abs(np.diff(around, axis=1)).sum()
    assert np.abs(high - low).sum() == rim, "no side of one triangle alone is within the surface: a crack"


def test_a_plane_takes_few_triangles_and_what_bends_everywhere_all():
    assert len(thinned(*PLANE, WHOLE)) == 2 * 9, "two for each square of 16 cells"
    ripples = thinned(*RIPPLES, WHOLE)
    assert len(ripples) > 0.7 * 2 * WHOLE.sum()
    assert 500 < len(thinned(*BOWL, WHOLE)) < 0.7 * 2 * WHOLE.sum()


def test_they_are_small_along_a_bend_and_large_beside_it():
    corners = places(thinned(*VALLEY, WHOLE))
    middle, area = corners.mean(axis=1), doubled_areas(corners) / 2
    away = np.abs(middle[:, 0] - middle[:, 1])
    assert area[away < 1].max() <= 1 and area[away > 20].min() >= 8


@pytest.mark.parametrize("surface", [BOWL, SADDLE, RIPPLES], ids=["bowl", "saddle", "ripples"])
@pytest.mark.parametrize("height, aside", [(HEIGHT, 1.0), (1.0, ASIDE)], ids=["height", "contours"])
def test_it_is_as_near_to_the_surface_as_promised(surface, height, aside, monkeypatch):
    monkeypatch.setattr(_thinning, "HEIGHT", height)
    monkeypatch.setattr(_thinning, "ASIDE", aside)
    monkeypatch.setattr(_thinning, "TURN", 9.0)  # so that nothing but the one asked for decides
    points, normals = surface
    upward = normals[..., 2]
    slope = np.maximum(np.sqrt(1 - upward**2) / upward, LEVEL)
    for corners in places(thinned(points, normals, WHOLE)):
        low, high = corners.min(axis=0), corners.max(axis=0)
        inside = np.stack(np.meshgrid(*map(np.arange, low, high + 1), indexing="ij"), axis=-1).reshape(-1, 2)
        weights = np.linalg.solve(np.vstack([corners.T, np.ones(3)]), np.vstack([inside.T, np.ones(len(inside))]))
        inside, weights = inside[(weights > -1e-9).all(axis=0)], weights[:, (weights > -1e-9).all(axis=0)]
        apart = np.abs(points[tuple(corners.T)][:, 2] @ weights - points[tuple(inside.T)][:, 2])
        assert apart.max() <= 1.5 * height  # asked for at middles of sides; within triangles it may be a little more
        assert (apart / slope[tuple(inside.T)]).max() <= 1.5 * aside


def test_what_is_not_a_number_beside_a_hole_costs_no_cell():
    points, normals = (part.copy() for part in BOWL)
    whole = holed()
    missing = np.zeros((N, N), bool)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        missing[i : N - 1 + i, j : N - 1 + j] |= ~whole
    points[missing, 2] = normals[missing] = np.nan
    assert doubled_areas(places(thinned(points, normals, whole))).sum() == 2 * whole.sum()


@pytest.mark.parametrize("way", [1, -1])
def test_cells_in_a_valley_are_cut_along_it(way):
    """Across it, its floor would be a row of teeth."""
    narrow = field(lambda x, y: 6 * (x - way * y) ** 2, lambda x, y: (12 * (x - way * y), -12 * way * (x - way * y)))
    corners = places(thinned(*narrow, WHOLE))
    small = corners[doubled_areas(corners) == 1]
    along = small - np.roll(small, -1, axis=1)
    diagonals = along[(np.abs(along) == 1).all(axis=-1)]
    assert len(diagonals) == len(small) > 0
    assert (diagonals[:, 0] == way * diagonals[:, 1]).all()
