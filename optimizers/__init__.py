"""Optimizers: one file each, the file's name is its name in YAML.

`OPTIMIZERS[name]` is the class (imported on first use), `roll` moves a batch of points with one over a surface.
`SCHEDULES[kind]`, `NOISES[kind]` and `Clip` are what it takes as schedule, noise and clip.
"""
from __future__ import annotations

from pathlib import Path

from optimizers._base import Objective, Optimizer, State
from optimizers._clip import Clip
from optimizers._noise import NOISES
from optimizers._record import Record, Trajectory
from optimizers._rollout import roll
from optimizers._schedules import SCHEDULES
from registry import Registry

OPTIMIZERS: Registry[Optimizer] = Registry("optimizers", Path(__file__).parent, Optimizer)

__all__ = ["NOISES", "OPTIMIZERS", "SCHEDULES", "Clip", "Objective", "Optimizer", "Record", "State",
           "Trajectory", "roll"]
