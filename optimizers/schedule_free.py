"""Schedule-free gradient descent: an average that needs no falling rate, with the gradient taken near it."""

from __future__ import annotations

from dataclasses import dataclass

from thalweg.engine.base import Array, Hyper, State, decayed
from thalweg.engine.schedule_free import AHEAD, AVERAGE, ScheduleFree
from thalweg.registry import parameter


@dataclass(frozen=True)
class ScheduleFreeSGD(ScheduleFree):
    r"""Schedule-free SGD: the average of the fast points, which know of the average through their gradients.

    Rule, all operations per component, t = 1, 2, ..., x the average and z the fast point, both at the start at first::

        y = (1 - momentum) * z + momentum * x
        g = grad f(y) + weight_decay * y
        z = z - lr * g
        k = t^r * lr_max^weight_lr_power            (lr_max the largest lr so far), s = s + k (at first s = 0)
        x = (1 - k / s) * x + k / s * z             (a constant lr and r = 0: the mean of all z)

    The ball is x, the point at which the model would be used; z and y, where the gradient is taken, are the state's z
    and the data's gradient_at. With momentum 0 it is gradient descent with the mean of its iterates (Polyak), with
    momentum 1 "primal averaging", whose gradients are the average's.

    Arguments: lr >= 0; momentum in [0, 1], the paper's beta; weight_decay >= 0; r and weight_lr_power, both in [0, 10].
    One gradient a step. A warm-up is a schedule of lr; falling schedules are what it does without.
    Inner state: step (t), z, lr_max, weight_sum (s, in units of the last lr_max^weight_lr_power).

    Reference: Defazio, Yang, Mehta, Mishchenko, Khaled, Cutkosky, "The road less scheduled", NeurIPS 2024
    (arXiv 2405.15682). Code: schedulefree.SGDScheduleFree 1.4.1 and optax.contrib.schedule_free 0.2.8 around
    optax.sgd, which agree.

    Where libraries differ: torch has none. schedulefree and optax keep y as the parameter and give x on request
    (eval(), schedule_free_eval_params); both need momentum > 0, to find x from y. optax has no r.
    """

    display_name = "Schedule-free SGD"
    rule = (
        AHEAD.format(share="momentum")
        + """
    g = grad(y) + weight_decay*y
    # fast point
    z = z - lr*g
"""
        + AVERAGE
    )

    lr: float = parameter(0.3, low=0, doc="learning rate of the fast point")
    momentum: float = parameter(0.9, low=0, high=1, doc="how near to the average the gradient is taken")

    def share(self, hyper: Hyper) -> float | Array:
        return hyper.momentum  # type: ignore[no-any-return]

    def direction(self, gradient: Array, at: Array, state: State, hyper: Hyper) -> tuple[State, Array]:
        return {}, decayed(gradient, at, hyper.weight_decay)
