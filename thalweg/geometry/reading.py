"""Which steps are told of while they fly by: so few that their numbers can be read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

APART = 1 / 6  # seconds that a number stands at least
STRIDES = tuple(digit * 10**power for power in range(7) for digit in (1, 2, 5))


def told_steps(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Of all steps, shown at these seconds (steps + 1,), ascending, those that are told of: the first and the last, and
    between them the roundest that follows the one before by APART to twice APART, or the next one after that.
    """
    last, found = len(seconds) - 1, [0]
    while found[-1] < last:
        now = seconds[found[-1]]
        first = max(int(np.searchsorted(seconds, now + APART - 1e-9)), found[-1] + 1)
        latest = int(np.searchsorted(seconds, now + 2 * APART, side="right")) - 1
        rounds = (-(-first // stride) * stride for stride in reversed(STRIDES))
        found.append(min(next((step for step in rounds if step <= latest), first), last))
    return np.array(found)
