"""Colours: the ramp of the surface means loss and nothing else, the optimizers' colours come from outside it.

The optimizers' colours are chosen for colour-blind viewers on a dark ground: they differ in lightness as well as in
hue, and none of them lies near the blue-teal-green ramp. Values are sRGB in 0 ... 1.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# red, orange, yellow, white, pink, violet, brown, rose, in the order they are given out; the colour-blind tell the
# first six apart as well: CIEDE2000 at least 13 between any two and 18 from the ramp (tests/test_colors.py)
BALLS = ("#E54447", "#EB9A1C", "#F4F04A", "#FAFBFF", "#FEB8F5", "#D487FF", "#A8500C", "#A04A60")
LEGIBLE = 4.5  # of contrast on a panel, as WCAG 2 asks of text
LUMA = np.array([0.2126, 0.7152, 0.0722])  # of sRGB: how light a colour is printed in grey
LIGHT_FROM = 0.45  # on colours lighter than this, lines and words are dark
DESTINATION = "destination"  # in place of a colour: each ball has that of the minimum in which it ends
# of minima, from deep to shallow: the same colours, in an order in which the first few are furthest apart
MINIMA = ("#F4F04A", "#D487FF", "#E54447", "#FAFBFF", "#EB9A1C", "#FEB8F5", "#A04A60", "#A8500C")
NOWHERE = "#8F8780"  # of balls that end in no minimum, and of what stands for balls of several colours
PATTERNS = 6  # of a ball: belt, beach ball, stripes, dots, octants, swirl
SOLID = (1.0, 0.0)
DASHES = (SOLID, (6.0, 3.0), (1.6, 2.0), (2.0, 6.5))  # of a trail: lengths drawn and left out, in widths of the trail
ALIKE = 0.2  # in OKLab: colours nearer than this, as the colour-blind see them, are not told apart by colour alone

# Linear sRGB to cones' responses and these, in cube roots, to OKLab (Ottosson 2020)
TO_CONES = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                     [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
TO_OKLAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                     [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip
# Linear sRGB as it is seen with deuteranopia and with protanopia (Machado, Oliveira and Fernandes 2009)
BLIND = np.array([
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
])  # fmt: skip

RAMPS: dict[str, tuple[str, ...]] = {
    "deep": ("#10163F", "#14336B", "#14618A", "#1F8F9B", "#4FA99A", "#93CBA0"),
    "mono": ("#141A26", "#26324A", "#3D4F70", "#5C7396", "#86A0BE", "#BCD0E2"),
    "paper": ("#6F93B2", "#8FB0C4", "#ADC8CF", "#C9DCD9", "#E2EBE3", "#F6F7F0"),
}


@dataclass(frozen=True)
class Look:
    """By what an entry is known: the '#RRGGBB' of ball and trail, the ball's pattern (0 ... PATTERNS - 1), and the
    lengths that its trail is drawn and left out for, in widths of the trail.
    """

    color: str
    pattern: int
    dash: tuple[float, float]


@dataclass(frozen=True)
class Theme:
    """Colours of the ground, of text and less of text, of panels and their rules, of the landscape's edges; the `ramp`
    unless one is given; `shading`, how strong light and shadow are on the landscape; `gray`, whether balls and trails
    are told apart without their colours.
    """

    background: str
    text: str
    dim: str
    panel: str
    panel_opacity: float
    line: str
    edge: str
    ramp: str = "deep"
    shading: float = 1.0
    gray: bool = False


THEMES = {
    "dark": Theme("#0B0E14", "#F2F4FA", "#A4ADC2", "#131824", 0.9, "#2A3346", "#9FB4CC"),
    "light": Theme("#F6F4EE", "#1B2030", "#5B6478", "#FFFFFF", 0.92, "#C9CDD8", "#4A5A70"),
    "print": Theme("#FFFFFF", "#000000", "#4A4A4A", "#FFFFFF", 0.9, "#B4B4B4", "#3A3A3A", "paper", 0.35, gray=True),
}


OPAQUE = 0.94  # opacity of panels that stand on anything


def themes(style: Any, ground: str, transparent: bool) -> tuple[Theme, Theme, str]:
    """Of a style on a `ground`: its theme, that of words on the bare picture, and the colour of the halo around these,
    '' for none. Where something unknown will lie behind, panels let little of it through and no words are dim.
    """
    theme = THEMES[style.theme]
    words, halo = (theme, ground) if style.halo is None else (theme, "")
    if style.halo in ("dark", "light"):
        words = THEMES[style.halo]
        halo = words.background
    if transparent:
        words = replace(words, dim=words.text)
        theme = replace(theme, panel_opacity=max(theme.panel_opacity, OPAQUE))
    return theme, words, halo


def rim(style: Any, halo: str) -> str:
    """The colour around trails that lie on anything, '' for none: the halo that is asked for, else what balls' colours
    are seen on, which in all but gray themes are pale.
    """
    if style.halo is not None or THEMES[style.theme].gray:
        return halo
    return THEMES["dark"].background


@lru_cache(256)
def rgb(color: str) -> Array:
    """'#RRGGBB' or '#RGB' as three numbers in 0 ... 1, not to be written to."""
    digits = color.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    made = np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)]) / 255
    made.flags.writeable = False
    return made


def linear(color: str) -> Array:
    """(3,) in 0 ... 1, proportional to light."""
    made: Array = np.where(rgb(color) <= 0.04045, rgb(color) / 12.92, ((rgb(color) + 0.055) / 1.055) ** 2.4)
    return made


def encoded(light: Array) -> Array:
    """sRGB in 0 ... 1 of what is proportional to light, of its shape."""
    made: Array = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)
    return made


def luminance(color: str) -> float:
    """Relative luminance by WCAG 2, 0 ... 1."""
    return float(linear(color) @ (0.2126, 0.7152, 0.0722))


@lru_cache(4096)
def alike(one: str, other: str) -> bool:
    """Whether a colour-blind viewer would not tell the two by colour alone."""
    light = np.clip(BLIND @ np.stack([linear(one), linear(other)], axis=-1), 0, 1)
    seen = TO_OKLAB @ np.cbrt(TO_CONES @ light)  # (visions, 3, colours)
    return float(np.linalg.norm(seen[..., 0] - seen[..., 1], axis=-1).min()) < ALIKE


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2, 1 ... 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(color: str, other: str, share: float) -> str:
    """So much of the other's light in a colour's: of light, so that a hue mixed with white or black stays."""
    light = (1 - share) * linear(color) + share * linear(other)
    return "#{:02X}{:02X}{:02X}".format(*np.round(255 * encoded(light)).astype(int))


@lru_cache(256)
def legible(color: str, theme: Theme) -> str:
    """The colour itself, or the nearest shade of its hue that is legible on a panel: darker on a light one, paler on a
    dark one.
    """
    toward = "#FFFFFF" if luminance(theme.panel) < 0.18 else "#000000"
    for share in np.linspace(0, 1, 101):
        told = mixed(color, toward, share)
        if contrast(told, theme.panel) >= LEGIBLE:
            break
    return told if share else color


def ball_colors(given: list[str | None]) -> list[str]:
    """A colour for each entry: its own where given, else the next of BALLS that nobody gave; NOWHERE's for one whose
    balls are coloured by their destination.
    """
    free = [color for color in BALLS if color.upper() not in {(own or "").upper() for own in given}] or list(BALLS)
    counted = iter(range(len(given)))
    given = [NOWHERE if own == DESTINATION else own for own in given]
    return [own or free[next(counted) % len(free)] for own in given]


def minima_colors(count: int, taken: Collection[str]) -> list[str]:
    """A colour for each of so many minima, none of those `taken` as far as there are others; beyond the last one all
    have the last.
    """
    free = [color for color in MINIMA if color not in taken] or list(MINIMA)
    return [*free[:count], *free[-1:] * (count - len(free))]


def looks(given: list[str | None], theme: Theme = THEMES["dark"]) -> list[Look]:
    """A look for each entry, of the colours that `ball_colors` gives out: those whose colours are the same differ in
    trail and pattern, those whose colours are alike at least in one of the two, as far as there are enough. In a gray
    theme all colours count as the same, and those given out are as dark as text.
    """
    made: list[Look] = []
    for number, (own, found) in enumerate(zip(given, ball_colors(given), strict=True)):
        color = legible(found, theme) if theme.gray and own is None else found
        same = [look for look in made if theme.gray or np.array_equal(rgb(look.color), rgb(color))]
        dash = DASHES[len(same) % len(DASHES)]
        near = [look for look in made if look.dash == dash]
        taken = [look.pattern for look in near if theme.gray or alike(look.color, color)]
        worn = [look.pattern for look in same]
        ranked = [(taken.count(each), worn.count(each), (each - number) % PATTERNS, each) for each in range(PATTERNS)]
        made.append(Look(color, min(ranked)[-1], dash))
    return made


def ramp_colors(name: str, levels: Array) -> Array:
    """Colours (..., 3) of the ramp at levels (...) in 0 ... 1, interpolated in sRGB between the ramp's stops."""
    levels = np.clip(levels, 0, 1)
    if name in RAMPS:
        stops = np.array([rgb(color) for color in RAMPS[name]])
        at = np.linspace(0, 1, len(stops))
        return np.stack([np.interp(levels, at, stops[:, channel]) for channel in range(3)], axis=-1)
    import matplotlib

    return np.asarray(matplotlib.colormaps[name](levels))[..., :3]
