"""How often optimizers ask for f, its gradient and its Hessian, counted between them and the objective.

What `roll` asks for itself, to record loss and gradient along the way, does not count.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.engine.record import Trajectory
from thalweg.engine.rollout import BLOCK, MANY, roll

UNKNOWN = -1
Counts = npt.NDArray[np.int64]  # (..., 3): evaluations of f, gradient, Hessian
Indices = npt.NDArray[np.int64]
Which: TypeAlias = int | npt.NDArray[np.bool_]


@dataclass
class Asked:
    """What a batch of runs asked for: in each step of every run alike, (steps, 3), and beyond that of single runs."""

    every: list[tuple[int, int, int]] = field(default_factory=list)
    single: dict[int, Counts] = field(default_factory=dict)  # step -> (runs still on their way, 3)


@dataclass(frozen=True)
class CountedTrajectory(Trajectory):
    """A Trajectory that knows what its optimizer asked for."""

    asked: Asked = field(default_factory=Asked)

    def evaluations(self, steps: npt.ArrayLike | None = None) -> Counts:
        """How often each run's optimizer asked for f, gradient and Hessian in its first `steps` steps (runs,), all of
        them unless given: (runs, 3); UNKNOWN where nobody can say.

        An optimizer that asks for all its runs at once, asks for each of them. A run that `roll` left at rest would
        have asked the same again and again. In a swarm one run's counts, rolled alone, stand for all.
        """
        wanted = self.last if steps is None else np.minimum(np.asarray(steps), self.last)
        every = self.asked.every
        if not every:
            return np.zeros((len(self.last), 3), np.int64)
        rows = np.array([*every, *every[-1:] * (int(wanted.max()) - len(every))])
        total: Counts = np.concatenate([np.zeros((1, 3), np.int64), np.cumsum(rows, axis=0)])[wanted]
        for step, counts in self.asked.single.items():
            moving = np.flatnonzero((self.status == "ok") | (self.last > step))  # diverged ones were left behind
            if len(moving) != len(counts):  # so were others, and nobody can say which
                return np.full_like(total, UNKNOWN)
            total[moving] += np.where(wanted[moving, None] > step, counts, 0)
        return total


def counted_roll(
    optimizer: Optimizer,
    surface: Objective,
    starts: Array,
    steps: int,
    *,
    start_index: Indices,
    replica: Indices,
    **how: Any,
) -> CountedTrajectory:
    """`optimizers.roll` from starts (runs, 2), bit for bit, counting what the optimizer asks for.

    A swarm that goes in several blocks is rolled as ever, and its longest run once more, alone, to be counted.
    """

    def rolled(one: Optimizer, runs: slice, **also: Any) -> Trajectory:
        return roll(
            one, surface, starts[runs], steps, start_index=start_index[runs], replica=replica[runs], **{**how, **also}
        )

    asked = Asked()
    counting = _counting(optimizer, asked)
    if len(starts) <= BLOCK and len(starts) * steps < MANY:
        path = rolled(counting, slice(None))
    else:
        path = rolled(optimizer, slice(None))
        longest = int(path.last.argmax())
        rolled(counting, slice(longest, longest + 1), record="last")
    return CountedTrajectory(**vars(path), asked=asked)


def _counting(optimizer: Optimizer, asked: Asked) -> Optimizer:
    """The same optimizer, of a class of its own whose steps see an objective that counts."""

    def step(self: Optimizer, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        counter = _Counter(objective, len(points))
        made = optimizer.step(state, points, cast(Objective, counter), hyper)
        if counter.single is not None:
            asked.single[len(asked.every)] = counter.single
        asked.every.append((counter.values, counter.gradients, counter.hessians))
        return made

    counting, cls = copy(optimizer), type(optimizer)
    object.__setattr__(counting, "__class__", type(cls.__name__, (cls,), {"step": step, "__module__": cls.__module__}))
    return counting


class _Counter:
    """An objective that counts what it is asked for."""

    def __init__(self, objective: Objective, runs: int) -> None:
        self.objective, self.runs = objective, runs
        self.values = self.gradients = self.hessians = 0
        self.single: Counts | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.objective, name)

    def value(self, points: Array) -> Array:
        self.values += 1
        return self.objective.value(points)

    def gradient(self, points: Array) -> Array:
        self.gradients += 1
        return self.objective.gradient(points)

    def hessian(self, points: Array) -> Array:
        self.hessians += 1
        return self.objective.hessian(points)

    @property
    def not_counted(self) -> Objective:
        return self.objective

    def for_run(self, run: Which) -> Objective:
        """The same objective, whose questions are about that one run, or some, alone."""
        self.single = np.zeros((self.runs, 3), np.int64) if self.single is None else self.single
        return cast(Objective, _Single(self.objective, self.single, run))


class _Single:
    """An objective that counts what it is asked for one run, or some, into counts (runs, 3)."""

    def __init__(self, objective: Objective, counts: Counts, run: Which) -> None:
        self.objective, self.counts, self.run = objective, counts, run

    def __getattr__(self, name: str) -> Any:
        return getattr(self.objective, name)

    def value(self, points: Array) -> Array:
        self.counts[self.run, 0] += 1
        return self.objective.value(points)

    def gradient(self, points: Array) -> Array:
        self.counts[self.run, 1] += 1
        return self.objective.gradient(points)

    def hessian(self, points: Array) -> Array:
        self.counts[self.run, 2] += 1
        return self.objective.hessian(points)


def asked_for(objective: Objective, run: Which) -> Objective:
    """The objective for an optimizer that asks, in the shape of all runs, about this one or these (runs,) alone."""
    single = getattr(objective, "for_run", None)
    return cast(Objective, single(run)) if single else objective


def not_counted(objective: Objective) -> Objective:
    """The objective for what an optimizer knows already."""
    return cast(Objective, getattr(objective, "not_counted", objective))
