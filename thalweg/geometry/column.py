"""Where numbers stand in a column beside what they belong to: none on another, each as near to its own as can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def column(wanted: Array, tall: float, low: float, high: float) -> Array:
    """Middles (n,) for boxes so `tall` that want to be at `wanted` (n,), in this order from low to high: at least
    `tall` from each other, least moved in the mean square, and between `low` and `high`, as far as there is room.
    """
    from scipy.optimize import isotonic_regression  # takes its time, and few films need it

    if not len(wanted):
        return np.zeros(0)
    steps = tall * np.arange(len(wanted))
    first, last = low + tall / 2, high - tall / 2 - steps[-1]
    moved: Array = np.clip(isotonic_regression(wanted - steps).x, first, max(first, last)) + steps
    return moved
