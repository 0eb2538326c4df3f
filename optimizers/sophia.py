"""Sophia: momentum over the diagonal of the Hessian, clipped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State, counter, steps_made
from thalweg.registry import parameter


@dataclass(frozen=True)
class Sophia(Optimizer):
    r"""Second-order clipped optimization: a Newton step per component, never longer than lr.

    Rule, all operations (division, max, clip) per component, t = 1, 2, ...::

        g = grad f(w)
        w = w - lr * weight_decay * w
        m = beta1 * m + (1 - beta1) * g                     (at first m = 0)
        h = beta2 * h + (1 - beta2) * diag(Hessian f(w))    in steps 1, 1 + update_period, ... (at first h = 0)
        w = w - lr * clip(m / max(gamma * h, eps), -1, 1)

    The diagonal is exact, or with hutchinson: true Hutchinson's estimate z * (Hessian z) from one draw of random signs
    z. Where h is not positive the step is lr * sign(m).

    Arguments: lr >= 0; betas, two numbers in [0, 1); gamma, eps, weight_decay, all >= 0; update_period >= 1;
    hutchinson; seed, a whole number >= 0, of the draws. A draw depends on the seed, the run's start and the step only,
    so that a run is the same alone and in any batch.
    Inner state: step (t), exp_avg (m), hessian (h), and key, a number made of the start, with hutchinson.

    Reference: Liu et al., "Sophia: a scalable stochastic second-order optimizer for language model pre-training",
    ICLR 2024, algorithm 3; the estimate is algorithm 1. Code: pytorch_optimizer.SophiaH 4.1.

    Where libraries differ: pytorch_optimizer clips m / max(h, e) at p, so its lr, p and e are here lr / gamma, gamma
    and eps / gamma. optax.contrib.sophia 0.2.8 corrects m for starting at zero and uses each new h only from the next
    step on, so that its first is lr * sign(g); a test shows the distance. The paper and pytorch_optimizer draw z from
    the normal distribution; signs, as in optax and here, have less spread. torch has none.
    """

    display_name = "Sophia"
    formula = (
        ("momentum", r"m \leftarrow \beta_1 m + (1 - \beta_1)\, \nabla f(w)"),
        ("curvature, every k steps", r"h \leftarrow \beta_2 h + (1 - \beta_2)\, z \odot \nabla^2 f(w)\, z"),
        ("step", r"w \leftarrow w - \eta\ \mathrm{clip}\left(\frac{m}{\max(\gamma h, \epsilon)}, -1, 1\right)"),
    )
    scale_free = True
    symbols = {"update_period": "k"}
    rule = """
        # gradient
        g = grad(w)
        # curvature, every k steps
        h = where(c == 0, beta2*h + (1 - beta2)*hess_diag(w), h)
        c = where(c == update_period - 1, 0, c + 1)
        # decay
        w = w - lr*weight_decay*w
        # momentum
        m = beta1*m + (1 - beta1)*g
        # step
        w = w - lr*clip(m/max(gamma*h, eps), -1, 1)
    """

    lr: float = parameter(0.05, low=0, doc="learning rate: the longest step, per component")
    betas: tuple[float, float] = parameter(
        (0.96, 0.99), low=0, high=1, high_open=True, doc="shares of the momentum and of the curvature that are kept"
    )
    gamma: float = parameter(0.01, low=0, doc="the larger, the more steps are Newton's and the fewer are clipped")
    eps: float = parameter(1e-12, low=0, doc="keeps the division finite")
    weight_decay: float = parameter(0.0, low=0, doc="each step shrinks w by lr * weight_decay of itself")
    update_period: int = parameter(10, low=1, doc="the curvature is taken every so many steps")
    hutchinson: bool = parameter(False, doc="estimate the curvature from random signs instead of taking it exactly")
    seed: int = parameter(0, low=0, high=2**32 - 1, doc="seed of the random signs")

    def rule_text(self) -> str:
        return "" if self.hutchinson else self.rule

    def init(self, points: Array, hyper: Hyper) -> State:
        state = {"step": counter(points), "exp_avg": np.zeros_like(points), "hessian": np.zeros_like(points)}
        return {**state, "key": _key(points)} if hyper.hutchinson else state

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        beta1, beta2 = hyper.betas
        gradient = objective.gradient(points)
        shrunk = points * (1 - hyper.lr * hyper.weight_decay)
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        new = {**{name: rows.copy() for name, rows in state.items()}, "step": state["step"] + 1, "exp_avg": mean}
        if steps_made(state) % hyper.update_period == 0:
            hessian = objective.hessian(points)
            diagonal = np.stack([hessian[:, 0, 0], hessian[:, 1, 1]], axis=-1)
            if hyper.hutchinson:
                signs = _signs(state["key"], hyper.seed, steps_made(state))
                diagonal = diagonal + hessian[:, :1, 1] * signs  # z * (H z): what is off the diagonal stays as noise
            new["hessian"] = beta2 * state["hessian"] + (1 - beta2) * diagonal
        ratio = mean / np.maximum(hyper.gamma * new["hessian"], hyper.eps)
        return new, shrunk - hyper.lr * np.clip(ratio, -1, 1)


def _mixed(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014): equal bits in, equal bits out, as good as random."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _key(points: Array) -> Array:
    """A whole number below 2^32 for each start (runs, 2): the run's name in the draws, whatever batch it is in."""
    bits = _mixed(np.ascontiguousarray(points + 0.0).view(np.uint64))  # -0.0 is 0.0
    return (_mixed(bits[:, 0] + _mixed(bits[:, 1] + np.uint64(1))) >> np.uint64(32)).astype(np.float64)


def _signs(key: Array, seed: int, step: int) -> Array:
    """z_x * z_y of random signs z, (runs, 1): for two components all that z * (H z) needs."""
    place = np.uint64((seed << 32) + step)
    drawn = _mixed(_mixed(key.astype(np.uint64) + np.uint64(1)) ^ _mixed(np.array([place])))
    return 1.0 - 2.0 * (drawn >> np.uint64(63)).astype(np.float64)[:, None]
