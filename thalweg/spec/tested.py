"""The test surface: what balls that roll on the training loss are worth on rows, or a surface, they do not see."""

from __future__ import annotations

from dataclasses import MISSING, dataclass
from typing import Any

from thalweg.calculus.batched import OverExamples
from thalweg.calculus.over_data import OverData
from thalweg.calculus.text import DataError
from thalweg.errors import Report, show
from thalweg.registry import parameter
from thalweg.spec.rows import read_data, wrong_data
from thalweg.spec.schema import checked
from thalweg.spec.sections import read_surface
from thalweg.tree import Node

OWN = ("name", "expression", "samples")  # each of them makes a surface of its own
KEY = "test_surface"
FORMS = "write a surface, {data: ...} for other rows of the same one, or {held_out: 0.25} for a share of its rows"


@dataclass(frozen=True)
class HeldOut:
    """How many of a surface's rows are kept out of it for the test."""

    held_out: float = parameter(
        MISSING, low=0, low_open=True, high=10_000, doc="the last rows, so many, or below 1 a share of them"
    )


def read_test(tree: Node, surface: Any, report: Report) -> tuple[Any, Any]:
    """The surface that balls roll on, and the one whose loss is told beside it, None without one."""
    if not tree.has(KEY) or tree.child(KEY).is_null:
        return surface, None
    node = tree.child(KEY)
    if node.entries is None or any(node.has(key) for key in OWN):
        return surface, read_surface(tree, report, KEY)
    if node.has("data") == node.has("held_out"):
        what = "data and held_out exclude each other" if node.has("data") else "has neither data nor held_out"
        report.add(tree.mark_of(KEY), KEY, what, FORMS)
        return surface, None
    also = ("data", "sha256") if node.has("data") else ()
    if also:
        node = Node(node.mark, entries={**(node.entries or {}), "held_out": Node(node.mark, 1)}, keys=node.keys)
    read, _ = checked(HeldOut, node, KEY, report, also)
    if read is None or surface is None:
        return surface, None
    if not isinstance(surface, (OverData, OverExamples)):
        what = "the surface is no mean over rows of data"
        report.add(tree.mark_of(KEY), KEY, what, "give test_surface a name, an expression or samples of its own")
        return surface, None
    return (surface, _other(node, surface, report)) if also else _parted(node, surface, read.held_out, report)


def _parted(node: Node, surface: OverData | OverExamples, wanted: float, report: Report) -> tuple[Any, Any]:
    """The surfaces of the rows but for the last ones, and of these."""
    count, least = surface.count, surface.least
    last = max(least, round(wanted * count)) if wanted < 1 else int(wanted)
    if (wanted >= 1 and wanted != last) or not least <= last <= count - least:
        what = f"{show(node.child('held_out').plain)} does not part the surface's {count} rows"
        cure = f"write a whole number from {least} to {count - least}, or a share below 1"
        report.add(node.mark_of("held_out"), f"{KEY}.held_out", what, cure if count >= 2 * least else "give more rows")
        return surface, None
    return surface.parted(last)


def _other(node: Node, surface: OverData | OverExamples, report: Report) -> Any:
    """The same surface over other rows; None, with problems reported."""
    if isinstance(surface, OverExamples):
        given = node.child("data").plain
        try:
            if not isinstance(given, tuple) or not given:
                raise ValueError(f"data: {show(given)} is not a list of examples; write pairs [u, t]")
            return surface.with_rows(given)
        except ValueError as error:
            what, _, cure = str(error).removeprefix("data: ").partition("; ")
            report.add(node.mark_of("data"), f"{KEY}.data", what, cure)
            return None
    rows = read_data(node, surface.text, surface.parameters, KEY, report)
    try:
        return rows and surface.with_rows(rows.columns).of_file(rows.digest)
    except DataError as error:
        wrong_data(error, node, KEY, report)
        return None
