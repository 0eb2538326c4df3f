"""Numbers as they stand on screen: short, of steady width, true to the digits shown, and with the digits that move."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import Any

import numpy as np

MINUS = "−"
LONG = 12  # characters; a number longer than this is shortened where another form says as much
FINE = 1e-4  # of the way from the start to the lowest value: the smallest step worth seeing
ENOUGH = 1e-3  # of it: what four decimals have to show to be left as they are
SOME = 0.02  # of the values; fewer that stand still do not matter
ROUNDING = 4 * float(np.finfo(float).eps)  # of the lowest value: no more apart than this they stand still
SAMPLE = 4096  # values that are looked at


@dataclass(frozen=True)
class Format:
    """How the values of one film are written, chosen once from all that occur: `Format.of(values).text(value)`.

    `kind` is 'plain' (four decimals where they say enough, else three digits with an exponent), or, where these would
    stand still while the values move, 'fixed' (`digits` behind the point), 'exponent' (`digits` behind the first) or
    'offset': '1e12 + 3.25', `digits` behind the point of the difference. What would need more than `room` characters,
    a run that diverges, is written plainly.
    """

    kind: str = "plain"
    digits: int = 0
    offset: float = 0.0
    room: int = 0
    size: float = 1.0  # what there is to see: how far the race goes down
    least: float = 0.001  # below it plain numbers have an exponent

    @classmethod
    def of(cls, values: Any) -> Format:
        """For values (n,), or (curves, n), each from its start on; those that are not finite do not count."""
        given = np.asarray(values, np.float64)
        seen = sample(given)
        size = _span(given, seen)
        # two digits, as four decimals leave them of 0.00195, are true only where a race is long beside what they drop
        least = 0.001 if ENOUGH * size >= 1e-4 else 0.01
        if not size or size <= ROUNDING * abs(float(seen[0])):
            return cls(least=least)
        apart = seen[np.diff(seen, prepend=-math.inf) > ROUNDING * np.abs(seen)]
        if len(set(map(plain, apart.tolist()))) == len(apart):
            return cls(size=size, least=least)  # all that moves is seen
        with np.errstate(all="ignore"):
            needed = np.maximum(ENOUGH * size, 0.11 * (seen - seen[0]))
        still = [resolution(value) > each for value, each in zip(seen.tolist(), needed.tolist(), strict=True)]
        if sum(still) <= SOME * len(still):
            return cls(size=size, least=least)
        usual = seen[seen <= seen[0] + 10 * size]
        step = max(FINE * size, float(np.abs(usual).max()) * float(np.finfo(float).eps), 1e-307)
        forms = cls._closer(usual, math.floor(math.log10(step) + 1e-9))
        rooms = [int(form.widest(usual)) for form in forms]
        best = 0 if rooms[0] <= LONG else rooms.index(min(rooms))
        return replace(forms[best], room=rooms[best], size=size, least=least)

    @classmethod
    def _closer(cls, usual: np.ndarray, power: int) -> list[Format]:
        """The formats that show a step of that power of ten, the plainest first."""
        largest, behind = float(np.abs(usual).max()), max(0, -power)
        made = [cls("fixed", behind)] if largest < 1e17 and behind < 17 else []
        made.append(cls("exponent", min(16, max(2, power_of(largest) - power))))
        offset = _offset(float(usual[0]), float(usual[-1]))
        if offset and behind < 17:
            made.append(cls("offset", behind, offset))
        return made

    def apart(self, values: Any) -> Format:
        """This format, or one with more digits where different ones of the values (n,) would read the same."""
        seen = np.unique(np.asarray(values, np.float64))
        seen = seen[np.diff(seen, prepend=-math.inf) > 1e-9 * np.maximum(1, np.abs(seen))]  # more than rounding
        finer = Format.of(seen)
        return finer if len(set(map(finer.text, seen))) > len(set(map(self.text, seen))) else self

    def text(self, value: float) -> str:
        """The value rounded to the digits shown; '' if not finite, never 0 for what is not 0."""
        value = float(value)
        if not math.isfinite(value):
            return ""
        text = self._text(value)
        return plain(value, self.least) if self.room and len(text) > self.room + 1 else text

    def minimum(self, value: float) -> str:
        """The loss of a minimum, which is known to rounding only: 0 where that is all that is left of it."""
        return self.text(0.0 if abs(value) < 4 * np.finfo(float).eps * self.size else value)

    def _text(self, value: float) -> str:
        if self.kind == "offset":
            rest = f"{abs(value - self.offset):.{self.digits}f}"
            sign = "+" if value >= self.offset or not float(rest) else MINUS
            return f"{_short_power(self.offset)} {sign} {rest}"
        if self.kind == "fixed":
            text = f"{value:.{self.digits}f}"
            if float(text) or not value:
                return text.removeprefix("-" if not value else "").replace("-", MINUS)
        return _exponent(value, self.digits) if self.kind == "exponent" and value else plain(value, self.least)

    def widest(self, values: Any, width: Callable[[str], float] = len) -> float:
        """The width of the widest text that any of the values has."""
        return max((width(self.text(value)) for value in sample(values).tolist()), default=0)


def medians(trajectories: Sequence[Any]) -> np.ndarray:
    """(entries, rows) of each entry the median loss over its balls; inf where too many are lost for one."""
    return medians_of([path.loss for path in trajectories])


def medians_of(losses: Sequence[np.ndarray]) -> np.ndarray:
    """The same of losses (balls, rows) of each entry."""
    with np.errstate(all="ignore"):
        return np.stack([np.median(np.where(np.isnan(loss), np.inf, loss), axis=0) for loss in losses])


def sample(values: Any) -> np.ndarray:
    """Of the finite ones of the values, at most SAMPLE that stand for all, the least and the greatest among them."""
    seen = np.asarray(values, np.float64).ravel()
    seen = np.sort(seen[np.isfinite(seen)])
    return seen if len(seen) <= SAMPLE else seen[np.linspace(0, len(seen) - 1, SAMPLE).round().astype(int)]


def _span(values: np.ndarray, seen: np.ndarray) -> float:
    """What there is to see: how far the curves start above the lowest value, or how far the values lie apart."""
    if not len(seen):
        return 0.0
    starts = values[:, 0] if values.ndim == 2 and values.shape[1] > 1 else seen
    starts = starts[np.isfinite(starts)]
    highest = float(starts.max()) if len(starts) and starts.max() > seen[0] else float(seen[-1])
    return min(highest / 2 - float(seen[0]) / 2, 1e307) * 2


def power_of(value: float) -> int:
    """The power of ten of the first digit."""
    return int(f"{abs(value):.0e}".partition("e")[2]) if value else 0


def resolution(value: float) -> float:
    """The smallest change that `plain` shows."""
    if 0.001 <= abs(value) < 1000:
        return 1e-4
    if 1000 <= abs(value) < 100000:
        return 0.1
    return 10.0 ** (power_of(value) - 2)


def plain(value: float, least: float = 0.001) -> str:
    """Four decimals from `least` on, where they say enough, else three digits with an exponent."""
    if not value:
        return "0"
    if least <= abs(value) < 1000:
        return f"{value:.4f}".replace("-", MINUS)
    return f"{value:.1f}".replace("-", MINUS) if 1000 <= abs(value) < 100000 else _exponent(value, 2)


def loss_text(value: float) -> str:
    """The loss of a minimum that stands alone, as `Format` writes it where nothing asks for more."""
    return Format().minimum(value)


def cut_text(value: float) -> str:
    """Above which loss all is cut off: three digits, rounded up, since what lies below the cut is still drawn."""
    digits = Decimal(repr(float(value)))
    step = Decimal(1).scaleb(digits.adjusted() - 2)
    return short(float(digits.quantize(step, ROUND_CEILING)) if value else 0.0).replace("-", MINUS)


def _exponent(value: float, digits: int) -> str:
    first, power = f"{value:.{digits}e}".split("e")
    return f"{first}e{int(power)}".replace("-", MINUS)


def _offset(low: float, high: float) -> float:
    """A round number near both ends, of at most three digits; 0 where there is none."""
    for digits in range(3):
        offset = float(f"{(low if abs(low) <= abs(high) else high):.{digits}e}")
        if abs(offset) >= 1e5 and max(abs(low - offset), abs(high - offset)) <= 10 * (high - low):
            return offset
    return 0.0


def _short_power(value: float) -> str:
    first, power = f"{value:.2e}".split("e")
    return f"{first.rstrip('0').rstrip('.')}e{int(power)}".replace("-", MINUS)


def short(value: object) -> str:
    """A hyperparameter as a person writes it: 0.05, 0.9, 1e-08, true, '0.9, 0.999'."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return ", ".join(short(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
