"""Members that a config names, and optimizers that hold another one."""

from __future__ import annotations

from typing import Any

from thalweg.engine import OPTIMIZERS
from thalweg.engine.rule.own import NAME
from thalweg.errors import Mark, Report, nearest, show
from thalweg.registry import BrokenMember, Registry
from thalweg.spec.rules import read_rule
from thalweg.spec.schema import checked, holders_of, join, snake
from thalweg.tree import Node

OTHER_NAMES = {
    "gd": "sgd",
    "gradient_descent": "sgd",
    "stochastic_gradient_descent": "sgd",
    "vanilla": "sgd",
    "nesterov": "nag",
    "heavy_ball": "momentum",
    "sgdm": "momentum",
    "sgd_momentum": "momentum",
    "schedule_free_sgd": "schedule_free",
    "schedulefree": "schedule_free",
    "schedulefree_adamw": "schedule_free_adamw",
    "polyak_sgd": "polyak",
    "armijo": "line_search",
    "backtracking": "line_search",
    "ema": "average",
    "swa": "average",
    "quadratic": "bowl",
    "sphere": "bowl",
    "paraboloid": "bowl",
    "banana": "rosenbrock",
}


def member(registry: Registry[Any], node: Node, mark: Mark, where: str, what: str, report: Report) -> Any:
    """The class a name stands for; None, with the problem reported, when there is none."""
    name = node.text if node.is_scalar and isinstance(node.scalar, str) else None
    if name is None:
        words = "is empty" if node.is_null else f"{show(node.plain)} is not the name of {what}"
        report.add(mark, where, words, f"use a name, for example {next(iter(registry), '')}")
    elif name not in registry:
        cure = nearest(_meant(name, registry), registry)
        report.add(mark, where, f"unknown {what.partition(' ')[2]} {show(name)}", cure)
    else:
        try:
            return registry[name]
        except BrokenMember as error:
            report.add(mark, where, str(error), "mend that file")
    return None


def _meant(name: str, registry: Registry[Any]) -> str:
    """The name here of what others call otherwise."""
    plain = snake(name)
    return OTHER_NAMES[plain] if OTHER_NAMES.get(plain) in registry else plain


def with_inner(cls: Any, body: Node, where: str, report: Report, also: tuple[str, ...] = ()) -> tuple[Any, bool]:
    """An optimizer from a mapping node, and whether something was wrong, also with the one that a wrapper holds."""
    held = {
        name: _inner(body.child(name), body.mark_of(name), join(where, name), report)
        for name in holders_of(cls)
        if body.has(name)
    }
    left = {name: held.get(name) or child for name, child in (body.entries or {}).items() if held.get(name, child)}
    optimizer, bad = checked(cls, Node(body.mark, entries=left, keys=body.keys), where, report, also)
    return optimizer, bool(bad) or len(left) < len(body.entries or {})


def _inner(node: Node, mark: Mark, where: str, report: Report) -> Node | None:
    """The optimizer that a wrapper holds, a name or one name with hyperparameters; None, with problems reported."""
    if node.entries is None:
        return node if member(OPTIMIZERS, node, mark, where, "an optimizer", report) else None
    if len(node.entries) != 1:
        what = f"holds {len(node.entries)} keys, not one optimizer"
        report.add(mark, where, what, "write {adam: {betas: [0.9, 0.99]}}")
        return None
    name, body = next(iter(node.entries.items()))
    key, before = Node(node.keys[name], name, text=name), len(report.problems)
    if name == NAME:
        read_rule(body, key.mark, join(where, name), report, ("label",), {"lr": 0.1})  # the wrapper's, if need be
        if body.entries is not None and body.has("label") and not isinstance(body.child("label").plain, str):
            report.add(body.mark_of("label"), join(where, "rule.label"), "is not text", "put the text in quotes")
        return node if len(report.problems) == before else None
    cls = member(OPTIMIZERS, key, key.mark, where, "an optimizer", report)
    if cls is None or body.is_null:
        return cls and key
    if body.entries is None:
        what = f"{show(body.plain)} is not a mapping"
        report.add(body.mark, join(where, name), what, f"write {{{name}: {{lr: 0.1}}}}")
        return None
    with_inner(cls, body, join(where, name), report)
    return node if len(report.problems) == before else None
