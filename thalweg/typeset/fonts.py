"""Which font sets a character: our own, so that every machine draws the same, then matplotlib's, then the machine's.

Latin, Greek and Cyrillic are in our own (Source Sans 3 under another name, see faces/OFL.txt), signs that it lacks in
DejaVu Sans; for others (Chinese, Japanese, Hindi, ...) the fonts installed here are searched once, and a character that
no font has is named, never drawn as an empty box.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from thalweg.system.folders import settle_matplotlib

FACES = Path(__file__).parent / "faces"


def own_font(bold: bool) -> Path:
    """Our face: figures are of one width."""
    return FACES / ("ThalwegSans-Semibold.ttf" if bold else "ThalwegSans-Regular.ttf")


@lru_cache(2)
def second_font(bold: bool) -> Path:
    """DejaVu Sans in matplotlib's folder, found without importing matplotlib."""
    import importlib.util

    spec = importlib.util.find_spec("matplotlib")
    assert spec is not None and spec.origin is not None
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / name


@lru_cache(256)
def font_at(path: Path, size: float) -> Any:
    """A Pillow font at a size in pixels."""
    from PIL import ImageFont

    return ImageFont.truetype(str(path), size)


@lru_cache(256)
def characters(path: Path) -> frozenset[int]:
    """Code points a font file has outlines for; empty when it cannot be read or holds only bitmaps."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(str(path), lazy=True, fontNumber=0) as font:
            outlined = any(table in font for table in ("glyf", "CFF ", "CFF2"))
            return frozenset(font.getBestCmap() or ()) if outlined else frozenset()
    except (OSError, TTLibError, KeyError, AssertionError):
        return frozenset()


@lru_cache(1)
def machine_fonts() -> tuple[Path, ...]:
    """Font files of this machine, sorted by name so that the choice does not change from run to run."""
    settle_matplotlib()
    from matplotlib.font_manager import findSystemFonts

    return tuple(sorted((Path(path) for path in findSystemFonts()), key=lambda path: (path.name, str(path))))


@lru_cache(4096)
def font_of(character: str, bold: bool) -> Path | None:
    """The font that sets this character, or None when no font of this machine has it."""
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return own_font(bold)
    for font in (own_font(bold), second_font(bold)):
        if code in characters(font):
            return font
    having = [path for path in machine_fonts() if code in characters(path)]
    return min(having, key=lambda path: ("Bold" in path.name) != bold, default=None)


def runs(text: str, bold: bool) -> list[tuple[str, Path]]:
    """The text in pieces of one font each; a character that nobody has falls to our face."""
    if text.isascii():
        return [(text, own_font(bold))]
    own = own_font(bold)
    found = groupby(text, key=lambda character: font_of(character, bold) or own)
    return [("".join(characters), path) for path, characters in found]


def missing(text: str) -> str | None:
    """The first character that no font of this machine can draw, or None."""
    drawn = (character for character in text if not character.isspace() and not character.isascii())
    return next((character for character in drawn if font_of(character, False) is None), None)
