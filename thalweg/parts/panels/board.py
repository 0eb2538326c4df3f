"""The board: it hands out places for panels, and knows which part of the picture they leave free.

This is the one place that decides what stands where, and what is done where there is too little room; a panel knows its
own size alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple, Protocol

import numpy as np

from thalweg.geometry.framing import FRAME_HEIGHT, Rect, Space
from thalweg.geometry.layout import Box, Page, overlap
from thalweg.geometry.playback import Timing
from thalweg.typeset.sizes import TIGHTEST

SHAPES = (0.6, 2.2)  # width / height of the boxes that a landscape can fill
FREE, LARGEST = 0.4, 0.2  # of the page: what panels leave, and the largest box in it that can be filled
AT_THE_END = 0.12  # of the page: such a box while the result is told, too


class Squeeze(NamedTuple):
    """How panels are set where there is little room: `size` of what they are at best, in so many `columns`, with a
    share `kept` of their entries.
    """

    size: float = 1.0
    columns: int = 1
    kept: float = 1.0


# From the most room to the least: smaller down to a limit, then columns, then 'and 9 more'.
SIZES = (1.0, (1 + TIGHTEST) / 2, TIGHTEST)
SQUEEZES = (
    *(Squeeze(size, columns) for columns in (1, 2, 3, 4) for size in SIZES),
    *(Squeeze(TIGHTEST, columns, kept) for kept in (0.8, 0.65, 0.5, 0.35, 0.2) for columns in (2, 1, 3)),
)


class NoRoom(Exception):
    """Panels that find no room on a page, even squeezed; `largest` is the largest text scale with which they do, None
    where there is none.
    """

    def __init__(self, page: Page, largest: float | None) -> None:
        super().__init__(f"the panels do not fit into {page.width}x{page.height} at text_scale {page.text_scale:g}")
        self.page, self.largest = page, largest


@dataclass(frozen=True)
class Now:
    """A moment as panels see it: second of the film, fractional step, and the film's parts; `told` are the steps that
    are told of (see geometry/reading.py), every one unless given; `points` (balls, 2) where balls are seen.
    """

    seconds: float
    step: float
    timing: Timing
    told: np.ndarray | None = None
    points: np.ndarray | None = None

    @property
    def whole(self) -> int:
        """The last step that was reached."""
        return int(self.step + 1e-9)

    @property
    def shown(self) -> int:
        """The last step that is told of."""
        if self.told is None:
            return self.whole
        return int(self.told[np.searchsorted(self.told, self.whole, side="right") - 1])


class Panel(Protocol):
    """What a board shows: its mobjects, in the order in which they are drawn."""

    name: str
    mobjects: list[Any]

    def draw(self) -> None:
        """Make the mobjects: it stands where it is to stay."""

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

    def draw(self) -> None:
        """They are made already."""

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

    def copy(self) -> Corners:
        """As they are now, whatever is reserved later."""
        made = copy(self)
        made.next = dict(self.next)
        made.places, made.bare, made.taken = list(self.places), list(self.bare), list(self.taken)
        return made

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
    """Panels on a page, in the order in which they were set. `places` are the boxes that are taken, in pixels; `late`
    the one among them that is taken at the end alone, by the result.
    """

    def __init__(self, page: Page, squeeze: Squeeze = SQUEEZES[0]) -> None:
        self.panels: dict[str, Panel] = {}
        self.arranging = False  # panels are measured, and drawn once all have their places
        self._empty(page, squeeze)

    def _empty(self, page: Page, squeeze: Squeeze) -> None:
        self.page, self.squeeze = replace(page, squeezed=squeeze.size), squeeze
        self.corners = Corners(self.page)
        self.panels.clear()
        self.edge: float | None = None  # where what stands in the middle below begins
        self.late: Box | None = None
        self.crowded = False  # a panel says so that found no place

    def arrange(self, place: Callable[[], None]) -> None:
        """Has `place` set all panels, with less and less room for each, until they stand apart on the page and leave
        the landscape its share. Raises NoRoom.
        """
        page, self.arranging = self.page, True
        if not self._arranged(page, place):
            raise NoRoom(page, self._largest(page, place))
        self.arranging = False
        for panel in self.panels.values():
            self._draw(panel)

    def _largest(self, page: Page, place: Callable[[], None]) -> float | None:
        """The largest text scale that does, in steps of 0.05, down to the least that can be asked for."""
        low, high = 9, math.ceil(20 * page.text_scale - 1e-6)
        while high - low > 1:
            middle = (low + high) // 2
            fits = self._arranged(replace(page, text_scale=middle / 20), place)
            low, high = (middle, high) if fits else (low, middle)
        return low / 20 if low > 9 else None

    def _draw(self, panel: Panel) -> None:
        panel.draw()
        for mobject in panel.mobjects:
            mobject.panel = panel.name

    def _arranged(self, page: Page, place: Callable[[], None]) -> bool:
        for squeeze in SQUEEZES:
            self._empty(page, squeeze)
            place()
            if not self.crowded and self.apart and self.fair:
                return True
        return False

    @property
    def places(self) -> list[Box]:
        """Left, top, right, bottom of each panel in pixels."""
        return self.corners.places

    @property
    def apart(self) -> bool:
        """Whether all panels are whole on the page and none lies on another."""
        places, page = self.places, self.page
        whole = all(x0 >= 0 and y0 >= 0 and x1 <= page.width and y1 <= page.height for x0, y0, x1, y1 in places)
        return whole and not any(overlap(one, other) for k, one in enumerate(places) for other in places[:k])

    @property
    def fair(self) -> bool:
        """Whether the landscape has its share of the page."""
        always, whole = [place for place in self.places if place != self.late], self.page.width * self.page.height
        taken = sum((right - left) * (bottom - top) for left, top, right, bottom in always)
        return taken <= (1 - FREE) * whole and bool((self.fillable >= np.array([LARGEST, AT_THE_END]) * whole).all())

    def set(self, panel: Panel) -> None:
        """Add a panel that has its places; its mobjects carry its name."""
        self.panels[panel.name] = panel
        if not self.arranging:
            self._draw(panel)

    def reserve(self, corner: str, width: float, height: float, bare: bool = False) -> tuple[float, float]:
        """Upper left pixel for something of that size in a corner; `bare` are words without a ground."""
        return self.corners.reserve(corner, width, height, bare)

    def try_reserve(self, corner: str, width: float, height: float, least: np.ndarray) -> tuple[float, float] | None:
        """The same, where all panels then stand apart and the landscape has its share and `fillable` of at `least` so
        much; None, and nothing is taken, where that is not so.
        """
        before = self.corners.copy()
        at = self.corners.reserve(corner, width, height)
        if self.apart and self.fair and (self.fillable >= least).all():
            return at
        self.corners = before
        return None

    @property
    def fillable(self) -> np.ndarray:
        """(2,) pixels of the largest boxes that a landscape can fill before the result comes, and beside it."""
        always = [place for place in self.places if place != self.late]
        return np.array([fillable(places, self.page) for places in (always, self.places)])

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
        there = [place for place in corners.places if late or place != self.late]
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


def fillable(places: list[Box], page: Page) -> float:
    """Pixels of the largest box beside the places, as far as a landscape can fill it."""
    edge = 0.7 * page.margin
    xs, ys = (np.unique(np.clip([edge, side - edge, *(place[k] for place in places for k in (axis, axis + 2))],
                                edge, side - edge))
              for axis, side in enumerate((page.width, page.height)))  # fmt: skip
    if len(xs) < 2 or len(ys) < 2:
        return 0.0
    cells = np.zeros((len(ys) - 1, len(xs) - 1))
    for left, top, right, bottom in places:
        cells[np.ix_((ys[1:] > top) & (ys[:-1] < bottom), (xs[1:] > left) & (xs[:-1] < right))] = 1
    sums = np.zeros((len(ys), len(xs)))
    sums[1:, 1:] = cells.cumsum(axis=0).cumsum(axis=1)
    (x0, x1), (y0, y1) = (np.triu_indices(len(each), 1) for each in (xs, ys))
    held = sums[y1][:, x1] - sums[y0][:, x1] - sums[y1][:, x0] + sums[y0][:, x0]
    wide, high = xs[x1] - xs[x0], (ys[y1] - ys[y0])[:, None]
    filled = np.minimum(wide, SHAPES[1] * high) * np.minimum(high, wide / SHAPES[0])
    return float(np.where(held == 0, filled, 0).max())


def corner_of(wish: bool | str, usual: str) -> str | None:
    """The corner that a style's value means: its own for true, none for false."""
    return wish if isinstance(wish, str) else usual if wish else None
