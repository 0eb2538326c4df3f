"""The key of the ramp: which loss has which colour on the landscape."""

from __future__ import annotations

import numpy as np

from thalweg.colors import Theme, ramp_colors
from thalweg.geometry.display import Display
from thalweg.geometry.layout import Box, Page
from thalweg.geometry.ramp_scale import marks
from thalweg.mobjects.loss_surface import brightness
from thalweg.mobjects.sprites import Picture
from thalweg.parts.panels.board import Board, Quiet
from thalweg.typeset import raster
from thalweg.typeset.sizes import SMALL

SIZE = SMALL  # of its numbers
LENGTH, SLIM = 150, 10  # of the ramp
MOST = 0.45  # of the page's width, and of its height
KEPT = 0.88  # of the largest box for the landscape, where that can be had


class RampKey(Quiet):
    """A slim ramp with a few round numbers, `upright` or lying. `bright` is what the ramp's colours are multiplied with
    on level ground.
    """

    name = "ramp_key"

    def __init__(self, display: Display, ramp: str, bright: float, page: Page, theme: Theme) -> None:
        self.marks, self.ramp, self.bright = marks(display), ramp, bright
        self.page, self.theme = page, theme
        size = SIZE * page.text
        logarithmic = " (log)" if display.heights.kind == "log" else ""
        self.heading = raster.set_line(f"loss{logarithmic}", size)
        self.numbers_set = [raster.set_line(text, size) for _, text in self.marks]
        self._stand(not page.stacked)

    def _stand(self, upright: bool) -> None:
        self.upright = upright
        self.size = self._measure()

    def place(self, board: Board, corner: str) -> None:
        """Take a place on the board: upright where pictures are wide, lying where they are tall."""
        self.at = board.reserve(corner, *self.size)

    def place_where_room(self, board: Board, corner: str) -> bool:
        """Take a place where it moves no panel and leaves the landscape its share: in that corner, else in another; the
        usual way round, else the other. Rather where the landscape keeps all of its room. False where there is none.
        """
        usual, before = self.upright, board.fillable
        across = corner.replace("right", "left") if corner.endswith("right") else corner.replace("left", "right")
        down = [each.replace("top", "bottom") if each.startswith("top") else each.replace("bottom", "top")
                for each in (corner, across)]  # fmt: skip
        for least in (KEPT, 0.0):
            for tried in (corner, across, *down):
                for upright in (usual, not usual):
                    self._stand(upright)
                    at = board.try_reserve(tried, *self.size, least * before) if self._of_use else None
                    if at is not None:
                        self.at = at
                        return True
        return False

    @property
    def _of_use(self) -> bool:
        return bool(self.marks) and self.size[0] < MOST * self.page.width and self.size[1] < MOST * self.page.height

    def draw(self) -> None:
        """Make the mobjects."""
        self.mobjects = [Picture(self._picture(), *self.at)]

    def colors(self, shares: np.ndarray) -> np.ndarray:
        """The colours (..., 3) at shares (...) of the ramp."""
        colors: np.ndarray = np.clip(self.bright * ramp_colors(self.ramp, shares), 0, 1)
        return colors

    def _measure(self) -> tuple[float, float]:
        """Width and height; sets `bar`, the ramp's box in it."""
        u, page = self.page.text, self.page
        length, slim, edge, line = LENGTH * page.unit, SLIM * page.unit, 12 * u, 24 * u
        length = max(length, 1.15 * SIZE * u * len(self.marks))
        widest = max((line.cover.shape[1] for line in self.numbers_set), default=0)
        head = self.heading.cover.shape[1]
        if self.upright:
            top = edge + line + 4 * u
            self.bar: Box = (edge, top, edge + slim, top + length)
            return max(slim + 8 * u + widest, head) + 2 * edge, top + length + edge
        length = max(length, 1.3 * widest * len(self.marks))
        left = edge + max(head + 12 * u, self._first())
        self.bar = (left, edge, left + length, edge + slim)
        return left + length + edge + widest / 2, edge + slim + line + 4 * u

    def _first(self) -> float:
        """Half the width of the number at the left end, which reaches beyond the ramp."""
        return self.numbers_set[0].cover.shape[1] / 2 if self.numbers_set else 0.0

    def _picture(self) -> raster.Image:
        u, theme = self.page.text, self.theme
        canvas = raster.rounded(*self.size, 12 * u, theme.panel, theme.panel_opacity)
        left, top, right, bottom = (round(each) for each in self.bar)
        length = bottom - top if self.upright else right - left
        share = (np.arange(length) + 0.5) / length
        colors = self.colors(share[::-1, None]) if self.upright else self.colors(share[None])
        wide = np.broadcast_to(colors, (bottom - top, right - left, 3))
        solid = np.ones((bottom - top, right - left, 1))
        raster.paste(canvas, np.concatenate([wide, solid], axis=-1).astype(np.float32), left, top)
        head = raster.tinted(self.heading.cover, theme.dim)
        if self.upright:
            raster.paste(canvas, head, left, top - 13 * u - self.heading.baseline)
        else:
            raster.paste(canvas, head, 12 * u, (top + bottom) / 2 + 0.36 * SIZE * u - self.heading.baseline)
        for (share_, _), line in zip(self.marks, self.numbers_set, strict=True):
            self._number(canvas, share_, line)
        return canvas

    def _number(self, canvas: raster.Image, share: float, line: raster.Line) -> None:
        """A number beside its place, with a short stroke between them."""
        u, (left, top, right, bottom), dim = self.page.text, self.bar, self.theme.dim
        words, thick = raster.tinted(line.cover, dim), max(1.0, 1.2 * u)
        if self.upright:
            y = bottom - share * (bottom - top)
            raster.paste(canvas, raster.bar(4 * u, thick, dim, 0.8), right + u, y - thick / 2)
            raster.paste(canvas, words, right + 8 * u, y + 0.36 * SIZE * u - line.baseline)
        else:
            x = left + share * (right - left)
            raster.paste(canvas, raster.bar(thick, 4 * u, dim, 0.8), x - thick / 2, bottom + u)
            raster.paste(canvas, words, x - words.shape[1] / 2, bottom + 6 * u + 0.8 * SIZE * u - line.baseline)


def level_light(theme: Theme) -> float:
    """What the ramp's colours are multiplied with on level ground of a landscape in space."""
    return float(brightness(np.array([0.0, 0.0, 1.0]), theme.shading))
