"""The plane of the two directions in which a path through many weights varies most."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surfaces._base import Array


@dataclass(frozen=True)
class Plane:
    """origin (d,): the path's end; directions (2, d): orthonormal; path (steps + 1, 2): the path, seen in the plane.

    explained (2,): the share of the path's variance along each direction, the first no smaller than the second.
    """

    origin: Array
    directions: Array
    path: Array
    explained: Array

    def weights(self, x: float, y: float) -> Array:
        """The weights (d,) at a point of the plane."""
        place: Array = self.origin + x * self.directions[0] + y * self.directions[1]
        return place

    def axes(self, samples: int = 61, margin: float = 0.3) -> tuple[Array, Array]:
        """x and y (samples,) that hold the path with a margin, a share of its larger extent, on every side."""
        low, high = self.path.min(axis=0), self.path.max(axis=0)
        room = margin * float((high - low).max())
        x, y = (np.linspace(low[k] - room, high[k] + room, samples) for k in (0, 1))
        return x, y


def plane_of_path(weights: ArrayLike) -> Plane:
    """The plane through the end of a path of weights (steps + 1, d), along its two principal directions.

    The directions are those of the centred path (singular value decomposition); each points where its largest
    component is positive. The path's end lies in the plane, its other points are projected. Li, Xu, Taylor, Studer,
    Goldstein, "Visualizing the loss landscape of neural nets", NeurIPS 2018, section 7.2.
    Raises ValueError, in one line, for a path that spans no plane.
    """
    path = np.asarray(weights, dtype=np.float64)
    if path.ndim != 2 or path.shape[0] < 3 or path.shape[1] < 2:
        raise ValueError(f"weights have shape {path.shape}; give (steps + 1, d) with at least 3 points and d >= 2")
    if not np.isfinite(path).all():
        raise ValueError("weights are not all finite; stop the path before it diverges")
    _, sizes, axes = np.linalg.svd(path - path.mean(axis=0), full_matrices=False)
    if sizes[1] <= 1e-12 * max(sizes[0], 1e-300):
        raise ValueError("the path is a straight line, which lies in many planes; give one that bends")
    directions = axes[:2] * np.sign(axes[[0, 1], np.abs(axes[:2]).argmax(axis=1)])[:, None]
    shares = sizes[:2] ** 2 / (sizes ** 2).sum()
    return Plane(path[-1], directions, (path - path[-1]) @ directions.T, shares)
