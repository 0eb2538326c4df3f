"""The pace of a film as a list: each part alone, beside the others, and, when all has rolled, whether it happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from thalweg.errors import Mark, Problem, Report, number, show
from thalweg.experiment.events import NeverHappens
from thalweg.experiment.experiment import Entry
from thalweg.film.pace import Listed, Slowly, Stretch, moments
from thalweg.spec.schema import checked, join
from thalweg.spec.when import check_when, read_when
from thalweg.tree import Node

if TYPE_CHECKING:
    from thalweg.engine import Trajectory
    from thalweg.film.shot import Shot

WHERE = "video.pace"
FORM = "write {from_step: 20, to_step: 60, seconds: 3} or {when: {step: 40}, slow: 0.25, for: 2}"


def read_pace(node: Node, mark: Mark, report: Report) -> tuple[Listed, ...]:
    """The parts that are right by themselves."""
    if not node.items:
        report.add(mark, WHERE, "the list is empty", f"{FORM}, or dramatic or even in its place")
    found = [_part(item, join(WHERE, index), report) for index, item in enumerate(node.items or [])]
    return tuple(each for each in found if each is not None)


def _part(node: Node, where: str, report: Report) -> Listed | None:
    if node.entries is None:
        report.add(node.mark, where, f"{show(node.plain)} is no part of a pace", FORM)
        return None
    if node.has("when"):
        when = read_when(node.child("when"), node.mark_of("when"), join(where, "when"), report)
        slowly, bad = checked(Slowly, node, where, report, also=("when",))
        return None if when is None or slowly is None or bad else replace(slowly, when=when)
    if any(node.has(key) for key in ("slow", "for")):
        report.add(
            node.mark, join(where, "when"), "is missing", "say around which moment, for example when: {step: 40}"
        )
        return None
    stretch, bad = checked(Stretch, node, where, report)
    if stretch is None or bad:
        return None
    if stretch.to_step <= stretch.from_step:
        what = f"{stretch.to_step} is not after {stretch.from_step}"
        report.add(node.mark_of("to_step"), join(where, "to_step"), what, f"use at least {stretch.from_step + 1}")
        return None
    return stretch


def check_pace(pace: Sequence[Listed], node: Node, steps: int, entries: Sequence[Entry], report: Report) -> None:
    """Reports steps, labels and balls that the film has not, and steps with two paces. All parts are right alone."""
    stretches: list[tuple[Stretch, int]] = []
    for index, part in enumerate(pace):
        item, where = node.child(index), join(WHERE, index)
        if isinstance(part, Slowly):
            check_when(part.when, item.child("when"), join(where, "when"), steps, entries, report)
        elif part.to_step > steps:
            what = f"{part.to_step} is past the last step, {steps}"
            report.add(item.mark_of("to_step"), join(where, "to_step"), what, f"use at most {steps}")
        else:
            stretches.append((part, index))
    for (one, first), (other, second) in pairwise(sorted(stretches, key=lambda each: each[0].from_step)):
        if other.from_step < one.to_step:
            what = f"steps {other.from_step} to {min(one.to_step, other.to_step)} stand in {join(WHERE, first)} as well"
            cure = f"begin it at {one.to_step}" if one.to_step < other.to_step else "keep one of the two"
            report.add(node.child(second).mark_of("from_step"), join(WHERE, second), what, cure)


def unpaced(shot: Shot, trajectories: Sequence[Trajectory]) -> list[Problem]:
    """What of a listed pace does not happen to these trajectories, every step kept, or happens where steps have their
    own seconds.
    """
    pace, experiment, report = shot.video.pace, shot.experiment, Report(str(shot.path))
    if isinstance(pace, str) or experiment is None:
        return []
    for index, (part, step) in enumerate(moments(pace, experiment, trajectories)):
        if isinstance(part, Stretch):
            continue
        mark, where = shot.tree.child("video").child("pace").child(index).mark_of("when"), f"{WHERE}.{index}.when"
        if isinstance(step, NeverHappens):
            report.add(mark, where, str(step), "leave it out, or name another moment")
            continue
        for other in [each for each in pace if isinstance(each, Stretch)]:
            if other.from_step < step < other.to_step:
                what = f"it is at step {number(round(step, 2))}, and steps {other.from_step} to {other.to_step}"
                report.add(mark, where, f"{what} have their own seconds", "leave one of the two out")
    return report.problems
