"""What the text of a rule becomes: lines, each a name and the tree of what is assigned to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

WEIGHTS, TIME = "w", "t"
ASKED = ("grad", "hess_diag", "loss")  # of the surface, at any point
ELEMENTWISE = {  # name -> how many values it takes; min and max take two or more
    "sqrt": 1,
    "abs": 1,
    "sign": 1,
    "exp": 1,
    "log": 1,
    "min": 2,
    "max": 2,
    "clip": 3,
    "where": 3,
}
OVER = {"norm": 1, "dot": 2}  # over the components of a vector
FUNCTIONS = {**dict.fromkeys(ASKED, 1), **ELEMENTWISE, **OVER}

Kind: TypeAlias = Literal["scalar", "vector"]  # one number a run, or one for each weight
SCALAR: Kind = "scalar"


@dataclass(frozen=True)
class Number:
    """A number as it was written."""

    value: float
    text: str


@dataclass(frozen=True)
class Name:
    """What a line before, the step before, or the optimizer has under this name."""

    name: str


@dataclass(frozen=True)
class Sign:
    """+ - * / ** of two values; a comparison (< <= > >= == !=), `and`, `or` of two conditions."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Before:
    """A sign before one value: - or `not`."""

    sign: str
    value: Node


@dataclass(frozen=True)
class Call:
    """A function of values."""

    name: str
    values: tuple[Node, ...]


Node: TypeAlias = Number | Name | Sign | Before | Call
CONDITIONS = ("<", "<=", ">", ">=", "==", "!=", "and", "or")


def parts(node: Node) -> tuple[Node, ...]:
    """What stands directly in a node."""
    match node:
        case Sign(_, left, right):
            return (left, right)
        case Before(_, value):
            return (value,)
        case Call(_, values):
            return values
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all in it, as they stand from left to right."""
    yield node
    for part in parts(node):
        yield from walk(part)


@dataclass(frozen=True)
class Line:
    """One assignment. `number` counts the lines of the text from 1; `heading` is what a # line says of it, or ''."""

    name: str
    value: Node
    heading: str = ""
    number: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Rule:
    """The lines of one step, in order. What is read before it is assigned is `state`: the step before's value."""

    lines: tuple[Line, ...]

    @cached_property
    def state(self) -> tuple[str, ...]:
        """The names that are carried from step to step, w apart, in the order of their first reading."""
        assigned: set[str] = set()
        carried: dict[str, None] = {}
        all_names = {line.name for line in self.lines}
        for line in self.lines:
            for node in walk(line.value):
                if isinstance(node, Name) and node.name in all_names and node.name not in assigned:
                    carried[node.name] = None
            assigned.add(line.name)
        carried.pop(WEIGHTS, None)
        return tuple(carried)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The hyperparameters that are read, in the order of their first reading."""
        own = {line.name for line in self.lines} | {WEIGHTS, TIME}
        names = (node.name for line in self.lines for node in walk(line.value) if isinstance(node, Name))
        return tuple(dict.fromkeys(name for name in names if name not in own))

    @cached_property
    def timed(self) -> bool:
        """Whether the update looks at how many steps were made."""
        return any(node == Name(TIME) for line in self.lines for node in walk(line.value))

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """Of each assigned name, whether it is one number a run or one for each weight."""
        kinds: dict[str, Kind] = {**dict.fromkeys(self.state, SCALAR), WEIGHTS: "vector"}
        for _ in range(len(self.lines) + 1):  # what is carried may turn out to be a vector: once a name at most
            before = dict(kinds)
            for line in self.lines:
                found = kind(line.value, kinds)
                once = "vector" in (before.get(line.name), kinds.get(line.name))
                kinds[line.name] = "vector" if once else found
            if kinds == before:
                break
        return kinds


def kind(node: Node, kinds: Mapping[str, Kind]) -> Kind:
    """Whether a value is one number a run or one for each weight; `kinds` of the assigned names."""
    match node:
        case Number():
            return "scalar"
        case Name(name):
            return kinds.get(name, "scalar")
        case Call(name, _) if name in OVER or name == "loss":
            return "scalar"
        case Call(name, _) if name in ASKED:
            return "vector"
    return "vector" if any(kind(part, kinds) == "vector" for part in parts(node)) else "scalar"
