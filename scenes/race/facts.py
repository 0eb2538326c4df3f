"""The facts table of a race: for every optimizer the minimum it reached, after how many steps and gradients."""

from __future__ import annotations

import numpy as np

from configs.facts import facts
from configs.text import text_width
from scenes import raster
from scenes.colors import Theme, legible
from scenes.numbers import loss_text
from scenes.race.result import WORDS, same, tally

HEADINGS = ("minimum reached", "steps", "gradients")
NOTHING = "–"
SMALLEST = 0.35  # of the size wished for
LONGEST = 22  # letters of a label, where there is little room


def rows(experiment, trajectories, say=loss_text) -> list[tuple[str, ...]]:
    """(label, minimum, steps, gradients) of each entry; of several balls, where most of them are. `say`
    writes a loss.
    """
    every = zip(experiment.entries, trajectories, facts(experiment, trajectories), strict=True)
    return [(entry.label, *_row(experiment.surface, trajectory, about, say)) for entry, trajectory, about in every]


def _row(surface, trajectory, about, say) -> tuple[str, str, str]:
    balls, places = len(trajectory.last), {}
    for key, count in tally(surface, trajectory, about.minimum).items():
        places.setdefault(_place(key, surface, say), []).append((key, count))    # minima of one depth are one place
    place, found = max(places.items(), key=lambda item: sum(count for _, count in item[1]))
    if balls > 1:
        place = f"{sum(count for _, count in found)} of {balls} {place}"
    there = np.flatnonzero(np.isin(about.minimum, [key for key, _ in found if isinstance(key, int)]))
    there = there[about.steps[there] >= 0]
    if not len(there):
        return place, NOTHING, NOTHING
    middle = there[np.argsort(about.steps[there], kind="stable")[(len(there) - 1) // 2]]
    asked = int(about.until[middle, 1])
    return place, str(about.steps[middle]), NOTHING if asked < 0 else str(asked)


def _place(key: int | str, surface, say) -> str:
    if isinstance(key, str):
        return WORDS[key].rstrip(":")
    minima = surface.minima
    depth = "" if len(minima) == 1 else "deepest, " if same(minima[key], minima[0]) else "shallower, "
    return f"{depth}loss {say(minima[key].value)}"


def table(
    cells: list[tuple[str, ...]], colors: list[str], size: float, room: tuple[float, float], theme: Theme
) -> raster.Image:
    """The rows as a panel, names in their colours, numbers flush right; text of `size` pixels, smaller where that would
    be larger than `room` (width, height).
    """
    several = any(" of " in cell[1] for cell in cells)
    headings = ("", HEADINGS[0], *(f"median {word}" if several else word for word in HEADINGS[1:]))
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


def _edges(cells, headings, size: float) -> list[tuple[float, float]]:
    """Left and right of each column in pixels."""
    edges, x = [], size
    for column in range(len(headings)):
        wide = max(text_width(row[column], size, bold=column == 0) for row in cells)
        wide = max(wide, text_width(headings[column], 0.8 * size))
        edges.append((x, x + wide))
        x += wide + 1.5 * size
    return edges


def _extent(cells, headings, size: float) -> tuple[float, float]:
    return _edges(cells, headings, size)[-1][1] + size, 1.45 * size * (len(cells) + 1) + 0.9 * size
