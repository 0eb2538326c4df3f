"""Gradient descent that looks along its line: Armijo's rule, or the exact minimum, in place of a rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thalweg.engine.asked import asked_for, not_counted
from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.registry import parameter

Mask = npt.NDArray[np.bool_]
Slope = Callable[[Array, Mask], Array]
NEAR = 1e-14  # of the slope at the line's beginning: a smaller one is rounding


@dataclass(frozen=True)
class LineSearch(Optimizer):
    r"""Steepest descent whose rate is searched anew in each step, along the line of the gradient.

    Rule, |.| the length of the whole gradient::

        g = grad f(w)
        Armijo:  r = lr, then r = shrink * r until f(w - r g) <= f(w) - c * r * |g|^2
        exact:   r where the slope along the line, -g . grad f(w - r g), is zero and f has its minimum
        w = w - r g

    Exact steps end where the line touches a level line, so that each is at a right angle to the one before. They look
    for the minimum between w and the first of lr, 2 lr, 4 lr, ... at which f rises along the line, by the Illinois form
    of regula falsi and halving, until neighbouring numbers are reached; where f falls for ever, w diverges.
    Armijo's steps go no further than lr; w rests where no step that changes w is low enough.

    Arguments: lr, >= 0: the first rate that is tried; exact, false or true; shrink in [0.1, 0.9] and c in [0, 1) of
    Armijo's rule. Inner state: rate (r).
    Armijo asks for one gradient a step, for f once and once for each rate tried; exact for a gradient at each rate. The
    loss and the slopes that the search looks at have the noise of the config's gradients only.

    Reference: Nocedal and Wright, "Numerical optimization" (2006), algorithm 3.1 with p = -g, alpha-bar = lr and
    rho = shrink, and section 3.1 for the exact one; Armijo, "Minimization of functions having Lipschitz continuous
    first partial derivatives", Pacific J. Math. 16 (1966); Dowell and Jarratt, "A modified regula falsi method for
    computing the root of an equation", BIT 11 (1971). Code: optax.scale_by_backtracking_linesearch 0.2.8 with
    increase_factor = inf and decrease_factor = shrink.

    Where libraries differ: torch has a line search in LBFGS alone. optax begins each search at 1.5 times the last rate
    unless told otherwise, and shrinks by 0.8.
    """

    display_name = "Line search"
    steered_by_loss = True
    formula = (
        ("gradient", r"g = \nabla f(w)"),
        ("Armijo: r = lr, shrink lr, ... until", r"f(w - r\, g) \leq f(w) - c\, r\, \Vert g \Vert^2"),
        ("exact: the minimum along the line", r"r = \mathrm{argmin}_r\ f(w - r\, g)"),
        ("step", r"w \leftarrow w - r\, g"),
    )

    lr: float = parameter(1.0, low=0, doc="the first rate that is tried")
    exact: bool = parameter(False, doc="go to the minimum along the line instead of far enough down")
    shrink: float = parameter(0.5, low=0.1, high=0.9, doc="factor of the rate after each try that failed")
    c: float = parameter(1e-4, low=0, high=1, high_open=True, doc="share of the tangent's fall that f has to fall")

    def formula_lines(self) -> tuple[tuple[str, str], ...]:
        return tuple(line for line in self.formula if not line[0].startswith("Armijo" if self.exact else "exact"))

    def init(self, points: Array, hyper: Hyper) -> State:
        return {"rate": np.zeros((len(points), 1))}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        first = np.zeros((len(points), 1)) + hyper.lr
        rate = (_exact if hyper.exact else _armijo)(points, first, objective, hyper)
        moved = points - rate * not_counted(objective).gradient(points)  # the gradient that counts as the step's
        return {"rate": rate}, moved


def _armijo(points: Array, rate: Array, objective: Objective, hyper: Hyper) -> Array:
    """The rates (runs, 1) of Armijo's rule."""
    gradient, here = objective.gradient(points), objective.value(points)[:, None]
    square, trying = _dot(gradient, gradient), np.ones(len(points), dtype=bool)
    while trying.any():
        there = points - rate * gradient
        value = asked_for(objective, trying).value(there)[:, None]
        enough = (value <= here - hyper.c * rate * square) | (there == points).all(axis=1, keepdims=True)
        trying = trying & ~enough[:, 0]
        rate = np.where(trying[:, None], hyper.shrink * rate, rate)
    return rate


def _exact(points: Array, rate: Array, objective: Objective, hyper: Hyper) -> Array:
    """The rates (runs, 1) at which the slope along the line is zero."""
    gradient = objective.gradient(points)

    def slope(rate: Array, of: Mask) -> Array:
        return -_dot(asked_for(objective, of[:, 0]).gradient(points - rate * gradient), gradient)

    low, at_low = np.zeros_like(rate), -_dot(gradient, gradient)
    high, at_high = rate, np.zeros_like(rate)
    falls = (at_low < 0) & (rate > 0)
    while falls.any():
        found = slope(high, falls)
        at_high = np.where(falls, found, at_high)
        falls = falls & (found < 0) & np.isfinite(high)
        low, at_low = np.where(falls, high, low), np.where(falls, found, at_low)
        high = np.where(falls, 2 * high, high)
    return _root(slope, (low, at_low), (high, at_high))


def _root(slope: Slope, left: tuple[Array, Array], right: tuple[Array, Array]) -> Array:
    """Where the slope, below zero at the left and not so at the right, (place, slope) each, is zero: (runs, 1)."""
    (low, at_low), (high, at_high) = left, right
    flat, place = NEAR * np.abs(at_low), high
    open_, side, turn = (at_high != 0) & (low < high), np.zeros_like(low), 0
    while open_.any():
        cut = high - at_high * ((high - low) / (at_high - at_low))
        halved = low + (high - low) / 2
        turn += 1
        inside = (cut > low) & (cut < high) & (turn % 3 != 0)  # each third halves: a cut alone may creep
        place = np.where(open_, np.where(inside, cut, halved), place)
        found = slope(place, open_)
        open_ = open_ & (place > low) & (place < high) & ~(np.abs(found) <= flat)
        left_, right_ = open_ & (found < 0), open_ & ~(found < 0)
        at_low = np.where(left_, found, np.where(right_ & (side > 0), at_low / 2, at_low))  # Illinois
        at_high = np.where(right_, found, np.where(left_ & (side < 0), at_high / 2, at_high))
        low, high = np.where(left_, place, low), np.where(right_, place, high)
        side = np.where(left_, -1.0, np.where(right_, 1.0, side))
    return place


def _dot(a: Array, b: Array) -> Array:
    return a[:, :1] * b[:, :1] + a[:, 1:] * b[:, 1:]
