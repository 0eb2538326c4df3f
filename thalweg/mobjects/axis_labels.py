"""AxisLabels: numbers and names along the two edges of the domain that face the camera, upright on the screen."""

from __future__ import annotations

import numpy as np

from thalweg.geometry.display import Display
from thalweg.geometry.framing import rotation
from thalweg.geometry.ticks import nice_step, texts
from thalweg.mobjects.sprites import Sprites
from thalweg.typeset import raster


class AxisLabels(Sprites):
    """`theta` (degrees) chooses the edges; `size` is the height of the numbers in pixels."""

    moving = True
    panel = "axes"

    def __init__(
        self,
        display: Display,
        theta: float,
        size: float,
        color: str,
        names=("$x$", "$y$"),
        ground: str = "#0B0E14",
        **kwargs,
    ) -> None:
        self.ground = ground
        to_eye = rotation(theta, 60.0)[:, 2]
        self.anchors, pictures = [], []
        for axis in (0, 1):
            other = 1 - axis
            low, high = display.domain[axis]
            near = display.domain[other][1 if to_eye[other] > 0 else 0]
            outward = np.zeros(3)
            outward[other] = 1.0 if to_eye[other] > 0 else -1.0
            step = nice_step((high - low) / 6)
            ticks = np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step + 0.0
            ticks = ticks[(ticks > low + 0.04 * (high - low)) & (ticks < high - 0.04 * (high - low))]
            for value, text in zip(ticks.tolist(), texts(ticks.tolist()), strict=True):
                self._add(
                    display,
                    axis,
                    value,
                    near,
                    outward * 0.34,
                    pictures,
                    text,
                    size,
                    color,
                )
            middle = (low + high) / 2
            self._add(display, axis, middle, near, outward * 0.95, pictures, names[axis], 1.35 * size, color)
        self._pack(pictures)
        super().__init__(**kwargs)

    def _add(self, display, axis, value, near, outward, pictures, text, size, color) -> None:
        point = np.array([value, near] if axis == 0 else [near, value])
        foot = display.to_world(point[None])[0]
        foot[2] = np.clip(foot[2], display.floor, display.ceiling) if display.shown(point[None])[0] else display.floor
        self.anchors.append(foot + outward)
        pictures.append(raster.haloed(raster.tinted(raster.set_line(text, size).cover, color), size, self.ground))

    def _pack(self, pictures) -> None:
        """All labels below each other in one texture, with a clear pixel around each for smooth motion."""
        width = max(picture.shape[1] for picture in pictures) + 2
        self.atlas = raster.blank(width, sum(picture.shape[0] + 2 for picture in pictures))
        self.sources, self.words, y = [], [raster.texts_of(picture) for picture in pictures], 0
        for picture in pictures:
            raster.paste(self.atlas, picture, 1, y + 1)
            self.sources.append((y, picture.shape[1] + 2, picture.shape[0] + 2))
            y += picture.shape[0] + 2
        self.anchors = np.array(self.anchors)

    def texture_of(self):
        return self.atlas

    def texts(self):
        """The texts drawn, where they are on the screen."""
        places = zip(self.rows(), self.words, strict=True)
        return [text.moved(row[0] + 1, row[1] + 1) for row, words in places for text in words]

    def rows(self) -> np.ndarray:
        places, _ = self.shader_wrapper.pixels(self.anchors)
        rows = [
            (x - w / 2, y - h / 2, w, h, 0, top, 1, 1, 1, 1)
            for (x, y), (top, w, h) in zip(places, self.sources, strict=True)
        ]
        return np.array(rows)
