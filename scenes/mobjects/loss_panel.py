"""LossPanel: the losses as curves that grow with the race, on a logarithmic axis."""

from __future__ import annotations

import numpy as np
from manimlib.mobject.mobject import Group

from scenes import raster
from scenes.colors import Theme, legible
from scenes.mobjects._curves import Curves, thinned
from scenes.mobjects._sprites import Picture
from scenes.ticks import decades, nice_step

DECADES = 9  # at most this many powers of ten are shown


class LossPanel(Group):
    """`losses` (entries, steps + 1); `lowest`, the value of the deepest minimum or None. Width and height in pixels.

    The axis shows the loss itself where it stays positive, else its height above the lowest value. `note` may add
    words to the title before `place`.
    """

    note = ""

    def __init__(
        self,
        losses: np.ndarray,
        lowest: float | None,
        colors: list[str],
        size: tuple[float, float],
        unit: float,
        theme: Theme,
    ) -> None:
        super().__init__()
        self.size, self.unit, self.theme = size, unit, theme
        self.colors = [legible(color, theme) for color in colors]
        finite = losses[np.isfinite(losses)]
        least = min([float(finite.min()), *([lowest] if lowest is not None else [])])
        self.base = 0.0 if least >= -1e-12 else least
        self.title = (
            "loss"
            if self.base == 0
            else "loss above the deepest minimum"
            if lowest == least
            else "loss above the lowest"
        )
        with np.errstate(all="ignore"):
            self.levels = np.log10(np.where(np.isfinite(losses), losses - self.base, np.nan))
        self._limits()

    def _limits(self) -> None:
        seen = self.levels[np.isfinite(self.levels)]
        top = float(seen.max()) if seen.size else 0.0
        start = self.levels[:, 0][np.isfinite(self.levels[:, 0])]
        top = min(top, float(start.max()) + 2) if start.size else top  # a diverging curve leaves by the top
        low = max(float(seen.min()) if seen.size else -1.0, top - DECADES)
        self.low, self.high = np.floor(low * 2) / 2, np.ceil(top * 4 + 0.4) / 4
        self.levels = np.where(self.levels == -np.inf, self.low - 1, self.levels)

    def place(self, left: float, top: float) -> LossPanel:
        u, theme = self.unit, self.theme
        width, height = self.size
        canvas = raster.rounded(width, height, 12 * u, theme.panel, theme.panel_opacity)
        self.box = (54 * u, 38 * u, width - 16 * u, height - 32 * u)  # left, top, right, bottom of the plot
        raster.paste(canvas, raster.tinted(self._title(width - 28 * u), theme.dim), 14 * u, 9 * u)
        steps = self.levels.shape[1] - 1
        for power in decades(self.low, self.high):
            y = self.y_of(power)
            raster.paste(canvas, raster.bar(self.box[2] - self.box[0], max(1.0, u), theme.dim, 0.22), self.box[0], y)
            label = raster.set_line(f"$10^{{{power}}}$", 14 * u)
            raster.paste(
                canvas, raster.tinted(label.cover, theme.dim), self.box[0] - label.cover.shape[1] - 5 * u, y - 9 * u
            )
        tick = max(1, round(nice_step(steps / 4)))
        for step in range(0, steps + 1, tick):
            label = raster.tinted(raster.set_line(str(step), 14 * u).cover, theme.dim)
            raster.paste(canvas, label, self.x_of(step) - label.shape[1] / 2, self.box[3] + 6 * u)
        kept = thinned(self.levels.T)
        lines = [
            np.stack(
                [self.x_of(kept) + left, np.clip(self.y_of(row[kept]), self.box[1] - 4 * u, self.box[3]) + top], axis=-1
            )
            for row in self.levels
        ]
        self.curves = Curves(lines, kept, self.colors, 2.2 * u, 4 * u)
        self.set_submobjects([Picture(canvas, left, top), self.curves])
        return self

    def x_of(self, step):
        return self.box[0] + (self.box[2] - self.box[0]) * np.asarray(step) / max(self.levels.shape[1] - 1, 1)

    def _title(self, room: float) -> np.ndarray:
        """The panel's heading as it fits: shorter, then smaller."""
        for words in (f"{self.title}, by step{self.note}", f"{self.title}{self.note}"):
            cover = raster.set_line(words, 15 * self.unit).cover
            if cover.shape[1] <= room:
                return cover
        return raster.set_line(words, 15 * self.unit * room / cover.shape[1]).cover

    def y_of(self, level):
        return self.box[3] - (self.box[3] - self.box[1]) * (np.asarray(level) - self.low) / (self.high - self.low)

    def show(self, step: float) -> None:
        self.curves.show(step)
