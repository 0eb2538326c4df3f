"""The record key: which steps of a run are kept as data."""

from __future__ import annotations

from dataclasses import MISSING, dataclass
from typing import TYPE_CHECKING, Any

from thalweg.errors import Report, show
from thalweg.registry import parameter
from thalweg.spec.schema import checked
from thalweg.tree import Node

if TYPE_CHECKING:
    from thalweg.engine import Record

FORMS = "use all, last or {every: 10}"


@dataclass(frozen=True)
class Every:
    """Every so many steps; the last one is kept as well."""

    every: int = parameter(MISSING, low=1, high=1_000_000, doc="steps from one that is kept to the next")


def read_record(tree: Node, report: Report) -> Record:
    """What is kept; "all" also when there was a problem, which is reported."""
    if not tree.has("record") or tree.child("record").is_null:
        return "all"
    node: Any = tree.child("record")
    if node.entries is not None:
        if not node.entries:
            report.add(node.mark, "record", "does not say which steps", FORMS)
        made = checked(Every, node, "record", report)[0] if node.entries else None
        return {"every": made.every} if made else "all"
    if node.plain not in ("all", "last"):
        report.add(tree.mark_of("record"), "record", f"{show(node.plain)} is unknown", FORMS)
        return "all"
    return str(node.plain)
