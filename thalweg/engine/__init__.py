"""Optimizers: one file each, the file's name is its name in YAML.

`OPTIMIZERS[name]` is the class (imported on first use), `roll` moves a batch of points with one over a surface.
`SCHEDULES[kind]`, `NOISES[kind]` and `Clip` are what it takes as schedule, noise and clip.
"""
from __future__ import annotations

from thalweg.engine.base import Objective, Optimizer, State
from thalweg.engine.clip import Clip
from thalweg.engine.noise import NOISES
from thalweg.engine.record import Record, Trajectory
from thalweg.engine.rollout import roll
from thalweg.engine.schedules import SCHEDULES
from thalweg.registry import Registry

OPTIMIZERS: Registry[Optimizer] = Registry("optimizers", Optimizer)

__all__ = ["NOISES", "OPTIMIZERS", "SCHEDULES", "Clip", "Objective", "Optimizer", "Record", "State",
           "Trajectory", "roll"]
