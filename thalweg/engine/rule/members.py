"""The rules of optimizers: their numbers by the names that texts use, the rule as it moves and as it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.engine.base import Optimizer
from thalweg.engine.rule.mathtext import line_mathtext
from thalweg.engine.rule.nodes import Rule
from thalweg.engine.rule.reader import read
from thalweg.engine.rule.simplify import without
from thalweg.engine.wrapper import Wrapper


def numbers(optimizer: Optimizer) -> dict[str, Any]:
    """The numbers of an optimizer as its rule names them: a pair such as betas is beta1 and beta2. Of one around
    another those of both; KeyError where both have one of a name.
    """
    found: dict[str, Any] = {}
    for name, value in vars(optimizer.hyper()).items():
        if isinstance(value, tuple):
            found |= {f"{name.removesuffix('s')}{index}": part for index, part in enumerate(value, 1)}
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name] = value
    if isinstance(optimizer, Wrapper):
        inner = numbers(optimizer.inside())
        if both := (found.keys() & inner.keys()) - {"lr"}:
            raise KeyError(f"both have {', '.join(sorted(both))}")
        found = inner | found
    return found


def rule_of(optimizer: Optimizer) -> Rule | None:
    """The rule that moves its balls; None where no text can say it."""
    text = optimizer.rule_text()
    try:
        known = numbers(optimizer)
    except KeyError:
        return None
    return read(text, known, all_read=False) if text else None


def initial_of(optimizer: Optimizer) -> Mapping[str, float]:
    """Where what the rule carries starts, 0 unless named."""
    inside = initial_of(optimizer.inside()) if isinstance(optimizer, Wrapper) else {}
    return {**inside, **optimizer.rule_initial()}


def shown_rule(optimizer: Optimizer) -> Rule | None:
    """The rule as it is shown: without the terms of numbers that are 0."""
    rule = rule_of(optimizer)
    return rule and without(rule, [name for name, value in numbers(optimizer).items() if value == 0])


def shown_lines(optimizer: Optimizer) -> list[tuple[str, str]]:
    """Its lines as (heading or '', mathtext without $): of the rule, or of what stands for it."""
    rule = shown_rule(optimizer)
    if rule is None:
        return [*optimizer.formula_lines()]
    return [(line.heading, line_mathtext(rule, line, symbols_of(optimizer))) for line in rule.lines]


def symbols_of(optimizer: Optimizer) -> Mapping[str, str]:
    """Letters that names of its rule have beside the usual ones."""
    inside = symbols_of(optimizer.inside()) if isinstance(optimizer, Wrapper) else {}
    return {**inside, **optimizer.symbols}
