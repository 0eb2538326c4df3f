"""L-BFGS: Newton's step from an inverse Hessian pieced together from past steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter


@dataclass(frozen=True)
class LBFGS(Optimizer):
    r"""Limited-memory BFGS with a fixed step, one gradient a step.

    Rule, s and y the last history_size steps and changes of the gradient with s . y > 1e-10::

        g = grad f(w)
        d = -g at first, else d = -B g, where B comes from (s . y) / (y . y) of the last pair and all pairs by the
            two-loop recursion
        w = w + t d, t = lr * min(1, 1 / (|g_x| + |g_y|)) at first, else t = lr

    It rests where the largest |g| is <= tolerance_grad or d . g > -tolerance_change.

    Arguments: lr, tolerance_grad, tolerance_change, all >= 0; history_size >= 1.
    Inner state: n_iter, d, t, prev_flat_grad, H_diag, pairs (how many are kept), old_dirs (y), old_stps (s) and ro
    (1 / (s . y)), the newest last, (runs, history_size, ...).

    Reference: Nocedal and Wright, "Numerical optimization" (2006), algorithms 7.4 and 7.5; Liu and Nocedal, "On the
    limited memory BFGS method for large scale optimization", Math. Program. 45 (1989).
    Code: torch.optim.LBFGS 2.13 with max_iter=1 and no line search.

    Where libraries differ: torch makes up to max_iter = 20 such steps in one call of step(), and has the strong Wolfe
    line search as an option: neither fits one gradient a step, and a path in which every gradient is a step of its own
    is the fairer race. torch's max_iter, max_eval and line_search_fn are thus missing. The textbook, scipy and optax
    always search along the line, and optax and scipy keep 10 pairs where torch keeps 100.
    """

    display_name = "L-BFGS"
    formula = (
        ("pairs", r"s = w - w_\mathrm{before}, \quad y = g - g_\mathrm{before}, \quad g = \nabla f(w)"),
        ("scale", r"B_0 = \frac{s \cdot y}{y \cdot y}\, I"),
        (
            "inverse Hessian",
            r"B \leftarrow \left(I - \frac{s y^T}{s \cdot y}\right) B "
            r"\left(I - \frac{y s^T}{s \cdot y}\right) + \frac{s s^T}{s \cdot y}",
        ),
        ("step", r"w \leftarrow w - \eta\, B g"),
    )

    lr: float = parameter(1.0, low=0, doc="learning rate: 1 is the whole quasi-Newton step")
    history_size: int = parameter(100, low=1, high=1000, doc="how many pairs are kept")
    tolerance_grad: float = parameter(1e-7, low=0, doc="rests where no component of the gradient is larger")
    tolerance_change: float = parameter(1e-9, low=0, doc="rests where the slope along the step is not steeper")

    def init(self, points: Array, hyper: Hyper) -> State:
        runs, kept = len(points), hyper.history_size
        numbers = {name: np.zeros(runs) for name in ("n_iter", "t", "pairs")}
        pairs = {
            "old_dirs": np.zeros((runs, kept, points.shape[1])),
            "old_stps": np.zeros((runs, kept, points.shape[1])),
            "ro": np.zeros((runs, kept)),
        }
        return {
            **numbers,
            "d": np.zeros_like(points),
            "prev_flat_grad": np.zeros_like(points),
            "H_diag": np.ones(runs),
            **pairs,
        }

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        gradient = objective.gradient(points)
        rests = (
            np.abs(gradient).max(axis=-1) <= hyper.tolerance_grad
            if np.ndim(hyper.tolerance_grad) == 0
            else (np.abs(gradient).max(axis=-1) <= hyper.tolerance_grad[:, 0])
        )
        if rests.all():
            return {name: rows.copy() for name, rows in state.items()}, points.copy()
        first = state["n_iter"] == 0
        new = _remembered(state, gradient, first | rests)
        direction = np.where(first[:, None], -gradient, _two_loops(new, gradient))
        length = np.minimum(1.0, 1.0 / np.abs(gradient).sum(axis=-1))[:, None]
        rate = np.where(first[:, None], length, 1.0) * hyper.lr
        new |= {"n_iter": state["n_iter"] + 1, "d": direction, "t": rate[:, 0], "prev_flat_grad": gradient}
        flat = _dot(gradient, direction)[:, None] > -np.asarray(hyper.tolerance_change)
        moved = np.where(rests[:, None] | flat, points, points + rate * direction)
        return {name: _where(rests, state[name], rows) for name, rows in new.items()}, moved


def _dot(a: Array, b: Array) -> Array:
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1]


def _where(mask: npt.NDArray[np.bool_], yes: Array, no: Array) -> Array:
    """np.where for a mask (runs,) and arrays (runs, ...)."""
    return np.where(mask.reshape(-1, *[1] * (yes.ndim - 1)), yes, no)


def _remembered(state: State, gradient: Array, skip: npt.NDArray[np.bool_]) -> State:
    """The state with the last step's pair behind the others, in runs in which it tells of positive curvature."""
    y, s = gradient - state["prev_flat_grad"], state["d"] * state["t"][:, None]
    curvature = _dot(y, s)
    keep = ~skip & (curvature > 1e-10)
    safe = np.where(keep, curvature, 1.0)
    new = dict(state)
    for name, last in (("old_dirs", y), ("old_stps", s), ("ro", 1.0 / safe)):
        new[name] = _where(keep, np.concatenate([state[name][:, 1:], last[:, None]], axis=1), state[name])
    new["H_diag"] = np.where(keep, curvature / np.where(keep, _dot(y, y), 1.0), state["H_diag"])
    new["pairs"] = np.where(keep, np.minimum(state["pairs"] + 1, new["ro"].shape[1]), state["pairs"])
    return new


def _two_loops(state: State, gradient: Array) -> Array:
    """-B gradient (runs, 2). Runs with fewer pairs than others sit the others' rounds out."""
    kept = state["ro"].shape[1]
    slots = range(kept - int(state["pairs"].max()), kept)
    direction, shares = -gradient, {}
    for slot in reversed(slots):
        has = (state["pairs"] >= kept - slot)[:, None]
        y, s, ro = state["old_dirs"][:, slot], state["old_stps"][:, slot], state["ro"][:, slot]
        shares[slot] = (_dot(s, direction) * ro)[:, None]
        direction = np.where(has, direction - shares[slot] * y, direction)
    direction = direction * state["H_diag"][:, None]
    for slot in slots:
        has = (state["pairs"] >= kept - slot)[:, None]
        y, s, ro = state["old_dirs"][:, slot], state["old_stps"][:, slot], state["ro"][:, slot]
        back = (_dot(y, direction) * ro)[:, None]
        direction = np.where(has, direction + (shares[slot] - back) * s, direction)
    return direction
