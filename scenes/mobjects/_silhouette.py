"""Where a height field turns away from the eye: the one edge that multisampling would be needed for is inked
instead.
"""

from __future__ import annotations

import numpy as np

INK = (0.03, 0.07, 0.13)


def silhouette(points: np.ndarray, normals: np.ndarray, eye: np.ndarray, most: int) -> np.ndarray:
    """Line pieces where normal . (eye - point) changes sign, by marching squares on the mesh.

    points, normals: (n, n, 3); eye: (3,). Returns ribbon vertices (pieces, 2, 2, 12) float32, at most `most` pieces.
    """
    facing = np.einsum("ijk,ijk->ij", normals, eye - points)
    away = facing < 0
    along_y, along_x = away[1:] != away[:-1], away[:, 1:] != away[:, :-1]
    crossed = np.stack([along_y[:, :-1], along_y[:, 1:], along_x[:-1], along_x[1:]])
    i, j = np.nonzero(crossed.sum(axis=0) == 2)
    i, j = i[:most], j[:most]
    edge = np.argsort(~crossed[:, i, j], axis=0, kind="stable")[:2]  # the two crossed edges of each cell
    first = (i + (edge == 3), j + (edge == 1))
    second = (i + (edge != 2), j + (edge != 0))
    share = facing[first] / (facing[first] - facing[second])
    ends = points[first] * (1 - share)[..., None] + points[second] * share[..., None]  # (2, pieces, 3)
    ends = ends[:, np.isfinite(ends).all(axis=(0, 2))]
    along = ends[1] - ends[0]
    along /= np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-9)
    made = np.zeros((ends.shape[1], 2, 2, 12), "f4")
    made[..., :3] = ends.transpose(1, 0, 2)[:, :, None]
    made[..., 3:6] = along[:, None, None]
    made[:, :, 0, 6], made[:, :, 1, 6] = -1, 1
    made[..., 8] = 1
    made[..., 9:] = INK
    return made
