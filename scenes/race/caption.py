"""What stands below a race during the hold: the result or the user's own words, and the facts as a table."""

from __future__ import annotations

from thalweg.scenes.race.facts import SMALLEST, headings, rows, table
from thalweg.scenes.race.result import LEVELS, Segment, result_lines

from thalweg.colors import THEMES, legible
from thalweg.experiment.outcomes import outcomes
from thalweg.geometry.layout import Box, Page, overlap
from thalweg.typeset import raster
from thalweg.typeset.numbers import Format
from thalweg.typeset.text import text_width, wrap

PLAIN = Format()
NARROWEST = 0.3  # of the page: with less beside the other panels, the caption goes below them
HIGHEST = 0.3  # of the page's height: words of the result that need more are told more shortly


class Caption:
    """Sets the caption of an experiment as a picture; in the middle of the page its words are centred. `numbers` is
    the film's Format of losses.
    """

    def __init__(self, page: Page, experiment, trajectories, colors: list[str], numbers=PLAIN) -> None:
        self.page, self.experiment, self.trajectories, self.colors = page, experiment, trajectories, colors
        self.theme = THEMES[experiment.style.theme]
        told = experiment.options.facts or not experiment.caption
        self.told = outcomes(experiment, trajectories) if told else None
        minima = self.told.landmarks.minima if self.told is not None else ()
        self.numbers = numbers.apart([minimum.value for minimum in minima])
        self.facts = rows(experiment, self.told, self.numbers.minimum) if experiment.options.facts else []

    def picture(self, corner: str, width: float | None = None, height: float | None = None) -> raster.Image:
        """At most so wide and high, as far as the facts are concerned."""
        page = self.page
        width = page.width - 2 * page.margin if width is None else width
        height = 0.4 * page.height if height is None else height
        pictures = [self._words(corner, width)] if self.experiment.caption or not self.facts else []
        if self.facts:
            heads = headings(self.experiment)
            pictures.append(table(self.facts, heads, self.colors, 17 * page.text, (width, height), self.theme))
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
        page, experiment = self.page, self.experiment
        size, room = 21 * page.text, width - 2 * page.margin
        if experiment.caption:
            lines: list[list[Segment]] = [[(line, None)] for line in wrap(experiment.caption, size, room)]
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
            say, entries = self.numbers.minimum, self.experiment.entries
            told = result_lines(self.told, entries, self.colors, say, most, named)
            lines = [part for line in told for part in break_line(line, size, room)]
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
