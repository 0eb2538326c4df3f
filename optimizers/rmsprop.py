"""RMSProp: each component divided by the root of a running mean of its squared gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class RMSProp(Optimizer):
    r"""Gradient over its recent root mean square; centered and with momentum where asked for.

    Rule, all operations (square, root, division) per component::

        g = grad f(w) + weight_decay * w
        s = alpha * s + (1 - alpha) * g^2           (at first s = 0, not corrected: the first steps are long)
        m = alpha * m + (1 - alpha) * g             (centered only; s - m^2 then takes the place of s below)
        b = momentum * b + g / (sqrt(s) + eps)
        w = w - lr * b

    Arguments: lr, alpha, eps, momentum, weight_decay, all >= 0; centered.
    Inner state: square_avg (s), grad_avg (m) when centered, momentum_buffer (b) when momentum is not 0.

    Reference: Tieleman and Hinton, "Lecture 6.5: rmsprop", Coursera, Neural Networks for Machine Learning (2012),
    slide 29; centered and with momentum: Graves, "Generating sequences with recurrent neural networks",
    arXiv 1308.0850 (2013), eqs. 38 to 41. Code: torch.optim.RMSprop 2.13.

    Where libraries differ: alpha is 0.99 in torch and 0.9 in the lecture, Keras and optax (which call it rho and
    decay). eps stands outside the root here, inside it in Keras, optax and TensorFlow. Keras and TensorFlow put lr
    into b.
    """

    display_name = "RMSProp"
    scale_free = True
    lr: float = parameter(0.02, low=0, doc="learning rate")
    alpha: float = parameter(0.99, low=0, doc="share of the mean square that is kept")
    eps: float = parameter(1e-8, low=0, doc="keeps the division finite")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * w to the gradient")
    momentum: float = parameter(0.0, low=0, doc="share of the velocity that is kept")
    centered: bool = parameter(False, doc="divide by the standard deviation instead of the root mean square")

    def rule_text(self) -> str:
        mean = "# mean\nm = alpha*m + (1 - alpha)*g\n" if self.centered else ""
        scaled = f"g/(sqrt({'s - m**2' if self.centered else 's'}) + eps)"
        velocity = f"# velocity\nb = momentum*b + {scaled}\n" if self.momentum else ""
        return (
            "# gradient\ng = grad(w) + weight_decay*w\n# mean square\ns = alpha*s + (1 - alpha)*g**2\n"
            f"{mean}{velocity}# step\nw = w - lr*{'b' if self.momentum else f'({scaled})'}"
        )

    def init(self, points: Array, hyper: Hyper) -> State:
        names = ["square_avg"]
        names += ["grad_avg"] if hyper.centered else []
        names += ["momentum_buffer"] if np.any(hyper.momentum) else []
        return {name: np.zeros_like(points) for name in names}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        gradient = objective.gradient(points) + hyper.weight_decay * points
        square = hyper.alpha * state["square_avg"] + (1 - hyper.alpha) * gradient * gradient
        new, spread = {"square_avg": square}, square
        if hyper.centered:
            mean = hyper.alpha * state["grad_avg"] + (1 - hyper.alpha) * gradient
            new["grad_avg"], spread = mean, square - mean * mean
        direction = gradient / (np.sqrt(spread) + hyper.eps)
        if "momentum_buffer" in state:
            direction = new["momentum_buffer"] = hyper.momentum * state["momentum_buffer"] + direction
        return new, points - hyper.lr * direction
