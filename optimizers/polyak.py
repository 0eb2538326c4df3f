"""Polyak's step size: as far as the tangent needs to reach the lowest loss, which has to be known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class Polyak(Optimizer):
    r"""Gradient descent with the step at whose end the tangent plane is as low as the minimum.

    Rule, |.| the length of the whole gradient::

        g = grad f(w)
        w = w - min(lr, scaling * max(f(w) - f_min, 0) / |g|^2) * g         (g = 0: w stays)

    With scaling = 1 and lr large, w moves to where the plane f(w) + g . (v - w) meets the level f_min. Where f is
    convex and f_min its minimum each step brings w nearer to the minimum, without a rate to tune. Where f_min is lower
    than any loss nearby the steps near a minimum grow until lr holds them; where it is higher w rests at its level.

    Arguments: lr >= 0, the largest rate; f_min, any number, the loss of the minimum, 0 unless given; scaling >= 0.
    Each step asks for f besides the gradient. Inner state: none.

    Reference: Polyak, "Minimization of unsmooth functionals", USSR Comput. Math. Math. Phys. 9(3) (1969); with a
    largest rate: Loizou, Vaswani, Laradji, Lacoste-Julien, "Stochastic Polyak step-size for SGD: an adaptive learning
    rate for fast convergence", AISTATS 2021, SPS_max with gamma_b = lr and c = 1 / scaling. Code: optax.polyak_sgd
    0.2.8, variant "sps+".

    Where libraries differ: torch has none. optax's default variant, "sps", goes uphill below f_min; its scaling
    multiplies the largest rate as well, so that both agree where scaling is 1; and it rests where |g|^2 is below
    2.2e-16. The noise of a config is in g, not in f.
    """

    display_name = "Polyak step"
    steered_by_loss = True
    symbols = {"f_min": r"f_\mathrm{min}", "scaling": "c"}
    rule = """
        # gradient
        g = grad(w)
        # height above the minimum
        h = max(loss(w) - f_min, 0)
        # rate
        r = where(dot(g, g) > 0, min(lr, scaling*(h/dot(g, g))), 0)
        # step
        w = w - r*g
    """

    lr: float = parameter(1.0, low=0, doc="the largest rate")
    f_min: float = parameter(0.0, doc="the loss of the minimum")
    scaling: float = parameter(1.0, low=0, doc="share of the way to the tangent's lowest level that is made")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        gradient = objective.gradient(points)
        squares = gradient * gradient
        square = squares[:, :1] + squares[:, 1:]
        height = np.maximum(objective.value(points)[:, None] - hyper.f_min, 0.0)
        rate = np.minimum(hyper.lr, hyper.scaling * (height / square))
        return {}, points - np.where(square > 0, rate, 0.0) * gradient
