"""Options of a card: words, and a formula set large."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.film.options import SceneOptions
from thalweg.film.sections import Words
from thalweg.registry import parameter


@dataclass(frozen=True)
class TitleOptions(SceneOptions):
    """Texts hold mathtext between two $; `formula` is mathtext (without $ all of it), the name of an optimizer, or
    `surface`.
    """

    summary: ClassVar[str] = "a card: heading, lines, a formula"
    may = ("surface",)

    heading: Words | None = parameter(None, doc="large; the title unless given")
    lines: tuple[Words, ...] = parameter((), doc="below the heading, one after the other")
    formula: Words | None = parameter(None, doc="mathtext, an optimizer's name for its rule, or surface")

    def problems(self, surface: Any) -> Iterator[tuple[str, str, str]]:
        """A formula that there is not, or that does not fit on a card."""
        from thalweg.engine import OPTIMIZERS
        from thalweg.typeset.text import problem_in_formula

        word = self.formula or ""
        if word == "surface":
            text = surface.mathtext.strip("$") if surface is not None else ""
            if surface is None:
                yield "formula", "the file has no surface", "write surface: bowl"
            elif not text:
                yield "formula", "samples have no formula", "write mathtext in two $"
            elif (problem := problem_in_formula(text)) is not None:
                yield "formula", problem[0], "write a shorter formula in two $"
        elif word.isidentifier() and word not in OPTIMIZERS:
            near = difflib.get_close_matches(word, [*OPTIMIZERS, "surface"], n=1)
            cure = f"did you mean {near[0]}?" if near else "write mathtext in two $, like $x^2$"
            yield "formula", f'"{word}" is no optimizer', cure
        elif word and "$" not in word and word not in OPTIMIZERS and (problem := problem_in_formula(word)) is not None:
            yield "formula", *problem
