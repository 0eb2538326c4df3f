"""AdaGrad-Norm: AdaGrad with one sum for all weights, so that the direction stays the gradient's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class AdaGradNorm(Optimizer):
    r"""Gradient descent whose one rate falls with the root of all squared gradients so far.

    Rule, |.| the length of the whole gradient::

        g = grad f(w)
        s = s + |g|^2                               (at first s = initial_accumulator_value)
        w = w - lr / (sqrt(s) + eps) * g

    Beside `adagrad`, which keeps a sum for each component, it shows what "per component" does: turned with its
    surface, this path turns along, adagrad's does not.

    Arguments: lr, initial_accumulator_value, eps, all >= 0. Inner state: sum (s), one number a run.

    Reference: Ward, Wu, Bottou, "AdaGrad stepsizes: sharp convergence over nonconvex landscapes", ICML 2019 and JMLR 21
    (2020), algorithm 1, with b_0^2 = initial_accumulator_value.

    Where libraries differ: torch, optax and pytorch_optimizer have none. The paper has no eps and asks for b_0 > 0.
    """

    display_name = "AdaGrad-Norm"
    scale_free = True
    rule = """
        # gradient
        g = grad(w)
        # sum of squared lengths
        s = s + dot(g, g)
        # step
        w = w - lr*(g/(sqrt(s) + eps))
    """

    lr: float = parameter(0.5, low=0, doc="learning rate: the length of the first step")
    initial_accumulator_value: float = parameter(0.0, low=0, doc="where the sum of squares starts")
    eps: float = parameter(1e-10, low=0, doc="keeps the division finite")

    def rule_initial(self) -> dict[str, float]:
        return {"s": self.initial_accumulator_value}

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"sum": np.zeros((len(points), 1)) + hyper.initial_accumulator_value}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        gradient = objective.gradient(points)
        squares = gradient * gradient
        total = state["sum"] + (squares[:, :1] + squares[:, 1:])
        return {"sum": total}, points - hyper.lr * (gradient / (np.sqrt(total) + hyper.eps))
