"""Averages: another optimizer runs, and the ball is the mean of where it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, State, counter, steps_made
from thalweg.engine.wrapper import Wrapper, inside, outside, unused
from thalweg.registry import parameter


@dataclass(frozen=True)
class Average(Wrapper):
    r"""The mean of the points that another optimizer goes through, of all or fading.

    Rule, p the iterate, both at the start at first, t = 1, 2, ...::

        p = one step of `optimizer` from p, with lr
        w = p                                       while t <= begin + 1
        w = w + (p - w) / (t - begin)               afterwards: the mean of the iterates after step `begin`
        w = decay * w + (1 - decay) * p             in its place with ema

    The ball is w, the average; the iterate p, where the gradients are taken, is not moved by it: it is the state's
    iterate, and rolls as a ball of its own as the optimizer without the wrapper.

    Arguments: optimizer, the one inside, "sgd" by default: a name, or one name with some of its hyperparameters,
    {"momentum": {"momentum": 0.8}}, or a rule; lr, its learning rate, >= 0; ema, false (Polyak's mean) or true; decay
    in [0, 1], of the ema; begin >= 0, steps that are not averaged.
    Inner state: step (t), iterate (p), and the inner optimizer's with base. before each name.

    Reference: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", SIAM J. Control Optim. 30
    (1992); Izmailov, Podoprikhin, Garipov, Vetrov, Wilson, "Averaging weights leads to wider optima and better
    generalization" (SWA), UAI 2018, for the mean that begins late. Code: torch.optim.swa_utils.AveragedModel 2.13,
    updated after each step from `begin` on, its default average and get_ema_avg_fn(decay).

    Where libraries differ: Polyak and Juditsky's mean has the start in it, torch's and this one have not. torch's ema
    begins at the first iterate, as here; optax.ema begins at zero and corrects for it.
    """

    display_name = "Average"
    symbols = {"iterate": "p"}
    formula = (
        ("iterate", r"p \leftarrow \mathrm{optimizer}(p, \eta)"),
        ("mean", r"w \leftarrow w + \frac{p - w}{t}"),
    )

    optimizer: Annotated[Any, "optimizer"] = parameter("sgd", doc="the one inside: a name or {name: {...}}")
    lr: float = parameter(0.1, low=0, doc="learning rate of the optimizer inside")
    ema: bool = parameter(False, doc="an exponential moving average instead of the mean of all")
    decay: float = parameter(0.95, low=0, high=1, doc="share of the ema that is kept")
    begin: int = parameter(0, low=0, doc="steps that are not averaged")

    def rule_text(self) -> str:
        text = self.inside().rule_text()
        mean, iterate = unused("mean", text), unused("iterate", text)
        new = "decay*{0} + (1 - decay)*{1}" if self.ema else "{0} + ({1} - {0})/(t - begin)"
        before = f"# average so far\n{mean} = w\n# the iterate goes on\nw = where(t == 1, w, {iterate})\n"
        after = f"""
            # iterate
            {iterate} = w
            # average
            w = where(t <= begin + 1, {iterate}, {new.format(mean, iterate)})
        """
        return before + text + after if text else ""

    def formula_lines(self) -> tuple[tuple[str, str], ...]:
        return (self.formula[0], ("ema", r"w \leftarrow \beta\, w + (1 - \beta)\, p")) if self.ema else self.formula

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"step": counter(points), "iterate": points.copy(), **super().init(points, hyper)}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        base, own = self._inner(hyper)
        new, iterate = base.step(inside(state), state["iterate"], objective, own)
        count = steps_made(state) + 1 - hyper.begin
        if count <= 1:
            mean = np.array(iterate)
        elif hyper.ema:
            mean = hyper.decay * points + (1 - hyper.decay) * iterate
        else:
            mean = points + (iterate - points) / count
        return {"step": state["step"] + 1, "iterate": iterate, **outside(new)}, mean
