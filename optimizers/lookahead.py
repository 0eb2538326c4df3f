"""Lookahead: k steps forward, one step back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, State, counter, steps_made
from thalweg.engine.wrapper import Wrapper, inside, outside
from thalweg.registry import parameter


@dataclass(frozen=True)
class Lookahead(Wrapper):
    r"""Another optimizer runs ahead; every k steps it is pulled back to a point on the way.

    Rule, s the slow weights, at first s = w::

        w = one step of `optimizer` from w, with lr
        every k steps:  s = s + alpha * (w - s),  w = s

    The optimizer inside keeps its state when it is pulled back.

    Arguments: optimizer, the one inside, "adam" by default: a name, or one name with some of its hyperparameters,
    {"adam": {"betas": [0.9, 0.99]}}; lr, its learning rate, >= 0; k >= 1; alpha in [0, 1].
    Inner state: step, slow (s), and the inner optimizer's with base. before each name.

    Reference: Zhang, Lucas, Hinton, Ba, "Lookahead optimizer: k steps forward, 1 step back", NeurIPS 2019,
    algorithm 1. Code: pytorch_optimizer.Lookahead 4.1 and optax.lookahead 0.2.8, which agree.

    Where libraries differ: torch has none. Both libraries can reset the state inside at each pull back, and
    pytorch_optimizer can pull its momentum back too; neither does by default, nor does the paper. What is shown here
    are the fast weights w, where the gradients are taken.
    """

    display_name = "Lookahead"
    formula = (
        ("fast", r"w \leftarrow \mathrm{optimizer}(w, \eta)"),
        ("slow, every k steps", r"s \leftarrow s + \alpha\, (w - s)"),
        ("back, every k steps", r"w \leftarrow s"),
    )

    optimizer: Annotated[Any, "optimizer"] = parameter("adam", doc="the one inside: a name or {name: {...}}")
    lr: float = parameter(0.05, low=0, doc="learning rate of the optimizer inside")
    k: int = parameter(5, low=1, doc="steps forward before each step back")
    alpha: float = parameter(0.5, low=0, high=1, doc="how far the slow weights follow")

    def rule_text(self) -> str:
        inside = self.inside().rule_text()
        before, after = (
            "slow = where(t == 1, w, slow)\n",
            """
            # every k steps the slow weights follow
            since = where(since == k, 1, since + 1)
            slow = where(since == k, slow + alpha*(w - slow), slow)
            # and the fast ones go back
            w = where(since == k, slow, w)
        """,
        )
        return before + inside + after if inside else ""

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"step": counter(points), "slow": points.copy(), **super().init(points, hyper)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        base, own = self._inner(hyper)
        fast_state, fast = base.step(inside(state), points, objective, own)
        slow = state["slow"].copy()
        if (steps_made(state) + 1) % hyper.k == 0:
            slow = slow + hyper.alpha * (fast - slow)
            fast = np.array(slow)
        return {"step": state["step"] + 1, "slow": slow, **outside(fast_state)}, fast
