"""What stands below a race during the hold: the result or the user's own words, and the facts as a table."""

from __future__ import annotations

import numpy as np

from thalweg.colors import THEMES, legible
from thalweg.geometry.layout import Box, Page, overlap
from thalweg.mobjects.sprites import Picture
from thalweg.parts.motion import Motion
from thalweg.parts.panels.answer import Ranking, answer_lines, fates, ranking
from thalweg.parts.panels.board import Board, Now, Quiet
from thalweg.parts.panels.facts import SMALLEST, headings, rows, table
from thalweg.parts.panels.result import LEVELS, Segment
from thalweg.typeset import raster
from thalweg.typeset.numbers import Format
from thalweg.typeset.text import text_width, wrap

NARROWEST = 0.3  # of the page: with less beside the other panels, the caption goes below them
HIGHEST = 0.3  # of the page's height: words of the result that need more are told more shortly


class Caption(Quiet):
    """The result of a race, or the user's own words, and the facts; in the middle of the page words are centred.
    `numbers` is the film's Format of losses. `place` puts it.
    """

    name = "caption"

    def __init__(self, page: Page, motion: Motion, numbers: Format) -> None:
        shot = motion.shot
        assert shot.experiment is not None
        self.page, self.shot, self.motion, self.theme = page, shot, motion, THEMES[shot.style.theme]
        self.with_facts = motion.options.facts
        self.tells = self.with_facts or not shot.caption  # what became of the balls
        minima = motion.outcomes.landmarks.minima if self.tells else ()
        self.numbers_as = numbers.apart([minimum.value for minimum in minima])
        ranked = ranking(motion)
        self.tables = [ranked] if ranked is not None else []
        if self.with_facts:
            say, moves = self.numbers_as.minimum, motion.options.result == "motion"
            facts = rows(shot.experiment, motion.outcomes, say, fates(motion, say) if moves else None)
            self.tables.append(Ranking(facts, headings(shot.experiment), motion.colors))
        self.outdated = False  # other balls roll by now: what became of the first ones is no longer told

    def place(self, board: Board, corner: str, last: bool) -> None:
        """`last`: all other panels stand already."""
        picture = self.picture(corner)
        height, width = picture.shape[:2]
        alone = corner == "bottom" and last
        place = board.corners.middle(width, height) if alone else board.reserve(corner, width, height)
        self.panel = Picture(picture, *place)
        self.mobjects = [self.panel]
        board.late = box_of(self.panel)

    def clear_of_panels(self, board: Board) -> None:
        """A result or a table that would lie on another panel, a long legend, is set anew beside it."""
        places = board.corners.places
        anew = self.beside(box_of(self.panel), places, board.corners.gap)
        if anew is not None:
            self.panel.picture, (self.panel.left, self.panel.top) = anew[0], map(round, anew[1:])
        places.append(box_of(self.panel))
        board.edge, board.late = self.panel.top, places[-1]

    def show(self, now: Now) -> None:
        """It comes when the race is over."""
        timing = now.timing
        begin = timing.duration - timing.hold
        self.panel.opacity = float(np.clip((now.seconds - begin) / max(0.2 * timing.hold, 1e-6), 0, 1))
        if self.outdated and self.tells:
            self.panel.opacity = 0.0

    def picture(self, corner: str, width: float | None = None, height: float | None = None) -> raster.Image:
        """At most so wide and high, as far as the facts are concerned."""
        page = self.page
        width = page.width - 2 * page.margin if width is None else width
        height = 0.4 * page.height if height is None else height
        pictures = [self._words(corner, width)] if self.shot.caption or not self.tables else []
        room = (width, height / max(len(self.tables), 1))
        pictures += [table(*each, 17 * page.text, room, self.theme) for each in self.tables]
        return raster.stacked(pictures, 8 * page.unit)

    def beside(self, box: Box, places: list[Box], gap: float) -> tuple[raster.Image, float, float] | None:
        """The picture anew, with its left and top, where at `box` it would lie on panels at `places`; else None."""
        page = self.page
        if not any(overlap(place, box) for place in places):
            return None
        low, high, height = page.margin, page.width - page.margin, None
        covered = [place for place in places if overlap(place, (0, box[1], page.width, box[3]))]
        for left, _, right, _ in covered:
            if left + right < page.width:
                low = max(low, right + gap)
            else:
                high = min(high, left - gap)
        if high - low < NARROWEST * page.width:
            low, high = page.margin, page.width - page.margin
            height = box[3] - max(place[3] for place in covered) - gap
        made = self.picture("bottom", high - low, height)
        return made, (low + high - made.shape[1]) / 2, box[3] - made.shape[0]

    def _words(self, corner: str, width: float) -> raster.Image:
        page, shot = self.page, self.shot
        size, room = 21 * page.text, width - 2 * page.margin
        if shot.caption:
            lines: list[list[Segment]] = [[(line, None)] for line in wrap(shot.caption, size, room)]
        else:
            size, lines = self._result(size, room)
        widest = max(sum(text_width(text, size, bold=bool(color)) for text, color in line) for line in lines)
        size *= min(1.0, max(SMALLEST, room / max(widest, 1.0)))
        pictures = [self._colored(line, size) for line in lines]
        width, step = max(picture.shape[1] for picture in pictures) + 44 * page.unit, 1.45 * size
        height = step * len(pictures) + 18 * page.unit
        panel = raster.rounded(width, height, 12 * page.unit, self.theme.panel, self.theme.panel_opacity)
        for index, picture in enumerate(pictures):
            left = (width - picture.shape[1]) / 2 if corner == "bottom" else 22 * page.unit
            raster.paste(panel, picture, left, 9 * page.unit + index * step + (step - picture.shape[0]) / 2)
        return panel

    def _result(self, size: float, room: float) -> tuple[float, list[list[Segment]]]:
        """The result in as much detail as there is room for, and the size of its letters: smaller where it must be."""
        highest = HIGHEST * self.page.height
        for most, named in LEVELS:
            found = answer_lines(self.motion, self.numbers_as.minimum, most, named)
            lines = [part for line in found for part in break_line(line, size, room)]
            if 1.45 * size * len(lines) <= highest:
                return size, lines
        return size * max(SMALLEST, highest / (1.45 * size * len(lines))), lines

    def _colored(self, segments: list[Segment], size: float) -> raster.Image:
        lines = [
            (raster.set_line(text, size, bold=bool(color)), legible(color, self.theme) if color else self.theme.text)
            for text, color in segments
        ]
        above = max(line.baseline for line, _ in lines)
        below = max(line.cover.shape[0] - line.baseline for line, _ in lines)
        canvas, x = raster.blank(sum(line.cover.shape[1] for line, _ in lines), above + below), 0
        for line, color in lines:
            raster.paste(canvas, raster.tinted(line.cover, color), x, above - line.baseline)
            x += line.cover.shape[1]
        return canvas


def break_line(segments: list[Segment], size: float, room: float) -> list[list[Segment]]:
    """A line of segments that is wider than `room` pixels becomes several: its heading, then as many names as fit."""
    widths = [text_width(text, size, bold=color is not None) for text, color in segments]
    if sum(widths) <= room or len(segments) < 2:
        return [segments]
    lines: list[list[Segment]] = [segments[:1], []]
    used = 0.0
    for (text, color), width in zip(segments[1:], widths[1:], strict=True):
        if lines[-1] and used + width > room and color is not None:
            lines.append([])
            used = 0.0
        lines[-1].append((text, color))
        used += width
    return lines


def box_of(picture: Picture) -> Box:
    """Where it stands, in pixels."""
    height, width = picture.picture.shape[:2]
    return picture.left, picture.top, picture.left + width, picture.top + height
