"""Callouts: a small ring at places of the scene, and words beside it, upright and over everything drawn before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from thalweg.mobjects.sprites import Sprites, stacked
from thalweg.typeset.raster import Image, Text, texts_of


class Callouts(Sprites):
    """At `places` (n, 3) of space, or (n, 2) pixels, each its ring of `rings`, and the middle of each of `words` (both
    pictures) moved by `offsets` (n, 2) pixels from it.
    """

    moving = True

    def __init__(
        self, places: np.ndarray, rings: Sequence[Image], words: Sequence[Image], offsets: np.ndarray, **kwargs
    ) -> None:
        self.places, self.offsets = np.asarray(places, float), np.asarray(offsets, float)
        self.atlas, self.sources = stacked([*rings, *words])
        self.words = [texts_of(each) for each in words]
        super().__init__(**kwargs)

    def texture_of(self) -> Image:
        return self.atlas

    def rows(self) -> np.ndarray:
        spots = self.places if self.places.shape[1] == 2 else self.shader_wrapper.pixels(self.places)[0]
        rows = np.ones((2 * len(spots), 10))
        rows[:, 2:4], rows[:, 4], rows[:, 5] = self.sources[:, 1:], 0, self.sources[:, 0]
        rows[:, :2] = np.concatenate([spots, spots + self.offsets]) - rows[:, 2:4] / 2
        return rows

    def texts(self) -> list[Text]:
        rows = self.rows()[len(self.places) :]
        return [
            text.moved(row[0] + 1, row[1] + 1) for row, words in zip(rows, self.words, strict=True) for text in words
        ]
