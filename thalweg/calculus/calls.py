"""From operations with names to a Python function of numpy calls that write where memory is hot."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

import numpy as np

NAME = re.compile(r"\bt\d+\b")  # of an operation's result
PLAIN = {"add": "{} + {}", "subtract": "{} - {}", "multiply": "{} * {}", "negative": "-{}"}
SIGNS: dict[type[ast.operator], str] = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide"}
Listing = tuple[list[tuple[str, str]], list[str]]  # (name, operation on earlier names), names of the results; as text


def together(listings: Iterable[Listing]) -> Listing:
    """Listings one after the other, without the operations that an earlier one has made: each keeps its bits."""
    names: dict[str, str] = {}
    wanted: list[str] = []
    for lines, results in listings:
        own: dict[str, str] = {}
        for name, operation in lines:
            own[name] = names.setdefault(_renamed(operation, own), f"t{len(names)}")
        wanted += [_renamed(result, own) for result in results]
    return [(name, operation) for operation, name in names.items()], wanted


def calls(lines: list[tuple[str, str]], wanted: list[str]) -> Listing:
    """The same with one call of a function a line, so that each can write its result where it is told to."""
    made: list[tuple[str, str]] = []
    own: dict[str, str] = {}

    def call(function: str, *operands: str) -> str:
        made.append((f"t{len(made)}", f"{function}({', '.join(operands)}"))
        return made[-1][0]

    def power(base: str, exponent: int) -> str:  # in the order of thalweg.calculus.functions.whole_power
        result, left = "", abs(exponent)
        while left:
            if left & 1:
                result = call("multiply", result, base) if result else base
            left >>= 1
            base = call("multiply", base, base) if left else base
        return call("divide", "1.0", result) if exponent < 0 else result

    def lower(node: ast.expr) -> str:
        if isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
            return call(SIGNS[type(node.op)], lower(node.left), lower(node.right))
        if isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):  # the only one is the minus
            return call("negative", lower(node.operand))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "whole_power" and (exponent := ast.literal_eval(node.args[1])):
                return power(lower(node.args[0]), exponent)
            return call(node.func.id, *map(lower, node.args))
        return _renamed(f"({ast.unparse(node)})" if not isinstance(node, ast.Name) else node.id, own)

    for name, operation in lines:
        own[name] = lower(ast.parse(operation, mode="eval").body)
    return made, [_renamed(result, own) for result in wanted]


def frugal(lines: list[tuple[str, str]], wanted: list[str]) -> Listing:
    """The same with few names: one is used again as soon as nobody needs what it stood for, to stay in the cache."""
    needed = {name: len(lines) for result in wanted for name in NAME.findall(result)}
    for number, (_, operation) in reversed([*enumerate(lines)]):
        for name in NAME.findall(operation):
            needed.setdefault(name, number)
    free: list[str] = []
    own: dict[str, str] = {}
    made: list[tuple[str, str]] = []
    count = 0
    for number, (name, operation) in enumerate(lines):
        text = _renamed(operation, own)
        free += [own[each] for each in dict.fromkeys(NAME.findall(operation)) if needed[each] == number]
        if not free:
            free, count = [f"t{count}"], count + 1
        own[name] = free.pop()
        made.append((own[name], text))
    return made, [_renamed(result, own) for result in wanted]


def _renamed(text: str, names: dict[str, str]) -> str:
    return NAME.sub(lambda found: names[found[0]], text)


def one_point(parts: Iterable[Listing], x: str, y: str) -> Any:
    """The function of two Python floats x, y: the same results to the bit, without an array for every operation.

    Sums and products of floats are those of numpy; all else is asked of numpy itself, whose exp is not Python's.
    """
    from thalweg.calculus.functions import NUMPY

    lines, wanted = calls(*together(parts))
    lines = [(name, _inline(call)) for name, call in lines]
    every: dict[str, Any] = {**vars(np), **NUMPY}
    names: dict[str, Any] = {name: value for name, value in every.items() if isinstance(value, float)}  # pi, e, inf
    for used in {call.partition("(")[0] for _, call in lines} & every.keys():
        names[used] = _on_floats(every[used])
    return _made(lines, wanted, f"{x}, {y}", names)


def by_ufuncs(parts: Iterable[Listing], *given: str) -> Any:
    """The function of what is given (x, y, columns of data) that calls numpy's functions on it, whatever it is: the
    same results to the bit.
    """
    from thalweg.calculus.functions import NUMPY

    return _made(*calls(*together(parts)), ", ".join(given), {**vars(np), **NUMPY})


def _made(lines: list[tuple[str, str]], wanted: list[str], given: str, names: dict[str, Any]) -> Any:
    text = "\n    ".join(
        [f"def run({given}):", *(f"{name} = {call})" for name, call in lines), f"return {', '.join(wanted)},"]
    )
    exec(compile(text, "<formula>", "exec"), names)  # made of the formula's operations alone, never of its text
    return names["run"]


def _inline(call: str) -> str:
    """A sum or product as Python writes it, still open like a call: a call would cost more than the sum."""
    function, _, operands = call.partition("(")
    return "(" + PLAIN[function].format(*operands.split(", ")) if function in PLAIN else call


def _on_floats(function: Any) -> Any:
    return lambda *numbers: float(function(*numbers))


def function(parts: Iterable[Listing], x: str, y: str) -> tuple[Any, int]:
    """A function of x, y (n,) and `scratch`, as many arrays (n,) as it is told beside it, that gives the results.

    A result is a number or an array, possibly one of the scratch.
    """
    from thalweg.calculus.functions import NUMPY

    names: dict[str, Any] = {**vars(np), **NUMPY}
    lines, wanted = frugal(*calls(*together(parts)))
    places = dict.fromkeys(name for name, _ in lines)
    body = [f"{', '.join(places)}, = scratch"] if places else []
    for name, call in lines:
        into = isinstance(names[call.partition("(")[0]], np.ufunc)
        body.append(f"{call}, out={name})" if into else f"{name}[...] = {call})")
    text = "\n    ".join([f"def run({x}, {y}, scratch):", *body, f"return {', '.join(wanted)},"])
    exec(compile(text, "<formula>", "exec"), names)  # made of the formula's operations alone, never of its text
    return names["run"], len(places)
