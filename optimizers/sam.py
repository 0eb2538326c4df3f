"""SAM: descends the gradient of the worst point nearby, and so prefers flat minima."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from thalweg.engine.asked import Which, asked_for, not_counted
from thalweg.engine.base import Array, Hyper, Objective, State
from thalweg.engine.wrapper import Wrapper, inside, outside
from thalweg.registry import parameter


@dataclass(frozen=True)
class SAM(Wrapper):
    r"""Sharpness-aware minimization around another optimizer.

    Rule, |.| the length of the whole gradient::

        e = rho * grad f(w) / (|grad f(w)| + 1e-12)
        w = one step of `optimizer` from w, with lr and the gradient grad f(w + e)

    It takes two gradients a step; the second is the one that counts as the step's. rho = 0 is the optimizer itself.

    Arguments: optimizer, the one inside, "sgd" by default: a name, or one name with some of its hyperparameters,
    {"adam": {"betas": [0.9, 0.99]}}; lr, its learning rate, >= 0; rho >= 0.
    Inner state: the inner optimizer's with base. before each name.

    Reference: Foret, Kleiner, Mobahi, Neyshabur, "Sharpness-aware minimization for efficiently improving
    generalization", ICLR 2021, algorithm 1. Code: pytorch_optimizer.SAM 4.1 and optax.contrib.sam 0.2.8 (opaque mode),
    which agree.

    Where libraries differ: torch has none. optax leaves the 1e-12 out and divides by zero at a stationary point, and
    unless opaque_mode is on counts the step up as a step of its own.
    """

    display_name = "SAM"
    formula = (
        ("uphill", r"e = \rho \frac{\nabla f(w)}{\Vert \nabla f(w) \Vert}"),
        ("gradient", r"g = \nabla f(w + e)"),
        ("step", r"w \leftarrow \mathrm{optimizer}(w, g, \eta)"),
    )

    optimizer: Annotated[Any, "optimizer"] = parameter("sgd", doc="the one inside: a name or {name: {...}}")
    lr: float = parameter(0.1, low=0, doc="learning rate of the optimizer inside")
    rho: float = parameter(0.05, low=0, doc="how far uphill the gradient is taken")

    def rule_text(self) -> str:
        inside = self.inside().rule_text()
        if "grad(w)" not in inside or re.search(r"grad\((?!w\))|hess_diag|loss", inside):
            return ""  # asks elsewhere than at w, or for more
        uphill = "# uphill\ne = rho*(grad(w)/(norm(grad(w)) + 1e-12))\n"
        return uphill + inside.replace("grad(w)", "grad(w + e)")

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        base, own = self._inner(hyper)
        new, moved = base.step(inside(state), points, _Uphill(objective, hyper.rho), own)
        return outside(new), moved


class _Uphill:
    """The objective as it is a distance rho uphill from the point asked about."""

    def __init__(self, objective: Objective, rho: float | Array) -> None:
        self.objective, self.rho = objective, rho
        self.below = self.above = np.empty(0)  # the way up is taken once

    def value(self, points: Array) -> Array:
        return self.objective.value(self._above(points))

    def gradient(self, points: Array) -> Array:
        return self.objective.gradient(self._above(points))

    def hessian(self, points: Array) -> Array:
        return self.objective.hessian(self._above(points))

    @property
    def not_counted(self) -> Objective:
        return _Uphill(not_counted(self.objective), self.rho)

    def for_run(self, run: Which) -> Objective:
        return _Uphill(asked_for(self.objective, run), self.rho)

    def _above(self, points: Array) -> Array:
        if points is not self.below:
            gradient = self.objective.gradient(points)
            length = np.sqrt(gradient[:, :1] * gradient[:, :1] + gradient[:, 1:] * gradient[:, 1:])
            self.below, self.above = points, points + self.rho / (length + 1e-12) * gradient
        return self.above
