"""The noise section: its kind may be left out where its parameters tell."""

from __future__ import annotations

from typing import Any

from thalweg.engine.noise import NOISES, Noise
from thalweg.errors import Report, nearest, show
from thalweg.spec.schema import checked, fields_of
from thalweg.tree import Node

FORMS = "write {std: 0.1}, {relative: 0.5}, {kind: student_t, df: 2, scale: 0.1} or {batch: 8}"


def read_noise(tree: Node, report: Report) -> Noise | None:
    """The noise; None when there is none, or with problems reported."""
    if not tree.has("noise") or tree.child("noise").is_null:
        return None
    node, mark = tree.child("noise"), tree.mark_of("noise")
    if node.entries is None:
        report.add(mark, "noise", f"{show(node.plain)} does not say its kind", FORMS)
        return None
    kind = _kind(node)
    if kind is None:
        what = "has neither std, relative nor batch"
        typed = next((key for key in node.entries if key != "kind"), "")
        every = dict.fromkeys(name for cls in NOISES.values() for name in fields_of(cls))
        close = nearest(typed, every) if typed else ""
        report.add(node.keys.get(typed, mark), "noise", what, close if close.startswith("did") else FORMS)
        return None
    if kind not in NOISES:
        report.add(
            node.mark_of("kind"), "noise.kind", f"unknown noise {show(node.child('kind').plain)}", nearest(kind, NOISES)
        )
        return None
    made, bad = checked(NOISES[kind], node, "noise", report, also=("kind",))
    return None if bad else made


def _kind(node: Node) -> str | None:
    """The kind that is written, else the first one that has a parameter written; None where none has."""
    if node.has("kind"):
        return str(node.child("kind").plain)
    return next((kind for kind, cls in NOISES.items() if any(node.has(name) for name in fields_of(cls))), None)


def check_noise(noise: Noise, surface: Any, tree: Node, report: Report) -> None:
    """Reports batches on a surface that has no examples, or fewer."""
    try:
        noise.bytes_a_run(surface, 1)
    except ValueError as error:
        name, _, problem = str(error).partition(": ")
        what, _, cure = problem.partition("; ")
        report.add(tree.child("noise").mark_of(name), f"noise.{name}", what, cure)
