"""The result of a race in words: which minimum each ball reached, by the rule that the data files use as well."""

from __future__ import annotations

import numpy as np

from scenes.numbers import loss_text

Segment = tuple[str, str | None]  # text and colour; None is the colour of plain text
MOST_MINIMA = 3
WORDS = {
    "moving": "still moving:",
    "outside": "outside the domain:",
    "left": "left the samples:",
    "diverged": "diverged:",
    "other": "in another minimum:",
}


def result_lines(
    surface, labels: list[str], colors: list[str], trajectories: list, say=loss_text
) -> list[list[Segment]]:
    """Lines of coloured segments: reached minima from deep to shallow, then who is still moving, who diverged. `say`
    writes a loss.
    """
    groups: dict[str, list[Segment]] = {}
    minima = surface.minima
    tallies = [tally(surface, trajectory) for trajectory in trajectories]
    reached = sorted({key for counts in tallies for key in counts if isinstance(key, int)})
    keys: list[int | str] = [
        *reached[:MOST_MINIMA],
        *(["other"] if len(reached) > MOST_MINIMA else []),
        "moving",
        "outside",
        "left",
        "diverged",
    ]
    for key in keys:
        inside = reached[MOST_MINIMA:] if key == "other" else [key]
        members = [
            (label, color, sum(counts.get(one, 0) for one in inside), sum(counts.values()))
            for label, color, counts in zip(labels, colors, tallies, strict=True)
        ]
        members = [member for member in members if member[2]]
        if members:
            groups[heading(key, minima, say)] = names(members)
    return [[(title + "  ", None), *segments] for title, segments in groups.items()]


def tally(surface, trajectory, reached=None) -> dict[int | str, int]:
    """How many balls of a trajectory ended in each minimum (by index), 'moving', 'outside' the domain or 'diverged'.

    `reached` (balls,): the index into `surface.minima` or -1, where it is known already.
    """
    counts: dict[int | str, int] = {}
    fine = trajectory.status == "ok"
    for status in ("left", "diverged"):
        if (trajectory.status == status).any():
            counts[status] = int((trajectory.status == status).sum())
    if fine.any():
        ends = trajectory.positions[fine, -1]
        low, high = np.array(surface.domain).T
        inside = ((ends >= low) & (ends <= high)).all(axis=1)
        indices = surface.reached(ends) if reached is None else reached[fine]
        for index, here in zip(indices, inside, strict=True):
            key = int(index) if index >= 0 else "moving" if here else "outside"
            counts[key] = counts.get(key, 0) + 1
    return counts


def heading(key: int | str, minima, say=loss_text) -> str:
    if isinstance(key, str):
        return WORDS[key]
    depth = "" if len(minima) == 1 else " deepest" if key == 0 or same(minima[key], minima[0]) else " shallower"
    return f"in the{depth} minimum, loss {say(minima[key].value)}:"


def same(a, b) -> bool:
    return abs(a.value - b.value) <= 1e-9 * max(1.0, abs(b.value))


def names(members: list[tuple[str, str, int, int]]) -> list[Segment]:
    segments: list[Segment] = []
    for label, color, count, total in members:
        if segments:
            segments.append((", ", None))
        segments.append((label if total == 1 else f"{label} {count} of {total}", color))
    return segments
