"""Entries that stand for many: `lr: {sweep: [0.01, 0.1, 1]}` is an entry for each value.

It is the tree that grows, before anything of the entries is read, so that labels, checks and data know plain entries.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, replace
from itertools import product
from typing import Any, Literal, NamedTuple

import numpy as np

from thalweg.engine import OPTIMIZERS
from thalweg.errors import Mark, Report, number, show
from thalweg.registry import BrokenMember, parameter
from thalweg.spec.labels import short
from thalweg.spec.schema import checked, join
from thalweg.tree import Node

MOST = 10_000  # entries
SWEEP, BEST = "sweep", "best_of"
FORMS = "write [0.01, 0.1, 1] or {from: 0.001, to: 1, count: 20}"


@dataclass(frozen=True)
class Span:
    """Values from one to another: evenly in their logarithm where both are above 0, else evenly."""

    count: int = parameter(MISSING, low=1, high=MOST, doc="how many values")
    scale: Literal["log", "linear"] | None = parameter(None, doc="log where from is above 0, else linear")


class Several(NamedTuple):
    """A key of an entry that has several values: the keys that lead to it, its form, the values, where it stands."""

    path: tuple[str | int, ...]
    form: str
    values: list[float]
    mark: Mark


def expanded(tree: Node, report: Report) -> Node:
    """The tree with an entry for each value of every sweep; several in an entry make all pairs, the first outermost."""
    entries = tree.child("optimizers") if tree.has("optimizers") else Node(tree.mark)
    if not any(_holds(entry) for entry in entries.items or []):
        return tree
    made: list[Node] = []
    for index, entry in enumerate(entries.items or []):
        several = _expanded(entry, join("optimizers", index), report) if _holds(entry) else [entry]
        made += [replace(each, origin=index) for each in several]
        if len(made) > MOST:
            what = f"the sweeps make more than {MOST:,} entries"
            report.add(entry.mark, join("optimizers", index), what, "use fewer values")
            return tree
    whole = replace(entries, items=made)
    return replace(tree, entries={**(tree.entries or {}), "optimizers": whole})


def _holds(entry: Node) -> bool:
    """Whether an entry has a sweep: quick, and true for some that are wrong."""
    body = next(iter((entry.entries or {}).values()), None)
    return body is not None and any(
        _several(each) for child in (body.entries or {}).values() for each in _within(child)
    )


def _within(value: Node) -> list[Node]:
    """A value, and the parts of a pair."""
    return [value, *(value.items or [])]


def _several(node: Node) -> bool:
    return node.entries is not None and (SWEEP in node.entries)


def _expanded(entry: Node, where: str, report: Report) -> list[Node]:
    name, body = next(iter((entry.entries or {}).items()))
    whole = _dotted(name, body)
    before, found = len(report.problems), list(_found(whole, join(where, name), report))
    count = math.prod(len(each.values) for each in found)
    if count > MOST:
        report.add(found[0].mark, where, f"the sweeps make {count:,} entries", f"use at most {MOST:,}")
    if len(report.problems) > before:  # what else is wrong in it is told, too
        right = {key: each for key, each in (whole.entries or {}).items() if not any(map(_several, _within(each)))}
        return [replace(entry, entries={name: replace(whole, entries=right)})]
    made = []
    for values in product(*(each.values for each in found)):
        one = whole
        for each, value in zip(found, values, strict=True):
            one = _put(one, each.path, Node(each.mark, value, text=number(value)))
        made.append(replace(entry, entries={name: _labelled(one, found, values)}))
    return made


def _dotted(name: str, body: Node) -> Node:
    """The body with `betas.0: x` written as a pair, the other one as it is or by default."""
    entries, keys = dict(body.entries or {}), dict(body.keys)
    for key in [key for key in entries if key.rpartition(".")[2].isdecimal()]:
        pair, _, place = key.rpartition(".")
        try:
            default = getattr(OPTIMIZERS[name](), pair)
        except (KeyError, BrokenMember, AttributeError, ValueError):
            continue
        if not isinstance(default, tuple) or int(place) >= len(default):
            continue
        mark = keys.pop(key)
        others = [Node(mark, value, text=number(value)) for value in default]
        items = list((entries[pair].items if pair in entries else None) or others)
        items[int(place)] = entries.pop(key)
        entries[pair], keys[pair] = Node(mark, items=items), mark
    return replace(body, entries=entries, keys=keys)


def _found(body: Node, where: str, report: Report) -> Iterator[Several]:
    for key, child in (body.entries or {}).items():
        if _several(child):
            yield from _read((key,), child, body.keys[key], join(where, key), report)
        for place, item in enumerate(child.items or []):
            if _several(item):
                yield from _read((key, place), item, item.mark, join(join(where, key), place), report)


def _read(path: tuple[str | int, ...], node: Node, mark: Mark, where: str, report: Report) -> Iterator[Several]:
    """The values of one sweep."""
    form = next(iter(node.entries or {}))
    what, place = node.child(form), join(where, form)
    if len(node.entries or {}) != 1:
        report.add(mark, where, f"a {form} stands alone", f"write {{{form}: ...}}")
        return
    values = _listed(what, place, report) if what.items is not None else _spanned(what, place, report)
    if values:
        yield Several(path, form, values, what.mark)


def _listed(node: Node, where: str, report: Report) -> list[float]:
    values = []
    for item in node.items or []:
        if isinstance(item.plain, bool) or not isinstance(item.plain, (int, float)):
            report.add(item.mark, where, f"{show(item.plain)} is not a number", FORMS)
            return []
        values.append(item.plain)
    if not values:
        report.add(node.mark, where, "has no values", FORMS)
    if len(set(values)) < len(values):
        report.add(node.mark, where, "has a value twice", "write each once")
        return []
    return values


def _spanned(node: Node, where: str, report: Report) -> list[float]:
    if node.entries is None:
        what = "is empty" if node.is_null else f"{show(node.plain)} is neither a list nor a span"
        report.add(node.mark, where, what, FORMS)
        return []
    ends = []
    for key in ("from", "to"):
        value = node.child(key).plain if node.has(key) else None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            what = "is missing" if value is None else f"{show(value)} is not a finite number"
            report.add(node.mark_of(key), join(where, key), what, FORMS)
        else:
            ends.append(float(value))
    span, _ = checked(Span, node, where, report, also=("from", "to"))
    if span is None or len(ends) < 2:
        return []
    low, high = ends
    positive = low > 0 and high > 0
    if span.scale == "log" and not positive:
        report.add(node.mark_of("scale"), join(where, "scale"), "log needs ends above 0", "write scale: linear")
        return []
    spread: Any = np.geomspace if positive and span.scale != "linear" else np.linspace
    values = [float(value) for value in spread(low, high, span.count)]
    if span.count > 1 and low == high:
        report.add(node.mark, where, "from and to are the same", "use two numbers, or count: 1")
        return []
    return [int(value) for value in values] if all(value.is_integer() for value in values) else values


def _put(body: Node, path: tuple[str | int, ...], value: Node) -> Node:
    key = str(path[0])
    child = (body.entries or {})[key]
    if len(path) > 1:
        items = [value if place == path[1] else item for place, item in enumerate(child.items or [])]
        value = replace(child, items=items)
    return replace(body, entries={**(body.entries or {}), key: value})


def _labelled(body: Node, found: list[Several], values: tuple[float, ...]) -> Node:
    """A label of the user's with what tells each entry apart."""
    label = (body.entries or {}).get("label")
    if label is None or not isinstance(label.plain, str):
        return body
    told = ", ".join(
        f"{'.'.join(map(str, each.path))}={short(value)}" for each, value in zip(found, values, strict=True)
    )
    text = f"{label.plain} {told}"
    return replace(body, entries={**(body.entries or {}), "label": replace(label, scalar=text, text=text)})
