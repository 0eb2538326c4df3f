"""Draws controls: rounded shapes and text, in one call, straight into the window. Pixels, origin at the upper left."""

from __future__ import annotations

from typing import Any, Literal

import moderngl
import numpy as np

from thalweg.colors import Theme, rgb
from thalweg.mobjects.layer import QUAD, source
from thalweg.typeset.raster import set_line
from thalweg.typeset.text import text_width

ATLAS = 1024
Align = Literal["left", "middle", "right"]


class Paint:
    """`begin`, then shapes and words in the order they lie on each other, then `end`. Words are set once and kept."""

    def __init__(self, ctx: moderngl.Context) -> None:
        self.ctx = ctx
        self.program = ctx.program(vertex_shader=source("control.vert"), fragment_shader=source("control.frag"))
        self.quad = ctx.buffer(QUAD.tobytes())
        self.atlas = ctx.texture((ATLAS, ATLAS), 1, dtype="f1", alignment=1)
        self.room = 0
        self.rows: list[tuple[float, ...]] = []
        self.buffer: moderngl.Buffer
        self.shapes: moderngl.VertexArray
        self.forget()

    def forget(self) -> None:
        """Empty the atlas: words have other sizes from now on, or there is no room left."""
        self.kept: dict[tuple[str, float, bool], tuple[int, int, int, int, int]] = {}
        self.pen = (0, 0, 0)  # x, y, height of the row that is being filled

    def begin(self, unit: float) -> None:
        if self.pen[1] > 0.8 * ATLAS:
            self.forget()
        self.unit, self.rows = unit, []

    def box(
        self, left: float, top: float, width: float, height: float, color: str, opacity: float = 1.0,
        radius: float = 0.0, soft: float = 0.0,
    ) -> None:  # fmt: skip
        place = (left, top, width, height, 0, 0, 0, 0)
        self.rows.append((*place, *(rgb(color) * opacity), opacity, radius, soft))

    def disc(self, x: float, y: float, radius: float, color: str, opacity: float = 1.0) -> None:
        self.box(x - radius, y - radius, 2 * radius, 2 * radius, color, opacity, radius)

    def card(self, left: float, top: float, width: float, height: float, theme: Theme) -> None:
        """A ground for controls over the picture, with a soft shadow; solid, as words below would shine through."""
        u = self.unit
        self.box(left, top + 3 * u, width, height, "#000000", 0.35, 14 * u, 10 * u)
        self.box(left, top, width, height, theme.panel, 1.0, 12 * u)

    def text(
        self, words: str, x: float, baseline: float, size: float, color: str, opacity: float = 1.0,
        bold: bool = False, align: Align = "left",
    ) -> float:  # fmt: skip
        """Returns the width. Changing numbers are put together from their characters: see `number`."""
        width = self.width(words, size, bold)
        x -= {"left": 0, "middle": width / 2, "right": width}[align]
        left, top, wide, high, above = self._glyph(words, size, bold)
        place = (round(x), round(baseline) - above, wide, high, left, top, wide, high)
        self.rows.append((*place, *(rgb(color) * opacity), opacity, 0, 0))
        return width

    def number(
        self, words: str, x: float, baseline: float, size: float, color: str, opacity: float = 1.0,
        bold: bool = False, align: Align = "left",
    ) -> float:  # fmt: skip
        """The same for text that changes from frame to frame: no new picture is made of it."""
        advance = [self.width(char, size, bold) for char in words]
        x -= {"left": 0, "middle": sum(advance) / 2, "right": sum(advance)}[align]
        for char, step in zip(words, advance, strict=True):
            if char != " ":
                self.text(char, x, baseline, size, color, opacity, bold)
            x += step
        return sum(advance)

    def width(self, words: str, size: float, bold: bool = False) -> float:
        return text_width(words.replace("$", "\\$"), size, bold)

    def fitted(self, words: str, room: float, size: float, bold: bool = False) -> str:
        """The words, cut with dots where they are wider than the room."""
        if self.width(words, size, bold) <= room:
            return words
        while words and self.width(words + "…", size, bold) > room:
            words = words[:-1]
        return words + "…"

    def _glyph(self, words: str, size: float, bold: bool) -> tuple[int, int, int, int, int]:
        key = (words, round(size, 1), bold)
        if key not in self.kept:
            line = set_line(words.replace("$", "\\$"), size, bold)
            cover = (np.clip(line.cover[:, : ATLAS - 2], 0, 1) * 255 + 0.5).astype("u1")
            height, width = cover.shape
            x, y, row = self.pen
            if x + width + 1 > ATLAS:
                x, y, row = 0, y + row + 1, 0
            if y + height > ATLAS:  # does not happen within one frame: `begin` leaves room
                self.forget()
                x, y, row = 0, 0, 0
            self.atlas.write(np.ascontiguousarray(cover).tobytes(), viewport=(x, y, width, height), alignment=1)
            self.pen = (x + width + 1, y, max(row, height))
            self.kept[key] = (x, y, width, height, int(line.baseline))
        return self.kept[key]

    def end(self, framebuffer: moderngl.Framebuffer, size: tuple[int, int]) -> None:
        if not self.rows:
            return
        if len(self.rows) > self.room:
            self._make_room(2 * len(self.rows))
        self.buffer.write(np.array(self.rows, "f4").tobytes())
        framebuffer.use()
        self.ctx.viewport = (0, 0, *size)
        self.ctx.enable_only(moderngl.BLEND)
        self.ctx.blend_func = (moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA)
        half_size: Any = self.program["half_size"]
        half_size.value = (size[0] / 2, size[1] / 2)
        self.atlas.use(0)
        self.shapes.render(moderngl.TRIANGLE_STRIP, instances=len(self.rows))

    def _make_room(self, rows: int) -> None:
        if self.room:
            self.shapes.release()
            self.buffer.release()
        self.room, self.buffer = rows, self.ctx.buffer(reserve=rows * 56)
        parts = (self.buffer, "4f 4f 4f 2f/i", "place", "source", "tint", "form")
        self.shapes = self.ctx.vertex_array(self.program, [(self.quad, "2f", "corner"), parts])
