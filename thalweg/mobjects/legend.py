"""Legend: a row for each optimizer with its colour, name, hyperparameters and live loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from manimlib.mobject.mobject import Group

from thalweg.colors import Theme, legible
from thalweg.mobjects._sprites import Digits, Picture
from thalweg.typeset import raster
from thalweg.typeset.numbers import Format


@dataclass(frozen=True)
class Row:
    """One entry: `details` are its hyperparameters as text; `tags`, words that may come to stand behind the loss."""

    color: str
    label: str
    details: str
    tags: tuple[str, ...] = ()


class Legend(Group):
    """Rows of the legend in pixels; `place` puts it, `show` writes losses and tags. Two-line rows where one would be
    too wide. `losses` (rows, steps + 1) are those that will be shown: their digits are chosen from all of them.
    """

    def __init__(
        self, rows: list[Row], unit: float, theme: Theme, widest: float, heading: str = "loss", losses=()
    ) -> None:
        super().__init__()
        self.format, self.losses = Format.of(losses), losses
        self.rows, self.unit, self.theme = rows, unit, theme
        self.names = [raster.set_line(row.label, 19 * unit, bold=True) for row in rows]
        self.details = [raster.set_line(row.details, 16 * unit) for row in rows]
        self.digits = Digits(18 * unit)
        self.tag_lines = {tag: raster.set_line(tag, 15 * unit) for row in rows for tag in row.tags}
        self.heading = raster.set_line(heading, 15 * unit)
        self._measure(widest)

    def _measure(self, widest: float) -> None:
        u = self.unit
        name = max(line.cover.shape[1] for line in self.names)
        detail = max(line.cover.shape[1] for line in self.details)
        spare = 8 * u if self.format.kind == "plain" else 0  # the rare widest one may reach into the gap before it
        number = max(self.digits.width_of("−0.00000"), self.format.widest(self.losses, self.digits.width_of) - spare)
        number = max(number, self.heading.cover.shape[1])
        tag = max([line.cover.shape[1] + 10 * u for line in self.tag_lines.values()], default=0)
        self.left, self.two_lines = 40 * u, False
        self.width = self.left + name + 16 * u + detail + 16 * u + number + tag + 14 * u
        self.detail_x = self.left + name + 16 * u
        if self.width > widest:
            self.two_lines, self.detail_x = True, self.left
            self.width = self.left + max(name + 16 * u + number + tag, detail) + 14 * u
        self.number_x = self.width - 14 * u - tag
        self.row_height = (46 if self.two_lines else 30) * u
        self.first = 32 * u
        self.height = self.first + self.row_height * len(self.rows) + 8 * u

    def place(self, left: float, top: float) -> Legend:
        """Compose the picture with its upper left corner there (pixels)."""
        u, theme = self.unit, self.theme
        self.at = (round(left), round(top))
        canvas = raster.rounded(self.width, self.height, 12 * u, theme.panel, theme.panel_opacity)
        heading = raster.tinted(self.heading.cover, theme.dim)
        raster.paste(canvas, heading, self.number_x - heading.shape[1], 20 * u - self.heading.baseline)
        for index, row in enumerate(self.rows):
            baseline = self.baseline(index)
            dot = raster.disc(7.5 * u, row.color)
            raster.paste(canvas, dot, 22 * u - dot.shape[1] / 2, baseline - 6.8 * u - dot.shape[0] / 2)
            raster.paste(
                canvas,
                raster.tinted(self.names[index].cover, theme.text),
                self.left,
                baseline - self.names[index].baseline,
            )
            below = 20 * u if self.two_lines else 0
            raster.paste(
                canvas,
                raster.tinted(self.details[index].cover, theme.dim),
                self.detail_x,
                baseline + below - self.details[index].baseline,
            )
        self.tags: dict[tuple[int, str], Picture] = {}
        for index, row in enumerate(self.rows):
            for tag in row.tags:
                line = self.tag_lines[tag]
                self.tags[index, tag] = Picture(
                    raster.tinted(line.cover, legible(row.color, theme)),
                    self.at[0] + self.number_x + 10 * u,
                    self.at[1] + self.baseline(index) - line.baseline,
                )
        self.set_submobjects([Picture(canvas, *self.at), self.digits, *self.tags.values()])
        return self

    def baseline(self, index: int) -> float:
        return self.first + index * self.row_height + 19 * self.unit

    def show(self, losses: np.ndarray, tags: list[str | None]) -> None:
        """`losses` (rows,) as they are at the step shown; `tags`, the word behind each row's loss or None."""
        self.digits.write(
            [
                (self.format.text(loss), self.at[0] + self.number_x, self.at[1] + self.baseline(index), self.theme.text)
                for index, loss in enumerate(losses)
            ]
        )
        for (index, tag), picture in self.tags.items():
            picture.opacity = 1.0 if tags[index] == tag else 0.0
