"""Sliders for the hyperparameters of the chosen optimizer."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from thalweg.colors import Theme, looks
from thalweg.experiment.experiment import Entry
from thalweg.live.bar import Pixel, Place
from thalweg.live.model import Model
from thalweg.live.paint import Paint
from thalweg.typeset.numbers import short

WIDTH, ROW, HEAD, FOOT, EDGE = 300, 40, 80, 46, 18
FEWEST = 3  # sliders seen at once; with less room the panel goes elsewhere
LOG = ("lr", "eps")  # sliders with even ratios
MEMORY = 0.8  # from which on a number of a user's rule, below 1, is a share that is kept from step to step
NEAR_ONE = ("momentum", "alpha", "rho")  # what matters is how far they are from 1
DECADES_BELOW, DECADES_ABOVE = 3, 2
Setting = float | bool  # the value of a knob


@dataclass(frozen=True)
class Knob:
    """One number (or switch) of an optimizer: `part` is the index in a tuple such as betas, else None.

    `scale`: 'log' from low to high by ratio, 'near one' (0 to 0.999, finer near 1), 'from zero' (finer near 0),
    'even', 'switch'.
    """

    name: str
    part: int | None
    scale: str
    low: float
    high: float

    @property
    def title(self) -> str:
        return self.name if self.part is None else f"{self.name} {self.part + 1}"

    def value(self, optimizer: Any) -> Setting:
        whole = getattr(optimizer, self.name)
        value: Setting = whole if self.part is None else whole[self.part]
        return value

    def whole(self, optimizer: Any, value: Setting) -> Any:
        """The hyperparameter's new value, with this part of it changed."""
        if self.part is None:
            return value
        parts = list(getattr(optimizer, self.name))
        parts[self.part] = value
        return tuple(parts)

    def share(self, value: Setting) -> float:
        """Where the handle stands, 0 ... 1."""
        if self.scale == "switch":
            return float(value)
        if self.scale == "log":
            share = math.log(max(value, 1e-300) / self.low) / math.log(self.high / self.low)
        elif self.scale == "near one":
            share = -math.log10(max(1 - value, 1e-3)) / 3
        elif self.scale == "from zero":
            share = (max(value, 0) / self.high) ** (1 / 3)
        else:
            share = (value - self.low) / (self.high - self.low)
        return min(max(share, 0.0), 1.0)

    def at(self, share: float) -> Setting:
        """The value at a place of the slider, rounded to three digits."""
        share = min(max(share, 0.0), 1.0)
        if self.scale == "switch":
            return share > 0.5
        if self.scale == "log":
            value = self.low * (self.high / self.low) ** share
        elif self.scale == "near one":
            value = round(1 - 10 ** (-3 * share), 4)
        elif self.scale == "from zero":
            value = self.high * share**3
        else:
            value = self.low + (self.high - self.low) * share
        value = float(f"{value:.3g}") if self.scale != "near one" else value
        return min(max(value, self.low), self.high)


def knobs(optimizer: Any) -> list[Knob]:
    """What can be turned of an optimizer: its numbers, pairs of numbers and switches."""
    made = []
    for field in fields(optimizer):
        default, limits = field.default, field.metadata.get("range")
        if isinstance(default, bool):
            made.append(Knob(field.name, None, "switch", 0, 1))
        elif isinstance(default, float):
            made.append(Knob(field.name, None, *scale_of(field.name, default, limits)))
        elif isinstance(default, tuple) and all(isinstance(part, float) for part in default):
            made += [Knob(field.name, k, *scale_of(field.name, part, limits)) for k, part in enumerate(default)]
    return made


def scale_of(name: str, default: float, limits: Any) -> tuple[str, float, float]:
    low = limits.low if limits is not None else None
    high = limits.high if limits is not None else None
    if default > 0 and (name in LOG or (default < 1e-3 and high is None)):
        top = default * 10**DECADES_ABOVE if name == "lr" else max(default * 1e6, 1e-2)
        return "log", default / 10**DECADES_BELOW, top if high is None else min(top, high)
    if (low == 0 and (high == 1 or name in NEAR_ONE)) or (low is high is None and MEMORY <= default < 1):
        return "near one", 0.0, 0.999
    if low == 0 and high is None:
        return "from zero", 0.0, max(1.0, 5 * default)
    least = low if low is not None else min(-1.0, -4 * abs(default))
    return "even", least, high if high is not None else max(1.0, 4 * abs(default), least + 1)


def overlap(a: Place, b: Place) -> bool:
    across = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
    return across > 0 and min(a.top + a.height, b.top + b.height) - max(a.top, b.top) > 0


class Panel:
    """`draw` puts what can be pressed into `places`: ('entry', k), ('knob', k), ('write',), ('back',)."""

    def __init__(self) -> None:
        self.open, self.entry, self.focus, self.first, self.rows, self.pad = False, 0, 0, 0, 1, 0.0
        self.places: dict[tuple[Any, ...], Place] = {}
        self.pointer: Pixel | None = None
        self.box = Place(0, 0, 0, 0)
        self.knobs: list[Knob] = []

    def choose(self, entry: int, entries: Sequence[Entry]) -> None:
        self.entry = entry % len(entries) if entries else 0
        self.knobs = knobs(entries[self.entry].optimizer) if entries else []
        self.focus, self.first = min(self.focus, max(len(self.knobs) - 1, 0)), 0

    def at(self, x: float, y: float) -> tuple[Any, ...] | None:
        if not self.open or not self.box.holds(x, y):
            return None
        return next((name for name, place in self.places.items() if place.holds(x, y)), ("panel",))

    def share(self, knob: int, x: float) -> float:
        track = self.places["knob", knob]
        pad = self.pad
        return min(max((x - track.left - pad) / max(track.width - 2 * pad, 1), 0.0), 1.0)

    def scroll(self, way: int) -> None:
        self.first = min(max(self.first + way, 0), max(len(self.knobs) - self.rows, 0))

    def draw(
        self, paint: Paint, width: float, height: float, model: Model, hidden: Collection[int], theme: Theme,
        pointer: Pixel | None, file: str, taken: Sequence[Place],
    ) -> None:  # fmt: skip
        """`taken`: Places of the picture that should not be covered where that can be helped."""
        u, entries = paint.unit, model.entries
        self.choose_again(entries)
        self.pad = 18 * u
        box = self.box = self._place(u, width, height, taken)
        self.scroll(0)
        self.places, self.pointer = {}, pointer
        paint.card(*box, theme)
        self._entries(paint, box, entries, hidden, theme)
        for row, index in enumerate(range(self.first, min(self.first + self.rows, len(self.knobs)))):
            self._knob(paint, box, box.top + (HEAD + row * ROW) * u, index, model, theme)
        if self.rows < len(self.knobs):
            reach, share = self.rows * ROW * u, 1 / len(self.knobs)
            paint.box(box.left + box.width - 6 * u, box.top + HEAD * u + self.first * share * reach, 3 * u,
                      self.rows * share * reach, theme.dim, 0.6, 1.5 * u)  # fmt: skip
        self._foot(paint, box, model, theme, file)

    def _place(self, u: float, width: float, height: float, taken: Sequence[Place]) -> Place:
        """Below the scene's own panels, at the left or the right; where they leave no room, over them at the right."""
        wide, rest = min(WIDTH * u, width - 20 * u), (HEAD + FOOT + EDGE) * u
        sides = (EDGE * u, width - wide - EDGE * u)
        for left in sides if width >= 2.4 * wide else ():
            column = Place(left, 0, wide, height)
            above = [place.top + place.height for place in taken if overlap(column, place)]
            rows = int((height - rest - max([42 * u, *above])) / (ROW * u))
            if rows >= min(len(self.knobs), FEWEST):
                break
        else:
            left, rows = sides[1], int((height - rest - 42 * u) / (ROW * u))
        self.rows = max(min(len(self.knobs), rows), 1)
        high = (HEAD + FOOT + self.rows * ROW) * u
        return Place(left, max(height - high - EDGE * u, 6 * u), wide, high)

    def beside(self, width: float, height: float) -> Place:
        """The part of the picture that messages may use: what the panel leaves, where that is enough."""
        if not self.open:
            return Place(0, 0, width, height)
        left, right = self.box.left, self.box.left + self.box.width
        free = Place(0, 0, left, height) if left > width - right else Place(right, 0, width - right, height)
        return free if free.width > 0.6 * width else Place(0, 0, width, height)

    def choose_again(self, entries: Sequence[Entry]) -> None:
        """The file may have other entries now, or none."""
        self.open = self.open and bool(entries)
        focus, first = self.focus, self.first
        self.choose(min(self.entry, max(len(entries) - 1, 0)), entries)
        self.focus, self.first = min(focus, max(len(self.knobs) - 1, 0)), first

    def _entries(
        self, paint: Paint, box: Place, entries: Sequence[Entry], hidden: Collection[int], theme: Theme
    ) -> None:
        u = paint.unit
        colors = [look.color for look in looks([entry.color for entry in entries], theme)]
        step = min(30 * u, (box.width - 2 * self.pad) / len(colors))
        for index, color in enumerate(colors):
            x, y = box.left + self.pad + step * (index + 0.5), box.top + 26 * u
            self.places["entry", index] = Place(x - step / 2, y - 16 * u, step, 32 * u)
            if index == self.entry:
                paint.disc(x, y, 11.5 * u, theme.text, 0.9)
                paint.disc(x, y, 9.8 * u, theme.panel)
            paint.disc(x, y, 8 * u, theme.line)  # white is seen on white, too
            paint.disc(x, y, 7 * u, theme.panel)
            paint.disc(x, y, 7 * u, color, 0.3 if index in hidden else 1.0)
        label = entries[self.entry].label
        name = paint.fitted(label, box.width - 2 * self.pad, 17 * u, bold=True)
        paint.text(name, box.left + self.pad, box.top + 66 * u, 17 * u, theme.text, bold=True)

    def _knob(self, paint: Paint, box: Place, top: float, index: int, model: Model, theme: Theme) -> None:
        u, knob = paint.unit, self.knobs[index]
        value = knob.value(model.entries[self.entry].optimizer)
        changed = (self.entry, knob.name) in model.edits
        place = self.places["knob", index] = Place(box.left, top, box.width, ROW * u)
        here = index == self.focus
        if here:
            paint.box(box.left + 8 * u, top, box.width - 16 * u, ROW * u - 2 * u, theme.text, 0.06, 8 * u)
        left, right = box.left + self.pad, box.left + box.width - self.pad
        paint.text(knob.title, left, top + 16 * u, 14 * u, theme.text if changed else theme.dim)
        words = short(value)
        color = "#FF9F1C" if changed else theme.text
        paint.number(words, right, top + 16 * u, 14 * u, color, align="right")
        y, share = top + 28 * u, knob.share(value)
        span = right - left
        paint.box(left, y - 2 * u, span, 4 * u, theme.dim, 0.28, 2 * u)
        paint.box(left, y - 2 * u, span * share, 4 * u, theme.text, 0.75, 2 * u)
        grown = self.pointer is not None and place.holds(*self.pointer)
        paint.disc(left + span * share, y, (7.5 if grown else 6.5) * u, theme.text)

    def _foot(self, paint: Paint, box: Place, model: Model, theme: Theme, file: str) -> None:
        u = paint.unit
        baseline = box.top + box.height - 19 * u
        more = len(self.knobs) - self.rows
        if not model.edits:
            words = f"scroll for {more} more" if more > 0 else "as in " + file
            paint.text(paint.fitted(words, box.width - 2 * self.pad, 13 * u), box.left + self.pad, baseline, 13 * u,
                       theme.dim)  # fmt: skip
            return
        left = box.left + self.pad - 8 * u
        for name, words in (("write", "write into the YAML"), ("back", "undo all")):
            width = paint.width(words, 14 * u) + 18 * u
            place = self.places[(name,)] = Place(left, baseline - 19 * u, width, 28 * u)
            over = self.pointer is not None and place.holds(*self.pointer)
            paint.box(*place, theme.text, 0.16 if over else 0.08, 8 * u)
            paint.text(words, left + 9 * u, baseline, 14 * u, theme.text)
            left += width + 8 * u
