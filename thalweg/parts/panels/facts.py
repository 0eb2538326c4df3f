"""The facts table of a race: what became of every optimizer's balls, after how many steps and gradients."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.colors import Theme, legible
from thalweg.experiment.experiment import Experiment
from thalweg.experiment.outcome_words import Say, lines, one_start
from thalweg.experiment.outcomes import Outcomes, median
from thalweg.parts.panels.result import SHARED
from thalweg.typeset import raster
from thalweg.typeset.numbers import loss_text, short
from thalweg.typeset.text import text_width

HEADINGS = ("steps", "gradients")
NOTHING = "–"
SMALLEST, HEADING, PITCH = 0.6, 0.85, 1.45  # of the size of text: at least, of headings, from row to row
FEWEST = 4  # rows
LONGEST = 22  # letters of a label, where there is little room
LONG = 52  # letters about an entry's balls; with more its minima are told together
MOST = (3, 2, 1)  # minima that are named


def rows(
    experiment: Experiment, outcomes: Outcomes, say: Say = loss_text, fates: Sequence[str] | None = None
) -> list[tuple[str, ...]]:
    """(label, what became of its balls, steps, gradients) of each entry. `say` writes a loss; `fates` stand in place of
    where the balls end.
    """
    made: list[tuple[str, ...]] = []
    for index, (entry, facts) in enumerate(zip(experiment.entries, outcomes.entries, strict=True)):
        steps, gradients = NOTHING, NOTHING
        medians = median(facts)
        if medians is not None:
            _, taken, (_, asked, _) = medians
            steps, gradients = short(taken), NOTHING if asked < 0 else short(asked)
        fate = fates[index] if fates else _fate(outcomes._replace(entries=(facts,)), say)
        made.append((entry.label, fate, steps, gradients))
    return made


def _fate(outcomes: Outcomes, say: Say) -> str:
    """'in the deepest minimum, loss −0.679' of one ball; of several '12 in 3 minima, 4 still moving'."""
    text = ""
    for most in MOST:
        groups = lines(outcomes, say, most)
        several = sum(group.counts[0] for group in groups) > 1
        text = "; ".join(f"{group.counts[0]} {group.words}" if several else group.words for group in groups)
        if len(text) <= LONG:
            break
    return text


class Table:
    """The rows below their headings as a panel, names in their colours, numbers flush right; text of `size` pixels.
    What is wider than `room` (width, height) has its names cut, then is smaller; of what is higher some rows are left
    out, and said to be. `crowded`: hardly any of them are left.
    """

    def __init__(
        self,
        cells: list[tuple[str, ...]],
        headings: tuple[str, ...],
        colors: list[str],
        size: float,
        room: tuple[float, float],
    ) -> None:
        self.cells, self.headings, self.colors, self.size = cells, headings, colors, size
        if self.width > room[0]:
            self.cells = [(cut(label, LONGEST), *rest) for label, *rest in cells]
            self.size *= max(SMALLEST, min(1.0, room[0] / self.width))
        self.scale = self.size / size
        self.left_out, fit = 0, int((room[1] / self.size - 0.9) / PITCH) - 1
        if len(cells) > fit:
            self.left_out = len(cells) - max(fit - 1, 1)
            self.cells = self.cells[: len(cells) - self.left_out]
        self.crowded = len(self.cells) < min(len(cells), FEWEST) or self.width > room[0] + 1

    @property
    def width(self) -> float:
        """In pixels."""
        return self._edges[-1][1] + self.size

    @property
    def height(self) -> float:
        """In pixels."""
        return (PITCH * (len(self.cells) + 1 + (self.left_out > 0)) + 0.9) * self.size

    @property
    def _edges(self) -> list[tuple[float, float]]:
        """Left and right of each column in pixels."""
        edges, x = [], self.size
        for column in range(len(self.headings)):
            wide = max(text_width(row[column], self.size, bold=column == 0) for row in self.cells)
            wide = max(wide, text_width(self.headings[column], HEADING * self.size))
            edges.append((x, x + wide))
            x += wide + 1.5 * self.size
        return edges

    def painted(self, theme: Theme) -> raster.Image:
        """The panel."""
        size, edges = self.size, self._edges
        panel = raster.rounded(self.width, self.height, 0.55 * size, theme.panel, theme.panel_opacity)
        more = [("", f"and {self.left_out} more", *[""] * (len(self.headings) - 2))] if self.left_out else []
        for number, row in enumerate([self.headings, *self.cells, *more]):
            top = 0.45 * size + number * PITCH * size
            for column, text in enumerate(row):
                dim = number == 0 or column == 1
                line = raster.set_line(text, (HEADING if number == 0 else 1.0) * size, bold=column == 0)
                color = theme.dim if dim else theme.text
                if number and column == 0 and number <= len(self.cells):
                    color = legible(self.colors[number - 1], theme)
                left, right = edges[column]
                x = left if column < 2 else right - line.cover.shape[1]
                raster.paste(panel, raster.tinted(line.cover, color), x, top + 1.08 * size - line.baseline)
        return panel


def cut(label: str, most: int) -> str:
    """At most so many letters of it; formulas stay whole."""
    return label if len(label) <= most or "$" in label else label[: most - 1] + "…"


def headings(experiment: Experiment) -> tuple[str, ...]:
    """Of the columns: that there is one start for all, or that of several balls medians are told."""
    starts = [entry.starts for entry in experiment.entries]
    several = any(len(each) > 1 for each in starts)
    fate = SHARED.rstrip(":") if one_start(starts) else "what became of it"
    return ("", fate, *(f"median {word}" if several else word for word in HEADINGS))
