"""The legend of a race: colour, name and hyperparameters of each entry, and its loss as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from thalweg.colors import Theme, legible
from thalweg.experiment.experiment import Entry
from thalweg.mobjects.sprites import Digits, Picture
from thalweg.parts.panels.board import Board, Now, Quiet
from thalweg.parts.standings import Standings
from thalweg.typeset import raster
from thalweg.typeset.numbers import Format, short


@dataclass(frozen=True)
class Row:
    """One entry: `details` are its hyperparameters as text; `tags`, words that may come to stand behind the loss."""

    color: str
    label: str
    details: str
    tags: tuple[str, ...] = ()


class Legend(Quiet):
    """A row for each entry, of two lines where one would be too wide; those that are hidden are dimmed. Digits are
    chosen from all losses of the race.
    """

    name = "legend"

    def __init__(
        self, entries: Sequence[Entry], colors: list[str], standings: Standings, board: Board, corner: str, theme: Theme
    ) -> None:
        page, self.standings = board.page, standings
        self.text = page.text
        self.theme, self.format = theme, Format.of(standings.losses)
        pairs = enumerate(zip(entries, colors, strict=True))
        self.rows = rows = [row(entry, color, standings.tags_of(k)) for k, (entry, color) in pairs]
        self.names = [raster.set_line(row.label, 19 * self.text, bold=True) for row in rows]
        self.details = [raster.set_line(row.details, 16 * self.text) for row in rows]
        self.digits = Digits(18 * self.text)
        self.tag_lines = {tag: raster.set_line(tag, 15 * self.text) for row in rows for tag in row.tags}
        self.heading = raster.set_line("median loss" if standings.several else "loss", 15 * self.text)
        share = 0.33 if page.width > 1.25 * page.height else 0.4
        self._measure(page.width - 2 * page.margin if page.stacked else share * page.width)
        left, top = board.reserve(corner, self.width, self.height)
        self.at = (round(left), round(top))
        self.tags = self._tags()
        self.veils = [self._veil(index, 3 * page.unit) for index in range(len(rows))]
        self.mobjects = [Picture(self._canvas(), *self.at), self.digits, *self.tags.values(), *self.veils]

    def _measure(self, widest: float) -> None:
        u = self.text
        name = max(line.cover.shape[1] for line in self.names)
        detail = max(line.cover.shape[1] for line in self.details)
        spare = 8 * u if self.format.kind == "plain" else 0  # the rare widest one may reach into the gap before it
        number = max(
            self.digits.width_of("−0.00000"), self.format.widest(self.standings.losses, self.digits.width_of) - spare
        )
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

    def _canvas(self) -> raster.Image:
        """What does not change."""
        u, theme = self.text, self.theme
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
        return canvas

    def _tags(self) -> dict[tuple[int, str], Picture]:
        """By row and word, what may come to stand behind a loss."""
        tags: dict[tuple[int, str], Picture] = {}
        for index, row in enumerate(self.rows):
            for tag in row.tags:
                line = self.tag_lines[tag]
                tags[index, tag] = Picture(
                    raster.tinted(line.cover, legible(row.color, self.theme)),
                    self.at[0] + self.number_x + 10 * self.text,
                    self.at[1] + self.baseline(index) - line.baseline,
                )
        return tags

    def baseline(self, index: int) -> float:
        return self.first + index * self.row_height + 19 * self.text

    def _veil(self, index: int, edge: float) -> Picture:
        """Dims a row while its opacity is 1."""
        veil = raster.bar(self.width - 2 * edge, self.row_height, self.theme.panel, 0.72)
        made = Picture(veil, self.at[0] + edge, self.at[1] + self.baseline(index) - 19 * self.text)
        made.opacity = 0.0
        return made

    def show(self, now: Now) -> None:
        """Losses and what became of balls that left."""
        self.whole = now.whole
        losses, tags = self.standings.losses[:, self.whole], self.standings.tags(self.whole)
        self.digits.write(
            [
                (self.format.text(loss), self.at[0] + self.number_x, self.at[1] + self.baseline(index), self.theme.text)
                for index, loss in enumerate(losses)
            ]
        )
        for (index, tag), picture in self.tags.items():
            picture.opacity = 1.0 if tags[index] == tag else 0.0

    def hide(self, entries: frozenset[int]) -> None:
        """Dim their rows."""
        for index, veil in enumerate(self.veils):
            veil.opacity = 1.0 if index in entries else 0.0

    def numbers(self) -> list[dict[str, Any]]:
        """The losses."""
        rows = zip(self.standings.labels, self.standings.losses[:, self.whole], self.digits.numbers, strict=True)
        return [dict(name=f"{label}.loss", value=float(loss), text=text[0].strip()) for label, loss, text in rows]


def row(entry: Entry, color: str, tags: tuple[str, ...]) -> Row:
    """What is chosen of an entry, but for what its label says already."""
    label = entry.label.replace("=", " ")
    named = {
        key: value
        for key, value in entry.chosen.items()
        if f"{key} {short(value)}" not in label and not (isinstance(value, str) and value in label)
    }
    details = "   ".join(f"{key} {short(value)}" for key, value in named.items())
    return Row(color, entry.label, details, tags)
