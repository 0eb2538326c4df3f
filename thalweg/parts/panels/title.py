"""The title of a shot."""

from __future__ import annotations

from thalweg.colors import Theme
from thalweg.parts.panels.board import Board
from thalweg.parts.panels.words import Words
from thalweg.typeset import raster
from thalweg.typeset.text import fit_title


def title(text: str, board: Board, corner: str, theme: Theme, ground: str) -> Words:
    """Wraps, then shrinks; raises TitleTooLong."""
    page, made = board.page, Words("title", board, ground)
    lines, size = fit_title(text, page.width, page.height, page.text_scale * page.squeezed)
    for cover in [raster.set_line(line, size, bold=True).cover for line in lines]:
        made.add(raster.cropped(cover), theme.text, size, corner)
    return made
