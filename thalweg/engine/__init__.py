"""Optimizers move: their interface, and how batches of points are moved with them. Members stand in `optimizers/`.

`OPTIMIZERS[name]` is the class (imported on first use), `roll` moves a batch of points with one over a surface.
`SCHEDULES[kind]`, `NOISES[kind]` and `Clip` are what it takes as schedule, noise and clip.
"""

from __future__ import annotations

from thalweg.engine.base import Objective, Optimizer, State
from thalweg.engine.clip import Clip
from thalweg.engine.noise import NOISES
from thalweg.engine.record import Record, Trajectory
from thalweg.engine.rollout import CompileError, CompileWarning, roll
from thalweg.engine.schedules import SCHEDULES
from thalweg.registry import Registry

OPTIMIZERS: Registry[Optimizer] = Registry("optimizers", Optimizer)

__all__ = [
    "NOISES",
    "OPTIMIZERS",
    "SCHEDULES",
    "Clip",
    "CompileError",
    "CompileWarning",
    "Objective",
    "Optimizer",
    "Record",
    "State",
    "Trajectory",
    "roll",
]
