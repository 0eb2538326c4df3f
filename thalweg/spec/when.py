"""A moment of a film that is told by what happens: `when: {step: 40}` or `{label: Adam, event: reaches_minimum}`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from thalweg.errors import Mark, Report, nearest, number, show
from thalweg.experiment.events import When
from thalweg.experiment.experiment import Entry
from thalweg.spec.schema import checked, join
from thalweg.tree import Node

FORM = "write {step: 40}, or {label: Adam, event: reaches_minimum}"
OF_EVENT = ("label", "event", "ball", "whom", "what", "x", "y")
OWN = {"whom": ("overtakes",), "what": ("leaves",), "x": ("crosses",), "y": ("crosses",)}  # of which events


def read_when(node: Node, mark: Mark, where: str, report: Report) -> When | None:
    """What the mapping says, alone; None with problems reported."""
    if node.entries is None:
        report.add(mark, where, f"{show(node.plain)} is not a moment" if not node.is_null else "is empty", FORM)
        return None
    when, bad = checked(When, node, where, report)
    if when is None or bad or not _whole(node, where, report):
        return None
    label, whom = (text and " ".join(text.split()) for text in (when.label, when.whom))
    return replace(when, label=label, whom=whom)


def _whole(node: Node, where: str, report: Report) -> bool:
    """Whether it says one moment, and no word too many."""
    said = [key for key in node.entries or {} if not node.child(key).is_null]
    if "step" in said:
        for key in [key for key in said if key in OF_EVENT]:
            report.add(node.mark_of(key), join(where, key), "is not read beside step", "keep one of the two")
        return said == ["step"]
    missing = [key for key in ("label", "event") if key not in said]
    event = "" if "event" not in said else str(node.child("event").plain)
    if len(missing) == 2:
        report.add(node.mark, where, "says no moment", FORM)
    elif missing:
        cure = "give the label of an entry" if missing == ["label"] else "give one, for example event: reaches_minimum"
        report.add(node.mark, join(where, missing[0]), "is missing", cure)
    before = len(report.problems)
    for key in [key for key in said if event and event not in OWN.get(key, (event,))]:
        report.add(node.mark_of(key), join(where, key), f"is not read by event {event}", "leave it out")
    if event == "overtakes" and "whom" not in said:
        report.add(node.mark, join(where, "whom"), "is missing", "give the label of the entry that is overtaken")
    if event == "crosses" and ("x" in said) == ("y" in said):
        what = "x and y exclude each other" if "x" in said else "says neither x nor y"
        report.add(node.mark, where, what, "give one of them, for example x: 0")
    return not missing and len(report.problems) == before


def check_when(when: When, node: Node, where: str, steps: int, entries: Sequence[Entry], report: Report) -> None:
    """Reports labels, balls and steps that the film has not."""
    if when.step is not None and when.step > steps:
        what = f"{number(when.step)} is past the last step, {steps}"
        report.add(node.mark_of("step"), join(where, "step"), what, f"use at most {steps}")
    labels = [entry.label for entry in entries]
    for key in ("label", "whom"):
        label = getattr(when, key)
        if label is not None and label not in labels:
            what = f"no entry has the label {show(label)}"
            report.add(node.mark_of(key), join(where, key), what, nearest(label, labels))
    if when.whom is not None and when.whom == when.label:
        what, others = f"{show(when.whom)} is the one that overtakes", [each for each in labels if each != when.label]
        cure = nearest("", others) if others else "leave this out"
        report.add(node.mark_of("whom"), join(where, "whom"), what, cure)
    if when.label in labels:
        balls = len(entries[labels.index(when.label)].starts)
        if when.ball >= balls:
            what = f"{when.label} has {balls} ball{'s' * (balls != 1)}, counted from 0"
            report.add(node.mark_of("ball"), join(where, "ball"), what, f"use at most {balls - 1}")
