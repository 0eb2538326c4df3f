"""Facts about runs: which minimum each ball reached, after how many steps, and what its optimizer asked for."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from optimizers._asked import UNKNOWN, CountedTrajectory

if TYPE_CHECKING:
    from configs.experiment import Experiment
    from optimizers import Trajectory
    from surfaces import Surface

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
NONE = -1       # of whole numbers: there is none
AT_ONCE = 1_000_000     # iterates looked at, for a swarm's memory
ASKED = ("value", "gradient", "hessian")


@dataclass(frozen=True)
class Facts:
    """Of each ball of an entry, NONE where there is no such number.

    minimum (balls,): index into `surface.minima`, by SPEC's rule for 'reached': the last iterate within 2 % of the
    domain's diagonal and plain gradient descent from there ends in it. distance (balls,): from the last iterate to
    that minimum, or to the nearest when none is reached; nan without minima or after a run's end.
    steps (balls,): the first step from which on every iterate is within `tolerance` times the domain's diagonal of
    the minimum reached; NONE too where not every step was recorded.
    evaluations, until (balls, 3): how often the optimizer asked for f, gradient and Hessian in the whole run, and in
    those steps; UNKNOWN for runs recorded elsewhere. limit (balls,): 2 / the largest curvature at the start.
    """

    minimum: Whole
    distance: Array
    steps: Whole
    evaluations: Whole
    until: Whole
    limit: Array


def facts(experiment: Experiment, trajectories: Sequence[Trajectory]) -> list[Facts]:
    """One for each entry of the experiment, in the order of its trajectories."""
    return [facts_of(experiment.surface, trajectory, experiment.tolerance) for trajectory in trajectories]


def facts_of(surface: Surface, path: Trajectory, tolerance: float) -> Facts:
    """The facts about the balls of one trajectory."""
    from surfaces._minima import diagonal
    balls, fine = len(path.last), path.status == "ok"
    places = np.reshape([(each.x, each.y) for each in surface.minima], (-1, 2))
    ends = path.positions[np.arange(balls), path.ends]
    minimum, distance = np.full(balls, NONE), np.full(balls, np.nan)
    if fine.any():
        minimum[fine] = surface.reached(ends[fine])
    for index, place in enumerate(places):
        apart = np.hypot(*(ends - place).T)
        nearer = (minimum == index) | ((minimum < 0) & ~(distance <= apart))
        distance = np.where(fine & nearer, apart, distance)
    steps = _arrived(path, places, minimum, tolerance * diagonal(surface))
    evaluations = until = np.full((balls, 3), UNKNOWN)
    if isinstance(path, CountedTrajectory):
        evaluations = path.evaluations()
        until = np.where(steps[:, None] >= 0, path.evaluations(np.maximum(steps, 0)), NONE)
    return Facts(minimum, distance, steps, evaluations, until, surface.stability_limit(path.start))


def _arrived(path: Trajectory, places: Array, minimum: Whole, near: float) -> Whole:
    """(balls,): the first step from which on a ball stays near its minimum."""
    steps: Whole = np.full(len(minimum), NONE)
    reached = np.flatnonzero(minimum >= 0)
    rows = path.positions.shape[1]
    if not len(reached) or rows != path.steps[-1] + 1:
        return steps
    for some in np.array_split(reached, -(-len(reached) * rows // AT_ONCE)):
        away = path.positions[some] - places[minimum[some], None]
        far = ~(np.hypot(away[..., 0], away[..., 1]) <= near)
        first = np.where(far.any(axis=1), rows - far[:, ::-1].argmax(axis=1), 0)      # behind the last that is far
        steps[some] = np.where(first < rows, first, NONE)
    return steps
