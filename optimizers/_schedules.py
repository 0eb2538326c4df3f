"""All schedules by name, and what they make of an optimizer's hyperparameters over a run."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from optimizers._base import Hyper, Optimizer
from optimizers._cycles import Cyclic, OneCycle
from optimizers._decays import (
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

SCHEDULES: Mapping[str, type[Schedule]] = MappingProxyType({cls.kind: cls for cls in (
    Constant, Step, MultiStep, Exponential, Linear, Polynomial, Cosine, CosineRestarts, InverseSqrt, OneCycle,
    Cyclic)})


def schedulable(optimizer: Optimizer | type[Optimizer]) -> list[str]:
    """The hyperparameters that a schedule can move: those that are one number."""
    return [each.name for each in fields(optimizer) if isinstance(each.default, float)]


def scheduled(schedules: Mapping[str, Schedule], hyper: Hyper, steps: int) -> dict[str, list[Base]]:
    """The value of every hyperparameter that moves, partners included, at each step. Raises ValueError: no such."""
    table: dict[str, list[Base]] = {}
    every = [*schedules.items(), *(pair for each in schedules.values() for pair in each.partners().items())]
    for name, schedule in every:
        base = getattr(hyper, name, None)
        if not isinstance(base, (float, np.ndarray)):
            raise ValueError(f"{name}: is no hyperparameter that a schedule can move")
        if name in table:
            raise ValueError(f"{name}: is moved by two schedules; keep one of them")
        table[name] = schedule.values(base, steps)
    return table


def checked_schedules(optimizer: Optimizer, schedules: Mapping[str, Schedule], steps: int) -> None:
    """Raises ValueError, in one line, when a schedule leads a hyperparameter out of its range."""
    for name, values in scheduled(schedules, optimizer.hyper(), steps).items():
        for value in (min(values), max(values)) if values else ():
            try:
                replace(optimizer, **{name: value})
            except ValueError as error:
                what, _, needed = str(error).partition("; ")
                why = "" if what.startswith(f"{name}: ") else f": {what}"
                raise ValueError(f"{name}: would become {value:.6g}{why}; {needed}") from None


def largest(table: Mapping[str, list[Base]]) -> dict[str, Any]:
    """For an optimizer's `init`: what is 0 now and then must not look as if it were 0 always."""
    return {name: np.max(np.abs(values), axis=0) for name, values in table.items() if values}
