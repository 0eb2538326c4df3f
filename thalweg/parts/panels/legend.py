"""The legend of a race: look, name and hyperparameters of each entry, and its loss as it is now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from thalweg.colors import SOLID, Look, Theme, legible
from thalweg.experiment.experiment import Entry
from thalweg.mobjects.sprites import Digits, Picture
from thalweg.parts.panels.board import SIZES, SQUEEZES, Board, Now, Quiet
from thalweg.parts.standings import OUTSIDE, Standings
from thalweg.parts.swatch import swatch, swatch_width
from thalweg.typeset import raster
from thalweg.typeset.numbers import Format, short
from thalweg.typeset.sizes import SECONDARY, SMALL, TEXT
from thalweg.typeset.text import fitted, text_height, text_width

PITCH = 1.36  # of the size of text, from one line to the next
SHARES = (0.33, 0.6, 0.62, 0.7)  # of a wide page's width that a legend of so many columns may take
TEST, DASHES = "test", 3  # what stands above test losses, and how many dashes before it
WIDEST = 0.5  # of it, where names need as much: they tell entries apart
GUTTER = 24  # pixels at the usual size, between columns
FEWEST = 4  # entries that are told, wherever there are so many
SEVERAL = 4  # entries from which on they stand side by side where the page is tall
ONE, TWO, BRIEF = "one line", "two lines", "the rate alone"  # how hyperparameters are told

LONG = 8  # characters of a number


@dataclass(frozen=True)
class Row:
    """One entry: `details` are its hyperparameters as text, `brief` its learning rate alone; `tags`, words that may
    come to stand in the place of the loss, or behind it.
    """

    look: Look
    label: str
    details: str
    brief: str
    tags: tuple[str, ...] = ()


class Legend(Quiet):
    """A row for each entry; those that are hidden are dimmed. Digits are chosen from all losses of the race; `plain`:
    balls have no pattern. `widest` is the width of the widest loss, for letters of 1 pixel. Where there is a test loss
    it stands behind the loss, below the dashes of its curves.
    """

    name = "legend"

    def __init__(
        self,
        entries: Sequence[Entry],
        looks: Sequence[Look],
        standings: Standings,
        format: Format,
        widest: float,
        board: Board,
        corner: str,
        theme: Theme,
        plain: bool = False,
    ) -> None:
        self.page, self.standings, self.format, self.theme, self.plain = board.page, standings, format, theme, plain
        self.text = u = board.page.text
        pairs = enumerate(zip(entries, looks, strict=True))
        self.rows = [row(entry, look, standings.tags_of(k)) for k, (entry, look) in pairs]
        self.heading = "median loss" if standings.several else "loss"
        self.shown = max(min(len(self.rows), FEWEST), math.ceil(board.squeeze.kept * len(self.rows)))
        self.dashed = any(look.dash != SOLID for look in looks)
        tags = [text_width(tag, SMALL * u) for row in self.rows for tag in row.tags]
        numbers = [text_width("−0.00000", TEXT * u), widest * TEXT * u]
        self.number = max([*numbers, text_width(self.heading, SMALL * u), *tags])
        self.beyond = 0.0  # pixels from the end of the losses to that of the test losses
        if standings.test is not None:
            self.test_format = Format.of(standings.test)
            wide = self.test_format.widest(standings.test, lambda text: text_width(text, 1.0)) * TEXT * u
            self.beyond = 16 * u + max(wide, text_width(TEST, SMALL * u) + (9 * DASHES + 6) * u)
        outside = any(OUTSIDE in row.tags for row in self.rows)
        self.tag = text_width(OUTSIDE, SMALL * u) if outside else 0.0
        self._measure(board.squeeze.columns)
        # side by side, in smaller letters if need be, rather than one below the other across half of a tall page
        board.crowded |= self.page.stacked and self.high > 2 * SEVERAL and board.squeeze in SQUEEZES[: len(SIZES) - 1]
        left, top = board.reserve(corner, self.width, self.height)
        self.at = (round(left), round(top))

    # --- how large it is

    def _measure(self, columns: int) -> None:
        """The first form that is narrow enough, else the narrowest with its names cut."""
        page, wide = self.page, self.page.width - 2 * self.page.margin
        rows = self.shown + (self.shown < len(self.rows))
        forms = (ONE, TWO, BRIEF) if columns == 1 else (ONE, BRIEF, TWO)
        many = [columns]
        if page.stacked and columns == 1 and rows >= SEVERAL:
            many = [3, 2, 1] if rows > 2 * SEVERAL else [2, 1]  # side by side where all is told in one line
        for count in many:
            room = (
                wide if page.stacked else min(SHARES[count - 1] * page.width + count * self.beyond, SHARES[-1] * wide)
            )
            for form in forms:
                if (count == 1 or form == ONE or len(many) == 1) and self._width(form, count) <= room:
                    self._settle(form, count, rows, math.inf)
                    return
        u = self.text
        whole = self._swatch + self._name(TWO) + 14 * u + self.number + self.beyond + 28 * u
        if count == 1 and whole <= max(room, WIDEST * page.width):
            # what is told below a name is cut, rather than that
            self._settle(TWO, 1, rows, math.inf, max(room, whole) - 28 * u)
            return
        spare = room / count - (self._column(form) - self._name(form))
        self._settle(form, count, rows, max(spare, 3 * TEXT * self.text))

    def _name(self, form: str) -> float:
        """The width of the widest name, or of what stands below it."""
        return max(text_width(row.label, TEXT * self.text, bold=True) for row in self.rows[: self.shown])

    def _told(self, form: str) -> float:
        """The width of the widest hyperparameters, and of the word that may stand in their place or beside them."""
        size = SECONDARY * self.text
        wide = max(text_width(row.brief if form == BRIEF else row.details, size) for row in self.rows[: self.shown])
        return wide + 12 * self.text + self.tag if form == TWO and self.tag else max(wide, self.tag)

    def _column(self, form: str) -> float:
        """The width of one column, without the edges."""
        u, told = self.text, self._told(form)
        rest = 14 * u + self.number + self.beyond
        if form == TWO:
            return self._swatch + max(self._name(form) + rest, told)
        return self._swatch + self._name(form) + (14 * u + told if told else 0) + rest

    @property
    def _swatch(self) -> float:
        return swatch_width(self.text, self.dashed) + 10 * self.text

    def _width(self, form: str, columns: int) -> float:
        u = self.text
        return columns * self._column(form) + (columns - 1) * GUTTER * u + 28 * u

    def _settle(self, form: str, columns: int, rows: int, name: float, widest: float = math.inf) -> None:
        u = self.text
        columns = min(columns, rows)
        self.form, self.high = form, math.ceil(rows / columns)
        columns = math.ceil(rows / self.high)
        taken = min(self._name(form), name)
        self.name_room = taken
        self.column = self._column(form) - self._name(form) + taken
        if form == TWO:
            told = min(self._told(form), 4 * taken)
            self.column = min(self._swatch + max(taken + 14 * u + self.number + self.beyond, told), widest)
        self.width = columns * self.column + (columns - 1) * GUTTER * u + 28 * u
        self.first = PITCH * SMALL * u + 12 * u
        heights = [self._row_height(row) for row in self.rows[: self.shown]] + [PITCH * TEXT * u]
        self.tops, bottoms = [], []
        for column in range(columns):
            y = self.first
            for index in range(column * self.high, min((column + 1) * self.high, rows)):
                self.tops.append((14 * u + column * (self.column + GUTTER * u), y))
                y += heights[index]
            bottoms.append(y)
        self.height = max(bottoms) + 10 * u

    def _row_height(self, row: Row) -> float:
        """At least the pitch, more where a formula is taller."""
        u = self.text
        above, below = text_height(row.label, TEXT * u)
        high = max(PITCH * TEXT * u, above + below + 6 * u)
        return high + ((1.12 * SECONDARY + 5) * u if self.form == TWO and (row.details or row.tags) else 0)

    def baseline(self, index: int) -> float:
        """Of a row's name, in pixels below the legend's upper edge."""
        above, _ = text_height(self.rows[index].label, TEXT * self.text)
        return self.tops[index][1] + max(above + 3 * self.text, 1.0 * TEXT * self.text)

    # --- what is drawn

    def draw(self) -> None:
        """Make the mobjects."""
        self.digits = Digits(TEXT * self.text)
        self.tags = self._tags()
        self.veils = [self._veil(index) for index in range(self.shown)]
        self.mobjects = [Picture(self._canvas(), *self.at), self.digits, *self.tags.values(), *self.veils]

    def _right(self, index: int) -> float:
        """Of a row's loss."""
        return self.tops[index][0] + self.column - self.beyond

    def _test_heading(self, canvas: raster.Image, index: int) -> None:
        """What the test losses of a row's column are, behind a piece of their dashed curves."""
        u, line = self.text, raster.set_line(TEST, SMALL * self.text)
        left = self._right(index) + self.beyond - line.cover.shape[1]
        top = 8 * u + SMALL * u
        raster.paste(canvas, raster.tinted(line.cover, self.theme.dim), left, top - line.baseline)
        for piece in range(DASHES):
            dash = raster.bar(5 * u, max(1.0, 1.7 * u), self.theme.dim, 1.0)
            raster.paste(canvas, dash, left - 6 * u - (9 * (DASHES - piece) - 4) * u, top - 0.32 * SMALL * u)

    def _canvas(self) -> raster.Image:
        """What does not change."""
        u, theme = self.text, self.theme
        canvas = raster.rounded(self.width, self.height, 12 * u, theme.panel, theme.panel_opacity)
        for index in range(0, self.shown, self.high):
            line = raster.set_line(self.heading, SMALL * u)
            left = self._right(index) - line.cover.shape[1]
            raster.paste(canvas, raster.tinted(line.cover, theme.dim), left, 8 * u + SMALL * u - line.baseline)
            if self.beyond:
                self._test_heading(canvas, index)
        for index, row in enumerate(self.rows[: self.shown]):
            self._paint(canvas, index, row)
        if self.shown < len(self.rows):
            line = raster.set_line(f"and {len(self.rows) - self.shown} more", SECONDARY * u)
            left, top = self.tops[self.shown]
            place = (left + self._swatch, top + TEXT * u - line.baseline)
            raster.paste(canvas, raster.tinted(line.cover, theme.dim), *place)
        return canvas

    def _paint(self, canvas: raster.Image, index: int, row: Row) -> None:
        u, (left, _) = self.text, self.tops[index]
        baseline = self.baseline(index)
        look = swatch(row.look, u, self.dashed, self.plain)
        raster.paste(canvas, look, left, baseline - 0.33 * TEXT * u - look.shape[0] / 2)
        name = raster.set_line(fitted(row.label, TEXT * u, self.name_room, bold=True), TEXT * u, bold=True)
        raster.paste(canvas, raster.tinted(name.cover, self.theme.text), left + self._swatch, baseline - name.baseline)
        if OUTSIDE not in row.tags or self.form == TWO:
            told = self._details(row)
            x, y = self._beside(index)
            raster.paste(canvas, raster.tinted(told.cover, self.theme.dim), x, y - told.baseline)

    def _details(self, row: Row) -> raster.Line:
        """Its hyperparameters, as far as there is room."""
        text = row.brief if self.form == BRIEF else row.details
        return raster.set_line(fitted(text, SECONDARY * self.text, self.column - self._swatch), SECONDARY * self.text)

    def _beside(self, index: int) -> tuple[float, float]:
        """Where a row's hyperparameters begin, on which line."""
        u, x, y = self.text, self.tops[index][0] + self._swatch, self.baseline(index)
        if self.form != TWO:
            return x + self.name_room + 14 * u, y
        return x, y + text_height(self.rows[index].label, TEXT * u)[1] + 0.92 * SECONDARY * u

    def _tags(self) -> dict[tuple[int, str | None], Picture]:
        """By row and word: in the place of a loss that there is no more; of one that is outside in the place of its
        hyperparameters, which stand there without a word, or below the loss."""
        tags: dict[tuple[int, str | None], Picture] = {}
        for index, row in enumerate(self.rows[: self.shown]):
            x, y = self._beside(index)
            for tag in row.tags:
                line = raster.set_line(tag, SMALL * self.text)
                left = self._right(index) - line.cover.shape[1]
                if tag == OUTSIDE and self.form != TWO:
                    left = x
                place = (left, y if tag == OUTSIDE else self.baseline(index))
                tags[index, tag] = self._picture(line, legible(row.look.color, self.theme), place)
            if OUTSIDE in row.tags and self.form != TWO:
                tags[index, None] = self._picture(self._details(row), self.theme.dim, (x, y))
        return tags

    def _picture(self, line: raster.Line, color: str, place: tuple[float, float]) -> Picture:
        """A line that begins there, in pixels of the legend."""
        left, top = self.at[0] + place[0], self.at[1] + place[1] - line.baseline
        return Picture(raster.tinted(line.cover, color), left, top)

    def _veil(self, index: int) -> Picture:
        """Dims a row while its opacity is 1."""
        left, top = self.tops[index]
        veil = raster.bar(self.column, self._row_height(self.rows[index]), self.theme.panel, 0.72)
        made = Picture(veil, self.at[0] + left, self.at[1] + top)
        made.opacity = 0.0
        return made

    def show(self, now: Now) -> None:
        """Losses and what became of balls that left."""
        self.step = now.shown
        self.losses, tags = self.standings.losses[: self.shown, self.step], self.standings.tags(self.step)
        gone = [tag not in (None, OUTSIDE) for tag in tags]
        columns = [(self.losses, self.format, 0.0, self.theme.text)]
        if self.standings.test is not None:
            self.tests = self.standings.test[: self.shown, self.step]
            columns.append((self.tests, self.test_format, self.beyond, self.theme.dim))
        self.digits.write(
            [
                (
                    "" if gone[index] else format.text(loss),
                    self.at[0] + self._right(index) + beyond,
                    self.at[1] + self.baseline(index),
                    color,
                )
                for losses, format, beyond, color in columns
                for index, loss in enumerate(losses)
            ]
        )
        for (index, tag), picture in self.tags.items():
            said = tags[index] if tags[index] == OUTSIDE or tag is not None else None
            picture.opacity = 1.0 if said == tag else 0.0

    def hide(self, entries: frozenset[int]) -> None:
        """Dim their rows."""
        for index, veil in enumerate(self.veils):
            veil.opacity = 1.0 if index in entries else 0.0

    def numbers(self) -> list[dict[str, Any]]:
        """The losses, and the step at which the balls had them."""
        labels = self.standings.labels[: self.shown]
        named = [(f"{label}.loss", loss) for label, loss in zip(labels, self.losses, strict=True)]
        if self.standings.test is not None:
            named += [(f"{label}.test_loss", loss) for label, loss in zip(labels, self.tests, strict=True)]
        return [
            dict(name=name, value=float(loss), text=text[0].strip(), step=self.step)
            for (name, loss), text in zip(named, self.digits.numbers, strict=True)
        ]


def row(entry: Entry, look: Look, tags: tuple[str, ...]) -> Row:
    """What is chosen of an entry, but for what its label says already."""
    label = entry.label.replace("=", " ").replace("[", "").replace("]", "")
    remark, named = entry.search.remark if entry.search else "", {}
    for key, whole in entry.details(_brief).items():
        told = whole.removesuffix(f", {remark}") if remark else whole
        if f"{key} {told}" not in label and not (isinstance(entry.chosen[key], str) and told in label):
            named[key] = f"{key} {whole}"
        elif told != whole:  # what the label leaves out
            named[key] = remark
    return Row(look, entry.label, "   ".join(named.values()), named.get("lr", ""), tags)


def _brief(value: Any) -> str:
    """As `short`, long numbers with four digits, as labels have them."""
    if isinstance(value, tuple):
        return ", ".join(map(_brief, value))
    return f"{value:.4g}" if isinstance(value, float) and len(repr(value)) > LONG else short(value)
