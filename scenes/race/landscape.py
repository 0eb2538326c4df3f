"""The landscape: the surface in space, its numbers along the edges, marks at its critical points."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.colors import Theme
from thalweg.film.shot import Shot
from thalweg.geometry.display import Display
from thalweg.geometry.layout import Page
from thalweg.mobjects import LossSurface
from thalweg.mobjects.axis_labels import AxisLabels
from thalweg.parts.marks import Marks, chosen


class Landscape:
    """`marked` are the critical points that have a mark. What the style leaves out has its place all the same, so that
    pictures with one part and another lie exactly over each other. `words` and `halo`: see thalweg.colors.themes.
    """

    def __init__(self, shot: Shot, display: Display, page: Page, words: Theme, halo: str) -> None:
        assert shot.surface is not None
        style, self.display = shot.style, display
        self.surface = LossSurface(shot.surface, display, style.ramp, style.grid, style.contours, theme=style.theme)
        theta, size, extent = shot.camera.theta, 17 * page.text, self.extent()
        self.axes = AxisLabels(display, extent, theta, size, words.dim, halo=halo)
        self.marked = chosen(display, shot.surface.critical_points) if shot.options.critical_points else []
        marks = [Marks(display, self.marked, 13 * page.unit, words.text, halo)] if self.marked else []
        for each in marks:
            each.veiled = style.landscape
        shown = [part for part, there in ((self.surface, style.landscape), (self.axes, style.axes)) if there]
        self.mobjects: list[Any] = [*shown, *marks]

    def extent(self) -> np.ndarray:
        """Points (n, 3) that lie in the picture when all of the landscape does."""
        return self.surface.landmarks()

    def labels(self) -> np.ndarray:
        """Points (n, 3) of the numbers along its edges."""
        return self.axes.anchors

    def shade(self, contacts: np.ndarray, radius: float) -> None:
        """Shadows of balls that touch it at contacts (n, 3)."""
        self.surface.set_shadows(contacts, np.full(len(contacts), radius))
