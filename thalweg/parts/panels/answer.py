"""What is told at the end, as `result:` asks for it: lines of coloured segments that account for every ball."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from thalweg.colors import DESTINATION
from thalweg.experiment.experiment import Entry
from thalweg.experiment.manner_words import Moved, moved
from thalweg.experiment.order import ORDERS, places
from thalweg.experiment.outcome_words import Say, one_start
from thalweg.experiment.spread import Spread, reach, spreads
from thalweg.parts.motion import Motion
from thalweg.parts.panels.result import SHARED, Segment, result_lines
from thalweg.typeset.numbers import short

HAPPENS = {
    "leaves_saddle": "leaves the saddle after",
    "leaves_basin": "leaves its basin after",
    "reaches_minimum": "in a minimum after",
}
NEVER = "–"


def answer_lines(motion: Motion, say: Say, most: int, named: bool) -> list[list[Segment]]:
    """Of the balls that are shown. `say` writes a loss; at most `most` minima have a line of their own; without `named`
    balls are counted, not named.
    """
    kind, entries = motion.options.result, motion.entries
    if kind == "destination":
        return result_lines(motion.outcomes, entries, motion.colors, say, most, named, motion.destinations)
    made: list[list[Segment]] = [[(SHARED, None)]] if one_start([entry.starts for entry in entries]) else []
    return made + [moved_line(each, motion, named) for each in moves(motion, say)]


def moves(motion: Motion, say: Say) -> list[Moved]:
    """How the balls that are shown move in the end."""
    assert motion.shot.experiment is not None
    return moved(motion.shot.experiment, motion.trajectories, motion.outcomes, say)


def moved_line(each: Moved, motion: Motion, named: bool) -> list[Segment]:
    """'hops on and on:  SGD (steps of 0.03), Adam 3 of 8'."""
    if not named:
        total = sum(len(entry.starts) for entry in motion.entries)
        return [(f"{each.words}:  ", None), (f"{sum(each.counts)} of {total}", None)]
    segments: list[Segment] = [(f"{each.words}:  ", None)]
    for entry, color, count, number in zip(motion.entries, motion.colors, each.counts, each.numbers, strict=True):
        if count:
            segments += [(", ", None)] * (len(segments) > 1)
            segments.append((_who(entry, count), _color(motion, entry, color, each)))
            segments += [(f" ({number})", None)] * bool(number)
    return segments


def _who(entry: Entry, count: int) -> str:
    total = len(entry.starts)
    return entry.label if total == 1 else f"{entry.label} {count} of {total}"


def _color(motion: Motion, entry: Entry, color: str, each: Moved) -> str | None:
    return motion.destinations.of([each.group]) if motion.destinations and entry.color == DESTINATION else color


def fates(motion: Motion, say: Say) -> Sequence[str]:
    """Of each entry how its balls move in the end, for a table: '3 still creeping; 2 hops on and on'."""
    made, every = [], moves(motion, say)
    for index, entry in enumerate(motion.entries):
        mine = [each for each in every if each.counts[index]]
        several = len(entry.starts) > 1
        made.append(
            "; ".join(f"{each.counts[index]} {each.words}" if several else _alone(each, index) for each in mine)
        )
    return made


def _alone(each: Moved, index: int) -> str:
    """'hops on and on, steps of 0.03': what the columns beside it do not say."""
    number = each.numbers[index]
    return f"{each.words}, {number}" if number and not number.endswith("steps") else each.words


class Ranking(NamedTuple):
    """A table: cells of its rows, headings of its columns, the colour of each row's name."""

    cells: list[tuple[str, ...]]
    headings: tuple[str, ...]
    colors: list[str]


def ranking(motion: Motion) -> Ranking | None:
    """Who is first, or who trembles how widely, of a `result` that asks for it, with the learning rate of each."""
    experiment, options, entries = motion.shot.experiment, motion.options, motion.entries
    assert experiment is not None
    if options.result == "spread":
        return _widths(motion, spreads(experiment, motion.trajectories))
    if options.result not in ORDERS:
        return None
    found = places(experiment, motion.trajectories, options.result, options.lr_range)
    cells = []
    for place in found:
        entry, total = entries[place.entry], len(entries[place.entry].starts)
        steps = _steps(place.step, experiment.steps) + (
            f"  ({place.done} of {total})" if 0 < place.done < total else ""
        )
        span = (_range(*place.span, experiment.steps) if place.span else NEVER,) if options.lr_range else ()
        cells.append((entry.label, _rate(entry), steps, *span))
    shared = SHARED.rstrip(":") if one_start([entry.starts for entry in entries]) else ""
    factor = short(options.lr_range or 1.0)
    spans = (f"lr divided by {factor} … times {factor}",) if options.lr_range else ()
    headings = (shared, "lr", HAPPENS[options.result], *spans)
    return Ranking(cells, headings, [motion.colors[place.entry] for place in found])


def _widths(motion: Motion, found: Sequence[Spread]) -> Ranking:
    """Two standard deviations along the direction in which each cloud is widest, the widest first."""
    order = sorted(range(len(found)), key=lambda index: -np.nan_to_num(found[index].reach, nan=np.inf))
    known = any(spread.theory is not None for spread in found)
    cells = []
    for index in order:
        entry, spread = motion.entries[index], found[index]
        theory = NEVER if spread.theory is None else f"{reach(spread.theory):.2f}"
        wide = f"{spread.reach:.2f}" if np.isfinite(spread.reach) else NEVER
        cells.append((entry.label, _rate(entry), wide, *([theory] if known else [])))
    whose = "of the balls" if all(spread.of_balls for spread in found) else "of the last iterates"
    headings = ("", "lr", f"two standard deviations {whose}", *(["in theory"] if known else []))
    return Ranking(cells, headings, [motion.colors[index] for index in order])


def _rate(entry: Entry) -> str:
    return short(getattr(entry.optimizer, "lr", "")) or NEVER


def _steps(step: float, most: int) -> str:
    return f"{short(step)} step{'s' * (step != 1)}" if step < float("inf") else f"not in {most} steps"


def _range(low: float, high: float, most: int) -> str:
    """'4 to 19 steps'; 'over 120' where it does not happen in so many."""
    if low == float("inf"):
        return f"over {most} steps"
    return f"{short(low)} to {short(high) if high < float('inf') else f'over {most}'} steps"
