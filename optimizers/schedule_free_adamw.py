"""Schedule-free AdamW: the second moment of Adam, an average in place of the first one and of a schedule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, State, decayed, power, steps_made
from thalweg.engine.schedule_free import AHEAD, AVERAGE, ScheduleFree
from thalweg.registry import parameter


@dataclass(frozen=True)
class ScheduleFreeAdamW(ScheduleFree):
    r"""`schedule_free` whose fast point makes steps of RMSProp, corrected for starting at zero as in Adam.

    Rule, all operations (square, root, division) per component, t = 1, 2, ..., x the average and z the fast point, both
    at the start at first::

        y = (1 - beta1) * z + beta1 * x
        g = grad f(y)
        v = beta2 * v + (1 - beta2) * g^2           (at first v = 0)
        z = z - lr * (g / (sqrt(v / (1 - beta2^t)) + eps) + weight_decay * y)
        k = t^r * lr_max^weight_lr_power            (lr_max the largest lr so far), s = s + k (at first s = 0)
        x = (1 - k / s) * x + k / s * z             (a constant lr and r = 0: the mean of all z)

    The ball is x, the point at which the model would be used; z and y, where the gradient is taken, are the state's z
    and the data's gradient_at.

    Arguments: lr >= 0; betas, beta1 in [0, 1) and beta2 in [0, 1); eps, weight_decay, both >= 0; r and weight_lr_power,
    both in [0, 10]. One gradient a step. A warm-up is a schedule of lr.
    Inner state: step (t), exp_avg_sq (v), z, lr_max, weight_sum (s, in units of the last lr_max^weight_lr_power).

    Reference: Defazio, Yang, Mehta, Mishchenko, Khaled, Cutkosky, "The road less scheduled", NeurIPS 2024
    (arXiv 2405.15682), algorithm 1. Code: schedulefree.AdamWScheduleFree 1.4.1 and optax.contrib.schedule_free_adamw
    0.2.8, which agree.

    Where libraries differ: torch has none. schedulefree and optax keep y as the parameter and give x on request; both
    need beta1 > 0. optax has no r. The correction for starting at zero is in the step and, unlike lr, not in the
    weights of the average.
    """

    display_name = "Schedule-free AdamW"
    rule = (
        AHEAD.format(share="beta1")
        + """
    g = grad(y)
    # second moment
    v = beta2*v + (1 - beta2)*g**2
    # correction
    v_hat = v/(1 - beta2**t)
    # fast point
    z = z - lr*(g/(sqrt(v_hat) + eps) + weight_decay*y)
"""
        + AVERAGE
    )

    lr: float = parameter(0.1, low=0, doc="learning rate of the fast point")
    betas: tuple[float, float] = parameter(
        (0.9, 0.999), low=0, high=1, high_open=True, doc="how near to the average the gradient is taken; kept of v"
    )
    eps: float = parameter(1e-8, low=0, doc="keeps the division finite")

    def share(self, hyper: Hyper) -> float | Array:
        return hyper.betas[0]  # type: ignore[no-any-return]

    def init(self, points: Array, hyper: Hyper) -> State:
        return {**super().init(points, hyper), "exp_avg_sq": np.zeros_like(points)}

    def direction(self, gradient: Array, at: Array, state: State, hyper: Hyper) -> tuple[State, Array]:
        beta2 = hyper.betas[1]
        square = beta2 * state["exp_avg_sq"] + (1 - beta2) * gradient * gradient
        root = np.sqrt(square) / np.sqrt(1 - power(beta2, steps_made(state) + 1)) + hyper.eps
        return {"exp_avg_sq": square}, decayed(gradient / root, at, hyper.weight_decay)
