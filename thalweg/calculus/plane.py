"""The plane of the two directions in which a path through many weights varies most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from thalweg.calculus.base import Array


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

    def project(self, weights: Any) -> Array:
        """Where other weights are seen in the plane: (k, 2) for k rows, (2,) for the weights of one moment.

        It is the foot of the perpendicular from them; `distance` says how far off the plane they are. The rows are
        those of any run through the same d weights, in the forms that `plane_of_path` takes. Raises ValueError, in one
        line, for others.
        """
        rows, alone = self._rows(weights)
        places: Array = (rows - self.origin) @ self.directions.T
        return places[0] if alone else places

    def distance(self, weights: Any) -> Array:
        """How far weights lie off the plane, in the unit of the weights: (k,), or () for the weights of one moment."""
        rows, alone = self._rows(weights)
        off = rows - self.origin
        away: Array = np.linalg.norm(off - (off @ self.directions.T) @ self.directions, axis=1)
        return away[0] if alone else away

    def axes(self, samples: int = 61, margin: float = 0.3, *others: ArrayLike) -> tuple[Array, Array]:
        """x and y (samples,) that hold the path with a margin, a share of its larger extent, on every side.

        `others`: further paths (k, 2) in the plane, as `project` gives them, that are held as well.
        """
        seen = np.concatenate([self.path, *(np.reshape(each, (-1, 2)) for each in others)])
        low, high = seen.min(axis=0), seen.max(axis=0)
        room = margin * float((high - low).max())
        x, y = (np.linspace(low[k] - room, high[k] + room, samples) for k in (0, 1))
        return x, y

    def _rows(self, weights: Any) -> tuple[Array, bool]:
        """Weights (k, d), and whether they were those of one moment."""
        one = isinstance(weights, Mapping) or isinstance(weights, np.ndarray) and weights.ndim < 2
        size, parts = len(self.origin), [] if one else [_moment(each) for each in weights]
        if parts and all(len(part) == size for part in parts):
            rows, alone = np.stack(parts), False
        else:
            rows, alone = _moment(weights)[None], True
        if rows.shape[1] != size:
            raise ValueError(
                f"weights have {len(parts[0]) if parts else rows.size} numbers a row; give {size}, as the "
                "plane's own path has"
            )
        if not np.isfinite(rows).all():
            raise ValueError("weights are not all finite; stop the path before it diverges")
        return rows, alone


def _moment(weights: Any) -> Array:
    """The weights of one moment, an array or a list or mapping of arrays, in one row (d,)."""
    if isinstance(weights, Mapping):
        weights = list(weights.values())
    try:
        return np.asarray(weights, dtype=np.float64).ravel()
    except (ValueError, TypeError):  # arrays of different shapes
        if not isinstance(weights, (list, tuple)):
            raise ValueError(f"weights hold {type(weights).__name__}, not numbers; give arrays") from None
        return np.concatenate([_moment(each) for each in weights])


def _path(weights: Any) -> Array:
    """The weights of every moment (steps + 1, d)."""
    rows = [_moment(each) for each in weights]
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"weights[{index}] are {len(row)} numbers, weights[0] {len(rows[0])}; give the same arrays in every row"
            )
    return np.stack(rows) if rows else np.empty((0, 0))


def plane_of_path(weights: Any) -> Plane:
    """The plane through the end of a path of weights (steps + 1, d), along its two principal directions.

    A row may also be an array of another shape, or a list or mapping of arrays, as the layers of a network: their
    numbers are put in one row, in order.
    The directions are those of the centred path (singular value decomposition); each points where its largest
    component is positive. The path's end lies in the plane, its other points are projected. Li, Xu, Taylor, Studer,
    Goldstein, "Visualizing the loss landscape of neural nets", NeurIPS 2018, section 7.2.
    Raises ValueError, in one line, for a path that spans no plane.
    """
    path = _path(weights)
    if path.shape[0] < 3 or path.shape[1] < 2:
        raise ValueError(f"weights have shape {path.shape}; give (steps + 1, d) with at least 3 points and d >= 2")
    if not np.isfinite(path).all():
        raise ValueError("weights are not all finite; stop the path before it diverges")
    _, sizes, axes = np.linalg.svd(path - path.mean(axis=0), full_matrices=False)
    if sizes[1] <= 1e-12 * max(sizes[0], 1e-300):
        raise ValueError("the path is a straight line, which lies in many planes; give one that bends")
    directions = axes[:2] * np.sign(axes[[0, 1], np.abs(axes[:2]).argmax(axis=1)])[:, None]
    shares = sizes[:2] ** 2 / (sizes**2).sum()
    return Plane(path[-1], directions, (path - path[-1]) @ directions.T, shares)
