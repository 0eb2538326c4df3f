"""Ribbons: lines of constant width on the screen, as vertices for the program `ribbon`."""

from __future__ import annotations

import numpy as np

FORMAT = ("3f 3f 3f 3f", "point", "tangent", "side_time", "color")
TOLERANCE = 0.003  # display units: less than half a pixel at 1080p


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


def needed(values: np.ndarray, times: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
    """Mask (..., n) of the samples that must be kept so that, at any time, what is interpolated linearly between them
    is nowhere further than `tolerance` from `values` (..., n, d) interpolated between all samples.

    Neighbouring pieces are joined two by two as long as they agree, so at most some pieces more are kept than needed.
    """
    count = values.shape[-2]
    kept = np.ones(values.shape[:-1], bool)
    at = np.arange(count)
    whole, length = kept, 1  # whether the piece of `length` samples that a sample lies in was joined without a fault
    while length < count - 1:
        length *= 2
        start = at // length * length
        end = np.minimum(start + length, count - 1)
        span = times[end] - times[start]
        share = np.where(span > 0, (times - times[start]) / np.where(span > 0, span, 1), 0)[:, None]
        off = values - values[..., start, :] * (1 - share) - values[..., end, :] * share
        with np.errstate(invalid="ignore"):
            fine = (np.linalg.norm(off, axis=-1) <= tolerance) & whole
        blocks = np.arange(0, count, length)
        joined = np.logical_and.reduceat(fine, blocks, axis=-1)
        whole = np.repeat(joined, np.diff(np.append(blocks, count)), axis=-1)
        kept = kept & ~(whole & (at != start) & (at != count - 1))
        if not whole.any():
            break
    return kept
