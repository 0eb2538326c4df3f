"""Which samples of a path must be kept so that what is drawn through them is near enough to all of it. Pure numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_DOTS = 3000  # of a run; of more iterates only every n-th may get one
Array = NDArray[np.float64]
TOLERANCE = 0.003  # display units: less than half a pixel at 1080p


def needed(values: Array, times: Array, tolerance: float = TOLERANCE) -> NDArray[np.bool_]:
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


def kept_within(paths: Array, times: Array, tolerance: float, most: int) -> NDArray[np.int_] | None:
    """Indices of the samples that all of paths (runs, n, d) are drawn through, so that none is farther than `tolerance`
    from what is drawn; None where more than `most` are needed."""
    kept = np.zeros(paths.shape[1], bool)
    for path in paths:
        kept |= needed(path, times, tolerance)
        if kept.sum() > most:
            return None
    return np.flatnonzero(kept)


def candidates(count: int) -> NDArray[np.int_]:
    """Which of `count` iterates may get a dot: every n-th, n odd, so that a swing from side to side keeps both."""
    return np.arange(0, count, -(-count // MOST_DOTS) | 1)


def spaced(points: Array, gap: float) -> list[int]:
    """Indices of points (n, 2): the first, and each that is farther than `gap` in x or y from the one chosen before."""
    chosen = [0][: len(points)]
    while chosen:
        here, width = chosen[-1], 16
        while here + 1 < len(points):
            far = np.abs(points[here + 1 : here + 1 + width] - points[chosen[-1]]).max(axis=1) > gap
            if far.any():
                chosen.append(here + 1 + int(far.argmax()))
                break
            here, width = here + width, 4 * width
        else:
            break
    return chosen
