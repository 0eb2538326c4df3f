"""A rule moved: its lines on arrays (runs, 2) and numbers a run (runs, 1), one step at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

from thalweg.engine.base import Array, Objective, State, power
from thalweg.engine.rule.nodes import TIME, WEIGHTS, Before, Call, Name, Node, Number, Rule, Sign

Names = dict[str, Any]  # name -> its value now
Work = Callable[["Step"], Any]

SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "exp": np.exp,
    "log": np.log,
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
    "clip": lambda value, low, high: np.minimum(np.maximum(value, low), high),
    "where": np.where,
    "norm": lambda v: np.sqrt(v[..., :1] * v[..., :1] + v[..., 1:] * v[..., 1:]),
    "dot": lambda a, b: a[..., :1] * b[..., :1] + a[..., 1:] * b[..., 1:],
}


class Step:
    """One step as the lines see it: the values of names, and the surface, asked once for each point."""

    def __init__(self, names: Names, objective: Objective) -> None:
        self.names, self.objective = names, objective
        self.asked: dict[tuple[str, int], tuple[Any, Any]] = {}  # the point stays alive, so its id stays its own

    def ask(self, what: str, point: Array) -> Any:
        """grad, hess_diag or loss at points (runs, 2)."""
        key = what, id(point)
        if key not in self.asked:
            self.asked[key] = point, self._ask(what, point)
        return self.asked[key][1]

    def _ask(self, what: str, point: Array) -> Any:
        if what == "grad":
            return self.objective.gradient(point)
        if what == "loss":
            return self.objective.value(point)[..., None]
        hessian = self.objective.hessian(point)
        return np.stack([hessian[..., 0, 0], hessian[..., 1, 1]], axis=-1)


class Mover:
    """A rule made ready to be moved; `initial` says where what is carried starts, 0 unless given.

    The state has an array (runs, 2) or (runs, 1) for each name of `rule.state`, and `step` (runs,).
    """

    def __init__(self, rule: Rule, initial: Mapping[str, float] | None = None) -> None:
        self.rule, self.initial = rule, dict(initial or {})
        self.lines = [(line.name, worked(line.value)) for line in rule.lines]

    def init(self, points: Array) -> State:
        """The state before the first step, from the starts (runs, 2)."""
        state = {"step": np.zeros(len(points))}
        for name in self.rule.state:
            width = 2 if self.rule.kinds[name] == "vector" else 1
            state[name] = np.full((len(points), width), float(self.initial.get(name, 0.0)))
        return state

    def step(self, state: State, points: Array, objective: Objective, hyper: Mapping[str, Any]) -> tuple[State, Array]:
        """One step of all runs: the new state and points."""
        step = self.begun(state, points, objective, hyper)
        for name, work in self.lines:
            step.names[name] = work(step)
        new = {name: _shaped(step.names[name], state[name]) for name in self.rule.state}
        return {"step": state["step"] + 1, **new}, _shaped(step.names[WEIGHTS], points)

    def begun(self, state: State, points: Array, objective: Objective, hyper: Mapping[str, Any]) -> Step:
        """A step before its first line."""
        numbers = {name: np.float64(value) if np.ndim(value) == 0 else value for name, value in hyper.items()}
        carried = {name: state[name] for name in self.rule.state}
        return Step({**numbers, **carried, WEIGHTS: points, TIME: float(state["step"][0]) + 1}, objective)


def _shaped(value: Any, like: Array) -> Any:
    """A number, or one number a run, as an array of that shape; an array, or what stands for one, as it is."""
    if isinstance(value, (int, float, np.generic)) or (isinstance(value, np.ndarray) and value.shape != like.shape):
        return np.broadcast_to(np.asarray(value, dtype=np.float64), np.shape(like)).copy()
    return value


def worked(node: Node) -> Work:
    """What computes a node."""
    match node:
        case Number(value, _):
            return lambda step: value
        case Name(name):
            return lambda step: step.names[name]
        case Before("-", value):
            inner = worked(value)
            return lambda step: -inner(step)
        case Before(_, value):
            inner = worked(value)
            return lambda step: np.logical_not(inner(step))
        case Sign(sign, left, right):
            a, b = worked(left), worked(right)
            function = _raised if sign == "**" else SIGNS[sign]
            return lambda step: function(a(step), b(step))
        case Call(name, values):
            works = [worked(value) for value in values]
            if name in ("grad", "hess_diag", "loss"):
                return lambda step: step.ask(name, works[0](step))
            function = FUNCTIONS[name]
            return lambda step: function(*(work(step) for work in works))
    raise TypeError(node)


def _raised(base: Any, exponent: Any) -> Any:
    """base ** exponent: squares as products, numbers as Python's pow has them."""
    if isinstance(exponent, float) and exponent == 2:
        return base * base
    wide = any(np.ndim(each) and np.shape(each)[-1] == 2 for each in (base, exponent))
    if wide or np.ndim(base) and np.ndim(exponent):
        return np.power(base, exponent)
    try:
        return np.float64(power(*(float(each) if np.ndim(each) == 0 else each for each in (base, exponent))))
    except (OverflowError, ZeroDivisionError):
        return np.power(base, exponent)
