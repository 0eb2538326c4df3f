"""Yogi: Adam whose mean square cannot collapse within a few steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, power, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class Yogi(Optimizer):
    r"""Adam with a second moment that changes by (1 - beta2) g^2 up or down, however large it has become.

    Rule, all operations (square, root, division) per component, t = 1, 2, ...::

        g = grad f(w)
        w = w - lr * weight_decay * w
        m = beta1 * m + (1 - beta1) * g
        v = v - (1 - beta2) * sign(v - g^2) * g^2
        w = w - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)

    with m = v = initial_accumulator_value at first.

    Arguments: lr >= 0; betas, two numbers in [0, 1); eps, initial_accumulator_value, weight_decay, all >= 0.
    Inner state: step (t), exp_avg (m), exp_avg_sq (v).

    Reference: Zaheer et al., "Adaptive methods for nonconvex optimization", NeurIPS 2018, algorithm 2.
    Code: pytorch_optimizer.Yogi 4.1 and optax.yogi 0.2.8, which agree and which this file follows.

    Where libraries differ: the paper corrects neither moment and starts m at zero; a test shows the distance.
    torch has none. pytorch_optimizer's weight decay is decoupled, as here; optax has none.
    """

    display_name = "Yogi"
    scale_free = True
    rule = """
        # gradient
        g = grad(w)
        # decay
        w = w - lr*weight_decay*w
        # first moment
        m = beta1*m + (1 - beta1)*g
        # second moment
        v = v - (1 - beta2)*sign(v - g**2)*g**2
        # correction
        m_hat = m/(1 - beta1**t)
        v_hat = v/(1 - beta2**t)
        # step
        w = w - lr*(m_hat/(sqrt(v_hat) + eps))
    """

    lr: float = parameter(0.05, low=0, doc="learning rate")
    betas: tuple[float, float] = parameter(
        (0.9, 0.999), low=0, high=1, high_open=True, doc="shares of the two moments that are kept"
    )
    eps: float = parameter(1e-3, low=0, doc="keeps the division finite")
    initial_accumulator_value: float = parameter(1e-6, low=0, doc="where the two moments start")
    weight_decay: float = parameter(0.0, low=0, doc="each step shrinks w by lr * weight_decay of itself")

    def rule_initial(self) -> dict[str, float]:
        return dict.fromkeys(("m", "v"), self.initial_accumulator_value)

    def init(self, points: Array, hyper: Hyper) -> State:
        moments = {name: np.zeros_like(points) + hyper.initial_accumulator_value for name in ("exp_avg", "exp_avg_sq")}
        return {"step": counter(points), **moments}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2 = hyper.betas
        gradient = objective.gradient(points)
        shrunk = points * (1 - hyper.lr * hyper.weight_decay)
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        size = gradient * gradient
        square = state["exp_avg_sq"] - (1 - beta2) * np.sign(state["exp_avg_sq"] - size) * size
        time = steps_made(state) + 1
        rate = hyper.lr / (1 - power(beta1, time))
        root = np.sqrt(square) / np.sqrt(1 - power(beta2, time))
        new = {"step": state["step"] + 1, "exp_avg": mean, "exp_avg_sq": square}
        return new, shrunk - rate * mean / (root + hyper.eps)
