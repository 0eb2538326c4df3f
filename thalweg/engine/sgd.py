"""torch.optim.SGD, which two members share: `sgd`, and `momentum` with its other defaults."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class TorchSGD(Optimizer):
    """The rule of torch.optim.SGD; its members' docstrings explain it."""

    lr: float = parameter(0.1, low=0, doc="learning rate")
    momentum: float = parameter(0.0, low=0, doc="share of the velocity that is kept")
    dampening: float = parameter(0.0, doc="share of the gradient that the velocity leaves out, from the second step")
    weight_decay: float = parameter(0.0, low=0, doc="adds weight_decay * w to the gradient")
    nesterov: bool = parameter(False, doc="step along g + momentum * v instead of v")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and (self.momentum <= 0 or self.dampening != 0):
            raise ValueError(
                f"nesterov: true with momentum {self.momentum:g} and dampening {self.dampening:g} is "
                "no rule; it needs momentum > 0 and dampening 0"
            )

    def rule_text(self) -> str:
        gradient = ["# gradient", "g = grad(w) + weight_decay*w"]
        if not self.momentum:
            return "\n".join([*gradient, "# step", "w = w - lr*g"])
        kept = "momentum*v + (1 - dampening)*g"
        velocity = ["# velocity", f"v = where(t == 1, g, {kept})" if self.dampening else f"v = {kept}"]
        return "\n".join([*gradient, *velocity, "# step", f"w = w - lr*{'(g + momentum*v)' if self.nesterov else 'v'}"])

    def init(self, points: Array, hyper: Hyper) -> State:
        state = {"step": counter(points)}
        if np.any(hyper.momentum):  # without momentum there is no velocity to keep, as in torch
            state["momentum_buffer"] = np.zeros_like(points)
        return state

    def settled(self, steps: int, hyper: Hyper) -> bool:
        return steps > 0

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        direction = gradient = objective.gradient(points) + hyper.weight_decay * points
        new = {"step": state["step"] + 1}
        if "momentum_buffer" in state:
            first = steps_made(state) == 0  # torch starts from the whole first gradient, dampening or not
            velocity = (
                gradient if first else (hyper.momentum * state["momentum_buffer"] + (1 - hyper.dampening) * gradient)
            )
            new["momentum_buffer"] = velocity
            direction = gradient + hyper.momentum * velocity if hyper.nesterov else velocity
            direction = np.where(hyper.momentum == 0, gradient, direction)  # momentum 0 ignores dampening too
        return new, points - hyper.lr * direction
