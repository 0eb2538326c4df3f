"""Pace: how many seconds of film each step gets. Pure numpy.

Even pace gives every step the same time. Dramatic pace gives time where there is something to see: a look at the
landscape, the first steps and the first hops one by one, then time in proportion to visible motion, slow motion where
it is decided, what comes after nearly all of the motion as a time-lapse, and a hold on the result.

A clock is made in two parts: seconds for each interval between nodes (whole steps, fewer of long runs), and from them a
smooth, rising step(seconds), whose speed changes gently and is 0 at the ends of steps that are shown one by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.display import PLATE, Display
from thalweg.geometry.hops import hops, thinned
from thalweg.geometry.playback import Piece, Timing

Array = NDArray[np.float64]
FULL_LENGTH = 10.0  # shorter films shrink all their parts in proportion
SLOW_STEP = 0.5  # seconds of each of the first steps
HOPS, HOP = 6, 0.36  # so many of the first hops are shown one by one, so many seconds each
DECISIVE = 2.7  # seconds of the slow motion where it is decided
LAPSE = (1.0, 1.6)  # seconds of the time-lapse, by how much there is in it
MOST_MOTION = 0.95  # of all motion: what comes after it is a time-lapse
SLOWEST = 0.5  # seconds of a step of the race, and
LEAST_RACE = 0.3  # the share of the time that the race keeps beside what is slow
EASE = 0.25  # seconds over which the speed changes
MOST_NODES = 3000
MOST_BALLS = 1000  # of more than that no single hop is seen
FINEST = 1 / 240  # seconds between the clock's own moments
SLOW, ONE_BY_ONE, DECIDED, RACE, LAPSED = "slow steps", "hops", "decisive", "race", "time-lapse"
STEPWISE = (SLOW, ONE_BY_ONE)  # each step starts and ends at rest


class Wanted(NamedTuple):
    """What a film's options ask of its pace: dramatic or even; its whole length, None: as fits; seconds of opening and
    hold in a film of 10 s or more; how many first steps are shown one by one.
    """

    pace: str = "dramatic"
    seconds: float | None = None
    intro: float = 2.0
    hold: float = 3.0
    slow_steps: int = 4


def make_timing(
    display: Display,
    positions: Array,
    minima: Array,
    wanted: Wanted,
    radius: float = 0.18,
    decisive: tuple[float, float] | None = None,
) -> Timing:
    """The clock of balls at positions (balls, steps + 1, 2), without NaN, of this radius in display units.

    minima (m, 2); `decisive`: from which step to which it is decided where a ball goes.
    """
    steps = positions.shape[1] - 1
    if wanted.pace == "even":
        return _even(steps, wanted)
    # what is beyond the plate is not seen
    plate = np.clip(display.to_plate(positions), -1.1 * display.half_size, 1.1 * display.half_size)
    nodes = np.unique(np.linspace(0, steps, min(steps, MOST_NODES) + 1).astype(int))
    draft = _Draft(nodes, plate, display.to_plate(minima), wanted, radius, decisive)
    seconds = wanted.seconds or float(np.clip(wanted.intro + draft.natural + wanted.hold, 12, 20))
    intro, hold, shrink = _ends(seconds, wanted)
    run = seconds - intro - hold
    timing = _clock(nodes, draft.shares(run / shrink) * shrink, draft.kinds, (intro, hold, seconds), EASE * shrink)
    if len(plate) <= MOST_BALLS:
        timing = timing._replace(shown=thinned(plate, radius, timing.seconds[1:-1], timing.steps[1:-1]))
    if decisive is None:
        return timing
    begin, end = np.interp(decisive, timing.steps[1:-1], timing.seconds[1:-1]).tolist()
    return timing._replace(decided=(begin, end))


def _ends(seconds: float, wanted: Wanted) -> tuple[float, float, float]:
    """Seconds of opening and hold in a film of so many, and how much is shrunk in it."""
    shrink, fixed = min(1.0, seconds / FULL_LENGTH), wanted.intro + wanted.hold
    if fixed * shrink > 0.8 * seconds:  # the race keeps at least a fifth of the film
        return wanted.intro * 0.8 * seconds / fixed, wanted.hold * 0.8 * seconds / fixed, shrink
    return wanted.intro * shrink, wanted.hold * shrink, shrink


def _even(steps: int, wanted: Wanted) -> Timing:
    """Every step the same time."""
    seconds = wanted.seconds or wanted.intro + wanted.hold + float(np.clip(4 + 0.02 * steps, 7, 15))
    intro, hold, _ = _ends(seconds, wanted)
    pieces = (Piece("opening", 0.0, intro), Piece(RACE, intro, seconds - hold), Piece("hold", seconds - hold, seconds))
    passed = np.unique(np.linspace(0, steps, min(steps, MOST_NODES) + 1).astype(int)).astype(float)
    times = intro + passed[1:] / steps * (seconds - intro - hold)
    return Timing(
        intro,
        hold,
        seconds,
        np.concatenate([[0.0, intro], times, [seconds]]),
        np.concatenate([[0.0, 0.0], passed[1:], [float(steps)]]),
        pieces,
    )


class _Draft:
    """Which interval between `nodes` (n + 1,) is of which kind (n,), the seconds that it asks for (n,), and `natural`,
    the sum of them."""

    def __init__(
        self,
        nodes: NDArray[np.int_],
        plate: Array,
        minima: Array,
        wanted: Wanted,
        radius: float,
        decisive: tuple[float, float] | None,
    ) -> None:
        count, every = len(nodes) - 1, len(nodes) == nodes[-1] + 1
        seen = plate[:, nodes]
        self.motion = visible(seen, minima)
        self.kinds = np.full(count, RACE, dtype="U16")
        self.asked = np.full(count, np.nan)
        done = int(np.searchsorted(nodes, moved_until(plate), side="left"))
        self._give(LAPSED, slice(done, count), float(np.clip(1 + (count - done) / 100, *LAPSE)), count - done > 3)
        if every:
            slow = min(wanted.slow_steps, count // 4)
            jumps = np.flatnonzero(hops(plate, radius).any(axis=0))
            jumps = jumps[jumps >= slow][: max(HOPS - int((jumps < slow).sum()), 0)]
            self._give(ONE_BY_ONE, jumps, HOP * len(jumps), len(jumps) > 0)
            self._give(SLOW, slice(0, slow), SLOW_STEP * slow, slow > 0)
        if decisive is not None:
            first, last = (int(np.clip(np.searchsorted(nodes, step), 0, count)) for step in decisive)
            inside = np.flatnonzero(np.isin(self.kinds[first:last], (RACE, LAPSED))) + first
            taken = float(np.nansum(np.delete(self.asked[first:last], inside - first)))
            self._give(DECIDED, inside, DECISIVE - taken, len(inside) > 0 and taken < DECISIVE)
        race = self.kinds == RACE
        fair = float(np.clip(2.5 + 0.015 * nodes[-1] * race.mean(), 3, 7))
        self._race(fair)
        self.natural = float(self.asked.sum())

    def _give(self, kind: str, where: slice | NDArray[np.int_], seconds: float, known: bool) -> None:
        """So many seconds to these intervals together, equal shares."""
        if known:
            self.kinds[where] = kind
            self.asked[where] = min(seconds / len(self.kinds[where]), 2 * SLOWEST)

    def _race(self, seconds: float) -> None:
        """The race its seconds, in proportion to visible motion; no step gets more than SLOWEST."""
        race = self.kinds == RACE
        if race.any():
            share = self.motion[race] / self.motion[race].sum()
            self.asked[race] = np.minimum(share * seconds, SLOWEST)

    def shares(self, run: float) -> Array:
        """Seconds of each interval (n,) where all have `run` seconds."""
        race, decided = self.kinds == RACE, self.kinds == DECIDED
        keeps = float(self.asked[decided].sum())
        fixed = float(self.asked[~race & ~decided].sum())
        least = (LEAST_RACE * min(1.0, 10 * race.mean())) * (run - keeps)
        self.asked[~race & ~decided] *= min(1.0, (run - keeps - least) / max(fixed, 1e-9))
        if race.any():
            self._race(run - float(self.asked[~race].sum()))
        shares: Array = self.asked * (run / self.asked.sum())
        return shares


def _clock(
    nodes: NDArray[np.int_], shares: Array, kinds: NDArray[np.str_], parts: tuple[float, float, float], ease: float
) -> Timing:
    """Smooth the clock that gives each interval its share: the mean over `ease` seconds to either side."""
    intro, hold, seconds = parts
    run = seconds - intro - hold
    ease = min(ease, run / 10)
    from_rest = kinds[0] not in STEPWISE  # steps that are shown one by one start at rest by themselves
    passed = np.concatenate([[0.0], np.cumsum(shares)])
    passed *= (run - ease * (1 + from_rest)) / passed[-1]
    count = max(int(np.ceil(run / max(FINEST, run / 20_000))), 40)
    grid = np.linspace(0, run, count + 1) - ease * from_rest
    width = max(int(round(ease / run * count)), 1)
    kernel = 1 + np.cos(np.linspace(-np.pi, np.pi, 2 * width + 3)[1:-1])
    raw = np.pad(np.interp(grid, passed, nodes.astype(np.float64)), width, mode="edge")
    if not from_rest:
        raw[:width] = -raw[2 * width : width : -1]
    steps = np.convolve(raw, kernel / kernel.sum(), mode="valid")
    steps = np.maximum.accumulate(np.clip(steps, 0, nodes[-1]))
    steps[0], steps[-1] = 0.0, nodes[-1]
    times = np.linspace(intro, seconds - hold, count + 1)
    pieces = [
        Piece("opening", 0.0, intro),
        *_pieces(nodes, kinds, times, steps),
        Piece("hold", seconds - hold, seconds),
    ]
    if np.isin(kinds, STEPWISE).any():
        steps = _one_by_one(steps, np.isin(kinds, STEPWISE))
    return Timing(
        intro,
        hold,
        seconds,
        np.concatenate([[0.0], times, [seconds]]),
        np.concatenate([[0.0], steps, [float(nodes[-1])]]),
        tuple(pieces),
    )


def _one_by_one(steps: Array, stepwise: NDArray[np.bool_]) -> Array:
    """Fractional steps (n,) of which those marked (steps,) start and end at rest; speed goes on smoothly elsewhere."""
    rests = np.concatenate([stepwise, [False]]) | np.concatenate([[False], stepwise])
    low = np.minimum(steps.astype(int), len(stepwise) - 1)
    u = steps - low
    begin, end = (np.where(rests[low + k], 0.0, 1.0) for k in (0, 1))
    eased: Array = low + (u**3 - 2 * u**2 + u) * begin + (3 - 2 * u) * u**2 + (u**3 - u**2) * end
    return eased


def _pieces(nodes: NDArray[np.int_], kinds: NDArray[np.str_], times: Array, steps: Array) -> list[Piece]:
    """When intervals of one kind are shown."""
    borders = [0, *(np.flatnonzero(kinds[1:] != kinds[:-1]) + 1).tolist(), len(kinds)]
    at = np.interp(nodes[borders], steps, times)
    at[0], at[-1] = times[0], times[-1]
    return [Piece(str(kinds[a]), float(b), float(c)) for a, b, c in zip(borders, at, at[1:], strict=False)]


def visible(plate: Array, minima: Array) -> Array:
    """Relative time of each interval between plate positions (balls, n + 1, 2): a base, visible motion, and more where
    the nearest of minima (m, 2) changes for the last time.
    """
    moved = np.minimum(np.linalg.norm(np.diff(plate, axis=1), axis=-1), PLATE / 4)
    motion = moved.mean(axis=0) + 0.5 * moved.max(axis=0)
    motion = smooth(motion, max(1.0, len(motion) / 60))
    share = 0.45 * motion.mean() + motion + 1e-9
    count = len(share)
    for step in decisions(plate, minima) if len(minima) > 1 else []:
        share *= 1 + 0.8 * np.exp(-0.5 * ((np.arange(count) - step) / max(0.03 * count, 1.5)) ** 2)
    return smooth(share, max(1.0, count / 100))


def moved_until(plate: Array) -> int:
    """The step by which nearly all of the motion of plate positions (balls, steps + 1, 2) is over.

    What is left of a ball's motion is how far apart the places are that it is still going to visit: a ball that
    trembles for ever has come where it is going, however far it rolls.
    """
    last = plate.shape[1] - 1
    low = np.minimum.accumulate(plate[:, ::-1], axis=1)[:, ::-1]
    high = np.maximum.accumulate(plate[:, ::-1], axis=1)[:, ::-1]
    left = np.linalg.norm(high - low, axis=-1)
    trembling = left[:, last - max(min(20, last // 5), 1)]  # of the last steps themselves
    left = np.maximum(left - trembling[:, None], 0).sum(axis=0)
    over = left <= (1 - MOST_MOTION) * left[0]
    return int(over.argmax()) if left[0] > 0 else last


def decisions(plate: Array, minima: Array) -> list[int]:
    """For each ball whose nearest minimum changes on its way, the step at which it changes for the last time; without
    repeats.
    """
    found: list[int] = []
    for path in plate:  # by ball: of a swarm and many minima all distances at once would not fit into memory
        nearest = np.linalg.norm(path[:, None] - minima, axis=-1).argmin(axis=-1)
        changes = np.flatnonzero(nearest[1:] != nearest[:-1])
        if len(changes) and all(abs(int(changes[-1]) - other) > 0.08 * len(path) for other in found):
            found.append(int(changes[-1]))
            if len(found) == 3:
                break
    return found


def smooth(values: Array, width: float) -> Array:
    """Gaussian mean over about `width` neighbours, edges repeated."""
    reach = int(3 * width) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    return np.convolve(np.pad(values, reach, mode="edge"), kernel / kernel.sum(), mode="valid")
