"""The axis that losses are plotted against: what it measures, from where to where, and its ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.ticks import between, decades, texts

Array = NDArray[np.float64]
LOG_FROM = 10.0  # times the least loss: with less between them, a plain axis shows more than a logarithmic one
GONE = 2.0  # decades above the highest start at which a run that diverges leaves the picture
WILD = 1e4  # times the least that a curve changes: one that changes more leaves a plain axis
ROUNDING = 1e-13  # of the largest loss
ZERO = 0.14  # of the axis, below its least power of ten: where 0 stands
CLOSE = 0.11  # of the axis: numbers nearer to each other would touch
LARGEST = 8e307


@dataclass(frozen=True)
class LossAxis:
    """`level` maps losses onto low ... high, the ends of the axis; `title` says what is measured.

    A logarithmic axis shows the loss, or its height above `base`, the deepest minimum; 0, which has no logarithm, and
    what rounding alone keeps from it (`noise`), stand on a line of their own below its least power of ten.
    """

    log: bool
    base: float
    low: float
    high: float
    noise: float
    title: str
    first: float = 0.0  # of a logarithmic axis, the level at which its powers of ten begin
    zero: bool = False  # whether there is a line for 0, at `low`

    @classmethod
    def of(cls, losses: Array, lowest: float | None) -> LossAxis:
        """For losses (curves, steps + 1); `lowest` is the value of the deepest minimum or None."""
        finite = losses[np.isfinite(losses)]
        if not finite.size:
            return cls(False, 0.0, 0.0, 1.0, 0.0, "loss")
        start = losses[:, 0][np.isfinite(losses[:, 0])]
        highest = float(start.max()) if start.size else float(finite.max())
        size = max(abs(float(np.median(finite))), abs(highest))
        least, noise = float(finite.min()), ROUNDING * size
        floor = least if lowest is None else min(least, lowest)
        positive, usual = floor >= -noise, float(finite[finite > 0].min(initial=math.inf))
        if positive and highest >= LOG_FROM * usual:
            return cls._logarithmic(finite, highest, 0.0, 0.0) or cls._linear(losses)
        if lowest is not None and least >= lowest - 1e-9 * (highest - lowest) - 4 * noise:
            made = cls._logarithmic(finite, highest, floor, 4 * math.ulp(floor) if floor else 0.0)
            if made:
                return made
        if positive and (made := cls._logarithmic(finite, highest, 0.0, 0.0)):
            return made
        return cls._linear(losses)

    @classmethod
    def _logarithmic(cls, finite: Array, highest: float, base: float, noise: float) -> LossAxis | None:
        """None where there is too little between the least and the highest."""
        with np.errstate(all="ignore"):
            above = np.minimum(finite - base, LARGEST)
        seen = above[above > noise]
        zero = len(seen) < len(above)
        if not seen.size or (seen.max() / LOG_FROM < seen.min() and not zero):
            return None
        top = math.log10(float(seen.max()))
        if highest - base > noise:
            top = min(top, math.log10(highest - base) + GONE)  # a diverging curve leaves by the top
        low, high = math.floor(math.log10(float(seen.min())) * 2) / 2, math.ceil(top * 4 + 0.4) / 4
        title = "loss above the deepest minimum" if base else "loss"
        return cls(True, base, low - ZERO * max(high - low, 1) if zero else low, high, noise, title, low, zero)

    @classmethod
    def _linear(cls, losses: Array) -> LossAxis:
        curves = [np.clip(curve[np.isfinite(curve)], -LARGEST, LARGEST) for curve in losses]
        ends = np.array([(curve.min(), curve.max()) for curve in curves if len(curve)])
        spreads = ends[:, 1] / 2 - ends[:, 0] / 2
        least = spreads[spreads > 0].min(initial=math.inf)
        calm = ends[spreads / WILD <= least]  # others leave the picture: these are still to be seen
        low, high = float(calm[:, 0].min()), float(calm[:, 1].max())
        if len(calm) < len(ends):
            low, high = max(float(ends.min()), 2 * low - high), min(float(ends.max()), 2 * high - low)
        room = 0.06 * (high - low) if high - low > 8 * math.ulp(max(abs(low), abs(high))) else 0.3 * (abs(low) or 1.0)
        room = max(room, 1e-307)
        return cls(False, 0.0, float(low - room), float(high + room), 0.0, "loss")

    def level(self, losses: Array) -> Array:
        """Where losses stand between `low` and `high`, or beyond; NaN for those that are not finite."""
        with np.errstate(all="ignore"):
            shown = np.where(np.isfinite(losses), losses, np.nan)
            if not self.log:
                return np.clip(shown, -LARGEST, LARGEST)
            above = shown - self.base
            return np.where(above <= self.noise, self.low, np.log10(above))

    @overload
    def share(self, level: float) -> float: ...

    @overload
    def share(self, level: Array) -> Array: ...

    def share(self, level: float | Array) -> float | Array:
        """0 ... 1 along the axis, beyond for what leaves it."""
        with np.errstate(all="ignore"):
            along: Array = (np.asarray(level) / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
            return along

    def ticks(self) -> list[tuple[float, str]]:
        """(level, what is written there as text with formulas), from below."""
        if not self.log:
            found = between(self.low, self.high, 4)
            return list(zip(found, texts(found), strict=True))
        marks = [(float(power), f"$10^{{{power}}}$") for power in decades(self.first, self.high)]
        if len(marks) < 2:
            marks = self._within_a_decade()
        apart = [(level, text) for level, text in marks if self.share(level) > CLOSE]
        return [(self.low, "0"), *apart] if self.zero else marks

    def _within_a_decade(self) -> list[tuple[float, str]]:
        powers = range(math.floor(self.first), math.ceil(self.high) + 1)
        found = [float(f"{digit}e{power}") for power in powers for digit in (1, 2, 5)]
        levels = [(math.log10(value), value) for value in found if 0 < value < math.inf]
        shown = [(level, value) for level, value in levels if self.first - 1e-9 <= level <= self.high + 1e-9]
        return [(level, text) for level, value in shown for text in texts([value])]
