"""What stands on the picture of a race: title, legend, step counter, caption, and the note on a logarithmic height."""

from __future__ import annotations

import numpy as np

from configs.text import fit_title, text_width, wrap
from scenes import raster
from scenes.colors import THEMES
from scenes.layout import Page, place
from scenes.mobjects._sprites import Digits, Picture
from scenes.mobjects.legend import Legend, Row
from scenes.numbers import short
from scenes.race.result import Segment, result_lines

OUTSIDE, DIVERGED = "outside", "diverged"


class Panels:
    """`mobjects` to add to the scene, `free`: the rectangle (frame units) left to the landscape; `show` writes a
    moment.
    """

    def __init__(self, page: Page, experiment, trajectories, display, colors: list[str]) -> None:
        self.page, self.theme, self.style = page, THEMES[experiment.style.theme], experiment.style
        self.trajectories, self.display = trajectories, display
        self.mobjects: list = []
        self.taken: list = []  # rectangles in frame units where nothing of the landscape may lie
        self.bottom = page.height - 0.7 * page.margin
        self._facts()
        top = self._title(experiment)
        self._counter(experiment)
        self._caption(experiment, colors)
        if display.heights.kind == "log":
            self._note("height: logarithmic in the loss")
        self._legend(experiment, colors, top)
        self.free = page.frame_rect(
            page.margin, 0.8 * page.margin, page.width - page.margin, self.bottom - 6 * page.unit
        )

    def _facts(self) -> None:
        """Median loss over the balls of each entry at each step, and whether it has left the domain or diverged by
        then.
        """
        with np.errstate(all="ignore"):
            losses = [np.where(np.isnan(t.loss), np.inf, t.loss) for t in self.trajectories]
            self.losses = np.stack([np.median(loss, axis=0) for loss in losses])
        self.outside = np.stack([(~self.display.inside(t.positions)).all(axis=0) for t in self.trajectories])
        steps = np.arange(self.losses.shape[1])
        self.diverged = np.stack(
            [((t.status[:, None] == "diverged") & (steps >= t.last[:, None])).all(axis=0) for t in self.trajectories]
        )

    def _title(self, experiment) -> float:
        """Returns the row below the title."""
        page, top = self.page, 20 * self.page.unit
        if not (self.style.title and experiment.title):
            return top
        lines, size = fit_title(experiment.title, page.width, page.height, page.text_scale)
        for line in lines:
            made = raster.set_line(line, size, bold=True)
            self.mobjects.append(Picture(raster.tinted(made.cover, self.theme.text), page.margin, top))
            self._take(page.margin, top, made.cover.shape[1], size)
            top += 1.22 * size
        return top + 12 * page.unit

    def _counter(self, experiment) -> None:
        page, self.counter = self.page, None
        if not self.style.counter:
            return
        self.counter = Digits(30 * page.text, bold=True)
        self.counter_right, self.counter_baseline = page.width - page.margin, 54 * page.text
        word = raster.set_line("step", 19 * page.text)
        left = (
            self.counter_right
            - self.counter.width_of("0" * len(str(experiment.steps)))
            - 12 * page.text
            - word.cover.shape[1]
        )
        self.mobjects += [
            Picture(raster.tinted(word.cover, self.theme.dim), left, self.counter_baseline - word.baseline),
            self.counter,
        ]
        self._take(left, self.counter_baseline - 30 * page.text, self.counter_right - left, 32 * page.text)

    def _note(self, text: str) -> None:
        """Small words at the lower right, above the caption."""
        page = self.page
        picture = raster.tinted(raster.set_line(text, 15 * page.text).cover, self.theme.dim)
        left, top = page.width - page.margin - picture.shape[1], self.bottom - picture.shape[0] - 4 * page.unit
        self.mobjects.append(Picture(picture, left, top))
        self._take(left, top, picture.shape[1], picture.shape[0])

    def _take(self, left: float, top: float, width: float, height: float) -> None:
        gap = 12 * self.page.unit
        self.taken.append(self.page.frame_rect(left - gap, top - gap, left + width + gap, top + height + gap))

    def _legend(self, experiment, colors: list[str], top: float) -> None:
        page, self.legend = self.page, None
        if not self.style.legend:
            return
        corner = self.style.legend if isinstance(self.style.legend, str) else "left"
        rows = [self._row(entry, color, index) for index, (entry, color) in enumerate(zip(experiment.entries, colors,
        strict=True))]
        several = any(len(trajectory.positions) > 1 for trajectory in self.trajectories)
        widest = page.width - 2 * page.margin if page.stacked else 0.33 * page.width
        self.legend = Legend(rows, page.text, self.theme, widest, "median loss" if several else "loss")
        below_counter = (
            80 * page.text
            if self.counter is not None and ("right" in corner or page.stacked and not experiment.title)
            else 0
        )
        left, top = place(
            page, corner, self.legend.width, self.legend.height, max(top, below_counter), self.bottom - 8 * page.unit
        )
        self.legend.place(left, top)
        self.mobjects += self.legend.submobjects
        self._take(left, top, self.legend.width, self.legend.height)

    def _row(self, entry, color: str, index: int) -> Row:
        named = {
            key: value
            for key, value in entry.given.items()
            if f"{key} {short(value)}" not in entry.label.replace("=", " ")
        }
        details = "   ".join(f"{key} {short(value)}" for key, value in named.items())
        tags = (*([OUTSIDE] if self.outside[index].any() else []), *([DIVERGED] if self.diverged[index].any() else []))
        return Row(color, entry.label, details, tags)

    def _caption(self, experiment, colors: list[str]) -> None:
        """The result (or the user's own words), shown during the hold."""
        page, self.caption = self.page, None
        if not self.style.caption:
            return
        size = 21 * page.text
        room = page.width - 4 * page.margin
        if experiment.caption:
            lines: list[list[Segment]] = [[(line, None)] for line in wrap(experiment.caption, size, room)]
        else:
            labels = [entry.label for entry in experiment.entries]
            lines = result_lines(experiment.surface, labels, colors, self.trajectories)
        lines = [part for line in lines for part in break_line(line, size, room)]
        pictures = [self._colored(line, size) for line in lines]
        width, step = max(picture.shape[1] for picture in pictures) + 44 * page.unit, 1.45 * size
        height = step * len(pictures) + 18 * page.unit
        panel = raster.rounded(width, height, 12 * page.unit, self.theme.panel, self.theme.panel_opacity)
        for index, picture in enumerate(pictures):
            raster.paste(
                panel,
                picture,
                (width - picture.shape[1]) / 2,
                9 * page.unit + index * step + (step - picture.shape[0]) / 2,
            )
        self.bottom -= height
        self.caption = Picture(panel, (page.width - width) / 2, self.bottom)
        self.mobjects.append(self.caption)

    def _colored(self, segments: list[Segment], size: float) -> raster.Image:
        lines = [
            (raster.set_line(text, size, bold=color is not None), color or self.theme.text) for text, color in segments
        ]
        above = max(line.baseline for line, _ in lines)
        below = max(line.cover.shape[0] - line.baseline for line, _ in lines)
        canvas, x = raster.blank(sum(line.cover.shape[1] for line, _ in lines), above + below), 0
        for line, color in lines:
            raster.paste(canvas, raster.tinted(line.cover, color), x, above - line.baseline)
            x += line.cover.shape[1]
        return canvas

    def show(self, seconds: float, step: float, timing) -> None:
        whole = int(step + 1e-9)
        if self.legend is not None:
            tags = [
                DIVERGED if self.diverged[i, whole] else OUTSIDE if self.outside[i, whole] else None
                for i in range(len(self.losses))
            ]
            self.legend.show(self.losses[:, whole], tags)
        if self.counter is not None:
            self.counter.write([(str(whole), self.counter_right, self.counter_baseline, self.theme.text)])
        if self.caption is not None:
            begin = timing.duration - timing.hold
            self.caption.opacity = float(np.clip((seconds - begin) / max(0.2 * timing.hold, 1e-6), 0, 1))


def break_line(segments: list[Segment], size: float, room: float) -> list[list[Segment]]:
    """Break a line of segments between segments so that each part fits into `room` pixels."""
    lines: list[list[Segment]] = [[]]
    used = 0.0
    for text, color in segments:
        width = text_width(text, size, bold=color is not None)
        if lines[-1] and used + width > room and color is not None:
            lines.append([])
            used = 0.0
        lines[-1].append((text, color))
        used += width
    return lines
