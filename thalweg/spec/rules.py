"""An optimizer written as its update: `- rule: {lr: 0.1, update: ...}`."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from thalweg.engine.rule import RuleError, read
from thalweg.engine.rule.own import LABEL, OwnRule, check_name, own_rule
from thalweg.errors import Mark, Report, nearest, show
from thalweg.spec.schema import join
from thalweg.tree import Node

OWN = ("update", "initial")  # keys of the rule itself, beside its numbers and what every entry may have
FORM = "write its lines below update: |, such as w = w - lr*grad(w)"


def read_rule(
    body: Node,
    mark: Mark,
    where: str,
    report: Report,
    others: Collection[str],
    outside: Mapping[str, float] | None = None,
) -> OwnRule | None:
    """The optimizer of a rule's mapping; None, with all problems reported, when it is none. `others` are the keys that
    every entry may have, `outside` numbers that the update may read though they are not in the mapping.
    """
    if body.entries is None:
        what = "is empty" if body.is_null else f"{show(body.plain)} is not a mapping"
        report.add(body.mark if not body.is_null else mark, where, what, "write its numbers and its update below it")
        return None
    before = len(report.problems)
    names = [key for key in body.entries if key not in (*OWN, *others)]
    numbers = {key: number for key in names if (number := _number(body, key, where, report)) is not None}
    initial = _initial(body, where, report)
    text = _update(body, mark, where, report)
    if text is None:
        return None
    try:
        rule = read(text, [*names, *(outside or {})], all_read=False)
    except RuleError as error:
        node = body.child("update")
        line = node.mark if node.mark.source else Mark(node.first + error.line - 1)
        report.add(line, join(where, "update"), error.what, error.cure)
        return None
    for name in names:
        if name not in rule.numbers:
            what = "the update never reads this number"
            report.add(body.keys[name], join(where, name), what, "use it in a line, or leave it out")
    for name in initial:
        if name not in rule.state:
            what = "is not carried from step to step"
            report.add(body.mark_of("initial"), join(join(where, "initial"), name), what, _carried(name, rule.state))
    if len(report.problems) > before:
        return None
    numbers |= {name: value for name, value in (outside or {}).items() if name in {*rule.numbers} - {*names}}
    label = body.child("label").plain if body.has("label") else None
    try:
        return own_rule(text, numbers, initial, label if isinstance(label, str) else LABEL)
    except RuleError as error:  # of the rule as a whole
        report.add(mark, where, error.what, error.cure)
        return None


def _number(body: Node, key: str, where: str, report: Report) -> float | None:
    """A number of the rule under a name that one can have."""
    value, place = body.child(key).plain, join(where, key)
    try:
        check_name(key)
    except RuleError as error:
        report.add(body.keys[key], place, error.what, error.cure)
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        what = "is empty" if body.child(key).is_null else f"{show(value)} is not a number"
        report.add(body.mark_of(key), place, what, "every name in a rule but update, initial and label is a number")
        return None
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        report.add(body.mark_of(key), place, f"{show(value)} is out of range", "use a finite number")
        return None
    return found


def _initial(body: Node, where: str, report: Report) -> dict[str, float]:
    """Where what is carried starts."""
    if not body.has("initial") or body.child("initial").is_null:
        return {}
    node, place = body.child("initial"), join(where, "initial")
    if node.entries is None:
        report.add(body.mark_of("initial"), place, f"{show(node.plain)} is not a mapping", "write {v: 0.1}")
        return {}
    found = {}
    for name, child in node.entries.items():
        value = child.plain
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            report.add(node.mark_of(name), join(place, name), f"{show(value)} is not a finite number", "write 0.1")
        else:
            found[name] = float(value)
    return found


def _update(body: Node, mark: Mark, where: str, report: Report) -> str | None:
    """The text of the update."""
    place = join(where, "update")
    if not body.has("update"):
        report.add(mark, place, "is missing", FORM)
        return None
    node = body.child("update")
    if not node.is_scalar or not isinstance(node.scalar, str):
        what = "is empty" if node.is_null else f"{show(node.plain)} is not text"
        report.add(body.mark_of("update"), place, what, FORM)
        return None
    return node.scalar


def _carried(name: str, state: Collection[str]) -> str:
    return nearest(name, state) or "nothing is; leave initial out"
