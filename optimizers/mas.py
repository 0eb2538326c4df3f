"""MAS: Adam and SGD at the same time, mixed with constant weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, power, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class MAS(Optimizer):
    r"""Mixing Adam and SGD; later called ATMO.

    Rule, all operations (square, root, division) per component, t = 1, 2, ...::

        g = grad f(w) + weight_decay * w
        b = momentum * b + g                        (at first b = g; momentum 0: b = g always)
        m = beta1 * m + (1 - beta1) * g             (at first m = 0)
        v = beta2 * v + (1 - beta2) * g^2           (at first v = 0)
        a = m / (sqrt(v / (1 - beta2^t)) + eps)
        w = w - (lambda_s * lr + lambda_a * lr / (1 - beta1^t)) * (lambda_s * b + lambda_a * a)

    Both the directions and the rates of SGD (b, lr) and Adam (a, lr / (1 - beta1^t)) are mixed, so that with
    lambda_a = lambda_s = 1/2 a step is half of the two steps' mean.

    Arguments: lr, lambda_a (Adam's weight), lambda_s (SGD's), momentum (SGD's), eps, weight_decay, all >= 0; betas
    (Adam's), two numbers in [0, 1). Inner state: step (t), exp_avg (m), exp_avg_sq (v), and momentum_buffer (b) when
    momentum is not 0.

    Reference: Landro, Gallo, La Grassa, "Combining optimization methods using an adaptive meta optimizer",
    Algorithms 14(6) (2021) 186, and, under the name MAS, "Mixing Adam and SGD: a combined optimization method",
    arXiv 2011.08042 (2020), section 3, in the form of the authors' published code.

    Where libraries differ: none has it. Others' versions add the two whole steps, lambda_s * lr * b and
    lambda_a * lr * a / (1 - beta1^t); here, as in the authors' code, the weights enter twice.
    """

    display_name = "MAS"
    rule = """
        # gradient
        g = grad(w) + weight_decay*w
        # SGD
        b = momentum*b + g
        # Adam's moments
        m = beta1*m + (1 - beta1)*g
        v = beta2*v + (1 - beta2)*g**2
        # Adam
        a = m/(sqrt(v/(1 - beta2**t)) + eps)
        # rate
        lr_t = lambda_s*lr + lambda_a*(lr/(1 - beta1**t))
        # step
        w = w - lr_t*(lambda_s*b + lambda_a*a)
    """

    lr: float = parameter(0.05, low=0, doc="learning rate")
    lambda_a: float = parameter(0.5, low=0, doc="weight of Adam")
    lambda_s: float = parameter(0.5, low=0, doc="weight of SGD")
    momentum: float = parameter(0.0, low=0, doc="share of SGD's velocity that is kept")
    betas: tuple[float, float] = parameter(
        (0.9, 0.999), low=0, high=1, high_open=True, doc="shares of Adam's two moments that are kept"
    )
    eps: float = parameter(1e-8, low=0, doc="keeps the division finite")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * w to the gradient")

    def init(self, points: Array, hyper: Hyper) -> State:
        names = ["exp_avg", "exp_avg_sq"] + (["momentum_buffer"] if np.any(hyper.momentum) else [])
        return {"step": counter(points), **{name: np.zeros_like(points) for name in names}}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2 = hyper.betas
        velocity = gradient = objective.gradient(points) + hyper.weight_decay * points
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        square = beta2 * state["exp_avg_sq"] + (1 - beta2) * gradient * gradient
        new = {"step": state["step"] + 1, "exp_avg": mean, "exp_avg_sq": square}
        if "momentum_buffer" in state:
            velocity = new["momentum_buffer"] = hyper.momentum * state["momentum_buffer"] + gradient
        time = steps_made(state) + 1
        adaptive = mean / (np.sqrt(square) / np.sqrt(1 - power(beta2, time)) + hyper.eps)
        rate = hyper.lambda_s * hyper.lr + hyper.lambda_a * (hyper.lr / (1 - power(beta1, time)))
        return new, points - rate * (hyper.lambda_s * velocity + hyper.lambda_a * adaptive)
