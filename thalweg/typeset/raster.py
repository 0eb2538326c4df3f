"""Text and panels as small pictures: float arrays (height, width, 4) in 0 ... 1 with premultiplied alpha.

Plain text is set by Pillow and formulas by matplotlib's mathtext, both in fonts that every machine has, straight at the
output's own pixel size; so text is crisp at every resolution and the same on every machine.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thalweg.colors import rgb
from thalweg.typeset.fonts import font_at, runs
from thalweg.typeset.text import MATH_SIDE, MATH_SIZE, math_font, math_parser, spans

Image = NDArray[np.float32]
FINER = 4  # times as large as they are seen are letters drawn
HALO = 0.3
DENSE, DENSEST = 1.6, 0.94  # of its ground, so that letters are read over white as over black


class Text(NamedTuple):
    """A text set in a picture: its ink's box (left, top, right, bottom) there, and its size, in pixels."""

    text: str
    box: tuple[float, float, float, float]
    size: float

    def moved(self, right: float, down: float) -> Text:
        left, top, end, bottom = self.box
        return self._replace(box=(left + right, top + down, end + right, bottom + down))


class Lettered(np.ndarray):
    """A picture that knows the texts set in it; they go with it through what is below, and a slice has none."""

    texts: tuple[Text, ...] = ()


def texts_of(picture: Image) -> tuple[Text, ...]:
    return getattr(picture, "texts", ())


def lettered(picture: Image, texts: tuple[Text, ...] = (), right: float = 0, down: float = 0) -> Image:
    """The picture, with `texts` moved by so many pixels as the texts in it."""
    made = np.asarray(picture).view(Lettered)
    made.texts = tuple(text.moved(right, down) for text in texts)
    return made


def ink(cover: NDArray[np.float32]) -> tuple[float, float, float, float]:
    """The box (left, top, right, bottom) of what is not empty; of nothing, the whole."""
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    if not len(rows):
        return 0.0, 0.0, float(cover.shape[1]), float(cover.shape[0])
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


class Line(NamedTuple):
    """One line's coverage (height, width) in 0 ... 1 and the row of its baseline."""

    cover: NDArray[np.float32]
    baseline: int


@lru_cache(128)
def set_line(text: str, size: float, bold: bool = False) -> Line:
    """Set one line of text with formulas between $."""
    pieces = [_math(span.text, size) if span.math else _plain(span.text, size, bold) for span in spans(text)]
    if not pieces:
        return Line(np.zeros((max(int(size), 1), 1), np.float32), max(int(size), 1))
    above = max(piece.baseline for piece in pieces)
    below = max(piece.cover.shape[0] - piece.baseline for piece in pieces)
    cover = np.zeros((above + below, sum(piece.cover.shape[1] for piece in pieces)), np.float32)
    x = 0
    for piece in pieces:
        height, width = piece.cover.shape
        cover[above - piece.baseline : above - piece.baseline + height, x : x + width] = piece.cover
        x += width
    return Line(lettered(cover, (Text(text, ink(cover), size),) if text.strip() else ()), above)


def _plain(text: str, size: float, bold: bool) -> Line:
    """Drawn FINER times as large and reduced: letters then stand where they belong, not at the nearest whole pixel."""
    from PIL import Image as Picture
    from PIL import ImageDraw

    pieces = [(run, font_at(path, FINER * size)) for run, path in runs(text, bold)]
    boxes = [font.getbbox(run, anchor="ls") for run, font in pieces]  # accents may stand above what is usual
    ascent = max(max(font.getmetrics()[0], -box[1]) for (_, font), box in zip(pieces, boxes, strict=True))
    descent = max(max(font.getmetrics()[1], box[3]) for (_, font), box in zip(pieces, boxes, strict=True))
    above, below = -int(-ascent // FINER), -int(-descent // FINER)
    widths = [float(font.getlength(run)) for run, font in pieces]
    width = int(np.ceil(sum(widths) / FINER)) + 1
    canvas, x = Picture.new("L", (FINER * width, FINER * (above + below)), 0), 0.0
    for (run, font), wide in zip(pieces, widths, strict=True):
        ImageDraw.Draw(canvas).text((x, FINER * above), run, font=font, fill=255, anchor="ls")
        x += wide
    fine = np.asarray(canvas, np.float32).reshape(above + below, FINER, width, FINER)
    return Line(fine.mean(axis=(1, 3)) / 255, above)


def _math(tex: str, size: float) -> Line:
    parsed = math_parser().parse(f"${tex}$", dpi=72, prop=math_font(MATH_SIZE * size))
    cover = np.asarray(parsed.image, np.float32) / 255
    side = np.zeros((cover.shape[0], max(1, round(MATH_SIDE * size))), np.float32)
    return Line(np.concatenate([side, cover, side], axis=1), cover.shape[0] - round(parsed.depth))


def cropped(cover: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without empty rows above and below."""
    rows = np.flatnonzero(cover.any(axis=1))
    return lettered(cover[rows[0] : rows[-1] + 1], texts_of(cover), 0, -int(rows[0])) if len(rows) else cover


def tinted(cover: NDArray[np.float32], color: str, opacity: float = 1.0) -> Image:
    """Coverage in one colour, premultiplied."""
    alpha = np.asarray(cover) * opacity
    picture = np.concatenate([alpha[..., None] * rgb(color).astype(np.float32), alpha[..., None]], axis=-1)
    return lettered(picture, texts_of(cover))


def haloed(picture: Image, size: float, color: str) -> Image:
    """The picture with a soft ground of `color` around it, reaching HALO times `size` pixels, for text over anything;
    '' for the room without a ground.
    """
    pad = round(HALO * size)
    wide = np.pad(np.asarray(picture), ((pad, pad), (pad, pad), (0, 0)))
    if not color:
        return lettered(wide, texts_of(picture), pad, pad)
    ground = np.asarray(tinted(glow(wide[..., 3], size), color))
    return lettered(wide + ground * (1 - wide[..., 3:]), texts_of(picture), pad, pad)


def glow(cover: NDArray[np.float32], size: float) -> NDArray[np.float32]:
    """Coverage of the halo of text of that size; `cover` has room for it around the text."""
    from scipy.ndimage import gaussian_filter, grey_dilation

    reach = max(1, round(0.4 * size**0.5))
    y, x = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    around = grey_dilation(cover, footprint=x * x + y * y <= reach * (reach + 0.5), mode="constant")
    spread = gaussian_filter(around, 0.25 * round(HALO * size), mode="constant")
    halo: NDArray[np.float32] = np.clip(DENSE * spread, 0, DENSEST)
    return halo


def blank(width: float, height: float) -> Image:
    return lettered(np.zeros((max(int(round(height)), 1), max(int(round(width)), 1), 4), np.float32))


def paste(canvas: Image, picture: Image, left: float, top: float) -> None:
    """Lay `picture` over `canvas` in place; what hangs over the edge is cut."""
    x, y = int(round(left)), int(round(top))
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + picture.shape[1], canvas.shape[1]), min(y + picture.shape[0], canvas.shape[0])
    if x0 < x1 and y0 < y1:
        part = picture[y0 - y : y1 - y, x0 - x : x1 - x]
        under = np.asarray(canvas)[y0:y1, x0:x1]
        under[:] = part + under * (1 - part[..., 3:])
    if isinstance(canvas, Lettered):
        canvas.texts += tuple(text.moved(x, y) for text in texts_of(picture))


def stacked(pictures: list[Image], gap: float) -> Image:
    """One below the other, each in the middle of the widest."""
    width, gap = max(picture.shape[1] for picture in pictures), round(gap)
    canvas = blank(width, sum(picture.shape[0] for picture in pictures) + gap * (len(pictures) - 1))
    top = 0
    for picture in pictures:
        paste(canvas, picture, (width - picture.shape[1]) / 2, top)
        top += picture.shape[0] + gap
    return canvas


def rounded(width: float, height: float, radius: float, color: str, opacity: float) -> Image:
    """A filled rectangle with round corners and smooth edges."""
    canvas = blank(width, height)
    y, x = np.mgrid[: canvas.shape[0], : canvas.shape[1]] + 0.5
    dx = np.maximum(np.abs(x - canvas.shape[1] / 2) - canvas.shape[1] / 2 + radius, 0)
    dy = np.maximum(np.abs(y - canvas.shape[0] / 2) - canvas.shape[0] / 2 + radius, 0)
    cover = np.clip(radius - np.hypot(dx, dy) + 0.5, 0, 1).astype(np.float32)
    return tinted(cover, color, opacity)


def disc(radius: float, color: str) -> Image:
    size = int(np.ceil(2 * radius)) + 2
    y, x = np.mgrid[:size, :size] + 0.5 - size / 2
    shade = 1 - 0.18 * np.clip((y - x) / (2 * radius) + 0.5, 0, 1)
    picture = tinted(np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32), color)
    picture[..., :3] *= shade[..., None]
    return picture


def bar(width: float, height: float, color: str, opacity: float) -> Image:
    """A plain rectangle."""
    return tinted(np.ones(blank(width, height).shape[:2], np.float32), color, opacity)
