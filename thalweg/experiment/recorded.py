"""Runs recorded elsewhere: the rows of a csv, by whatever tool it was written, as the balls of an entry."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg.engine import Optimizer, Trajectory
from thalweg.errors import brief, listed, number, show
from thalweg.experiment.columns import LONGEST, ROLES, Columns, no_column, place_of, resolved_columns
from thalweg.experiment.tables import (
    RecordedError,
    Table,
    as_number,
    flow,
    numbers,
    one_decimal,
    read_table,
    same,
    value,
    word,
)
from thalweg.system.files import NotRegular, TooLarge, read_bounded

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
STATES = ("ok", "diverged", "left")
MOST_BYTES, MOST_STEPS, MOST_SHOWN = 50_000_000, 1_000_000, 6
NEAR, TINY = 0.01, 1e-6  # a recorded loss differs when by more than 1 %, and by more than a trace of the largest
EDGE = 1e-6  # of the domain's width: so far outside it a point is on the edge


@dataclass(frozen=True)
class Asked:
    """What an entry says of its csv: `columns` role -> name or None, `where` column -> (as written, its value)."""

    file: str
    label: str | None = None
    columns: Columns = field(default_factory=dict)
    where: Mapping[str, tuple[str, Any]] = field(default_factory=dict)

    def entry(self, more: Mapping[str, str]) -> str:
        """This entry in YAML, with more `where`: what a message gives to paste, but for a path too long to be told."""
        file = word(self.file) if len(self.file) <= LONGEST else "the same"
        body = f"file: {file}" + (f", columns: {flow(self.columns)}" if self.columns else "")
        return f"recorded: {{{body}, {self.rows(more)}}}"

    def rows(self, more: Mapping[str, str]) -> str:
        """where: {...} with more in it."""
        asked = {**{key: text for key, (text, _) in self.where.items()}, **more}
        return "where: {" + ", ".join(f"{word(key)}: {value(text)}" for key, text in asked.items()) + "}"

    def mapped(self, role: str, name: str | None) -> str:
        """columns: {...} with one more in it."""
        return f"columns: {flow({**self.columns, role: name})}"


@dataclass(frozen=True)
class Recorded(Optimizer):
    """Stands where an entry's optimizer does; its steps were made elsewhere."""

    display_name = "Recorded"


@dataclass(frozen=True)
class Ball:
    """The rows of one ball: steps (k,) rising, points (k, 2), loss (k,), the status of the last, csv lines (k,).

    A loss is nan where the csv says nan; `logged` is False where it says no loss at all.
    """

    steps: Rows
    points: Array
    loss: Array
    status: str
    lines: Rows
    logged: bool


@dataclass(frozen=True)
class Recording:
    """What a csv says about one run: `asked` by the config, `optimizer` as the csv names it.

    `names`: the csv's own name of each role that is not named as the role.
    """

    asked: Asked
    names: Mapping[str, str]
    digest: str
    label: str
    optimizer: str
    balls: tuple[Ball, ...]

    @property
    def file(self) -> str:
        """The path as the config has it, brief where it is long."""
        return brief(self.asked.file)

    @property
    def apart(self) -> tuple[str, ...]:
        """What tells this run from others of its file, in words."""
        return tuple(f"{name}={text}" for name, (text, _) in self.asked.where.items())

    @property
    def words(self) -> str:
        """'from run.csv: x is w1, y is w2, where phase is train', of what is not as it is called; else empty."""
        parts = [f"{role} is {word(name)}" for role, name in self.names.items() if name not in self.asked.where]
        parts += [f"where {word(name)} is {value(text)}" for name, (text, _) in self.asked.where.items()]
        return f"from {self.file}: {', '.join(parts)}" if parts else ""

    @property
    def steps(self) -> int:
        """The last step of the longest run."""
        return max(int(ball.steps[-1]) for ball in self.balls)

    def problem(self, surface: Any) -> tuple[str, str] | None:
        """What is wrong and the cure, when a point is not on the surface; where a run ended otherwise it may be."""
        (x0, x1), (y0, y1) = surface.domain
        known = [len(ball.steps) - (ball.status != "ok") for ball in self.balls]
        points = np.concatenate([ball.points[:count] for ball, count in zip(self.balls, known, strict=True)])
        with np.errstate(all="ignore"):
            outside = ~np.isfinite(surface.value(_edged(points, surface)))
        first = np.cumsum([0, *known[:-1]])[np.array(known) > 0]  # as every start: where the picture is
        slack = EDGE * np.array([x1 - x0, y1 - y0])
        start = points[first]
        outside[first] |= ((start < [x0, y0] - slack) | (start > [x1, y1] + slack)).any(axis=1)
        if not outside.any():
            return None
        row = int(outside.argmax())
        lines = np.concatenate([ball.lines[:count] for ball, count in zip(self.balls, known, strict=True)])
        x, y = (number(each) for each in points[row].tolist())
        return (
            f"{self.file}:{lines[row]}: [{x}, {y}] lies outside the surface",
            f"its x goes from {number(x0)} to {number(x1)}, its y from {number(y0)} to {number(y1)}",
        )

    def trajectory(self, surface: Any, steps: int) -> Trajectory:
        """The balls over `steps` steps: straight between two rows, still before the first and after the last."""
        count = len(self.balls)
        positions, loss = np.empty((count, steps + 1, 2)), np.empty((count, steps + 1))
        last, status = np.empty(count, dtype=np.int64), []
        for index, ball in enumerate(self.balls):
            last[index] = min(int(ball.steps[-1]), steps)
            status.append(ball.status if ball.steps[-1] <= steps else "ok")
            _fill(ball, positions[index], loss[index])
            if status[-1] != "ok":
                positions[index, last[index] + 1 :], loss[index, last[index] + 1 :] = np.nan, np.nan
        positions = _edged(positions, surface)
        with np.errstate(all="ignore"):
            own, gradient = surface.value(positions), surface.gradient(positions)
        nothing = np.full((count, steps, 2), np.nan)
        logged = np.array([[ball.logged] for ball in self.balls])
        return Trajectory(
            self.optimizer,
            positions[:, 0].copy(),
            positions,
            np.where(logged, loss, own),
            gradient,
            nothing,
            nothing.copy(),
            {},
            np.array(status),
            last,
        )

    def projected(self, surface: Any) -> bool:
        """Whether a recorded loss is not that of the surface below the ball, as when a path is seen on a plane."""
        points = np.concatenate([ball.points for ball in self.balls])
        recorded = np.concatenate([ball.loss for ball in self.balls])
        with np.errstate(all="ignore"):
            own = surface.value(_edged(points, surface))
            both = np.isfinite(own) & np.isfinite(recorded)
            larger, apart = np.maximum(np.abs(own), np.abs(recorded)), np.abs(own - recorded)
            ends = np.cumsum([len(ball.loss) for ball in self.balls])
            most = np.maximum.reduceat(np.where(both, larger, 0), [0, *ends[:-1]])  # of each ball
            trace = np.repeat(TINY * most, np.diff([0, *ends]))
            return bool((both & (apart > np.maximum(NEAR * larger, trace))).any())


def _edged(points: Array, surface: Any) -> Array:
    """Points (..., 2): those that the surface does not know by no more than rounding are on its edge."""
    with np.errstate(all="ignore"):
        lost = ~np.isfinite(surface.value(points))
        if not lost.any():
            return points
        low, high = np.array(surface.domain).T
        moved = np.clip(points, low, high)
        near = lost & (np.abs(points - moved) <= EDGE * (high - low)).all(axis=-1)
    return np.where(near[..., None], moved, points)


def _fill(ball: Ball, positions: Array, loss: Array) -> None:
    """Rows (steps + 1, 2) and (steps + 1,) of a ball: where it ended otherwise than well, its last row is as it is."""
    fine, every = len(ball.steps) - (ball.status != "ok"), np.arange(len(loss))
    if fine:
        for axis in (0, 1):
            positions[:, axis] = np.interp(every, ball.steps[:fine], ball.points[:fine, axis])
        loss[:] = np.interp(every, ball.steps[:fine], ball.loss[:fine])
    if fine < len(ball.steps) and ball.steps[-1] < len(loss):
        positions[ball.steps[-1] :], loss[ball.steps[-1] :] = ball.points[-1], ball.loss[-1]


def read_recording(path: Path, asked: Asked) -> Recording:
    """The runs of a csv: of the rows that `asked.where` chooses all, or of several labels those of `asked.label`.

    Raises RecordedError for what cannot be used, and OSError where it cannot be read.
    """
    file = brief(asked.file)
    try:
        data = read_bounded(path, MOST_BYTES)
    except NotRegular as error:
        raise RecordedError(f"{file}: {error}", "give a csv") from None
    except TooLarge as error:
        raise RecordedError(f"{file}: {error}", f"give at most {MOST_BYTES:,}") from None
    table = read_table(data, file)
    columns = resolved_columns(table, asked.columns)
    wanted = {name: place_of(table, name) for name in asked.where}
    for name, place in wanted.items():
        if place is None:
            raise no_column(table, name, "where", name)
    indices = sorted({*columns.values(), *(place for place in wanted.values() if place is not None)})
    texts, lines = table.columns(indices)
    cells = dict(zip(indices, texts, strict=True))
    rows = np.arange(len(lines))
    for name, place in wanted.items():
        rows = _where(cells[place or 0], rows, name, asked, table)
    label, rows = _labelled(cells, columns, rows, asked, table)
    reader = _Reader(asked, table, columns, cells, rows, np.asarray(lines))
    optimizer = cells[columns["optimizer"]][rows[0]].strip() if "optimizer" in columns else ""
    balls = reader.balls()
    names = {role: name for role, name in reader.names.items() if role in ROLES and name.lower() != role}
    return Recording(
        asked,
        names,
        hashlib.sha256(data).hexdigest(),
        " ".join(label.split()) or path.stem,
        optimizer or "recorded",
        balls,
    )


def _where(cells: Sequence[str], rows: Rows, name: str, asked: Asked, table: Table) -> Rows:
    """Those of the rows that say what is wanted."""
    text, wanted = asked.where[name]
    comma = table.separator != ","
    says = {cell: same(cell, wanted, text, comma) for cell in {cells[row] for row in rows.tolist()}}
    chosen = np.array([row for row in rows.tolist() if says[cells[row]]], dtype=np.int64)
    if not len(chosen):
        known = [value(cell) for cell in _each(cells, rows)]
        named = [each for each in known if len(each) <= LONGEST][:MOST_SHOWN]
        more = f", or one of {len(known) - len(named)} more" if named and len(known) > len(named) else ""
        raise RecordedError(
            f"{table.file}: has no row where "
            f"{word(name) if len(name) < 60 else show(name)} is "
            f"{value(text) if len(text) < 60 else show(text)}",
            f"use {listed(named)}{more}" if named else "use another column, its texts are long",
            "where",
            name,
        )
    return chosen


def _each(cells: Sequence[str], rows: Rows) -> list[str]:
    """What the cells say, each once."""
    return list(dict.fromkeys(cells[row].strip() for row in rows.tolist()))


def _labelled(
    cells: Mapping[int, Sequence[str]], columns: Mapping[str, int], rows: Rows, asked: Asked, table: Table
) -> tuple[str, Rows]:
    """The label of the run, and its rows. Raises RecordedError where there are several and none is chosen."""
    if "label" not in columns:
        return asked.label or "", rows
    column, name = cells[columns["label"]], table.names[columns["label"]]
    labels = _each(column, rows)
    if len(labels) > 1:
        if asked.label not in labels:
            entries = [asked.entry({name: each}) for each in labels[:MOST_SHOWN] if len(each) <= LONGEST]
            if not entries:
                raise RecordedError(
                    f"{table.file}: holds {len(labels)} runs by column {show(name)}",
                    f"give them names of at most {LONGEST} letters",
                )
            more = f", for these and {len(labels) - MOST_SHOWN} more" if len(labels) > MOST_SHOWN else ""
            raise RecordedError(
                f"{table.file}: holds {len(labels)} runs by column {show(name)}",
                f"write an entry for each{more}: optimizers: [{', '.join(entries)}]",
            )
        rows = np.array([row for row in rows.tolist() if column[row].strip() == asked.label], dtype=np.int64)
        labels = [asked.label]
    known = labels[0]
    if known and name.lower() != "label" and not np.isnan(as_number(known, True)):
        known = f"{name} {known}"  # a number alone says nothing
    return asked.label or known, rows


class _Reader:
    """The chosen rows of a csv, column by column; `balls` makes them runs."""

    def __init__(
        self,
        asked: Asked,
        table: Table,
        columns: Mapping[str, int],
        cells: Mapping[int, Sequence[str]],
        rows: Rows,
        lines: Rows,
    ) -> None:
        whole = len(rows) == len(lines)
        self.asked, self.table, self.lines = asked, table, lines[rows]
        self.names = {role: table.names[index] for role, index in columns.items()}
        self.texts = {
            role: cells[index] if whole else [cells[index][row] for row in rows.tolist()]
            for role, index in columns.items()
        }
        count, self.values, self.missing = len(rows), {}, {}
        for role in ("x", "y", "loss", "step"):
            self.values[role], self.missing[role] = (
                numbers(self.texts[role], role, table, self.lines)
                if role in self.texts
                else (np.full(count, np.nan), np.ones(count, dtype=bool))
            )
        one_decimal(
            {role: self.texts[role] for role in ("x", "y", "loss", "step") if role in self.texts}, table, self.lines
        )
        self.status = [text.strip() or "ok" for text in self.texts.get("status", ())]
        self.groups = self._groups(count)

    def _groups(self, count: int) -> list[Rows]:
        """The rows of each ball."""
        if "ball" not in self.texts:
            return [np.arange(count)]
        groups: dict[str, list[int]] = {}
        for row, text in enumerate(self.texts["ball"]):
            groups.setdefault(text.strip(), []).append(row)
        return [np.array(rows) for rows in groups.values()]

    def balls(self) -> tuple[Ball, ...]:
        self._check_commas()
        self._count_steps()
        return tuple(self._ball(rows) for rows in self.groups)

    def place(self, row: int) -> str:
        return f"{self.table.file}:{self.lines[row]}"

    def _count_steps(self) -> None:
        """A column that may count steps, as an index does, is used where it does: whole numbers that rise."""
        if "maybe_step" not in self.texts:
            return
        read = np.array([as_number(text, False) for text in self.texts["maybe_step"]])
        first = 0.0 if self.names["maybe_step"].lower() != "epoch" else float(MOST_STEPS)
        for rows in self.groups:
            steps = read[rows]
            if not (
                0 <= steps[0] <= first
                and steps[-1] <= MOST_STEPS
                and (np.diff(steps) > 0).all()
                and (steps == np.floor(steps)).all()
            ):
                return
        self.values["step"], self.missing["step"] = read, np.zeros(len(read), dtype=bool)
        self.names["step"] = self.names.pop("maybe_step")

    def _ball(self, rows: Rows) -> Ball:
        rows, status = self._until_its_end(self._about_it(rows))
        steps = self._steps(rows)
        fine = len(rows) - (status != "ok")
        self._check_places(rows, fine)
        points = np.stack([self.values["x"][rows], self.values["y"][rows]], axis=1)
        loss, logged = self.values["loss"][rows].copy(), ~self.missing["loss"][rows]
        kept = self._known(rows, fine, status)
        with np.errstate(all="ignore"):
            if logged.any() and not logged.all():  # a loss that was not logged at every step
                loss[:fine] = np.where(logged[:fine], loss[:fine], np.interp(steps[:fine], steps[logged], loss[logged]))
        known = kept & ~self.missing["x"][rows]
        known[fine:] = False
        for axis in (0, 1):  # a place that was not logged at every step
            gaps = kept & ~known
            gaps[fine:] = False
            if gaps.any():
                points[gaps, axis] = np.interp(steps[gaps], steps[known], points[known, axis])
        return Ball(steps[kept], points[kept], loss[kept], status, self.lines[rows][kept], bool(logged.any()))

    def _about_it(self, rows: Rows) -> Rows:
        """Without the rows up to the last place that say neither place nor loss: others' rows of the same log."""
        silent = self.missing["x"][rows] & self.missing["y"][rows] & self.missing["loss"][rows]
        if not silent.any() or silent.all():
            return rows
        if self.status:
            silent &= np.array([self.status[row] == "ok" for row in rows.tolist()])
        silent[np.flatnonzero(~silent)[-1] + 1 :] = False  # a run may have ended so: see _known
        return rows[~silent]

    def _until_its_end(self, rows: Rows) -> tuple[Rows, str]:
        """The rows up to the one with another status than ok; what follows must be no place, or say its end again."""
        for at, row in enumerate(rows.tolist()) if self.status else ():
            status = self.status[row]
            if status not in STATES:
                raise RecordedError(
                    f"{self.place(row)}: status is {show(status, 30)}",
                    f"use {listed(STATES)}, or leave it unread: {self.asked.mapped('status', None)}",
                )
            if status != "ok":
                after = [each for each in rows[at + 1 :].tolist() if self.status[each] == "ok" and self._finite(each)]
                if after:
                    cure = "remove it" if len(after) == 1 else f"remove it and the {len(after) - 1} below that go on"
                    what = f"{self.place(after[0])}: comes after the ball has {status}"
                    raise RecordedError(what, cure)
                return rows[: at + 1], status
        return rows, "ok"

    def _finite(self, row: int) -> bool:
        return bool(np.isfinite([self.values["x"][row], self.values["y"][row]]).all())

    def _steps(self, rows: Rows) -> Rows:
        """The steps (k,): as written, one more than the row before where that is not said."""
        read, missing = self.values["step"][rows].copy(), self.missing["step"][rows]
        if missing.all():
            read = np.arange(len(rows), dtype=np.float64)
        for at in np.flatnonzero(missing).tolist() if not missing.all() else ():
            read[at] = read[at - 1] + 1 if at else 0
        unread = f"{self.asked.mapped('step', None)} numbers the rows"
        wrong = np.flatnonzero(~((read == np.floor(read)) & (read >= 0) & (read <= MOST_STEPS)))
        if len(wrong):
            raise RecordedError(
                f"{self.place(rows[wrong[0]])}: step is {number(float(read[wrong[0]]))}",
                f"use whole numbers from 0 to {MOST_STEPS:,}; {unread}",
            )
        stuck = np.flatnonzero(np.diff(read) <= 0)
        if len(stuck):
            at = int(stuck[0])
            raise RecordedError(
                f"{self.place(rows[at + 1])}: step {number(float(read[at + 1]))} follows step "
                f"{number(float(read[at]))}",
                f"steps rise from row to row, and several balls need a column ball{self._told_apart(rows)}; {unread}",
            )
        return read.astype(np.int64)

    def _check_commas(self) -> None:
        """1,000 is a step with a mark between thousands, or the step 1 with a decimal comma."""
        steps = self.texts.get("step", [])
        for row, text in enumerate(steps) if "," in "".join(steps) else ():
            whole, comma, rest = text.strip().partition(",")
            if comma and len(rest) == 3:
                raise RecordedError(
                    f"{self.place(row)}: step is {show(whole + comma + rest, 30)}", "write it without a comma"
                )

    def _told_apart(self, rows: Rows) -> str:
        """The cure where another column has several values, in each of which the steps rise."""
        free = [
            index
            for index, name in enumerate(self.table.names)
            if 0 < len(name) <= LONGEST and name not in self.names.values()
        ]
        lines = {line: row for row, line in enumerate(self.lines.tolist())}
        texts, every = self.table.columns(free)
        chosen = [(at, lines[line]) for at, line in enumerate(every) if line in lines]
        mine = set(rows.tolist())
        for index, cells in zip(free, texts, strict=True):
            last: dict[str, float] = {}
            for at, row in chosen:
                key = cells[at].strip()
                if row in mine and not (key and self.values["step"][row] > last.get(key, -1)):
                    break
                if row in mine:
                    last[key] = self.values["step"][row]
            else:
                name, first = self.table.names[index], next(iter(last))
                if 1 < len(last) < len(mine) and len(first) <= LONGEST:
                    return (
                        f": {self.asked.mapped('ball', name)} shows all of them, {self.asked.rows({name: first})} one"
                    )
        return ""

    def _check_places(self, rows: Rows, fine: int) -> None:
        """Raises RecordedError for a place that is not finite in a row that is ok, or half of one."""
        for role, other in (("x", "y"), ("y", "x")):
            half = np.flatnonzero(self.missing[role][rows[:fine]] & ~self.missing[other][rows[:fine]])
            if len(half):
                raise RecordedError(
                    f"{self.place(rows[half[0]])}: {role} is empty, {other} is not",
                    "give both, or neither where none was logged",
                )
        if not self._finite(rows[0]) and (not fine or not self.missing["x"][rows[0]]):
            role = "x" if not np.isfinite(self.values["x"][rows[0]]) else "y"
            raise RecordedError(
                f"{self.place(rows[0])}: {role} is not finite where the run begins", "give the place where it began"
            )
        wrong = {
            role: np.flatnonzero(~np.isfinite(self.values[role][rows[:fine]]) & ~self.missing[role][rows[:fine]])
            for role in ("x", "y")
        }
        found = [(int(at[0]), role) for role, at in wrong.items() if len(at)]
        if found:
            at, role = min(found)
            on = any(self._finite(row) for row in rows[at + 1 : fine].tolist())
            column = word(self.names.get("status", "status"))
            cure = f"say diverged in a column {column}"
            raise RecordedError(
                f"{self.place(rows[at])}: {role} is not finite",
                f"mend that line, or {cure} and remove the rows below that go on" if on else cure,
            )

    def _known(self, rows: Rows, fine: int, status: str) -> npt.NDArray[np.bool_]:
        """Which rows (k,) say where the ball is, or lie between two that do: a run begins and ends with a place."""
        missing = self.missing["x"][rows]
        there = np.flatnonzero(~missing[:fine])
        kept = np.zeros(len(rows), dtype=bool)
        if not len(there):
            if fine:
                raise RecordedError(
                    f"{self.place(rows[0])}: x and y are empty, as in every row of this run",
                    "fill them, or name other columns as x and y",
                )
            kept[:] = True
            return kept
        for row in rows[there[-1] + 1 : fine].tolist() if status == "ok" else ():
            if not np.isfinite(self.values["loss"][row]):  # as tools write a run that diverged, or one that is over
                raise RecordedError(
                    f"{self.place(row)}: x and y are empty, and so in all rows below",
                    f"say diverged in a column {word(self.names.get('status', 'status'))}, or remove "
                    "them where the run is over",
                )
        kept[there[0] : there[-1] + 1] = True
        kept[fine:] = True
        return kept
