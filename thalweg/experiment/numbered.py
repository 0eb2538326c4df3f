"""The rule of an entry with the numbers that one of its balls had in one step."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.engine import Trajectory
from thalweg.engine.rule.numbers import BOTH, Numbered, numbers_at
from thalweg.experiment.experiment import Entry, Experiment


def rule_in_step(
    experiment: Experiment,
    entry: Entry,
    trajectory: Trajectory,
    step: int,
    ball: int = 0,
    weights: Sequence[int] = BOTH,
) -> list[Numbered]:
    """The lines of the step, counted from 1, that led the ball to trajectory.positions[ball, step], with schedule,
    noise and clipping as they were; every step must have been kept. Empty where no text says the rule, and of
    recordings. Raises ValueError for a step that the ball did not make.
    """
    if entry.recording is not None:
        return []
    return numbers_at(
        entry.optimizer,
        experiment.surface,
        trajectory.positions[ball],
        step,
        weights=weights,
        schedule=entry.schedule,
        clip=entry.clip,
        noise=experiment.noise,
        seed=experiment.seed,
        start_index=entry.start_index[[ball]],
        replica=entry.replica[[ball]],
    )
