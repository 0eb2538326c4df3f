"""Rows of data in a surface's formula: columns of numbers, written there or in a csv."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from thalweg.calculus.text import KNOWN, DataError, ExpressionError, names_in
from thalweg.errors import Report, brief, show
from thalweg.experiment.rows import read_rows
from thalweg.experiment.tables import RecordedError
from thalweg.spec.samples import cannot_read, named_file, same_file
from thalweg.spec.schema import join
from thalweg.tree import Node

FORM = "write columns, as data: {d: [1, 2, 3], a: [0.5, 1, 2]}, or the path of a csv"


@dataclass(frozen=True)
class Rows:
    """Columns by name, and of those from a csv its sha256."""

    columns: dict[str, Any] = field(default_factory=dict)
    digest: str = ""


def read_data(node: Node, text: str, parameters: Collection[str], where: str, report: Report) -> Rows | None:
    """The rows of `data:` of a formula's text; None, with problems reported."""
    child, mark = node.child("data"), node.mark_of("data")
    if child.entries is None and (child.items is not None or not isinstance(child.scalar, str)):
        what = "is empty" if child.is_null else f"{show(child.plain)} does not name its columns"
        report.add(mark, join(where, "data"), what, FORM)
        return None
    if child.entries is not None:
        return _written(child, join(where, "data"), report)
    path = named_file(node, "data", where, "rows.csv", report)
    if path is None:
        return None
    try:
        names = sorted(names_in(text, parameters) - KNOWN - set(parameters))
        if not names:
            raise RecordedError("the formula has no name for a column", "use one, as d in (x - d)**2")
        columns, digest = read_rows(path, child.scalar, names)
    except ExpressionError:
        return Rows()  # the formula itself is wrong, and is told so
    except RecordedError as error:
        report.add(mark, join(where, "data"), error.what, error.cure)
        return None
    except OSError as error:
        cannot_read(error, node, "data", where, report)
        return None
    return Rows(columns, digest) if same_file(node, digest, where, brief(child.scalar), report) else None


def _written(child: Node, where: str, report: Report) -> Rows | None:
    before = len(report.problems)
    for name, each in (child.entries or {}).items():
        if each.items is None:
            what = "is empty" if each.is_null else f"{show(each.plain)} is not a list of numbers"
            report.add(child.mark_of(name), join(where, name), what, f"write {name}: [1, 2, 3]")
    return Rows(child.plain) if len(report.problems) == before else None


def wrong_data(error: DataError, node: Node, where: str, report: Report) -> None:
    """Reports what is wrong with a surface's rows, at the number, the column or the whole."""
    what, _, cure = str(error).partition("; ")
    child, where = node.child("data"), join(where, "data")
    if error.name is None or not child.has(error.name):
        report.add(node.mark_of("data"), where, what, cure)
        return
    column, where = child.child(error.name), join(where, error.name)
    if error.item is None:
        report.add(child.mark_of(error.name), where, what, cure)
    else:
        value = show(column.child(error.item).plain)
        report.add(column.mark_of(error.item), join(where, error.item), what.replace(f"item {error.item}", value), cure)
