"""Notes below: what is said of a picture so that nobody is misled, and the key of the marks."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.colors import Theme
from thalweg.parts.marks import key
from thalweg.parts.panels.board import Board
from thalweg.parts.panels.words import Words
from thalweg.typeset import raster
from thalweg.typeset.sizes import SMALL

CORNER = "bottom_right"


def notes(lines: Sequence[str], board: Board, theme: Theme, ground: str) -> Words:
    """Small lines, the first lowest."""
    size, made = SMALL * board.page.text, Words("note", board, ground)
    for line in lines:
        made.add(raster.set_line(line, size).cover, theme.dim, size, CORNER)
    return made


def marks_key(kinds: Sequence[str], board: Board, theme: Theme, ground: str) -> Words:
    """'o minimum  x saddle ...'."""
    size, made = SMALL * board.page.text, Words("key", board, ground)
    made.add(key(list(dict.fromkeys(kinds)), size), theme.dim, size, CORNER)
    return made
