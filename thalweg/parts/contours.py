"""The loss seen from straight above: colours, and lines of equal height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.colors import LIGHT_FROM, LUMA, ramp_colors, rgb
from thalweg.geometry.display import Display
from thalweg.typeset.raster import Image

WHITE, BLACK = "#F2F4FA", "#0B0E14"


@dataclass(frozen=True)
class Contours:
    """How a map is painted: `levels` bands, the `ramp` times `dim` (balls and paths are the heroes), lines `width`
    pixels wide that let `strength` (0: none) of the `ink` be seen (None: light on dark colours, dark on light ones);
    not `filled`, the lines alone in the ramp's colours. `stretched`: bands divide what the window shows, else all
    heights.
    """

    ramp: str
    levels: int
    dim: float
    ink: str | None
    strength: float
    width: float = 1.2
    filled: bool = True
    stretched: bool = False

    def painted(self, display: Display, window: np.ndarray, size: tuple[int, int]) -> Image:
        """Of the domain the window ((x0, x1), (y0, y1)), (height, width, 4) for a size (width, height); clear where no
        surface is drawn.
        """
        x, y = ((np.arange(n) + 0.5) / n for n in size)
        points = window[:, 0] + np.stack(np.meshgrid(x, 1 - y), axis=-1) * (window[:, 1] - window[:, 0])
        height = display.to_relief(points)[..., 2]
        level = np.clip((height - display.floor) / max(display.ceiling - display.floor, 1e-9), 0, 1)
        shown = display.shown(points) & display.inside(points)
        low, high = (level[shown].min(), level[shown].max()) if self.stretched and shown.any() else (0.0, 1.0)
        bands = self.levels * (level - low) / max(high - low, 1e-9)
        line = self._lines(bands)[..., None]
        color, cover = ramp_colors(self.ramp, level), shown.astype(float)[..., None]
        if self.filled:
            color = self.dim * color
            at_line = self.dim * ramp_colors(self.ramp, low + np.round(bands) / self.levels * (high - low))
            ink = np.array(rgb(self.ink)) if self.ink is not None else seen_on(at_line)
            color = color + (ink - color) * (self.strength * line)
        else:
            cover = cover * (line if self.strength else 0.0)
        return np.concatenate([cover * color, cover], axis=-1).astype(np.float32)

    def _lines(self, bands: np.ndarray) -> np.ndarray:
        """How much of a line covers each pixel (height, width), with a line at each whole number; none where they would
        merge.
        """
        slope = np.maximum(np.hypot(*np.gradient(bands)), 1e-6)
        near = np.clip(self.width / 2 + 0.5 - np.abs(bands - np.round(bands)) / slope, 0, 1)
        lines: np.ndarray = near * np.clip(1.4 - 2.5 * slope, 0, 1)
        return lines


def seen_on(color: np.ndarray) -> np.ndarray:
    """What is seen on colours (..., 3), each 0 ... 1: white on dark ones, nearly black on light ones, (..., 3)."""
    ink: np.ndarray = np.where((color @ LUMA)[..., None] > LIGHT_FROM, np.array(rgb(BLACK)), np.array(rgb(WHITE)))
    return ink


def shares(points: np.ndarray, window: np.ndarray) -> np.ndarray:
    """How far to the right and down in the window ((x0, x1), (y0, y1)) points (..., 2) of the domain are, 0 ... 1."""
    share = (np.asarray(points, float) - window[:, 0]) / (window[:, 1] - window[:, 0])
    return np.stack([share[..., 0], 1 - share[..., 1]], axis=-1)
