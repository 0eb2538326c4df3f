"""The losses as curves that grow with the race."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.colors import Look, Theme, legible
from thalweg.geometry.loss_axis import LossAxis
from thalweg.geometry.ticks import nice_step
from thalweg.mobjects.curves import Curves, thinned
from thalweg.mobjects.sprites import Picture
from thalweg.parts.panels.board import Board, Now, Quiet
from thalweg.parts.standings import Standings
from thalweg.typeset import raster
from thalweg.typeset.sizes import SMALL
from thalweg.typeset.text import text_width

SIZE, NARROWEST = (350, 206), 240  # pixels at the usual size
ARROW, EDGE = 12, 1e-9  # pixels at the usual size; of the axis: rounding leaves no plot
TEST = (3.2, 2.6)  # of a test loss: lengths drawn and left out, in widths of the curve
FAR = 3e3  # pixels at the usual size: beyond the plot, where nothing is drawn


class LossPanel(Quiet):
    """A curve for each entry; `lowest` is the loss of the deepest minimum, None where there is none.

    The axis holds the curves (see geometry/loss_axis.py), but for what diverges: that leaves the plot. A loss that is
    not finite is a gap. Of test losses there are thinner curves, dashed.
    """

    name = "loss_panel"

    def __init__(
        self,
        standings: Standings,
        lowest: float | None,
        looks: Sequence[Look],
        board: Board,
        corner: str,
        theme: Theme,
    ) -> None:
        page, losses = board.page, standings.losses
        self.text, self.theme, self.looks = page.text, theme, looks
        wide = SIZE[0] * self.text
        if page.stacked:
            wide = min(max(0.49 * page.width - page.margin, NARROWEST * self.text), page.width - 2 * page.margin)
        self.size = (wide, SIZE[1] * self.text)
        self.colors = [legible(look.color, theme) for look in looks]
        self.axis = LossAxis.of(losses, lowest)
        if standings.test is not None:  # which has another deepest minimum
            self.axis = LossAxis.of(np.concatenate([losses, standings.test]), None)
        self.title, self.levels = self.axis.title, self.axis.level(losses)
        self.tests = None if standings.test is None else self.axis.level(standings.test)
        self.note = " (dashed: test)" if self.tests is not None else ""
        self.note += " (projected: as recorded)" if standings.projected else ""
        self.at = board.reserve(corner, *self.size)

    def draw(self) -> None:
        """Make the mobjects."""
        left, top = self.at
        below = Picture(self._plot(), left, top)
        self.curves = self._curves(left, top, self.levels, [look.dash for look in self.looks], 2.4)
        self.tested: list[Curves] = []
        if self.tests is not None:
            self.tested = [self._curves(left, top, self.tests, [TEST] * len(self.looks), 1.7, dot=0.0)]
        self.leaving = [self._arrow(*each, left, top) for each in self._crossings()]
        self.mobjects = [below, *self.tested, self.curves, *(picture for _, picture in self.leaving)]

    def _plot(self) -> raster.Image:
        """The panel without curves; sets `box`, where they are drawn in it."""
        u, theme = self.text, self.theme
        width, height = self.size
        canvas = raster.rounded(width, height, 12 * u, theme.panel, theme.panel_opacity)
        marks = [(level, raster.set_line(text, SMALL * u)) for level, text in self.axis.ticks()]
        margin = max([48 * u, *(label.cover.shape[1] + 20 * u for _, label in marks)])
        self.box = (margin, 40 * u, width - 18 * u, height - 34 * u)  # left, top, right, bottom of the plot
        raster.paste(canvas, raster.tinted(self._title(width - 28 * u), theme.dim), 14 * u, 7 * u)
        lowest = np.inf
        for level, label in marks:
            y = self.y_of(level)
            if y > lowest - 1.1 * SMALL * u:  # it would touch the one below
                continue
            lowest = y
            raster.paste(canvas, raster.bar(self.box[2] - self.box[0], max(1.0, u), theme.dim, 0.22), self.box[0], y)
            raster.paste(
                canvas,
                raster.tinted(label.cover, theme.dim),
                self.box[0] - label.cover.shape[1] - 8 * u,
                y - middle(label.cover),
            )
        self._steps(canvas)
        return canvas

    def _curves(
        self,
        left: float,
        top: float,
        levels: np.ndarray,
        dashes: list[tuple[float, float]],
        width: float,
        dot: float = 4.5,
    ) -> Curves:
        """Levels (curves, steps + 1) as curves; widths in pixels at the usual size."""
        u = self.text
        kept = thinned(levels.T)
        with np.errstate(all="ignore"):
            lines = [
                np.stack([self.x_of(kept) + left, np.clip(self.y_of(row[kept]), -FAR * u, FAR * u) + top], axis=-1)
                for row in levels
            ]
        curves = Curves(lines, kept, self.colors, width * u, dot * u, dashes=dashes)
        curves.window = (left + self.box[0] - 4 * u, top + self.box[1] - 4 * u,
                         left + self.box[2] + 4 * u, top + self.box[3] + 4 * u)  # fmt: skip
        return curves

    def _crossings(self) -> list[tuple[int, float, bool]]:
        """(curve, step, whether by the upper edge) of where curves leave the plot, no two so near that they touch."""
        found = []
        near = 14 * self.text / max(self.box[2] - self.box[0], 1.0) * max(self.levels.shape[1] - 1, 1)
        for curve, row in enumerate(self.axis.share(self.levels)):
            for upper, share in ((True, row), (False, 1 - row)):
                with np.errstate(all="ignore"):
                    out = share > 1 + EDGE
                    within = np.isfinite(share) & ~out
                    steps = np.flatnonzero(out[1:] & within[:-1])
                    at = steps + (1 - share[steps]) / (share[steps + 1] - share[steps])
                last = -np.inf
                for step in [*([0.0] if out[0] else []), *at.tolist()]:
                    if step - last >= near:
                        found.append((curve, step, upper))
                        last = step
        return found

    def _arrow(self, curve: int, step: float, upper: bool, left: float, top: float) -> tuple[float, Picture]:
        """The step from which on it is seen, and a triangle on the edge that points out of the plot."""
        cover = triangle(ARROW * self.text)
        height, width = cover.shape
        y = self.box[1] - height + 3 * self.text if upper else self.box[3] - 3 * self.text
        x = left + self.x_of(step) - width / 2
        return step, Picture(raster.tinted(cover if upper else cover[::-1], self.colors[curve]), x, top + y)

    def _steps(self, canvas: raster.Image) -> None:
        """Numbers of steps below the plot, whole inside the panel."""
        u, steps = self.text, self.levels.shape[1] - 1
        wide = (text_width(str(steps), SMALL * u) + 14 * u) / (self.box[2] - self.box[0])  # of a number, of the plot
        tick = max(1, round(nice_step(max(steps, 1) * max(0.25, wide))))
        for step in range(0, steps + 1, tick):
            label = raster.tinted(raster.set_line(str(step), SMALL * u).cover, self.theme.dim)
            x = min(self.x_of(step) - label.shape[1] / 2, canvas.shape[1] - label.shape[1] - 6 * u)
            raster.paste(canvas, label, x, self.box[3] + 6 * u)

    def x_of(self, step: np.ndarray | float) -> Any:
        """Pixels from the panel's left edge to steps, of their shape."""
        return self.box[0] + (self.box[2] - self.box[0]) * np.asarray(step) / max(self.levels.shape[1] - 1, 1)

    def _title(self, room: float) -> np.ndarray:
        """The panel's heading as it fits: shorter, then smaller."""
        for words in (f"{self.title}, by step{self.note}", f"{self.title}{self.note}"):
            cover = raster.set_line(words, SMALL * self.text).cover
            if cover.shape[1] <= room:
                return cover
        return raster.set_line(words, SMALL * self.text * room / cover.shape[1]).cover

    def y_of(self, level: np.ndarray | float) -> Any:
        """Pixels from the panel's upper edge to levels of the axis, of their shape."""
        return self.box[3] - (self.box[3] - self.box[1]) * self.axis.share(level)

    def show(self, now: Now) -> None:
        """Curves up to the step shown."""
        for curves in (self.curves, *self.tested):
            curves.show(now.step)
        for begin, picture in self.leaving:
            picture.opacity = float(now.step >= begin)

    def hide(self, entries: frozenset[int]) -> None:
        """Leave their curves out."""
        for curves in (self.curves, *self.tested):
            curves.leave_out(entries)


def middle(cover: np.ndarray) -> float:
    """The row of the middle of the ink."""
    _, top, _, bottom = raster.ink(cover)
    return (top + bottom) / 2


def triangle(size: float) -> np.ndarray:
    """The cover, 0 ... 1, of a triangle that points up, `size` pixels wide and high."""
    cells, fine = max(3, round(size)), 8
    y, x = (np.mgrid[: cells * fine, : cells * fine] + 0.5) / (cells * fine)
    inside = np.abs(x - 0.5) <= y / 2
    cover: np.ndarray = inside.reshape(cells, fine, cells, fine).mean(axis=(1, 3))
    return cover
