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
SMALLEST = 0.35  # of the size wished for
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


def table(
    cells: list[tuple[str, ...]],
    headings: tuple[str, ...],
    colors: list[str],
    size: float,
    room: tuple[float, float],
    theme: Theme,
) -> raster.Image:
    """The rows below their headings as a panel, names in their colours, numbers flush right; text of `size` pixels,
    smaller where that would be larger than `room` (width, height).
    """
    width, height = _extent(cells, headings, size)
    if width > room[0]:
        cells = [(label if len(label) <= LONGEST else label[: LONGEST - 1] + "…", *rest) for label, *rest in cells]
        width, height = _extent(cells, headings, size)
    size *= max(SMALLEST, min(1.0, room[0] / width, room[1] / height))
    width, height = _extent(cells, headings, size)
    panel = raster.rounded(width, height, 0.55 * size, theme.panel, theme.panel_opacity)
    edges, step = _edges(cells, headings, size), 1.45 * size
    for number, row in enumerate([headings, *cells]):
        top = 0.45 * size + number * step
        for column, text in enumerate(row):
            dim = number == 0 or column == 1
            line = raster.set_line(text, (0.8 if number == 0 else 1.0) * size, bold=column == 0)
            color = legible(colors[number - 1], theme) if number and column == 0 else theme.dim if dim else theme.text
            left, right = edges[column]
            x = left if column < 2 else right - line.cover.shape[1]
            raster.paste(panel, raster.tinted(line.cover, color), x, top + 1.08 * size - line.baseline)
    return panel


def headings(experiment: Experiment) -> tuple[str, ...]:
    """Of the columns: that there is one start for all, or that of several balls medians are told."""
    starts = [entry.starts for entry in experiment.entries]
    several = any(len(each) > 1 for each in starts)
    fate = SHARED.rstrip(":") if one_start(starts) else "what became of it"
    return ("", fate, *(f"median {word}" if several else word for word in HEADINGS))


def _edges(cells: Sequence[tuple[str, ...]], headings: tuple[str, ...], size: float) -> list[tuple[float, float]]:
    """Left and right of each column in pixels."""
    edges, x = [], size
    for column in range(len(headings)):
        wide = max(text_width(row[column], size, bold=column == 0) for row in cells)
        wide = max(wide, text_width(headings[column], 0.8 * size))
        edges.append((x, x + wide))
        x += wide + 1.5 * size
    return edges


def _extent(cells: Sequence[tuple[str, ...]], headings: tuple[str, ...], size: float) -> tuple[float, float]:
    return _edges(cells, headings, size)[-1][1] + size, 1.45 * size * (len(cells) + 1) + 0.9 * size
