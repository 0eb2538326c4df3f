"""Which round losses stand at a ramp that shows the colours of a landscape from its floor to its ceiling."""

from __future__ import annotations

import math

import numpy as np

from thalweg.geometry.display import Display
from thalweg.geometry.ticks import between, texts
from thalweg.typeset.numbers import cut_text

TARGETS, NEAR = (0.0, 1 / 3, 2 / 3, 1.0), 0.11  # of the ramp: where numbers of logarithmic heights stand about
APART = 0.16  # of the ramp: numbers nearer to each other would touch
AT_END = 0.01  # of the ramp: what is so little beyond an end stands at it
DIGITS = 17  # tried for a round number


def shares(display: Display, losses: np.ndarray) -> np.ndarray:
    """Where losses stand on the ramp, 0 at the floor, 1 at the ceiling, of their shape; beyond for those not shown."""
    made: np.ndarray = (display.heights(losses) - display.floor) / max(display.ceiling - display.floor, 1e-9)
    return made


def marks(display: Display) -> list[tuple[float, str]]:
    """(share of the ramp, number) from below; at an end beyond which the landscape is cut off, the loss of the cut."""
    heights, height = display.heights, display.ceiling - display.floor
    low, high = heights.loss(display.floor), heights.loss(display.ceiling)
    if not (math.isfinite(low) and math.isfinite(high) and height > 1e-6):
        return []
    if heights.kind == "linear":
        found = next((some for most in (3, 4) if len(some := between(low, high, most)) > 2), between(low, high, 5))
        if len(found) > 1:  # a round number at an end that was met but nearly
            step, slack = found[1] - found[0], AT_END * (high - low)
            below = [found[0] - step] if found[0] - step >= low - slack else []
            found = below + found + ([found[-1] + step] if found[-1] + step <= high + slack else [])
        made = list(zip(found, texts(found), strict=True))
    else:
        rounds = set()
        for share in TARGETS:
            shown = np.clip([share - NEAR, share, share + NEAR], 0, 1)
            least, near, most = (heights.loss(display.floor + each * height) for each in shown.tolist())
            rounds.add(roundest(least, most, near))
        made = [(value, texts([value])[0]) for value in sorted(rounds)]
    placed = [(float(np.clip(shares(display, np.array(value)), 0, 1)), text) for value, text in made]
    cuts = [(0.0, None if display.pit is None else cut_text(display.pit)),
            (1.0, None if display.cut is None else cut_text(display.cut))]  # fmt: skip
    for end, text in cuts:
        if text is not None:
            placed = [(share, word) for share, word in placed if abs(share - end) > APART] + [(end, text)]
    return spread(sorted(placed))


def spread(placed: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Without those that would touch the one below, the ends first."""
    kept = placed[-1:]
    for share, text in placed[:1] + placed[-2:0:-1]:
        if all(abs(share - other) >= APART for other, _ in kept):
            kept.append((share, text))
    return sorted(kept)


def roundest(low: float, high: float, near: float) -> float:
    """Of the numbers from low to high the one with the fewest digits, and of these the nearest."""
    if low <= 0 <= high:
        return 0.0
    first = math.ceil(math.log10(max(abs(low), abs(high))))
    for power in range(first, first - DIGITS, -1):
        for digit in (5, 2, 1):
            step = digit * 10.0**power
            tried = [(round(near / step) + more) * step for more in (0, -1, 1)]
            if found := [value for value in tried if low <= value <= high]:
                return float(f"{found[0]:.{DIGITS - 2}g}")
    return near
