"""Which steps are told of while they fly by: so few that their numbers can be read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

APART = 1 / 6  # seconds that a number stands at least


def told_steps(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Of all steps, shown at these seconds (steps + 1,), ascending, those that are told of: the first and the last, and
    between them the first that follows the one before by at least APART and, of several, by an odd number: of who hops
    to and fro both sides are told.
    """
    last, found = len(seconds) - 1, [0]
    while found[-1] < last:
        now = seconds[found[-1]]
        first = max(int(np.searchsorted(seconds, now + APART - 1e-9)), found[-1] + 1)
        if (first - found[-1]) % 2 == 0:
            first += 1 if first < last and seconds[first + 1] <= now + 2 * APART else -1
        found.append(min(first, last))
    return np.array(found)
