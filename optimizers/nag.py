"""Nesterov's accelerated gradient in the textbook, look-ahead form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class NAG(Optimizer):
    r"""Momentum that takes the gradient where the velocity is about to carry the point.

    Rule, all operations per component::

        a = w + momentum * v                        (the point ahead; at first v = 0)
        v = momentum * v - lr * (grad f(a) + weight_decay * a)
        w = w + v

    Arguments: lr >= 0, momentum >= 0, weight_decay >= 0. Inner state: momentum_buffer (v).

    Reference: Nesterov, "A method of solving a convex programming problem with convergence rate O(1/k^2)", Soviet
    Math. Dokl. 27 (1983); in this form Sutskever et al., "On the importance of initialization and momentum in deep
    learning", ICML 2013, eqs. 3 and 4.

    Where libraries differ: torch's SGD(nesterov=True), Keras and optax keep the point ahead, a, as the parameter and
    step a = a - lr * (g + momentum * b) with b = -v / lr. With a constant lr their path is that of this file's a.
    """

    display_name = "NAG"
    rule = """
        # look ahead
        a = w + momentum*v
        # gradient
        g = grad(a) + weight_decay*a
        # velocity
        v = momentum*v - lr*g
        # step
        w = w + v
    """

    lr: float = parameter(0.02, low=0, doc="learning rate")
    momentum: float = parameter(0.9, low=0, doc="share of the velocity that is kept")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * a to the gradient")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"momentum_buffer": np.zeros_like(points)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        carried = hyper.momentum * state["momentum_buffer"]
        ahead = points + carried
        velocity = carried - hyper.lr * (objective.gradient(ahead) + hyper.weight_decay * ahead)
        return {"momentum_buffer": velocity}, points + velocity
