"""Ribbons: lines of constant width on the screen, as vertices for the program `ribbon`."""

from __future__ import annotations

import numpy as np

from thalweg.geometry.thinning import TOLERANCE, needed

__all__ = ["FORMAT", "TOLERANCE", "needed", "ribbon", "strip_indices"]

FORMAT = ("3f 3f 3f 3f", "point", "tangent", "side_time", "color")


def ribbon(points: np.ndarray, times: np.ndarray, color: np.ndarray, strength: np.ndarray | float = 1.0) -> np.ndarray:
    """Vertices of a ribbon through points (n, 3): (n, 2, 12) floats of point, tangent, side, time, strength, colour."""
    tangents = np.gradient(points, axis=0) if len(points) > 1 else np.tile([1.0, 0.0, 0.0], (len(points), 1))
    lengths = np.linalg.norm(tangents, axis=1, keepdims=True)
    made = np.zeros((len(points), 2, 12), "f4")
    made[..., :3] = points[:, None]
    made[..., 3:6] = (tangents / np.maximum(lengths, 1e-9))[:, None]
    made[:, 0, 6], made[:, 1, 6] = -1, 1
    made[..., 7] = np.asarray(times)[:, None]
    made[..., 8] = np.broadcast_to(strength, len(points))[:, None]
    made[..., 9:] = color
    return made


def strip_indices(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Triangle indices joining vertex pair `starts` to pair `ends`, one by one (counted in pairs)."""
    a, b = 2 * np.asarray(starts), 2 * np.asarray(ends)
    return np.stack([a, a + 1, b, b, a + 1, b + 1], axis=-1)
