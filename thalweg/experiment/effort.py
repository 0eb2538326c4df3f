"""Runs compared at the same effort: the same number of gradients, however many a step takes (SAM's take two)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from thalweg.engine.asked import UNKNOWN, CountedTrajectory

GRADIENTS = 1  # the column of `CountedTrajectory.evaluations`
Counts = npt.NDArray[np.int64]


def gradients(path: CountedTrajectory) -> Counts:
    """How many gradients each run asked for in all its steps, (runs,); UNKNOWN where nobody can say."""
    return path.evaluations()[:, GRADIENTS]


def least_gradients(paths: Iterable[CountedTrajectory]) -> int:
    """What every run that went on to its end, and asks for gradients at all, had asked for by then, at least; UNKNOWN
    where nobody can say.
    """
    ended = [gradients(path)[path.status == "ok"] for path in paths]
    return min((int(each.min()) for each in ended if each.any()), default=UNKNOWN)


def loss_after(path: CountedTrajectory, most: int) -> npt.NDArray[np.float64]:
    """The loss (runs,) of each run after its last step for which it had asked for at most `most` gradients; infinite
    where it had diverged or left by then. Every step must have been kept; where `most` or a count is UNKNOWN it is
    that after the last step.
    """
    runs, low, high = np.arange(len(path.last)), np.zeros_like(path.last), path.last.copy()
    if most == UNKNOWN or (gradients(path) == UNKNOWN).any():
        low = high
    while (low < high).any():  # halves the steps in question, of every run at once
        middle = (low + high + 1) // 2
        fits = path.evaluations(middle)[:, GRADIENTS] <= most
        low, high = np.where(fits, middle, low), np.where(fits, high, middle - 1)
    loss = path.loss[runs, low]
    gone = (path.status != "ok") & (low == path.last)
    return np.where(gone | ~np.isfinite(loss), np.inf, loss)
