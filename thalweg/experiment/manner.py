"""How balls move in the end: what tells one that creeps from one that hops for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from thalweg.experiment.outcomes import DIVERGED, IN, LEFT, NONE, OUTSIDE, OVER, RESTS, Facts, Outcomes

if TYPE_CHECKING:
    from thalweg.calculus import Surface
    from thalweg.engine import Trajectory
    from thalweg.experiment.experiment import Experiment

Array = npt.NDArray[np.float64]
CREEPS, SETTLES, SWINGS_IN, THROWN = "creeps", "settles", "swings in", "thrown out"
LESS, HOPS, TREMBLES, WIDER = "hops ever less", "hops", "trembles", "swings wider"
MANNERS = (CREEPS, SETTLES, SWINGS_IN, THROWN, RESTS, LESS, HOPS, TREMBLES, OUTSIDE, WIDER, OVER, LEFT, DIVERGED)
STEPS = 20  # the last ones that are looked at; of a shorter run all
FOLDED = 0.3  # of the way's length: who gets no further goes to and fro
SEEN = 1e-4  # of the diagonal: shorter hops are not seen
FALLING = -0.3  # exponent of step length against step number: AdaGrad's is -1/2 where slopes stay as they are
COMING = -1.0  # steps that fall faster than 1/n have a finite sum: they lead somewhere
GROWING = 1.0  # and steps that grow faster than n lead away: what only hops, however unevenly, does not
EVERYWHERE = 2.0  # of the diagonal: within this of a minimum is all of the domain
DEEPER = 1e-9  # of a loss: less is no difference


class Manner(NamedTuple):
    """How a ball moves in the end: one of MANNERS, in which minimum (index, or NONE), and its typical step then, in
    domain units.
    """

    word: str
    minimum: int
    step: float


def manners(experiment: Experiment, trajectories: Sequence[Trajectory], outcomes: Outcomes) -> list[list[Manner]]:
    """Of every ball of every entry, from trajectories of which every step was kept.

    diverged, left, over: as outcomes say. The last 20 steps go to and fro when they lead less than 0.3 of their length
    away. Then the ball trembles, where gradients are noisy; else it swings wider where its steps grow, over the second
    half of the run, faster than their number; hops ever less where they fall faster than number^-0.3; else hops. Not so
    where its hops are shorter than 1/10000 of the diagonal, or fall faster than 1 / number. In a minimum a ball that
    does none of these settles: it swings in where more than half of its steps before it arrived were against the step
    before; it was thrown out where plain descent from its start ends in a deeper minimum. Elsewhere it is at rest, as
    outcomes say, outside, swings in still, or creeps.
    """
    return [
        _of_entry(experiment, path, facts, outcomes) for path, facts in zip(trajectories, outcomes.entries, strict=True)
    ]


def _of_entry(experiment: Experiment, path: Trajectory, facts: Facts, outcomes: Outcomes) -> list[Manner]:
    surface, minima, made = experiment.surface, outcomes.landmarks.minima, []
    size, below = float(np.hypot(*outcomes.widths)), _downhill(surface, path, outcomes)
    for ball, outcome in enumerate(facts.outcome.tolist()):
        minimum = int(facts.minimum[ball]) if outcome == IN else NONE
        steps = np.diff(path.positions[ball, : int(path.last[ball]) + 1], axis=0)
        lengths = np.hypot(*steps.T)
        typical = float(np.median(lengths[-STEPS:])) if len(lengths) else 0.0
        word = str(outcome) if outcome in (DIVERGED, LEFT, OVER, RESTS) else _to_and_fro(
            steps, lengths, SEEN * size, experiment.noise is not None)  # fmt: skip
        if not word and minimum != NONE:
            start = int(below[ball])
            thrown = start != NONE and minima[start].value < minima[minimum].value - DEEPER * abs(minima[start].value)
            swung = _swung(steps[: max(int(facts.steps[ball]), 2)])
            word = THROWN if thrown else SWINGS_IN if swung else SETTLES
        word = word or (OUTSIDE if outcome == OUTSIDE else SWINGS_IN if _swung(steps[-STEPS:]) else CREEPS)
        made.append(Manner(word, minimum, typical))
    return made


def _to_and_fro(steps: Array, lengths: Array, seen: float, noisy: bool) -> str:
    """How a ball with such steps (n, 2) goes to and fro; empty where it does not, or not visibly, or comes to rest."""
    tail = lengths[-STEPS:]
    if len(tail) < 2 or not np.hypot(*steps[-STEPS:].sum(axis=0)) < FOLDED * tail.sum() or np.median(tail) < seen:
        return ""
    if noisy:
        return TREMBLES
    late = np.arange(len(lengths) // 2, len(lengths))
    late = late[lengths[late] > 0]
    exponent = np.polyfit(np.log(late + 1.0), np.log(lengths[late]), 1)[0] if len(late) > 2 else 0.0
    if exponent > GROWING:
        return WIDER
    return "" if exponent < COMING else LESS if exponent < FALLING else HOPS


def _swung(steps: Array) -> bool:
    """Whether more than half of steps (n, 2) go against the one before."""
    return len(steps) > 1 and bool(np.mean((steps[1:] * steps[:-1]).sum(axis=1) < 0) > 0.5)


def _downhill(surface: Surface, path: Trajectory, outcomes: Outcomes) -> npt.NDArray[np.int64]:
    """(balls,) the minimum in which plain descent from each start ends, or NONE."""
    if len(outcomes.landmarks.minima) < 2:
        return np.full(len(path.last), NONE)
    starts, which = np.unique(path.start, axis=0, return_inverse=True)
    return surface.reached(starts, EVERYWHERE, outcomes.landmarks.minima)[which.ravel()]
