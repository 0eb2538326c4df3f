"""How runs moved in their last steps: what tells a ball that rests from one that circles and one that still creeps.

Only two numbers a run are kept of it, so that a swarm of which one row is recorded is known as well as a single ball.
"""
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from optimizers._base import Array

STEPS = 20           # the last steps that are looked at; of a shorter run all
LONGEST = 10         # iterates in a period


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
        self.first = max(steps - STEPS, 0)     # the step from which on iterates are noted
        self.rows = np.full((steps - self.first + 1, 2, runs), np.nan)

    def note(self, k: int, runs: Any, columns: Array) -> None:
        """x and y (2, n) of some runs after step k."""
        if k >= self.first:
            self.rows[k - self.first][:, runs] = columns

    def stays(self, k: int, runs: Any, columns: Array) -> None:
        """Some runs are at x and y (2, n) after step k and in all that come."""
        self.rows[max(k - self.first, 0):, :, runs] = columns

    def tail(self) -> Tail:
        return of_last(self.rows)


def of_positions(positions: Array) -> Tail:
    """From positions (runs, steps + 1, 2) of which every step is there."""
    return of_last(np.moveaxis(positions[:, -STEPS - 1:], 0, 2))


def of_last(rows: Array) -> Tail:
    """From the last iterates (21 or, of a shorter run, fewer; 2; runs)."""
    with np.errstate(all="ignore"):
        steps = _apart(rows, 1)
        moved, between = (each.max(axis=0, initial=0.0) for each in (steps, steps[-STEPS + 1:]))
        iterates, missed = rows[-STEPS:], np.full(rows.shape[2], np.inf)
        for period in range(2, min(LONGEST, len(iterates) // 2) + 1):
            ends = np.maximum(*(_apart(some, period)[0] for some in (iterates[:period + 1], iterates[-period - 1:])))
            those = np.flatnonzero(ends < np.minimum(between / 2, missed))     # the others miss by more
            if len(those):
                missed[those] = np.minimum(missed[those], _apart(iterates[:, :, those], period).max(axis=0))
        missed[~(missed < between / 2)] = np.inf
    return Tail(moved, np.where(np.isnan(moved), np.nan, missed))


def _apart(rows: Array, period: int) -> Array:
    """Distances of iterates a period apart, (rows - period, runs)."""
    away = rows[period:] - rows[:-period]
    distance: Array = np.hypot(away[:, 0], away[:, 1])
    return distance
