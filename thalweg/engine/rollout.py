"""Moves all runs of one optimizer over a surface, block by block on all cores, and keeps what is asked for."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from thalweg.engine.base import Array, Hyper, Objective, Optimizer
from thalweg.engine.clip import Clip
from thalweg.engine.compiled.fused import Fused
from thalweg.engine.compiled.trace import Untraceable
from thalweg.engine.cores import cores, each
from thalweg.engine.left import told_left
from thalweg.engine.noise import Noise, Runs
from thalweg.engine.record import Record, Table, Trajectory, kept_steps
from thalweg.engine.schedules import Schedule, checked_schedules, scheduled
from thalweg.engine.walk import Block, Exact, Task

BLOCK = 8192  # runs that walk together: points, state and a formula's results on the way fit a core's cache
MANY = 4_000_000  # runs times steps from which on other processes are worth their start
HUGE = 20_000_000  # and from which on a C compiler's time is
LONGEST = 100_000  # steps that are written down for it one by one


class CompileError(Exception):
    """Compiled loops were required; in one line why there are none."""


class CompileWarning(UserWarning):
    """Compiled loops were to be made and something failed, so numpy alone moves the swarm, to the same bits."""


def roll(
    optimizer: Optimizer,
    surface: Objective,
    starts: npt.ArrayLike,
    steps: int,
    *,
    hyper: Mapping[str, Any] | None = None,
    schedule: Mapping[str, Schedule] | None = None,
    clip: Clip | None = None,
    noise: Noise | None = None,
    seed: int = 0,
    start_index: npt.ArrayLike | None = None,
    replica: npt.ArrayLike | None = None,
    record: Record = "all",
    jobs: int | None = None,
    compiled: Literal["auto", "never", "require"] = "auto",
) -> Trajectory:
    """Make `steps` steps from each of the starts, (runs, 2) or (2,), all runs at once.

    hyper: hyperparameters that differ from run to run, name -> (runs,); for a pair such as betas a pair of those.
    schedule: hyperparameter -> how it changes from step to step. clip: what gradients are clipped to, after the noise.
    noise: added to every gradient a step asks for, never to what is recorded of the surface; it depends on seed, and
    for each run on start_index (runs,), 0, 1, ... unless given, and replica (runs,), 0 unless given.
    record: the steps that are kept: "all", "last", or {"every": n}: step 0, n, 2 n, ... and the last.
    jobs: how many processes walk; as many as there are cores unless given, for a swarm that is worth it.
    compiled: whether the machine's C compiler makes loops of the steps: "auto" for a swarm that is worth it and a rule
    that allows it, "never", or "require". With "auto" a compiler or a rule that fails is told by a CompileWarning.
    A run of a batch is bit for bit what it is alone, whatever is recorded or compiled and however many processes there
    are. Diverging is a status, never an error.
    Raises ValueError for starts of another shape, steps < 0, and what the optimizer itself would refuse; CompileError,
    with the reason, where compiled loops are required and cannot be had.
    """
    if compiled not in ("auto", "never", "require"):
        raise ValueError(f"compiled: {compiled!r} is unknown; use auto, never or require")
    start = np.array(starts, dtype=np.float64)
    start = start[None] if start.ndim == 1 else start
    if start.ndim != 2 or start.shape[1] != 2 or len(start) == 0:
        raise ValueError(f"starts: shape {np.shape(starts)} is wrong; give (runs, 2) or (2,)")
    if steps < 0:
        raise ValueError(f"steps: {steps} is out of range; must be >= 0")
    kept, values = kept_steps(record, steps), _spread(optimizer, hyper or {}, len(start))
    checked_schedules(optimizer, schedule or {}, steps)
    moving = scheduled(schedule or {}, values, steps)
    indices = np.arange(len(start)) if start_index is None else _indices("start_index", start_index, len(start))
    replicas = np.zeros(len(start), np.int64) if replica is None else _indices("replica", replica, len(start))
    task = Task(optimizer, surface, start, steps, vars(values), moving, clip, noise, Runs(seed, indices, replicas))
    runs = len(start)
    worth = record != "all" and runs >= BLOCK and runs * steps >= HUGE and steps <= LONGEST
    if compiled == "require" or (compiled == "auto" and worth):
        task = _compiled(task, record, compiled == "require")
    blocks = [slice(low, min(low + BLOCK, runs)) for low in range(0, runs, BLOCK)]
    jobs = min(len(blocks), jobs or (cores() if runs * steps >= MANY else 1))
    table = Table(kept, runs, task.init(start[:1].copy(), slice(0, 1)), many=jobs > 1)
    with np.errstate(all="ignore"):
        Exact(surface).move(start[:1])  # what a surface makes on first use is then there for all
    each(lambda block: Block(task, block, table).walk(), blocks, jobs)
    return told_left(table.trajectory(optimizer.name, start, kept), surface)


def _fused(task: Task, record: Record) -> Fused:
    """The task's steps compiled. Raises Untraceable, or what the rule or the compiler raised."""
    formula: Any = getattr(task.surface, "by_ufuncs", None)
    for hinders, why in (
        (record == "all", "record: all keeps every step"),
        (task.steps > LONGEST, f"more than {LONGEST:,} steps"),
        (formula is None, "the surface has no formula"),
        (task.noise is not None, "gradients are noisy"),
        (task.clip is not None, "gradients are clipped"),
    ):
        if hinders:
            raise Untraceable(why)
    hypers = [
        Hyper(**{**task.hyper, **{name: values[k] for name, values in task.moving.items()}}) for k in range(task.steps)
    ]
    with np.errstate(all="ignore"):
        return Fused(task.optimizer, formula, task.init(task.start[:1].copy(), slice(0, 1)), hypers)


def _compiled(task: Task, record: Record, required: bool) -> Task:
    """The task with its steps compiled, where that can be. Raises CompileError where that is required."""
    try:
        return replace(task, fused=_fused(task, record))
    except Exception as error:  # a rule may stumble over what stands for its arrays in any way
        why = str(error) if isinstance(error, Untraceable) else f"{type(error).__name__}: {error}"
        line = f"{task.optimizer.name}: its swarm is not compiled; {' '.join(why.split())}"
        if required:
            raise CompileError(line) from error
        if not isinstance(error, Untraceable):
            warnings.warn(line, CompileWarning, stacklevel=3)
        return task


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
    for run in range(runs if columns else 0):  # each run alone must be an optimizer its class accepts
        replace(
            optimizer,
            **{
                name: tuple(float(part[run, 0]) for part in column)
                if isinstance(column, tuple)
                else float(column[run, 0])
                for name, column in columns.items()
            },
        )
    values.__dict__.update(columns)
    return values


def _indices(name: str, given: npt.ArrayLike, runs: int) -> npt.NDArray[np.int64]:
    indices = np.asarray(given)
    if indices.shape != (runs,) or indices.dtype.kind not in "iu" or indices.min() < 0 or indices.max() >= 2**32:
        raise ValueError(f"{name}: give a whole number >= 0 for each of the {runs} runs")
    return indices.astype(np.int64)


def _column(name: str, given: npt.ArrayLike, runs: int) -> Array:
    column = np.array(given, dtype=np.float64)
    if column.shape != (runs,):
        raise ValueError(f"{name}: shape {column.shape} is wrong; give one number for each of the {runs} runs")
    return column[:, None]
