"""Where ticks stand, round numbers and whole powers of ten, and what is written at them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from thalweg.typeset.numbers import MINUS, power_of

LONG = 6  # characters that need no power of ten
MOST = 5  # ticks of an axis


def nice_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= least * (1 - 1e-9))


def decades(low: float, high: float) -> list[int]:
    """Whole powers of ten between two exponents, thinned to at most MOST."""
    powers = list(range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1))
    stride = -(-len(powers) // MOST) if powers else 1
    return powers[::-1][::stride][::-1]


def between(low: float, high: float, most: int = MOST) -> list[float]:
    """At most about `most` round numbers from low to high, which differ as doubles; empty where none lie between."""
    finest = 4 * math.ulp(max(abs(low), abs(high)))
    step = nice_step(max(high / most - low / most, finest))
    first = math.ceil(low / step - 1e-9)
    return [number * step + 0.0 for number in range(first, first + 2 * most + 1) if number * step <= high + 1e-9 * step]


def texts(ticks: Sequence[float]) -> list[str]:
    """What is written at ticks that rise in equal steps: as many digits as tell them apart, no zeros behind them.

    Powers of ten, '2e6', '5e−7', where these are shorter.
    """
    step = min((b - a for a, b in zip(ticks[:-1], ticks[1:], strict=True)), default=abs(ticks[0]) if ticks else 0) or 1
    power = next(p for p in range(power_of(step), power_of(step) - 4, -1) if _whole(ticks, step, p))
    plain = [_stripped(f"{tick:.{min(300, max(0, -power))}f}") for tick in ticks]
    short = [f"{tick:.{min(16, max(0, power_of(tick) - power))}e}".partition("e") for tick in ticks]
    powers = [f"{_stripped(first)}e{int(after)}" if float(first) else "0" for first, _, after in short]
    longest = max(map(len, plain), default=0)
    chosen = powers if power < -300 or longest > LONG and longest > max(map(len, powers)) else plain
    return [text.replace("-", MINUS) for text in chosen]


def _stripped(text: str) -> str:
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _whole(ticks: Sequence[float], step: float, power: int) -> bool:
    """Whether every tick is a whole multiple of that power of ten, or the power is fine enough for the step."""
    unit = 10.0**power
    return power <= power_of(step) - 3 or all(abs(tick / unit - round(tick / unit)) < 1e-6 for tick in [step, *ticks])
