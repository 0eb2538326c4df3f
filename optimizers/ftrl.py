"""FTRL: follow the regularised leader, with a rate per component and exact zeros."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class FTRL(Optimizer):
    r"""FTRL-Proximal: w minimises the sum of all linearised losses, of pulls to the past points, and of two penalties.

    Rule, all operations (square, root, sign, division) per component::

        g = grad f(w)
        z = z + lr * g - (sqrt(n + g^2) - sqrt(n)) * w      (at first z = -beta * w)
        n = n + g^2                                         (at first n = 0)
        w = 0                                               where |z| <= lr * lambda_1
        w = -(z - lr * lambda_1 * sign(z)) / (beta + sqrt(n) + lr * lambda_2)     elsewhere

    Without penalties (lambda_1 = lambda_2 = 0) this is w = w - lr * g / (beta + sqrt(n)) up to the change of rate
    between two steps; with beta = 0 its first step is AdaGrad's, lr * sign(g).

    Arguments: lr (the paper's alpha), beta, lambda_1 (strength of |w|), lambda_2 (strength of w^2 / 2), all >= 0.
    Inner state: z, n.

    Reference: McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013, algorithm 1.
    Code: pytorch_optimizer.FTRL 4.1 (with beta 0).

    Where libraries differ: z here is lr times the paper's, so that lr may be 0 or change. The paper and
    pytorch_optimizer start from z = 0: with beta > 0 the first step then lands near the origin, wherever it started;
    here the pull of beta is to the start (a test shows the distance). Where no gradient has been yet and nothing
    pulls, they jump to 0 and we stay. beta is 1 in the paper, 0 in pytorch_optimizer; Keras has 0 and starts n at 0.1.
    torch and optax have none.
    """

    display_name = "FTRL"
    rule = """
        # gradient
        g = grad(w)
        # leader
        z = where(t == 1, -beta*w, z) + lr*g - (sqrt(n + g**2) - sqrt(n))*w
        # sum of squares
        n = n + g**2
        # step
    """

    lr: float = parameter(0.5, low=0, doc="learning rate")
    beta: float = parameter(1.0, low=0, doc="lr is divided by beta + sqrt(n)")
    lambda_1: float = parameter(0.0, low=0, doc="strength of the penalty |w|, which makes exact zeros")
    lambda_2: float = parameter(0.0, low=0, doc="strength of the penalty w^2 / 2")

    def rule_text(self) -> str:
        penalty = "w = where(abs(z) <= lr*lambda_1, 0, (lr*lambda_1*sign(z) - z)/(beta + sqrt(n) + lr*lambda_2))"
        return self.rule + (penalty if self.lambda_1 else "w = -z/(beta + sqrt(n) + lr*lambda_2)")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"z": -(hyper.beta * points), "n": np.zeros_like(points)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        gradient = objective.gradient(points)
        total = state["n"] + gradient * gradient
        leader = state["z"] + hyper.lr * gradient - (np.sqrt(total) - np.sqrt(state["n"])) * points
        weight = hyper.beta + np.sqrt(total) + hyper.lr * hyper.lambda_2
        threshold = hyper.lr * hyper.lambda_1
        moved = (threshold * np.sign(leader) - leader) / np.where(weight == 0, 1.0, weight)
        moved = np.where((np.abs(leader) <= threshold) & (threshold > 0), 0.0, moved)
        return {"z": leader, "n": total}, np.where(weight == 0, points, moved)
