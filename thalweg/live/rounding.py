"""Points as a person would write them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def rounded(point: NDArray[np.float64], domain: ArrayLike) -> tuple[float, float]:
    """A point as a person would write it: to a thousandth of the domain, which is less than a pixel."""
    made = []
    for value, (low, high) in zip(point, np.asarray(domain, float), strict=True):
        digits = int(np.ceil(-np.log10((high - low) / 4000)))
        value = round(float(value), digits)
        made.append(float(min(max(value, low), high)) + 0.0)
    return made[0], made[1]
