"""The YAML reader: the core schema's scalars, lines, merges, and no input that makes it fail in another way."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.errors import Mark
from thalweg.scalars import EMPTY, resolve
from thalweg.spec.reader import read
from thalweg.spec.syntax import NotYaml
from thalweg.tree import Node

NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | NAMES
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES.filter(lambda name: name != "<<"), inner, max_size=4)
    ),
    max_leaves=20,
)


def yaml_of(value: Any) -> str:
    """A value in JSON's dress, which is YAML, with YAML's names for what JSON lacks."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {yaml_of(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(yaml_of, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return json.dumps(value)


def same(left: Any, right: Any) -> bool:
    if isinstance(left, dict):
        return isinstance(right, dict) and list(left) == list(right) and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list):
        return isinstance(right, tuple) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and math.isnan(left):
        return isinstance(right, float) and math.isnan(right)
    return type(left) is type(right) and left == right


@given(VALUES)
def test_values_come_back(value: Any) -> None:
    assert same(value, read("- " + yaml_of(value))[0].plain[0])


@given(st.text(max_size=200) | st.text("{}[]&*!|>'\"%@`#,:?-<\n\t ab1.", max_size=60))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    try:
        tree, _ = read(text)
    except NotYaml as error:
        assert 1 <= error.line <= text.count("\n") + text.count("\r") + 2 + sum(map(text.count, "\x85\u2028\u2029"))
        assert error.what
    else:
        assert isinstance(tree, Node)
        assert tree.mark.line >= 1


@given(st.binary(max_size=80).map(lambda data: data.decode("utf-8", "replace")))
def test_any_scalar_is_resolved(text: str) -> None:
    assert resolve(text) is EMPTY or isinstance(resolve(text), (type(None), bool, int, float, str))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("null", None),
        ("~", None),
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1e-3", 1e-3),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("+3", 3),
        ("1_000", "1_000"),
        (".inf", math.inf),
        ("0b11", "0b11"),
        ("1.", 1.0),
        (".", "."),
        ("e3", "e3"),
        ("5,5", "5,5"),
    ],
)
def test_core_schema(text: str, value: Any) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


def test_nothing_and_null_are_told_apart() -> None:
    values = read("a:\nb: null\nc: ''\n")[0].plain
    assert values == {"a": EMPTY, "b": None, "c": ""}


def test_quotes_and_tags_of_the_core_schema() -> None:
    assert read("[!!str 5, '5', ! 5, !!float 5, !!int 5, !!map {}, !!seq []]")[0].plain == ("5", "5", "5", 5, 5, {}, ())


@pytest.mark.parametrize("text", ["!!int x", "!!int true", "!!bool 1", "!!binary aGk=", "!!set {a}", "!!timestamp 1"])
def test_other_tags_are_refused(text: str) -> None:
    with pytest.raises(NotYaml, match="tag"):
        read(text)


def test_merges_yield_to_the_keys_beside_them_and_to_earlier_ones() -> None:
    tree, duplicates = read("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {z: 3, <<: [*a, *b]}\n")
    assert tree.plain["c"] == {"z": 3, "x": 1, "y": 1}
    assert duplicates == []


def test_lines_of_keys_and_values() -> None:
    tree, _ = read("# top\na: 1\nb:\n  c:\n    - 2\n    - 3\n  d:\n    4\n")
    below = tree.child("b")
    assert tree.mark_of("a") == Mark(2)
    assert tree.mark_of("b") == Mark(3)
    assert below.mark_of("c") == Mark(4)
    assert below.child("c").mark_of(1) == Mark(6)
    assert below.mark_of("d") == Mark(8)


def test_duplicates_are_found_with_their_place_and_the_first_is_kept() -> None:
    tree, duplicates = read("a:\n  - x: 1\n    y: {k: 1,\n     k: 2}\n    x: 3\n")
    assert [(each.where, each.mark.line, each.first) for each in duplicates] == [("a.0.y.k", 4, 3), ("a.0.x", 5, 2)]
    assert tree.plain == {"a": ({"x": 1, "y": {"k": 1}},)}


def test_an_anchor_may_be_set_anew() -> None:
    assert read("[&a 1, *a, &a 2, *a]")[0].plain == (1, 1, 2, 2)
