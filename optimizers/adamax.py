"""Adamax: Adam with the largest recent gradient in place of the root mean square."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, power, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class Adamax(Optimizer):
    r"""Adam's limit when its second moment becomes the maximum norm.

    Rule, all operations (absolute value, division, max) per component, t = 1, 2, ...::

        g = grad f(w) + weight_decay * w
        m = beta1 * m + (1 - beta1) * g             (at first m = 0)
        u = max(beta2 * u, |g| + eps)               (at first u = 0)
        w = w - lr / (1 - beta1^t) * m / u

    Arguments: lr >= 0; betas, two numbers in [0, 1); eps >= 0; weight_decay >= 0.
    Inner state: step (t), exp_avg (m), exp_inf (u).

    Reference: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 2.
    Code: torch.optim.Adamax 2.13.

    Where libraries differ: the paper has no eps, and divides by zero where the first gradient is zero. torch and
    optax add eps inside the maximum, as here; Keras outside, m / (u + eps).
    """

    display_name = "Adamax"
    scale_free = True
    rule = """
        # gradient
        g = grad(w) + weight_decay*w
        # first moment
        m = beta1*m + (1 - beta1)*g
        # largest
        u = max(beta2*u, abs(g) + eps)
        # step
        w = w - lr/(1 - beta1**t)*(m/u)
    """

    lr: float = parameter(0.05, low=0, doc="learning rate")
    betas: tuple[float, float] = parameter(
        (0.9, 0.999), low=0, high=1, high_open=True, doc="shares of the moment and of the maximum that are kept"
    )
    eps: float = parameter(1e-8, low=0, doc="keeps the division finite")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * w to the gradient")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"step": counter(points), "exp_avg": np.zeros_like(points), "exp_inf": np.zeros_like(points)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2 = hyper.betas
        gradient = objective.gradient(points) + hyper.weight_decay * points
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        largest = np.maximum(beta2 * state["exp_inf"], np.abs(gradient) + hyper.eps)
        rate = hyper.lr / (1 - power(beta1, steps_made(state) + 1))
        new = {"step": state["step"] + 1, "exp_avg": mean, "exp_inf": largest}
        return new, points - rate * mean / largest
