"""The landscape: the surface in space, its numbers along the edges, marks at its critical points."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.colors import THEMES
from thalweg.film.shot import Shot
from thalweg.geometry.display import Display
from thalweg.geometry.layout import Page
from thalweg.mobjects import LossSurface
from thalweg.mobjects.axis_labels import AxisLabels
from thalweg.parts.marks import Marks, chosen


class Landscape:
    """`marked` are the critical points that have a mark."""

    def __init__(self, shot: Shot, display: Display, page: Page, ground: str) -> None:
        assert shot.surface is not None
        style, self.display = shot.style, display
        theme = THEMES[style.theme]
        self.surface = LossSurface(shot.surface, display, style.ramp, style.grid, style.contours, theme=style.theme)
        theta, size, extent = shot.camera.theta, 17 * page.text, self.extent()
        self.axes = AxisLabels(display, extent, theta, size, theme.dim, halo=ground)
        self.marked = chosen(display, shot.surface.critical_points) if shot.options.critical_points else []
        marks = [Marks(display, self.marked, 13 * page.unit, theme.text, ground)] if self.marked else []
        self.mobjects: list[Any] = [self.surface, *([self.axes] if style.axes else []), *marks]

    def extent(self) -> np.ndarray:
        """Points (n, 3) that lie in the picture when all of the landscape does."""
        return self.surface.landmarks()

    def labels(self) -> np.ndarray:
        """Points (n, 3) of the numbers along its edges."""
        return self.axes.anchors

    def shade(self, contacts: np.ndarray, radius: float) -> None:
        """Shadows of balls that touch it at contacts (n, 3)."""
        self.surface.set_shadows(contacts, np.full(len(contacts), radius))
