"""Where the panels stand, in pixels of the output, and which part of the picture they leave to the landscape."""

from __future__ import annotations

from dataclasses import dataclass

from configs.text import text_unit
from scenes.framing import FRAME_HEIGHT, Rect


@dataclass(frozen=True)
class Page:
    """A picture's size in pixels and `unit`, the pixels that stand for 1/720 of a 720 pixel high picture, text scale
    included.
    """

    width: int
    height: int
    text_scale: float = 1.0

    @property
    def unit(self) -> float:
        return text_unit(self.width, self.height) / 720

    @property
    def text(self) -> float:
        return self.unit * self.text_scale

    @property
    def margin(self) -> float:
        return 26 * self.unit

    @property
    def stacked(self) -> bool:
        """Tall and square pictures stack title, legend, landscape and caption."""
        return self.width < 1.25 * self.height

    def frame_rect(self, left: float, top: float, right: float, bottom: float) -> Rect:
        """Pixels (origin upper left) to frame units (origin centre, y up)."""
        unit = FRAME_HEIGHT / self.height
        return Rect(
            (left - self.width / 2) * unit,
            (right - self.width / 2) * unit,
            (self.height / 2 - bottom) * unit,
            (self.height / 2 - top) * unit,
        )


def place(page: Page, corner: str, width: float, height: float, top: float, bottom: float) -> tuple[float, float]:
    """Upper left pixel of a panel of that size in a corner, between the rows `top` and `bottom`."""
    on_right = corner in ("right", "top_right", "bottom_right")
    x = page.width - page.margin - width if on_right else page.margin
    y = bottom - height if corner.startswith("bottom") else top
    return x, y
