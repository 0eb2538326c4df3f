"""AdaGrad with the full matrix: it scales along the valley's own axes, however they are turned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.engine.symmetric import eigen
from thalweg.registry import parameter

ROUNDING = 1e-14  # a smaller share of the larger eigenvalue is none: all gradients so far were parallel


@dataclass(frozen=True)
class AdaGradFull(Optimizer):
    r"""Adaptive subgradient method with the root of the whole sum of outer products.

    Rule, g g^T the outer product, a 2 x 2 matrix, and ^(1/2) the root of a matrix::

        g = grad f(w)
        G = G + g g^T                               (at first G = initial_accumulator_value * I)
        w = w - lr * (G^(1/2) + eps * I)^-1 g

    In a direction that no gradient has had so far nothing moves. Where the gradients lie along the axes G is diagonal,
    and this is `adagrad`; on a turned surface its path is turned as well, which adagrad's is not.

    Arguments: lr, initial_accumulator_value, eps, all >= 0. Inner state: sum (G), (2, 2) a run.

    Reference: Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning and stochastic optimization",
    JMLR 12 (2011), figure 1, with full matrices and delta = eps. For two weights in one vector it is Shampoo too
    (Gupta, Koren, Singer, "Shampoo: preconditioned stochastic tensor optimization", ICML 2018), with the exponent 1/2.

    Where libraries differ: torch, optax and pytorch_optimizer have the diagonal form only, as the matrix of n weights
    has n^2 numbers.
    """

    display_name = "AdaGrad (full matrix)"
    scale_free = True
    formula = (
        ("gradient", r"g = \nabla f(w)"),
        ("sum of outer products", r"G \leftarrow G + g\, g^T"),
        ("step", r"w \leftarrow w - \eta\, (G^{1/2} + \epsilon I)^{-1} g"),
    )

    lr: float = parameter(0.3, low=0, doc="learning rate")
    initial_accumulator_value: float = parameter(0.0, low=0, doc="where the diagonal of the sum starts")
    eps: float = parameter(1e-10, low=0, doc="keeps the division finite")

    def init(self, points: Array, hyper: Hyper) -> State:
        start = np.zeros((len(points), 1)) + hyper.initial_accumulator_value
        return {"sum": start[:, :, None] * np.eye(2)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        gradient = objective.gradient(points)
        total = state["sum"] + gradient[:, :, None] * gradient[:, None, :]
        known = eigen(total)
        high = 1 / (np.sqrt(known.high) + hyper.eps)
        low = np.where(known.low > ROUNDING * known.high, 1 / (np.sqrt(np.abs(known.low)) + hyper.eps), 0.0)
        step = known.times(low, np.where(known.high == 0, 0.0, high), gradient)
        return {"sum": total}, points - hyper.lr * step
