"""The legend of a race: colour, name and hyperparameters of each entry, and its loss as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thalweg.colors import Theme
from thalweg.mobjects._sprites import Picture
from thalweg.mobjects.legend import Legend, Row
from thalweg.parts.panels.board import Board, Now, Quiet
from thalweg.parts.standings import Standings
from thalweg.typeset import raster
from thalweg.typeset.numbers import short


class LegendPanel(Quiet):
    """A row for each entry; those that are hidden are dimmed."""

    name = "legend"

    def __init__(
        self, entries: Sequence[Any], colors: list[str], standings: Standings, board: Board, corner: str, theme: Theme
    ) -> None:
        page, self.standings = board.page, standings
        pairs = enumerate(zip(entries, colors, strict=True))
        rows = [row(entry, color, standings.tags_of(k)) for k, (entry, color) in pairs]
        share = 0.33 if page.width > 1.25 * page.height else 0.4
        widest = page.width - 2 * page.margin if page.stacked else share * page.width
        heading = "median loss" if standings.several else "loss"
        self.legend = Legend(rows, page.text, theme, widest, heading, standings.losses)
        self.legend.place(*board.reserve(corner, self.legend.width, self.legend.height))
        self.veils = [self._veil(index, 3 * page.unit) for index in range(len(rows))]
        self.mobjects = [*self.legend.submobjects, *self.veils]

    def _veil(self, index: int, edge: float) -> Picture:
        """Dims a row while its opacity is 1."""
        legend = self.legend
        veil = raster.bar(legend.width - 2 * edge, legend.row_height, legend.theme.panel, 0.72)
        top = legend.at[1] + legend.baseline(index) - 19 * legend.unit
        made = Picture(veil, legend.at[0] + edge, top)
        made.opacity = 0.0
        return made

    def show(self, now: Now) -> None:
        """Losses and what became of balls that left."""
        self.whole = now.whole
        self.legend.show(self.standings.losses[:, self.whole], self.standings.tags(self.whole))

    def hide(self, entries: frozenset[int]) -> None:
        """Dim their rows."""
        for index, veil in enumerate(self.veils):
            veil.opacity = 1.0 if index in entries else 0.0

    def numbers(self) -> list[dict[str, Any]]:
        """The losses."""
        rows = zip(self.standings.labels, self.standings.losses[:, self.whole], self.legend.digits.numbers, strict=True)
        return [dict(name=f"{label}.loss", value=float(loss), text=text[0].strip()) for label, loss, text in rows]


def row(entry: Any, color: str, tags: tuple[str, ...]) -> Row:
    """What is chosen of an entry, but for what its label says already."""
    label = entry.label.replace("=", " ")
    named = {
        key: value
        for key, value in entry.chosen.items()
        if f"{key} {short(value)}" not in label and not (isinstance(value, str) and value in label)
    }
    details = "   ".join(f"{key} {short(value)}" for key, value in named.items())
    return Row(color, entry.label, details, tags)
