"""All schedules by name, and what they make of an optimizer's hyperparameters over a run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from thalweg.engine.base import Hyper, Optimizer
from thalweg.engine.cycles import Cyclic, OneCycle
from thalweg.engine.decays import (
    Base,
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    InverseSqrt,
    Linear,
    MultiStep,
    Polynomial,
    Schedule,
    Step,
)

__all__ = ["SCHEDULES", "Schedule", "checked_schedules", "scheduled", "schedulable"]

SCHEDULES: Mapping[str, type[Schedule]] = MappingProxyType(
    {
        cls.kind: cls
        for cls in (
            Constant,
            Step,
            MultiStep,
            Exponential,
            Linear,
            Polynomial,
            Cosine,
            CosineRestarts,
            InverseSqrt,
            OneCycle,
            Cyclic,
        )
    }
)
Part = tuple[str, int | None]  # a hyperparameter, and an index into it where it is a pair


def schedulable(optimizer: Optimizer | type[Optimizer]) -> list[str]:
    """The hyperparameters that a schedule can move: those that are one number."""
    return [each.name for each in fields(optimizer) if isinstance(each.default, float)]


def scheduled(schedules: Mapping[str, Schedule], hyper: Hyper, steps: int) -> dict[str, list[Base]]:
    """The value of every hyperparameter that moves, partners included, at each step. Raises ValueError: no such."""
    table = {name: values for (name, part), values in _parts(schedules, hyper, steps).items() if part is None}
    for (name, part), values in _parts(schedules, hyper, steps).items():
        if part is not None:
            rest = getattr(hyper, name)
            table[name] = [(*rest[:part], value, *rest[part + 1 :]) for value in values]
    return table


def _parts(schedules: Mapping[str, Schedule], hyper: Hyper, steps: int) -> dict[Part, list[Base]]:
    """(hyperparameter, index in its pair or None) -> the value at each step."""
    table: dict[Part, list[Base]] = {}
    every: list[tuple[Part, Schedule]] = [((name, None), schedule) for name, schedule in schedules.items()]
    every += [(_partner(name, hyper), pair) for each in schedules.values() for name, pair in each.partners().items()]
    for (name, part), schedule in every:
        base = getattr(hyper, name, None)
        base = base[part] if part is not None and base else base
        if not isinstance(base, (float, np.ndarray)):
            raise ValueError(f"{name}: is no hyperparameter that a schedule can move")
        if (name, part) in table:
            raise ValueError(f"{name}: is moved by two schedules; keep one of them")
        table[name, part] = schedule.values(base, steps)
    return table


def _partner(name: str, hyper: Hyper) -> Part:
    """What a cycle of the momentum moves: as in torch, the first of the betas where there are any."""
    if hasattr(hyper, "betas"):
        return "betas", 0
    if not hasattr(hyper, name):
        raise ValueError(f"cycle_momentum: finds neither {name} nor betas here; leave cycle_momentum out")
    return name, None


def checked_schedules(optimizer: Optimizer, schedules: Mapping[str, Schedule], steps: int) -> None:
    """Raises ValueError, in one line, when a schedule leads a hyperparameter out of its range."""
    for (name, part), values in _parts(schedules, optimizer.hyper(), steps).items():
        rest = getattr(optimizer, name)
        for value in (min(values), max(values)) if values else ():
            try:
                replace(optimizer, **{name: value if part is None else (*rest[:part], value, *rest[part + 1 :])})
            except ValueError as error:
                what, _, needed = str(error).partition("; ")
                why = "" if what.startswith(f"{name}: ") else f": {what}"
                at = 1 + next(step for step, each in enumerate(values) if each == value or value != value)
                finite = "" if math.isfinite(value) else " and finite"
                raise ValueError(
                    f"{name}: would become {value:.6g} in step {at}{why}; {needed}{finite}"
                    f"{_to_change(schedules.get(name))}"
                ) from None


def _to_change(schedule: Schedule | None) -> str:
    """': change step_size or gamma', what was written of a schedule; empty where all is as by default."""
    written = (
        [each.name for each in fields(schedule) if getattr(schedule, each.name) != each.default] if schedule else []
    )
    return f": change {' or '.join(written)}" if written else ""


def largest(table: Mapping[str, list[Base]]) -> dict[str, Any]:
    """For an optimizer's `init`: what is 0 now and then must not look as if it were 0 always."""
    return {name: _largest(values) for name, values in table.items() if values}


def _largest(values: list[Any]) -> Any:
    if isinstance(values[0], tuple):
        return tuple(_largest(list(part)) for part in zip(*values, strict=True))
    return np.max(np.abs(values), axis=0)
