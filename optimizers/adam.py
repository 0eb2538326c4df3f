"""Adam: momentum over a running root mean square, both corrected for starting at zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, decayed, mixed, power, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Adaptive moment estimation.

    Rule, all operations (square, root, division) per component, t = 1, 2, ...::

        g = grad f(w) + weight_decay * w
        m = beta1 * m + (1 - beta1) * g             (at first m = 0)
        v = beta2 * v + (1 - beta2) * g^2           (at first v = 0)
        w = w - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)

    Arguments: lr >= 0; betas, two numbers in [0, 1); eps >= 0; weight_decay >= 0.
    Inner state: step (t), exp_avg (m), exp_avg_sq (v).

    Reference: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
    Code: torch.optim.Adam 2.13.

    Where libraries differ: torch, optax and the paper's algorithm 1 add eps after the correction of v; Keras and
    TensorFlow before it ("epsilon hat" of the paper's section 2), with eps 1e-7. weight_decay here is the L2 term
    inside the gradient, as in torch's Adam; AdamW takes it outside.
    """

    display_name = "Adam"
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
        w = w - lr*(m_hat/(sqrt(v_hat) + eps))
    """

    lr: float = parameter(0.05, low=0, doc="learning rate")
    betas: tuple[float, float] = parameter(
        (0.9, 0.999), low=0, high=1, high_open=True, doc="shares of the two moments that are kept"
    )
    eps: float = parameter(1e-8, low=0, doc="keeps the division finite")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * w to the gradient")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"step": counter(points), "exp_avg": np.zeros_like(points), "exp_avg_sq": np.zeros_like(points)}

    def settled(self, steps: int, hyper: Hyper) -> bool:
        return all(np.all(1 - power(beta, steps + 1) == 1.0) for beta in hyper.betas)  # the corrections are over

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2 = hyper.betas
        gradient = decayed(objective.gradient(points), points, hyper.weight_decay)
        mean = mixed(beta1, state["exp_avg"], (1 - beta1) * gradient)
        square = (1 - beta2) * gradient
        square = mixed(beta2, state["exp_avg_sq"], np.multiply(square, gradient, out=square))
        time = steps_made(state) + 1
        rate = hyper.lr / (1 - power(beta1, time))
        root = np.sqrt(square)  # from here on in place: memory that is new costs more than the sums in it
        root /= np.sqrt(1 - power(beta2, time))
        root += hyper.eps
        move = rate * mean
        move /= root
        new = {"step": state["step"] + 1, "exp_avg": mean, "exp_avg_sq": square}
        return new, np.subtract(points, move, out=move)
