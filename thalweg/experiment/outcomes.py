"""What became of each ball: the one place that says so, for the screen, reports and data alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from thalweg.engine.asked import UNKNOWN, CountedTrajectory
from thalweg.engine.stored import stored_per_weight

if TYPE_CHECKING:
    from thalweg.calculus import Surface
    from thalweg.calculus.landmarks import Landmarks
    from thalweg.engine import Trajectory
    from thalweg.experiment.experiment import Experiment
    from thalweg.experiment.recorded import Ball

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
DIVERGED, LEFT, IN, NEAR = "diverged", "left", "in minimum", "near minimum"
OVER, RESTS, CIRCLES, OUTSIDE, MOVES = "over", "at rest", "circling", "outside", "still moving"
OUTCOMES = (DIVERGED, LEFT, IN, NEAR, OVER, RESTS, CIRCLES, OUTSIDE, MOVES)  # the first that fits
NONE = -1  # of whole numbers: there is none
ASKED = ("value", "gradient", "hessian")
AT_ONCE = 1_000_000  # iterates looked at, for a swarm's memory
LOW = 1e-3  # of its start's height above a minimum: a ball that has more left is near it, not in it
STILL, AGAIN, EDGE = 1e-9, 1e-6, 1e-6  # of the diagonal, the diagonal and the domain's width
AROUND = 10  # widths of the domain
CELLS, MOST_SEEDS = 200, 200  # of the diagonal: seeds nearer than one part are one; so many at most


class Group(NamedTuple):
    """Balls of which the same became: one of OUTCOMES, and which minimum or curve of minima, by index, or NONE.
    `undefined`: of the diverged those that came where the loss is not defined.
    """

    outcome: str
    minimum: int = NONE
    curve: int = NONE
    undefined: bool = False


@dataclass(frozen=True)
class Facts:
    """Of each ball of an entry, NONE where there is no such number.

    outcome (balls,): one of OUTCOMES. minimum (balls,): index into `landmarks.minima` (and critical points) of the one
    that the ball is in or near. curve (balls,): index into `landmarks.curves` of the one on which it is, at rest or
    not: within `tolerance` of it and as low as in a minimum.
    distance (balls,): from the last iterate to that minimum, or to the nearest where there is none; nan without minima
    or after a run's end.
    steps (balls,): of balls in a minimum the first step from which on every iterate is in it: within `tolerance` times
    the domain's diagonal of it, at most 1/1000 of the start's height above it left. NONE where not every step was
    recorded.
    evaluations, until (balls, 3): how often the optimizer asked for f, gradient and Hessian in the whole run, and in
    those steps; UNKNOWN for runs recorded elsewhere. limit (balls,): 2 / the largest curvature at the start.
    undefined (balls,): whether a ball diverged around the domain, at a finite place where the loss is not a number.
    stored: numbers that the optimizer keeps for each weight; UNKNOWN for runs recorded elsewhere.
    """

    outcome: npt.NDArray[np.str_]
    minimum: Whole
    curve: Whole
    distance: Array
    steps: Whole
    evaluations: Whole
    until: Whole
    limit: Array
    stored: int = UNKNOWN
    undefined: Mask | None = None

    def counts(self) -> dict[Group, int]:
        """How many balls are in each group; they add up to the number of balls."""
        codes = np.select([self.outcome == word for word in OUTCOMES], range(len(OUTCOMES)))
        undefined = np.zeros_like(codes) if self.undefined is None else self.undefined
        rows, counts = np.unique(np.stack([codes, self.minimum, self.curve, undefined]), axis=1, return_counts=True)
        return {
            Group(OUTCOMES[code], minimum, curve, bool(lost)): count
            for (code, minimum, curve, lost), count in zip(rows.T.tolist(), counts.tolist(), strict=True)
        }


class Outcomes(NamedTuple):
    """The landmarks that indices are about, the facts of each entry, and the domain's widths along x and y."""

    landmarks: Landmarks
    entries: tuple[Facts, ...]
    widths: tuple[float, float] = (1.0, 1.0)


def outcomes_of(experiment: Experiment, trajectories: Sequence[Trajectory]) -> Outcomes:
    """What became of every ball of every entry, the entries in the order of their trajectories.

    A ball is in the first group of OUTCOMES that fits. diverged, left (a sampled grid): its run ended so. in minimum:
    within `tolerance` times the domain's diagonal of it, plain descent from there ends in it, and at most 1/1000 of
    the start's height above it is left; near minimum: more is left. over: a recording that ended before the film.
    at rest: each of its last 20 steps (of a shorter run all) is below 1e-9 of the diagonal. circling: its last 20
    iterates repeat with a period of 2 to 10 within 1e-6 of the diagonal, and are further apart than that in between:
    a ball that creeps on its way is none. outside: of the domain. Which steps are recorded changes none of it.
    """
    outcomes = of_paths(experiment.surface, trajectories, experiment.tolerance)
    kept = [UNKNOWN if entry.recording else stored_per_weight(entry.optimizer) for entry in experiment.entries]
    entries = [
        _as_logged(facts, entry.recording.balls) if entry.recording else facts
        for facts, entry in zip(outcomes.entries, experiment.entries, strict=True)
    ]
    return outcomes._replace(
        entries=tuple(replace(each, stored=count) for each, count in zip(entries, kept, strict=True))
    )


def _as_logged(facts: Facts, balls: Sequence[Ball]) -> Facts:
    """Without the steps to a minimum of those balls whose arrival lies between two rows of a recording."""
    steps = facts.steps.copy()
    for index, ball in enumerate(balls):
        seen = set(range(steps[index] - 1, steps[index] + 1)) - {NONE}
        if steps[index] != NONE and not seen <= set(ball.steps.tolist()):
            steps[index] = NONE
    return replace(facts, steps=steps)


def median(facts: Facts) -> tuple[int, float, list[float]] | None:
    """How many balls are in a minimum after a known number of steps, and the medians of these steps and of the
    evaluations (f, gradient, Hessian) until then, negative where not known; None where there are none.
    """
    there = facts.steps >= 0
    if not there.any():
        return None
    return int(there.sum()), float(np.median(facts.steps[there])), np.median(facts.until[there], axis=0).tolist()


def of_paths(surface: Surface, paths: Sequence[Trajectory], tolerance: float) -> Outcomes:
    """What became of trajectories on a surface, by the same rule."""
    every = [path.positions[np.arange(len(path.last)), path.ends] for path in paths]
    fine = [path.status == "ok" for path in paths]
    landmarks = _landmarks(surface, np.concatenate([ends[ok] for ends, ok in zip(every, fine, strict=True)]), tolerance)
    (x0, x1), (y0, y1) = surface.domain
    return Outcomes(landmarks, tuple(_facts(surface, path, tolerance, landmarks) for path in paths), (x1 - x0, y1 - y0))


def _landmarks(surface: Surface, ends: Array, tolerance: float) -> Landmarks:
    """Those of the surface, and what a search from where balls ended finds, where these lead to none that is known."""
    known = surface.landmarks
    if known.complete or not len(ends):
        return known
    low, high = np.array(surface.domain).T
    ends = ends[((ends >= low) & (ends <= high)).all(axis=1)]
    ends = ends[surface.reached(ends, tolerance, known.minima) < 0]
    first = np.unique(np.round(ends / (_diagonal(surface) / CELLS)), axis=0, return_index=True)[1]
    seeds = ends[np.sort(first)]
    seeds = seeds[:: -(-len(seeds) // MOST_SEEDS) or 1]
    seeds = seeds[surface.reached(seeds, 2.0, known.minima) < 0]
    return surface.landmarks_from(seeds) if len(seeds) else known


def _facts(surface: Surface, path: Trajectory, tolerance: float, landmarks: Landmarks) -> Facts:
    balls, near = len(path.last), tolerance * _diagonal(surface)
    places = np.reshape([(each.x, each.y) for each in landmarks.minima], (-1, 2))
    ends = path.positions[np.arange(balls), path.ends]
    fine = np.flatnonzero(path.status == "ok")
    minimum, distance = np.full(balls, NONE), np.full(balls, np.nan)
    minimum[fine] = surface.reached(ends[fine], tolerance, landmarks.minima)
    if len(places) and len(fine):
        from thalweg.calculus.reached import nearest

        distance[fine] = nearest(ends[fine], places)[0]
        there = fine[minimum[fine] >= 0]
        distance[there] = np.hypot(*(ends[there] - places[minimum[there]]).T)
    outcome = _outcome(surface, path, ends, minimum, landmarks)
    steps = _arrived(surface, path, landmarks, np.where(outcome == IN, minimum, NONE), near)
    evaluations = until = np.full((balls, 3), UNKNOWN)
    if isinstance(path, CountedTrajectory):
        evaluations = path.evaluations()
        until = np.where(steps[:, None] >= 0, path.evaluations(np.maximum(steps, 0)), NONE)
    curve = np.full(balls, NONE)
    free = np.flatnonzero(np.isin(outcome, (RESTS, CIRCLES, MOVES)))
    for index, each in enumerate(landmarks.curves if len(free) else ()):
        line = np.concatenate([each.points, each.points[:1]]) if each.closed else each.points
        on = _away(ends[free], line) <= near
        on &= _low(surface, path, ends, np.full(balls, each.value))[free]
        curve[free[on & (curve[free] < 0)]] = index
    return Facts(
        outcome,
        minimum,
        curve,
        distance,
        steps,
        evaluations,
        until,
        surface.stability_limit(path.start),
        undefined=(outcome == DIVERGED) & _undefined(surface, path, ends),
    )


def _undefined(surface: Surface, path: Trajectory, ends: Array) -> Mask:
    """(balls,) whether the loss is not a number where a ball ended: far away that is inf - inf, mere overflow."""
    low, high = np.array(surface.domain).T
    around = ((ends >= low - AROUND * (high - low)) & (ends <= high + AROUND * (high - low))).all(axis=1)
    lost: Mask = around & np.isnan(path.loss[np.arange(len(ends)), path.ends])
    return lost


def _outcome(
    surface: Surface, path: Trajectory, ends: Array, minimum: Whole, landmarks: Landmarks
) -> npt.NDArray[np.str_]:
    """(balls,) the first of OUTCOMES that fits; `minimum` is the one within reach."""
    size, tail = _diagonal(surface), path.tail
    low, high = np.array(surface.domain).T
    edge = EDGE * (high - low)
    values = np.array([each.value for each in landmarks.minima] or [np.nan])[minimum]
    inside = ((ends >= low - edge) & (ends <= high + edge)).all(axis=1)
    fits = [
        path.status == "diverged",
        path.status == "left",
        (minimum >= 0) & _low(surface, path, ends, values),
        minimum >= 0,
        path.last < path.steps[-1],
        tail.moved < STILL * size,
        tail.missed <= AGAIN * size,
        ~inside,
    ]
    return np.select(fits, OUTCOMES[:-1], MOVES)


def _low(surface: Surface, path: Trajectory, ends: Array, bottom: Array) -> Mask:
    """(balls,) whether at most LOW of a ball's height above `bottom` (balls,) is left, as the picture has it and as the
    legend has it (a recording's own losses), but for what rounding may do.
    """
    return _height_left(
        surface.value(path.start), surface.value(ends), path.loss[np.arange(len(ends)), path.ends], bottom
    )


def _height_left(first: Array, last: Array, shown: Array, bottom: Array) -> Mask:
    """Whether at most LOW of the height of the `first` value above `bottom` is left of the `last` and the `shown`."""
    with np.errstate(all="ignore"):
        rounding = 64 * np.finfo(np.float64).eps * np.maximum(np.abs(last), np.abs(bottom))
        low: Mask = np.fmax(last, shown) - bottom <= LOW * np.maximum(first - bottom, 0.0) + rounding
    return low


def _away(points: Array, line: Array) -> Array:
    """Distances (n,) of points (n, 2) to the nearest piece of a line through (m, 2)."""
    nearest = np.full(len(points), np.inf)
    for start, end in zip(line[:-1], line[1:], strict=True):
        way = end - start
        share = np.clip((points - start) @ way / max(float(way @ way), 1e-300), 0.0, 1.0)
        nearest = np.minimum(nearest, np.hypot(*(points - start - share[:, None] * way).T))
    return nearest


def _arrived(surface: Surface, path: Trajectory, landmarks: Landmarks, minimum: Whole, near: float) -> Whole:
    """(balls,): the first step from which on a ball stays in its minimum, as near to it and as low as that means."""
    places = np.reshape([(each.x, each.y) for each in landmarks.minima], (-1, 2))
    bottoms = np.array([each.value for each in landmarks.minima])
    steps: Whole = np.full(len(minimum), NONE)
    reached = np.flatnonzero(minimum >= 0)
    rows = path.positions.shape[1]
    if not len(reached) or rows != path.steps[-1] + 1:
        return steps
    for some in np.array_split(reached, -(-len(reached) * rows // AT_ONCE)):
        away = path.positions[some] - places[minimum[some], None]
        far = ~(np.hypot(away[..., 0], away[..., 1]) <= near)
        ball, step = np.nonzero(~far)
        those = some[ball]
        far[ball, step] = ~_height_left(
            surface.value(path.start)[those],
            surface.value(path.positions[those, step]),
            path.loss[those, step],
            bottoms[minimum[those]],
        )
        far[:, -1] = False  # known to be in it
        first = np.where(far.any(axis=1), rows - far[:, ::-1].argmax(axis=1), 0)  # behind the last that is far
        steps[some] = np.where(first < rows, first, NONE)
    return steps


def _diagonal(surface: Surface) -> float:
    (x0, x1), (y0, y1) = surface.domain
    return float(np.hypot(x1 - x0, y1 - y0))
