"""The loss seen from straight above: colours, and lines of equal height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.colors import ramp_colors, rgb
from thalweg.geometry.display import Display
from thalweg.typeset.raster import Image

WHITE, BLACK = "#F2F4FA", "#0B0E14"
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


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
        line = self._lines((level - low) / max(high - low, 1e-9))[..., None]
        color, cover = ramp_colors(self.ramp, level), shown.astype(float)[..., None]
        if self.filled:
            color = self.dim * color
            ink = np.array(rgb(self.ink)) if self.ink is not None else seen_on(color)
            color = color + (ink - color) * (self.strength * line)
        else:
            cover = cover * (line if self.strength else 0.0)
        return np.concatenate([cover * color, cover], axis=-1).astype(np.float32)

    def _lines(self, level: np.ndarray) -> np.ndarray:
        """How much of a line covers each pixel, of levels 0 ... 1 (height, width); none where they would merge."""
        bands = level * self.levels
        slope = np.maximum(np.hypot(*np.gradient(bands)), 1e-6)
        near = np.clip(self.width / 2 + 0.5 - np.abs(bands - np.round(bands)) / slope, 0, 1)
        lines: np.ndarray = near * np.clip(1.4 - 2.5 * slope, 0, 1)
        return lines


def seen_on(color: np.ndarray) -> np.ndarray:
    """What is seen on colours (..., 3), each 0 ... 1: white on dark ones, nearly black on light ones, (..., 3)."""
    light = (color @ LUMINANCE)[..., None]
    share = np.clip((light - 0.5) / 0.2 + 0.5, 0, 1)
    ink: np.ndarray = (1 - share) * np.array(rgb(WHITE)) + share * np.array(rgb(BLACK))
    return ink


def shares(points: np.ndarray, window: np.ndarray) -> np.ndarray:
    """How far to the right and down in the window ((x0, x1), (y0, y1)) points (..., 2) of the domain are, 0 ... 1."""
    share = (np.asarray(points, float) - window[:, 0]) / (window[:, 1] - window[:, 0])
    return np.stack([share[..., 0], 1 - share[..., 1]], axis=-1)
