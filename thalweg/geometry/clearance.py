"""How far a ball would sink into ground that bends closer than it does. Pure numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.display import Display

Array = NDArray[np.float64]
RINGS, WAYS = (0.4, 0.75, 1.0), 12  # where a ball's underside is looked at: shares of its radius, and directions
_ANGLES = 2 * np.pi * np.arange(WAYS) / WAYS
_RING = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=-1)
UNDERSIDE = np.concatenate([np.zeros((1, 2)), *[share * _RING for share in RINGS]])


def sunk(display: Display, contact: Array, normal: Array, radius: float) -> Array:
    """How far, (...) in display units, the ground around would reach up into balls that touch it at contact (..., 3),
    where its unit normal is normal (..., 3): so much higher they would clear it. 0 where it bends less than they do.
    """
    center = contact + radius * normal
    below = radius * np.sqrt(np.maximum(1 - (UNDERSIDE**2).sum(axis=-1), 0))
    around = display.from_plate(center[..., None, :2] + radius * UNDERSIDE)
    heights = display.to_relief(around)[..., 2]
    deep: Array = np.maximum((heights + below).max(axis=-1) - center[..., 2], 0)
    return deep
