"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, power, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class NAdam(Optimizer):
    r"""Adam that steps along the momentum as it will be, with a momentum that warms up.

    Rule, all operations (square, root, division) per component, t = 1, 2, ...::

        g   = grad f(w) + weight_decay * w          (decoupled: instead w = w - lr * weight_decay * w)
        mu_t = beta1 * (1 - 0.96^(t * momentum_decay) / 2)
        m   = beta1 * m + (1 - beta1) * g           (at first m = 0)
        v   = beta2 * v + (1 - beta2) * g^2         (at first v = 0)
        m^  = mu_(t+1) * m / (1 - mu_1 ... mu_(t+1)) + (1 - mu_t) * g / (1 - mu_1 ... mu_t)
        w   = w - lr * m^ / (sqrt(v / (1 - beta2^t)) + eps)

    Arguments: lr >= 0; betas, two numbers in [0, 1); eps >= 0; weight_decay >= 0; momentum_decay >= 0;
    decoupled_weight_decay. Inner state: step (t), exp_avg (m), exp_avg_sq (v), mu_product (mu_1 ... mu_t).

    Reference: Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016, algorithm 2 with the warm-up
    of its appendix. Code: torch.optim.NAdam 2.13.

    Where libraries differ: the paper's m takes mu_t and 1 - mu_t where torch, as here, takes beta1, and the paper's v
    another factor beta2 in its correction; a test shows the distance. optax's nadam has no warm-up and corrects with
    powers of beta1. torch keeps the product of the mu in single precision unless its default type is double; here it
    is double always, which moves the first steps by about 1e-9.
    """

    display_name = "NAdam"
    scale_free = True
    symbols = {"momentum_decay": r"\psi", "mu": r"\mu_t", "mu_next": r"\mu_{t+1}"}
    rule = """
        # momentum, now and next
        mu = beta1*(1 - 0.5*0.96**(t*momentum_decay))
        mu_next = beta1*(1 - 0.5*0.96**((t + 1)*momentum_decay))
        # their product so far
        c = c*mu
        # first moment
        m = beta1*m + (1 - beta1)*g
        # second moment
        v = beta2*v + (1 - beta2)*g**2
        # look ahead
        m_hat = mu_next*m/(1 - c*mu_next) + (1 - mu)*g/(1 - c)
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
    momentum_decay: float = parameter(4e-3, low=0, doc="how fast the momentum warms up")
    decoupled_weight_decay: bool = parameter(False, doc="weight decay as in AdamW")

    def rule_text(self) -> str:
        decoupled = "# gradient\ng = grad(w)\n# decay\nw = w - lr*weight_decay*w\n"
        coupled = "# gradient\ng = grad(w) + weight_decay*w\n"
        return (decoupled if self.decoupled_weight_decay else coupled) + self.rule

    def rule_initial(self) -> dict[str, float]:
        return {"c": 1.0}

    def init(self, points: Array, hyper: Hyper) -> State:
        return {
            "step": counter(points),
            "exp_avg": np.zeros_like(points),
            "exp_avg_sq": np.zeros_like(points),
            "mu_product": np.ones(len(points)),
        }

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2 = hyper.betas
        gradient = objective.gradient(points)
        if hyper.decoupled_weight_decay:
            points = points * (1 - hyper.lr * hyper.weight_decay)
        else:
            gradient = gradient + hyper.weight_decay * points
        time = steps_made(state) + 1
        now = beta1 * (1 - 0.5 * power(0.96, time * hyper.momentum_decay))
        soon = beta1 * (1 - 0.5 * power(0.96, (time + 1) * hyper.momentum_decay))
        product = state["mu_product"][:, None] * now
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        square = beta2 * state["exp_avg_sq"] + (1 - beta2) * gradient * gradient
        root = np.sqrt(square / (1 - power(beta2, time))) + hyper.eps
        new = {"step": state["step"] + 1, "exp_avg": mean, "exp_avg_sq": square, "mu_product": product[:, 0]}
        moved = points - hyper.lr * (1 - now) / (1 - product) * gradient / root
        return new, moved - hyper.lr * soon / (1 - product * soon) * mean / root
