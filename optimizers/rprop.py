"""Rprop: only the signs of the gradient count, and whether they change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class Rprop(Optimizer):
    r"""Resilient backpropagation: each component has its own step size, longer while the sign stays, shorter when not.

    Rule, all operations per component, eta-, eta+ = etas and d in [low, high] = step_sizes::

        g = grad f(w)
        d = min(d * eta+, high)      where g * p > 0          (at first d = lr, p = 0)
        d = max(d * eta-, low)       where g * p < 0; there then g = 0
        w = w - sign(g) * d
        p = g

    So after a change of sign a component rests for one step, which is not taken back.

    Arguments: lr >= 0, the first step size; etas, two numbers >= 0, meant to lie below and above 1; step_sizes, the
    smallest and the largest, >= 0. Inner state: prev (p), step_size (d).

    Reference: Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the RPROP
    algorithm", ICNN 1993, whose first form takes the step before a change of sign back. Without it: Igel and Huesken,
    "Improving the Rprop learning algorithm", NC 2000, the iRprop- algorithm. Code: torch.optim.Rprop 2.13.

    Where libraries differ: torch is iRprop-, as here. optax 0.2.8 makes each step one step late, its first not at all,
    and drops the late one too where the sign changes; a test shows the distance. The paper begins with 0.1.
    """

    display_name = "Rprop"
    scale_free = True
    symbols = {"eta1": r"\eta_-", "eta2": r"\eta_+", "step_size1": r"d_\mathrm{min}", "step_size2": r"d_\mathrm{max}"}
    rule = """
        # gradient
        g = grad(w)
        # step size
        d = where(t == 1, lr, d)
        d = where(g*p > 0, eta2*d, where(g*p < 0, eta1*d, d))
        d = clip(d, step_size1, step_size2)
        # rest after a change of sign
        p = where(g*p < 0, 0, g)
        # step
        w = w - sign(p)*d
    """

    lr: float = parameter(0.05, low=0, doc="first step size")
    etas: tuple[float, float] = parameter(
        (0.5, 1.2), low=0, doc="factors of the step size after a change of sign and without"
    )
    step_sizes: tuple[float, float] = parameter((1e-6, 50.0), low=0, doc="smallest and largest step size")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"prev": np.zeros_like(points), "step_size": np.zeros_like(points) + hyper.lr}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        shorter, longer = hyper.etas
        gradient = objective.gradient(points)
        turn = np.sign(gradient * state["prev"])
        factor = np.where(turn > 0, longer, np.where(turn < 0, shorter, 1.0))
        low, high = hyper.step_sizes
        size = np.minimum(np.maximum(state["step_size"] * factor, low), high)
        kept = np.where(turn < 0, 0.0, gradient)
        return {"prev": kept, "step_size": size}, points - np.sign(kept) * size
