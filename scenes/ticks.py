"""Where ticks stand: round numbers, whole powers of ten."""

from __future__ import annotations

import math


def nice_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= least * (1 - 1e-9))


def decades(low: float, high: float, most: int = 5) -> list[int]:
    """Whole powers of ten between two exponents, thinned to at most `most`."""
    powers = list(range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1))
    stride = -(-len(powers) // most) if powers else 1
    return powers[::-1][::stride][::-1]
