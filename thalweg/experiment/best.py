"""Which of several entries ends lowest: what a best_of finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from thalweg.engine import Record
from thalweg.engine.asked import UNKNOWN, CountedTrajectory
from thalweg.engine.base import Array
from thalweg.experiment.effort import gradients, least_gradients, loss_after
from thalweg.experiment.experiment import Entry, Experiment


def best(experiment: Experiment, groups: Sequence[Sequence[Entry]]) -> list[tuple[int, bool]]:
    """Of each group the index of the entry whose mean final loss over its balls is lowest, the first of those that are
    equal, and whether all of the group diverged. All of them roll as one batch, whatever entries `experiment` has.

    A ball that diverged, or left a sampled grid, counts as infinite. Where entries of a group ask for different
    numbers of gradients, each is judged when it had asked for as many as the most frugal one did in all.
    """
    entries = [entry for group in groups for entry in group]
    paths = iter(_rolled(experiment, entries, "last"))
    found = []
    for group in groups:
        losses = _losses(experiment, group, [next(paths) for _ in group])
        with np.errstate(all="ignore"):
            means = [float(np.mean(each)) for each in losses]
        index = int(np.argmin(means))
        found.append((index, not np.isfinite(means[index])))
    return found


def _rolled(experiment: Experiment, entries: Sequence[Entry], record: Record = "all") -> list[CountedTrajectory]:
    """Of entries that are not recorded, which count what they ask for."""
    return cast(list[CountedTrajectory], replace(experiment, entries=tuple(entries)).roll(record))


def _losses(experiment: Experiment, group: Sequence[Entry], paths: list[CountedTrajectory]) -> list[Array]:
    """Of each entry the losses (balls,) that count."""
    asked = np.concatenate([gradients(path)[path.status == "ok"] for path in paths])
    if len(np.unique(asked)) > 1 and UNKNOWN not in asked:
        paths = _rolled(experiment, group)
        return [loss_after(path, least_gradients(paths)) for path in paths]
    return [np.where((path.status == "ok") & np.isfinite(path.loss[:, -1]), path.loss[:, -1], np.inf) for path in paths]
