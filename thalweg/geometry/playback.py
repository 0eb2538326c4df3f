"""From trajectories to motion: which step is shown at which second, and where each ball then is. Pure numpy.

A `Playback` is made once for a film; `step_at(seconds)` and `at(seconds)` are look-ups, the same whatever was asked
before. All balls share one clock: at second t every ball is at the same fractional step. Between two iterates x and y
go straight and the height is the surface's, so a ball never cuts through a hill. Everything but the ball's own drawing
is where the trajectory is; that drawing may step aside (thalweg/geometry/aside.py) and rolls along the way it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.aside import CROWD, RATE, REACH, spanned, step_aside
from thalweg.geometry.display import Display
from thalweg.geometry.hops import Shown, on_path
from thalweg.geometry.thinning import TOLERANCE, kept_within

Array = NDArray[np.float64]
MOST_ITERATES = 6000  # with more steps than this, trails are drawn through those that they need
MOST_WAYS = 2000  # of more balls than this so many leave a trail, and none shows how it rolls
MOST_SAMPLES = 16000  # of a path, between and at the iterates
FINER = 10  # times that pieces are halved where the surface between their ends is not straight
BEYOND = 2.0  # display units above and below the surface within which a way may be seen


class Piece(NamedTuple):
    """A part of the film: 'opening', 'slow steps', 'hops', 'race', 'decisive', 'time-lapse', 'hold', and when it is."""

    name: str
    begin: float
    end: float


class Timing(NamedTuple):
    """Seconds of the film's parts, and the film seconds at which fractional steps are shown."""

    intro: float
    hold: float
    duration: float
    seconds: Array  # (n,), ascending
    steps: Array  # (n,), the fractional step at each of `seconds`
    pieces: tuple[Piece, ...] = ()  # one after the other, from the first second to the last
    decided: tuple[float, float] | None = None  # from which second to which it is decided who goes where
    shown: tuple[Shown, ...] = ()  # of balls that hop too fast


class Moment(NamedTuple):
    """Everything that moves, at one second: fractional step of the film; per ball its own (balls,), which is another
    where it hops too fast, the true point (balls, 2) then and where it touches the surface (balls, 3); of the ball as
    drawn, which may have stepped aside, the point below it, the surface's unit
    normal there, its centre, and its turn as a unit quaternion (balls, 4)."""

    step: float
    steps: Array
    points: Array
    contact: Array
    below: Array
    normal: Array
    center: Array
    turn: Array


@dataclass(frozen=True)
class Paths:
    """The true way of every ball that leaves a trail, dense: `steps` (samples,) common to all, `points` (balls,
    samples, 2) of the domain, `world` (balls, samples, 3), where they are on the surface drawn. `every`: 1 where
    straight lines between these points are as good as the trajectories; n where they go from one n-th iterate to the
    next."""

    steps: Array
    points: Array
    world: Array
    every: int


class Playback:
    """Parameters: display; positions (balls, steps + 1, 2), NaN after a run's end; last (balls,), index of each run's
    last row; group (balls,), the entry each ball belongs to; radius in display units; timing; `fine`, display units
    that are not seen. `traced` are the balls that leave a trail: all but in a crowd."""

    def __init__(
        self,
        display: Display,
        positions: Array,
        last: NDArray[np.int_],
        group: NDArray[np.int_],
        radius: float,
        timing: Timing,
        fine: float = TOLERANCE,
    ) -> None:
        self.display, self.radius, self.timing = display, radius, timing
        self.last_step = positions.shape[1] - 1
        self.duration = timing.duration
        self.iterates = hold_last(positions, last)
        self.traced = traced(group)
        self.crowd = len(self.traced) < len(group)
        iterates, ends = (self.iterates[self.traced], last[self.traced]) if self.crowd else (self.iterates, last)
        self.paths = dense_paths(display, iterates, ends, radius, fine)
        self.offsets = self._step_aside(group) if len(group) <= CROWD else np.zeros((len(group), 2, 2))
        if not self.crowd:
            self._roll()

    def step_at(self, seconds: float) -> float:
        return float(np.interp(seconds, self.timing.seconds, self.timing.steps))

    def seconds_at(self, steps: Array) -> Array:
        """The film seconds at which fractional steps are passed: the last moment of the start, else the first."""
        _, first = np.unique(self.timing.steps, return_index=True)
        begin = int(np.searchsorted(self.timing.steps, self.timing.steps[0], side="right")) - 1
        passed = np.append(begin, first[1:]).astype(int)
        seconds: Array = np.interp(steps, self.timing.steps[passed], self.timing.seconds[passed])
        return seconds

    def true_points(self, steps: Array) -> Array:
        """Where the balls are at fractional steps (n,): (balls, n, 2)."""
        low = np.clip(np.asarray(steps).astype(int), 0, max(self.last_step - 1, 0))
        share = (steps - low)[:, None]
        points: Array = (
            self.iterates[:, low] * (1 - share) + self.iterates[:, np.minimum(low + 1, self.last_step)] * share
        )
        return points

    def _step_aside(self, group: NDArray[np.int_]) -> Array:
        """Offsets (balls, nodes, 2) of the balls' drawing in display units, RATE nodes a second."""
        times = np.arange(int(np.ceil(self.duration * RATE)) + 2) / RATE
        if len(self.iterates) > CROWD:
            return np.zeros((len(self.iterates), len(times), 2))
        steps = np.interp(times, self.timing.seconds, self.timing.steps)
        points, plate = self.true_points(steps), self.display.to_plate(self.paths.points)
        spans = spanned(steps, self.display.to_plate(points), self.paths.steps, plate)
        far = np.linalg.norm(plate - plate[:, :1], axis=-1) > 2 * REACH * self.radius
        left = np.where(far.any(axis=1), far.argmax(axis=1), plate.shape[1] - 1)
        out = plate[np.arange(len(plate)), left] - plate[:, 0]
        return step_aside(self.display, points, spans, group, self.radius, out)

    def _roll(self) -> None:
        """Roll the balls along the way they are shown: `turns` (balls, n, 4) at `turn_times`, `turn_steps` (n,)."""
        times, steps = self.seconds_at(self.paths.steps), self.paths.steps
        points = self.paths.points
        changing = np.flatnonzero(np.diff(self.offsets, axis=1).any(axis=(0, 2)))
        if len(changing):
            nodes = np.unique(np.concatenate([changing, changing + 1])) / RATE
            times = np.concatenate([times, nodes])
            steps = np.concatenate([steps, np.interp(nodes, self.timing.seconds, self.timing.steps)])
            points = np.concatenate([points, self.true_points(steps[len(self.paths.steps) :])], axis=1)
            order = np.argsort(times, kind="stable")
            times, steps, points = times[order], steps[order], points[:, order]
        if self.offsets.any():
            points = points + self.offset_at(times) / self.display.scale
        self.turn_times, self.turn_steps = times, steps
        self.turns = roll_along(self.display, points, self.radius)

    def offset_at(self, seconds: Array) -> Array:
        """How far the balls' drawing has stepped aside at seconds (n,): (balls, n, 2) in display units."""
        low = np.clip((seconds * RATE).astype(int), 0, self.offsets.shape[1] - 2)
        share = np.clip(seconds * RATE - low, 0, 1)[:, None]
        offset: Array = self.offsets[:, low] * (1 - share) + self.offsets[:, low + 1] * share
        return offset

    def _turn(self, seconds: float, step: float, own: Array) -> Array:
        """How the balls have turned (balls, 4), those whose `own` step is another as they have by then."""
        if self.crowd:
            return np.broadcast_to(np.array([0.0, 0.0, 0.0, 1.0]), (len(self.iterates), 4))
        times, steps = self.turn_times, self.turn_steps
        low = int(np.clip(np.searchsorted(times, seconds, side="right") - 1, 0, len(times) - 2))
        clock, now = (steps, step) if steps[low + 1] > steps[low] else (times, seconds)
        rows = np.full(len(own), low)
        shares = np.full(len(own), float(np.clip((now - clock[low]) / max(clock[low + 1] - clock[low], 1e-12), 0, 1)))
        others = np.flatnonzero(own != step)
        if len(others):
            rows[others] = np.clip(np.searchsorted(steps, own[others], side="right") - 1, 0, len(steps) - 2)
            begin, end = steps[rows[others]], steps[rows[others] + 1]
            shares[others] = np.clip((own[others] - begin) / np.maximum(end - begin, 1e-12), 0, 1)
        runs, share = np.arange(len(own)), shares[:, None]
        before, after = self.turns[runs, rows], self.turns[runs, rows + 1]
        nearer = np.where((before * after).sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
        turn = before * (1 - share) + nearer * after * share
        unit: Array = turn / np.linalg.norm(turn, axis=1, keepdims=True)
        return unit

    def at(self, seconds: float) -> Moment:
        step = self.step_at(seconds)
        points, offset = self.true_points(np.array([step]))[:, 0], self.offset_at(np.array([seconds]))[:, 0]
        own = np.full(len(points), step)
        for shown in self.timing.shown:
            if (now := shown.at(seconds)) is not None:
                ball, (own[shown.ball], jump) = shown.ball, now
                points[ball] = on_path(self.iterates[ball], own[ball])
                offset[ball] = held_near(offset[ball] + jump, REACH * self.radius)
        aside = np.flatnonzero(offset.any(axis=1))
        below = points.copy()
        below[aside] += offset[aside] / self.display.scale
        count = len(points)  # one look at the surface costs less than two
        feet, normals = self.display.contact(np.concatenate([points, below[aside]]) if len(aside) else points)
        foot, normal = feet[:count].copy(), normals[:count].copy()
        foot[aside], normal[aside] = feet[count:], normals[count:]
        center, turn = foot + self.radius * normal, self._turn(seconds, step, own)
        return Moment(step, own, points, feet[:count], below, normal, center, turn)


def held_near(offset: Array, reach: float) -> Array:
    """An offset (2,), no longer than `reach`."""
    near: Array = offset * min(1.0, reach / max(float(np.hypot(*offset)), 1e-12))
    return near


def traced(group: NDArray[np.int_]) -> NDArray[np.int_]:
    """The balls, rising, whose ways are drawn: all, or of more than MOST_WAYS so many, by chance: of every entry its
    equal share, or all that it has."""
    if len(group) <= MOST_WAYS:
        return np.arange(len(group))
    entries, chance = np.unique(group), np.random.default_rng(0)
    share = max(MOST_WAYS // len(entries), 1)
    every = [np.flatnonzero(group == entry) for entry in entries]
    return np.sort(np.concatenate([chance.choice(own, min(share, len(own)), replace=False) for own in every]))


def hold_last(positions: Array, last: NDArray[np.int_]) -> Array:
    """Rows after a run's last finite one repeat that one, so that its ball stays where it was seen last."""
    rows = np.arange(positions.shape[1])
    finite = np.isfinite(positions).all(axis=-1) & (rows <= last[:, None])
    end = np.where(finite, rows, 0).max(axis=1)
    held = np.clip(positions, -1e12, 1e12)
    run, row = np.nonzero(rows > end[:, None])
    held[run, row] = held[run, end[run]]
    return held


def stop_at_edge(positions: Array, last: NDArray[np.int_], left: NDArray[np.bool_], domain: Array) -> Array:
    """Runs that `left` what is known of their surface stop where their last step crosses its edge."""
    stopped, low, high = positions.copy(), domain[:, 0], domain[:, 1]
    run = np.flatnonzero(left & (last > 0))
    before, after = positions[run, last[run] - 1], positions[run, last[run]]
    with np.errstate(all="ignore"):
        shares = (np.where(after > before, high, low) - before) / (after - before)
        share = np.where((after < low) | (after > high), shares, 1.0).min(axis=1)
        edge = np.clip(before + share[:, None] * (after - before), low, high)
    known = np.isfinite(share)
    stopped[run[known], last[run[known]]] = edge[known]
    return stopped


def dense_paths(display: Display, positions: Array, last: NDArray[np.int_], radius: float, fine: float) -> Paths:
    """Sample the ways between iterates (balls, steps + 1, 2) finely enough to see them and to roll along them."""
    balls, count = positions.shape[:2]
    kept, every = chosen_iterates(display.to_plate(positions), last, fine)
    plate = display.to_plate(positions[:, kept])
    moved = np.linalg.norm(np.diff(plate, axis=1), axis=-1).max(axis=0, initial=0)
    pieces = np.clip(np.ceil(moved / (0.4 * radius)), 1, 48)
    room = max(MOST_SAMPLES * min(1.0, 48 / balls), len(kept))
    if pieces.sum() > room:
        pieces = np.maximum(1, np.floor(pieces * room / pieces.sum()))
    nodes = np.concatenate([[0.0], np.cumsum(pieces)])
    steps = np.interp(np.interp(np.arange(nodes[-1] + 1), nodes, np.arange(len(kept))), np.arange(len(kept)), kept)
    if len(steps) < 2:
        steps = np.array([0.0, 0.0])
    points = np.stack([between(steps, kept, path) for path in positions[:, kept]])
    steps, points, world = finer(display, steps, points, fine, int(1.5 * room))
    return Paths(steps, points, world, every)


def chosen_iterates(plate: Array, last: NDArray[np.int_], fine: float) -> tuple[NDArray[np.int_], int]:
    """The steps at which the ways plate (balls, steps + 1, 2) are drawn through their iterates, and 1; of runs that are
    too long and lively for that, every n-th step, and n: odd, so that a swing from side to side keeps both sides."""
    count = plate.shape[1]
    if count <= MOST_ITERATES:
        return np.arange(count), 1
    kept, every = kept_within(plate, np.arange(count, dtype=float), fine, MOST_ITERATES), 1
    if kept is None:
        every = -(-count // MOST_ITERATES) | 1
        kept = np.arange(0, count, every)
    return np.unique(np.concatenate([[0], kept, last, [count - 1]])).astype(int), every


def between(steps: Array, kept: NDArray[np.int_], iterates: Array) -> Array:
    """Points (n, 2) at `steps` on the straight lines between iterates (m, 2), which are at steps `kept`."""
    return np.stack([np.interp(steps, kept, iterates[:, axis]) for axis in (0, 1)], axis=-1)


def finer(display: Display, steps: Array, points: Array, fine: float, room: int) -> tuple[Array, Array, Array]:
    """Halve the pieces over which the surface bends by more than `fine` from the straight line, as far as `room` goes.

    Gives steps (n,), points (balls, n, 2) and world (balls, n, 3)."""
    world = display.to_world(points)
    low, high = display.floor - BEYOND, display.ceiling + BEYOND
    where = np.arange(len(steps) - 1)  # the pieces looked at, by the index of their first sample
    for _ in range(FINER):
        middle = (points[:, where] + points[:, where + 1]) / 2
        lifted = display.to_world(middle)
        heights = np.clip(world[..., 2], low, high)
        bend = np.clip(lifted[..., 2], low, high) - (heights[:, where] + heights[:, where + 1]) / 2
        split = (np.abs(bend) > fine).any(axis=0)
        if not split.any() or len(steps) + split.sum() > room:
            break
        at, half = where[split], (steps[where[split]] + steps[where[split] + 1]) / 2
        steps = np.insert(steps, at + 1, half)
        points = np.insert(points, at + 1, middle[:, split], axis=1)
        world = np.insert(world, at + 1, lifted[:, split], axis=1)
        first = at + np.arange(len(at))  # where the halves are now
        where = np.sort(np.concatenate([first, first + 1]))
    return steps, points, world


def roll_along(display: Display, points: Array, radius: float, first: Array | None = None) -> Array:
    """Turns (balls, samples, 4) of balls that roll without slipping along points (balls, samples, 2).

    A ball rolls about normal x velocity of its centre, by path length / radius: the material point that touches the
    surface is at rest. Quaternions are (x, y, z, w), from the ball's own axes to the world; `first` is the turn at
    the start.
    """
    normal = display.normal(points)
    center = display.to_world(points) + radius * normal
    step = np.diff(center, axis=1)
    middle = normal[:, 1:] + normal[:, :-1]
    middle /= np.linalg.norm(middle, axis=-1, keepdims=True)
    turn = np.cross(middle, step) / radius
    angle = np.linalg.norm(turn, axis=-1, keepdims=True)
    axis = turn / np.maximum(angle, 1e-12)
    pieces = np.concatenate([axis * np.sin(angle / 2), np.cos(angle / 2)], axis=-1)
    start = np.broadcast_to(np.array([0.0, 0.0, 0.0, 1.0]) if first is None else first, (len(points), 4))
    return chain(np.concatenate([start[:, None], pieces], axis=1))


def chain(pieces: Array, block: int = 64) -> Array:
    """Running products q_k = p_k * ... * p_1 * p_0 of quaternions (balls, samples, 4), by blocks so that Python loops
    little.
    """
    balls, count = pieces.shape[:2]
    block = min(block, max(count, 1))
    blocks = -(-count // block)
    padded = np.zeros((balls, blocks * block, 4))
    padded[..., 3] = 1
    padded[:, :count] = pieces
    padded = padded.reshape(balls, blocks, block, 4)
    for k in range(1, block):
        padded[:, :, k] = multiply(padded[:, :, k], padded[:, :, k - 1])
    for b in range(1, blocks):
        padded[:, b] = multiply(padded[:, b], padded[:, b - 1, -1:])
    turns = padded.reshape(balls, -1, 4)[:, :count]
    units: Array = turns / np.linalg.norm(turns, axis=-1, keepdims=True)
    return units


def multiply(a: Array, b: Array) -> Array:
    """Quaternion product a * b, (x, y, z, w): first turn by b, then by a."""
    vector = a[..., 3:] * b[..., :3] + b[..., 3:] * a[..., :3] + np.cross(a[..., :3], b[..., :3])
    scalar = a[..., 3] * b[..., 3] - (a[..., :3] * b[..., :3]).sum(axis=-1)
    return np.concatenate([vector, scalar[..., None]], axis=-1)
