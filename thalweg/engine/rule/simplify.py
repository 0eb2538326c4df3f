"""A rule without what changes nothing: numbers that are 0 are put in, and sums and products with 0 and 1 worked out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from thalweg.engine.rule.nodes import WEIGHTS, Before, Call, Line, Name, Node, Number, Rule, Sign

ZERO, ONE = Number(0.0, "0"), Number(1.0, "1")


def without(rule: Rule, zero: Collection[str]) -> Rule:
    """The rule where these numbers are 0. A line that then assigns a name to itself, or gives what lives for this step
    alone a second name, is left out.
    """
    lines = [replace(line, value=_simple(line.value, zero)) for line in rule.lines]
    lines = [line for line in lines if line.value != Name(line.name)]
    while (found := next((i for i in range(len(lines)) if _second_name(lines, i)), None)) is not None:
        alias = lines.pop(found)
        lines = [replace(line, value=_renamed(line.value, alias.name, alias.value)) for line in lines]
    return Rule(tuple(lines))


def _second_name(lines: list[Line], index: int) -> bool:
    """Whether a line says just that one name is another, and both stay so to the step's end."""
    name, same = lines[index].name, lines[index].value
    if not isinstance(same, Name) or WEIGHTS in (name, same.name) or name in Rule(tuple(lines)).state:
        return False
    return all(line.name not in (name, same.name) for line in lines[index + 1 :])


def _renamed(node: Node, name: str, same: Node) -> Node:
    match node:
        case Name(found) if found == name:
            return same
        case Before(sign, value):
            return Before(sign, _renamed(value, name, same))
        case Call(called, values):
            return Call(called, tuple(_renamed(value, name, same) for value in values))
        case Sign(sign, left, right):
            return Sign(sign, _renamed(left, name, same), _renamed(right, name, same))
    return node


def _simple(node: Node, zero: Collection[str]) -> Node:
    match node:
        case Name(name) if name in zero:
            return ZERO
        case Before(sign, value):
            inner = _simple(value, zero)
            return ZERO if sign == "-" and _is(inner, 0) else Before(sign, inner)
        case Call(name, values):
            return Call(name, tuple(_simple(value, zero) for value in values))
        case Sign(sign, left, right):
            return _worked(sign, _simple(left, zero), _simple(right, zero))
    return node


def _worked(sign: str, left: Node, right: Node) -> Node:
    match sign:
        case "+" if _is(left, 0):
            return right
        case "+" | "-" if _is(right, 0):
            return left
        case "-" if _is(left, 0):
            return Before("-", right)
        case "*" if _is(left, 0) or _is(right, 0):
            return ZERO
        case "*" if _is(left, 1):
            return right
        case "*" | "/" | "**" if _is(right, 1):
            return left
        case "**" if _is(right, 0):
            return ONE
        case "/" if _is(left, 0):
            return ZERO
    return Sign(sign, left, right)


def _is(node: Node, value: float) -> bool:
    return isinstance(node, Number) and node.value == value
