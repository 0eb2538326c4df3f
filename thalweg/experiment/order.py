"""Who comes first: after how many steps an event happens to each entry, and after how many at other learning rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thalweg.experiment.events import leaves_basin, leaves_saddle, reaches_minimum

if TYPE_CHECKING:
    from thalweg.engine import Trajectory
    from thalweg.experiment.experiment import Entry, Experiment

RATES = 9  # rolled from lr divided to lr times the range, both included, evenly apart in their logarithms
ORDERS = ("leaves_saddle", "leaves_basin", "reaches_minimum")


class Place(NamedTuple):
    """Of an entry, by index: `step`, the first by which the event has happened, the median of those `done` of its balls
    to which it happens, inf where it happens to none. `span`: the least and the largest such step over other rates;
    None where there is no rate to change.
    """

    entry: int
    step: float
    done: int
    span: tuple[float, float] | None = None


def places(
    experiment: Experiment, trajectories: Sequence[Trajectory], event: str, lr_range: float | None = None
) -> list[Place]:
    """Every entry's place, the first one first; those to which the event, one of ORDERS, never happens are last.

    With `lr_range`, a factor, every entry is rolled again from the same starts for as many steps with RATES learning
    rates from lr / lr_range to lr * lr_range.
    """
    happens = _event(experiment, event)
    found = []
    for index, (entry, path) in enumerate(zip(experiment.entries, trajectories, strict=True)):
        step, done = _median(happens(path))
        span = _span(experiment, entry, happens, lr_range) if lr_range else None
        found.append(Place(index, step, done, span))
    return sorted(found, key=lambda place: (place.step, place.entry))


def _event(experiment: Experiment, event: str) -> Callable[[Trajectory], npt.NDArray[np.float64]]:
    surface = experiment.surface
    if event == "reaches_minimum":
        return lambda path: reaches_minimum(path, surface, experiment.tolerance)
    of = {"leaves_saddle": leaves_saddle, "leaves_basin": leaves_basin}[event]
    return lambda path: of(path, surface)


def _median(steps: npt.NDArray[np.float64]) -> tuple[float, int]:
    """Of steps (balls,), NaN where nothing happens: the whole step by which it has happened, and to how many."""
    there = np.ceil(steps[np.isfinite(steps)] - 1e-9)
    return (float(np.median(there)), len(there)) if len(there) else (np.inf, 0)


def _span(
    experiment: Experiment,
    entry: Entry,
    happens: Callable[[Trajectory], npt.NDArray[np.float64]],
    lr_range: float,
) -> tuple[float, float] | None:
    optimizer: Any = entry.optimizer
    lr = getattr(optimizer, "lr", None)
    if not isinstance(lr, float) or lr <= 0 or entry.recording:
        return None
    found = []
    for rate in lr * np.geomspace(1 / lr_range, lr_range, RATES):
        with suppress(ValueError):  # a rate that the optimizer does not take
            other = replace(entry, optimizer=replace(optimizer, lr=float(rate)))
            (path,) = replace(experiment, entries=(other,)).roll()
            found.append(_median(happens(path))[0])
    return (min(found), max(found)) if found else None
