"""The race from above, as an inset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.colors import Theme
from thalweg.mobjects.contour_map import ContourMap
from thalweg.parts.marks import placed
from thalweg.parts.motion import Motion
from thalweg.parts.panels.board import Board, Now, Quiet


class Inset(Quiet):
    """A small contour map with all balls, and marks at the `marked` points."""

    name = "contour_map"

    def __init__(
        self, motion: Motion, ramp: str, marked: Sequence[Any], board: Board, corner: str, theme: Theme, ground: str
    ) -> None:
        page, self.group = board.page, motion.group
        positions = np.concatenate([trajectory.positions for trajectory in motion.trajectories])
        colors = [motion.colors[entry] for entry in motion.group]
        side = 0.42 * page.width - page.margin if page.stacked else 230 * page.unit
        self.map = ContourMap(motion.display, positions, colors, side, page.unit, ramp, theme)
        self.map.place(*board.reserve(corner, *self.map.size))
        below, *curves = self.map.submobjects
        self.mobjects = [below, *placed(marked, self.map.pixel, 9 * page.unit, theme.text, ground), *curves]

    def show(self, now: Now) -> None:
        """The ways up to the step shown."""
        self.map.show(now.step)

    def hide(self, entries: frozenset[int]) -> None:
        """Leave their ways out."""
        self.map.curves.leave_out(np.flatnonzero(np.isin(self.group, list(entries))).tolist())
