"""AdaBelief: Adam that divides by how far the gradient is from its own mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, power, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class AdaBelief(Optimizer):
    r"""Adam with the variance of the gradient in place of its mean square: long steps while it comes as expected.

    Rule, all operations (square, root, division) per component, t = 1, 2, ...::

        g = grad f(w)
        w = w - lr * weight_decay * w
        m = beta1 * m + (1 - beta1) * g                     (at first m = 0)
        s = beta2 * s + (1 - beta2) * (g - m)^2 + eps       (at first s = 0)
        w = w - lr * (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + eps)

    Arguments: lr >= 0; betas, two numbers in [0, 1); eps >= 0; weight_decay >= 0.
    Inner state: step (t), exp_avg (m), exp_avg_var (s).

    Reference: Zhuang et al., "AdaBelief optimizer: adapting stepsizes by the belief in observed gradients", NeurIPS
    2020, algorithm 2. Code: pytorch_optimizer.AdaBelief 4.1 and optax.adabelief 0.2.8, which agree.

    Where libraries differ: torch has none. eps is 1e-16 in both and in the authors' later code, 1e-8 in the paper;
    optax can give the two places of eps different values. pytorch_optimizer's weight decay is decoupled, as here;
    optax has none. The authors' code can rectify as RAdam does, and does by default.
    """

    display_name = "AdaBelief"
    scale_free = True
    rule = """
        # gradient
        g = grad(w)
        # decay
        w = w - lr*weight_decay*w
        # first moment
        m = beta1*m + (1 - beta1)*g
        # variance
        s = beta2*s + (1 - beta2)*(g - m)**2 + eps
        # correction
        m_hat = m/(1 - beta1**t)
        s_hat = s/(1 - beta2**t)
        # step
        w = w - lr*(m_hat/(sqrt(s_hat) + eps))
    """

    lr: float = parameter(0.05, low=0, doc="learning rate")
    betas: tuple[float, float] = parameter(
        (0.9, 0.999), low=0, high=1, high_open=True, doc="shares of the two moments that are kept"
    )
    eps: float = parameter(1e-16, low=0, doc="keeps the division finite")
    weight_decay: float = parameter(0.0, low=0, doc="each step shrinks w by lr * weight_decay of itself")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"step": counter(points), "exp_avg": np.zeros_like(points), "exp_avg_var": np.zeros_like(points)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2 = hyper.betas
        gradient = objective.gradient(points)
        shrunk = points * (1 - hyper.lr * hyper.weight_decay)
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        surprise = gradient - mean
        variance = beta2 * state["exp_avg_var"] + (1 - beta2) * surprise * surprise + hyper.eps
        time = steps_made(state) + 1
        rate = hyper.lr / (1 - power(beta1, time))
        root = np.sqrt(variance) / np.sqrt(1 - power(beta2, time))
        new = {"step": state["step"] + 1, "exp_avg": mean, "exp_avg_var": variance}
        return new, shrunk - rate * mean / (root + hyper.eps)
