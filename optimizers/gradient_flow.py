"""Gradient flow: the river that gradient descent follows in steps."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from thalweg.engine.asked import asked_for, not_counted
from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter

SMOOTH = 60  # evaluations in one step of one run by the explicit solver: where more are needed, it is stiff
EVALUATIONS = 4000  # by the implicit one: enough for stiff valleys and long times
JUMPS = 20  # so often may the gradient change as if the curvature were above STEEP, which is a kink's sign
STEEP = 1e7
PIECES = 64  # Euler steps in place of the solver where it does not get on


@dataclass(frozen=True)
class GradientFlow(Optimizer):
    r"""The limit of gradient descent for small steps: the path of steepest descent itself.

    Rule::

        dw/dt = -grad f(w);     one step goes from time t to t + lr

    Gradient descent (sgd) with the same lr is Euler's method for it, with an error of first order in lr.

    Arguments: lr >= 0, the time that passes in one step. Inner state: time (t).

    Solved by scipy.integrate, each step anew: by DOP853, an explicit Runge-Kutta method of order 8 (relative tolerance
    1e-11), which takes 13 gradients for a step of usual length; where 60 do not suffice, by LSODA (1e-12), which
    changes to an implicit method where the equation is stiff, with the exact Hessian. On smooth surfaces the path is
    right to 1e-10, as long as the flow itself does not drive neighbours apart.
    Where the gradient jumps (the valley of |y|) no such method gets on: there, and after 4000 evaluations, the step is
    made of 64 Euler steps, which stay within lr / 64 times the jump.
    A flow that reaches infinity within a step ends there, as diverged.

    Reference: Hairer, Norsett, Wanner, "Solving ordinary differential equations I" (1993), section II.10, and Petzold,
    "Automatic selection of methods for solving stiff and nonstiff systems of ordinary differential equations", SIAM J.
    Sci. Stat. Comput. 4 (1983), for the solvers; Su, Boyd, Candes, "A differential equation for modeling Nesterov's
    accelerated gradient method", JMLR 17 (2016), section 1, for the flow.

    Where libraries differ: torch, optax and pytorch_optimizer have none.
    """

    display_name = "Gradient flow"
    formula = (
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
            moved[run] = _flow(points, run, float(span), asked_for(objective, run))
        not_counted(objective).gradient(points)  # the last gradient is the step's: let it be that at its beginning
        return {"time": state["time"] + spans}, moved


class _Field:
    """The velocity of the flow for one of the points (runs, 2), as the solver asks for it.

    The objective is always asked for all runs, so that it knows which of them it is asked about.
    Raises ArithmeticError where the solver does not get on.
    """

    def __init__(self, points: Array, run: int, objective: Objective) -> None:
        self.objective, self.this, self.place = objective, slice(run, run + 1), points.copy()
        self.first = points[run]
        self.start = self.speed(self.first)

    def followed(self, solver: Any, span: float, most: int, **how: Any) -> Array | None:
        """The point (2,) after the time `span`; None where the solver does not get there in `most` evaluations."""
        self.asked, self.jumps, self.most, self.before, self.slope = 0, 0, most, self.first, self.start
        try:
            solving = solver(self.velocity, 0.0, self.first, span, atol=0.01 * how["rtol"], **how)
            while solving.status == "running":
                solving.step()
        except ArithmeticError:
            return None
        return np.array(solving.y) if solving.status == "finished" else None

    def speed(self, point: Array) -> Array:
        self.place[self.this] = point
        return -self.objective.gradient(self.place.copy())[self.this].reshape(2)

    def velocity(self, time: float, point: Array) -> Array:
        slope = self.speed(point)
        self.asked += 1
        self.jumps += bool(np.abs(slope - self.slope).max() > STEEP * np.abs(point - self.before).max())
        if self.asked > self.most or self.jumps > JUMPS:
            raise ArithmeticError
        self.before, self.slope = point.copy(), slope
        return slope

    def jacobian(self, time: float, point: Array) -> Array:
        self.place[self.this] = point
        return -self.objective.hessian(self.place.copy())[self.this].reshape(2, 2)


def _flow(points: Array, run: int, span: float, objective: Objective) -> Array:
    """Where the flow carries one of the points (runs, 2) in the time `span`: (2,)."""
    from scipy.integrate import DOP853, LSODA

    field, point = _Field(points, run, objective), points[run : run + 1].reshape(2)
    if span == 0 or not np.isfinite(field.start).all():
        return point + span * field.start
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a solver that gives up says so in its status too
        for solver, most, how in (
            (DOP853, SMOOTH, {"rtol": 1e-11, "first_step": span}),
            (LSODA, EVALUATIONS, {"rtol": 1e-12, "jac": field.jacobian}),
        ):
            end = field.followed(solver, span, most, **how)
            if end is not None:
                return end
    for _ in range(PIECES):
        point = point + span / PIECES * field.speed(point)
    return point
