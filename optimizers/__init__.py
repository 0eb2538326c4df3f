"""Optimizers, one file each: the file's name is its name in YAML.

These are the modules thalweg.optimizers.NAME. In a clone `from optimizers import ...` gives the same ones, not copies.
"""

from thalweg.engine import OPTIMIZERS, SCHEDULES, Clip, Optimizer, Trajectory, roll
from thalweg.registry import same

__all__ = ["OPTIMIZERS", "SCHEDULES", "Clip", "Optimizer", "Trajectory", "roll"]

same(__name__)
