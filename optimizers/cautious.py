"""Cautious: another optimizer's step, without the components that go against the gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from thalweg.engine.asked import Which, asked_for, not_counted
from thalweg.engine.base import Array, Hyper, Objective, State
from thalweg.engine.wrapper import Wrapper, inside, outside, unused
from thalweg.registry import parameter


@dataclass(frozen=True)
class Cautious(Wrapper):
    r"""An optimizer around another one whose components move only where step and gradient agree.

    Rule, all operations but the sum per component::

        u = w - one step of `optimizer` from w, with lr
        mask = 1 where u * grad f(w) > 0, else 0
        w = w - 2 / (sum of mask + 1) * mask * u

    2 is the number of weights: with both in agreement a step is 2/3 of the inner one, with one of them it is that
    component's whole. The optimizer inside keeps its state, as if its step had been made.

    Arguments: optimizer, the one inside, "adam" by default: a name, or one name with some of its hyperparameters,
    {"adam": {"betas": [0.9, 0.99]}}, or a rule; lr, its learning rate, >= 0.
    Where the optimizer inside asks for no gradient at w (nag, sam), one more is asked for.
    Inner state: the inner optimizer's with base. before each name.

    Reference: Liang, Chen, Liu, Liu, "Cautious optimizers: improving training with one line of code", arXiv 2411.16085
    (2024), algorithm 1. Code: pytorch_optimizer.Lion 4.1 with cautious=True.

    Where libraries differ: torch has none. The authors' own C-AdamW divides the mask by its mean, so that two in
    agreement make the whole step and one alone makes twice its own. A decoupled weight decay inside is part of u here
    and is masked with it; pytorch_optimizer and the authors apply it apart from the mask. The wrapper knows of the
    step alone, so that optimizers without an update of their own (lookahead's pull back) are masked as well.
    """

    display_name = "Cautious"
    symbols = {"before": r"w_\mathrm{before}"}
    formula = (
        ("update", r"u = w - \mathrm{optimizer}(w, \eta)"),
        ("agrees with the gradient", r"\phi = 1\ \mathrm{if}\ u\, \nabla f(w) > 0\ \mathrm{else}\ 0"),
        ("step", r"w \leftarrow w - \frac{2}{\phi_1 + \phi_2 + 1}\, \phi\, u"),
    )

    optimizer: Annotated[Any, "optimizer"] = parameter("adam", doc="the one inside: a name or {name: {...}}")
    lr: float = parameter(0.05, low=0, doc="learning rate of the optimizer inside")

    def rule_text(self) -> str:
        text = self.inside().rule_text()
        before, update, mask = (unused(name, text) for name in ("before", "u", "mask"))
        after = f"""
            # update
            {update} = {before} - w
            # 1 where it agrees with the gradient
            {mask} = where({update}*grad({before}) > 0, 1, 0)
            # step
            w = {before} - 2/(dot({mask}, {mask}) + 1)*({mask}*{update})
        """
        return f"# where it stands\n{before} = w\n{text}{after}" if text else ""

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        base, own = self._inner(hyper)
        noted = _Noted(objective, points)
        new, moved = base.step(inside(state), points, noted, own)
        gradient = noted.there if noted.there is not None else objective.gradient(points)
        update = points - moved
        mask = np.where(update * gradient > 0, 1.0, 0.0)
        return outside(new), points - 2 / (mask[:, :1] + mask[:, 1:] + 1) * (mask * update)


class _Noted:
    """The objective, which remembers the gradient at some points once it was asked for."""

    def __init__(self, objective: Objective, points: Array, note: _Noted | None = None) -> None:
        self.objective, self.points, self.note = objective, points, note or self
        self.there: Array | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.objective, name)

    def value(self, points: Array) -> Array:
        return self.objective.value(points)

    def gradient(self, points: Array) -> Array:
        gradient = self.objective.gradient(points)
        if points is self.points:
            self.note.there = gradient
        return gradient

    def hessian(self, points: Array) -> Array:
        return self.objective.hessian(points)

    @property
    def not_counted(self) -> Objective:
        return _Noted(not_counted(self.objective), self.points, self.note)

    def for_run(self, run: Which) -> Objective:
        return asked_for(self.objective, run)
