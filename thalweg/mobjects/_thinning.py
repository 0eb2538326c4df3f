"""Fewer triangles for a height field on a grid: large ones where it is even, small ones where it bends. Pure numpy.

Squares of the grid are halved along a diagonal, their halves at the middle of the longest side, and so on; a triangle
is halved where the middle of its longest side shows too much otherwise. Both neighbours of a side share its middle and
what it shows, and no triangle shows less than the ones it is made of, so all meet without cracks.
"""

from __future__ import annotations

import numpy as np

# What may be seen of it: how far it is from the surface in height, by that a contour from its place (display units),
# and how far apart the normals of a side's ends may be. With twice the second, corners are seen in contours.
HEIGHT, ASIDE, TURN = 0.004, 0.004, 0.2
LEVEL = 0.02  # slopes below count as this: on the flat there is no contour to be moved
AT_EDGE = 2.0  # how much stricter it is at the edges of the domain, which are drawn as lines


def thinned(points: np.ndarray, normals: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Triangles (k, 3), as indices into the grid's points in a row, that stand for those of its cells that are whole.

    `points` and `normals` (n, n, 3), `whole` (n - 1, n - 1). Cells beside one that is not whole keep their own.
    """
    n = len(points)
    levels = halves(n)
    shown = np.zeros((n, n))
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        shown[i : n - 1 + i, j : n - 1 + j][~whole] = np.inf
    for level in range(len(levels) - 2, -1, -1):
        middle = middles(levels[level])
        seen = np.maximum(what_shows(points, normals, levels[level], middle), shown[tuple(middle.T)])
        if level + 2 < len(levels):
            below = shown[tuple(middles(levels[level + 1]).T)]
            seen = np.maximum(seen, np.maximum(*np.split(below, 2)))
        np.maximum.at(shown, tuple(middle.T), seen)
    kept, triangles = [], levels[0]
    for _ in levels[:-1]:
        split = shown[tuple(middles(triangles).T)] > 1
        kept.append(triangles[~split])
        triangles = halved(triangles[split])
    triangles = turned(triangles[whole[tuple(triangles.min(axis=1).T)]], normals)
    found = np.concatenate([*kept, triangles]) @ [n, 1]
    return found[np.argsort(found.min(axis=1), kind="stable")]  # neighbours together: vertices are used while at hand


def halves(n: int) -> list[np.ndarray]:
    """Triangles (k, 3, 2) of grid places of a grid with n points a side, coarse to fine, the right angle last: of each
    level, the first half of all triangles and the second are the halves of the one before.
    """
    side = (n - 1) & -(n - 1)  # of squares that can be halved to the last
    low = np.stack(np.meshgrid(*2 * [np.arange(0, n - 1, side)], indexing="ij"), axis=-1).reshape(-1, 2)
    a, b, c, d = low, low + [side, 0], low + side, low + [0, side]
    levels = [np.concatenate([np.stack([a, c, b], axis=1), np.stack([c, a, d], axis=1)])]
    for _ in range(2 * int(side).bit_length() - 2):
        levels.append(halved(levels[-1]))
    return levels


def halved(triangles: np.ndarray) -> np.ndarray:
    """Both halves of each, the first ones first."""
    a, b, c = triangles.transpose(1, 0, 2)
    middle = middles(triangles)
    return np.concatenate([np.stack([c, a, middle], axis=1), np.stack([b, c, middle], axis=1)])


def middles(triangles: np.ndarray) -> np.ndarray:
    """Of their longest sides, (k, 2)."""
    found: np.ndarray = (triangles[:, 0] + triangles[:, 1]) // 2
    return found


def turned(triangles: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """The smallest triangles, two by two halves of a cell: cut along the diagonal that bends less, as in a valley."""
    cells, times = np.unique(triangles.min(axis=1), axis=0, return_counts=True)
    i, j = cells[times == 2].T
    a, b, c, d = ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))
    bend = [np.linalg.norm(normals[p] - normals[q], axis=-1) for p, q in ((a, c), (b, d))]
    first = (bend[0] <= bend[1])[:, None, None]
    along_first, along_second = (
        np.stack([np.stack(corner, axis=-1) for corner in six], axis=1)
        for six in ((a, b, c, c, d, a), (b, c, d, d, a, b))
    )
    cut = np.where(first, along_first, along_second).reshape(-1, 3, 2)
    alone = np.isin(triangles.min(axis=1) @ [len(normals), 1], cells[times == 1] @ [len(normals), 1])
    return np.concatenate([triangles[alone], cut])


def what_shows(points: np.ndarray, normals: np.ndarray, triangles: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """(k,) how much would be seen where a triangle's longest side stands for the surface at its middle; 1: too much."""
    a, b, m = (tuple(place.T) for place in (triangles[:, 0], triangles[:, 1], middle))
    along = points[b] - points[a]
    flat = along[:, :2]
    share = ((points[m] - points[a])[:, :2] * flat).sum(axis=1) / np.maximum((flat**2).sum(axis=1), 1e-12)
    apart = np.abs(points[a][:, 2] + share * along[:, 2] - points[m][:, 2])
    upward = np.maximum(normals[m][:, 2], 1e-3)
    slope = np.sqrt(np.maximum(1 - upward**2, 0)) / upward
    turn = np.linalg.norm(normals[a] - normals[b], axis=1)
    at_edge = ((middle == 0) | (middle == len(points) - 1)).any(axis=1)
    strict = np.where(at_edge, AT_EDGE, 1.0)
    seen = np.maximum.reduce([strict * apart / HEIGHT, apart / np.maximum(slope, LEVEL) / ASIDE, turn / TURN])
    return np.nan_to_num(seen, nan=np.inf)  # of what is not shown nothing may be left out
