"""Where a race is decided: from which step to which balls leave the common valley for good, and about which place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from thalweg.calculus import Surface
from thalweg.experiment.events import leaves_saddle
from thalweg.geometry.display import PLATE, Display

if TYPE_CHECKING:
    from thalweg.engine import Trajectory

MOST = 32  # balls; of more than that no single one is followed
NEAR = 0.1  # of the plate: how near a minimum a ball ends that went there
APART = 2.5  # radii from which on the ways of two balls are seen to part
WINDOW = 0.08  # of the steps in which there is motion: what happens within it is one story
AROUND = 0.03  # of them, shown before and after
LOOKS = 200  # of a way, to find where it parts from others


class Decisive(NamedTuple):
    """From which step to which it is decided where balls go, about which point (2,) of the domain."""

    begin: float
    end: float
    point: np.ndarray


def decisive(
    surface: Surface,
    trajectories: Sequence[Trajectory],
    display: Display,
    held: np.ndarray,
    radius: float,
    moving: int,
) -> Decisive | None:
    """From which step to which most balls leave the common valley, of balls held (balls, steps + 1, 2) that have one
    start and move for so many steps; None where none does.

    A ball leaves it where its way parts from those of the balls that end in other minima, and it counts the more the
    fewer end where it does. Where all end in one, it leaves the valley with the saddle that it came by.
    """
    plate = display.to_plate(held)
    if len(plate) > MOST or np.linalg.norm(plate[:, 0] - plate[0, 0], axis=-1).max() > radius:
        return None
    minima = display.to_plate(np.reshape([(each.x, each.y) for each in surface.minima], (-1, 2)))
    steps, weight = partings(plate, minima, APART * radius)
    if np.isnan(steps).all():
        steps = np.concatenate([leaves_saddle(path, surface) for path in trajectories])
        weight = np.ones(len(steps))
    balls = np.argsort(steps)[: int(np.isfinite(steps).sum())]
    if not len(balls):
        return None
    steps, weight = steps[balls], weight[balls]
    together = (steps >= steps[:, None]) & (steps <= steps[:, None] + max(WINDOW * moving, 3.0))
    worth = np.round(together @ weight, 9)
    story = together[np.flatnonzero(worth == worth.max())[-1]]  # of two that are alike the one that was open longer
    around, last = max(AROUND * moving, 1.5), held.shape[1] - 1
    point = held[balls[story], np.round(steps[story]).astype(int)].mean(axis=0)
    first, final = steps[story][[0, -1]].tolist()
    return Decisive(max(first - around, 0.0), min(final + around, float(last)), point)


def partings(plate: np.ndarray, minima: np.ndarray, apart: float) -> tuple[np.ndarray, np.ndarray]:
    """The steps from which on balls at plate (balls, steps + 1, 2) stay `apart` from the ways of all that end in other
    minima (m, 2), NaN where there are none, and for each one over the number of balls that end where it does.
    """
    found, weight = np.full(len(plate), np.nan), np.zeros(len(plate))
    if len(minima) < 2:
        return found, weight
    away = np.linalg.norm(plate[:, -1, None] - minima, axis=-1)
    ends = np.where(away.min(axis=1) <= NEAR * PLATE, away.argmin(axis=1), -1)
    rows = np.unique(np.linspace(0, plate.shape[1] - 1, min(plate.shape[1], LOOKS)).astype(int))
    ways = np.stack([along(path, LOOKS) for path in plate])
    for ball in np.flatnonzero(ends >= 0):
        others = ways[(ends >= 0) & (ends != ends[ball])].reshape(-1, 2)
        if len(others):
            near = np.linalg.norm(plate[ball, rows, None] - others, axis=-1).min(axis=1) <= apart
            last = int(np.flatnonzero(near)[-1]) if near.any() else 0
            found[ball] = rows[min(last + 1, len(rows) - 1)]
            weight[ball] = 1 / np.count_nonzero(ends == ends[ball])
    return found, weight


def along(path: np.ndarray, count: int) -> np.ndarray:
    """So many points (count, 2), evenly spaced along a path (n, 2)."""
    passed = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=-1))])
    at = np.linspace(0, passed[-1], count)
    return np.stack([np.interp(at, passed, path[:, axis]) for axis in (0, 1)], axis=-1)
