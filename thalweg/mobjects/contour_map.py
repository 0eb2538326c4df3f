"""ContourMap: the same race from above, as an inset."""

from __future__ import annotations

import numpy as np
from manimlib.mobject.mobject import Group

from thalweg.colors import Theme, ramp_colors
from thalweg.geometry.display import Display
from thalweg.mobjects.curves import Curves, thinned
from thalweg.mobjects.sprites import Picture
from thalweg.typeset import raster

LEVELS = 14
CURVES = 32  # with more balls than this, only dots are shown


class ContourMap(Group):
    """`positions` (balls, steps + 1, 2) in the domain, NaN after a run's end; `side`, pixels of the longer side."""

    def __init__(
        self,
        display: Display,
        positions: np.ndarray,
        colors: list[str],
        side: float,
        unit: float,
        ramp: str,
        theme: Theme,
    ) -> None:
        super().__init__()
        self.display, self.positions, self.colors = display, positions, colors
        self.unit, self.ramp, self.theme = unit, ramp, theme
        shape = display.half_size / display.half_size.max() * (side - 16 * unit)
        self.inner = (round(shape[0]), round(shape[1]))
        self.size = (self.inner[0] + 16 * unit, self.inner[1] + 16 * unit)

    def _picture(self) -> raster.Image:
        width, height = self.inner
        x, y = ((np.arange(n) + 0.5) / n for n in (width, height))
        low, high = self.display.domain[:, 0], self.display.domain[:, 1]
        share = np.stack(np.meshgrid(x, 1 - y, indexing="xy"), axis=-1)
        world = self.display.to_relief(low + share * (high - low))[..., 2]
        level = (world - self.display.floor) / max(self.display.ceiling - self.display.floor, 1e-9)
        bands = level * LEVELS
        slope = np.maximum(np.hypot(*np.gradient(bands)), 1e-6)
        line = np.clip(1.1 - np.abs(bands - np.round(bands)) / slope, 0, 1) * np.clip(1.4 - 2.5 * slope, 0, 1)
        color = 0.72 * ramp_colors(self.ramp, np.clip(level, 0, 1))
        color = color + (1 - color) * 0.3 * line[..., None]
        shown = self.display.shown(low + share * (high - low)).astype(float)[..., None]
        return np.concatenate([shown * color, shown], axis=-1).astype(np.float32)

    def place(self, left: float, top: float) -> ContourMap:
        u = self.unit
        canvas = raster.rounded(*self.size, 12 * u, self.theme.panel, self.theme.panel_opacity)
        raster.paste(canvas, self._picture(), 8 * u, 8 * u)
        self.at = (left + 8 * u, top + 8 * u)
        share, (x, y) = self._share(self.positions), self.pixel(self.positions)
        outside = ((share < 0) | (share > 1)).any(axis=-1)
        lines = np.where(outside[..., None], np.nan, np.stack([x, y], axis=-1))
        kept = (
            thinned(self.positions.transpose(1, 0, 2).reshape(self.positions.shape[1], -1))
            if len(lines) <= 8
            else np.unique(np.linspace(0, lines.shape[1] - 1, 400).astype(int))
        )
        width = 1.8 * u if len(lines) <= CURVES else 0.0
        self.curves = Curves(lines[:, kept], kept, self.colors, width, 4 * u if len(lines) <= CURVES else 2.4 * u, 0.85)
        self.set_submobjects([Picture(canvas, left, top), self.curves])
        return self

    def pixel(self, points) -> tuple[np.ndarray, np.ndarray]:
        """Where points (..., 2) of the domain are on the screen, in pixels, once it has its place."""
        share = self._share(points)
        return self.at[0] + share[..., 0] * self.inner[0], self.at[1] + (1 - share[..., 1]) * self.inner[1]

    def _share(self, points) -> np.ndarray:
        low, high = self.display.domain.T
        return (np.asarray(points) - low) / (high - low)

    def show(self, step: float) -> None:
        self.curves.show(step)
