"""Runs recorded elsewhere: a csv's columns, found by name, as the balls of an entry."""
from __future__ import annotations

import csv
import hashlib
import io
import math
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from configs.errors import listed, number, show
from optimizers import Optimizer, Trajectory

Array = npt.NDArray[np.float64]
COLUMNS = ("x", "y", "step", "loss", "label", "ball", "status")
STATES = ("ok", "diverged", "left")
MOST_BYTES, MOST_STEPS = 50_000_000, 1_000_000
NEAR, TINY = 0.01, 1e-6      # a recorded loss differs when by more than 1 %, and by more than a trace of the largest


class RecordedError(ValueError):
    """A recording cannot be used; the message is one line that says what is wrong and the cure."""


@dataclass(frozen=True)
class Recorded(Optimizer):
    """Stands where an entry's optimizer does; its steps were made elsewhere."""

    display_name = "Recorded"


@dataclass(frozen=True)
class Ball:
    """The rows of one ball: steps (k,) rising, points (k, 2), loss (k,) or nan, the status of the last, csv lines."""

    steps: npt.NDArray[np.int64]
    points: Array
    loss: Array
    status: str
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Recording:
    """What a csv says about one label: `file` as it is named in the config, `optimizer` as the csv names it."""

    file: str
    digest: str
    label: str
    optimizer: str
    balls: tuple[Ball, ...]

    @property
    def steps(self) -> int:
        """The last step of the longest run."""
        return max(int(ball.steps[-1]) for ball in self.balls)

    def problem(self, surface: Any) -> tuple[str, str] | None:
        """What is wrong and the cure, when a point is not on the surface; where a run ended otherwise it may be."""
        (x0, x1), (y0, y1) = surface.domain
        for ball in self.balls:
            known = len(ball.steps) - (ball.status != "ok")
            with np.errstate(all="ignore"):
                outside = ~np.isfinite(surface.value(ball.points[:known]))
            if known:    # as every start: where the picture is
                x, y = ball.points[0]
                outside[0] |= not (x0 <= x <= x1 and y0 <= y <= y1)
            if outside.any():
                row = int(outside.argmax())
                x, y = (number(value) for value in ball.points[row].tolist())
                return (f"{self.file}:{ball.lines[row]}: [{x}, {y}] lies outside the surface",
                        f"its x goes from {number(x0)} to {number(x1)}, its y from {number(y0)} to {number(y1)}")
        return None

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
                positions[index, last[index] + 1:], loss[index, last[index] + 1:] = np.nan, np.nan
        with np.errstate(all="ignore"):
            own, gradient = surface.value(positions), surface.gradient(positions)
        nothing = np.full((count, steps, 2), np.nan)
        told = np.array([[not np.isnan(ball.loss).all()] for ball in self.balls])
        return Trajectory(self.optimizer, positions[:, 0].copy(), positions, np.where(told, loss, own), gradient,
                          nothing, nothing.copy(), {}, np.array(status), last)

    def projected(self, surface: Any) -> bool:
        """Whether a recorded loss is not that of the surface below the ball, as when a path is seen on a plane."""
        for ball in self.balls:
            with np.errstate(all="ignore"):
                own = surface.value(ball.points)
            both = np.isfinite(own) & np.isfinite(ball.loss)
            larger = np.maximum(np.abs(own[both]), np.abs(ball.loss[both]))
            apart = np.abs(own[both] - ball.loss[both])
            if (apart > np.maximum(NEAR * larger, TINY * larger.max(initial=0))).any():
                return True
        return False


def _fill(ball: Ball, positions: Array, loss: Array) -> None:
    """Rows (steps + 1, 2) and (steps + 1,) of a ball: where it ended otherwise than well, its last row is as it is."""
    fine, every = len(ball.steps) - (ball.status != "ok"), np.arange(len(loss))
    if fine:
        for axis in (0, 1):
            positions[:, axis] = np.interp(every, ball.steps[:fine], ball.points[:fine, axis])
        loss[:] = np.interp(every, ball.steps[:fine], ball.loss[:fine])
    if fine < len(ball.steps) and ball.steps[-1] < len(loss):
        positions[ball.steps[-1]:], loss[ball.steps[-1]:] = ball.points[-1], ball.loss[-1]


def read_recording(path: Path, file: str, label: str | None) -> Recording:
    """The runs of a csv: all of them, or where the csv has several labels those of `label`.

    Raises RecordedError for what cannot be used, and OSError where it cannot be read.
    """
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise RecordedError(f"{file}: is not a regular file; give a csv")
    if about.st_size > MOST_BYTES:
        raise RecordedError(f"{file}: has {about.st_size:,} bytes; give at most {MOST_BYTES:,}")
    data = path.read_bytes()
    try:
        rows = list(_rows(data.decode("utf-8-sig"), file))
    except UnicodeDecodeError:
        raise RecordedError(f"{file}: is not UTF-8 text; save it as csv") from None
    labels = list(dict.fromkeys(row["label"].strip() for row, _ in rows))
    if len(labels) > 1 and label not in labels:
        raise RecordedError(f"{file}: holds {len(labels)} labels; say label: "
                            f"{listed(show(each) for each in labels[:6])}, each in its own entry")
    chosen = [(row, line) for row, line in rows if len(labels) == 1 or row["label"].strip() == label]
    groups: dict[str, list[tuple[dict[str, str], int]]] = {}
    for row, line in chosen:
        groups.setdefault(row["ball"].strip(), []).append((row, line))
    balls = tuple(_ball(group, file) for group in groups.values())
    return Recording(file, hashlib.sha256(data).hexdigest(), label or labels[0] or path.stem,
                     chosen[0][0]["optimizer"].strip() or "recorded", balls)


def _rows(text: str, file: str) -> Iterator[tuple[dict[str, str], int]]:
    """Each row by column names, "" for columns there are not, with its line."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        for name in ("x", "y"):
            if name not in names:
                raise RecordedError(f"{file}:1: has no column {name}; name the columns in the first line, "
                                    f"x and y at least")
        twice = [name for name in (*COLUMNS, "optimizer") if names.count(name) > 1]
        if twice:
            raise RecordedError(f"{file}:1: has two columns {twice[0]}; keep one")
        empty = dict.fromkeys((*COLUMNS, "optimizer"), "")
        any_row = False
        for fields in reader:
            if fields and len(fields) != len(names):
                raise RecordedError(f"{file}:{reader.line_num}: has {len(fields)} fields; the first line has "
                                    f"{len(names)}")
            if fields:
                any_row = True
                yield {**empty, **dict(zip(names, fields, strict=True))}, reader.line_num
    except csv.Error as error:
        raise RecordedError(f"{file}:{reader.line_num}: is not csv: {error}; mend that line") from None
    if not any_row:
        raise RecordedError(f"{file}: has no rows; give a row for each step")


def _ball(rows: Sequence[tuple[dict[str, str], int]], file: str) -> Ball:
    steps: list[int] = []
    numbers: list[tuple[float, ...]] = []
    status = "ok"
    for row, line in rows:
        place = f"{file}:{line}"
        if status != "ok":
            raise RecordedError(f"{place}: comes after the ball has {status}; remove it")
        status = row["status"].strip() or "ok"
        if status not in STATES:
            raise RecordedError(f"{place}: status is {show(status)}; use {listed(STATES)}")
        step = _number(row["step"], "step", place) if row["step"].strip() else float(len(steps))
        if not (step.is_integer() and 0 <= step <= MOST_STEPS):
            raise RecordedError(f"{place}: step is {number(step)}; use whole numbers from 0 to {MOST_STEPS:,}")
        if steps and step <= steps[-1]:
            raise RecordedError(f"{place}: step {number(step)} follows step {steps[-1]}; steps rise from row to row, "
                                "and several balls need a column ball")
        told = {name: _number(row[name], name, place) for name in ("x", "y")}
        told["loss"] = _number(row["loss"], "loss", place) if row["loss"].strip() else math.nan
        wrong = [name for name, value in told.items() if row[name].strip() and not math.isfinite(value)]
        if wrong and status == "ok":
            raise RecordedError(f"{place}: {wrong[0]} is not finite; say diverged in a column status")
        steps.append(int(step))
        numbers.append(tuple(told.values()))
    values = np.array(numbers, dtype=np.float64)
    losses = values[:, 2]
    known = np.isfinite(losses)
    if known.any() and not known.all():     # a loss that was not logged at every step
        fine = len(losses) - (status != "ok")
        losses[:fine] = np.interp(steps[:fine], np.array(steps)[known], losses[known])
    return Ball(np.array(steps, dtype=np.int64), values[:, :2], losses, status, tuple(line for _, line in rows))


def _number(text: str, name: str, place: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise RecordedError(f"{place}: {name} is {show(text, 30)}, not a number; mend that line") from None
