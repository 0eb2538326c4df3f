"""What stands below a race during the hold: the result or the user's own words, and the facts as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from thalweg.colors import legible, themes
from thalweg.geometry.layout import Box, overlap
from thalweg.mobjects.sprites import Picture
from thalweg.parts.motion import Motion
from thalweg.parts.panels.answer import Ranking, answer_lines, fates, ranking
from thalweg.parts.panels.board import Board, Now, Quiet, fillable
from thalweg.parts.panels.facts import Table, headings, rows
from thalweg.parts.panels.result import LEVELS, Segment
from thalweg.typeset import raster
from thalweg.typeset.numbers import Format
from thalweg.typeset.sizes import SECONDARY, TEXT
from thalweg.typeset.text import text_height, text_width, wrap

NARROWEST = 0.3  # of the page: with less beside the other panels, the caption goes above them
# of the page's height; with ranks, with tables: what needs more is told shorter
HIGHEST, RANKS, TABLES = 0.3, 0.36, 0.45
STACKED = 0.7  # of it where the page is tall
LARGE = 0.9  # of the size of tables elsewhere: larger is as good
LEADING = 0.36  # of the size: the gap between two lines
SIDE = 0.45  # of the page's width: a caption in a corner
MOST_LINES = (3, 2, 1)  # of names after one heading; others are 'and 9 more'


class Lines(NamedTuple):
    """Lines of coloured segments, set at `size` pixels, and the size of the panel that holds them."""

    lines: list[list[Segment]]
    size: float
    width: float
    height: float


class Caption(Quiet):
    """The result of a race, or the user's own words, and the facts; in the middle of the page words are centred.
    `numbers` is the film's Format of losses. `place` puts it.
    """

    name = "caption"

    def __init__(self, motion: Motion, numbers: Format) -> None:
        shot = motion.shot
        assert shot.experiment is not None
        self.shot, self.motion = shot, motion
        self.theme = themes(shot.style, "", shot.video.transparent)[0]
        told = motion.options.facts or not shot.caption  # what became of the balls
        minima = motion.outcomes.landmarks.minima if told else ()
        self.tells = told or motion.fair is not None
        self.numbers_as = numbers.apart([minimum.value for minimum in minima])
        ranked = ranking(motion)
        self.cells = [ranked] if ranked is not None else []
        if motion.options.facts:
            say, moves = self.numbers_as.minimum, motion.options.result == "motion"
            facts = rows(shot.experiment, motion.outcomes, say, fates(motion, say) if moves else None)
            last = -1 if all(row[-1] == row[-2] for row in facts) else None  # a gradient a step needs no column
            heads = headings(shot.experiment)[:last]
            self.cells.append(Ranking([row[:last] for row in facts], heads, motion.colors))
        self.results: dict[tuple[int, bool], list[list[Segment]]] = {}
        self.outdated = False  # other balls roll by now: what became of the first ones is no longer told
        self.tables: list[Table] = []
        self.crowded = False

    # --- where it stands

    def place(self, board: Board, corner: str, given: bool) -> None:
        """In the corner that was `given`, else in the middle below, beside or above the panels that stand there."""
        page = board.page
        self.page, self.centered = page, not given
        if given:
            self._lay(SIDE * page.width, board)
            left, top = board.reserve(corner, *self.size)
            board.late = (left, top, left + self.size[0], top + self.size[1])
        else:
            board.late = self._below(board)
            board.places.append(board.late)
            board.edge = board.late[1]
        self.box = board.late
        board.crowded |= self.crowded

    def _below(self, board: Board) -> Box:
        """Where its letters are large and much room is left beside it; of places as good, the lowest."""
        best, most = None, 0.0
        for box, width in self._beside(board):
            legible_by = min((table.scale for table in self.tables), default=1.0)
            worth = min(legible_by / LARGE, 1.0) * fillable([*board.places, box], board.page)
            if best is None or worth > most + 1:
                best, most = (box, width), worth
        if best is None:
            self.crowded = True
            return (board.page.margin, 0.0, board.page.margin + 1.0, 1.0)
        self._lay(best[1], board)
        return best[0]

    def _beside(self, board: Board) -> Iterator[tuple[Box, float]]:
        """Boxes in which it lies on no panel, from the lowest up, as it is laid for each, and the width it is given."""
        page, places, gap = board.page, board.places, board.corners.gap
        near = 0.9 * gap
        lowest = page.height - 0.7 * page.margin
        levels = sorted({lowest, *(top - gap for _, top, _, _ in places if top > 0.4 * page.height)}, reverse=True)
        for bottom in levels:
            low, high = page.margin, page.width - page.margin
            while high - low >= NARROWEST * page.width:
                self._lay(high - low, board)
                width, height = self.size
                if self.crowded or width > high - low + 1:
                    break  # higher up there may be more room
                left = min(max((page.width - width) / 2, low), high - width)
                box = (left, bottom - height, left + width, bottom)
                met = [place for place in places if overlap(place, (box[0] - near, box[1], box[2] + near, bottom))]
                if not met:
                    yield box, high - low
                    break
                for x0, _, x1, _ in met:
                    low, high = (max(low, x1 + gap), high) if x0 + x1 < page.width else (low, min(high, x0 - gap))

    def _lay(self, width: float, board: Board) -> None:
        """The words and the tables in a panel of at most that width; sets its `size`, and whether it is `crowded`."""
        page = board.page
        most = (
            (TABLES if self.cells else RANKS if self.motion.fair else HIGHEST)
            * (STACKED if page.stacked else 1.0)
            * page.height
        )
        gap = 8 * page.unit
        told = self.shot.caption or self.motion.fair or not self.cells
        self.words = self._words(width, most / (1 + 2 * bool(self.cells))) if told else None  # tables need the most
        left = most - (self.words.height + gap if self.words else 0.0)
        self.tables, self.crowded = [], False
        for number, each in enumerate(self.cells):
            room = (width, (left - gap * (len(self.cells) - number - 1)) / (len(self.cells) - number))
            self.tables.append(Table(*each, SECONDARY * page.text, room))
            left -= self.tables[-1].height + gap
            self.crowded |= self.tables[-1].crowded
        parts = [(part.width, part.height) for part in (self.words, *self.tables) if part is not None]
        self.size = (max(each for each, _ in parts), sum(each for _, each in parts) + gap * (len(parts) - 1))
        self.crowded |= self.size[1] > most + 1

    # --- what it says

    def _words(self, width: float, height: float) -> Lines:
        u, size = self.page.text, TEXT * self.page.text
        room = width - 44 * u
        for lines in self._told(size, room):
            made = self._panel(lines, size, room)
            if made.height <= height:
                break
        return made

    def _told(self, size: float, room: float) -> Iterator[list[list[Segment]]]:
        """What stands there, told more and more shortly: the user's words or the result, and whose rank changes."""
        for ranks in self._ranks(size, room):
            if self.shot.caption:
                words: list[list[Segment]] = [[(line, None)] for line in even(self.shot.caption, size, room)]
                yield words + ranks
            elif self.cells and ranks:  # the tables are the result
                yield ranks
            else:
                yield from (lines + ranks for lines in self._results(size, room))

    def _ranks(self, size: float, room: float) -> Iterator[list[list[Segment]]]:
        """Of a fair race, whose rank changes, told more and more shortly; of any other nothing."""
        fair, colors = self.motion.fair, self.motion.colors
        if fair is None:
            yield []
            return
        lines = [[(text, None if entry is None else colors[entry]) for text, entry in line] for line in fair.lines()]
        lines = [[(text[:1].upper() + text[1:], color), *rest] for (text, color), *rest in lines]
        for most in MOST_LINES:
            yield [part for line in lines for part in break_line(line, size, room, most)]
        yield [[(fair.brief(), None)]]

    def _results(self, size: float, room: float) -> Iterator[list[list[Segment]]]:
        """The result, told more and more shortly."""
        one_ball = all(len(entry.starts) == 1 for entry in self.motion.entries)
        for named in (True, False):
            for rows_of_names in MOST_LINES if named and one_ball else (None,):
                for most in [most for most, with_names in LEVELS if with_names == named]:
                    yield [
                        part
                        for line in self._result(most, named)
                        for part in break_line(line, size, room, rows_of_names)
                    ]

    def _result(self, most: int, named: bool) -> list[list[Segment]]:
        """See `answer_lines`."""
        if (most, named) not in self.results:
            self.results[most, named] = answer_lines(self.motion, self.numbers_as.minimum, most, named)
        return self.results[most, named]

    def _panel(self, lines: list[list[Segment]], size: float, room: float) -> Lines:
        widest = max(line_width(line, size) for line in lines)
        size *= min(1.0, room / max(widest, 1.0))  # a word or a formula alone may be wider
        heights = [sum(line_height(line, size)) + LEADING * size for line in lines]
        width = max(line_width(line, size) for line in lines) + 44 * self.page.text
        return Lines(lines, size, width, sum(heights) + 20 * self.page.text - LEADING * size)

    # --- what is drawn

    def draw(self) -> None:
        """Make the mobjects."""
        pictures = [self._painted(self.words)] if self.words else []
        pictures += [table.painted(self.theme) for table in self.tables]
        self.panel = Picture(raster.stacked(pictures, 8 * self.page.unit), *self.box[:2])
        self.mobjects = [self.panel]

    def _painted(self, words: Lines) -> raster.Image:
        u, theme = self.page.text, self.theme
        canvas = raster.rounded(words.width, words.height, 12 * u, theme.panel, theme.panel_opacity)
        top = 10 * u
        for line in words.lines:
            above, below = line_height(line, words.size)
            left = (words.width - line_width(line, words.size)) / 2 if self.centered else 22 * u
            for text, color in line:
                ink = raster.set_line(text, words.size, bold=bool(color))
                tint = legible(color, theme) if color else theme.text
                raster.paste(canvas, raster.tinted(ink.cover, tint), left, top + above - ink.baseline)
                left += text_width(text, words.size, bold=bool(color))
            top += above + below + LEADING * words.size
        return canvas

    def show(self, now: Now) -> None:
        """It comes when the race is over."""
        timing = now.timing
        begin = timing.duration - timing.hold
        self.panel.opacity = float(np.clip((now.seconds - begin) / max(0.2 * timing.hold, 1e-6), 0, 1))
        if self.outdated and self.tells:
            self.panel.opacity = 0.0


def even(text: str, size: float, room: float) -> list[str]:
    """As `wrap`, in as many lines, all about as long: no word is left alone on the last one."""
    lines, low = wrap(text, size, room), 0.0
    while room - low > size / 4:
        middle = (low + room) / 2
        low, room = (low, middle) if len(wrap(text, size, middle)) == len(lines) else (middle, room)
    return wrap(text, size, room)


def line_width(segments: list[Segment], size: float) -> float:
    """In pixels; what is coloured is bold."""
    return sum(text_width(text, size, bold=bool(color)) for text, color in segments)


def line_height(segments: list[Segment], size: float) -> tuple[float, float]:
    """Pixels above and below the baseline."""
    above, below = zip(*(text_height(text, size) for text, _ in segments), strict=True)
    return max(above), max(below)


def break_line(segments: list[Segment], size: float, room: float, most: int | None = None) -> list[list[Segment]]:
    """A line of segments that is wider than `room` pixels becomes several: its heading, then as many names as fit, in
    at most so many lines; of those that do not fit it is said how many they are.
    """
    if line_width(segments, size) <= room or len(segments) < 2:
        return [segments]
    lines: list[list[Segment]] = [segments[:1], []]
    for number, (text, color) in enumerate(segments[1:], 1):
        left = sum(other is not None for _, other in segments[number:])
        last = most is not None and len(lines) > most
        rest = f" and {left - 1} more" if last and left > 1 else ""
        wide = line_width([*lines[-1], (text, color), (rest, None)], size)
        if lines[-1] and wide > room and color is not None:
            if last:
                lines[-1][-1] = (f" and {left} more", None)
                return lines
            lines.append([])
        lines[-1].append((text, color))
    return lines


def box_of(picture: Picture) -> Box:
    """Where it stands, in pixels."""
    height, width = picture.picture.shape[:2]
    return picture.left, picture.top, picture.left + width, picture.top + height
