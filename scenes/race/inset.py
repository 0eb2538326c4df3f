"""The race from above, as an inset."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from thalweg.calculus.landmarks import CriticalPoint
from thalweg.colors import Theme
from thalweg.mobjects.curves import Curves, thinned
from thalweg.mobjects.sprites import Picture
from thalweg.parts.contours import Contours, shares
from thalweg.parts.marks import placed
from thalweg.parts.motion import Motion
from thalweg.parts.panels.board import Board, Now, Quiet
from thalweg.typeset import raster

LEVELS, DIM, INK, STRENGTH = 14, 0.72, "#FFFFFF", 0.3  # see Contours
MOST_WAYS = 32  # with more balls than this, only dots are shown


class Inset(Quiet):
    """A small contour map with all balls, and marks at the `marked` points."""

    name = "contour_map"

    def __init__(
        self,
        motion: Motion,
        ramp: str,
        marked: Sequence[CriticalPoint],
        board: Board,
        corner: str,
        theme: Theme,
        ground: str,
    ) -> None:
        self.page = page = board.page
        self.motion, self.display = motion, motion.display
        self.edge = edge = 8 * page.unit
        side = min(0.42 * page.width - page.margin, 0.25 * page.height) if page.stacked else 230 * page.unit
        side *= page.squeezed  # of the longer side
        width, height = self.display.half_size / self.display.half_size.max() * (side - 2 * edge)
        self.inner = (round(width), round(height))
        size = (self.inner[0] + 2 * edge, self.inner[1] + 2 * edge)
        left, top = board.reserve(corner, *size)
        self.at, self.place, self.size = (left + edge, top + edge), (left, top), size
        self.look = (ramp, marked, theme, ground)

    def draw(self) -> None:
        """Make the mobjects."""
        (ramp, marked, theme, ground), page, edge, size = self.look, self.page, self.edge, self.size
        canvas = raster.rounded(*size, 12 * page.unit, theme.panel, theme.panel_opacity)
        contours = Contours(ramp, LEVELS, DIM, INK, STRENGTH)
        raster.paste(canvas, contours.painted(self.display, self.display.domain, self.inner), edge, edge)
        self.curves = self._curves(page.unit)
        marks = placed(marked, self.pixel, 9 * page.unit, theme.text, ground)
        self.mobjects = [Picture(canvas, *self.place), *marks, self.curves]

    def pixel(self, points: np.ndarray) -> np.ndarray:
        """Where points (..., 2) of the domain are, (..., 2) in pixels."""
        return np.array(self.at) + shares(points, self.display.domain) * self.inner

    def _curves(self, unit: float) -> Curves:
        """The ways as far as they lie in the domain; NaN after a run's end."""
        motion = self.motion
        positions = np.concatenate([trajectory.positions for trajectory in motion.trajectories])
        lines = np.where(self.display.inside(positions)[..., None], self.pixel(positions), np.nan)
        kept = (
            thinned(positions.transpose(1, 0, 2).reshape(positions.shape[1], -1))
            if len(lines) <= 8
            else np.unique(np.linspace(0, lines.shape[1] - 1, 400).astype(int))
        )
        width, radius = (1.8 * unit, 4 * unit) if len(lines) <= MOST_WAYS else (0.0, 2.4 * unit)
        return Curves(lines[:, kept], kept, motion.ball_colors, width, radius, 0.85)

    def show(self, now: Now) -> None:
        """The ways up to the step shown; balls where they are seen, of many hops at a few."""
        heads = now.points
        if heads is not None:
            heads = np.where(self.display.inside(heads)[:, None], self.pixel(heads), np.nan)
        self.curves.show(now.step, heads)

    def hide(self, entries: frozenset[int]) -> None:
        """Leave their ways out."""
        self.curves.leave_out(np.flatnonzero(np.isin(self.motion.group, list(entries))).tolist())
