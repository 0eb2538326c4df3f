"""Where a height field turns away from the eye: the one edge that multisampling would be needed for is drawn as a line
instead, like the edges of the domain, which it often runs along or goes on where they end.
"""

from __future__ import annotations

import numpy as np

OVERLAP = 0.1  # of its length: how far a piece goes on beyond its ends, so that there is no gap where the line bends


class Silhouette:
    """Of a mesh with `points` and `normals` (n, n, 3), in a colour (3,)."""

    def __init__(self, points: np.ndarray, normals: np.ndarray, color: np.ndarray) -> None:
        self.points, self.normals, self.color = points, normals.reshape(-1, 3), color
        self.offsets = (points * normals).sum(axis=-1)

    def pieces(self, eye: np.ndarray, most: int) -> np.ndarray:
        """Line pieces where normal . (eye - point) changes sign, by marching squares on the mesh.

        eye: (3,). Returns ribbon vertices (pieces, 2, 2, 12) float32, at most `most` pieces.
        """
        facing = (self.normals @ eye).reshape(self.offsets.shape) - self.offsets
        away = facing < 0
        along_y, along_x = away[1:] != away[:-1], away[:, 1:] != away[:, :-1]
        i, j = np.nonzero(along_y[:, :-1] | along_y[:, 1:] | along_x[:-1] | along_x[1:])
        crossed = np.stack([along_y[i, j], along_y[i, j + 1], along_x[i, j], along_x[i + 1, j]])
        two = np.flatnonzero(crossed.sum(axis=0) == 2)[:most]
        i, j, crossed = i[two], j[two], crossed[:, two]
        edge = np.argsort(~crossed, axis=0, kind="stable")[:2]  # the two crossed edges of each cell
        first = (i + (edge == 3), j + (edge == 1))
        second = (i + (edge != 2), j + (edge != 0))
        share = facing[first] / (facing[first] - facing[second])
        ends = self.points[first] * (1 - share)[..., None] + self.points[second] * share[..., None]  # (2, pieces, 3)
        ends = ends[:, np.isfinite(ends).all(axis=(0, 2))]
        return ribbons(ends + OVERLAP * (ends - ends[::-1]), self.color)


def ribbons(ends: np.ndarray, color: np.ndarray) -> np.ndarray:
    """Ribbon vertices (pieces, 2, 2, 12) of straight pieces from ends[0] to ends[1], (2, pieces, 3), in a colour
    (3,)."""
    along = ends[1] - ends[0]
    along /= np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-9)
    made = np.zeros((ends.shape[1], 2, 2, 12), "f4")
    made[..., :3] = ends.transpose(1, 0, 2)[:, :, None]
    made[..., 3:6] = along[:, None, None]
    made[:, :, 0, 6], made[:, :, 1, 6] = -1, 1
    made[..., 8] = 1
    made[..., 9:] = color
    return made
