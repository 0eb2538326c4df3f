"""Hops: steps by which a ball swings to and fro, too far to be a mere tremble; and what is shown of too many. Pure
numpy.

More than three hops a second are a strobe. Where a film has more of them and they come back to where they were, a ball
is shown some of them, whole and as they are, at most three a second: between two of them it is cut to a later iterate,
the one nearest to where it is. Who gets on by its hops is shown all of them: a cut would be a leap ahead.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TREMBLE = 0.75  # radii: who swings less far is seen to tremble, not to hop
FASTEST = 3  # hops a second that are shown one by one
LEAP = 1.5  # radii: cuts that are longer are seen
CELL = 1.08 / FASTEST  # seconds of each hop that stands for several


class Shown(NamedTuple):
    """What is shown of a `ball` where it hops too fast: from each of the seconds `begin` (n,) to `end` (n,) it goes
    from the iterate `since` (n,) to the iterate `until` (n,), the same or the next, and has come by `jump` (n, 2) in
    display units from where it was just before.
    """

    ball: int
    begin: Array
    end: Array
    since: NDArray[np.int_]
    until: NDArray[np.int_]
    jump: Array

    def at(self, seconds: float) -> tuple[float, Array] | None:
        """The fractional step at that second, and how much of its jump is still to be made; None where it is that of
        the film.
        """
        cell = int(np.searchsorted(self.begin, seconds, side="right")) - 1
        if cell < 0 or seconds >= self.end[cell]:
            return None
        share = (seconds - self.begin[cell]) / (self.end[cell] - self.begin[cell])
        eased = share * share * (3 - 2 * share)
        left: Array = (1 - eased) * -self.jump[cell]
        return float(self.since[cell] + eased * (self.until[cell] - self.since[cell])), left


def hops(plate: Array, radius: float) -> NDArray[np.bool_]:
    """Whether each step of plate positions (balls, steps + 1, 2) is a hop: longer than TREMBLE radii, and turning back
    from the step before it; (balls, steps).
    """
    moved = np.diff(plate, axis=1)
    hop: NDArray[np.bool_] = np.linalg.norm(moved, axis=-1) > TREMBLE * radius
    hop[:, 0] = False
    hop[:, 1:] &= (moved[:, 1:] * moved[:, :-1]).sum(axis=-1) < 0
    return hop


def thinned(plate: Array, radius: float, seconds: Array, steps: Array) -> tuple[Shown, ...]:
    """What is shown of the balls at plate (balls, steps + 1, 2) that hop too fast on a clock that shows fractional
    `steps` (n,), rising, at `seconds` (n,).
    """
    hop, found = hops(plate, radius), []
    for ball in np.flatnonzero(hop.sum(axis=1) > FASTEST):
        landed = np.flatnonzero(hop[ball])
        cells = []
        for first, last in _too_fast(np.interp(landed + 0.5, steps, seconds)):
            some = _cells(plate[ball], radius, (int(landed[first]), int(landed[last]) + 1), seconds, steps)
            if all(np.linalg.norm(jump) <= LEAP * radius for *_, jump in some):
                cells += some
        if cells:
            begin, end, since, until, jump = map(np.array, zip(*cells, strict=True))
            found.append(Shown(int(ball), begin, end, since, until, jump))
    return tuple(found)


def _too_fast(times: Array) -> list[tuple[int, int]]:
    """First and last of the hops at `times` (n,) that are among more than FASTEST within a second, span by span."""
    crowded = np.flatnonzero(times[FASTEST:] - times[:-FASTEST] < 1.0)
    spans: list[tuple[int, int]] = []
    for first in crowded.tolist():
        if spans and times[first] - times[spans[-1][1]] < 1.0:
            spans[-1] = spans[-1][0], first + FASTEST
        else:
            spans.append((first, first + FASTEST))
    return spans


def _cells(
    path: Array, radius: float, span: tuple[int, int], seconds: Array, steps: Array
) -> list[tuple[float, float, int, int, Array]]:
    """The steps that stand for all from the first to the last of a span, in the order of Shown. Of those that begin
    within `radius` of where the one before ended, the one nearest to the clock; where none does, the one that begins
    nearest to it. The last one leads back to the clock, or the ball waits for it where it comes.
    """
    begin, end = np.interp(span, steps, seconds)
    borders = np.linspace(begin, end, max(int((end - begin) / CELL), 1) + 1)
    at = np.interp(borders, seconds, steps)
    here, least, cells = on_path(path, at[0]), span[0], []
    for cell, (low, high) in enumerate(zip(at[:-1], at[1:], strict=True)):
        left, middle, reach = len(borders) - 2 - cell, (low + high - 1) / 2, max(high - low, 1.0)
        some = np.arange(max(math.ceil(middle - reach), least), min(int(middle + reach) + 1, span[1] - left))
        some = some if left else np.array([span[1] - 1, span[1]])
        if not len(some):
            continue
        far = np.linalg.norm(path[some] - here, axis=-1)
        near = np.where((far <= radius) & (left > 0), np.abs(some - middle) / (2 * reach) * radius, far)
        since = int(some[near.argmin()])
        until = min(since + 1, span[1])
        cells.append((float(borders[cell]), float(borders[cell + 1]), since, until, path[since] - here))
        here, least = path[until], until
    return cells


def on_path(path: Array, step: float) -> Array:
    """Where a ball is at a fractional step of its path (steps + 1, 2)."""
    low = min(int(step), len(path) - 2)
    place: Array = path[low] + (step - low) * (path[low + 1] - path[low])
    return place
