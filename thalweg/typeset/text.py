"""Text as it will stand on screen: what is plain, what is mathtext between two $, whether it can be set, its width.

Fonts are the ones matplotlib ships, so every machine measures and draws the same. Nothing heavy is imported before
it is needed: Pillow for plain text, matplotlib's mathtext only for a text that has a formula.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple

from thalweg.system.folders import settle_matplotlib
from thalweg.typeset.fonts import font_at, missing, runs
from thalweg.typeset.sizes import TEXT, TITLE

MATH_FONTSET = "cm"
MATH_SIZE, MATH_SIDE = 1.12, 0.06  # of the font size: Computer Modern looks small; the gap on each side of a formula
REFERENCE_SIZE = 100.0  # pixels; widths are measured at this size and scaled, so that layout does not depend on hinting
TITLE_SIZE = TITLE / 720  # of the picture's shorter effective side, see text_unit
TITLE_SMALLEST = 0.6
ASCENT, DESCENT = 0.78, 0.24  # of the font size: what letters take above and below their line


LONGEST = {"title": 400, "caption": 600, "label": 200}  # characters
WIDEST, TALLEST = 60.0, 12.0  # of one formula, in units of the font size


class Span(NamedTuple):
    text: str
    math: bool


class TitleTooLong(ValueError):
    """The title does not fit even on two lines at 60 % of its size."""


@lru_cache(4096)
def spans(text: str) -> tuple[Span, ...]:
    """Split at pairs of $: '$x^2$ at 5 $' is math 'x^2', plain ' at 5 $'. A lone $ is a dollar; '\\$' always is."""
    pieces = re.split(r"(?<!\\)\$", " ".join(text.split()) if "\n" in text or "\t" in text else text)
    if len(pieces) % 2 == 0:  # an odd number of $: the last one stands for itself
        pieces[-2:] = [pieces[-2] + "$" + pieces[-1]]
    found = [
        Span(piece if index % 2 else piece.replace("\\$", "$"), bool(index % 2)) for index, piece in enumerate(pieces)
    ]
    return tuple(span for span in found if span.text)


# What YAML makes of a backslash and a letter in double quotes: "\theta" begins with a tab.
ESCAPED = {"\a": "a", "\b": "b", "\x1b": "e", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}


def escaped(text: str) -> str | None:
    """The first character in a formula of the text that was a backslash and a letter, before YAML read them."""
    formula = re.compile(r"(?<!\\)\$(.*?)(?<!\\)\$", re.DOTALL)
    inside = "".join(formula.findall(text))
    broken = "\n" in inside and "\n" not in formula.sub("", text)  # else a text of several lines
    return next((character for character in inside if character in ESCAPED and (broken or character != "\n")), None)


def folded(text: str) -> str:
    """With line breaks and runs of blanks made one blank, but where that would hide what YAML made of a formula."""
    return text if escaped(text) else " ".join(text.split())


def problem_in_text(text: str) -> tuple[str, str] | None:
    """What cannot be drawn (a formula mathtext refuses, a character without a font) and its cure; None if all can."""
    if character := escaped(text):
        code = f"U+{ord(character):04X}"
        what = f"a formula in double quotes, where YAML reads \\{ESCAPED[character]} as the character {code}"
        return what, "put the text in single quotes, or write each backslash twice"
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and not character.isspace():
            return f"holds the character U+{ord(character):04X}, which cannot be drawn", "leave it out"
    for span in spans(text):
        if span.math:
            problem = problem_in_formula(span.text)
            if problem:
                return problem
        elif (lacking := missing(span.text)) is not None:
            what = f"no font on this machine has the character {lacking!r} (U+{ord(lacking):04X})"
            return what, "install a font that has it, or write it otherwise"
    return None


@lru_cache(512)
def problem_in_formula(tex: str) -> tuple[str, str] | None:
    """What is wrong with mathtext without its $, and the cure; None where it can be set. Nothing is drawn."""
    said = Heard()
    log = logging.getLogger("matplotlib.mathtext")
    before, log.propagate = log.propagate, False
    log.addHandler(said)
    try:
        set_ = outline_parser().parse(f"${tex}$", dpi=72, prop=math_font(20.0))
    except (ValueError, RuntimeError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else _mathtext_words(str(error))
        what = f"the formula ${_cut(tex, 30)}$ cannot be set: {reason}"
        return what, "mend the formula, or write a lone $ for a dollar"
    finally:
        log.removeHandler(said)
        log.propagate = before
    if said.code:
        what = f"the fonts of formulas have no character {chr(said.code)!r} (U+{said.code:04X})"
        return what, "write it outside the $, or otherwise"
    across = [float(glyph[-2]) / 20 for glyph in set_.glyphs]  # where each stands: blanks may lead back
    left, right = min([0.0, *across]), max([set_.width / 20, *across])
    if max(right, -10 * left) > WIDEST or set_.height / 20 > TALLEST:
        wide = max(right, -10 * left) > WIDEST
        size = f"{max(right, -left):,.0f} letters wide" if wide else f"{set_.height / 20:,.0f} lines high"
        what = f"the formula ${_cut(tex, 30)}$ is {size}"
        return what, f"make it at most {f'{WIDEST:g} letters wide' if wide else f'{TALLEST:g} lines high'}"
    return None


class Heard(logging.Handler):
    """Hears mathtext say that it puts a dummy in a character's place; `code` is the first such character's."""

    code = 0

    def emit(self, record: logging.LogRecord) -> None:
        said = re.search(r"\[U\+([0-9a-f]+)\]", record.getMessage())
        if said and not self.code:
            self.code = int(said[1], 16)


def too_long(text: str, kind: str) -> tuple[str, str] | None:
    """What is wrong with a title, caption or label of more characters than are ever shown, and the cure."""
    if len(text) <= LONGEST[kind]:
        return None
    return f"has {len(text):,} characters", f"use at most {LONGEST[kind]}"


def title_too_long(text: str, kind: str, width: int, height: int, scale: float) -> tuple[str, str] | None:
    """The same for a title that does not fit on two lines."""
    try:
        fit_title(text, width, height, scale)
    except TitleTooLong as error:
        return str(error), "shorten it"
    return None


def too_wide(text: str, kind: str, width: int, height: int, scale: float) -> tuple[str, str] | None:
    """The same for a label, or a word of a caption, that is wider than a picture of that size has room for."""
    unit = text_unit(width, height) / 720
    size, taken = {"label": (TEXT * unit * scale, 280 * unit * scale), "caption": (TEXT * unit * scale, 0)}[kind]
    room = 0.98 * width - 80 * unit - taken
    for part in wrap(text, size, room) if kind == "caption" else [text]:
        wide = text_width(part, size, bold=kind == "label")
        if wide > room:
            which = "" if part == text else f'"{_cut(part, 30)}" '
            what = f"{which}is {wide:,.0f} px wide, and {width}x{height} has room for {max(room, 0):,.0f}"
            return what, "shorten it, or lower style.text_scale" if scale > 1 else "shorten it"
    return None


def _mathtext_words(message: str) -> str:
    """What mathtext says, without its parser's grammar: 'expected }, at character 8'."""
    said = re.search(r"Exception: (.*?), found .*\(at char (\d+)\)", message, re.DOTALL)
    if said is None:
        return "bad mathtext"
    reason = said[1].replace("end_group", "}").replace("\\\\", "\\").replace("'", "")
    reason = "something is missing" if len(reason) > 30 else reason[:1].lower() + reason[1:]
    return f"{reason}, at character {int(said[2]) + 1}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


@lru_cache(1)
def outline_parser() -> Any:
    """Sets formulas without drawing them: whatever their size, it takes no memory."""
    settle_matplotlib()
    from matplotlib.mathtext import MathTextParser

    return MathTextParser("path")


@lru_cache(1)
def math_parser() -> Any:
    settle_matplotlib()
    from matplotlib.mathtext import MathTextParser

    return MathTextParser("agg")


def math_font(size: float) -> Any:
    settle_matplotlib()
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=size, math_fontfamily=MATH_FONTSET)


@lru_cache(4096)
def span_width(text: str, math: bool, bold: bool) -> float:
    """Width in units of the font size."""
    if math:
        set_ = math_parser().parse(f"${text}$", dpi=72, prop=math_font(REFERENCE_SIZE))
        return MATH_SIZE * float(set_.width) / REFERENCE_SIZE + 2 * MATH_SIDE
    return sum(float(font_at(path, REFERENCE_SIZE).getlength(run)) for run, path in runs(text, bold)) / REFERENCE_SIZE


@lru_cache(4096)
def formula_height(tex: str) -> tuple[float, float]:
    """Of mathtext without its $, above and below the baseline, in units of the font size."""
    set_ = math_parser().parse(f"${tex}$", dpi=72, prop=math_font(REFERENCE_SIZE))
    below = float(set_.depth) / REFERENCE_SIZE
    return MATH_SIZE * (float(set_.height) / REFERENCE_SIZE - below), MATH_SIZE * below


def text_height(text: str, size: float) -> tuple[float, float]:
    """Pixels above and below the baseline that one line takes, set at `size` pixels: a line of words, or as much as its
    formulas need.
    """
    tall = [formula_height(span.text) for span in spans(text) if span.math]
    return size * max([ASCENT, *(above for above, _ in tall)]), size * max([DESCENT, *(below for _, below in tall)])


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in pixels of one line set at `size` pixels."""
    return size * sum(span_width(span.text, span.math, bold) for span in spans(text))


def fitted(text: str, size: float, room: float, bold: bool = False) -> str:
    """The text, or as much of it as is at most `room` pixels wide with what it is cut off by; formulas stay whole."""
    if text_width(text, size, bold) <= room or any(span.math for span in spans(text)):
        return text
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if text_width(text[:middle] + "…", size, bold) <= room else (low, middle)
    return text[:low].rstrip() + "…"


def text_unit(width: float, height: float) -> float:
    """The pixel size that stands for 1 in sizes of text: the height for landscape, less for tall pictures."""
    return min(height, width * 0.9)


def wrap(text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """Break at spaces outside formulas so that each line fits into `room` pixels where that is possible."""
    words: list[str] = []
    for part in re.split(r"((?<!\\)\$[^$]*(?<!\\)\$)", text):
        if len(part) > 1 and part.startswith("$") and part.endswith("$"):
            if words and not text[: text.index(part)].endswith(" "):
                words[-1] += part
            else:
                words.append(part)
            continue
        glued = bool(words) and bool(part) and not part.startswith(" ") and words[-1].endswith("$")
        pieces = part.split()
        if glued and pieces:
            words[-1] += pieces.pop(0)
        words.extend(pieces)
    lines: list[str] = []
    for word in words:
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, bold) <= room:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def fit_title(title: str, width: int, height: int, scale: float = 1.0) -> tuple[list[str], float]:
    """Lines and font size in pixels of a title in a picture of that size: one line, else two, else smaller down to 60
    %.

    Raises TitleTooLong with one line of words when even that does not fit.
    """
    full = TITLE_SIZE * text_unit(width, height) * scale
    room = (0.98 - 0.2 * min(scale, 2)) * width if width > 1.25 * height else 0.9 * width
    for step in range(9):
        size = full * (1 - step * (1 - TITLE_SMALLEST) / 8)
        lines = wrap(title, size, room, bold=True)
        if len(lines) <= 2 and all(text_width(line, size, bold=True) <= room for line in lines):
            return lines, size
    raise TitleTooLong(
        f"the title is too long for a picture of {width}x{height}, even on two lines at 60 % of its size"
    )
