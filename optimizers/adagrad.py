"""AdaGrad: each component divided by the root of all its squared gradients so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    r"""Adaptive subgradient method, in its diagonal form.

    Rule, all operations (square, root, division) per component, t = 1, 2, ...::

        g = grad f(w) + weight_decay * w
        s = s + g^2                                 (at first s = initial_accumulator_value)
        w = w - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)

    Arguments: lr, lr_decay, weight_decay, initial_accumulator_value, eps, all >= 0.
    Inner state: step (t), sum (s).

    Reference: Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning and stochastic optimization",
    JMLR 12 (2011), figure 1, with diagonal matrices. Code: torch.optim.Adagrad 2.13.

    Where libraries differ: torch starts s at 0 with eps 1e-10; Keras and optax start it at 0.1 with eps 1e-7, so their
    first step is shorter than lr. eps stands outside the root here, inside it in optax and Keras.
    """

    display_name = "AdaGrad"
    scale_free = True
    rule = """
        # gradient
        g = grad(w) + weight_decay*w
        # sum of squares
        s = s + g**2
        # rate
        lr_t = lr/(1 + (t - 1)*lr_decay)
        # step
        w = w - lr_t*(g/(sqrt(s) + eps))
    """

    lr: float = parameter(0.3, low=0, doc="learning rate")
    lr_decay: float = parameter(0.0, low=0, doc="lr is divided by 1 + (t - 1) * lr_decay")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * w to the gradient")
    initial_accumulator_value: float = parameter(0.0, low=0, doc="where the sum of squares starts")
    eps: float = parameter(1e-10, low=0, doc="keeps the division finite")

    def rule_initial(self) -> dict[str, float]:
        return {"s": self.initial_accumulator_value}

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"step": counter(points), "sum": np.zeros_like(points) + hyper.initial_accumulator_value}

    def settled(self, steps: int, hyper: Hyper) -> bool:
        return not np.any(hyper.lr_decay)

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        gradient = objective.gradient(points) + hyper.weight_decay * points
        rate = hyper.lr / (1 + steps_made(state) * hyper.lr_decay)
        total = state["sum"] + gradient * gradient
        new = {"step": state["step"] + 1, "sum": total}
        return new, points - rate * gradient / (np.sqrt(total) + hyper.eps)
