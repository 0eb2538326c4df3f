"""What stands behind the names of a race at each step: the loss of each entry, and who is out of the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from thalweg.experiment.experiment import PROJECTED, Entry
from thalweg.geometry.display import Display
from thalweg.typeset.numbers import medians, medians_of

if TYPE_CHECKING:
    from thalweg.engine import Trajectory

OUTSIDE, DIVERGED, LEFT = "outside", "diverged", "left"

Tested = Callable[[np.ndarray], np.ndarray | None]  # positions (..., 2) -> the test loss there (...), None without any


def _untested(_: np.ndarray) -> None:
    """Without a test surface."""


class Standings:
    """Of each entry at each step, (entries, steps + 1): `losses`, the median over its balls; `outside`, whether all are
    outside the domain; `diverged`, `left`, whether so many have that there is no median. `several`: whether an entry
    has more than one ball; `projected`: whether recorded losses are not those of the surface below; `test`, of a test
    surface's losses what `losses` is of the surface's, None without one.
    """

    def __init__(
        self, entries: Sequence[Entry], trajectories: Sequence[Trajectory], display: Display, tested: Tested = _untested
    ) -> None:
        self.tested = tested
        self.labels, self.display = [entry.label for entry in entries], display
        self.projected = any(PROJECTED in entry.chosen.values() for entry in entries)
        self.take(trajectories)

    def take(self, trajectories: Sequence[Trajectory]) -> None:
        """Tell of these trajectories from now on."""
        self.several = any(len(trajectory.positions) > 1 for trajectory in trajectories)
        self.losses, self.test = medians(trajectories), None
        tests = [loss for t in trajectories if (loss := self.tested(t.positions)) is not None]
        if tests:
            self.test = medians_of(tests)
        self.outside = np.stack([(~self.display.inside(t.positions)).all(axis=0) for t in trajectories])
        steps = np.arange(self.losses.shape[1])
        gone = [
            np.stack([((t.status == word)[:, None] & (t.last[:, None] <= steps)).mean(axis=0) for t in trajectories])
            for word in (DIVERGED, LEFT)
        ]  # shares of the balls; where they leave no median, its word stands for it
        none = ~np.isfinite(self.losses)
        self.diverged = (gone[0] == 1) | none & (gone[0] > 0) & (gone[0] >= gone[1])
        self.left = (gone[1] == 1) | none & (gone[1] > gone[0])

    def tags(self, step: int) -> list[str | None]:
        """The word that stands for each entry's loss at a step, None where the loss itself does."""
        return [
            DIVERGED if diverged[step] else LEFT if left[step] else OUTSIDE if outside[step] else None
            for diverged, left, outside in zip(self.diverged, self.left, self.outside, strict=True)
        ]

    def tags_of(self, entry: int) -> tuple[str, ...]:
        """The words that stand for an entry's loss at some step."""
        seen = {OUTSIDE: self.outside, DIVERGED: self.diverged, LEFT: self.left}
        return tuple(tag for tag, when in seen.items() if when[entry].any())
