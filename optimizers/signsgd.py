"""signSGD: every component moves by lr, against the sign of its gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class SignSGD(Optimizer):
    r"""Gradient descent that looks at signs only; with momentum it is Signum.

    Rule, all operations (sign) per component::

        g = grad f(w)
        m = momentum * m + (1 - momentum) * g       (at first m = 0; momentum 0: m = g)
        w = w - lr * (sign(m) + weight_decay * w)

    Steps never get shorter: it swings about a minimum with an amplitude of about lr.

    Arguments: lr, weight_decay, both >= 0; momentum in [0, 1).
    Inner state: momentum_buffer (m) when momentum is not 0.

    Reference: Bernstein et al., "signSGD: compressed optimisation for non-convex problems", ICML 2018, algorithms 1
    (signSGD) and 2 (Signum). Code: pytorch_optimizer.SignSGD 4.1, optax.sign_sgd and optax.signum 0.2.8, which agree.

    Where libraries differ: torch has none. pytorch_optimizer's SignSGD has momentum 0.9 by default, which makes it
    Signum; optax has two functions.
    """

    display_name = "signSGD"
    scale_free = True
    rule = """
        # mean
        m = momentum*m + (1 - momentum)*grad(w)
        # step
        w = w - lr*(sign(m) + weight_decay*w)
    """

    lr: float = parameter(0.02, low=0, doc="learning rate: the length of every step, per component")
    momentum: float = parameter(0.0, low=0, high=1, high_open=True, doc="share of the mean gradient that is kept")
    weight_decay: float = parameter(0.0, low=0, doc="each step shrinks w by lr * weight_decay of itself")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"momentum_buffer": np.zeros_like(points)} if np.any(hyper.momentum) else {}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        mean, new = objective.gradient(points), dict(state)
        if "momentum_buffer" in state:
            mean = new["momentum_buffer"] = hyper.momentum * state["momentum_buffer"] + (1 - hyper.momentum) * mean
        return new, points * (1 - hyper.lr * hyper.weight_decay) - hyper.lr * np.sign(mean)
