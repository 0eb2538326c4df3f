"""Entries that stand for many: `lr: {sweep: [0.01, 0.1, 1]}` is an entry for each value, `lr: {best_of: [...]}` one for
the value that ends lowest.

It is the tree that grows, before anything of the entries is read, so that labels, checks and data know plain entries.
Of the candidates of a best_of all but the best are dropped once they were read (`spec/best.py`).
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
from thalweg.spec.schema import checked, holders_of, join
from thalweg.tree import Node

MOST = 10_000  # entries, candidates among them
SWEEP, BEST, FOUND, VALUES = "sweep", "best_of", "found", "values"
FORMS = "write [0.01, 0.1, 1] or {from: 0.001, to: 1, count: 20}"


@dataclass(frozen=True)
class Span:
    """Values from one to another: evenly in their logarithm where both are above 0, else evenly."""

    count: int = parameter(MISSING, low=1, high=MOST, doc="how many values")
    scale: Literal["log", "linear"] | None = parameter(None, doc="log where from is above 0, else linear")


class Several(NamedTuple):
    """A key of an entry that has several values: the keys that lead to it, its form, the values, where it stands, and
    how it was written. `found` is the one that a search before this one chose.
    """

    path: tuple[str | int, ...]
    form: str
    values: list[float]
    mark: Mark
    written: Any
    found: float | None = None


@dataclass(frozen=True, eq=False)
class Wanted:
    """What an entry wants the best of; each entry has its own."""

    keys: tuple[Several, ...]


class Candidate(NamedTuple):
    """An entry that stands for one value of each key."""

    wanted: Wanted
    values: tuple[float, ...]


def expanded(tree: Node, report: Report) -> Node:
    """The tree with an entry for each value of every sweep, and one for each candidate of a best_of; several in an
    entry make all pairs, the first outermost.
    """
    entries = tree.child("optimizers") if tree.has("optimizers") else Node(tree.mark)
    if not any(_holds(entry) for entry in entries.items or []):
        return tree
    made: list[Node] = []
    for index, entry in enumerate(entries.items or []):
        several = _expanded(entry, join("optimizers", index), report) if _holds(entry) else [entry]
        made += [replace(each, origin=index) for each in several]
        if len(made) > MOST:
            what = f"sweeps and candidates make more than {MOST:,} entries"
            report.add(entry.mark, join("optimizers", index), what, "use fewer values")
            return tree
    whole = replace(entries, items=made)
    return replace(tree, entries={**(tree.entries or {}), "optimizers": whole})


def _holds(entry: Node) -> bool:
    """Whether an entry has a sweep or a best_of: quick, and true for some that are wrong."""
    return any(map(_within, (entry.entries or {}).values()))


def _within(node: Node) -> bool:
    """Whether one stands in a node."""
    return _several(node) or any(map(_within, [*(node.items or []), *(node.entries or {}).values()]))


def _several(node: Node) -> bool:
    return node.entries is not None and (SWEEP in node.entries or BEST in node.entries)


def _expanded(entry: Node, where: str, report: Report) -> list[Node]:
    name, body = next(iter((entry.entries or {}).items()))
    whole = _dotted(name, body)
    before, found = len(report.problems), list(_found(name, whole, join(where, name), report))
    count = math.prod(len(each.values) for each in found)
    if count > MOST:
        report.add(found[0].mark, where, f"all pairs make {count:,} entries", f"use at most {MOST:,}")
    if len(report.problems) > before:  # what else is wrong in it is told, too
        right = {key: each for key, each in (whole.entries or {}).items() if not _within(each)}
        return [replace(entry, entries={name: replace(whole, entries=right)})]
    sweeps, searched = ([each for each in found if each.form == form] for form in (SWEEP, BEST))
    made = []
    for values in product(*(each.values for each in sweeps)):
        one = _labelled(_with(whole, sweeps, values), sweeps, values)
        wanted = Wanted(tuple(searched))
        # in rising order, as the smaller of two that are equally good is the one
        tried = ([each.found] if each.found is not None else sorted(each.values) for each in searched)
        made += [
            replace(
                entry,
                entries={name: _with(one, searched, chosen)},
                candidate=Candidate(wanted, chosen) if searched else None,
            )
            for chosen in product(*tried)
        ]
    return made


def _with(body: Node, keys: list[Several], values: tuple[float, ...]) -> Node:
    """The body with a value for each of these keys."""
    for each, value in zip(keys, values, strict=True):
        body = _put(body, each.path, Node(each.mark, value, text=number(value)))
    return body


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
    for key, inner, below in _inside(name, replace(body, entries=entries)):
        entries[key] = replace(entries[key], entries={inner: _dotted(inner, below)})
    return replace(body, entries=entries, keys=keys)


def _inside(name: str, body: Node) -> Iterator[tuple[str, str, Node]]:
    """Of an optimizer around another: the key that holds it, its name and its own body."""
    try:
        holders = holders_of(OPTIMIZERS[name])
    except (KeyError, BrokenMember):
        return
    for key in holders:
        inner = body.child(key).entries if body.has(key) else None
        if inner and len(inner) == 1 and next(iter(inner.values())).entries is not None:
            yield key, *next(iter(inner.items()))


def _found(name: str, body: Node, where: str, report: Report) -> Iterator[Several]:
    for key, child in (body.entries or {}).items():
        if _several(child):
            yield from _read((key,), child, body.keys[key], join(where, key), report)
        for place, item in enumerate(child.items or []):
            if _several(item):
                yield from _read((key, place), item, item.mark, join(join(where, key), place), report)
    for key, inner, below in _inside(name, body):
        for each in _found(inner, below, join(join(where, key), inner), report):
            yield each._replace(path=(key, inner, *each.path))


def _read(path: tuple[str | int, ...], node: Node, mark: Mark, where: str, report: Report) -> Iterator[Several]:
    """The values of one sweep or best_of."""
    form = SWEEP if node.has(SWEEP) else BEST
    what, place = node.child(form), join(where, form)
    if set(node.entries or {}) - {form, *([FOUND] if form == BEST else [])}:
        report.add(mark, where, f"a {form} stands alone", f"write {{{form}: ...}}")
        return
    written = what.plain
    if what.entries is not None and set(what.entries) == {VALUES}:
        what, place = what.child(VALUES), join(place, VALUES)
    values = _listed(what, place, report) if what.items is not None else _spanned(what, place, report)
    found = _found_before(node, values, join(where, FOUND), report) if values and node.has(FOUND) else None
    if values:
        yield Several(path, form, values, what.mark, written, found)


def _found_before(node: Node, values: list[float], where: str, report: Report) -> float | None:
    """The value that was found before, one of the values but for rounding."""
    found = node.child(FOUND).plain
    right = isinstance(found, (int, float)) and not isinstance(found, bool)
    if right and any(math.isclose(found, value, rel_tol=1e-9) for value in values):
        return float(found) if isinstance(values[0], float) else found
    what = f"{show(found)} is none of the values" if right else f"{show(found)} is not a number"
    report.add(node.mark_of(FOUND), where, what, "leave it out, and the best is looked for")
    return None


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
    if not path:
        return value
    key, rest = path[0], path[1:]
    below = _put(body.child(key), rest, value)
    if isinstance(key, int):
        return replace(body, items=[below if place == key else item for place, item in enumerate(body.items or [])])
    return replace(body, entries={**(body.entries or {}), key: below})


def short_path(path: tuple[str | int, ...]) -> str:
    """'lr', 'betas.0': what tells a key apart, also of an optimizer inside another."""
    return f"{path[-2]}.{path[-1]}" if isinstance(path[-1], int) else path[-1]


def _labelled(body: Node, found: list[Several], values: tuple[float, ...]) -> Node:
    """A label of the user's with what tells each entry apart."""
    label = (body.entries or {}).get("label")
    if not found or label is None or not isinstance(label.plain, str):
        return body
    told = ", ".join(f"{short_path(each.path)}={short(value)}" for each, value in zip(found, values, strict=True))
    text = f"{label.plain} {told}"
    return replace(body, entries={**(body.entries or {}), "label": replace(label, scalar=text, text=text)})
