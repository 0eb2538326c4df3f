"""Which steps are told of while they fly by: so few that their numbers can be read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

APART = 1 / 6  # seconds that a number stands at least
STRIDES = tuple(digit * 10**power for power in range(7) for digit in (1, 2, 5))


def told_steps(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Of all steps, shown at these seconds (steps + 1,), ascending, those that are told of: the first and the last, and
    between them round numbers, each the least that follows the one before by APART or more.
    """
    last, found = len(seconds) - 1, [0]
    while found[-1] < last:
        here = found[-1]
        after = (min((here // stride + 1) * stride, last) for stride in STRIDES)
        found.append(next(step for step in after if step == last or seconds[step] - seconds[here] >= APART - 1e-9))
    return np.array(found)
