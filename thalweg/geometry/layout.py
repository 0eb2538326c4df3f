"""Where the panels stand, in pixels of the output, and which part of the picture they leave to the landscape."""

from __future__ import annotations

from dataclasses import dataclass

from thalweg.geometry.framing import FRAME_HEIGHT, Rect
from thalweg.typeset.text import text_unit

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels


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
        """Tall pictures stack title, legend, landscape and caption."""
        return self.width < 0.8 * self.height

    def frame_rect(self, left: float, top: float, right: float, bottom: float) -> Rect:
        """Pixels (origin upper left) to frame units (origin centre, y up)."""
        unit = FRAME_HEIGHT / self.height
        return Rect(
            (left - self.width / 2) * unit,
            (right - self.width / 2) * unit,
            (self.height / 2 - bottom) * unit,
            (self.height / 2 - top) * unit,
        )


class Corners:
    """Hands out places for panels: those in one corner stack, away from the page's edge, with a gap between them."""

    def __init__(self, page: Page) -> None:
        self.page, self.gap = page, 12 * page.unit
        edge = 0.7 * page.margin
        self.next = {"top_left": edge, "top_right": edge, "bottom_left": edge, "bottom_right": edge}
        self.places: list[Box] = []  # of panels in corners
        self.taken: list[Rect] = []  # in frame units, with a gap around: nothing of the landscape may lie there

    def reserve(self, corner: str, width: float, height: float) -> tuple[float, float]:
        """Upper left pixel of a panel of that size; `corner` may also be 'left', 'right' (of the top) or 'bottom'."""
        page = self.page
        if corner == "bottom":
            left, below = (page.width - width) / 2, max(self.next["bottom_left"], self.next["bottom_right"])
            self.next["bottom_left"] = self.next["bottom_right"] = below + height + self.gap
            return left, page.height - below - height
        corner = {"left": "top_left", "right": "top_right"}.get(corner, corner)
        left = page.width - page.margin - width if corner.endswith("right") else page.margin
        rect, used = self._rect(corner, left, self.next[corner], width, height), self.next[corner]
        while in_the_way := [other for other in self.places if overlap(rect, other)]:
            # a wide panel of another corner: step beyond it
            other, from_below = in_the_way[0], corner.startswith("bottom")
            used = (page.height - other[1] if from_below else other[3]) + self.gap
            rect = self._rect(corner, left, used, width, height)
        self.places.append(rect)
        self.next[corner] = used + height + self.gap
        gap = self.gap
        self.taken.append(page.frame_rect(rect[0] - gap, rect[1] - gap, rect[2] + gap, rect[3] + gap))
        return left, rect[1]

    def middle(self, width: float, height: float) -> tuple[float, float]:
        """Upper left pixel of a panel of that size in the middle of the lower edge, wherever others stand."""
        return (self.page.width - width) / 2, self.page.height - 0.7 * self.page.margin - height

    def _rect(self, corner: str, left: float, used: float, width: float, height: float) -> Box:
        top = self.page.height - used - height if corner.startswith("bottom") else used
        return left, top, left + width, top + height


def overlap(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])
