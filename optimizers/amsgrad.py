"""AMSGrad: Adam that never forgets the largest mean square it has seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, power, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class AMSGrad(Optimizer):
    r"""Adam with a denominator that can only grow, up to its correction.

    Rule, all operations (square, root, division, max) per component, t = 1, 2, ...::

        g = grad f(w) + weight_decay * w
        m = beta1 * m + (1 - beta1) * g             (at first m = 0)
        v = beta2 * v + (1 - beta2) * g^2           (at first v = 0)
        u = max(u, v)                               (at first u = 0)
        w = w - lr * (m / (1 - beta1^t)) / (sqrt(u / (1 - beta2^t)) + eps)

    Arguments: lr >= 0; betas, two numbers in [0, 1); eps >= 0; weight_decay >= 0.
    Inner state: step (t), exp_avg (m), exp_avg_sq (v), max_exp_avg_sq (u).

    Reference: Reddi, Kale, Kumar, "On the convergence of Adam and beyond", ICLR 2018, algorithm 2.
    Code: torch.optim.Adam(amsgrad=True) 2.13, which this file follows.

    Where libraries differ: the paper corrects neither moment and parts from the others at once. torch and Keras take
    the largest of the uncorrected v and correct it afterwards; optax takes the largest of the corrected ones, so that
    large gradients at the start are remembered at full weight: the two part when the gradient begins to shrink. Tests
    show both distances.
    """

    display_name = "AMSGrad"
    scale_free = True
    rule = """
        # gradient
        g = grad(w) + weight_decay*w
        # first moment
        m = beta1*m + (1 - beta1)*g
        # second moment
        v = beta2*v + (1 - beta2)*g**2
        # largest
        u = max(u, v)
        # correction
        m_hat = m/(1 - beta1**t)
        u_hat = u/(1 - beta2**t)
        # step
        w = w - lr*(m_hat/(sqrt(u_hat) + eps))
    """

    lr: float = parameter(0.05, low=0, doc="learning rate")
    betas: tuple[float, float] = parameter(
        (0.9, 0.999), low=0, high=1, high_open=True, doc="shares of the two moments that are kept"
    )
    eps: float = parameter(1e-8, low=0, doc="keeps the division finite")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * w to the gradient")

    def init(self, points: Array, hyper: Hyper) -> State:
        moments = {name: np.zeros_like(points) for name in ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")}
        return {"step": counter(points), **moments}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2 = hyper.betas
        gradient = objective.gradient(points) + hyper.weight_decay * points
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        square = beta2 * state["exp_avg_sq"] + (1 - beta2) * gradient * gradient
        largest = np.maximum(state["max_exp_avg_sq"], square)
        time = steps_made(state) + 1
        rate = hyper.lr / (1 - power(beta1, time))
        root = np.sqrt(largest) / np.sqrt(1 - power(beta2, time))
        new = {"step": state["step"] + 1, "exp_avg": mean, "exp_avg_sq": square, "max_exp_avg_sq": largest}
        return new, points - rate * mean / (root + hyper.eps)
