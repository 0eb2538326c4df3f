"""QHAdam: Adam whose two moments are weighted means with the gradient of the moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, power, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class QHAdam(Optimizer):
    r"""Quasi-hyperbolic Adam.

    Rule, all operations (square, root, division) per component, t = 1, 2, ...::

        g = grad f(w) + weight_decay * w
        m = beta1 * m + (1 - beta1) * g             (at first m = 0)
        v = beta2 * v + (1 - beta2) * g^2           (at first v = 0)
        a = (1 - nu1) * g + nu1 * m / (1 - beta1^t)
        b = (1 - nu2) * g^2 + nu2 * v / (1 - beta2^t)
        w = w - lr * a / (sqrt(b) + eps)

    nus = (1, 1) is Adam.

    Arguments: lr >= 0; betas, two numbers in [0, 1); nus, two numbers in [0, 1]; eps >= 0; weight_decay >= 0.
    Inner state: step (t), exp_avg (m), exp_avg_sq (v).

    Reference: Ma and Yarats, "Quasi-hyperbolic momentum and Adam for deep learning", ICLR 2019, eqs. 19 to 21.
    Code: pytorch_optimizer.QHAdam 4.1.

    Where libraries differ: torch and optax have none. pytorch_optimizer's default nus, (1, 1), are Adam; here nu1 is
    the paper's 0.7, with Adam's betas (the paper: beta1 0.995). It keeps the sums of weights behind the corrections
    in single precision, which alone moves its path by about 1e-7; the reference it is compared with has them doubled.
    """

    display_name = "QHAdam"
    scale_free = True
    rule = """
        # gradient
        g = grad(w) + weight_decay*w
        # first moment
        m = beta1*m + (1 - beta1)*g
        # second moment
        v = beta2*v + (1 - beta2)*g**2
        # correction
        m_hat = m/(1 - beta1**t)
        v_hat = v/(1 - beta2**t)
        # step
        w = w - lr*(((1 - nu1)*g + nu1*m_hat)/(sqrt((1 - nu2)*g**2 + nu2*v_hat) + eps))
    """

    lr: float = parameter(0.05, low=0, doc="learning rate")
    betas: tuple[float, float] = parameter(
        (0.9, 0.999), low=0, high=1, high_open=True, doc="shares of the two moments that are kept"
    )
    nus: tuple[float, float] = parameter((0.7, 1.0), low=0, high=1, doc="shares of the two moments in the step")
    eps: float = parameter(1e-8, low=0, doc="keeps the division finite")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * w to the gradient")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"step": counter(points), "exp_avg": np.zeros_like(points), "exp_avg_sq": np.zeros_like(points)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        (beta1, beta2), (nu1, nu2) = hyper.betas, hyper.nus
        gradient = objective.gradient(points) + hyper.weight_decay * points
        size = gradient * gradient
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        square = beta2 * state["exp_avg_sq"] + (1 - beta2) * size
        time = steps_made(state) + 1
        above = (1 - nu1) * gradient + nu1 * (mean / (1 - power(beta1, time)))
        below = (1 - nu2) * size + nu2 * (square / (1 - power(beta2, time)))
        new = {"step": state["step"] + 1, "exp_avg": mean, "exp_avg_sq": square}
        return new, points - hyper.lr * above / (np.sqrt(below) + hyper.eps)
