"""Lion: the sign of a momentum, found by a search over programs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class Lion(Optimizer):
    r"""Evolved sign momentum: every component moves by lr, along the sign of a mean of gradient and momentum.

    Rule, all operations (sign) per component::

        g = grad f(w)
        c = beta1 * m + (1 - beta1) * g             (at first m = 0)
        w = w - lr * (sign(c) + weight_decay * w)
        m = beta2 * m + (1 - beta2) * g

    Steps never get shorter: it circles a minimum at a distance of about lr.

    Arguments: lr >= 0; betas, two numbers in [0, 1); weight_decay >= 0. Inner state: exp_avg (m).

    Reference: Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, algorithm 2.
    Code: pytorch_optimizer.Lion 4.1 and optax.lion 0.2.8, which agree.

    Where libraries differ: torch has none. Only in the default weight decay, 0 in pytorch_optimizer and here, 1e-3 in
    optax.
    """

    display_name = "Lion"
    scale_free = True
    rule = """
        # gradient
        g = grad(w)
        # mean
        c = beta1*m + (1 - beta1)*g
        # step
        w = w - lr*(sign(c) + weight_decay*w)
        # momentum
        m = beta2*m + (1 - beta2)*g
    """

    lr: float = parameter(0.02, low=0, doc="learning rate: the length of every step, per component")
    betas: tuple[float, float] = parameter(
        (0.9, 0.99), low=0, high=1, high_open=True, doc="shares of the momentum in the step and in the next momentum"
    )
    weight_decay: float = parameter(0.0, low=0, doc="each step shrinks w by lr * weight_decay of itself")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"exp_avg": np.zeros_like(points)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2 = hyper.betas
        gradient = objective.gradient(points)
        direction = np.sign(beta1 * state["exp_avg"] + (1 - beta1) * gradient)
        new = {"exp_avg": beta2 * state["exp_avg"] + (1 - beta2) * gradient}
        return new, points * (1 - hyper.lr * hyper.weight_decay) - hyper.lr * direction
