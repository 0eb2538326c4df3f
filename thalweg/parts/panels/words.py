"""Words on the bare picture, with a halo of the ground around them: a title, notes."""

from __future__ import annotations

import numpy as np

from thalweg.mobjects.sprites import Picture
from thalweg.parts.panels.board import Board, Quiet
from thalweg.typeset import raster


def haloed(cover: np.ndarray, color: str, size: float, place: tuple[float, float], ground: str) -> Picture:
    """A line of words, coverage (height, width), with its upper left corner at `place`; the halo reaches over it."""
    pad = round(raster.HALO * size)
    return Picture(raster.haloed(raster.tinted(cover, color), size, ground), place[0] - pad, place[1] - pad)


class Words(Quiet):
    """Lines of words that stand in a corner all the time. `ground` is what they stand on."""

    def __init__(self, name: str, board: Board, ground: str) -> None:
        self.name, self.board, self.ground = name, board, ground
        self.lines: list[tuple[np.ndarray, str, float, tuple[float, float]]] = []

    def add(self, cover: np.ndarray, color: str, size: float, corner: str) -> None:
        """A line below the last one, of letters of `size` pixels."""
        place = self.board.reserve(corner, cover.shape[1], cover.shape[0], bare=True)
        self.lines.append((cover, color, size, place))

    def draw(self) -> None:
        """Make the mobjects."""
        self.mobjects = [haloed(*line, self.ground) for line in self.lines]
