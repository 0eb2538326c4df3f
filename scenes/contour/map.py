"""The map: the loss as colour and contour lines, with round numbers along its edges."""

from __future__ import annotations

import numpy as np

from thalweg.colors import Theme
from thalweg.film.sections import SurfaceLook
from thalweg.geometry.display import Display
from thalweg.geometry.layout import Box
from thalweg.geometry.ticks import between, texts
from thalweg.mobjects.sprites import Picture
from thalweg.parts.contours import Contours, shares
from thalweg.typeset import raster

LEVELS, DIM, STRENGTH = 20, 0.8, 0.22  # see Contours
NAMES = ("$x$", "$y$")
SIZE, NAME = 16, 22  # of numbers and of names


def dim(theme: Theme) -> float:
    """What the ramp's colours are multiplied with in a filled map."""
    return 1.0 if theme.gray else DIM


class Map:
    """What of the domain the window ((x0, x1), (y0, y1)) shows, as large as it fits into a box of pixels."""

    def __init__(self, display: Display, window: np.ndarray, box: Box, text: float, axes: bool) -> None:
        self.display, self.window, self.text = display, window, text
        edge = (88 * text, 54 * text)  # left and below, for numbers and names
        left, top, right, bottom = box[0] + edge[0], box[1] + 8 * text, box[2] - 8 * text, box[3] - edge[1]
        shape = display.scale * (window[:, 1] - window[:, 0])
        size = np.floor(shape * min((right - left) / shape[0], (bottom - top) / shape[1]))
        self.size = (int(max(size[0], 8)), int(max(size[1], 8)))
        self.left = round((left + right - self.size[0]) / 2)
        self.top = round((top + bottom - self.size[1]) / 2)
        self.axes = axes

    @property
    def box(self) -> Box:
        """Of the map itself, in pixels."""
        return self.left, self.top, self.left + self.size[0], self.top + self.size[1]

    def pixel(self, points: np.ndarray) -> np.ndarray:
        """Where points (..., 2) of the domain are, (..., 2) in pixels."""
        return np.array(self.box[:2]) + shares(points, self.window) * self.size

    def point(self, x: float, y: float) -> np.ndarray | None:
        """The point of the domain at a pixel, None beside the map."""
        share = (np.array([x, y]) - self.box[:2]) / self.size
        if ((share < 0) | (share > 1)).any():
            return None
        return self.window[:, 0] + np.array([share[0], 1 - share[1]]) * (self.window[:, 1] - self.window[:, 0])

    def pictures(self, style: SurfaceLook, filled: bool, theme: Theme, words: Theme, halo: str) -> list[Picture]:
        """The map, and numbers along its edges, as they lie below everything else; `words` and `halo` are theirs."""
        pad = round(96 * self.text) if self.axes else 0
        canvases = [raster.blank(self.size[0] + 2 * pad, self.size[1] + 2 * pad) for _ in range(2 if self.axes else 1)]
        if style.landscape:
            ramp, strength = style.ramp or theme.ramp, STRENGTH if style.contours else 0.0
            lines = max(1.0, 1.1 * self.text)
            contours = Contours(ramp, LEVELS, dim(theme), None, strength, lines, filled, stretched=True)
            raster.paste(canvases[0], contours.painted(self.display, self.window, self.size), pad, pad)
        if self.axes:
            self._numbers(*canvases, pad, words, halo)
        return [Picture(canvas, self.left - pad, self.top - pad) for canvas in canvases]

    def _numbers(self, below: raster.Image, canvas: raster.Image, pad: int, theme: Theme, halo: str) -> None:
        """Ticks beside the map `below`, numbers on the `canvas` of its size, and beyond them the axes' names."""
        u, size = self.text, SIZE * self.text
        edge = round(raster.HALO * size)
        for axis, (low, high) in enumerate(self.window):
            self._name(canvas, pad, axis, theme, halo)
            ticks = between(low, high, 7)
            for tick, text in zip(ticks, texts(ticks), strict=True):
                line = raster.set_line(text, size)
                width = line.cover.shape[1]
                at = self.pixel(np.array([tick, tick])) - self.box[:2] + pad
                words, bottom = raster.haloed(raster.tinted(line.cover, theme.dim), size, halo), pad + self.size[1]
                if axis == 0:
                    raster.paste(below, raster.bar(1.2 * u, 5 * u, theme.dim, 0.8), at[0] - 0.6 * u, bottom)
                    raster.paste(canvas, words, at[0] - width / 2 - edge, bottom + 6 * u - edge)
                else:
                    raster.paste(below, raster.bar(5 * u, 1.2 * u, theme.dim, 0.8), pad - 5 * u, at[1] - 0.6 * u)
                    raster.paste(canvas, words, pad - 9 * u - width - edge, at[1] - line.baseline + 0.36 * size - edge)

    def _name(self, canvas: raster.Image, pad: int, axis: int, theme: Theme, halo: str) -> None:
        """The name of an axis by the middle of its edge, beyond the widest of its numbers."""
        u, size = self.text, NAME * self.text
        line, edge = raster.set_line(NAMES[axis], size), round(raster.HALO * size)
        words = raster.haloed(raster.tinted(line.cover, theme.dim), size, halo)
        height, width = line.cover.shape[:2]
        if axis == 0:
            at = pad + (self.size[0] - width) / 2, pad + self.size[1] + 26 * u
        else:
            ticks = between(*self.window[1], 7)
            widest = max((raster.set_line(text, SIZE * u).cover.shape[1] for text in texts(ticks)), default=0)
            at = pad - 19 * u - widest - width, pad + (self.size[1] - height) / 2
        raster.paste(canvas, words, at[0] - edge, at[1] - edge)
