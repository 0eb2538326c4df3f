"""What hands may do with moving balls while they are shown: pick them up, hide some, have others roll."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.geometry.sight import BallAt
from thalweg.parts.motion import Motion


class Hands:
    """`hidden` are the entries that are left out."""

    def __init__(self, motion: Motion) -> None:
        self.motion = motion
        self.hidden: frozenset[int] = frozenset()

    def balls(self, centers: np.ndarray, radius: float) -> list[BallAt]:
        """What can be picked up of balls with centres (balls, 3)."""
        group = self.motion.group
        first = np.searchsorted(group, group)  # of the same entry
        return [
            BallAt(int(entry), run - int(first[run]), centers[run], radius)
            for run, entry in enumerate(group)
            if int(entry) not in self.hidden and np.isfinite(centers[run]).all()
        ]

    def fits(self, trajectories: Sequence[Any]) -> bool:
        """Whether these can be shown in place of those that are: as many balls, as many steps."""
        counts = [len(trajectory.positions) for trajectory in trajectories]
        return self.motion.same_balls == (counts, trajectories[0].positions.shape[1] - 1)
