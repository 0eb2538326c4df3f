"""The strip below the picture: play, time bar with its marks, speed, loop, sliders, help, and how far a film is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from thalweg.colors import Theme
from thalweg.live.paint import Paint
from thalweg.typeset.text import text_unit

HEIGHT, TIP = 46, 34  # of the strip; of the time at the pointer, above it


def unit_of(width: float, height: float, ratio: float = 1.0) -> float:
    """Pixels for one unit of the controls below a picture of that size."""
    return ratio * min(max(text_unit(width, height) / ratio / 720, 0.8), 1.3)


Pixel = tuple[float, float]


class Place(NamedTuple):
    """Part of the window, in pixels with the origin at the upper left."""

    left: float
    top: float
    width: float
    height: float

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x < self.left + self.width and self.top <= y < self.top + self.height


@dataclass
class BarState:
    """What the strip shows; `film` is the share of a film that is done, or None."""

    seconds: float
    last: float
    playing: bool
    speed: float
    loop: bool
    marks: Sequence[tuple[float, str]]
    panel: bool
    help: bool
    changes: int
    film: float | None
    rolls: bool  # whether there are balls, and so sliders


class Bar:
    """`draw` puts the strip's parts into `places`; `at` says which of them is at a pixel."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.box = Place(0, 0, 0, 0)

    def at(self, x: float, y: float) -> str | None:
        if not self.box.holds(x, y):
            return None
        return next((name for name, place in self.places.items() if place.holds(x, y)), "bar")

    def hovered(self, pointer: Pixel | None) -> bool:
        """Whether the time at the pointer is shown."""
        return pointer is not None and self.at(*pointer) == "track"

    def share(self, x: float) -> float:
        track = self.places["track"]
        return min(max((x - track.left) / max(track.width, 1), 0.0), 1.0)

    def draw(self, paint: Paint, box: Place, state: BarState, theme: Theme, pointer: Pixel | None) -> None:
        u, self.box, self.places = paint.unit, box, {}
        self.over, self.paint, self.theme = self.at_box(pointer), paint, theme
        paint.box(*box, theme.panel)
        paint.box(box.left, box.top, box.width, max(1, u), theme.line)
        middle = box.top + box.height / 2
        left = self._play(box.left + 8 * u, middle, state, pointer)
        right = self._buttons(box.left + box.width - 8 * u, middle, state, pointer)
        size, baseline = 14 * u, middle + 5 * u
        whole = f"{state.last:.1f} s"
        room = paint.width(whole, size)
        if right - left > 260 * u:
            paint.number(f"{state.seconds:.1f}", left + room, baseline, size, theme.text, align="right")
            left += room + 14 * u
            right -= room
            paint.text(whole, right, baseline, size, theme.dim)
            right -= 14 * u
        self._track(Place(left, box.top, max(right - left, 1), box.height), state, pointer)
        if state.film is not None:
            paint.box(box.left, box.top, box.width * state.film, 2 * u, "#FF9F1C")

    def at_box(self, pointer: Pixel | None) -> bool:
        return pointer is not None and self.box.holds(*pointer)

    def _button(self, name: str, left: float, width: float, pointer: Pixel | None, lit: bool = False) -> Place:
        u, box = self.paint.unit, self.box
        place = self.places[name] = Place(left, box.top, width, box.height)
        if lit or (pointer is not None and place.holds(*pointer)):
            mark = (left + 2 * u, box.top + 8 * u, width - 4 * u, box.height - 16 * u)
            self.paint.box(*mark, self.theme.text, 0.13 if lit else 0.08, 8 * u)
        return place

    def _play(self, left: float, middle: float, state: BarState, pointer: Pixel | None) -> float:
        u, color = self.paint.unit, self.theme.text
        self._button("play", left, 40 * u, pointer)
        if state.playing:
            for x in (14, 22):
                self.paint.box(left + x * u, middle - 7 * u, 4.5 * u, 14 * u, color, 1, 1.2 * u)
        else:
            self.paint.text("▶", left + 20.5 * u, middle + 6 * u, 17 * u, color, align="middle")
        return left + 48 * u

    def _buttons(self, right: float, middle: float, state: BarState, pointer: Pixel | None) -> float:
        u, theme, paint = self.paint.unit, self.theme, self.paint
        size, baseline = 14 * u, middle + 5 * u
        words = [("help", "?", state.help, 34.0)]
        if self.box.width > 420 * u:
            if state.rolls:
                words.append(("panel", f"sliders{f' · {state.changes}' if state.changes else ''}", state.panel, 0.0))
            words.append(("loop", "loop", state.loop, 0.0))
        for name, word, lit, width in words:
            width = width * u or paint.width(word, size) + 22 * u
            right -= width
            self._button(name, right, width, pointer, lit)
            paint.text(word, right + width / 2, baseline, size, theme.text if lit else theme.dim, align="middle")
        width = 52 * u
        right -= width
        self._button("speed", right, width, pointer)
        color = theme.dim if state.speed == 1 else theme.text
        paint.number(f"{state.speed:g}×", right + width / 2, baseline, size, color, align="middle")
        if state.film is not None and self.box.width > 560 * u:
            right -= 84 * u
            paint.number(f"film {100 * state.film:.0f} %", right + 42 * u, baseline, size, theme.text, align="middle")
        return right - 10 * u

    def _track(self, place: Place, state: BarState, pointer: Pixel | None) -> None:
        u, theme, paint = self.paint.unit, self.theme, self.paint
        self.places["track"] = place
        y, thick = place.top + place.height / 2, 4 * u
        share = state.seconds / state.last if state.last > 0 else 0.0
        paint.box(place.left, y - thick / 2, place.width, thick, theme.dim, 0.28, thick / 2)
        paint.box(place.left, y - thick / 2, place.width * share, thick, theme.text, 0.9, thick / 2)
        for at, _ in state.marks:
            if 0 < at < state.last:
                x = place.left + place.width * at / state.last
                paint.box(x - u, y - 7 * u, 2 * u, 14 * u, theme.dim, 0.8, u)
        here = pointer is not None and place.holds(*pointer)
        paint.disc(place.left + place.width * share, y, (8 if here else 6.5) * u, theme.text)
        if here and pointer is not None:
            self._tip(place, state, pointer[0])

    def _tip(self, place: Place, state: BarState, x: float) -> None:
        """The time at the pointer, and the mark that is near it."""
        u, theme, paint = self.paint.unit, self.theme, self.paint
        at = self.share(x) * state.last
        near = [title for time, title in state.marks if abs(time - at) < 8 * u / max(place.width, 1) * state.last]
        words = f"{at:.1f} s" + (f"   {near[0]}" if near else "")
        width = paint.width(words, 13 * u) + 20 * u
        left = min(max(x - width / 2, self.box.left + 6 * u), self.box.left + self.box.width - width - 6 * u)
        top = self.box.top - TIP * u
        paint.card(left, top, width, 27 * u, theme)
        paint.number(words, left + 10 * u, top + 18 * u, 13 * u, theme.text)
