"""The result of a race in words: what became of each ball, as thalweg/experiment/outcomes.py says it for all."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.colors import DESTINATION
from thalweg.experiment.experiment import Entry
from thalweg.experiment.outcome_words import Say, lines, one_start
from thalweg.experiment.outcomes import Outcomes
from thalweg.parts.destinations import Destinations
from thalweg.typeset.numbers import loss_text

Segment = tuple[str, str | None]  # text and colour; None is the colour of plain text
SHARED = "From this start:"
LEVELS = ((4, True), (2, True), (4, False), (2, False), (1, False))  # minima that are named, whether entries are


def result_lines(
    outcomes: Outcomes,
    entries: Sequence[Entry],
    colors: list[str],
    say: Say = loss_text,
    most: int = LEVELS[0][0],
    named: bool = True,
    ends: Destinations | None = None,
) -> list[list[Segment]]:
    """Lines of coloured segments, every ball in one of them: who is in which minimum, from deep to shallow, then who
    rests elsewhere, circles, moves, has left or diverged. `say` writes a loss; at most `most` minima have a line of
    their own; without `named` balls are counted, not named. Names of entries that are coloured by where their balls end
    have the colours of these `ends`.
    """
    made: list[list[Segment]] = [[(SHARED, None)]] if one_start([entry.starts for entry in entries]) else []
    totals = [len(entry.starts) for entry in entries]
    for line in lines(outcomes, say, most):
        there = ends.of(line.groups) if ends else None
        members = [
            (entry.label, there if entry.color == DESTINATION else color, count, total)
            for entry, color, count, total in zip(entries, colors, line.counts, totals, strict=True)
            if count
        ]
        who = names(members) if named else [(f"{sum(line.counts)} of {sum(totals)}", None)]
        made.append([(f"{line.words}:  ", None), *who])
    return made


def names(members: list[tuple[str, str | None, int, int]]) -> list[Segment]:
    segments: list[Segment] = []
    for label, color, count, total in members:
        if segments:
            segments.append((", ", None))
        segments.append((label if total == 1 else f"{label} {count} of {total}", color))
    return segments
