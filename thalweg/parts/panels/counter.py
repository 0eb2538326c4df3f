"""The step that is shown."""

from __future__ import annotations

from typing import Any

from thalweg.colors import Theme
from thalweg.mobjects.sprites import Digits
from thalweg.parts.panels.board import Board, Now, Quiet
from thalweg.parts.panels.words import haloed
from thalweg.typeset import raster
from thalweg.typeset.sizes import SECONDARY, TEXT
from thalweg.typeset.text import text_width


class Counter(Quiet):
    """'step 40', with room for as many digits as `steps` has; the numbers of other panels belong to that step."""

    name = "counter"

    def __init__(self, steps: int, board: Board, corner: str, theme: Theme, ground: str) -> None:
        size, self.theme, self.ground = board.page.text, theme, ground
        self.size = size
        self.word = raster.set_line("step", SECONDARY * size)
        width = self.word.cover.shape[1] + 10 * size + text_width("0" * len(str(steps)), TEXT * size, bold=True)
        height = TEXT * size
        left, top = board.reserve(corner, width, height, bare=True)
        self.left, self.right, self.baseline = left, left + width, top + 0.84 * height

    def draw(self) -> None:
        """Make the mobjects."""
        self.digits = Digits(TEXT * self.size, bold=True, halo=self.ground)
        place = (self.left, self.baseline - self.word.baseline)
        word = haloed(self.word.cover, self.theme.dim, SECONDARY * self.size, place, self.ground)
        self.mobjects = [word, self.digits]

    def show(self, now: Now) -> None:
        """The last step that is told of."""
        self.step = now.shown
        self.digits.write([(str(self.step), self.right, self.baseline, self.theme.text)])

    def numbers(self) -> list[dict[str, Any]]:
        """The step."""
        return [dict(name="step", value=self.step, text=each[0].strip()) for each in self.digits.numbers[:1]]
