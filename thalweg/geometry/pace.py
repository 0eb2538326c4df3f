"""Pace: how many seconds of film each step gets. Pure numpy.

Even pace gives every step the same time. Dramatic pace gives time where there is something to see: a look at the
landscape, the first steps and the first hops one by one, then time in proportion to visible motion, slow motion where
it is decided, what comes after nearly all of the motion as a time-lapse, and a hold on the result. What a film lists
gets the seconds that are listed, in place of the slow motion where it is decided.

A clock is made in two parts: seconds for each interval between nodes (whole steps, fewer of long runs), and from them a
smooth, rising step(seconds), whose speed changes gently and is 0 at the ends of steps that are shown one by one.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
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
ROUNDS, GAIN = 6, (0.1, 1.35)  # of clocks, until what is listed has its seconds, and how much it asks for to get them
MOST_NODES = 3000
MOST_BALLS = 1000  # of more than that no single hop is seen
FINE = 1e-3  # of a step: less is none
FINEST = 1 / 240  # seconds between the clock's own moments
SLOW, ONE_BY_ONE, DECIDED, RACE, LAPSED = "slow steps", "hops", "decisive", "race", "time-lapse"
LISTED, SLOWED = "listed", "slow motion"
STEPWISE = (SLOW, ONE_BY_ONE)  # each step starts and ends at rest


class Span(NamedTuple):
    """From a step `begin` to a step `end`, `seconds` of a film of 10 s or more."""

    begin: float
    end: float
    seconds: float


class Slow(NamedTuple):
    """Around a `step`, `seconds` of a film of 10 s or more, at a `share` of the speed that there would be."""

    step: float
    share: float
    seconds: float


class Wanted(NamedTuple):
    """What a film's options ask of its pace: dramatic or even; its whole length, None: as fits; seconds of opening and
    hold in a film of 10 s or more; how many first steps are shown one by one. Of a dramatic film `spans`, which share
    no step, and what is `slow`.
    """

    pace: str = "dramatic"
    seconds: float | None = None
    intro: float = 2.0
    hold: float = 3.0
    slow_steps: int = 4
    spans: tuple[Span, ...] = ()
    slow: tuple[Slow, ...] = ()


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
    draft = _Draft(nodes, plate, display.to_plate(minima), wanted, radius, decisive).listed(wanted.spans, LISTED)
    if wanted.slow:
        draft = draft.listed(_slowed(_planned(draft, wanted), wanted), SLOWED)
    timing = _planned(draft, wanted)
    if len(plate) <= MOST_BALLS:
        timing = timing._replace(shown=thinned(plate, radius, timing.seconds[1:-1], timing.steps[1:-1]))
    if decisive is None:
        return timing
    begin, end = np.interp(decisive, timing.steps[1:-1], timing.seconds[1:-1]).tolist()
    return timing._replace(decided=(begin, end))


def _planned(draft: _Draft, wanted: Wanted) -> Timing:
    """The clock of a draft; what is listed has its seconds there, as far as others keep theirs."""
    listed = sum(span.seconds for span in draft.spans)
    seconds = wanted.seconds or float(np.clip(wanted.intro + draft.natural + wanted.hold, 12, 20 + listed))
    intro, hold, shrink = _ends(seconds, wanted)
    run = seconds - intro - hold
    for _ in range(ROUNDS if draft.spans else 1):  # a clock that changes its speed gently gives them a little less
        timing = _clock(draft, draft.shares(run / shrink) * shrink, (intro, hold, seconds), EASE * shrink)
        asked = shrink * draft.fitting(run / shrink) * np.array([span.seconds for span in draft.spans])
        ends = np.array([span[:2] for span in draft.spans]).reshape(-1, 2)
        shown = np.diff(np.interp(ends, timing.steps[1:-1], timing.seconds[1:-1]))[:, 0]
        draft.gain = np.clip(draft.gain * asked / np.maximum(shown, FINEST), *GAIN)
    return timing


def _slowed(timing: Timing, wanted: Wanted) -> list[Span]:
    """The steps around each event that have the wanted share of their speed where they get the wanted seconds: as many
    as this clock, which does not know of it, shows in that share of the seconds. Of steps that are listed already
    nothing is taken.
    """
    shrink = min(1.0, timing.duration / FULL_LENGTH)
    steps, seconds = timing.steps[1:-1], timing.seconds[1:-1]
    found: list[Span] = []
    for step, share, lasts in wanted.slow:
        reach = share * lasts * shrink / 2
        low, high = seconds[0] + reach, max(seconds[-1] - reach, seconds[0] + reach)
        at = float(np.clip(np.interp(step, steps, seconds), low, high))
        whole = begin, end = np.interp([at - reach, at + reach], seconds, steps).tolist()
        for other in (*wanted.spans, *found):
            if other.begin < step < other.end:
                end = begin
            elif step <= other.begin:
                end = min(end, other.begin)
            elif step >= other.end:
                begin = max(begin, other.end)
        if end - begin > FINE:
            found.append(Span(begin, end, lasts * (end - begin) / (whole[1] - whole[0])))
    return found


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
    """Which interval between `nodes` (n + 1,), whole steps and borders of `spans`, is of which kind (n,), the seconds
    that it asks for (n,), and `natural`, the sum of them. `which` (n,) is its span, -1 for none; `stepwise` (steps,),
    whether each starts and ends at rest, empty where none does.
    """

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
        self.nodes = nodes.astype(np.float64)
        self.spans: tuple[Span, ...] = ()
        self.which, self.gain, self.length = np.full(count, -1), np.ones(0), np.ones(count)
        self.motion = visible(plate[:, nodes], minima)
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
        self.stepwise = np.isin(self.kinds, STEPWISE)
        self._settle()

    def _give(self, kind: str, where: slice | NDArray[np.int_], seconds: float, known: bool) -> None:
        """So many seconds to these intervals together, equal shares."""
        if known:
            self.kinds[where] = kind
            self.asked[where] = min(seconds / len(self.kinds[where]), 2 * SLOWEST)

    def _settle(self) -> None:
        """What is left is the race."""
        race = self.kinds == RACE
        self._race(self.asked, float(np.clip(2.5 + 0.015 * self.nodes[-1] * race.mean(), 3, 7)))
        self.natural = float(self.asked.sum())

    def _race(self, asked: Array, seconds: float) -> None:
        """The race its seconds, in proportion to visible motion; no step gets more than SLOWEST."""
        race = self.kinds == RACE
        if race.any():
            share = self.motion[race] / self.motion[race].sum()
            asked[race] = np.minimum(share * seconds, SLOWEST * self.length[race])

    def listed(self, spans: Sequence[Span], kind: str) -> _Draft:
        """The same with these spans, equal speed in each; steps that are listed do not stop at their ends, those that
        are slowed do as they would have."""
        borders = np.array([[span.begin, span.end] for span in spans]).reshape(-1, 2)
        near = np.abs(borders - borders.round()) < FINE
        borders = np.where(near, borders.round(), borders)
        new = copy.copy(self)
        new.nodes = np.union1d(self.nodes, borders)
        parent = np.searchsorted(self.nodes, new.nodes[:-1], side="right") - 1
        part = np.diff(new.nodes) / np.diff(self.nodes)[parent]
        new.kinds, new.which = self.kinds[parent], self.which[parent]
        new.motion, new.asked, new.length = (each[parent] * part for each in (self.motion, self.asked, self.length))
        new.spans, new.stepwise = (*self.spans, *spans), self.stepwise.copy()
        new.gain = np.ones(len(new.spans))
        for index, ((begin, end), span) in enumerate(zip(borders, spans, strict=True), len(self.spans)):
            inside = slice(*np.searchsorted(new.nodes, [begin, end]).tolist())
            new.kinds[inside], new.which[inside] = kind, index
            new.asked[inside] = span.seconds * np.diff(new.nodes)[inside] / (end - begin)
            if kind == LISTED:
                new.stepwise[int(begin) : int(end)] = False
        new._settle()
        return new

    def fitting(self, run: float) -> float:
        """The share of its seconds that what is listed can have of `run` seconds: LEAST_RACE of them are left to others
        that ask for as much."""
        listed = self.which >= 0
        asked = float(self.asked[listed].sum())
        most = max((1 - LEAST_RACE) * run, run - (self.natural - asked))
        return min(1.0, (run if listed.all() else most) / max(asked, 1e-9))

    def shares(self, run: float) -> Array:
        """Seconds of each interval (n,) where all have `run` seconds."""
        asked, race, listed = self.asked.copy(), self.kinds == RACE, self.which >= 0
        asked[listed] *= self.fitting(run) * self.gain[self.which[listed]]
        keeps = listed | (self.kinds == DECIDED)
        kept, fixed = float(asked[keeps].sum()), float(asked[~race & ~keeps].sum())
        least = (LEAST_RACE * min(1.0, 10 * race.mean())) * (run - kept)
        asked[~race & ~keeps] *= min(1.0, (run - kept - least) / max(fixed, 1e-9))
        self._race(asked, run - float(asked[~race].sum()))
        scaled = listed if listed.all() else ~listed
        asked[scaled] *= (run - float(asked[~scaled].sum())) / float(asked[scaled].sum())
        return asked


def _clock(draft: _Draft, shares: Array, parts: tuple[float, float, float], ease: float) -> Timing:
    """Smooth the clock that gives each interval its share: the mean over `ease` seconds to either side."""
    intro, hold, seconds = parts
    run, last = seconds - intro - hold, draft.nodes[-1]
    ease = min(ease, run / 10)
    from_rest = not draft.stepwise[0]  # steps that are shown one by one start at rest by themselves
    passed = np.concatenate([[0.0], np.cumsum(shares)])
    passed *= (run - ease * (1 + from_rest)) / passed[-1]
    count = max(int(np.ceil(run / max(FINEST, run / 20_000))), 40)
    grid = np.linspace(0, run, count + 1) - ease * from_rest
    width = max(int(round(ease / run * count)), 1)
    kernel = 1 + np.cos(np.linspace(-np.pi, np.pi, 2 * width + 3)[1:-1])
    raw = np.pad(np.interp(grid, passed, draft.nodes), width, mode="edge")
    if not from_rest:
        raw[:width] = -raw[2 * width : width : -1]
    steps = np.convolve(raw, kernel / kernel.sum(), mode="valid")
    steps = np.maximum.accumulate(np.clip(steps, 0, last))
    steps[0], steps[-1] = 0.0, last
    times = np.linspace(intro, seconds - hold, count + 1)
    pieces = _pieces(draft, times, steps)
    pieces = [Piece("opening", 0.0, intro), *pieces, Piece("hold", seconds - hold, seconds)]
    if draft.stepwise.any():
        steps = _one_by_one(steps, draft.stepwise)
    return Timing(
        intro,
        hold,
        seconds,
        np.concatenate([[0.0], times, [seconds]]),
        np.concatenate([[0.0], steps, [last]]),
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


def _pieces(draft: _Draft, times: Array, steps: Array) -> list[Piece]:
    """When intervals of one kind, and of one span, are shown."""
    kinds, which = draft.kinds, draft.which
    changes = (kinds[1:] != kinds[:-1]) | (which[1:] != which[:-1])
    borders = [0, *(np.flatnonzero(changes) + 1).tolist(), len(kinds)]
    at = np.interp(draft.nodes[borders], steps, times)
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
