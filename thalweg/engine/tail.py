"""How runs moved in their last steps: what tells a ball that rests from one that circles and one that still creeps.

Only two numbers a run are kept of it, so that a swarm of which one row is recorded is known as well as a single ball.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from thalweg.engine.base import Array

STEPS = 20  # the last steps that are looked at; of a shorter run all
LONGEST = 10  # iterates in a period


class Tail(NamedTuple):
    """Of each run (runs,), in units of the surface.

    moved: the longest of its last 20 steps. missed: by how much its last 20 iterates miss to repeat, over the periods
    of 2 to 10 the smallest of the largest distances between iterates a period apart; inf where that is not less than
    half the longest step between them, as on a straight way, and where there are not two whole periods. nan after a
    run's end.
    """

    moved: Array
    missed: Array


class Watch:
    """Iterates of a block of runs, noted while they make their last steps."""

    def __init__(self, runs: int, steps: int) -> None:
        self.first = max(steps - STEPS, 0)  # the step from which on iterates are noted
        self.rows = np.full((steps - self.first + 1, 2, runs), np.nan)

    def note(self, k: int, runs: Any, columns: Array) -> None:
        """x and y (2, n) of some runs after step k."""
        if k >= self.first:
            self.rows[k - self.first][:, runs] = columns

    def stays(self, k: int, runs: Any, columns: Array) -> None:
        """Some runs are at x and y (2, n) after step k and in all that come."""
        self.rows[max(k - self.first, 0) :, :, runs] = columns

    def tail(self) -> Tail:
        return of_last(self.rows)


def of_positions(positions: Array) -> Tail:
    """From positions (runs, steps + 1, 2) of which every step is there."""
    return of_last(np.moveaxis(positions[:, -STEPS - 1 :], 0, 2))


def of_last(rows: Array) -> Tail:
    """From the last iterates (21 or, of a shorter run, fewer; 2; runs)."""
    with np.errstate(all="ignore"):
        iterates, runs = rows[-STEPS:], rows.shape[2]
        moved, between, missed = np.zeros(runs), np.zeros(runs), np.full(runs, np.inf)
        for k in range(1, len(rows)):
            step = _square(rows[k - 1], rows[k])
            np.maximum(moved, step, out=moved)
            if len(rows) - k < STEPS:  # between two of the iterates
                np.maximum(between, step, out=between)
        for period in range(2, min(LONGEST, len(iterates) // 2) + 1):
            least = np.minimum(between / 4, missed)
            those = np.flatnonzero(_square(iterates[-1], iterates[-1 - period]) < least)
            those = those[_square(iterates[0, :, those].T, iterates[period, :, those].T) < least[those]]
            if len(those):
                some = iterates[:, :, those]
                worst = ((some[period:] - some[:-period]) ** 2).sum(axis=1).max(axis=0)
                missed[those] = np.where(worst < least[those], worst, missed[those])
    return Tail(np.sqrt(moved), np.where(np.isnan(moved), np.nan, np.sqrt(missed)))


def _square(one: Array, other: Array) -> Array:
    """Squares of the distances (runs,) between two iterates (2, runs)."""
    square, y = one[0] - other[0], one[1] - other[1]
    square *= square
    y *= y
    square += y
    return np.asarray(square)
