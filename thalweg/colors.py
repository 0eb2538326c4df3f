"""Colours: the ramp of the surface means loss and nothing else, the optimizers' colours come from outside it.

The optimizers' colours are chosen for colour-blind viewers on a dark ground: they differ in lightness as well as in
hue, and none of them lies near the blue-teal-green ramp. Values are sRGB in 0 ... 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# red, orange, yellow, white, pink, violet, brown, rose, in the order they are given out; the colour-blind tell the
# first six apart as well: CIEDE2000 at least 13 between any two and 18 from the ramp (tests/test_colors.py)
BALLS = ("#E54447", "#EB9A1C", "#F4F04A", "#FAFBFF", "#FEB8F5", "#D487FF", "#A8500C", "#A04A60")
LEGIBLE = 3.0  # of contrast on a panel, as WCAG 2 asks of graphics

RAMPS: dict[str, tuple[str, ...]] = {
    "deep": ("#10163F", "#14336B", "#14618A", "#1F8F9B", "#4FA99A", "#93CBA0"),
    "mono": ("#141A26", "#26324A", "#3D4F70", "#5C7396", "#86A0BE", "#BCD0E2"),
}


@dataclass(frozen=True)
class Theme:
    background: str
    text: str
    dim: str
    panel: str
    panel_opacity: float
    line: str


THEMES = {
    "dark": Theme("#0B0E14", "#F2F4FA", "#A4ADC2", "#131824", 0.78, "#2A3346"),
    "light": Theme("#F6F4EE", "#1B2030", "#5B6478", "#FFFFFF", 0.86, "#C9CDD8"),
}


@lru_cache(256)
def rgb(color: str) -> Array:
    """'#RRGGBB' or '#RGB' as three numbers in 0 ... 1, not to be written to."""
    digits = color.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    made = np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)]) / 255
    made.flags.writeable = False
    return made


def luminance(color: str) -> float:
    """Relative luminance by WCAG 2, 0 ... 1."""
    linear = np.where(rgb(color) <= 0.04045, rgb(color) / 12.92, ((rgb(color) + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2, 1 ... 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@lru_cache(256)
def legible(color: str, theme: Theme) -> str:
    """The colour itself, or as much of the theme's colour of text mixed into it as makes it legible on a panel."""
    for share in np.linspace(0, 1, 21):
        mixed = np.round(255 * ((1 - share) * rgb(color) + share * rgb(theme.text))).astype(int)
        told = "#{:02X}{:02X}{:02X}".format(*mixed)
        if contrast(told, theme.panel) >= LEGIBLE:
            break
    return told


def ball_colors(given: list[str | None]) -> list[str]:
    """A colour for each entry: its own where given, else the next of BALLS that nobody gave."""
    free = [color for color in BALLS if color.upper() not in {(own or "").upper() for own in given}] or list(BALLS)
    counted = iter(range(len(given)))
    return [own or free[next(counted) % len(free)] for own in given]


def ramp_colors(name: str, levels: Array) -> Array:
    """Colours (..., 3) of the ramp at levels (...) in 0 ... 1, interpolated in sRGB between the ramp's stops."""
    levels = np.clip(levels, 0, 1)
    if name in RAMPS:
        stops = np.array([rgb(color) for color in RAMPS[name]])
        at = np.linspace(0, 1, len(stops))
        return np.stack([np.interp(levels, at, stops[:, channel]) for channel in range(3)], axis=-1)
    import matplotlib

    return np.asarray(matplotlib.colormaps[name](levels))[..., :3]
