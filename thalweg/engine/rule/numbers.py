"""A rule with the numbers of one ball's step: each line as the weights have it in that step, and its result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.engine.rollout import roll
from thalweg.engine.rule.evaluate import Mover, Step, worked
from thalweg.engine.rule.mathtext import four_digits, line_mathtext
from thalweg.engine.rule.members import initial_of, named, numbers, rule_of, shown_rule, symbols_of
from thalweg.engine.rule.nodes import ASKED, OVER, Call, Line, Name, Node, Rule

BOTH = (0, 1)  # the weights, x and y


@dataclass(frozen=True)
class Numbered:
    """A line of a rule in one step: its `heading` or '', the line with its `letters` (mathtext without $), and for each
    weight that was asked for the line with its `numbers`, which ends in the result, and that result itself.
    """

    heading: str
    letters: str
    numbers: tuple[str, ...]
    values: tuple[float, ...]


class _There(Exception):
    """The step that was asked for has come: how it begins."""

    def __init__(self, step: Step) -> None:
        self.step = step


def numbers_at(
    optimizer: Optimizer,
    surface: Objective,
    path: Array,
    step: int,
    *,
    weights: Sequence[int] = BOTH,
    written: Callable[[float], str] = four_digits,
    **how: Any,
) -> list[Numbered]:
    """The lines of the optimizer's rule in the step, counted from 1, that led a ball to path[step].

    path: the ball's iterates (steps + 1, 2), of which every one is there. weights: 0 for x, 1 for y. written: a number
    as mathtext. how: schedule, clip, noise, seed, start_index (1,) and replica (1,) of that ball, as `roll` takes them.
    The rule's text makes the same steps from the same iterates; empty for an optimizer that no text can say.
    Raises ValueError for a step that the ball did not make.
    """
    rule, shown = rule_of(optimizer), shown_rule(optimizer)
    if not 1 <= step < len(path) or not np.isfinite(path[step - 1]).all():
        raise ValueError(f"step: {step} is out of range; the ball made {np.isfinite(path).all(axis=1).sum() - 1} steps")
    if rule is None or shown is None:
        return []
    try:
        roll(_follower(optimizer, rule, path, step), surface, path[0], len(path) - 1, record="last", jobs=1, **how)
    except _There as there:
        with np.errstate(all="ignore"):
            return _lines(shown, there.step, weights, written, optimizer)
    raise AssertionError("the step was not made")


def _follower(optimizer: Optimizer, rule: Rule, path: Array, wanted: int) -> Optimizer:
    """The optimizer moved by its text, which keeps to the path, so that no rounding leads it elsewhere."""
    mover, plain = Mover(rule, initial_of(optimizer)), numbers(optimizer)

    def init(self: Optimizer, points: Array, hyper: Hyper) -> State:
        return mover.init(points)

    def step(self: Optimizer, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        made, now = int(state["step"][0]), {**plain, **named(hyper)}
        if made + 1 == wanted:
            raise _There(mover.begun(state, points, objective, now))
        return mover.step(state, points, objective, now)[0], path[made + 1][None]

    def settled(self: Optimizer, steps: int, hyper: Hyper) -> bool:
        return False

    following, cls = copy(optimizer), type(optimizer)
    space = {"init": init, "step": step, "settled": settled, "__module__": cls.__module__}
    object.__setattr__(following, "__class__", type(cls.__name__, (cls,), space))
    return following


def _lines(
    rule: Rule, step: Step, weights: Sequence[int], written: Callable[[float], str], optimizer: Optimizer
) -> list[Numbered]:
    """Each line, from the values of names as the lines above have left them."""
    symbols, made = symbols_of(optimizer), []
    for line in rule.lines:
        value = worked(line.value)(step)
        texts = [_numbered(rule, line, step, value, weight, written, symbols) for weight in weights]
        values = tuple(_of(value, weight) for weight in weights)
        made.append(Numbered(line.heading, line_mathtext(rule, line, symbols), tuple(texts), values))
        step.names[line.name] = value
    return made


def _numbered(
    rule: Rule, line: Line, step: Step, value: Any, weight: int, written: Callable[[float], str], symbols: Any
) -> str:
    """'w \\leftarrow 1 - 0.1 \\cdot 2 = 0.8'; of what is only looked up 'g = \\nabla f(w) = 2'."""

    def shown(node: Node) -> str | None:
        return written(_of(worked(node)(step), weight)) if _looked_up(node) else None

    text = line_mathtext(rule, line, symbols, *([] if _looked_up(line.value) else [shown]))
    result = written(_of(value, weight))
    return text if text.endswith(f"= {result}") else f"{text} = {result}"


def _looked_up(node: Node) -> bool:
    """Whether a node has its number from elsewhere: a name, the surface, what goes over both weights."""
    return isinstance(node, Name) or isinstance(node, Call) and (node.name in ASKED or node.name in OVER)


def _of(value: Any, weight: int) -> float:
    """A value of the one ball: a weight's, or what both have in common."""
    row = np.ravel(value)
    return float(row[weight if len(row) == 2 else 0])
