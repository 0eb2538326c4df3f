"""How many balls have come to each minimum by now, told beside it: for balls coloured by their destination."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.colors import Theme
from thalweg.mobjects.sprites import Picture
from thalweg.parts.destinations import Destinations
from thalweg.parts.motion import Motion
from thalweg.parts.panels.board import Board, Now, Quiet
from thalweg.parts.tags import Tag, Tags
from thalweg.typeset.numbers import Format

MOST, LEAST = 6, 0.05  # minima that are told: those in which most balls end, and not less than this share


class Arrivals(Quiet):
    """'11 of 36' and the loss at each minimum in which balls end. `place` says where points (n, 2) of the domain are in
    the picture, given the mobject that is drawn there; `away`, how far below the tags stand, in pixels.
    """

    name = "arrivals"

    def __init__(
        self,
        motion: Motion,
        ends: Destinations,
        place: Callable[[np.ndarray, Any], np.ndarray],
        away: float,
        board: Board,
        theme: Theme,
        halo: str,
    ) -> None:
        self.outdated, self.total = False, ends.total
        holes = [hole for hole in ends.holes if len(hole.arrivals) >= LEAST * ends.total]
        self.holes = sorted(holes, key=lambda hole: -len(hole.arrivals))[:MOST]
        numbers = Format.of(np.concatenate([path.loss.ravel() for path in motion.trajectories]))
        say = numbers.apart([hole.loss for hole in self.holes]).minimum
        digits, words = len(str(ends.total)), f"of {ends.total}"
        tags = [Tag(digits, words, hole.color, f"loss {say(hole.loss)}") for hole in self.holes]
        points = np.reshape([hole.point for hole in self.holes], (-1, 2))
        self.tags = Tags(tags, lambda drawn: place(points, drawn), away, 20 * board.page.text, theme, halo)
        self.mobjects = [self.tags] if self.holes else []

    def beside(self, mobjects: Sequence[Any]) -> None:
        """Make room for what else the board shows."""
        self.tags.beside = [each for each in mobjects if isinstance(each, Picture)]

    def show(self, now: Now) -> None:
        """Who has come by the last step that was reached."""
        numbers = [int(np.searchsorted(hole.arrivals, now.whole, side="right")) for hole in self.holes]
        self.tags.write(numbers)
        self.tags.strengths = np.sign(np.array(numbers, float))  # until then balls roll there
        self.tags.opacity = 0.0 if self.outdated else 1.0

    def numbers(self) -> list[dict[str, Any]]:
        """How many have come to each."""
        told = []
        for hole, number in zip(self.holes, self.tags.numbers, strict=True):
            name = f"arrived at ({hole.point[0]:.4g}, {hole.point[1]:.4g})"
            told += [dict(name=name, value=number, text=f"{number} of {self.total}")] if number else []
        return told if self.tags.opacity else []
