"""Pictures and digits that stand on the screen, in pixels of the output with the origin at the upper left."""

from __future__ import annotations

from collections.abc import Sequence

import moderngl
import numpy as np

from thalweg.colors import rgb
from thalweg.mobjects.layer import QUAD, Layer
from thalweg.typeset.raster import HALO, Image, Text, blank, glow, ink, paste, set_line, texts_of
from thalweg.typeset.text import text_width

GLYPHS = "0123456789.-+−e "


class Sprites(Layer):
    """Base: one texture, instances (place, source, tint), drawn without depth over everything before it."""

    opacity = 1.0
    moving = False  # whether they may stand between pixels

    def texture_of(self) -> Image:
        raise NotImplementedError

    def rows(self) -> np.ndarray:
        """(n, 10): left, top, width, height, left and top in the texture, tint (premultiplied)."""
        raise NotImplementedError

    def texts(self) -> list[Text]:
        """The texts drawn, where they are on the screen."""
        return []

    def told(self) -> dict[str, list[dict]]:
        rows = self.rows()
        if self.opacity <= 0 or not len(rows):
            return {}
        strength = float(min(self.opacity, 1.0))
        texts = [
            dict(text=text.text, box=text.box, size=text.size, panel=self.panel, strength=strength)
            for text in self.texts()
        ]
        low, high = rows[:, :2].min(axis=0), (rows[:, :2] + rows[:, 2:4]).max(axis=0)
        panels = [dict(name=self.panel, box=[*low, *high])] if self.panel and not self.moving else []
        return {"texts": texts, "panels": panels}

    def make(self, gpu) -> None:
        gpu.sprite = gpu.program("sprite")
        gpu.picture = gpu.texture((np.clip(self.texture_of(), 0, 1) * 255 + 0.5).astype("u1"), "f1")
        if not self.moving:  # a texel is a pixel: no need to mix four
            gpu.picture.filter = moderngl.NEAREST, moderngl.NEAREST
        gpu.room, gpu.written = 0, b""

    def draw(self, gpu) -> None:
        rows = self.rows()
        if not len(rows) or self.opacity <= 0:
            return
        if len(rows) > gpu.room:
            gpu.room, gpu.written = 2 * len(rows), b""
            gpu.rows = gpu.own(gpu.ctx.buffer(reserve=gpu.room * 40))
            gpu.sprites = gpu.vao(
                gpu.sprite,
                [(gpu.buffer(QUAD), "2f", "corner"), (gpu.rows, "4f 2f 4f/i", "place", "source", "tint")],
                strip=True,
            )
        data = np.ascontiguousarray(rows, "f4").tobytes()
        if data != gpu.written:
            gpu.rows.write(data)
            gpu.written = data
        gpu.ctx.disable(moderngl.DEPTH_TEST)
        gpu.blend(premultiplied=True)
        gpu.picture.use(0)
        gpu.set(gpu.sprite, picture=0, opacity=float(self.opacity))
        gpu.sprites.render(instances=len(rows))


def stacked(pictures: Sequence[Image]) -> tuple[Image, np.ndarray]:
    """All pictures below each other in one texture, with a clear pixel around each for smooth motion, and of each its
    top, width and height there (n, 3), that pixel included.
    """
    atlas = blank(max(picture.shape[1] for picture in pictures) + 2, sum(picture.shape[0] + 2 for picture in pictures))
    sources, y = [], 0
    for picture in pictures:
        paste(atlas, picture, 1, y + 1)
        sources.append((y, picture.shape[1] + 2, picture.shape[0] + 2))
        y += picture.shape[0] + 2
    return atlas, np.array(sources, float)


class Picture(Sprites):
    """A picture at (left, top) pixels."""

    def __init__(self, picture: Image, left: float, top: float, **kwargs) -> None:
        self.picture, self.left, self.top = picture, round(left), round(top)
        super().__init__(**kwargs)

    def texture_of(self) -> Image:
        return self.picture

    def texts(self) -> list[Text]:
        return [text.moved(self.left, self.top) for text in texts_of(self.picture)]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Where it stands: left, top, right, bottom in pixels."""
        height, width = self.picture.shape[:2]
        return self.left, self.top, self.left + width, self.top + height

    def rows(self) -> np.ndarray:
        height, width = self.picture.shape[:2]
        return np.array([[self.left, self.top, width, height, 0, 0, 1, 1, 1, 1]])


class Digits(Sprites):
    """Numbers that change with every frame, set from an atlas of glyphs of equal width.

    `write` takes (text, right edge, baseline, colour) for each number; only characters of GLYPHS are drawn. With `halo`
    (a colour) the digits have a soft ground, for places where the landscape may lie behind them.
    """

    def __init__(self, size: float, bold: bool = False, halo: str = "", **kwargs) -> None:
        lines = {glyph: set_line(glyph, size, bold) for glyph in GLYPHS}
        digit = round(text_width("0", size, bold))
        self.pad = round(HALO * size) if halo else 1
        self.baseline, self.halo = lines["0"].baseline + self.pad, halo
        self.cell = max(line.cover.shape[1] for line in lines.values()) + 2 * self.pad
        self.height = max(line.cover.shape[0] for line in lines.values()) + 2 * self.pad
        self.atlas = np.zeros(
            (2 * self.height, self.cell * len(GLYPHS), 4), np.float32
        )  # glyphs, below them their halos
        self.advance = {}
        for index, (glyph, line) in enumerate(lines.items()):
            height, width = line.cover.shape
            cell = self.atlas[: self.height, index * self.cell : (index + 1) * self.cell]
            cell[self.pad : self.pad + height, self.pad : self.pad + width] = line.cover[..., None]
            if halo:
                self.atlas[self.height :, index * self.cell : (index + 1) * self.cell] = glow(cell[..., 3], size)[
                    ..., None
                ]
            self.advance[glyph] = digit if glyph.isdigit() or glyph == " " else round(text_width(glyph, size, bold))
        self.ink = {glyph: ink(line.cover) for glyph, line in lines.items()}
        self.size, self.written, self.numbers = size, np.zeros((0, 10)), []
        super().__init__(**kwargs)

    def texture_of(self) -> Image:
        return self.atlas

    def rows(self) -> np.ndarray:
        return self.written

    def texts(self) -> list[Text]:
        told = []
        for text, right, baseline, _ in self.numbers:
            x, boxes = right - self.width_of(text), []
            for glyph in text:
                left, top = round(x), round(baseline) - self.baseline + self.pad
                if glyph != " ":
                    boxes.append(Text(glyph, self.ink[glyph], self.size).moved(left, top).box)
                x += self.advance[glyph]
            if boxes:
                every = np.array(boxes)
                told.append(Text(text.strip(), (*every[:, :2].min(axis=0), *every[:, 2:].max(axis=0)), self.size))
        return told

    def width_of(self, text: str) -> float:
        return sum(self.advance[glyph] for glyph in text)

    def write(self, numbers) -> Digits:
        numbers = list(numbers)
        if numbers == self.numbers:
            return self
        rows, halos, self.numbers = [], [], numbers
        for text, right, baseline, color in numbers:
            x = right - self.width_of(text)
            for glyph in text:
                place = (round(x) - self.pad, round(baseline) - self.baseline, self.cell, self.height)
                source = GLYPHS.index(glyph) * self.cell
                if glyph != " ":
                    rows.append((*place, source, 0, *rgb(color), 1.0))
                    if self.halo:
                        halos.append((*place, source, self.height, *rgb(self.halo), 1.0))
                x += self.advance[glyph]
        self.written = np.array(halos + rows) if rows else np.zeros((0, 10))
        return self
