"""Adadelta: steps measured in past steps, so that no learning rate has to be found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class Adadelta(Optimizer):
    r"""The gradient times the ratio of two root mean squares: of past steps and of gradients.

    Rule, all operations (square, root, division) per component::

        g = grad f(w) + weight_decay * w
        s = rho * s + (1 - rho) * g^2               (at first s = 0)
        d = sqrt(a + eps) / sqrt(s + eps) * g
        a = rho * a + (1 - rho) * d^2               (at first a = 0)
        w = w - lr * d

    The first steps are about sqrt(eps / (1 - rho)) long, 0.003 with the defaults, whatever the gradient: eps is what
    gets it going, and a larger one makes it faster.

    Arguments: lr, eps, weight_decay, all >= 0; rho in [0, 1]. Inner state: square_avg (s), acc_delta (a).

    Reference: Zeiler, "ADADELTA: an adaptive learning rate method", arXiv 1212.5701 (2012), algorithm 1.
    Code: torch.optim.Adadelta 2.13.

    Where libraries differ: the paper has no lr (it is 1), and rho 0.95. torch and optax have rho 0.9, Keras 0.95; Keras
    has lr 0.001 and is then a thousand times slower.
    """

    display_name = "Adadelta"
    rule = """
        # gradient
        g = grad(w) + weight_decay*w
        # mean square
        s = rho*s + (1 - rho)*g**2
        # change
        d = sqrt(a + eps)/sqrt(s + eps)*g
        # mean square change
        a = rho*a + (1 - rho)*d**2
        # step
        w = w - lr*d
    """

    lr: float = parameter(1.0, low=0, doc="factor of the step")
    rho: float = parameter(0.9, low=0, high=1, doc="share of the two mean squares that is kept")
    eps: float = parameter(1e-6, low=0, doc="gets the first steps going and keeps the division finite")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * w to the gradient")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"square_avg": np.zeros_like(points), "acc_delta": np.zeros_like(points)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        gradient = objective.gradient(points) + hyper.weight_decay * points
        square = hyper.rho * state["square_avg"] + (1 - hyper.rho) * gradient * gradient
        change = np.sqrt(state["acc_delta"] + hyper.eps) / np.sqrt(square + hyper.eps) * gradient
        kept = hyper.rho * state["acc_delta"] + (1 - hyper.rho) * change * change
        return {"square_avg": square, "acc_delta": kept}, points - hyper.lr * change
