"""The page that is drawn on: its size, and the size of what stands on it, in pixels of the output."""

from __future__ import annotations

from dataclasses import dataclass

from thalweg.geometry.framing import FRAME_HEIGHT, Rect
from thalweg.typeset.text import text_unit

GROWN, MOST_GROWN = 0.4, 0.13  # text in pictures less than 720 pixels high does not shrink as much as they do
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels


@dataclass(frozen=True)
class Page:
    """A picture's size in pixels; `unit`, how many of them stand for one of a picture 720 pixels high; and `text`, the
    same for sizes of text: with the text scale, `squeezed` where there is little room, and larger in small pictures.
    """

    width: int
    height: int
    text_scale: float = 1.0
    squeezed: float = 1.0

    @property
    def unit(self) -> float:
        return text_unit(self.width, self.height) / 720

    @property
    def text(self) -> float:
        grown = 1 + min(max(GROWN * (1 - self.unit), 0.0), MOST_GROWN)
        return self.unit * grown * self.text_scale * self.squeezed

    @property
    def margin(self) -> float:
        return 26 * self.unit

    @property
    def stacked(self) -> bool:
        """Tall pictures and squares stack title, legend, landscape and caption."""
        return self.width <= 1.25 * self.height

    def frame_rect(self, left: float, top: float, right: float, bottom: float) -> Rect:
        """Pixels (origin upper left) to frame units (origin centre, y up)."""
        unit = FRAME_HEIGHT / self.height
        return Rect(
            (left - self.width / 2) * unit,
            (right - self.width / 2) * unit,
            (self.height / 2 - bottom) * unit,
            (self.height / 2 - top) * unit,
        )


def overlap(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])
