"""The sections of a config that say what is rolled on what: surface and optimizers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, TypeVar

from thalweg.calculus import SURFACES, ExpressionError, from_expression
from thalweg.calculus.text import DataError
from thalweg.engine import OPTIMIZERS
from thalweg.engine.rule.own import LABEL
from thalweg.engine.rule.own import NAME as OWN_RULE
from thalweg.errors import Mark, Report, show
from thalweg.experiment.recorded import Recorded
from thalweg.registry import BrokenMember
from thalweg.scalars import EMPTY, resolve
from thalweg.spec.basics import Basics, EntryBasics
from thalweg.spec.document import Draft, told_apart
from thalweg.spec.labels import NOT_YET, Named
from thalweg.spec.members import member, with_inner
from thalweg.spec.rows import read_data, wrong_data
from thalweg.spec.rules import OWN, read_rule
from thalweg.spec.samples import crop_and_cap, read_recorded, read_sampled
from thalweg.spec.schedules import read_clip, read_schedules
from thalweg.spec.schema import checked, fields_of, holders_of, join, unknown
from thalweg.spec.starts import read_box, read_start
from thalweg.spec.sweeps import BEST
from thalweg.tree import Node
from thalweg.typeset.text import folded

LIST_FORM = "write a list:  - sgd: {lr: 0.1}"
RESERVED = ("label", "color", "start", "schedule", "clip")
T = TypeVar("T", Basics, EntryBasics)


def read_surface(tree: Node, report: Report, where: str = "surface") -> Any:
    """The Surface, with its parameters and domain; None, with problems reported, when it cannot be made."""
    if not tree.has(where):
        report.add(tree.mark, where, "is missing", "give one, for example surface: bowl")
        return None
    node = tree.child(where)
    if node.entries is None:
        cls = member(SURFACES, node, tree.mark_of(where), where, "a surface", report)
        return cls and cls()
    surface = read_sampled(node, where, report) if node.has("samples") else _formula(tree, node, where, report)
    return surface and crop_and_cap(surface, node, where, report)


def _formula(tree: Node, node: Node, where: str, report: Report) -> Any:
    before = len(report.problems)
    keys = ("name", "expression", "parameters", "data", "sha256", "domain", "crop", "cap")
    for key in [key for key in node.entries or {} if key not in keys]:
        unknown(key, [*keys, "samples"], node, where, report)
    box = read_box(node, "domain", join(where, "domain"), report)
    if node.has("name") == node.has("expression"):
        what = (
            "name and expression exclude each other" if node.has("name") else "has neither name, expression nor samples"
        )
        report.add(tree.mark_of(where), where, what, "give one of them")
        return None
    square = ((-3.0, 3.0), (-3.0, 3.0))
    make = _named if node.has("name") else _expression
    surface = make(node, box and box.within(square), where, report)
    if surface is None or box is None or len(report.problems) > before:
        return None
    return surface.with_domain(box.within(surface.domain)) if node.has("domain") and node.has("name") else surface


def _named(node: Node, domain: Any, where: str, report: Report) -> Any:
    for key in filter(node.has, ("data", "sha256")):
        cure = "write parameters: {data: ...} for the examples of logistic and least_squares"
        report.add(node.keys[key], join(where, key), "goes with an expression", cure)
    cls = member(SURFACES, node.child("name"), node.mark_of("name"), join(where, "name"), "a surface", report)
    if cls is None:
        return None
    parameters = node.child("parameters") if node.has("parameters") else Node(node.mark, entries={})
    surface, bad = checked(cls, parameters, join(where, "parameters"), report)
    return None if bad else surface


def _expression(node: Node, domain: Any, where: str, report: Report) -> Any:
    text = node.child("expression")
    if not isinstance(text.scalar, str) or not text.is_scalar:
        what = "is empty" if text.is_null else f"{show(text.plain)} is not a formula"
        report.add(
            node.mark_of("expression"), join(where, "expression"), what, 'write it in quotes, like "x**2 + abs(y)"'
        )
        return None
    parameters = _numbers(node, join(where, "parameters"), report)
    rows = read_data(node, text.scalar, parameters or {}, where, report) if node.has("data") else None
    if parameters is None or domain is None or (rows is None and node.has("data")):
        return None
    try:
        if rows is None:
            return from_expression(text.scalar, parameters, domain)
        surface: Any = from_expression(text.scalar, parameters, domain, data=rows.columns)
        return surface.of_file(rows.digest)
    except DataError as error:
        wrong_data(error, node, where, report)
    except ExpressionError as error:
        what, _, cure = str(error).partition("; ")
        report.add(node.mark_of("expression"), join(where, "expression"), what, cure)
    return None


def _numbers(node: Node, where: str, report: Report) -> dict[str, float] | None:
    """The parameters of a formula: any names, finite numbers."""
    parameters = node.child("parameters") if node.has("parameters") else Node(node.mark)
    if parameters.entries is None and not parameters.is_null:
        report.add(node.mark_of("parameters"), where, f"{show(parameters.plain)} is not a mapping", "write {a: 0.3}")
        return None
    from thalweg.calculus.text import check_parameters

    before, numbers = len(report.problems), {}
    for name, child in (parameters.entries or {}).items():
        try:
            numbers.update(check_parameters({name: child.plain}))
        except ExpressionError as error:
            what, _, cure = str(error).partition("; ")
            report.add(parameters.mark_of(name), join(where, name), what, cure or "use a number")
    return numbers if len(report.problems) == before else None


def read_optimizers(tree: Node, report: Report) -> list[Draft]:
    """The entries that could be read at all, in order."""
    if not tree.has("optimizers"):
        report.add(tree.mark, "optimizers", "is missing", LIST_FORM)
        return []
    node, mark = tree.child("optimizers"), tree.mark_of("optimizers")
    if node.entries is not None:
        form = ", ".join(
            f"- {key}" if child.is_null else f"- {key}: {show(child.plain)}"
            for key, child in list(node.entries.items())[:3]
        )
        report.add(mark, "optimizers", "is a mapping, not a list", f"write a list:  {form}")
    elif node.items is None:
        what = "is empty" if node.is_null else f"{show(node.plain)} is not a list"
        report.add(mark, "optimizers", what, LIST_FORM if node.is_null else f"write a list:  - {node.text}")
    elif not node.items:
        report.add(mark, "optimizers", "the list is empty", LIST_FORM)
    places = [index if entry.origin is None else entry.origin for index, entry in enumerate(node.items or [])]
    return [
        replace(each, candidate=entry.candidate)
        for place, entry in zip(places, node.items or [], strict=True)
        for each in _draft(entry, place, report)
    ]


def _draft(entry: Node, index: int, report: Report) -> Iterator[Draft]:
    where, body = join("optimizers", index), Node(entry.mark)
    key = entry
    if entry.entries is not None:
        if len(entry.entries) != 1:
            report.add(entry.mark, where, *_not_one(entry.entries))
            return
        name = next(iter(entry.entries))
        key, body = Node(entry.keys[name], name, text=name), entry.child(name)
    if key.scalar == "recorded":
        yield _recorded(body, key.mark, join(where, "recorded"), report)
        return
    if key.scalar == OWN_RULE:
        yield _entry(key, body, *_ruled(key, body, where, report), join(where, OWN_RULE), report)
        return
    cls = member(OPTIMIZERS, key, key.mark, where, "an optimizer", report)
    if cls is None:
        return
    where = join(where, key.text)
    if not body.is_null and body.entries is None:
        report.add(body.mark, where, f"{show(body.plain)} is not a mapping", f"write - {key.text}: {{lr: 0.1}}")
        return
    optimizer, bad = with_inner(cls, body, where, report, RESERVED)
    yield _entry(key, body, cls, None if bad else optimizer, where, report)


def _ruled(key: Node, body: Node, where: str, report: Report) -> tuple[Any, Any]:
    """The class and the optimizer of an entry that is written as its update."""
    own = read_rule(body, key.mark, join(where, OWN_RULE), report, RESERVED)
    return (type(own) if own else None), own


def _entry(key: Node, body: Node, cls: Any, optimizer: Any, where: str, report: Report) -> Draft:
    """What an entry says besides its hyperparameters; `cls` and `optimizer` are None where those were wrong."""
    body = body if body.entries is not None else Node(body.mark)
    basics, _ = checked(EntryBasics, body, where, report, known=False)
    start = (
        read_start(body.child("start"), join(where, "start"), body.mark_of("start"), report)
        if body.has("start")
        else None
    )
    schedules = read_schedules(body, cls, where, report) if cls else None
    clip, clip_bad = read_clip(body, where, report)
    if clip_bad or schedules is None:
        optimizer = None
    chosen = tuple(name for name in fields_of(cls) if body.has(name) or name == "lr") if cls else ()
    return Draft(
        key.text,
        where,
        key.mark,
        optimizer,
        one_lined(basics or EntryBasics()),
        body,
        start,
        chosen,
        schedules or {},
        clip,
    )


def _not_one(entries: dict[str, Node]) -> tuple[str, str]:
    """What is wrong with an entry of no key or several, and the cure."""
    names = [name for name in entries if name in OPTIMIZERS or name in ("recorded", OWN_RULE)]
    keys = f"holds {len(entries)} keys ({', '.join(entries)})"[:200]
    if len(names) > 1:
        each = [f"- {name}" if body.is_null else f"- {name}: {flow(body.plain)}" for name, body in entries.items()]
        return f"{keys}, and an entry holds one optimizer", f"write {' and '.join(each)}, each on a line of its own"
    if names:
        others = {name: body.plain for name, body in entries.items() if name != names[0]}
        body = entries[names[0]]
        whole = {**(body.plain if body.entries is not None else {}), **others}
        place = f"indent {next(iter(others))} further, below {names[0]}, or " if body.is_null else ""
        return f"{keys}, not one optimizer", f"{place}write - {names[0]}: {flow(whole)}"
    named = next((key for key, body in entries.items() if body.is_scalar and body.scalar in OPTIMIZERS), None)
    if named:
        others = {name: body.plain for name, body in entries.items() if name != named}
        return f"{keys}, not one optimizer", f"write - {entries[named].text}: {flow(others)}"
    return f"{keys}, not one optimizer", LIST_FORM


def flow(value: Any) -> str:
    """A value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return value if re.fullmatch(r"[A-Za-z_][\w .-]*", value) and isinstance(resolve(value), str) else quoted(value)
    return "" if value is EMPTY else show(value)


def quoted(text: str) -> str:
    """Text in YAML's quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _recorded(body: Node, mark: Mark, where: str, report: Report) -> Draft:
    """An entry whose run was made elsewhere."""
    basics, recording = read_recorded(body, mark, where, report)
    return Draft(
        "recorded",
        where,
        mark,
        Recorded() if recording else None,
        one_lined(basics),
        body,
        None,
        (),
        {},
        None,
        recording,
    )


def one_lined(texts: T) -> T:
    """The same with line breaks and runs of blanks in its texts made one blank: a block scalar ends in a line break."""
    words: dict[str, Any] = {name: folded(value) for name, value in vars(texts).items() if isinstance(value, str)}
    return replace(texts, **words)


def named_entry(entry: Node) -> Named:
    """What an entry's label is made of, read before anything is checked: whatever is wrong is left out."""
    name = next(iter(entry.entries), "") if entry.entries is not None else entry.text
    body = entry.child(name) if entry.has(name) else Node(entry.mark)
    written = body.plain if body.entries is not None else {}
    silent = Report("")
    start = read_start(body.child("start"), "", entry.mark, silent) if body.has("start") else None
    display, hyper, schedules = name, {}, None
    try:
        cls = OPTIMIZERS[name]
        display = cls.display_name or name
        schedules = read_schedules(body, cls, "", silent) if body.entries is not None else None
        hyper = {each.name: written.get(each.name, each.default) for each in fields(cls)}
        if holders_of(cls):  # which take an lr from the optimizer inside
            hyper = vars(with_inner(cls, body, "", silent, RESERVED)[0] or cls())
    except (KeyError, BrokenMember):
        if name == OWN_RULE:
            display, hyper = LABEL, {key: each for key, each in written.items() if key not in (*RESERVED, *OWN)}
    hyper = {key: NOT_YET if isinstance(each, dict) and BEST in each else each for key, each in hyper.items()}
    label = written.get("label")
    own = folded(label) if isinstance(label, str) else None
    clip = read_clip(body, "", silent)[0] if body.entries is not None else None
    return Named(name, display, hyper, told_apart(start, schedules or {}, clip), own)
