"""Text as it will stand on screen: what is plain, what is mathtext between two $, whether it can be set, its width.

Fonts are the ones matplotlib ships, so every machine measures and draws the same. Nothing heavy is imported before
it is needed: Pillow for plain text, matplotlib's mathtext only for a text that has a formula.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from configs.folders import settle_matplotlib
from configs.fonts import font_at, missing, runs

MATH_FONTSET = "cm"
REFERENCE_SIZE = 100.0  # pixels; widths are measured at this size and scaled, so that layout does not depend on hinting
TITLE_SIZE = 0.052  # of the picture's shorter effective side, see text_unit
TITLE_SMALLEST = 0.6


class Span(NamedTuple):
    text: str
    math: bool


class TitleTooLong(ValueError):
    """The title does not fit even on two lines at 60 % of its size."""


def spans(text: str) -> tuple[Span, ...]:
    """Split at pairs of $: '$x^2$ at 5 $' is math 'x^2', plain ' at 5 $'. A lone $ is a dollar; '\\$' always is."""
    pieces = re.split(r"(?<!\\)\$", " ".join(text.split()) if "\n" in text or "\t" in text else text)
    if len(pieces) % 2 == 0:  # an odd number of $: the last one stands for itself
        pieces[-2:] = [pieces[-2] + "$" + pieces[-1]]
    found = [
        Span(piece if index % 2 else piece.replace("\\$", "$"), bool(index % 2)) for index, piece in enumerate(pieces)
    ]
    return tuple(span for span in found if span.text)


def problem_in_text(text: str) -> tuple[str, str] | None:
    """What cannot be drawn (a formula mathtext refuses, a character without a font) and its cure; None if all can."""
    for span in spans(text):
        if span.math:
            try:
                math_parser().parse(f"${span.text}$", dpi=72, prop=math_font(20.0))
            except (ValueError, RuntimeError) as error:
                what = f"the formula ${_cut(span.text, 30)}$ cannot be set: {_mathtext_words(str(error))}"
                return what, "mend the formula, or write a lone $ for a dollar"
        elif (character := missing(span.text)) is not None:
            what = f"no font on this machine has the character {character!r} (U+{ord(character):04X})"
            return what, "install a font that has it, or write it otherwise"
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
def math_parser() -> Any:
    settle_matplotlib()
    from matplotlib.mathtext import MathTextParser

    return MathTextParser("agg")


def math_font(size: float) -> Any:
    settle_matplotlib()
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=size, math_fontfamily=MATH_FONTSET)


@lru_cache(512)
def span_width(text: str, math: bool, bold: bool) -> float:
    """Width in units of the font size."""
    if math:
        return float(math_parser().parse(f"${text}$", dpi=72, prop=math_font(REFERENCE_SIZE)).width) / REFERENCE_SIZE
    return sum(float(font_at(path, REFERENCE_SIZE).getlength(run)) for run, path in runs(text, bold)) / REFERENCE_SIZE


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in pixels of one line set at `size` pixels."""
    return size * sum(span_width(span.text, span.math, bold) for span in spans(text))


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
