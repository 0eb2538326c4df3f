"""A card: a heading, lines, a formula, one after the other on the bare ground.

Run by render.py, or by manimgl itself: CONFIG=adam_rule manimgl scenes/title/scene.py Title -w
"""

from __future__ import annotations

import numpy as np

from thalweg.colors import themes
from thalweg.engine import OPTIMIZERS
from thalweg.engine.rule.members import shown_lines
from thalweg.geometry.layout import Page
from thalweg.parts.panels.words import haloed
from thalweg.stage.film_scene import FilmScene
from thalweg.typeset import raster
from thalweg.typeset.text import text_width, wrap

SECONDS = 5.0  # of a card whose length is not given
FADE, APART = 0.5, 0.35  # seconds that each line takes to come, and between two; half of a short card at most
HEADING, LINE, FORMULA, REMARK = 52, 27, 40, 20  # pixels at the usual size
ROOM = 0.86  # of the page's width and height


class Title(FilmScene):
    def stage(self, shot, trajectories) -> None:
        self.duration = shot.video.seconds or SECONDS
        page = Page(*self.pixels, shot.style.text_scale)
        _, theme, halo = themes(shot.style, self.background(), shot.video.transparent)
        rows = [row for each in self._rows(shot, theme) for row in broken(*each, page)]
        covers = [raster.set_line(text, size * page.text, bold=size == HEADING).cover for text, size, _, _ in rows]
        gaps = [gap * page.text for _, _, _, gap in rows]
        high = sum(cover.shape[0] for cover in covers) + sum(gaps[1:])
        fit = min(1.0, ROOM * page.height / max(high, 1), *(ROOM * page.width / cover.shape[1] for cover in covers))
        if fit < 1:  # all of the card shrinks alike
            scale = page.text * fit
            covers = [raster.set_line(text, size * scale, bold=size == HEADING).cover for text, size, _, _ in rows]
            gaps, high = [gap * fit for gap in gaps], high * fit
        top, self.rows = (page.height - high) / 2 - (gaps[0] if gaps else 0), []
        for cover, gap, (_, size, color, _) in zip(covers, gaps, rows, strict=True):
            top += gap
            place = ((page.width - cover.shape[1]) / 2, top)
            self.rows.append(haloed(cover, color, size * page.text * fit, place, halo))
            self.rows[-1].panel = "title" if size == HEADING and not shot.options.heading else "card"
            top += cover.shape[0]
        self.add(*self.rows)

    def _rows(self, shot, theme):
        """(text, size, colour, gap above it) of everything on the card, from top to bottom."""
        options = shot.options
        heading = options.heading or (shot.title if shot.style.title else None)
        if heading:
            yield heading, HEADING, theme.text, 20
        for text in options.lines:
            yield text, LINE, theme.dim, 14
        if options.formula == "surface":
            yield shot.surface.mathtext, FORMULA, theme.text, 44
        elif options.formula in OPTIMIZERS:
            for remark, tex in shown_lines(OPTIMIZERS[options.formula]()):
                if remark:
                    yield remark, REMARK, theme.dim, 24
                yield f"${tex}$", FORMULA, theme.text, 4
        elif options.formula:
            formula = options.formula if "$" in options.formula else f"${options.formula}$"
            yield formula, FORMULA, theme.text, 44

    def pose(self, seconds: float) -> None:
        scale = min(1.0, 0.5 * self.duration / max(FADE + APART * (len(self.rows) - 1), 1e-6))
        for index, row in enumerate(self.rows):
            share = np.clip((seconds / scale - APART * index) / FADE, 0, 1)
            row.opacity = float(share * share * (3 - 2 * share))

    @property
    def marks(self):
        return ((0.0, "the card"),)


def broken(text: str, size: float, color: str, gap: float, page: Page):
    """A row as the lines it takes."""
    if size == FORMULA or text_width(text, size * page.text, bold=size == HEADING) <= ROOM * page.width:
        return [(text, size, color, gap)]
    room = ROOM * page.width
    lines = wrap(text, size * page.text, room, bold=size == HEADING)
    while len(anew := wrap(text, size * page.text, room := 0.96 * room, bold=size == HEADING)) == len(lines):
        lines = anew  # as even as can be
    return [(line, size, color, gap if index == 0 else 0.25 * size) for index, line in enumerate(lines)]
