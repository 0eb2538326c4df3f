"""--set KEY=VALUE: one value of the tree replaced, before anything is checked.

The new nodes carry the command line's words as their mark, so whatever is wrong with them later names the --set
and not a line of the file. Nothing is changed in place: aliases share nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from thalweg.errors import Mark, Report, listed, nearest, show
from thalweg.scalars import EMPTY, WORDS, resolve
from thalweg.spec.labels import labels
from thalweg.spec.reader import read
from thalweg.spec.sections import named_entry
from thalweg.spec.syntax import NotYaml
from thalweg.tree import Node

TEXTS = ("title", "caption", "label", "text", "heading", "formula")  # keys whose values are words
DEEPEST = 50  # parts of a key
NOTHING = [word for word, value in WORDS.items() if value is None]


class _Refused(Exception):
    """A --set that leads nowhere: what is wrong and what would be right."""


def overridden(tree: Node, overrides: Iterable[str], video: Mapping[str, Any], report: Report) -> Node:
    """The tree with every KEY=VALUE and every value of the command line's video options in it; problems reported."""
    names: list[str] | None = None
    for text in overrides:
        source = f"--set {text}"
        try:
            keys, value = split(text)
            if names is None and keys[0] == "optimizers":
                names = _labels(tree)
            tree = _put(tree, keys, _value(keys, value, source), names or [], source)
            names = None if keys == ["optimizers"] else names
        except _Refused as error:
            report.add(Mark(0, source), "", *error.args)
    if tree.has("video") and tree.child("video").entries is None and not tree.child("video").is_null:
        return tree  # reported where the section is read
    for key, given in video.items():
        if given is not None:
            source = f"--{key}" if given is True else f"--{key} {given}"
            node = _literal(given, source)
            tree = _put(tree, ["video", key], node, [], source)
    return _quality_wins(tree)


def _literal(given: Any, source: str) -> Node:
    """A value of the command line, not of YAML: '010' and 'null' stay what a shell user means by them."""
    value = resolve(given) if isinstance(given, str) else given
    return Node(Mark(0, source), given if value is EMPTY else value, text=str(given))


def split(text: str) -> tuple[list[str], str]:
    """'a."b.c".d=value' as (['a', 'b.c', 'd'], 'value'): segments end at dots, quoted ones may hold dots and =."""
    keys, at = [""], 0
    while at < len(text) and text[at] != "=":
        char = text[at]
        if char in "\"'" and not keys[-1]:
            end = text.find(char, at + 1)
            if end < 0:
                raise _Refused("a quote is not closed", f"close it with {char}")
            keys[-1], at = text[at + 1 : end], end + 1
            if text[at : at + 1] not in (".", "="):
                raise _Refused("a quoted name ends in the middle of a key", "follow it with . or =")
            continue
        if char == ".":
            keys.append("")
        else:
            keys[-1] += char
        at += 1
    if at == len(text):
        raise _Refused("there is no =", "write KEY=VALUE, for example steps=500")
    if len(keys) > DEEPEST:
        raise _Refused(f"the key has {len(keys):,} parts", "write it like optimizers.adam.lr=0.01")
    keys = [key.strip() for key in keys]
    if not all(keys):
        raise _Refused("a part of the key is empty", "write it like optimizers.adam.lr=0.01")
    return keys, text[at + 1 :]


def _value(keys: list[str], text: str, source: str) -> Node:
    """The value read as YAML; where words are wanted, the rest of the line as it is, unless it stands in quotes."""
    if not text.strip():
        return Node(Mark(0, source), EMPTY)
    wanted = keys[-1] in TEXTS and keys[0] != "style" and text.strip() not in NOTHING
    if wanted and not _in_quotes(text.strip()):
        return Node(Mark(0, source), text.strip(), text=text.strip())
    try:
        node, duplicates = read(text)
    except NotYaml as error:
        raise _Refused(error.what, error.cure) from None
    if duplicates:
        raise _Refused(f"{duplicates[0].where} is written twice", "keep one")
    return node.from_source(source)


def _in_quotes(text: str) -> bool:
    """Whether all of the text is one quoted YAML scalar."""
    try:
        return text[0] in "\"'" and isinstance(read(text)[0].scalar, str)
    except NotYaml:
        return False


def _put(tree: Node, keys: list[str], value: Node, names: list[str], source: str) -> Node:
    if keys[0] == "optimizers" and len(keys) > 1:
        entries = tree.child("optimizers") if tree.has("optimizers") else Node(tree.mark)
        if entries.items is None:
            raise _Refused("optimizers is not a list in this file", "set optimizers as a whole")
        index = _entry(entries.items, keys[1], names)
        entry = value if len(keys) == 2 else _into_entry(entries.items[index], keys[2:], value, source)
        return _with(tree, "optimizers", _with(entries, index, entry, source), source)
    return _into(tree, keys, value, source, "")


def _into(node: Node, keys: list[str], value: Node, source: str, where: str) -> Node:
    """`node` with `value` at `keys`; sections that are not there, or in their short form, are opened."""
    if not keys:
        return value
    if node.is_null:
        node = Node(node.mark, entries={}, keys={})
    elif node.is_scalar and isinstance(node.scalar, str) and where.endswith(".optimizer"):  # inside a wrapper
        node = Node(node.mark, entries={node.text: Node(node.mark)}, keys={node.text: node.mark})
    elif node.is_scalar and where in ("surface", "scene"):
        short = "kind" if where == "scene" else "name"
        node = Node(node.mark, entries={short: node}, keys={short: node.mark})
    key: str | int = keys[0]
    if node.items is not None:
        index = _index(keys[0], len(node.items))
        if index is None:
            raise _Refused(f"{where} has no {show(keys[0])}", f"use an index from 0 to {len(node.items) - 1}")
        key = index
    elif node.entries is None:
        raise _Refused(f"{where} holds {show(node.plain)}, nothing is below it", f"set {where} itself")
    child = node.child(key) if node.has(key) else Node(Mark(0, source), entries={}, keys={})
    return _with(node, key, _into(child, keys[1:], value, source, f"{where}.{key}" if where else str(key)), source)


def _with(node: Node, key: str | int, child: Node, source: str) -> Node:
    """A copy of a list or mapping with one child replaced or added."""
    if isinstance(key, int):
        items = list(node.items or [])
        items[key] = child
        return Node(node.mark, items=items)
    entries = {**(node.entries or {}), key: child}
    mark = node.keys.get(key, Mark(0, source)) if not child.mark.source else child.mark
    return Node(node.mark, entries=entries, keys={**node.keys, key: mark})


def _into_entry(entry: Node, keys: list[str], value: Node, source: str) -> Node:
    name = next(iter(entry.entries), "") if entry.entries is not None else entry.text
    body = entry.child(name) if entry.has(name) else Node(entry.mark)
    if len(keys) > 1 and keys[0] == name:
        keys = keys[1:]
    keys = _deeper(body, keys)
    if entry.entries is None:
        entry = Node(entry.mark, entries={name: body}, keys={name: entry.mark})
    whole = _with(entry, name, _into(body, keys, value, source, name), source)
    if len(keys) == 1:
        _drop_parts(whole.child(name), keys[0])
    return whole


def _drop_parts(body: Node, key: str) -> None:
    """A whole pair takes the place of what was said of its parts alone, as betas.0. `body` is nobody else's."""
    for each in [each for each in body.entries or {} if re.fullmatch(re.escape(key) + r"\.\d+", each)]:
        del body.entries[each], body.keys[each]  # type: ignore[index]


def _deeper(body: Node, keys: list[str]) -> list[str]:
    """An lr of a wrapper that stands with the optimizer inside is changed there."""
    inner = body.child("optimizer") if keys == ["lr"] and body.has("optimizer") and not body.has("lr") else body
    for name, below in (inner.entries or {}).items() if inner is not body else ():
        path = _deeper(below, keys)
        if below.has("lr") or path != keys:
            return ["optimizer", name, *path]
    return keys


def _labels(tree: Node) -> list[str]:
    entries = tree.child("optimizers") if tree.has("optimizers") else Node(tree.mark)
    return labels([named_entry(entry) for entry in entries.items or []])


def _entry(entries: list[Node], key: str, names: list[str]) -> int:
    """Which entry KEY means: a label, else an optimizer's name that fits exactly one, else an index from 0."""
    if key in names:
        return names.index(key)
    kinds = [named_entry(entry).name for entry in entries]
    if kinds.count(key) == 1:
        return kinds.index(key)
    if (index := _index(key, len(entries))) is not None:
        return index
    if kinds.count(key) > 1:
        fitting = [f'"{label}"' for label, kind in zip(names, kinds, strict=False) if kind == key]
        raise _Refused(f"{kinds.count(key)} entries are {key}", f"use {listed(fitting)}, or an index from 0")
    raise _Refused(f"there is no optimizer {show(key)} in the file", nearest(key, dict.fromkeys([*names, *kinds])))


def _index(key: str, count: int) -> int | None:
    """The key as an index below `count`; None for others, numbers of any length among them."""
    digits = key.lstrip("0") or "0"
    return int(digits) if key.isdecimal() and len(digits) <= len(str(count)) and int(digits) < count else None


def _quality_wins(tree: Node) -> Node:
    """A quality from the command line drops the size and rate of the file, which would undo it without a word."""
    video = tree.child("video") if tree.has("video") else tree
    if video.entries is None or not video.has("quality") or not video.child("quality").mark.source:
        return tree
    entries = {key: node for key, node in video.entries.items() if key not in ("resolution", "fps") or node.mark.source}
    return _with(tree, "video", Node(video.mark, entries=entries, keys=video.keys), "")
