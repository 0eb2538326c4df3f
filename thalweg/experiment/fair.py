"""Is a race fair? Each entry once more with half and with twice its lr, all judged after as many gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from thalweg.engine import Trajectory
from thalweg.engine.asked import UNKNOWN, CountedTrajectory
from thalweg.experiment.effort import least_gradients, loss_after
from thalweg.experiment.experiment import Entry, Experiment
from thalweg.experiment.outcomes import LOW

FACTORS = (0.5, 2.0)
NAMES = {0.5: "half the lr", 2.0: "twice the lr"}


@dataclass(frozen=True)
class Ghost:
    """An entry with another lr: `factor` times its own. `loss` is the median over its balls after the common number of
    gradients, infinite where that many diverged; `rank` its place among the other entries as they are, from 1.
    """

    entry: Entry
    trajectory: CountedTrajectory
    factor: float
    loss: float
    rank: int


@dataclass(frozen=True)
class Fair:
    """What a race would be with other rates.

    gradients: how many each had asked for when it is judged, UNKNOWN where nobody can say and the last step counts;
    loss and rank: of each entry, as a ghost's; nan and 0 of a recording, which takes no part; ghosts: of each entry,
    none where it has no lr or the other one is out of its range.
    """

    gradients: int
    loss: tuple[float, ...]
    rank: tuple[int, ...]
    ghosts: tuple[tuple[Ghost, ...], ...]

    @property
    def changes(self) -> list[tuple[int, Ghost]]:
        """The entries, by index, whose rank would be another one, each with the ghost that has it."""
        return [
            (index, ghost)
            for index, ghosts in enumerate(self.ghosts)
            for ghost in ghosts
            if ghost.rank != self.rank[index]
        ]

    def lines(self) -> list[list[tuple[str, int | None]]]:
        """What is told, line by line, in pieces of text, each with the index of the entry that it names: after how many
        gradients; 'with twice the lr Adam would be 3rd, not 1st; SGD 1st, not 2nd', first what happens at the top; that
        no rank changes.
        """
        if not any(self.ghosts):
            return [[("no entry has an lr to halve or to double", None)]]
        told: list[list[tuple[str, int | None]]] = []
        if self.gradients != UNKNOWN:
            told.append([(f"after {self.gradients:,} gradients each:", None)])
        changes = sorted(self.changes, key=lambda each: min(self.rank[each[0]], each[1].rank))
        for factor in FACTORS:
            line: list[tuple[str, int | None]] = []
            for index, ghost in changes:
                if ghost.factor == factor:
                    line.append(("; " if line else f"with {NAMES[factor]} ", None))
                    line.append((ghost.entry.label, index))
                    verb = " would be" if len(line) == 2 else ""
                    line.append((f"{verb} {nth(ghost.rank)}, not {nth(self.rank[index])}", None))
            told += [line] if line else []
        if not changes:
            told.append([(f"no rank changes with {' or '.join(NAMES.values())}", None)])
        return told

    def brief(self) -> str:
        """'With half or twice the lr 4 ranks would change'."""
        count = len(self.changes)
        return f"With half or twice the lr {count or 'no'} rank{'s' * (count > 1)} would change"

    def words(self) -> str:
        """The same as one line."""
        made = ["".join(text for text, _ in line) for line in self.lines()]
        line = " ".join(made[:1]) + " " + "; ".join(made[1:]) if made[0].endswith(":") else "; ".join(made)
        return line[0].upper() + line[1:]


def fair(experiment: Experiment, trajectories: Sequence[Trajectory]) -> Fair:
    """The reckoning of a race that was rolled with every step kept.

    Two losses less than a thousandth of the race's height apart share a rank, so that how far two have crept into the
    same minimum decides nothing.
    """
    kept = [index for index, entry in enumerate(experiment.entries) if entry.recording is None]
    paths = [cast(CountedTrajectory, trajectories[index]) for index in kept]
    wanted = [(index, factor, made) for index in kept for factor, made in _others(experiment.entries[index])]
    rolled = replace(experiment, entries=tuple(made for _, _, made in wanted)).roll() if wanted else []
    ghosts = cast(list[CountedTrajectory], rolled)
    gradients = least_gradients([*paths, *ghosts])
    loss = dict.fromkeys(range(len(experiment.entries)), float("nan"))
    loss |= {index: _median(path, gradients) for index, path in zip(kept, paths, strict=True)}
    tie = _tie(paths, [loss[index] for index in kept])

    def rank(index: int, of: float) -> int:
        return 1 + sum(loss[other] < of - tie for other in kept if other != index)

    found: dict[int, list[Ghost]] = {index: [] for index in loss}
    for (index, factor, entry), path in zip(wanted, ghosts, strict=True):
        own = _median(path, gradients)
        found[index].append(Ghost(entry, path, factor, own, rank(index, own)))
    ranks = tuple(rank(index, loss[index]) if index in kept else 0 for index in loss)
    return Fair(gradients, tuple(loss.values()), ranks, tuple(tuple(each) for each in found.values()))


def _others(entry: Entry) -> list[tuple[float, Entry]]:
    """The entry with its lr times each factor, where it takes that."""
    made = []
    lr: Any = getattr(entry.optimizer, "lr", None)
    for factor in FACTORS if isinstance(lr, float) else ():
        try:
            optimizer = replace(entry.optimizer, **{"lr": lr * factor})
        except ValueError:  # out of its range
            continue
        chosen = {**entry.chosen, "lr": lr * factor}
        made.append((factor, replace(entry, optimizer=optimizer, chosen=chosen, search=None)))
    return made


def _median(path: CountedTrajectory, gradients: int) -> float:
    with np.errstate(invalid="ignore"):
        return float(np.median(loss_after(path, gradients)))


def _tie(paths: Sequence[CountedTrajectory], losses: Sequence[float]) -> float:
    """The difference below which two losses are the same: a share of the way from the highest start to the lowest."""
    finite = [each for each in losses if np.isfinite(each)]
    highest = max((float(path.loss[:, 0].max()) for path in paths), default=0.0)
    return LOW * max(highest - min(finite), 0.0) if finite else 0.0


def nth(rank: int) -> str:
    """'1st', '2nd', '3rd', '11th'."""
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"
