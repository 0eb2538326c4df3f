"""Tags: words, and a number that changes, at points of the surface, upright on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from thalweg.colors import Theme, legible, rgb
from thalweg.mobjects.sprites import Picture, Sprites
from thalweg.typeset import raster
from thalweg.typeset.text import text_width

DIGITS = "0123456789"
NEAR = 6.0  # pixels of a picture 720 pixels high: tags nearer than this to others, or to panels, fade
BELOW = 0.6  # heights of a tag that a place counts as lower than it is, so that a tag alone stands below
BASELINE = 1.02  # of the letters' size: of the first line, below the tag's upper edge
FAINTEST = 0.01  # what is fainter is not there


class Tag(NamedTuple):
    """A number of at most `digits` digits (0: none) and the words that follow it, both in `color`; below them, plainly,
    a `second` line, if there is one.
    """

    digits: int
    words: str
    color: str
    second: str = ""


class Tags(Sprites):
    """`tags` so many pixels `away` from `places(self)`, (n, 2) in pixels, on the side that leads away from the others,
    else below, but within the picture and beside the pictures of panels, `beside`; letters of `size` pixels. `write`
    says the numbers, `strengths` (n,) how strong each tag is. The first are the last to make room for others.
    """

    moving = True
    beside: Sequence[Picture] = ()

    def __init__(
        self,
        tags: Sequence[Tag],
        places: Callable[[Any], np.ndarray],
        away: float,
        size: float,
        theme: Theme,
        halo: str,
        **kwargs: Any,
    ) -> None:
        self.tags, self.places, self.away, self.size = tags, places, away, size
        self.theme, self.halo, self.pad = theme, halo, round(raster.HALO * size)
        self.numbers, self.strengths = [0] * len(tags), np.ones(len(tags))
        self.colors = [legible(tag.color, theme) for tag in tags]
        self.glyphs = [raster.set_line(digit, size, bold=True) for digit in DIGITS]
        self.advance = round(text_width("0", size, bold=True))
        self.ends: list[float] = []  # where each tag's number ends, from the tag's left
        self.pictures = [self._picture(tag, color) for tag, color in zip(tags, self.colors, strict=True)]
        self._pack()
        super().__init__(**kwargs)

    def _picture(self, tag: Tag, color: str) -> raster.Image:
        """The tag without its number."""
        size = self.size
        first, second = raster.set_line(tag.words, size, bold=True), raster.set_line(tag.second, size)
        lead = tag.digits * self.advance + (0.28 * size if tag.digits and tag.words else 0)
        width = max(lead + first.cover.shape[1], second.cover.shape[1])
        canvas = raster.blank(width, (2.45 if tag.second else 1.3) * size)
        x = (width - lead - first.cover.shape[1]) / 2 + lead
        self.ends.append(self.pad + x - (0.28 * size if tag.words else 0))
        raster.paste(canvas, raster.tinted(first.cover, color), x, BASELINE * size - first.baseline)
        plain = raster.tinted(second.cover, self.theme.text)
        raster.paste(canvas, plain, (width - plain.shape[1]) / 2, 2.14 * size - second.baseline)
        words = np.pad(np.asarray(canvas), ((self.pad, self.pad), (self.pad, self.pad), (0, 0)))
        if self.halo:
            ground = np.asarray(raster.tinted(_dense_glow(words[..., 3], size), self.halo))
            words = words + ground * (1 - words[..., 3:])
        return raster.lettered(words, raster.texts_of(canvas), self.pad, self.pad)

    def _pack(self) -> None:
        """Tags below each other, a clear pixel around each for smooth motion; below them digits and their halos."""
        pad = self.pad + 1
        self.tall = max(glyph.cover.shape[0] for glyph in self.glyphs) + 2 * pad
        self.cell = max(glyph.cover.shape[1] for glyph in self.glyphs) + 2 * pad
        width = max([picture.shape[1] + 2 for picture in self.pictures] + [self.cell * len(DIGITS)])
        self.tops = np.cumsum([0] + [picture.shape[0] + 2 for picture in self.pictures])
        self.atlas = raster.blank(width, self.tops[-1] + 2 * self.tall)
        for top, picture in zip(self.tops, self.pictures, strict=False):
            raster.paste(self.atlas, picture, 1, top + 1)
        for index, glyph in enumerate(self.glyphs):
            cover = np.pad(np.asarray(glyph.cover), pad)
            raster.paste(self.atlas, raster.tinted(cover, "#FFFFFF"), index * self.cell, self.tops[-1])
            halo = raster.tinted(_dense_glow(cover, self.size), "#FFFFFF")
            raster.paste(self.atlas, halo, index * self.cell, self.tops[-1] + self.tall)
        self.sizes = np.array([picture.shape[1::-1] for picture in self.pictures], float).reshape(-1, 2)

    def write(self, numbers: Sequence[int]) -> None:
        """The number of each tag."""
        self.numbers = list(numbers)

    def texture_of(self) -> raster.Image:
        return self.atlas

    def placed(self) -> tuple[np.ndarray, np.ndarray]:
        """Upper left corners (n, 2) in pixels, and how strong each tag is (n,)."""
        gpu = self.shader_wrapper
        edge, near = 8 * gpu.unit(), NEAR * gpu.unit()
        places = self.places(self)
        ways = (places - places.mean(axis=0)) / self.sizes[:, 1:] + [0.0, BELOW]
        ways /= np.linalg.norm(ways, axis=1, keepdims=True)
        reach = self.away + (np.abs(ways) * self.sizes / 2).sum(axis=1, keepdims=True)
        corners = places + reach * ways - self.sizes / 2
        for index, size in enumerate(self.sizes):
            for picture in self.beside:
                corners[index] += picture.opacity * _out_of(picture, corners[index], size, near)
        corners = np.clip(corners, edge, np.maximum(2 * np.array(gpu.half_size()) - self.sizes - edge, edge))
        return corners, self._clear(corners, near)

    def _clear(self, corners: np.ndarray, near: float) -> np.ndarray:
        """The strengths (n,), less where tags come nearer than that to panels or to others before them."""
        strengths = np.array(self.strengths, float)
        for later, (corner, size) in enumerate(zip(corners, self.sizes, strict=True)):
            for picture in self.beside:
                clear = _between(corner, size, *_place(picture)) / near
                strengths[later] *= 1 - picture.opacity * (1 - np.clip(clear + 0.5, 0, 1))
            for one in range(later):
                clear = _between(corner, size, corners[one], self.sizes[one]) / near
                strengths[later] *= 1 - strengths[one] * (1 - np.clip(clear, 0, 1))
        return strengths

    def _digits(self, index: int) -> list[tuple[int, float]]:
        """Each digit of a tag's number, and how far from the tag's left it stands."""
        text = str(self.numbers[index]) if self.tags[index].digits else ""
        return [(int(digit), self.ends[index] - self.advance * (len(text) - k)) for k, digit in enumerate(text)]

    def rows(self) -> np.ndarray:
        rows = []
        corners, strengths = self.placed()
        for index in np.flatnonzero(strengths > FAINTEST).tolist():
            (x, y), strong, (width, height) = corners[index], strengths[index], self.sizes[index]
            digits, halos, pad = [], [], self.pad + 1
            for digit, left in self._digits(index):
                top = y + self.pad + BASELINE * self.size - self.glyphs[digit].baseline
                place, column = (x + left - pad, top - pad, self.cell, self.tall), digit * self.cell
                if self.halo:
                    halos.append((*place, column, self.tops[-1] + self.tall, *(strong * rgb(self.halo)), strong))
                digits.append((*place, column, self.tops[-1], *(strong * rgb(self.colors[index])), strong))
            tag = (x - 1, y - 1, width + 2, height + 2, 0, self.tops[index], *[strong] * 4)
            rows += [*halos, tag, *digits]
        return np.array(rows).reshape(-1, 10)

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """The texts of each tag as they are seen, its number in front."""
        told = []
        corners, strengths = self.placed()
        for index in np.flatnonzero(strengths > FAINTEST).tolist():
            tag, strong = self.tags[index], float(strengths[index] * self.opacity)
            for line, text in enumerate(raster.texts_of(self.pictures[index])):
                box, words = text.moved(*corners[index]).box, text.text
                if tag.digits and line == 0:
                    words = f"{self.numbers[index]} {words}"
                    box = (corners[index][0] + self._digits(index)[0][1], *box[1:])
                told.append(dict(text=words, box=box, size=text.size, panel=self.panel, strength=strong))
        return {"texts": told}


def _dense_glow(cover: np.ndarray, size: float) -> np.ndarray:
    """A halo that lets less through than that of words beside the landscape: trails run below."""
    made: np.ndarray = 1 - (1 - raster.glow(cover, size)) ** 3
    return made


def _between(corner: np.ndarray, size: np.ndarray, other: np.ndarray, extent: np.ndarray) -> float:
    """Pixels between two boxes with these upper left corners and sizes (2,), below 0 where they overlap."""
    return float(np.maximum(other - corner - size, corner - other - extent).max())


def _place(picture: Picture) -> tuple[np.ndarray, np.ndarray]:
    """Its upper left corner and size, (2,) in pixels."""
    return np.array([picture.left, picture.top], float), np.array(picture.picture.shape[1::-1], float)


def _out_of(picture: Picture, corner: np.ndarray, size: np.ndarray, near: float) -> np.ndarray:
    """The shortest way (2,) along one axis that brings a box to stand `near` pixels beside a picture."""
    other, extent = _place(picture)
    back, on = corner + size + near - other, other + extent + near - corner
    if min(back.min(), on.min()) <= 0:
        return np.zeros(2)
    ways = np.where(back < on, -back, on)
    axis = int(np.abs(ways).argmin())
    moved: np.ndarray = ways * (np.arange(2) == axis)
    return moved
