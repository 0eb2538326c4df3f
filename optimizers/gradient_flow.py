"""Gradient flow: the river that gradient descent follows in steps."""
from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from optimizers._base import Array, Hyper, Objective, Optimizer, State
from registry import parameter

EVALUATIONS = 600   # in one step of one run: enough for stiff valleys, soon over where the gradient jumps
PIECES = 64         # Euler steps in place of the solver where it does not get on


@dataclass(frozen=True)
class GradientFlow(Optimizer):
    r"""The limit of gradient descent for small steps: the path of steepest descent itself.

    Rule::

        dw/dt = -grad f(w);     one step goes from time t to t + lr

    Gradient descent (sgd) with the same lr is Euler's method for it, with an error of first order in lr.

    Arguments: lr >= 0, the time that passes in one step. Inner state: time (t).

    Solved by scipy.integrate.solve_ivp with LSODA, which changes to an implicit method where the equation is stiff, and
    the exact Hessian, to a relative accuracy of about 1e-9 a step. Where the gradient jumps (the valley of |y|) no such
    method gets on: after 600 evaluations the step is made of 64 Euler steps, which stay within lr / 64 times the jump.
    A flow that reaches infinity within a step ends there, as diverged.

    Reference: Petzold, "Automatic selection of methods for solving stiff and nonstiff systems of ordinary differential
    equations", SIAM J. Sci. Stat. Comput. 4 (1983), for the solver; Su, Boyd, Candes, "A differential equation for
    modeling Nesterov's accelerated gradient method", JMLR 17 (2016), section 1, for the flow.

    Where libraries differ: torch, optax and pytorch_optimizer have none.
    """

    display_name = "Gradient flow"
    rule = (
        ("flow", r"\frac{dw}{dt} = -\nabla f(w)"),
        ("step", r"w \leftarrow w - \int_t^{t + \eta} \nabla f(w(\tau))\, d\tau"),
    )

    lr: float = parameter(0.1, low=0, doc="time that passes in one step")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"time": np.zeros(len(points))}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        spans = np.broadcast_to(hyper.lr, (len(points), 1))[:, 0]
        moved = np.empty_like(points)
        for run, span in enumerate(spans):
            moved[run] = _flow(points, run, float(span), objective)
        objective.gradient(points)      # the last one asked for counts as the step's: the one at its beginning
        return {"time": state["time"] + spans}, moved


def _flow(points: Array, run: int, span: float, objective: Objective) -> Array:
    """Where the flow carries one of the points (runs, 2) in the time `span`: (2,).

    The objective is always asked for all runs, so that it knows which of them it is asked about.
    """
    from scipy.integrate import solve_ivp   # type: ignore[import-untyped]

    this, place, asked = slice(run, run + 1), points.copy(), 0

    def velocity(time: float, point: Array) -> Array:
        nonlocal asked
        asked += 1
        if asked > EVALUATIONS:
            raise ArithmeticError
        place[this] = point
        return -objective.gradient(place)[this].reshape(2)

    def jacobian(time: float, point: Array) -> Array:
        place[this] = point
        return -objective.hessian(place)[this].reshape(2, 2)

    slope = velocity(0.0, points[run])
    if span == 0 or not np.isfinite(slope).all():
        return points[this].reshape(2) + span * slope
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")     # a solver that gives up says so in its result too
            solved = solve_ivp(velocity, (0.0, span), points[run], method="LSODA", t_eval=[span], jac=jacobian,
                               rtol=1e-9, atol=1e-12)
        if solved.success:
            return np.array(solved.y[:, -1])
    except ArithmeticError:
        pass
    point = points[this].reshape(2)
    for _ in range(PIECES):
        asked = 0
        point = point + span / PIECES * velocity(0.0, point)
    return point
