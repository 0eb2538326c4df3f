"""Text and panels as small pictures: float arrays (height, width, 4) in 0 ... 1 with premultiplied alpha.

Plain text is set by Pillow and formulas by matplotlib's mathtext, both in fonts that matplotlib ships, straight at the
output's own pixel size; so text is crisp at every resolution and the same on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from configs.fonts import font_at, runs
from configs.text import math_font, math_parser, spans
from scenes.colors import rgb

Image = NDArray[np.float32]
HALO = 0.3


class Line(NamedTuple):
    """One line's coverage (height, width) in 0 ... 1 and the row of its baseline."""

    cover: NDArray[np.float32]
    baseline: int


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
    return Line(cover, above)


def _plain(text: str, size: float, bold: bool) -> Line:
    from PIL import Image as Picture
    from PIL import ImageDraw

    pieces = [(run, font_at(path, size)) for run, path in runs(text, bold)]
    metrics = [font.getmetrics() for _, font in pieces]
    ascent, descent = max(up for up, _ in metrics), max(down for _, down in metrics)
    widths = [float(font.getlength(run)) for run, font in pieces]
    canvas = Picture.new("L", (int(np.ceil(sum(widths))) + 1, ascent + descent), 0)
    x = 0.0
    for (run, font), width in zip(pieces, widths, strict=True):
        ImageDraw.Draw(canvas).text((x, ascent), run, font=font, fill=255, anchor="ls")
        x += width
    return Line(np.asarray(canvas, np.float32) / 255, ascent)


def _math(tex: str, size: float) -> Line:
    parsed = math_parser().parse(f"${tex}$", dpi=72, prop=math_font(size * 1.12))  # cm looks small beside DejaVu
    cover = np.asarray(parsed.image, np.float32) / 255
    side = np.zeros((cover.shape[0], max(1, round(size * 0.06))), np.float32)
    return Line(np.concatenate([side, cover, side], axis=1), cover.shape[0] - round(parsed.depth))


def cropped(cover: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without empty rows above and below."""
    rows = np.flatnonzero(cover.any(axis=1))
    return cover[rows[0] : rows[-1] + 1] if len(rows) else cover


def tinted(cover: NDArray[np.float32], color: str, opacity: float = 1.0) -> Image:
    """Coverage in one colour, premultiplied."""
    alpha = cover * opacity
    return np.concatenate([alpha[..., None] * rgb(color).astype(np.float32), alpha[..., None]], axis=-1)


def haloed(picture: Image, size: float, color: str) -> Image:
    """The picture with a soft ground of `color` around it, reaching HALO times `size` pixels: text over a bright
    slope.
    """
    pad = round(HALO * size)
    wide = np.pad(picture, ((pad, pad), (pad, pad), (0, 0)))
    return wide + tinted(glow(wide[..., 3], size), color) * (1 - wide[..., 3:])


def glow(cover: NDArray[np.float32], size: float) -> NDArray[np.float32]:
    """Coverage of the halo of text of that size; `cover` has room for it around the text."""
    from scipy.ndimage import gaussian_filter

    return np.clip(1.6 * gaussian_filter(cover, 0.4 * round(HALO * size), mode="constant"), 0, 0.75)


def blank(width: float, height: float) -> Image:
    return np.zeros((max(int(round(height)), 1), max(int(round(width)), 1), 4), np.float32)


def paste(canvas: Image, picture: Image, left: float, top: float) -> None:
    """Lay `picture` over `canvas` in place; what hangs over the edge is cut."""
    x, y = int(round(left)), int(round(top))
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + picture.shape[1], canvas.shape[1]), min(y + picture.shape[0], canvas.shape[0])
    if x0 < x1 and y0 < y1:
        part = picture[y0 - y : y1 - y, x0 - x : x1 - x]
        under = canvas[y0:y1, x0:x1]
        under[:] = part + under * (1 - part[..., 3:])


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
