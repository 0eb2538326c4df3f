"""Words and numbers on the picture: set in their own pixels, formulas between $, titles that wrap and shrink."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.colors import BALLS, RAMPS, ball_colors, ramp_colors, rgb
from thalweg.typeset import raster
from thalweg.typeset.fonts import characters, font_at, font_of, own_font, second_font
from thalweg.typeset.numbers import loss_text, short
from thalweg.typeset.text import TITLE_SMALLEST, TitleTooLong, fit_title, problem_in_text, spans, text_width, wrap


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("plain", [("plain", False)]),
        ("a $x^2$ b", [("a ", False), ("x^2", True), (" b", False)]),
        ("costs 5 $", [("costs 5 $", False)]),
        ("$x$ at 5 $", [("x", True), (" at 5 $", False)]),
        (r"\$5 and \$6", [("$5 and $6", False)]),
        ("$x$$y$", [("x", True), ("y", True)]),
        ("", []),
    ],
)
def test_text_between_two_dollars_is_a_formula(text, pieces):
    assert [(span.text, span.math) for span in spans(text)] == pieces


def test_bad_formulas_are_told_in_one_line():
    assert problem_in_text("all $x^2 + \\frac{1}{2}$ fine, 5 $") is None
    for text in (r"$\nosuchthing$", r"$\frac{1}$", "$x^$", "$x_{$"):
        told = problem_in_text(text)
        assert told and "\n" not in "".join(told) and text in told[0]


def test_a_line_has_its_words_formula_and_baseline():
    line = raster.set_line("loss $x^2 + a|y|$ at 5 $", 24)
    assert line.cover.dtype == np.float32 and 0 <= line.cover.min() and line.cover.max() <= 1
    assert line.cover.max() > 0.9 and 0 < line.baseline <= line.cover.shape[0]
    assert line.cover.shape[1] == pytest.approx(text_width("loss $x^2 + a|y|$ at 5 $", 24), rel=0.08)
    columns = line.cover.max(axis=0) > 0.3
    assert columns[: len(columns) // 3].any() and columns[-len(columns) // 3 :].any()
    descender = raster.set_line("xg", 40)
    assert (
        descender.cover[descender.baseline + 2 :].max()
        > 0.5
        > raster.set_line("xx", 40).cover[raster.set_line("xx", 40).baseline + 2 :].max(initial=0)
    )


def test_words_and_formulas_stand_on_one_baseline():
    for text in ("x", "$x$", "x $x$ x", r"$\frac{a}{b}$x"):
        line = raster.set_line(text, 60)
        rows = np.flatnonzero(line.cover[:, -20:].max(axis=1) > 0.5)
        assert abs(rows.max() + 1 - line.baseline) <= 2, text


@pytest.mark.parametrize("text", ["", " ", "é ü 字", "→ − ²", "🙂", "a\tb"])
def test_odd_characters_are_set(text):
    line = raster.set_line(text, 20)
    assert min(line.cover.shape) >= 1 and np.isfinite(line.cover).all()


def test_size_scales_the_line():
    small, large = raster.set_line("Momentum", 20).cover, raster.set_line("Momentum", 60).cover
    assert large.shape[1] / small.shape[1] == pytest.approx(3, rel=0.06)
    assert raster.set_line("Momentum", 20, bold=True).cover.sum() > 1.2 * small.sum()


def test_tinted_and_pasted_pictures_are_premultiplied():
    picture = raster.tinted(np.full((2, 2), 0.5, np.float32), "#FF8000", 0.5)
    assert picture[0, 0] == pytest.approx([0.25, 0.25 * 128 / 255, 0, 0.25])
    canvas = raster.blank(3, 3)
    canvas[:] = [0, 0, 1, 1]
    raster.paste(canvas, picture, 2, -1)
    assert canvas[0, 2] == pytest.approx([0.25, 0.25 * 128 / 255, 0.75, 1]) and canvas[1, 2].tolist() == [0, 0, 1, 1]
    raster.paste(canvas, picture, 7, 7)
    raster.paste(canvas, picture, -7, 0)
    assert canvas[2, 2].tolist() == [0, 0, 1, 1], "what lies beside the canvas is cut"


def test_rounded_panels_have_round_smooth_corners():
    panel = raster.rounded(60, 40, 12, "#FFFFFF", 0.8)[..., 3]
    assert panel[20, 30] == pytest.approx(0.8) and panel[0, 0] == 0 and panel[0, 30] == pytest.approx(0.8)
    assert ((panel > 0.01) & (panel < 0.79)).any() and np.allclose(panel, panel[::-1, ::-1])


WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=30).map(" ".join)


@given(WORDS, st.integers(60, 900))
def test_wrapped_lines_keep_all_words_and_fit_where_they_can(text, room):
    lines = wrap(text, 20, room)
    assert " ".join(lines) == text
    assert all(text_width(line, 20) <= room or " " not in line for line in lines)


def test_wrapping_leaves_formulas_whole():
    lines = wrap("the valley $x^2 + a |y|$ with a kink", 20, 120)
    assert sum("$x^2 + a |y|$" in line for line in lines) == 1 and len(lines) > 1
    assert wrap("$x$, then", 20, 1000) == ["$x$, then"] and wrap("f($x$)", 20, 1000) == ["f($x$)"]


@pytest.mark.parametrize("size", [(854, 480), (1920, 1080), (720, 1280), (480, 480)])
def test_titles_wrap_then_shrink_then_are_refused(size):
    width, height = size
    lines, full = fit_title("Short", *size)
    assert lines == ["Short"]
    room, seen = 0.9 * width, set()
    for words in range(1, 60):
        title = " ".join(["valley"] * words)
        try:
            lines, used = fit_title(title, *size)
        except TitleTooLong as error:
            assert "\n" not in str(error) and f"{width}x{height}" in str(error)
            seen.add("refused")
            break
        assert len(lines) <= 2 and " ".join(lines) == title
        assert TITLE_SMALLEST * full - 1e-9 <= used <= full
        assert all(text_width(line, used, bold=True) <= room for line in lines)
        seen.add("one line" if len(lines) == 1 else "wrapped")
        if used < full:
            seen.add("shrunk")
            assert len(lines) == 2, "wraps before it shrinks"
    assert seen >= {"one line", "wrapped", "shrunk", "refused"}


def test_layout_does_not_depend_on_the_resolution():
    title = "Which of these optimizers finds the deeper of two holes, and which of them do not?"
    assert fit_title(title, 640, 360)[0] == fit_title(title, 3840, 2160)[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.67914, "−0.6791"), (2.25, "2.2500"), (999.96, "999.9600"), (1234.56, "1234.6"),
     (1.6e-5, "1.60e−5"), (1e-16, "0"), (-3.1e10, "−3.10e10"), (float("inf"), ""), (float("nan"), "")],
)  # fmt: skip
def test_losses_as_they_stand_on_screen(value, text):
    assert loss_text(value) == text


@given(st.floats(-1e300, 1e300))
def test_every_loss_on_screen_is_true_and_can_be_drawn(value):
    from thalweg.mobjects.sprites import GLYPHS

    text = loss_text(value)
    assert set(text) <= set(GLYPHS) and len(text) <= 11
    read = float(text.replace("−", "-"))
    assert abs(read - value) <= max(0.0051 * abs(value), 0.51e-4 if 0.001 <= abs(value) < 1000 else 1e-15)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "0.05"), (1e-8, "1e-08"), ((0.9, 0.999), "0.9, 0.999"), (True, "true"), (3, "3"), (0.1234567, "0.123457")],
)
def test_hyperparameters_as_a_person_writes_them(value, text):
    assert short(value) == text


def lightness(color) -> float:
    light = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    return float(np.dot([0.2126, 0.7152, 0.0722], light))


@pytest.mark.parametrize("ramp", [*RAMPS, "viridis", "cividis", "magma"])
def test_ramps_grow_lighter_with_the_loss(ramp):
    colors = ramp_colors(ramp, np.linspace(0, 1, 40))
    assert colors.shape == (40, 3) and 0 <= colors.min() and colors.max() <= 1
    assert (np.diff([lightness(color) for color in colors]) > 0).all()


def test_balls_are_told_from_each_other_and_from_the_surface():
    colors = np.array([rgb(color) for color in BALLS])
    apart = np.linalg.norm(colors[:, None] - colors, axis=-1) + np.eye(len(colors))
    assert apart.min() > 0.15
    away = np.linalg.norm(colors[:, None] - ramp_colors("deep", np.linspace(0, 1, 50)), axis=-1)
    assert away.min() > 0.15


def test_given_colours_are_kept_and_not_given_twice():
    assert ball_colors(["#123456", None, None]) == ["#123456", BALLS[0], BALLS[1]]
    assert ball_colors([None, BALLS[0].lower()]) == [BALLS[1], BALLS[0].lower()]
    assert len(ball_colors([None] * 20)) == 20


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("Angle $\theta$", "t"),
        ("$\rho$", "r"),
        ("half $\frac{1}{2}$", "f"),
        ("slope $\nabla f$", "n"),
        ("$\beta$", "b"),
        ("two lines\nof words, $x^2$ and $\alpha$", "a"),
    ],
)
def test_what_yaml_makes_of_a_backslash_in_double_quotes_is_told(text, letter):
    from thalweg.typeset.text import folded, problem_in_text

    what, cure = problem_in_text(text)
    assert f"YAML reads \\{letter} as" in what and "single quotes" in cure and folded(text) == text


@pytest.mark.parametrize("text", ["$\\theta$", "a formula\n$x +\n y$ over lines\n", "tab\there"])
def test_other_blanks_are_blanks(text):
    from thalweg.typeset.text import folded, problem_in_text

    assert problem_in_text(folded(text)) is None and folded(text) == " ".join(text.split())


@pytest.mark.parametrize("bold", [False, True])
def test_figures_are_of_one_width(bold):
    """A number that runs must not dance."""
    assert len({font_at(own_font(bold), 1000).getlength(figure) for figure in "0123456789"}) == 1


@pytest.mark.parametrize("text", ["ÅÉÑ", "Ếg", "ǺỨǕ", "Ωλθ", "Ж"])
@pytest.mark.parametrize("size", [40, 61])
def test_accents_are_whole(text, size):
    """All of the ink is there: as much as the outlines have, drawn by themselves with room to spare."""
    from PIL import Image, ImageDraw

    canvas = Image.new("L", (60 * size, 40 * size), 0)
    font = font_at(own_font(False), 8 * size)
    ImageDraw.Draw(canvas).text((8 * size, 20 * size), text, font=font, fill=255, anchor="ls")
    whole = np.asarray(canvas, float).sum() / 255 / 64
    assert raster.set_line(text, size).cover.sum() == pytest.approx(whole, rel=0.025)


def test_signs_that_our_face_lacks_come_from_dejavu():
    assert ord("∇") not in characters(own_font(False)) and font_of("∇", False) == second_font(False)
    assert font_of("é", True) == own_font(True)


def test_letters_stand_where_they_belong():
    """At a size at which no letter is a whole number of pixels wide, their gaps differ by less than half a pixel."""
    cover = raster.set_line("n" * 12, 16).cover.sum(axis=0)
    period = text_width("n" * 12, 16) / 12
    places = [
        np.average(np.arange(len(part)), weights=part + 1e-9) + start
        for start, part in (
            (round(k * period), cover[round(k * period) : round((k + 1) * period)]) for k in range(1, 11)
        )
    ]
    assert np.abs(np.diff(places) - period).max() < 0.5
