"""What a landscape covers of the picture, as a convex polygon, and how far words are to be moved to stand beside it.

Pure numpy; pixels from the picture's upper left corner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DIRECTIONS = 1200  # from which it is asked what can be seen outermost
BOX_SIDES = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])


def outermost(points: Array) -> Array:
    """Of points (n, 3) those (k, 3) that may be outermost in a picture, from wherever they are seen."""
    k = np.arange(DIRECTIONS) + 0.5
    height, turn = 1 - 2 * k / DIRECTIONS, np.pi * (1 + 5**0.5) * k  # even on the sphere: a Fibonacci lattice
    around = np.sqrt(1 - height**2)
    directions = np.stack([around * np.cos(turn), around * np.sin(turn), height], axis=-1)
    kept: Array = points[np.unique((points @ directions.T).argmax(axis=0))]
    return kept


def hull(points: Array) -> Array:
    """The corners (k, 2), going round, of the convex polygon around points (n, 2), by Andrew's monotone chain."""
    ordered = sorted(set(map(tuple, points.tolist())))

    def chain(along: list[tuple[float, float]]) -> list[tuple[float, float]]:
        made: list[tuple[float, float]] = []
        for x, y in along:
            while len(made) > 1:
                (ax, ay), (bx, by) = made[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                made.pop()
            made.append((x, y))
        return made

    if len(ordered) < 3:
        return np.array(ordered)
    return np.array(chain(ordered)[:-1] + chain(ordered[::-1])[:-1])


def sides(corners: Array) -> tuple[Array, Array]:
    """Of a polygon with these corners (k, 2), as `hull` gives them: unit vectors (k + 4, 2) out of it, those of a box
    among them, and how far along each the polygon reaches (k + 4,).
    """
    along = np.roll(corners, -1, axis=0) - corners
    length = np.linalg.norm(along, axis=1, keepdims=True)
    outward = np.stack([along[:, 1], -along[:, 0]], axis=-1) / np.maximum(length, 1e-9)
    outward = np.concatenate([outward[length[:, 0] > 1e-6], BOX_SIDES])
    return outward, (corners @ outward.T).max(axis=0)


def way_out(anchors: Array, ways: Array, halves: Array, polygon: tuple[Array, Array]) -> Array:
    """How far (n,) boxes of these half widths and heights (n, 2) have to go from anchors (n, 2) along unit vectors
    `ways` (n, 2) to stand beside the polygon (its `sides`); 0 for those that do already.
    """
    outward, reach = polygon
    towards = ways @ outward.T
    left = reach + halves @ np.abs(outward).T - anchors @ outward.T  # until a side is passed
    with np.errstate(divide="ignore", invalid="ignore"):
        passed = np.where(towards > 1e-6, left / towards, np.inf)
    found: Array = np.maximum(passed.min(axis=1), 0.0)
    return np.where(np.isfinite(found), found, 0.0)


def apart(boxes: Array, others: Array) -> Array:
    """Pixels (n, m) between boxes (n, 4) and others (m, 4): left, top, right, bottom. Below 0 where they overlap."""
    low = np.maximum(boxes[:, None, :2] - others[None, :, 2:], others[None, :, :2] - boxes[:, None, 2:])
    between: Array = low.max(axis=2)
    return between
