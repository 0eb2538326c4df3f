"""What stands on the picture of a race: title, legend, step counter, caption, loss panel, contour map, notes."""

from __future__ import annotations

import numpy as np
from thalweg.scenes.race.caption import Caption
from thalweg.scenes.race.marks import chosen, key, on_map

from thalweg.colors import THEMES
from thalweg.experiment.experiment import PROJECTED
from thalweg.geometry.layout import Box, Corners, Page
from thalweg.mobjects._sprites import Digits, Picture
from thalweg.mobjects.contour_map import ContourMap
from thalweg.mobjects.legend import Legend, Row
from thalweg.mobjects.loss_panel import LossPanel
from thalweg.typeset import raster
from thalweg.typeset.numbers import Format, medians, short
from thalweg.typeset.text import fit_title

OUTSIDE, DIVERGED, LEFT = "outside", "diverged", "left"


class Panels:
    """`mobjects` to add to the scene; `free`, the rectangle (frame units) that the landscape may fill, without those in
    `taken`; `show` writes a moment.
    """

    def __init__(self, page: Page, experiment, trajectories, display, colors: list[str], note: str = "") -> None:
        self.page, self.theme, self.style = page, THEMES[experiment.style.theme], experiment.style
        self.experiment, self.trajectories, self.display, self.colors = experiment, trajectories, display, colors
        self.ground = self.style.background or self.theme.background
        self.mobjects: list = []
        self.outdated = False  # other balls roll by now: what became of the first ones is no longer told
        self.corners = Corners(page)
        self.marked = chosen(display, experiment.surface.critical_points) if experiment.options.critical_points else []
        self._facts()
        parts = {"caption": "bottom", "title": "top_left", "counter": "top_right", "legend": "top_left",
                 "loss_panel": "bottom_left", "contour_map": "bottom_right"}  # fmt: skip
        if experiment.options.facts and page.width > 1.25 * page.height:
            parts["caption"] = parts.pop("caption")  # a table is tall: between the panels, rather than below them
        for part, usual in parts.items():
            wish, standing = getattr(self.style, part), len(self.mobjects)
            setattr(self, part, getattr(self, f"_{part}")(wish if isinstance(wish, str) else usual) if wish else None)
            for mobject in self.mobjects[standing:]:
                mobject.panel = part
        if self.caption is not None and self.style.caption is True:
            self._clear_of_panels()
        if self.marked:
            self._key()
        for line in display.notes:
            self._note(line)
        if experiment.noise is not None:
            self._note(f"gradient noise: {experiment.noise.words}".replace("_", " "))
        if note:
            self._note(note)
        bottom = page.height - min(self.corners.next["bottom_left"], self.corners.next["bottom_right"])
        if self.caption is not None and self.style.caption is True:
            bottom = self.caption.top
        self.free = page.frame_rect(page.margin, 0.8 * page.margin, page.width - page.margin, bottom - 6 * page.unit)
        self.taken = self.corners.taken

    def _facts(self) -> None:
        """Of each entry at each step: median loss over its balls, and whether all are outside the domain, or so
        many have diverged or left that there is no median.
        """
        self.losses = medians(self.trajectories)
        self.projected = any(PROJECTED in entry.given.values() for entry in self.experiment.entries)
        self.outside = np.stack([(~self.display.inside(t.positions)).all(axis=0) for t in self.trajectories])
        steps, paths = np.arange(self.losses.shape[1]), self.trajectories
        gone = [
            np.stack([((t.status == word)[:, None] & (t.last[:, None] <= steps)).mean(axis=0) for t in paths])
            for word in (DIVERGED, LEFT)
        ]  # shares of the balls; where they leave no median, its word stands for it
        none = ~np.isfinite(self.losses)
        self.diverged = (gone[0] == 1) | none & (gone[0] > 0) & (gone[0] >= gone[1])
        self.left = (gone[1] == 1) | none & (gone[1] > gone[0])

    def _add(self, picture: raster.Image, corner: str) -> Picture:
        height, width = picture.shape[:2]
        self.mobjects.append(Picture(picture, *self.corners.reserve(corner, width, height)))
        return self.mobjects[-1]

    def _title(self, corner: str) -> list[Picture] | None:
        page, title = self.page, self.experiment.title
        if not title:
            return None
        lines, size = fit_title(title, page.width, page.height, page.text_scale)
        made = [raster.set_line(line, size, bold=True).cover for line in lines]
        return [self._add_words(raster.cropped(cover), self.theme.text, size, corner, "title") for cover in made]

    def _add_words(self, cover, color: str, size: float, corner: str, panel: str) -> Picture:
        """Words on the bare picture: their halo reaches over the place they take."""
        left, top = self.corners.reserve(corner, cover.shape[1], cover.shape[0])
        self.mobjects.append(self._words(cover, color, size, left, top))
        self.mobjects[-1].panel = panel
        return self.mobjects[-1]

    def _words(self, cover, color: str, size: float, left: float, top: float) -> Picture:
        pad = round(raster.HALO * size)
        return Picture(raster.haloed(raster.tinted(cover, color), size, self.ground), left - pad, top - pad)

    def _counter(self, corner: str) -> Digits:
        page, digits = self.page, Digits(30 * self.page.text, bold=True, halo=self.ground)
        word = raster.set_line("step", 19 * page.text)
        room = digits.width_of("0" * len(str(self.experiment.steps)))
        width, height = word.cover.shape[1] + 12 * page.text + room, 30 * page.text
        left, top = self.corners.reserve(corner, width, height)
        self.counter_right, self.counter_baseline = left + width, top + 0.84 * height
        top = self.counter_baseline - word.baseline
        self.mobjects += [self._words(word.cover, self.theme.dim, 19 * page.text, left, top), digits]
        return digits

    def _note(self, text: str) -> None:
        size = 15 * self.page.text
        self._add_words(raster.set_line(text, size).cover, self.theme.dim, size, "bottom_right", "note")

    def _key(self) -> None:
        size = 15 * self.page.text
        cover = key(list(dict.fromkeys(point.kind for point in self.marked)), size)
        self._add_words(cover, self.theme.dim, size, "bottom_right", "key")

    def _legend(self, corner: str) -> Legend:
        page, entries = self.page, self.experiment.entries
        lines = [self._row(entry, color, k) for k, (entry, color) in enumerate(zip(entries, self.colors, strict=True))]
        several = any(len(trajectory.positions) > 1 for trajectory in self.trajectories)
        share = 0.33 if page.width > 1.25 * page.height else 0.4
        widest = page.width - 2 * page.margin if page.stacked else share * page.width
        legend = Legend(lines, page.text, self.theme, widest, "median loss" if several else "loss", self.losses)
        legend.place(*self.corners.reserve(corner, legend.width, legend.height))
        self.mobjects += legend.submobjects
        return legend

    def _row(self, entry, color: str, index: int) -> Row:
        told = entry.label.replace("=", " ")
        named = {
            key: value
            for key, value in entry.given.items()
            if f"{key} {short(value)}" not in told and not (isinstance(value, str) and value in told)
        }
        details = "   ".join(f"{key} {short(value)}" for key, value in named.items())
        seen = {OUTSIDE: self.outside, DIVERGED: self.diverged, LEFT: self.left}
        tags = tuple(tag for tag, when in seen.items() if when[index].any())
        return Row(color, entry.label, details, tags)

    def _loss_panel(self, corner: str) -> LossPanel:
        page, minima = self.page, self.experiment.surface.minima
        size = (0.45 * page.width - page.margin if page.stacked else 330 * page.unit, 190 * page.unit)
        panel = LossPanel(self.losses, minima[0].value if minima else None, self.colors, size, page.text, self.theme)
        panel.note = " (projected: as recorded)" if self.projected else ""
        panel.place(*self.corners.reserve(corner, *size))
        self.mobjects += panel.submobjects
        return panel

    def _contour_map(self, corner: str) -> ContourMap:
        page = self.page
        positions = np.concatenate([trajectory.positions for trajectory in self.trajectories])
        colors = [color for color, t in zip(self.colors, self.trajectories, strict=True) for _ in t.positions]
        side = 0.42 * page.width - page.margin if page.stacked else 230 * page.unit
        inset = ContourMap(self.display, positions, colors, side, page.unit, self.style.ramp, self.theme)
        inset.place(*self.corners.reserve(corner, *inset.size))
        ground, *curves = inset.submobjects
        marks = on_map(inset, self.marked, 9 * page.unit, self.theme.text, self.ground)
        self.mobjects += [ground, *marks, *curves]
        return inset

    def _caption(self, corner: str) -> Picture:
        self.words = Caption(self.page, self.experiment, self.trajectories, self.colors, Format.of(self.losses))
        picture, corners = self.words.picture(corner), self.corners
        if corner == "bottom" and hasattr(self, "contour_map"):  # all others stand already
            left, top = corners.middle(picture.shape[1], picture.shape[0])
            self.mobjects.append(Picture(picture, left, top))
            return self.mobjects[-1]
        return self._add(picture, corner)

    def _clear_of_panels(self) -> None:
        """A result or a table that would lie on another panel, a long legend, is set anew beside it."""
        caption, places = self.caption, self.corners.places
        anew = self.words.beside(box_of(caption), places, self.corners.gap)
        if anew is not None:
            caption.picture, (caption.left, caption.top) = anew[0], map(round, anew[1:])
        places.append(box_of(caption))

    def numbers(self) -> list[dict]:
        """The changing numbers on the frame shown last: name, exact value, and the text as written."""
        told: list[dict] = []
        if self.counter is not None and self.counter.numbers:
            told.append(dict(name="step", value=self.whole, text=self.counter.numbers[0][0].strip()))
        if self.legend is not None:
            labels = [entry.label for entry in self.experiment.entries]
            for label, loss, number in zip(labels, self.losses[:, self.whole], self.legend.digits.numbers, strict=True):
                told.append(dict(name=f"{label}.loss", value=float(loss), text=number[0].strip()))
        return told

    def show(self, seconds: float, step: float, timing) -> None:
        self.whole = whole = int(step + 1e-9)
        if self.legend is not None:
            tags = [
                DIVERGED if diverged[whole] else LEFT if left[whole] else OUTSIDE if outside[whole] else None
                for diverged, left, outside in zip(self.diverged, self.left, self.outside, strict=True)
            ]
            self.legend.show(self.losses[:, whole], tags)
        if self.counter is not None:
            self.counter.write([(str(whole), self.counter_right, self.counter_baseline, self.theme.text)])
        for panel in (self.loss_panel, self.contour_map):
            if panel is not None:
                panel.show(step)
        if self.caption is not None:
            begin = timing.duration - timing.hold
            self.caption.opacity = float(np.clip((seconds - begin) / max(0.2 * timing.hold, 1e-6), 0, 1))
            if self.outdated and self.words.told is not None:
                self.caption.opacity = 0.0


def box_of(picture: Picture) -> Box:
    height, width = picture.picture.shape[:2]
    return picture.left, picture.top, picture.left + width, picture.top + height
