"""Central flow: the river that gradient descent follows on average, also where its steps are too long to be stable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thalweg.engine.asked import asked_for, not_counted
from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.engine.symmetric import Eigen, eigen
from thalweg.registry import parameter

Mask = npt.NDArray[np.bool_]
PARTS = 8  # of a step
TRIES = 8  # of Newton's method for the edge
NEAR = 1e-13  # of the edge's curvature: how near is on it
APART = 1e-5  # of the Hessians that stand in for third derivatives where the objective has none


@dataclass(frozen=True)
class CentralFlow(Optimizer):
    r"""The time average of gradient descent at the edge of stability.

    Rule, S the largest eigenvalue of the Hessian (the sharpness), u its unit eigenvector, grad S = D^3 f(w)[u, u]::

        dw/dt = -(grad f(w) + sigma^2 / 2 * grad S(w));     one step goes from time t to t + lr
        sigma^2 = 0                                             where S < 2 / lr
        sigma^2 = max(0, -2 grad f . grad S / |grad S|^2)       where S = 2 / lr

    Gradient descent (sgd) with the same lr cannot rest where S is above 2 / lr: it swings across the valley along u,
    and with swings of variance sigma^2 it is pushed down the slope of S, as fast as keeps S at the edge. The flow is
    what is left without the swings: the gradient flow that is not let in where S is larger. sqrt(sigma^2) is the
    predicted size of the swings: gradient descent is at about w +- sigma u in turn.

    Where S cannot be lowered (a quadratic, whose S is the same everywhere) nothing holds gradient descent, and the flow
    diverges at once. A start with S above 2 / lr, of which the theory does not speak, is first brought to the edge down
    the slope of S. It is a prediction, good where swings are small against the distance in which S changes.

    Arguments: lr >= 0, the step of the gradient descent that is meant, and the time that passes in one step.
    Inner state: time (t), variance (sigma^2).

    Each step is made of 8 parts of the classical Runge-Kutta method of order 4, after each of which the point is
    brought back to the edge where S is above it, along grad S by Newton's method. The path is right to 1e-4 of its
    length or better, most of it where it meets the edge. Each step asks for 33 gradients and 9 Hessians, at the edge
    for some 40 Hessians, and there for third derivatives, which are not counted: those of the formula, exactly; an
    objective without them has differences of its Hessians instead.

    Reference: Cohen, Damian, Talwalkar, Kolter, Lee, "Understanding optimization in deep learning with central flows",
    ICLR 2025 (arXiv 2410.24206), for one unstable eigenvalue.

    Where libraries differ: torch, optax and pytorch_optimizer have none. The paper's flow for several eigenvalues at
    the edge has a covariance matrix in place of sigma^2; here the larger one is brought back, then the other.
    """

    display_name = "Central flow"
    formula = (
        ("sharpness", r"S = \lambda_\mathrm{max}(\nabla^2 f(w))"),
        ("flow", r"\frac{dw}{dt} = -\nabla f(w) - \frac{\sigma^2}{2} \nabla S(w)"),
        ("at the edge", r"\sigma^2 = \max\left(0, \frac{-2 \nabla f \cdot \nabla S}{\Vert \nabla S \Vert^2}\right)"),
        ("elsewhere", r"\sigma^2 = 0\ \mathrm{if}\ S < \frac{2}{\eta}"),
        ("step", r"t \leftarrow t + \eta"),
    )

    lr: float = parameter(0.1, low=0, doc="learning rate that is meant, and time that passes in one step")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"time": np.zeros(len(points)), "variance": np.zeros(len(points))}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        rate = np.broadcast_to(hyper.lr, (len(points), 1))
        edge, nobody = np.divide(2.0, rate), np.zeros((len(points), 1), dtype=bool)
        at, known = _brought_back(points, edge, nobody, objective)
        for _ in range(PARTS):
            down, slope, held = _pushed(at, known, edge, objective)
            at = _flowed(at, rate / PARTS, _without(down, slope, held), held, objective)
            at, known = _brought_back(at, edge, held, objective)
        down, slope, held = _pushed(at, known, edge, objective)
        variance = np.where(held, 2 * _dot(down, slope) / np.where(held, _dot(slope, slope), 1.0), 0.0)
        not_counted(objective).gradient(points)  # the last gradient is the step's: let it be that at its beginning
        return {"time": state["time"] + rate[:, 0], "variance": variance[:, 0]}, at


def _pushed(at: Array, known: Eigen, edge: Array, objective: Objective) -> tuple[Array, Array, Mask]:
    """-grad f (runs, 2), grad S (runs, 2) where it matters, and which points (runs, 1) would cross the edge, to S above
    it, on their way down.
    """
    down, slope = -objective.gradient(at), np.zeros_like(at)
    near = known.high >= edge * (1 - 1e4 * NEAR)
    if near.any():
        slope = np.where(near, _slope_of_sharpness(at, known.along, objective), 0.0)
    return down, slope, near & (_dot(down, slope) > 0)


def _without(down: Array, slope: Array, held: Mask) -> Array:
    """The way down, where points are held without its part along grad S: that is what sigma^2 / 2 * grad S takes."""
    return down - np.where(held, _dot(down, slope) / np.where(held, _dot(slope, slope), 1.0), 0.0) * slope


def _flowed(points: Array, span: Array, one: Array, held: Mask, objective: Objective) -> Array:
    """Where the flow carries points (runs, 2) in a short time `span` (runs, 1), by Runge and Kutta; `one` is dw/dt."""

    def speed(at: Array) -> Array:
        down = -objective.gradient(at)
        if not held.any():
            return down
        asked = asked_for(objective, held[:, 0])
        return _without(down, _slope_of_sharpness(at, eigen(asked.hessian(at)).along, asked), held)

    two = speed(points + span / 2 * one)
    three = speed(points + span / 2 * two)
    four = speed(points + span * three)
    return points + span / 6 * (one + 2 * two + 2 * three + four)


def _brought_back(points: Array, edge: Array, held: Mask, objective: Objective) -> tuple[Array, Eigen]:
    """Points (runs, 2) that are not beyond the edge (runs, 1), and on it where they were held, and their Hessians."""
    at, wrong = points.copy(), np.ones_like(held)
    for _ in range(TRIES):
        known = eigen(asked_for(objective, wrong[:, 0]).hessian(at))
        wrong = wrong & ((known.high > edge * (1 + NEAR)) | (held & (known.high < edge * (1 - NEAR))))
        if not wrong.any():
            break
        slope = _slope_of_sharpness(at, known.along, asked_for(objective, wrong[:, 0]))
        square = np.where(wrong, _dot(slope, slope), 1.0)
        at = np.where(wrong, at - (known.high - edge) / square * slope, at)
    return at, known


def _slope_of_sharpness(points: Array, along: Array, objective: Objective) -> Array:
    """The gradient (runs, 2) of the Hessian's largest eigenvalue, whose unit eigenvector is `along`."""
    x, y, bend = along[:, :1], along[:, 1:], _third(points, objective)
    return x * x * bend[:, 0, 0] + 2 * x * y * bend[:, 0, 1] + y * y * bend[:, 1, 1]


def _third(points: Array, objective: Objective) -> Array:
    """Third derivatives (runs, 2, 2, 2)."""
    exact = getattr(objective, "third", None)
    if exact is not None:
        return np.asarray(exact(points))
    moved = [(points + step, points - step) for step in np.eye(2) * APART]
    return np.stack([(objective.hessian(a) - objective.hessian(b)) / (2 * APART) for a, b in moved], axis=-1)


def _dot(a: Array, b: Array) -> Array:
    return a[:, :1] * b[:, :1] + a[:, 1:] * b[:, 1:]
