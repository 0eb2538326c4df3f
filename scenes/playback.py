"""From trajectories to motion: which step is shown at which second, and where each ball then is. Pure numpy.

A `Playback` is made once for a film; `step_at(seconds)` and `at(seconds)` are look-ups, the same whatever was asked
before. All balls share one clock: at second t every ball is at the same fractional step. Between two iterates x and y
go straight and the height is the surface's, so a ball never cuts through a hill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.display import Display

Array = NDArray[np.float64]
MOST_ITERATES = 6000  # more steps than this are drawn through every n-th iterate
MOST_SAMPLES = 16000  # of a path, between and at the iterates
CROWD = 16  # with more balls than this nobody steps aside


class Timing(NamedTuple):
    """Seconds of the film's parts, and the film seconds at which fractional steps are shown."""

    intro: float
    hold: float
    duration: float
    seconds: Array  # (n,), ascending
    steps: Array  # (n,), the fractional step at each of `seconds`


class Moment(NamedTuple):
    """Everything that moves, at one second: fractional step; per ball the point shown (balls, 2), where it touches the
    surface (balls, 3), the surface's unit normal there, the ball's centre, and its turn as a unit quaternion (balls,
    4)."""

    step: float
    points: Array
    contact: Array
    normal: Array
    center: Array
    turn: Array


@dataclass(frozen=True)
class Paths:
    """Dense paths common to all balls: `steps` (samples,), `points` (balls, samples, 2) as shown, `turns` (balls,
    samples, 4).
    """

    steps: Array
    points: Array
    turns: Array


class Playback:
    """Parameters: display; positions (balls, steps + 1, 2), NaN after a run's end; last (balls,), index of each run's
    last
    row; group (balls,), the entry each ball belongs to; radius in display units; timing."""

    def __init__(
        self,
        display: Display,
        positions: Array,
        last: NDArray[np.int_],
        group: NDArray[np.int_],
        radius: float,
        timing: Timing,
    ) -> None:
        self.display, self.radius, self.timing = display, radius, timing
        self.last_step = positions.shape[1] - 1
        self.duration = timing.duration
        held = hold_last(positions, last)
        self.paths = dense_paths(display, held, group, radius)

    def step_at(self, seconds: float) -> float:
        return float(np.interp(seconds, self.timing.seconds, self.timing.steps))

    def seconds_at(self, steps: Array) -> Array:
        """The film seconds at which fractional steps are passed."""
        return np.interp(steps, self.timing.steps, self.timing.seconds)

    def at(self, seconds: float) -> Moment:
        step = self.step_at(seconds)
        where = np.interp(step, self.paths.steps, np.arange(len(self.paths.steps)))
        low = min(int(where), len(self.paths.steps) - 2)
        share = where - low
        pair = self.paths.points[:, low : low + 2]
        points = pair[:, 0] * (1 - share) + pair[:, 1] * share
        turns = self.paths.turns[:, low : low + 2]
        nearer = np.where((turns[:, 0] * turns[:, 1]).sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
        turn = turns[:, 0] * (1 - share) + nearer * turns[:, 1] * share
        contact, normal = self.display.contact(points)
        return Moment(
            step,
            points,
            contact,
            normal,
            contact + self.radius * normal,
            turn / np.linalg.norm(turn, axis=1, keepdims=True),
        )


def hold_last(positions: Array, last: NDArray[np.int_]) -> Array:
    """Rows after a run's last finite one repeat that one, so that its ball stays where it was seen last."""
    held = positions.copy()
    for run in range(len(held)):
        finite = np.isfinite(held[run]).all(axis=1)
        finite[last[run] + 1 :] = False
        end = int(np.flatnonzero(finite)[-1])
        held[run, end + 1 :] = held[run, end]
    return np.clip(held, -1e12, 1e12)


def stop_at_edge(positions: Array, last: NDArray[np.int_], left: NDArray[np.bool_], domain: Array) -> Array:
    """Runs that `left` what is known of their surface stop where their last step crosses its edge."""
    stopped, low, high = positions.copy(), domain[:, 0], domain[:, 1]
    for run in np.flatnonzero(left & (last > 0)):
        before, after = positions[run, last[run] - 1], positions[run, last[run]]
        with np.errstate(all="ignore"):
            shares = (np.where(after > before, high, low) - before) / (after - before)
            share = np.where((after < low) | (after > high), shares, 1.0).min()
        if np.isfinite(share):
            stopped[run, last[run]] = np.clip(before + share * (after - before), low, high)
    return stopped


def dense_paths(display: Display, positions: Array, group: NDArray[np.int_], radius: float) -> Paths:
    """Sample the way between iterates finely enough to see it, let crowded balls step aside, and roll the balls along
    it.
    """
    balls, count = positions.shape[:2]
    kept = np.unique(np.linspace(0, count - 1, min(count, MOST_ITERATES)).astype(int))
    iterates = positions[:, kept]
    moved = (
        np.linalg.norm(np.diff(display.to_plate(iterates), axis=1), axis=-1).max(axis=0)
        if len(kept) > 1
        else np.zeros(0)
    )
    pieces = np.clip(np.ceil(moved / (0.4 * radius)), 1, 48)
    room = max(MOST_SAMPLES * min(1.0, 48 / balls), len(kept))
    if pieces.sum() > room:
        pieces = np.maximum(1, np.floor(pieces * room / pieces.sum()))
    nodes = np.concatenate([[0.0], np.cumsum(pieces)])
    where = np.interp(np.arange(nodes[-1] + 1), nodes, np.arange(len(kept)))
    if len(where) < 2:
        where = np.array([0.0, 0.0])
    low = np.minimum(where.astype(int), max(len(kept) - 2, 0))
    share = (where - low)[:, None]
    points = iterates[:, low] * (1 - share) + iterates[:, np.minimum(low + 1, len(kept) - 1)] * share
    points = points + step_aside(display.to_plate(points), group, radius) / display.scale
    steps = np.interp(where, np.arange(len(kept)), kept)
    return Paths(steps, points, roll_along(display, points, radius))


def step_aside(plate: Array, group: NDArray[np.int_], radius: float) -> Array:
    """Where balls meet, each moves to its own place on a ring around the spot: offsets (balls, samples, 2) in display
    units.

    The trajectories are untouched; only what is shown gives way, by at most 2.4 radii, and only while another
    optimizer's ball is nearer than 2.6 radii.
    """
    balls, entries = len(plate), int(group.max()) + 1 if len(group) else 0
    if entries < 2 or balls > CROWD:
        return np.zeros_like(plate)
    nearest = np.full(plate.shape[:2], np.inf)
    for i in range(balls):
        for j in range(i + 1, balls):
            if group[i] != group[j]:
                apart = np.linalg.norm(plate[i] - plate[j], axis=-1)
                nearest[i], nearest[j] = np.minimum(nearest[i], apart), np.minimum(nearest[j], apart)
    closeness = np.clip((2.6 * radius - nearest) / (1.6 * radius), 0, 1)
    closeness = closeness * closeness * (3 - 2 * closeness)
    ring = min(1.08 * radius / np.sin(np.pi / max(entries, 2)), 2.4 * radius)
    angle = 2 * np.pi * (np.asarray(group) / entries + 0.07)
    slot = ring * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return closeness[..., None] * slot[:, None]


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
    return turns / np.linalg.norm(turns, axis=-1, keepdims=True)


def multiply(a: Array, b: Array) -> Array:
    """Quaternion product a * b, (x, y, z, w): first turn by b, then by a."""
    vector = a[..., 3:] * b[..., :3] + b[..., 3:] * a[..., :3] + np.cross(a[..., :3], b[..., :3])
    scalar = a[..., 3] * b[..., 3] - (a[..., :3] * b[..., :3]).sum(axis=-1)
    return np.concatenate([vector, scalar[..., None]], axis=-1)
