"""The rules of optimizers: their numbers by the names that texts use, the rule as it moves and as it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from thalweg.engine.base import Hyper, Optimizer
from thalweg.engine.rule.mathtext import line_mathtext
from thalweg.engine.rule.nodes import Rule
from thalweg.engine.rule.reader import read
from thalweg.engine.rule.simplify import without
from thalweg.engine.wrapper import Wrapper


def numbers(optimizer: Optimizer) -> dict[str, Any]:
    """The numbers of an optimizer as its rule names them: a pair such as betas is beta1 and beta2. Of one around
    another those of both; KeyError where both have one of a name.
    """
    found = named(optimizer.hyper())
    if isinstance(optimizer, Wrapper):
        inner = numbers(optimizer.inside())
        if both := (found.keys() & inner.keys()) - {"lr"}:
            raise KeyError(f"both have {', '.join(sorted(both))}")
        found = inner | found
    return found


def named(hyper: Hyper) -> dict[str, Any]:
    """Hyperparameters by the names that texts use."""
    found: dict[str, Any] = {}
    for name, value in vars(hyper).items():
        if isinstance(value, tuple):
            found |= {f"{name.removesuffix('s')}{index}": part for index, part in enumerate(value, 1)}
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name] = value
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


def written(optimizer: Optimizer) -> list[str]:
    """The update in plain lines: its text, a # line naming the line below it, and where it starts other than at 0;
    where no text can say it, what stands for it, in mathtext.
    """
    text = optimizer.rule_text()
    if text:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return [*(f"# {name} starts at {value}" for name, value in _begins(optimizer).items()), *lines]
    return [line for words, tex in optimizer.formula for line in ([f"# {words}"] if words else []) + [tex]]


def _begins(optimizer: Optimizer) -> dict[str, str]:
    """Where what the text carries starts, other than at 0: a hyperparameter's name, or a number."""
    initial = initial_of(optimizer)
    found = {name: f"{value:g}" for name, value in initial.items() if value}
    for entry in fields(optimizer):
        value = getattr(optimizer, entry.name)
        other = _with(optimizer, {entry.name: value + 0.25}) if isinstance(value, float) else None
        changed = initial_of(other) if other else initial
        found |= {name: entry.name for name in initial if changed[name] == initial[name] + 0.25}
    return found


def variants(optimizer: Optimizer) -> dict[str, list[str]]:
    """The update in plain lines where another switch changes it, alone or with a number that is 0 otherwise:
    'centered=true', 'momentum>0', 'momentum>0, nesterov=true' -> lines.
    """
    values = {entry.name: getattr(optimizer, entry.name) for entry in fields(optimizer)}
    zeros: list[dict[str, Any]] = [
        {name: 0.5} for name, value in values.items() if isinstance(value, float) and value == 0
    ]
    switches: list[dict[str, Any]] = [{name: not value} for name, value in values.items() if isinstance(value, bool)]
    found: dict[str, list[str]] = {}
    for change in [*zeros, *switches]:
        tries = [change] if change in zeros else [change, *({**number, **change} for number in zeros)]
        made = next(((each, other) for each in tries if (other := _with(optimizer, each))), None)
        if made and written(made[1]) not in (written(optimizer), *found.values()):
            told = (f"{name}>0" if value == 0.5 else f"{name}={str(value).lower()}" for name, value in made[0].items())
            found[", ".join(told)] = written(made[1])
    return found


def _with(optimizer: Optimizer, changes: Mapping[str, Any]) -> Optimizer | None:
    """The optimizer with other hyperparameters; None where it does not take them."""
    try:
        return replace(optimizer, **changes)
    except ValueError:
        return None
