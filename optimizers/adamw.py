"""AdamW: Adam whose weight decay acts on the weights, not through the gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, power, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class AdamW(Optimizer):
    r"""Adam with decoupled weight decay.

    Rule, all operations (square, root, division) per component, t = 1, 2, ...::

        g = grad f(w)
        w = w - lr * weight_decay * w
        m = beta1 * m + (1 - beta1) * g             (at first m = 0)
        v = beta2 * v + (1 - beta2) * g^2           (at first v = 0)
        w = w - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)

    Arguments: lr >= 0; betas, two numbers in [0, 1); eps >= 0; weight_decay >= 0.
    Inner state: step (t), exp_avg (m), exp_avg_sq (v).

    Reference: Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2, green line.
    Code: torch.optim.AdamW 2.13.

    Where libraries differ: in the paper the decay is w - eta_t * lambda * w with a schedule eta_t that is not the
    learning rate alpha; torch, optax and Keras multiply it by lr, as here, so that a pull of the paper's strength is
    weight_decay = lambda / lr. weight_decay is 0.01 in torch, 1e-4 in optax, 0.004 in Keras.
    """

    display_name = "AdamW"
    scale_free = True
    rule = """
        # gradient
        g = grad(w)
        # decay
        w = w - lr*weight_decay*w
        # first moment
        m = beta1*m + (1 - beta1)*g
        # second moment
        v = beta2*v + (1 - beta2)*g**2
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
    eps: float = parameter(1e-8, low=0, doc="keeps the division finite")
    weight_decay: float = parameter(0.01, low=0, doc="each step shrinks w by lr * weight_decay of itself")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"step": counter(points), "exp_avg": np.zeros_like(points), "exp_avg_sq": np.zeros_like(points)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2 = hyper.betas
        gradient = objective.gradient(points)
        shrunk = points * (1 - hyper.lr * hyper.weight_decay)
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        square = beta2 * state["exp_avg_sq"] + (1 - beta2) * gradient * gradient
        time = steps_made(state) + 1
        rate = hyper.lr / (1 - power(beta1, time))
        root = np.sqrt(square) / np.sqrt(1 - power(beta2, time))
        new = {"step": state["step"] + 1, "exp_avg": mean, "exp_avg_sq": square}
        return new, shrunk - rate * mean / (root + hyper.eps)
