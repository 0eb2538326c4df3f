"""Saddle-free Newton: Newton's step with the Hessian's eigenvalues made positive, so that saddles repel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.engine.symmetric import eigen
from thalweg.registry import parameter


@dataclass(frozen=True)
class SaddleFreeNewton(Optimizer):
    r"""Newton's method that goes down where the surface bends down.

    Rule, H the exact Hessian and |H| the matrix with its eigenvectors and the absolute values of its eigenvalues::

        w = w - lr * (|H| + damping * I)^-1 grad f(w)

    Where H is positive definite it is `newton`. Along an eigenvector of negative curvature Newton's step goes up, to
    the saddle; this one goes as far the other way, so that near a saddle the distance along it grows by lr of itself in
    each step. Where H is singular (a plateau, the valley of |y|) it flies off, unless damping holds it.

    Arguments: lr >= 0; damping >= 0. Inner state: none.

    Reference: Dauphin, Pascanu, Gulcehre, Cho, Ganguli, Bengio, "Identifying and attacking the saddle point problem in
    high-dimensional non-convex optimization", NeurIPS 2014, algorithm 1.

    Where libraries differ: torch, optax and pytorch_optimizer have none. The paper's algorithm, for many weights,
    works in the subspace of some Lanczos vectors and searches the damping anew in each step; here there are two
    weights, |H| is exact and the damping is a constant.
    """

    display_name = "Saddle-free Newton"
    scale_free = True
    formula = (
        ("Hessian", r"\nabla^2 f(w) = \lambda_1 u_1 u_1^T + \lambda_2 u_2 u_2^T"),
        ("made positive", r"|H| = |\lambda_1|\, u_1 u_1^T + |\lambda_2|\, u_2 u_2^T"),
        ("step", r"w \leftarrow w - \eta\, (|H| + \delta I)^{-1} \nabla f(w)"),
    )

    lr: float = parameter(0.1, low=0, doc="fraction of the whole step that is made")
    damping: float = parameter(0.0, low=0, doc="added to the absolute values of the eigenvalues")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        gradient, known = objective.gradient(points), eigen(objective.hessian(points))
        low, high = (1 / (np.abs(value) + hyper.damping) for value in (known.low, known.high))
        return {}, points - hyper.lr * known.times(low, high, gradient)
