"""Where balls end, as colours: each minimum its own, the deepest first, for entries with `color: destination`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from thalweg.colors import DESTINATION, NOWHERE, minima_colors
from thalweg.experiment.experiment import Entry
from thalweg.experiment.outcomes import IN, NONE, Group, Outcomes


class Hole(NamedTuple):
    """A minimum in which coloured balls end: where it is, (2,) in domain units, its loss and colour, and the steps
    from which on a ball is in it, rising, one of each ball that ends in it (the last step where it is not known).
    """

    point: np.ndarray
    loss: float
    color: str
    arrivals: np.ndarray


class Destinations:
    """`balls`, the colour of each of all balls: of entries with `color: destination` that of the minimum, or curve of
    minima, that the ball ends in or near, NOWHERE's of the others; of other entries `colors`, (entries,) theirs.
    `holes` are the minima among them, `total` how many balls are coloured so, in `steps` steps.
    """

    def __init__(self, entries: Sequence[Entry], colors: Sequence[str], outcomes: Outcomes, steps: int) -> None:
        self.steps = steps
        self.by = [entry.color == DESTINATION for entry in entries]
        self.facts = [facts for facts, by in zip(outcomes.entries, self.by, strict=True) if by]
        ends = {(group.minimum, group.curve) for facts in self.facts for group in facts.counts()}
        places = sorted(ends - {(NONE, NONE)}, key=lambda end: (end[0] == NONE, *end))
        taken = {color for color, by in zip(colors, self.by, strict=True) if not by}
        self.color_of = dict(zip(places, minima_colors(len(places), taken), strict=True))
        self.balls: list[str] = []
        for facts, color, by in zip(outcomes.entries, colors, self.by, strict=True):
            there = zip(facts.minimum.tolist(), facts.curve.tolist(), strict=True)
            self.balls += [self.color_of.get(end, NOWHERE) if by else color for end in there]
        self.total = sum(len(facts.minimum) for facts in self.facts)
        self.holes = [self._hole(outcomes, index) for index, _ in places if index != NONE]

    def _hole(self, outcomes: Outcomes, index: int) -> Hole:
        minimum = outcomes.landmarks.minima[index]
        there = [facts.steps[(facts.minimum == index) & (facts.outcome == IN)] for facts in self.facts]
        arrivals = np.concatenate(there)
        arrivals = np.sort(np.where(arrivals == NONE, self.steps, arrivals))
        return Hole(np.array(minimum[:2]), minimum.value, self.color_of[index, NONE], arrivals)

    def of(self, groups: Sequence[Group]) -> str | None:
        """The colour of balls in these groups; None where they have several."""
        found = {self.color_of.get((group.minimum, group.curve), NOWHERE) for group in groups}
        return found.pop() if len(found) == 1 else None
