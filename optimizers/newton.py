"""Newton's method, damped: the gradient through the inverse Hessian."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class Newton(Optimizer):
    r"""A fraction lr of the step to the stationary point of the local quadratic.

    Rule, H the exact Hessian::

        w = w - lr * (H + damping * I)^-1 grad f(w)

    lr = 1 and damping = 0 is Newton's pure step, which finds the bottom of a quadratic at once. Any stationary point
    attracts it, saddles and maxima too; where H is singular (a plateau, the valley of |y|) it flies off, unless damping
    holds it.

    Arguments: lr >= 0; damping >= 0. Inner state: none.

    Reference: Nocedal and Wright, "Numerical optimization" (2006), eq. 3.30; damped by a factor: Boyd and
    Vandenberghe, "Convex optimization" (2004), algorithm 9.5, with a constant step size in place of its line search;
    damped by a multiple of I: Levenberg, "A method for the solution of certain non-linear problems in least squares",
    Quart. Appl. Math. 2 (1944).

    Where libraries differ: torch, optax and pytorch_optimizer have none; scipy's Newton-CG solves for the step by
    conjugate gradients, stops at negative curvature and searches along the line.
    """

    display_name = "Newton"
    scale_free = True
    formula = (
        ("Hessian", r"H = \nabla^2 f(w) + \delta I"),
        ("step", r"w \leftarrow w - \eta\, H^{-1} \nabla f(w)"),
    )

    lr: float = parameter(0.1, low=0, doc="fraction of the whole step that is made")
    damping: float = parameter(0.0, low=0, doc="added to the diagonal of the Hessian")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        gradient, hessian = objective.gradient(points), objective.hessian(points)
        diagonal = np.stack([hessian[:, 0, 0], hessian[:, 1, 1]], axis=-1) + hyper.damping
        cross = hessian[:, :1, 1]
        determinant = diagonal[:, :1] * diagonal[:, 1:] - cross * cross
        whole = (diagonal[:, ::-1] * gradient - cross * gradient[:, ::-1]) / determinant
        return {}, points - hyper.lr * whole
