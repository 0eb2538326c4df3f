"""The board: it hands out places for panels, and knows which part of the picture they leave free.

This is the one place that decides what stands where; a panel knows its own size alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol

from thalweg.geometry.framing import FRAME_HEIGHT, Rect, Space
from thalweg.geometry.layout import Box, Page, overlap
from thalweg.geometry.playback import Timing


@dataclass(frozen=True)
class Now:
    """A moment as panels see it: second of the film, fractional step, and the film's parts."""

    seconds: float
    step: float
    timing: Timing

    @property
    def whole(self) -> int:
        """The last step that was reached."""
        return int(self.step + 1e-9)


class Panel(Protocol):
    """What a board shows: its mobjects, in the order in which they are drawn."""

    name: str
    mobjects: list[Any]

    def show(self, now: Now) -> None:
        """Say what is true at this moment."""

    def hide(self, entries: frozenset[int]) -> None:
        """Leave out these entries from now on."""

    def numbers(self) -> list[dict[str, Any]]:
        """The changing numbers as shown last: name, exact value, and the text as written."""


class Quiet:
    """Part of a panel that does not change: what a Panel does by default."""

    name = ""
    mobjects: list[Any]

    def show(self, now: Now) -> None:
        """Nothing changes."""

    def hide(self, entries: frozenset[int]) -> None:
        """Nothing to leave out."""

    def numbers(self) -> list[dict[str, Any]]:
        """None."""
        return []


class Corners:
    """Places for panels: those in one corner stack, away from the page's edge, with a gap between them."""

    def __init__(self, page: Page) -> None:
        self.page, self.gap = page, 12 * page.unit
        edge = 0.7 * page.margin
        self.next = {"top_left": edge, "top_right": edge, "bottom_left": edge, "bottom_right": edge}
        self.places: list[Box] = []  # of panels in corners
        self.bare: list[Box] = []  # those of words without a ground
        self.taken: list[Rect] = []  # in frame units, with a gap around: nothing of the landscape may lie there

    def reserve(self, corner: str, width: float, height: float, bare: bool = False) -> tuple[float, float]:
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
        self.taken.append(self.around(rect))
        if bare:
            self.bare.append(rect)
        return left, rect[1]

    def around(self, box: Box) -> Rect:
        """A place in frame units, with a gap around it."""
        return self.page.frame_rect(box[0] - self.gap, box[1] - self.gap, box[2] + self.gap, box[3] + self.gap)

    def middle(self, width: float, height: float) -> tuple[float, float]:
        """Upper left pixel of a panel of that size in the middle of the lower edge, wherever others stand."""
        return (self.page.width - width) / 2, self.page.height - 0.7 * self.page.margin - height

    def _rect(self, corner: str, left: float, used: float, width: float, height: float) -> Box:
        top = self.page.height - used - height if corner.startswith("bottom") else used
        return left, top, left + width, top + height


class Board:
    """Panels on a page, in the order in which they were set. `places` are the boxes that are taken, in pixels."""

    def __init__(self, page: Page) -> None:
        self.page, self.corners = page, Corners(page)
        self.panels: dict[str, Panel] = {}
        self.edge: float | None = None  # where what stands in the middle below begins
        self.late: Box | None = None  # of what comes at the end

    def set(self, panel: Panel) -> None:
        """Add a panel that has its places; its mobjects carry its name."""
        for mobject in panel.mobjects:
            mobject.panel = panel.name
        self.panels[panel.name] = panel

    def reserve(self, corner: str, width: float, height: float, bare: bool = False) -> tuple[float, float]:
        """Upper left pixel for something of that size in a corner; `bare` are words without a ground."""
        return self.corners.reserve(corner, width, height, bare)

    def __getitem__(self, name: str) -> Any:
        return self.panels[name]

    def __contains__(self, name: object) -> bool:
        return name in self.panels

    @property
    def mobjects(self) -> list[Any]:
        """Of all panels."""
        return [mobject for panel in self.panels.values() for mobject in panel.mobjects]

    @property
    def spaces(self) -> tuple[Space, Space]:
        """What a landscape may fill before what comes `late` is there, and after."""
        return self._space(False), self._space(True)

    def _space(self, late: bool) -> Space:
        page, corners = self.page, self.corners
        whole = page.frame_rect(0, 0, page.width, page.height)
        edge = 0.8 * page.margin
        side = 2 * page.margin
        safe = page.frame_rect(side, edge, page.width - side, page.height - edge)
        places = [*corners.places, *([] if self.late is None or self.late in corners.places else [self.late])]
        there = [place for place in places if late or place != self.late]
        clear = [page.frame_rect(*place) for place in there if place in corners.bare or place == self.late]
        over = [page.frame_rect(*place) for place in there if place not in corners.bare and place != self.late]
        return Space(whole, safe, tuple(over), tuple(clear), corners.gap * FRAME_HEIGHT / page.height)

    def room(self, shape: float) -> Box:
        """The box, in pixels, in which a picture of that shape (width / height) can be largest beside all panels."""
        page = self.page
        gap = self.corners.gap
        low = page.height - 0.7 * page.margin if self.edge is None else self.edge - gap
        places = [place for place in self.corners.places if place[1] < low]
        lefts = sorted({page.margin, *(place[2] + gap for place in places)})
        rights = sorted({page.width - page.margin, *(place[0] - gap for place in places)})
        tops = sorted({0.7 * page.margin, *(place[3] + gap for place in places)})
        bottoms = sorted({low, *(place[1] - gap for place in places)})
        best, found = 0.0, (page.margin, 0.7 * page.margin, page.width - page.margin, low)
        for left, right in product(lefts, rights):
            for top, bottom in product(tops, bottoms):
                box = (left, top, right, min(bottom, low))
                size = min((right - left) / shape, box[3] - top)
                if size > best and not any(overlap(place, box) for place in places):
                    best, found = size, box
        return found

    @property
    def taken(self) -> list[Rect]:
        """Where panels stand (frame units), with a gap around."""
        return self.corners.taken

    def show(self, now: Now) -> None:
        """Every panel says what is true at this moment."""
        for panel in self.panels.values():
            panel.show(now)

    def hide(self, entries: Iterable[int]) -> None:
        """Every panel leaves out these entries."""
        for panel in self.panels.values():
            panel.hide(frozenset(entries))

    def numbers(self) -> list[dict[str, Any]]:
        """Of all panels."""
        return [number for panel in self.panels.values() for number in panel.numbers()]


def corner_of(wish: bool | str, usual: str) -> str | None:
    """The corner that a style's value means: its own for true, none for false."""
    return wish if isinstance(wish, str) else usual if wish else None
