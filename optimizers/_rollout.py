"""Moves all runs of one optimizer at once over a surface and keeps everything that happened."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from optimizers._base import Array, Hyper, Objective, Optimizer, State
from optimizers._clip import Clip
from optimizers._noise import Noise, Runs, Source
from optimizers._schedules import Schedule, checked_schedules, largest, scheduled

BLOCK = 1 << 16     # points evaluated at once: bounds the memory of a formula's intermediate results


@dataclass(frozen=True)
class Trajectory:
    """What `roll` returns; row k of an array is the moment after k steps, row 0 the start.

    optimizer: public name; start (runs, 2); positions (runs, steps+1, 2); loss (runs, steps+1) and
    gradient (runs, steps+1, 2): the exact surface's at positions;
    gradient_used, gradient_at (runs, steps, 2): the gradient that step k asked for last (before weight decay) and the
    point it was taken at (NAG looks ahead); state: inner state by name, (runs, steps+1, ...);
    status (runs,): "ok", "diverged" or "left" (beyond a surface that is known within bounds only); last (runs,): index
    of the run's last row. After it everything is NaN; the last row of a run that is not ok is the first in which
    position, loss or gradient is not finite, kept as it is.
    """

    optimizer: str
    start: Array
    positions: Array
    loss: Array
    gradient: Array
    gradient_used: Array
    gradient_at: Array
    state: dict[str, Array]
    status: npt.NDArray[np.str_]
    last: npt.NDArray[np.int64]


def roll(optimizer: Optimizer, surface: Objective, starts: npt.ArrayLike, steps: int, *,
         hyper: Mapping[str, Any] | None = None, schedule: Mapping[str, Schedule] | None = None,
         clip: Clip | None = None, noise: Noise | None = None, seed: int = 0,
         start_index: npt.ArrayLike | None = None, replica: npt.ArrayLike | None = None) -> Trajectory:
    """Make `steps` steps from each of the starts, (runs, 2) or (2,), all runs at once.

    hyper: hyperparameters that differ from run to run, name -> (runs,); for a pair such as betas a pair of those.
    schedule: hyperparameter -> how it changes from step to step. clip: what gradients are clipped to, after the noise.
    noise: added to every gradient a step asks for, never to what is recorded of the surface; it depends on seed, and
    for each run on start_index (runs,), 0, 1, ... unless given, and replica (runs,), 0 unless given.
    A run of a batch is bit for bit what it is alone. Diverging is a status, never an error.
    Raises ValueError for starts of another shape, steps < 0, and what the optimizer itself would refuse.
    """
    start = np.array(starts, dtype=np.float64)
    start = start[None] if start.ndim == 1 else start
    if start.ndim != 2 or start.shape[1] != 2 or len(start) == 0:
        raise ValueError(f"starts: shape {np.shape(starts)} is wrong; give (runs, 2) or (2,)")
    if steps < 0:
        raise ValueError(f"steps: {steps} is out of range; must be >= 0")
    values = _spread(optimizer, hyper or {}, len(start))
    checked_schedules(optimizer, schedule or {}, steps)
    moving = scheduled(schedule or {}, values, steps)
    indices = np.arange(len(start)) if start_index is None else _indices("start_index", start_index, len(start))
    replicas = np.zeros(len(start), np.int64) if replica is None else _indices("replica", replica, len(start))
    source = noise.source(surface, Runs(seed, indices, replicas), steps) if noise else None
    with np.errstate(all="ignore"):
        watched = _Watched(surface, len(start), source, clip)
        positions, used, at, state = _walk(optimizer, watched, start, steps, values, moving)
        loss, gradient = _measure(surface, positions)
    finite = np.isfinite(positions).all(axis=-1) & np.isfinite(loss) & np.isfinite(gradient).all(axis=-1)
    diverged = ~finite.all(axis=0)
    last = np.where(diverged, np.argmin(finite, axis=0), steps)
    gone = np.arange(steps + 1)[:, None] > last
    for rows in (positions, loss, gradient, *state.values()):
        rows[gone] = np.nan
    for rows in (used, at):
        rows[gone[1:]] = np.nan
    return Trajectory(optimizer.name, start, _runs_first(positions), _runs_first(loss), _runs_first(gradient),
                      _runs_first(used), _runs_first(at), {name: _runs_first(rows) for name, rows in state.items()},
                      np.where(_left(surface, positions, at, last), "left", np.where(diverged, "diverged", "ok")), last)


def _left(surface: Objective, positions: Array, at: Array, last: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """(runs,) whether a run ended beyond what its surface knows, by `surface.inside`, or asked there for a gradient."""
    inside = getattr(surface, "inside", None)
    if inside is None:
        return np.zeros(len(last), dtype=bool)
    runs = np.arange(len(last))
    places = [positions[last, runs], *([at[np.maximum(last - 1, 0), runs]] if len(at) else [])]
    left: npt.NDArray[np.bool_] = np.any([np.isfinite(each).all(axis=-1) & ~inside(each) for each in places], axis=0)
    return left


class _Watched:
    """The surface as a step sees it, with its noise and clipping; remembers the last gradient asked for and where."""

    def __init__(self, surface: Objective, runs: int, source: Source | None = None, clip: Clip | None = None) -> None:
        self.surface, self.source, self.clip = surface, source, clip
        self.nothing = np.full((runs, 2), np.nan)
        self.begin(0)

    def begin(self, step: int) -> None:
        """Before each step: its noise, and nothing asked for yet."""
        self.used, self.at, self.k = self.nothing, self.nothing, step

    def value(self, points: Array) -> Array:
        return self.surface.value(points)

    def gradient(self, points: Array) -> Array:
        gradient = self.surface.gradient(points) if self.source is None else self.source.gradient(points, self.k)
        self.at, self.used = points, gradient if self.clip is None else self.clip.of(gradient)
        return self.used

    def hessian(self, points: Array) -> Array:
        return self.surface.hessian(points)


def _walk(optimizer: Optimizer, watched: _Watched, start: Array, steps: int, hyper: Hyper,
          moving: Mapping[str, list[Any]]) -> tuple[Array, Array, Array, State]:
    """Positions (steps+1, runs, 2), gradients used and where (steps, runs, 2), state (steps+1, runs, ...).

    Steps come first in memory, so that each step writes one stretch of it.
    """
    points, plain = start.copy(), vars(hyper)
    state = optimizer.init(start.copy(), Hyper(**{**plain, **largest(moving)}) if moving else hyper)
    positions = np.empty((steps + 1, *start.shape))
    used, at = np.empty((steps, *start.shape)), np.empty((steps, *start.shape))
    kept = {name: np.empty((steps + 1, *rows.shape)) for name, rows in state.items()}
    for k in range(steps + 1):
        positions[k] = points
        for name, rows in kept.items():
            rows[k] = state[name]
        if k < steps:
            watched.begin(k)
            if moving:
                hyper = Hyper(**{**plain, **{name: values[k] for name, values in moving.items()}})
            state, points = optimizer.step(state, points, watched, hyper)
            used[k], at[k] = watched.used, watched.at
    return positions, used, at, kept


def _measure(surface: Objective, positions: Array) -> tuple[Array, Array]:
    """Loss (steps+1, runs) and gradient (steps+1, runs, 2) at the positions, in blocks."""
    points = positions.reshape(-1, 2)
    loss, gradient = np.empty(len(points)), np.empty(points.shape)
    for low in range(0, len(points), BLOCK):
        block = slice(low, low + BLOCK)
        loss[block], gradient[block] = surface.value(points[block]), surface.gradient(points[block])
    return loss.reshape(positions.shape[:-1]), gradient.reshape(positions.shape)


def _runs_first(rows: Array) -> Array:
    return rows.swapaxes(0, 1)


def _spread(optimizer: Optimizer, hyper: Mapping[str, Any], runs: int) -> Hyper:
    """The optimizer's hyperparameters with those of `hyper` as columns (runs, 1)."""
    values = optimizer.hyper()
    columns: dict[str, Any] = {}
    for name, given in hyper.items():
        plain = getattr(values, name, None)
        if isinstance(plain, tuple) and len(given) == len(plain):
            columns[name] = tuple(_column(name, part, runs) for part in given)
        elif isinstance(plain, float):
            columns[name] = _column(name, given, runs)
        else:
            raise ValueError(f"{name}: no hyperparameter of {optimizer.name} that can differ from run to run")
    for run in range(runs if columns else 0):    # each run alone must be an optimizer its class accepts
        replace(optimizer, **{name: tuple(float(part[run, 0]) for part in column) if isinstance(column, tuple)
                              else float(column[run, 0]) for name, column in columns.items()})
    values.__dict__.update(columns)
    return values


def _indices(name: str, given: npt.ArrayLike, runs: int) -> npt.NDArray[np.int64]:
    indices = np.asarray(given)
    if indices.shape != (runs,) or indices.dtype.kind not in "iu" or indices.min() < 0 or indices.max() >= 2 ** 32:
        raise ValueError(f"{name}: give a whole number >= 0 for each of the {runs} runs")
    return indices.astype(np.int64)


def _column(name: str, given: npt.ArrayLike, runs: int) -> Array:
    column = np.array(given, dtype=np.float64)
    if column.shape != (runs,):
        raise ValueError(f"{name}: shape {column.shape} is wrong; give one number for each of the {runs} runs")
    return column[:, None]
