"""Where words are put beside places that move over the picture, so that they lie on nothing else. Pure numpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.framing import FRAME_HEIGHT, CameraPose, rotation, shrinking
from thalweg.geometry.layout import Box
from thalweg.geometry.outline import apart

Array = NDArray[np.float64]
REACHES = (1.0, 1.7, 2.6)  # times the gap that is wanted
# directions from a place to its words, the best first: to the right, the left, above, below, then the corners
DIRECTIONS = np.array([[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [-1, -1], [1, 1], [-1, 1]], float)


def pixels_at(pose: CameraPose, points: Array, size: tuple[int, int]) -> Array:
    """Where points (..., 3) of space stand in a picture of that size, (..., 2), for a camera at that pose."""
    seen = (points - pose.center) @ rotation(pose.theta, pose.phi) / pose.scale
    depth = np.maximum(1 - seen[..., 2:] * shrinking(pose.lens), 0.05)
    pixels: Array = np.array(size) / 2 + seen[..., :2] / depth * [1, -1] * size[1] / FRAME_HEIGHT
    return pixels


def offsets(
    spots: Array,
    sizes: Array,
    gap: float,
    others: Sequence[Array],
    within: Sequence[tuple[Array, Array]],
    fixed: Sequence[Box],
) -> list[Array | None]:
    """For each place what to add to it for the middle of its words, None where they find no room: the nearest and first
    of DIRECTIONS in which they stay on the landscape and off all else.

    `spots` (places, moments, 2) are where places are, `sizes` (places, 2) those of the words, `gap` pixels between the
    two, `others` (moments, n, 4) boxes of what is not to be covered, `fixed` boxes that stay; of each moment `within`
    are the `sides` of the polygon that the landscape covers.
    """
    found: list[Array | None] = []
    taken = [np.concatenate([now, np.reshape(fixed, (-1, 4))]) for now in others]
    for spot, size in zip(spots, sizes, strict=True):
        tried = (direction * (size / 2 + far * gap) for far in REACHES for direction in DIRECTIONS)
        for offset in tried:
            boxes = np.concatenate([spot + offset - size / 2, spot + offset + size / 2], axis=1)
            clear = [apart(box[None], now).min(initial=np.inf) > 0 for box, now in zip(boxes, taken, strict=True)]
            on_it = [covers(sides, middle, size / 2) for sides, middle in zip(within, spot + offset, strict=True)]
            if all(clear) and all(on_it):
                taken = [np.concatenate([now, box[None]]) for now, box in zip(taken, boxes, strict=True)]
                found.append(offset)
                break
        else:
            found.append(None)
    return found


def covers(sides: tuple[Array, Array], middle: Array, half: Array) -> bool:
    """Whether all of a box lies on a polygon."""
    outward, reach = sides
    return bool((outward @ middle + np.abs(outward) @ half <= reach).all())


def eye_of(pose: CameraPose) -> Array:
    """Where the eye is in space, (3,)."""
    eye: Array = pose.center + pose.scale / shrinking(pose.lens) * rotation(pose.theta, pose.phi)[:, 2]
    return eye
