"""Checks one section of the tree against the dataclass it becomes: pydantic does the checking, we choose the words.

Sections are checked one by one, each against the one model that fits what was written (no unions of sections), so a
typo gives one problem and the parts without problems can go on to the checks across sections.
"""

from __future__ import annotations

import dataclasses
import math
import re
import types
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from thalweg.errors import Mark, Report, listed, nearest, number, show
from thalweg.registry import Range
from thalweg.scalars import EMPTY, resolve
from thalweg.tree import Node

T = TypeVar("T")
PATTERNS = {"color": r"^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$", "size": r"^[1-9][0-9]{0,4}x[1-9][0-9]{0,4}$"}
KINDS = {"color": "a colour", "size": "a size in pixels", "words": "text", "optimizer": "the name of an optimizer"}
FORMS = {
    "a colour": 'write "#RRGGBB", in quotes',
    "a colour or destination": 'write "#RRGGBB", in quotes, or destination',
    "a size in pixels": "write it like 1280x720",
}
WORDS_OF_OTHERS = {
    "learning_rate": "lr",
    "step_size": "lr",
    "eta": "lr",
    "rate": "lr",
    "alpha": "lr",
    "learningrate": "lr",
    "beta1": "betas",
    "beta2": "betas",
    "epsilon": "eps",
    "mu": "momentum",
    "colour": "color",
    "iterations": "steps",
    "epochs": "steps",
    "loss": "surface",
    "function": "surface",
    "bounds": "domain",
    "name": "label",
}
ELSEWHERE = {  # keys that belong to another place: section -> key -> where
    "": {
        "schedule": "in an optimizer's entry",
        "clip": "in an optimizer's entry",
        "batch": "as noise: {batch: 8}",
        "domain": "in the surface",
        "expression": "in the surface",
    },
    "optimizers": dict.fromkeys(("noise", "replicas", "steps", "seed"), "at the top of the file"),
    "start": {"replicas": "at the top of the file"},
}


def checked(
    cls: type[T], node: Node, where: str, report: Report, also: Iterable[str] = (), known: bool = True
) -> tuple[T | None, set[str]]:
    """An instance of the dataclass `cls` from a mapping node, and the names of its fields that had problems.

    Those have their default in the instance; it is None when a field without default failed or the class refused.
    `also` names keys that others read; with known=False keys that `cls` does not have are left to others too.
    """
    hints = fields_of(cls)
    entries = {} if node.is_null else node.entries
    if entries is None:
        name = where.rpartition(".")[2]
        report.add(node.mark, where, f"{show(node.plain)} is not a mapping", f"write {name}: {{...}}")
        return None, set(hints)
    if known:
        for key in [key for key in entries if key not in hints and key not in set(also)]:
            unknown(key, [*hints, *also], node, where, report)
    values = {key: child.plain for key, child in entries.items() if key in hints}
    bad = _problems(cls, values, node, where, report)
    try:
        model = model_of(cls)(**{key: value for key, value in values.items() if key not in bad})
    except ValidationError:  # a field without default
        return None, bad
    return _made(cls, {name: getattr(model, name) for name in hints}, node, where, report), bad


def unknown(key: str, known: Collection[str], node: Node, where: str, report: Report) -> None:
    """Says that a key is not known, or belongs elsewhere."""
    section = "start" if where.endswith("start") else where.split(".")[0]
    if key in ELSEWHERE.get(section, ()) and key not in known:
        report.add(node.keys[key], join(where, key), "is not read here", f"write it {ELSEWHERE[section][key]}")
    else:
        plain = snake(key)
        other = WORDS_OF_OTHERS.get(plain, plain)
        cure = nearest(other if other in known else plain, known)
        if plain in ("beta1", "beta2") and "betas" in known:
            cure = "write both as betas: [0.9, 0.999]"
        report.add(node.keys[key], join(where, key), "unknown key", cure)


def snake(name: str) -> str:
    """A name as it is spelled here: learningRate, Learning-Rate and learning rate are learning_rate."""
    return re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", name)).lower()


def join(where: str, key: str | int) -> str:
    return f"{where}.{key}" if where else str(key)


def _problems(cls: type[Any], values: Mapping[str, Any], node: Node, where: str, report: Report) -> set[str]:
    """Reports what pydantic finds, once a place; the names of the fields concerned."""
    try:
        model_of(cls)(**values)
    except ValidationError as error:
        found: dict[tuple[str | int, ...], str] = {}
        for each in error.errors(include_url=False):
            path = _path(node, each["loc"]) or each["loc"][:1]
            if path not in found or each["type"].startswith(("greater", "less")):  # the most telling part of a union
                found[path] = each["type"]
        for path, kind in found.items():
            hint, limits = fields_of(cls)[str(path[0])]
            if path[0] not in (node.entries or {}):
                report.add(node.mark, join(where, path[0]), "is missing", f"give {describe(hint, limits)}")
                continue
            parent = node
            for step in path[:-1]:
                parent = parent.child(step)
            for _ in path[1:]:
                hint = _element(hint)
            place = ".".join(map(str, [*([where] if where else []), *path]))
            _explain(kind, parent.child(path[-1]), parent.mark_of(path[-1]), hint, limits, report, place)
        return {str(path[0]) for path in found}
    return set()


def _path(node: Node, loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The part of pydantic's loc that leads through the tree; the tags of unions lead nowhere."""
    path: list[str | int] = []
    for step in loc:
        if not node.has(step):
            break
        node = node.child(step)
        path.append(step)
    return tuple(path)


def _explain(kind: str, node: Node, mark: Mark, hint: Any, limits: Range, report: Report, where: str) -> None:
    """One problem in words: what is wrong depends on the value, what would be right on the field."""
    value, words = node.plain, describe(hint, limits)
    choices = [each for each in _choices(hint) if isinstance(each, str)]
    short = describe(hint, Range())
    what, cure = f"{show(value)} is not {short}" if len(short) < 40 else f"{show(value)} does not fit", f"use {words}"
    cure = FORMS.get(short, "put the text in quotes" if short == "text" else cure)
    if value is EMPTY or value is None:
        what = "is empty"
        cure = {
            "a colour": 'quote colours that start with #, like "#FF8800"',
            "text": "quote text that starts with #, or leave it out",
        }.get(short.removesuffix(" or destination"), cure)
    elif isinstance(value, float) and not math.isfinite(value):
        what = f"{node.text[:40] or value} is not a finite number"
    elif kind.startswith(("greater_than", "less_than")):
        what = f"{show(value)} is out of range"
    elif choices and isinstance(value, str):
        hit = nearest(value, choices)
        if hit.startswith("did") or short not in FORMS:
            what, cure = f"{show(value)} is unknown", hit if hit.startswith("did") else cure
    elif isinstance(value, str) and "number" in words and isinstance(resolve(value.strip()), (int, float)):
        what, cure = f"{show(value)} is text, not a number", f"write it without quotes, {words}"
    report.add(mark, where, what, cure)


def _made(cls: type[T], values: dict[str, Any], node: Node, where: str, report: Report) -> T | None:
    names = {_key(each): each.name for each in dataclasses.fields(cast(Any, cls))}
    try:
        return cls(**{names[key]: value for key, value in values.items()})
    except ValueError as error:  # what a member demands of its parameters together
        what, _, cure = str(error).partition("; ")
        name = next((name for name in values if what.startswith(f"{name}: ")), "")
        mark = node.mark_of(name) if name else node.mark
        report.add(mark, join(where, name) if name else where, what.removeprefix(f"{name}: "), cure)
        return None


def fields_of(cls: type[Any]) -> dict[str, tuple[Any, Range]]:
    """Field -> (type, range) of a dataclass whose fields were made with `parameter`."""
    return _fields(cast(Any, cls))


def holders_of(cls: type[Any]) -> list[str]:
    """The fields that hold another optimizer: a name, or one name with its hyperparameters."""
    return [name for name, (hint, _) in fields_of(cls).items() if get_args(hint)[1:] == ("optimizer",)]


def texts_of(cls: type[Any]) -> list[str]:
    """The fields whose texts are set on screen: one, or a list of them."""

    def words(hint: Any) -> bool:
        parts = get_args(hint)
        return parts[1:] == ("words",) if get_origin(hint) is Annotated else any(map(words, parts))

    return [name for name, (hint, _) in fields_of(cls).items() if words(hint)]


def _key(field: dataclasses.Field[Any]) -> str:
    """What a file calls it: `for` cannot be the name of a field, and for_ can."""
    return field.name.removesuffix("_")


def model_of(cls: type[Any]) -> type[BaseModel]:
    """The strict pydantic model of a dataclass: ranges become constraints, whole floats pass for integers."""
    return _model(cast(Any, cls))


@lru_cache
def _fields(cls: Any) -> dict[str, tuple[Any, Range]]:
    hints = get_type_hints(cls, include_extras=True)
    return {
        _key(each): (hints[each.name], each.metadata.get("range", Range()))
        for each in dataclasses.fields(cls)
        if each.init and "own_reader" not in each.metadata
    }


@lru_cache
def _model(cls: Any) -> type[BaseModel]:
    defaults = {_key(each): each.default for each in dataclasses.fields(cls)}
    made: dict[str, Any] = {}
    for name, (hint, limits) in fields_of(cls).items():
        default = ... if defaults[name] is dataclasses.MISSING else defaults[name]
        made[name] = (_annotated(hint, limits), Field(default, description=limits.doc or None))
    config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=())
    return create_model(cls.__name__, __config__=config, **made)


def _annotated(hint: Any, limits: Range) -> Any:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return Annotated[parts[0], Field(pattern=PATTERNS[parts[1]])] if parts[1] in PATTERNS else parts[0]
    if origin is tuple and parts[-1] is Ellipsis:
        return tuple[_annotated(parts[0], limits), ...]  # type: ignore[misc]
    if origin is tuple:
        return tuple[tuple(_annotated(part, limits) for part in parts)]  # type: ignore[misc]
    if origin in (Union, types.UnionType):
        return Union[tuple(_annotated(part, limits) for part in parts)]  # noqa: UP007
    if hint not in (int, float):
        return hint
    low = {"gt" if limits.low_open else "ge": limits.low} if limits.low is not None else {}
    high = {"lt" if limits.high_open else "le": limits.high} if limits.high is not None else {}
    bounded = Annotated[hint, Field(**low, **high)]
    return Annotated[bounded, BeforeValidator(_whole)] if hint is int else bounded


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _choices(hint: Any) -> tuple[Any, ...]:
    parts = get_args(hint)
    if get_origin(hint) is Literal:
        return parts
    return sum((_choices(part) for part in parts if get_origin(hint) in (Union, types.UnionType)), ())


def _element(hint: Any) -> Any:
    """The type of a tuple's elements, also when the tuple is optional."""
    inner = next(part for part in (hint, *get_args(hint)) if get_origin(part) is tuple)
    return get_args(inner)[0]


def describe(hint: Any, limits: Range) -> str:
    """What a field takes, in words: 'a number > 0', 'true or false', 'two numbers, like [0.9, 0.999]'."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return KINDS[parts[1]]
    if origin is Literal:
        return listed(parts)
    if origin in (Union, types.UnionType):
        return listed(describe(part, limits) for part in parts if part is not type(None))
    if origin is tuple and parts[-1] is Ellipsis:
        return f"a list of {describe(parts[0], limits).removeprefix('a ').replace('number', 'numbers', 1)}"
    if origin is tuple:
        inner = describe(parts[0], Range())
        count = {1: "one", 2: "two", 3: "three", 4: "four"}.get(len(parts), str(len(parts)))
        kind = "numbers" if "number" in inner else "values"
        return f"{count} {'whole ' if 'whole' in inner else ''}{kind} [...]" + _ranged(limits)
    if hint is bool:
        return "true or false"
    if hint is str:
        return "text"
    return ("a whole number" if hint is int else "a number") + _ranged(limits)


def _ranged(limits: Range) -> str:
    """The range in words: ' > 0', ' from 1 to 1000000', ' from 0 to below 1'."""
    low, high = limits.low, limits.high
    if low is not None and high is not None:
        start = f" above {number(low)}, up" if limits.low_open else f" from {number(low)}"
        return start + (f" to below {number(high)}" if limits.high_open else f" to {number(high)}")
    words = limits.words()
    return f" {words}" if words else ""
