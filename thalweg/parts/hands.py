"""What hands may do with moving balls while they are shown: step on, pick them up, hide some, have others roll."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from thalweg.geometry.playback import Moment
from thalweg.geometry.sight import BallAt
from thalweg.parts.motion import Motion
from thalweg.parts.panels.usual import Usual

if TYPE_CHECKING:
    from thalweg.engine import Trajectory


class Moving(Protocol):
    """What draws a motion's balls and ways, each ball with this `radius`."""

    @property
    def radius(self) -> float:
        """Of a ball, in the units of `centers`."""

    def centers(self, moment: Moment) -> np.ndarray:
        """Where the balls are drawn, (balls, 3)."""

    def hide(self, entries: frozenset[int]) -> None:
        """Leave out the balls of these entries, and of no others."""

    def anew(self) -> list[tuple[Any, Any]]:
        """Draw what the motion shows by now: mobjects with those that take their place."""


class Hands:
    """A scene's `hands`: what it answers when somebody acts on the balls of a `motion`, drawn as `moving`, with the
    `panels` beside them. `hidden` are the entries that are left out.
    """

    def __init__(self, motion: Motion, moving: Moving, panels: Usual) -> None:
        self.motion, self.moving, self.panels = motion, moving, panels
        self.hidden: frozenset[int] = frozenset()

    def step_at(self, seconds: float) -> float:
        """The fractional step shown."""
        return self.motion.step_at(seconds)

    def step_beside(self, seconds: float, way: int) -> float:
        """The moment at which the iterate before (way -1) or after (way 1) is shown."""
        return self.motion.step_beside(seconds, way)

    def balls_at(self, seconds: float) -> list[BallAt]:
        """What can be picked up: it is seen."""
        group, centers = self.motion.group, self.moving.centers(self.motion.at(seconds))
        first = np.searchsorted(group, group)  # of the same entry
        return [
            BallAt(int(entry), run - int(first[run]), centers[run], self.moving.radius)
            for run, entry in enumerate(group)
            if self.motion.shot.style.balls and int(entry) not in self.hidden and np.isfinite(centers[run]).all()
        ]

    def hide(self, entries: Collection[int]) -> None:
        """Leave out these entries, and no others."""
        self.hidden = frozenset(entries)
        self.moving.hide(self.hidden)
        self.panels.board.hide(self.hidden)

    def fits(self, trajectories: Sequence[Trajectory]) -> bool:
        """Whether these can be shown in place of those that are: as many balls, as many steps."""
        counts = [len(trajectory.positions) for trajectory in trajectories]
        return self.motion.same_balls == (counts, trajectories[0].positions.shape[1] - 1)

    def reroll(self, trajectories: Sequence[Trajectory]) -> list[tuple[Any, Any]] | None:
        """Show these from now on: mobjects with those that take their place, None where they do not fit."""
        if not self.fits(trajectories):
            return None
        self.motion.take(trajectories)
        replaced = self.moving.anew()
        self.panels.other_balls_roll()
        self.hide(self.hidden)
        return replaced
