"""The step that is shown."""

from __future__ import annotations

from typing import Any

from thalweg.colors import Theme
from thalweg.mobjects.sprites import Digits
from thalweg.parts.panels.board import Board, Now, Quiet
from thalweg.parts.panels.words import haloed
from thalweg.typeset import raster


class Counter(Quiet):
    """'step 40', with room for as many digits as `steps` has."""

    name = "counter"

    def __init__(self, steps: int, board: Board, corner: str, theme: Theme, ground: str) -> None:
        size, self.theme = board.page.text, theme
        self.digits = Digits(30 * size, bold=True, halo=ground)
        word = raster.set_line("step", 19 * size)
        width = word.cover.shape[1] + 12 * size + self.digits.width_of("0" * len(str(steps)))
        height = 30 * size
        left, top = board.reserve(corner, width, height, bare=True)
        self.right, self.baseline = left + width, top + 0.84 * height
        place = (left, self.baseline - word.baseline)
        self.mobjects = [haloed(word.cover, theme.dim, 19 * size, place, ground), self.digits]

    def show(self, now: Now) -> None:
        """The last step that was reached."""
        self.whole = now.whole
        self.digits.write([(str(now.whole), self.right, self.baseline, self.theme.text)])

    def numbers(self) -> list[dict[str, Any]]:
        """The step."""
        return [dict(name="step", value=self.whole, text=each[0].strip()) for each in self.digits.numbers[:1]]
