"""QHM: a weighted mean of gradient descent and momentum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class QHM(Optimizer):
    r"""Quasi-hyperbolic momentum.

    Rule, all operations per component::

        g = grad f(w) + weight_decay * w
        m = momentum * m + (1 - momentum) * g       (at first m = 0)
        w = w - lr * ((1 - nu) * g + nu * m)

    nu = 0 is gradient descent, nu = 1 momentum with dampening, nu = momentum Nesterov's form: the m here is
    (1 - momentum) times torch's velocity, so lr is 1 / (1 - momentum) times torch's.

    Arguments: lr, weight_decay, both >= 0; momentum in [0, 1) (the paper's beta); nu in [0, 1].
    Inner state: momentum_buffer (m).

    Reference: Ma and Yarats, "Quasi-hyperbolic momentum and Adam for deep learning", ICLR 2019, algorithm 1 and
    eq. 3. Code: pytorch_optimizer.QHM 4.1.

    Where libraries differ: torch and optax have none. pytorch_optimizer's defaults, momentum 0 and nu 1, are plain
    gradient descent. The paper's rule of thumb is nu 0.7 and momentum 0.999, which on a small surface swings for
    longer than a film lasts; the default momentum here is 0.9.
    """

    display_name = "QHM"
    symbols = {"momentum": r"\beta"}
    rule = """
        # gradient
        g = grad(w) + weight_decay*w
        # momentum
        m = momentum*m + (1 - momentum)*g
        # step
        w = w - lr*((1 - nu)*g + nu*m)
    """

    lr: float = parameter(0.1, low=0, doc="learning rate")
    momentum: float = parameter(0.9, low=0, high=1, high_open=True, doc="share of the mean gradient that is kept")
    nu: float = parameter(0.7, low=0, high=1, doc="share of the momentum in the step")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * w to the gradient")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"momentum_buffer": np.zeros_like(points)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        gradient = objective.gradient(points) + hyper.weight_decay * points
        mean = hyper.momentum * state["momentum_buffer"] + (1 - hyper.momentum) * gradient
        return {"momentum_buffer": mean}, points - hyper.lr * ((1 - hyper.nu) * gradient + hyper.nu * mean)
