"""The schedule and the clipping of an optimizer's entry."""

from __future__ import annotations

from typing import Any

from thalweg.engine.clip import Clip
from thalweg.engine.schedules import SCHEDULES, Schedule, checked_schedules, schedulable
from thalweg.errors import Mark, Report, listed, nearest, show
from thalweg.spec.schema import checked, join
from thalweg.tree import Node

FORMS = "write a kind, {kind: cosine}, or {lr: {kind: cosine}, momentum: {kind: linear}}"


def read_schedules(body: Node, cls: Any, where: str, report: Report) -> dict[str, Schedule] | None:
    """Hyperparameter -> schedule; None, with problems reported, when one is wrong. One schedule alone is lr's."""
    if not body.has("schedule") or body.child("schedule").is_null:
        return {}
    node, mark, where = body.child("schedule"), body.mark_of("schedule"), join(where, "schedule")
    names = schedulable(cls)
    if node.items is not None:
        report.add(mark, where, f"{show(node.plain)} is not a schedule", FORMS)
        return None
    if node.entries is None or "kind" in node.entries or "warmup" in node.entries:
        if "lr" not in names:
            report.add(mark, where, "this optimizer has no lr", f"say for which of {listed(names)} it is")
            return None
        one = _schedule(node, mark, where, report)
        return None if one is None else {"lr": one}
    found: dict[str, Schedule | None] = {}
    for name, child in node.entries.items():
        if name in names:
            found[name] = _schedule(child, node.mark_of(name), join(where, name), report)
        else:
            cure = nearest(name, ["kind", *names])
            report.add(node.keys[name], join(where, name), "no hyperparameter that a schedule can move", cure)
    whole = {name: schedule for name, schedule in found.items() if schedule is not None}
    return whole if len(whole) == len(node.entries) else None


def _schedule(node: Node, mark: Mark, where: str, report: Report) -> Schedule | None:
    """One schedule: a kind alone, or a mapping of its parameters; with a warm-up the kind may be left out."""
    if node.items is not None:
        report.add(mark, where, f"{show(node.plain)} is not a schedule", "write a kind, or {kind: cosine}")
        return None
    if node.entries is None:
        cls = _kind(node, mark, where, report)
        node = Node(mark, entries={})
    elif node.has("kind"):
        cls = _kind(node.child("kind"), node.mark_of("kind"), join(where, "kind"), report)
    elif node.has("warmup"):
        cls = Schedule
    else:
        report.add(mark, where, "has no kind", f"use {listed(SCHEDULES)}")
        return None
    if cls is None:
        return None
    made, bad = checked(cls, node, where, report, also=("kind",))
    return None if bad else made


def _kind(node: Node, mark: Mark, where: str, report: Report) -> type[Schedule] | None:
    if node.is_scalar and isinstance(node.scalar, str) and node.scalar in SCHEDULES:
        return SCHEDULES[node.scalar]
    if node.is_scalar and isinstance(node.scalar, str):
        report.add(mark, where, f"unknown schedule {show(node.scalar)}", nearest(node.scalar, SCHEDULES))
    else:
        what = "is empty" if node.is_null else f"{show(node.plain)} is not the name of a schedule"
        report.add(mark, where, what, f"use {listed(SCHEDULES)}")
    return None


def check_schedules(
    optimizer: Any, schedules: dict[str, Schedule], steps: int, mark: Mark, where: str, report: Report
) -> None:
    """Reports a schedule that leads its hyperparameter where it may not be."""
    try:
        checked_schedules(optimizer, schedules, steps)
    except ValueError as error:
        what, _, cure = str(error).replace(": ", " ", 1).partition("; ")
        report.add(mark, join(where, "schedule"), what, cure)


def read_clip(body: Node, where: str, report: Report) -> tuple[Clip | None, bool]:
    """The clipping, and whether it was wrong."""
    if not body.has("clip") or body.child("clip").is_null:
        return None, False
    node, where = body.child("clip"), join(where, "clip")
    if node.entries is None:
        report.add(
            body.mark_of("clip"),
            where,
            f"{show(node.plain)} does not say what is clipped",
            "write {norm: 1} or {value: 0.5}",
        )
        return None, True
    found = Report(report.file)
    clip, _ = checked(Clip, node, where, found)
    keys = [problem for problem in found.problems if problem.where != where]
    report.problems += keys or found.problems  # that nothing is left when a key is wrong goes without saying
    return clip, bool(found.problems)


def words_of(schedules: dict[str, Schedule]) -> str:
    """What legends and labels say: 'cosine', 'momentum linear', 'lr cosine, momentum linear'."""
    if list(schedules) == ["lr"]:
        return schedules["lr"].words
    return ", ".join(f"{name} {schedule.words}" for name, schedule in schedules.items())
