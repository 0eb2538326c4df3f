"""The optimizers' colours are apart from each other and from the ramp, for the colour-blind as well.

Distances are CIEDE2000 (Sharma, Wu and Dalal 2005); colour-blindness is Machado, Oliveira and Fernandes 2009, severity
1, on linear RGB. 2 is a just noticeable step between patches held side by side; 10 and more is another colour.
"""

from __future__ import annotations

import colorsys
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from thalweg.colors import BALLS, DASHES, SOLID, THEMES, Look, ball_colors, contrast, legible, looks, ramp_colors, rgb

VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(color: np.ndarray, vision: str = "normal") -> np.ndarray:
    """CIELAB (..., 3) of sRGB colours (..., 3), as seen."""
    linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    share = np.clip(linear @ VISIONS[vision].T, 0, 1) @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    f = np.where(share > (6 / 29) ** 3, np.cbrt(share), share / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """CIEDE2000 between colours in CIELAB (..., 3)."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(one, -1, 0), np.moveaxis(other, -1, 0)
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1 + 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25.0**7)))
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, stretch * a1)) % 360, np.degrees(np.arctan2(b2, stretch * a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    hue = np.radians((h1 + turn / 2) % 360)
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    tone = (
        1
        - 0.17 * np.cos(hue - np.radians(30))
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + np.radians(6))
        - 0.20 * np.cos(4 * hue - np.radians(63))
    )
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * tone)
    twist = np.radians(60 * np.exp(-(((np.degrees(hue) - 275) / 25) ** 2)))
    both = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(twist)
    return np.sqrt(dl**2 + dc**2 + dh**2 + both * dc * dh)


def nearest(colors: list[str], vision: str) -> tuple[float, str]:
    """The smallest distance between any two, and which two."""
    seen = {color: lab(rgb(color), vision) for color in colors}
    return min((float(distance(seen[a], seen[b])), f"{a} and {b}") for a, b in combinations(colors, 2))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ],
)
def test_the_distance_is_ciede2000(one, other, expected):
    """Pairs of the authors' table of test data."""
    assert abs(distance(np.array(one, float), np.array(other, float)) - expected) < 1e-4


@pytest.mark.parametrize("vision", VISIONS)
def test_the_first_six_are_told_apart(vision):
    least, pair = nearest(list(BALLS[:6]), vision)
    assert least >= 13, f"{pair} are {least:.1f} apart in {vision}"


@pytest.mark.parametrize("vision", VISIONS)
def test_all_eight_are_told_apart(vision):
    least, pair = nearest(list(BALLS), vision)
    assert least >= 11, f"{pair} are {least:.1f} apart in {vision}"


@pytest.mark.parametrize(("colors", "floor"), [(BALLS[:6], 18), (BALLS, 13)])
@pytest.mark.parametrize("vision", VISIONS)
def test_none_is_taken_for_the_surface(vision, colors, floor):
    ramp = lab(ramp_colors("deep", np.linspace(0, 1, 201)), vision)
    least = {color: float(distance(lab(rgb(color), vision), ramp).min()) for color in colors}
    assert min(least.values()) >= floor, f"in {vision}: {least}"


def test_all_stand_out_from_the_dark_ground():
    ground = lab(rgb(THEMES["dark"].background))
    assert all(lab(rgb(color))[0] - ground[0] > 35 for color in BALLS)


def test_the_ramp_rises_in_lightness_for_everybody():
    for vision in VISIONS:
        assert (np.diff(lab(ramp_colors("deep", np.linspace(0, 1, 101)), vision)[:, 0]) > 0).all(), vision


def test_colours_are_given_out_once():
    given = ball_colors([None, BALLS[0], None, "#123456", None])
    assert given == [BALLS[1], BALLS[0], BALLS[2], "#123456", BALLS[3]]


def met_twice(given: list[str | None], vision: str) -> list[str]:
    """Pairs of looks that differ plainly neither in colour nor in pattern nor in dash."""
    made = looks(given)
    seen = [lab(rgb(look.color), vision) for look in made]
    return [
        f"{a} and {b}: {made[a]}"
        for a, b in combinations(range(len(made)), 2)
        if made[a].pattern == made[b].pattern and made[a].dash == made[b].dash and distance(seen[a], seen[b]) < 20
    ]


@pytest.mark.parametrize("vision", VISIONS)
def test_any_two_of_32_looks_differ_plainly(vision):
    assert not met_twice([None] * 32, vision)
    assert not met_twice(["#E54447", None, "#f00", *[None] * 20], vision), "also beside colours that are given"
    assert not met_twice(["#00f"] * 4 + [None] * 12 + ["#0000FF"] * 4, vision)


def test_looks_of_one_colour_differ_in_trail_and_pattern_and_the_first_eight_are_solid():
    made = looks([None] * 32)
    for a, b in combinations(made, 2):
        assert a.color != b.color or (a.dash != b.dash and a.pattern != b.pattern)
    assert {look.dash for look in made[: len(BALLS)]} == {SOLID}
    assert looks(["#abc", None]) == [Look("#abc", 0, SOLID), Look(BALLS[0], 1, SOLID)]


def test_dashes_differ_plainly():
    """Any two by a factor of 1.5 at least, in the length of a period or in the share that is drawn."""
    for a, b in combinations([dash for dash in DASHES if dash != SOLID], 2):
        periods, shares = sorted([sum(a), sum(b)]), sorted([a[0] / sum(a), b[0] / sum(b)])
        assert max(periods[1] / periods[0], shares[1] / shares[0]) >= 1.5
    assert all(dash[1] >= 2 for dash in DASHES if dash != SOLID), "a gap is as wide as two trails"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("color", [*BALLS, "#000", "#ffffff"])
def test_names_in_an_optimizers_colour_can_be_read(color, theme):
    panel = THEMES[theme].panel
    assert contrast(legible(color, THEMES[theme]), panel) >= 4.5
    if contrast(color, panel) >= 4.5:
        assert np.array_equal(rgb(legible(color, THEMES[theme])), rgb(color))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("color", BALLS)
def test_names_keep_the_hue_of_their_ball(color, theme):
    """By the standard library's HLS; of what is nearly white hue means nothing."""
    shade = legible(color, THEMES[theme])
    hue, seen = (colorsys.rgb_to_hls(*rgb(each))[0] for each in (color, shade))
    assert color == "#FAFBFF" or abs((hue - seen + 0.5) % 1 - 0.5) * 360 < 12, f"{color} becomes {shade}"


@pytest.mark.parametrize("ramp", ["paper", "viridis", "cividis", "mono"])
def test_ramps_keep_their_order_in_grey(ramp):
    """Converted as Pillow does (ITU-R 601), shades of 40 of 256 grey levels from end to end at least."""
    levels = np.round(255 * ramp_colors(ramp, np.linspace(0, 1, 65))).astype("u1")
    gray = np.array(Image.fromarray(levels[None]).convert("L"))[0].astype(int)
    assert (np.diff(gray) >= 0).all() and gray[-1] - gray[0] > 80


def test_in_print_all_stand_out_and_differ_in_grey():
    """What is left of a look in grey is its pattern and its dash; trails are much darker than any place of the ramp."""
    made = looks([None] * 24, THEMES["print"])
    assert len({(look.pattern, look.dash) for look in made}) == 24
    lightest = max(lab(rgb(look.color))[0] for look in made)
    assert lab(ramp_colors("paper", np.zeros(1)))[0, 0] > lightest + 5


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)  # WebAIM's contrast checker
