"""Moves a block of runs step by step: small enough for the processor's cache, so that many blocks fill all cores."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, steps_made
from thalweg.engine.clip import Clip
from thalweg.engine.compiled.fused import Fused
from thalweg.engine.noise import Noise, Runs, Source
from thalweg.engine.record import Table
from thalweg.engine.schedules import largest
from thalweg.engine.tail import Watch

Mask = npt.NDArray[np.bool_]
LOOK = 32  # steps between two looks for runs that have come to rest


@dataclass(frozen=True)
class Task:
    """What all blocks share; `hyper` and `moving` (hyperparameter -> its value at each step) are of all runs."""

    optimizer: Optimizer
    surface: Objective
    start: Array
    steps: int
    hyper: dict[str, Any]
    moving: Mapping[str, list[Any]]
    clip: Clip | None
    noise: Noise | None
    runs: Runs
    fused: Fused | None = None

    def source(self, surface: Any, block: slice) -> Source | None:
        seed, index, replica = self.runs
        return self.noise.source(surface, Runs(seed, index[block], replica[block]), self.steps) if self.noise else None

    def init(self, points: Array, runs: Any) -> State:
        plain = {name: _of(value, runs) for name, value in self.hyper.items()}
        moving = {name: _of(value, runs) for name, value in largest(self.moving).items()}
        return self.optimizer.init(points, Hyper(**{**plain, **moving}))


def _of(value: Any, runs: Any) -> Any:
    """Some runs' share of a hyperparameter."""
    if isinstance(value, tuple):
        return tuple(_of(part, runs) for part in value)
    return value[runs] if isinstance(value, np.ndarray) and value.ndim else value


class Exact:
    """The surface, which remembers what it is at the points where the runs are: most steps ask for just that."""

    def __init__(self, surface: Any) -> None:
        self.surface = surface
        self.both = getattr(surface, "value_and_gradient", None)
        self.points = self.loss = self.slope = np.empty(0)

    def move(self, points: Array) -> None:
        both = self.both(points) if self.both else (self.surface.value(points), self.surface.gradient(points))
        self.points, (self.loss, self.slope) = points, both

    def value(self, points: Array) -> Array:
        return self.loss if points is self.points else self.surface.value(points)

    def gradient(self, points: Array) -> Array:
        return self.slope if points is self.points else self.surface.gradient(points)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.surface, name)


class Watched:
    """The surface as a step sees it, with its noise and clipping; remembers the last gradient asked for and where."""

    def __init__(self, surface: Exact, runs: int, source: Source | None, clip: Clip | None) -> None:
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
        return self.surface.hessian(points)  # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.surface, name)  # what a surface can beyond this, such as third derivatives

    def keep(self, these: Mask) -> None:
        """Go on with some of the runs."""
        self.nothing, self.used, self.at = self.nothing[these], self.used[these], self.at[these]
        if self.source is not None:
            self.source.keep(these)


class Block:
    """Some runs on their way; `runs` says which they are among all: a slice, or indices once some have ended."""

    def __init__(self, task: Task, block: slice, table: Table) -> None:
        self.task, self.block, self.table = task, block, table
        self.runs: Any = block
        self.points = np.asfortranarray(task.start[block])  # x and y are each in one piece: formulas take them so
        self.state = task.init(self.points.copy(order="K"), block)
        self.exact = Exact(task.surface)
        self.watched = Watched(self.exact, len(self.points), task.source(self.exact, block), task.clip)
        self.plain = {name: _of(value, block) for name, value in task.hyper.items()}
        self.hyper = Hyper(**self.plain)
        self.rests = task.noise is None and not task.moving  # a step depends on nothing but points and state
        self.plainly = 0  # the step from which on `fused` may be tried
        self.memory: list[Array] = []
        self.watch = None if table.every else Watch(len(self.points), task.steps)

    def walk(self) -> None:
        task, table, row, kept = self.task, self.table, 0, self.table.kept.tolist()
        k = -1
        with np.errstate(all="ignore"):
            while k < task.steps:
                k = self._leapt(k + 1, kept[row])
                self.exact.move(self.points)
                self._end_diverged(k, row)
                self._watch(k, self.points.T)
                if k == kept[row]:
                    self._write(row, self.runs)
                    row += 1
                if k == task.steps or not len(self.points):
                    break
                before = self.state, self.points
                self._step(k)
                if self.rests and k % LOOK == LOOK - 1:
                    self._end_resting(*before, row, k + 1)
            table.blank(self.block)
        if self.watch is not None:
            table.moved[self.block], table.missed[self.block] = self.watch.tail()

    def _watch(self, k: int, columns: Array) -> None:
        """Notes where the runs are after step k, x and y (2, runs)."""
        if self.watch is not None and k >= self.watch.first:
            self.watch.note(k, self._within(self.runs), columns)

    def _within(self, runs: Any) -> Any:
        """The same runs, counted from the block's first."""
        return slice(None) if isinstance(runs, slice) else runs - self.block.start

    def _leapt(self, k: int, kept: int) -> int:
        """Makes the steps from k on, as far as no one looks at them and they are not kept, at once where that can be;
        the step that is then to be made."""
        fused = self.task.fused
        while fused is not None and k >= self.plainly and len(self.points):
            end = min(k - k % LOOK + LOOK - self._looks(k), kept - 1)
            moved = fused.walk(self.state, self.points, range(k, end), self.memory, self._watch) if end > k else None
            if moved is None:
                self.plainly = end
                break
            (self.state, self.points), k = moved, end
        return k

    def _looks(self, k: int) -> bool:
        """Whether after the stretch of steps in which k is some run may be found at rest."""
        return self.rests and ("step" not in self.state or self.task.optimizer.settled(k - k % LOOK + LOOK, self.hyper))

    def _step(self, k: int) -> None:
        hyper = self.hyper
        if self.task.moving:
            moving = {name: _of(values[k], self.runs) for name, values in self.task.moving.items()}
            hyper = Hyper(**{**self.plain, **moving})
        self.watched.begin(k)
        points = self.points
        points.flags.writeable = False  # a step in place would change what is compared and recorded
        self.state, self.points = self.task.optimizer.step(self.state, points, self.watched, hyper)
        points.flags.writeable = True

    def _write(self, row: int | slice, runs: Any, only: Any = None) -> None:
        moment = {"positions": self.points, "loss": self.exact.loss, "gradient": self.exact.slope}
        self.table.write(row, runs, moment, self.state, only)
        self.table.write_step(row, runs, self.watched.used, self.watched.at, only)

    def _end_diverged(self, k: int, row: int) -> None:
        """Writes runs where something is not finite for the last time, and goes on without them."""
        every = (self.points, self.exact.loss, self.exact.slope)
        if _finite(every):
            return
        fine = np.isfinite(self.points).all(axis=1) & np.isfinite(self.exact.loss)
        fine &= np.isfinite(self.exact.slope).all(axis=1)
        if not fine.all():
            gone = self._indices()[~fine]
            self._write(row, gone, ~fine)
            self.table.ended[gone] = k
            self._keep(fine)

    def _end_resting(self, state: State, points: Array, row: int, k: int) -> None:
        """Goes on without runs whose last step, the k-th, changed no bit: no later step will, it would be the same."""
        rest = _same(points, self.points)
        if not rest.any():
            return
        counted = {"step"} & state.keys()
        if counted and not self.task.optimizer.settled(steps_made(state), self.hyper):
            return
        for name in state.keys() - counted:
            rest &= _same(state[name], self.state[name])
        if rest.any():
            runs, rows = self._indices()[rest], slice(row, None)
            self._write(rows, runs, rest)
            if self.watch is not None:
                self.watch.stays(k, self._within(runs), self.points[rest].T)
            if counted:
                self.table.state["step"][rows, runs] = self.table.kept[rows, None]
            self._keep(~rest)

    def _indices(self) -> npt.NDArray[np.int64]:
        return np.arange(self.runs.start, self.runs.stop) if isinstance(self.runs, slice) else self.runs

    def _keep(self, these: Mask) -> None:
        self.runs = self._indices()[these]
        self.points = np.asfortranarray(self.points[these])
        self.state = {name: rows[these] for name, rows in self.state.items()}
        self.plain = {name: _of(value, these) for name, value in self.plain.items()}
        self.hyper = Hyper(**self.plain)
        self.exact.points, self.exact.loss = self.points, self.exact.loss[these]
        self.exact.slope = np.asfortranarray(self.exact.slope[these])
        self.watched.keep(these)


def _finite(every: tuple[Array, ...]) -> bool:
    """A quick look whether all is finite, as what is not stays in a sum; not surely told where sums overflow."""
    if len(every[0]) == 1:  # where a call of numpy costs more than the sum
        return math.isfinite(sum([sum(each.ravel().tolist()) for each in every]))
    return math.isfinite(sum(float(np.add.reduce(each, axis=None)) for each in every))


def _same(before: Array, now: Array) -> Mask:
    """Which runs (first axis) are the same to the last bit, the sign of a zero included."""
    equal = before.view(np.int64) == now.view(np.int64)
    return np.asarray(equal.reshape(len(equal), -1).all(axis=1))
