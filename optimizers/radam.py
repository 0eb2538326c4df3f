"""RAdam: Adam that does not trust its second moment before it has seen enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, power, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class RAdam(Optimizer):
    r"""Rectified Adam: momentum at first, then Adam with a rate that warms up by itself.

    Rule, all operations (square, root, division) per component, t = 1, 2, ...::

        g = grad f(w) + weight_decay * w            (decoupled: instead w = w - lr * weight_decay * w)
        m = beta1 * m + (1 - beta1) * g             (at first m = 0)
        v = beta2 * v + (1 - beta2) * g^2           (at first v = 0)
        rho_inf = 2 / (1 - beta2) - 1
        rho = rho_inf - 2 * t * beta2^t / (1 - beta2^t)
        r = sqrt((rho - 4) (rho - 2) rho_inf / ((rho_inf - 4) (rho_inf - 2) rho))
        w = w - lr * r * (m / (1 - beta1^t)) * sqrt(1 - beta2^t) / (sqrt(v) + eps)      if rho > 5
        w = w - lr * m / (1 - beta1^t)                                                  else

    With beta2 = 0.999 the first five steps are of the second kind: their length grows with the gradient.

    Arguments: lr >= 0; betas, two numbers in [0, 1); eps >= 0; weight_decay >= 0; decoupled_weight_decay.
    Inner state: step (t), exp_avg (m), exp_avg_sq (v).

    Reference: Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020, algorithm 2.
    Code: torch.optim.RAdam 2.13.

    Where libraries differ: the paper rectifies from rho > 4, torch, as here, from rho > 5, optax from rho >= 5. torch
    adds eps to the root of the uncorrected v, as here; optax, as Adam, to that of the corrected one, so that with
    eps = 0 the two agree; a test shows the distance otherwise.
    """

    display_name = "RAdam"
    symbols = {"rho_inf": r"\rho_\infty"}
    rule = """
        # first moment
        m = beta1*m + (1 - beta1)*g
        # second moment
        v = beta2*v + (1 - beta2)*g**2
        # correction
        m_hat = m/(1 - beta1**t)
        # trust
        rho_inf = 2/(1 - beta2) - 1
        rho = rho_inf - 2*t*beta2**t/(1 - beta2**t)
        # rectifier
        r = sqrt((rho - 4)*(rho - 2)*rho_inf/((rho_inf - 4)*(rho_inf - 2)*rho))
        # step
        w = w - lr*m_hat*where(rho > 5, r*sqrt(1 - beta2**t)/(sqrt(v) + eps), 1)
    """

    lr: float = parameter(0.05, low=0, doc="learning rate")
    betas: tuple[float, float] = parameter(
        (0.9, 0.999), low=0, high=1, high_open=True, doc="shares of the two moments that are kept"
    )
    eps: float = parameter(1e-8, low=0, doc="keeps the division finite")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * w to the gradient")
    decoupled_weight_decay: bool = parameter(False, doc="weight decay as in AdamW")

    def rule_text(self) -> str:
        decoupled = "# gradient\ng = grad(w)\n# decay\nw = w - lr*weight_decay*w\n"
        coupled = "# gradient\ng = grad(w) + weight_decay*w\n"
        return (decoupled if self.decoupled_weight_decay else coupled) + self.rule

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"step": counter(points), "exp_avg": np.zeros_like(points), "exp_avg_sq": np.zeros_like(points)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2 = hyper.betas
        gradient = objective.gradient(points)
        if hyper.decoupled_weight_decay:
            points = points * (1 - hyper.lr * hyper.weight_decay)
        else:
            gradient = gradient + hyper.weight_decay * points
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        square = beta2 * state["exp_avg_sq"] + (1 - beta2) * gradient * gradient
        time = steps_made(state) + 1
        rectified, trusted = _rectifier(beta2, time)
        adaptive = rectified * np.sqrt(1 - power(beta2, time)) / (np.sqrt(square) + np.where(trusted, hyper.eps, 1.0))
        new = {"step": state["step"] + 1, "exp_avg": mean, "exp_avg_sq": square}
        return new, points - hyper.lr * (mean / (1 - power(beta1, time))) * np.where(trusted, adaptive, 1.0)


def _rectifier(beta2: float | Array, time: int) -> tuple[Array, Array]:
    """r and whether rho > 5; r is 1 where it is not (there its root may be of a negative number)."""
    limit = np.asarray(2 / (1 - beta2) - 1)
    rho = limit - 2 * time * power(beta2, time) / (1 - power(beta2, time))
    trusted = rho > 5
    rho, limit = np.where(trusted, rho, 9.0), np.where(trusted, limit, 9.0)
    return np.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)), trusted
