"""What the two schedule-free members share: three points, of which one is fast, one the average, one between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, power, steps_made
from thalweg.registry import parameter

AHEAD = """
    # both begin at the start
    z = where(t == 1, w, z)
    # between average and fast point
    y = (1 - {share})*z + {share}*w
    # gradient there
"""
AVERAGE = """
    # weight of the step
    lr_max = max(lr_max, lr)
    k = t**r*lr_max**weight_lr_power
    s = s + k
    # average
    w = (1 - k/s)*w + k/s*z
"""


@dataclass(frozen=True)
class ScheduleFree(Optimizer):
    """w is the average x of the paper, the state has z (fast), lr_max and weight_sum; the gradient is taken at y. Its
    members' docstrings explain it.
    """

    scale_free: ClassVar[bool] = False
    symbols = {"weight_lr_power": "p"}

    lr: float = parameter(0.1, low=0, doc="learning rate of the fast point")
    weight_decay: float = parameter(0.0, low=0, doc="pulls the fast point by lr * weight_decay * y")
    r: float = parameter(0.0, low=0, high=10, doc="the t-th step has the weight t^r in the average")
    weight_lr_power: float = parameter(2.0, low=0, high=10, doc="and the largest rate so far to this power")

    def share(self, hyper: Hyper) -> float | Array:
        """How near to the average the gradient is taken: 1 is there, 0 at the fast point."""
        raise NotImplementedError

    def direction(self, gradient: Array, at: Array, state: State, hyper: Hyper) -> tuple[State, Array]:
        """What else is kept, and the direction of the fast point's step, from the gradient at y."""
        raise NotImplementedError

    def init(self, points: Array, hyper: Hyper) -> State:
        none = np.zeros((len(points), 1))
        return {"step": counter(points), "z": points.copy(), "lr_max": none, "weight_sum": none.copy()}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        share = self.share(hyper)
        between = (1 - share) * state["z"] + share * points
        kept, direction = self.direction(objective.gradient(between), between, state, hyper)
        fast = state["z"] - hyper.lr * direction
        largest = np.maximum(state["lr_max"], hyper.lr)
        # weights count in units of the largest rate so far, whose power alone may be no number
        grown = np.where(largest > 0, state["lr_max"] / np.where(largest > 0, largest, 1.0), 1.0)
        weight = power(float(steps_made(state) + 1), hyper.r)
        total = state["weight_sum"] * _raised(grown, hyper.weight_lr_power) + weight
        new = {"step": state["step"] + 1, "z": fast, "lr_max": largest, "weight_sum": total, **kept}
        return new, (1 - weight / total) * points + weight / total * fast


def _raised(base: Array, exponent: float | Array) -> Array:
    """base ** exponent, number by number, as in `power`."""
    exponents = np.broadcast_to(exponent, base.shape)
    return np.array([float(a) ** float(b) for a, b in zip(base.flat, exponents.flat, strict=True)]).reshape(base.shape)
