"""What `roll` returns, and which steps of a run it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from thalweg.engine.base import Array, State
from thalweg.engine.cores import shared
from thalweg.engine.tail import Tail, of_positions

Record: TypeAlias = str | Mapping[str, int]  # "all", "last" or {"every": n}


@dataclass(frozen=True)
class Trajectory:
    """What `roll` returns; a row is a moment that was kept: row j that after steps[j] steps, step 0 being the start.

    optimizer: public name; start (runs, 2); positions (runs, rows, 2); loss (runs, rows) and gradient (runs, rows, 2):
    the exact surface's at positions;
    gradient_used, gradient_at: the gradient that a step asked for last (before weight decay) and the point it was taken
    at (NAG looks ahead), of the step that led to each row, (runs, rows, 2), without a row for the start;
    state: inner state by name, (runs, rows, ...);
    status (runs,): "ok", "diverged" or "left" (as diverged, but beyond what the surface knows); last (runs,): the
    run's last step. A diverged run's is the first after which position, loss or gradient is not finite; it is kept as
    it is, in the row it has or, where that step has none, in the next. What comes after it is NaN.
    ending: how the runs moved in their last steps, where not every step was kept; see `tail`.
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
    steps: Sequence[int] = ()
    ending: Tail | None = None

    def __post_init__(self) -> None:
        if not len(self.steps):
            object.__setattr__(self, "steps", range(self.positions.shape[1]))

    @cached_property
    def ends(self) -> npt.NDArray[np.int64]:
        """The row (runs,) of each run's last step."""
        return np.searchsorted(np.asarray(self.steps), self.last)

    @property
    def tail(self) -> Tail:
        """How the runs moved in their last steps; the same whatever is kept."""
        return of_positions(self.positions) if self.ending is None else self.ending


def kept_steps(record: Record, steps: int) -> Sequence[int]:
    """The steps that `record` keeps, rising; the last one always. Raises ValueError for what is none of the forms."""
    if record == "all":
        return range(steps + 1)
    if record == "last":
        return range(steps, steps + 1)
    every = record.get("every") if isinstance(record, Mapping) and len(record) == 1 else None
    if type(every) is not int or every < 1:
        raise ValueError(f"record: {record!r} is wrong; give 'all', 'last' or {{'every': n}} with n >= 1")
    kept = range(0, steps + 1, every)
    return kept if kept[-1] == steps else (*kept, steps)


def thinned(path: Trajectory, record: Record) -> Trajectory:
    """A trajectory of which every step was kept, with the steps that `record` keeps, as `roll` would have kept them."""
    kept = kept_steps(record, len(path.steps) - 1)
    if len(kept) == len(path.steps):
        return path
    runs, rows = np.arange(len(path.last))[:, None], np.minimum(kept, path.last[:, None])
    gone = np.asarray(kept)[:-1] >= path.last[:, None]  # the row before has the end already
    gone = np.concatenate([np.zeros_like(runs, dtype=bool), gone], axis=1)

    def of(values: Array, moments: Any, none: Any) -> Array:
        taken: Array = values[runs, moments].astype(np.float64)
        taken[none] = np.nan
        return taken

    first = int(kept[0] == 0)
    steps = [
        of(values, np.maximum(rows[:, first:] - 1, 0), gone[:, first:]) if values.shape[1] else values
        for values in (path.gradient_used, path.gradient_at)
    ]
    positions, loss, gradient = (of(values, rows, gone) for values in (path.positions, path.loss, path.gradient))
    state = {name: of(values, rows, gone) for name, values in path.state.items()}
    return Trajectory(
        path.optimizer,
        path.start,
        positions,
        loss,
        gradient,
        steps[0],
        steps[1],
        state,
        path.status,
        path.last,
        kept,
        path.tail,
    )


class Table:
    """The rows that are kept, one after the other in memory (rows, runs, ...), filled block by block."""

    def __init__(self, kept: Sequence[int], runs: int, state: State, many: bool = False) -> None:
        """`state` says what there is and in what shape; `many`: several processes are going to write."""
        self.kept, rows, made = np.asarray(kept), len(kept), shared if many else np.empty
        self.first = int(kept[0] == 0)  # rows without a step that led to them
        self.positions, self.gradient = made((rows, runs, 2)), made((rows, runs, 2))
        self.loss = made((rows, runs))
        self.used, self.at = (made((rows - self.first, runs, 2)) for _ in range(2))
        self.state = {name: made((rows, runs, *values.shape[1:])) for name, values in state.items()}
        self.ended = made((runs,))  # the step after which a run had diverged; NaN for those that did not
        self.ended[:] = np.nan
        self.every = rows == kept[-1] + 1  # every step is kept
        self.moved, self.missed = (made((0 if self.every else runs,)) for _ in range(2))  # see Tail

    def write(self, row: int | slice, runs: Any, moment: Mapping[str, Array], state: State, only: Any = None) -> None:
        """A moment of some runs (`only` those of its arrays, all unless given) into a row or several."""
        for name, values in moment.items():
            getattr(self, name)[row, runs] = values if only is None else values[only]
        for name, rows in self.state.items():
            rows[row, runs] = state[name] if only is None else state[name][only]

    def write_step(self, row: int | slice, runs: Any, used: Array, at: Array, only: Any = None) -> None:
        """The gradient that led to a row and where it was taken."""
        row = slice(max(row.start - self.first, 0), None) if isinstance(row, slice) else row - self.first
        if isinstance(row, slice) or row >= 0:
            self.used[row, runs] = used if only is None else used[only]
            self.at[row, runs] = at if only is None else at[only]

    def blank(self, block: slice) -> None:
        """NaN after the end of the diverged runs of a block."""
        ended = self.ended[block]
        if not np.isnan(ended).all():
            gone = np.arange(len(self.kept))[:, None] > np.searchsorted(self.kept, ended)  # NaN sorts last
            for rows in (self.positions, self.loss, self.gradient, *self.state.values()):
                rows[:, block][gone] = np.nan
            for rows in (self.used, self.at):
                rows[:, block][gone[self.first :]] = np.nan

    def trajectory(self, optimizer: str, start: Array, kept: Sequence[int]) -> Trajectory:
        fine, ending = np.isnan(self.ended), None if self.every else Tail(self.moved, self.missed)
        state = {name: _runs_first(rows) for name, rows in self.state.items()}
        return Trajectory(
            optimizer,
            start,
            _runs_first(self.positions),
            _runs_first(self.loss),
            _runs_first(self.gradient),
            _runs_first(self.used),
            _runs_first(self.at),
            state,
            np.where(fine, "ok", "diverged"),
            np.where(fine, kept[-1], self.ended).astype(np.int64),
            kept,
            ending,
        )


def _runs_first(rows: Array) -> Array:
    return rows.swapaxes(0, 1)
