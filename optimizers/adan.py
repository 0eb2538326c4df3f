"""Adan: Adam with Nesterov's momentum, taken from the change of the gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, power, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class Adan(Optimizer):
    r"""Adaptive Nesterov momentum, in a form that needs no gradient at another point.

    Rule, all operations (square, root, division) per component, t = 1, 2, ...::

        g = grad f(w),  d = g - the g before         (at first d = 0)
        m = beta1 * m + (1 - beta1) * g              (at first m = 0)
        v = beta2 * v + (1 - beta2) * d              (at first v = 0)
        n = beta3 * n + (1 - beta3) * (g + beta2 * d)^2     (at first n = 0)
        u = m / (1 - beta1^t) + beta2 * v / (1 - beta2^t)
        w = (w - lr * u / (sqrt(n / (1 - beta3^t)) + eps)) / (1 + lr * weight_decay)

    Arguments: lr >= 0; betas, three numbers in [0, 1); eps >= 0; weight_decay >= 0.
    Inner state: step (t), exp_avg (m), exp_avg_diff (v), exp_avg_sq (n), previous_grad (the g before).

    Reference: Xie et al., "Adan: adaptive Nesterov momentum algorithm for faster optimizing deep models", IEEE TPAMI
    46(12) (2024), arXiv 2208.06677, algorithm 1, whose betas are 1 minus those here. Code: pytorch_optimizer.Adan 4.1.

    Where libraries differ: the paper's algorithm corrects nothing, its authors' code and both libraries do, as here.
    optax.adan 0.2.8 weighs d and v with 1 - beta2 where the paper, the authors' code and pytorch_optimizer have beta2
    (0.08 in place of 0.92: next to no look-ahead); a test shows the distance. torch has none.
    """

    display_name = "Adan"
    scale_free = True
    symbols = {"g_before": r"g_\mathrm{before}"}
    rule = """
        # gradient
        g = grad(w)
        d = where(t == 1, 0, g - g_before)
        g_before = g
        # first moment
        m = beta1*m + (1 - beta1)*g
        # change
        v = beta2*v + (1 - beta2)*d
        # second moment
        n = beta3*n + (1 - beta3)*(g + beta2*d)**2
        # correction
        m_hat = m/(1 - beta1**t)
        v_hat = v/(1 - beta2**t)
        n_hat = n/(1 - beta3**t)
        # step
        w = w - lr*((m_hat + beta2*v_hat)/(sqrt(n_hat) + eps))
        # decay
        w = w/(1 + lr*weight_decay)
    """

    lr: float = parameter(0.05, low=0, doc="learning rate")
    betas: tuple[float, float, float] = parameter(
        (0.98, 0.92, 0.99), low=0, high=1, high_open=True, doc="shares of the three moments that are kept"
    )
    eps: float = parameter(1e-8, low=0, doc="keeps the division finite")
    weight_decay: float = parameter(0.0, low=0, doc="each step divides w by 1 + lr * weight_decay")

    def init(self, points: Array, hyper: Hyper) -> State:
        names = ("exp_avg", "exp_avg_diff", "exp_avg_sq", "previous_grad")
        return {"step": counter(points), **{name: np.zeros_like(points) for name in names}}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2, beta3 = hyper.betas
        gradient = objective.gradient(points)
        before = steps_made(state)
        change = gradient - (state["previous_grad"] if before else gradient)
        ahead = gradient + beta2 * change
        new = {
            "step": state["step"] + 1,
            "exp_avg": beta1 * state["exp_avg"] + (1 - beta1) * gradient,
            "exp_avg_diff": beta2 * state["exp_avg_diff"] + (1 - beta2) * change,
            "exp_avg_sq": beta3 * state["exp_avg_sq"] + (1 - beta3) * ahead * ahead,
            "previous_grad": gradient,
        }
        kept1, kept2, kept3 = (1 - power(beta, before + 1) for beta in hyper.betas)
        direction = new["exp_avg"] / kept1 + beta2 * (new["exp_avg_diff"] / kept2)
        root = np.sqrt(new["exp_avg_sq"]) / np.sqrt(kept3)
        moved = points - hyper.lr * direction / (root + hyper.eps)
        return new, moved / (1 + hyper.lr * hyper.weight_decay)
