"""A formula's gradient and Hessian over whole cells at once: intervals that hold every value they take there.

Interval arithmetic after Moore, Kearfott and Cloud, "Introduction to Interval Analysis" (SIAM 2009), chapters 2, 5 and
8. Every operation is widened outwards by a few units in the last place, so that what an interval leaves out is out for
floating point, too; over a single point, the width bounds how far rounding can move the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thalweg.calculus.compile import Compiled, Tape
from thalweg.calculus.rows import OverRows

Array = NDArray[np.float64]
Interval = tuple[Any, Any]  # lower and upper ends: numbers, or (n,) each
Symbolic = Any
WIDER, LEAST = 4e-16, 1e-300  # relative and absolute widening of each operation
TURN = 2 * math.pi
MOST_NUMBERS, LEAST_CELLS = 1_000_000, 500  # kept at once


class UnknownOperation(Exception):
    """The formula holds a function whose intervals are not known."""


def widened(low: Any, high: Any) -> Interval:
    """One operation's rounding outwards."""
    return low - (np.abs(low) * WIDER + LEAST), high + (np.abs(high) * WIDER + LEAST)


def add(one: Interval, other: Interval) -> Interval:
    """one + other."""
    return widened(one[0] + other[0], one[1] + other[1])


def multiply(one: Interval, other: Interval) -> Interval:
    """one * other."""
    products = [a * b for a in one for b in other]
    low = np.minimum(np.minimum(products[0], products[1]), np.minimum(products[2], products[3]))
    high = np.maximum(np.maximum(products[0], products[1]), np.maximum(products[2], products[3]))
    if np.isnan(low).any():  # 0 * inf: nought times whatever; or the operation behind it is defined nowhere
        nowhere = np.isnan(one[0]) | np.isnan(other[0])
        products = [np.nan_to_num(each, nan=0.0, posinf=np.inf, neginf=-np.inf) for each in products]
        low = np.where(nowhere, np.nan, np.min(np.broadcast_arrays(*products), axis=0))
        high = np.where(nowhere, np.nan, np.max(np.broadcast_arrays(*products), axis=0))
    return widened(low, high)


def reciprocal(a: Interval) -> Interval:
    """1 / a; without a bound where a holds 0."""
    low, high = a
    across, one = (low < 0) & (high > 0), np.ones(())
    below = np.where(across | (high == 0), -np.inf, one / high)
    above = np.where(across | (low == 0), np.inf, one / low)
    below, above = np.where(high == 0, -np.inf, below), np.where(low == 0, np.inf, above)
    zero = (low == 0) & (high == 0)
    return widened(np.where(zero, -np.inf, below), np.where(zero, np.inf, above))


def whole_power(a: Interval, exponent: int) -> Interval:
    """a ** exponent."""
    if exponent < 0:
        return reciprocal(whole_power(a, -exponent))
    low, high = np.asarray(a[0], np.float64), np.asarray(a[1], np.float64)
    first, second = low**exponent, high**exponent
    if exponent % 2:
        return _roomier(first, second, exponent)
    across = (low < 0) & (high > 0)
    return _roomier(np.where(across, 0.0, np.minimum(first, second)), np.maximum(first, second), exponent)


def _roomier(low: Any, high: Any, operations: float) -> Interval:
    """Widened for a function that numpy rounds less well."""
    much = 4 + 2 * math.log2(1 + abs(operations))
    return low - (np.abs(low) * much * WIDER + LEAST), high + (np.abs(high) * much * WIDER + LEAST)


def rising(
    function: Callable[[Any], Any],
    lowest: float = -math.inf,
    highest: float = math.inf,
    least: float = -math.inf,
    most: float = math.inf,
) -> Callable[[Interval], Interval]:
    """The intervals of a rising function that is defined from `lowest` to `highest` and takes values `least` to `most`;
    nan where the cell lies outside of that.
    """

    def apply(a: Interval) -> Interval:
        nowhere = (a[1] < lowest) | (a[0] > highest)
        low, high = _roomier(function(np.clip(a[0], lowest, highest)), function(np.clip(a[1], lowest, highest)), 1)
        return (np.where(nowhere, np.nan, np.maximum(low, least)), np.where(nowhere, np.nan, np.minimum(high, most)))

    return apply


def negative(a: Interval) -> Interval:
    """-a."""
    return -a[1], -a[0]


def cosine(a: Interval) -> Interval:
    """A crest at each whole turn, a trough half a turn after it."""
    low, high = np.asarray(a[0], np.float64), np.asarray(a[1], np.float64)
    slack = 4e-16 * (np.abs(low) + np.abs(high))
    ends = np.cos(low), np.cos(high)
    crest = np.floor((high + slack) / TURN) >= np.ceil((low - slack) / TURN)
    trough = np.floor((high + slack) / TURN - 0.5) >= np.ceil((low - slack) / TURN - 0.5)
    unknown = ~(np.isfinite(low) & np.isfinite(high))
    below = np.where(trough | unknown, -1.0, np.minimum(*ends) - 4 * WIDER - slack)
    above = np.where(crest | unknown, 1.0, np.maximum(*ends) + 4 * WIDER + slack)
    nowhere = np.isnan(low)
    return np.where(nowhere, np.nan, np.maximum(below, -1.0)), np.where(nowhere, np.nan, np.minimum(above, 1.0))


def sine(a: Interval) -> Interval:
    """A quarter of a turn behind the cosine."""
    return cosine(widened(a[0] - math.pi / 2, a[1] - math.pi / 2))


def tangent(a: Interval) -> Interval:
    """Without a bound where a pole may be inside."""
    pole = np.floor(a[1] / math.pi - 0.5) >= np.ceil(a[0] / math.pi - 0.5)
    pole = pole | ~(np.isfinite(a[0]) & np.isfinite(a[1]))
    low, high = _roomier(np.tan(a[0]), np.tan(a[1]), 8)
    return np.where(pole, -np.inf, low), np.where(pole, np.inf, high)


def hyperbolic_cosine(a: Interval) -> Interval:
    """Least at 0, or at what is nearest to it."""
    far, near = np.maximum(np.abs(a[0]), np.abs(a[1])), np.minimum(np.abs(a[0]), np.abs(a[1]))
    return _roomier(np.cosh(np.where((a[0] < 0) & (a[1] > 0), 0.0, near)), np.cosh(far), 4)


def absolute(a: Interval) -> Interval:
    """abs(a)."""
    near = np.minimum(np.abs(a[0]), np.abs(a[1]))
    return np.where((a[0] < 0) & (a[1] > 0), 0.0, near), np.maximum(np.abs(a[0]), np.abs(a[1]))


exponential, logarithm = rising(np.exp, least=0.0), rising(np.log, lowest=0.0)
FUNCTIONS: dict[str, Callable[..., Interval]] = {
    "exp_": exponential,
    "log_": logarithm,
    "sqrt_": rising(np.sqrt, lowest=0.0, least=0.0),
    "sin_": sine,
    "cos_": cosine,
    "tan_": tangent,
    "asin_": rising(np.arcsin, -1.0, 1.0),
    "acos_": lambda a: negative(rising(lambda b: -np.arccos(b), -1.0, 1.0)(a)),
    "atan_": rising(np.arctan),
    "sinh_": rising(np.sinh),
    "cosh_": hyperbolic_cosine,
    "tanh_": rising(np.tanh, least=-1.0, most=1.0),
    "abs_": absolute,
    "sign_": lambda a: (np.sign(a[0]), np.sign(a[1])),
    "step_": lambda a: (np.heaviside(a[0], 0.5), np.heaviside(a[1], 0.5)),
    "max_": lambda a, b: (np.maximum(a[0], b[0]), np.maximum(a[1], b[1])),
    "min_": lambda a, b: (np.minimum(a[0], b[0]), np.minimum(a[1], b[1])),
    "pow_": lambda a, b: exponential(multiply(b, logarithm(a))),
}


class Cells:
    """Intervals of one formula's first and second derivatives over cells.

    Raises UnknownOperation for a formula with a function that has no intervals here.
    """

    def __init__(self, formula: Symbolic, x: Symbolic, y: Symbolic) -> None:
        self.axes, self.lines, self.wanted = (x, y), {}, {}
        bent = _bent(formula)
        for order in (0, 1, 2):
            tape = Tape(x, y, order)
            jet = tape.jet(bent if order else formula)
            self.wanted[order] = list(jet[order]) if order else [jet[0]]
            self.lines[order] = tape.lines(self.wanted[order])
        self.kinked: Any = False

    @property
    def length(self) -> int:
        """How many operations gradient and Hessian take."""
        return sum(len(line.args) for lines in self.lines.values() for _, line in lines) + 1

    def value(self, low: Array, high: Array) -> Array:
        """Cells with corners low and high (n, 2): (n, 2), the interval of the value."""
        ends: Array = self._run(0, low, high)[:, 0]
        return ends

    def gradient(self, low: Array, high: Array) -> Array:
        """Cells with corners low and high (n, 2): (n, 2, 2), the interval of each component."""
        return self._run(1, low, high)

    def hessian(self, low: Array, high: Array) -> tuple[Array, NDArray[np.bool_]]:
        """(n, 3, 2), the intervals of xx, xy, yy; (n,) whether a kink may run through the cell, where they say nothing
        about the gradient's jump.
        """
        ends = self._run(2, low, high)
        return ends, self.kinked

    def _run(self, order: int, low: Array, high: Array) -> Array:
        """By blocks, so that all intervals of one stay in the processor's cache, and memory is bounded."""
        most = self._at_once(len(self.lines[order]) + 1)
        if len(low) <= most:
            return self._block(order, low, high)
        parts, kinked = [], []
        for begin in range(0, len(low), most):
            parts.append(self._block(order, low[begin : begin + most], high[begin : begin + most]))
            kinked.append(self.kinked)
        self.kinked = np.concatenate(kinked)
        return np.concatenate(parts)

    def _at_once(self, kept: int) -> int:
        """How many cells, of each of which so many intervals are kept."""
        return max(LEAST_CELLS, MOST_NUMBERS // kept)

    def _block(self, order: int, low: Array, high: Array) -> Array:
        self.kinked = np.zeros(len(low), dtype=bool)
        known: dict[Symbolic, Interval] = {axis: (low[:, i], high[:, i]) for i, axis in enumerate(self.axes)}
        with np.errstate(all="ignore"):
            for name, operation in self.lines[order]:
                known[name] = self._of(operation, known)
            ends = [self._of(one, known) for one in self.wanted[order]]
        made = np.empty((len(low), len(ends), 2))
        for index, (below, above) in enumerate(ends):
            made[:, index, 0], made[:, index, 1] = below, above
        return made

    def _of(self, operation: Symbolic, known: dict[Symbolic, Interval]) -> Interval:
        if operation.is_Symbol:
            return known[operation]
        if operation.is_number and not operation.args:
            value = float(operation)
            exact = operation.is_Integer or operation.is_Float
            return (value, value) if exact else widened(value, value)
        if operation.is_Add:
            return _folded(add, (self._of(part, known) for part in operation.args))
        if operation.is_Mul:
            return self._product(operation.args, known)
        if operation.is_Pow:
            return self._power(operation, known)
        name, parts = type(operation).__name__, [self._of(part, known) for part in operation.args]
        name += "_" * (not name.endswith("_"))  # sympy's own function, in the formula of a member
        if name not in FUNCTIONS:
            raise UnknownOperation(name)
        if name in ("sign_", "step_"):
            self.kinked = self.kinked | ((parts[0][0] <= 0) & (parts[0][1] >= 0))
        return FUNCTIONS[name](*parts)

    def _product(self, factors: Iterable[Symbolic], known: dict[Symbolic, Interval]) -> Interval:
        result: Interval | None = None
        scale = 1.0
        for factor in factors:
            if factor.is_Integer:
                scale *= float(factor)
                continue
            own = self._of(factor, known)
            result = own if result is None else multiply(result, own)
        if result is None:
            return scale, scale
        if scale == 1.0:
            return result
        low, high = result[0] * scale, result[1] * scale
        return widened(low, high) if scale > 0 else widened(high, low)

    def _power(self, operation: Symbolic, known: dict[Symbolic, Interval]) -> Interval:
        base, exponent = operation.args
        own = self._of(base, known)
        if exponent.is_Integer:
            return whole_power(own, int(exponent))
        if exponent.is_number:
            power = float(exponent)
            root = rising(lambda a: a ** abs(power), lowest=0.0, least=0.0)(own)
            return root if power > 0 else reciprocal(root)
        return FUNCTIONS["pow_"](own, self._of(exponent, known))


def cells_of(compiled: Compiled) -> Cells:
    """The intervals of a compiled formula. Raises UnknownOperation."""
    return RowCells(compiled) if isinstance(compiled, OverRows) else Cells(compiled.formula, *compiled.axes)


class RowCells(Cells):
    """Intervals of a mean over rows."""

    def __init__(self, of: OverRows) -> None:
        super().__init__(of.rest, *of.axes)
        self.plain, self.rows = Cells(of.plain, *of.axes), of.rows
        self.columns = {symbol: (rows[None], rows[None]) for symbol, rows in of.columns.items()}

    @property
    def length(self) -> int:
        return super().length * self.rows + self.plain.length

    def _at_once(self, kept: int) -> int:
        return max(1, MOST_NUMBERS // (kept * self.rows))

    def _block(self, order: int, low: Array, high: Array) -> Array:
        made = self.plain._block(order, low, high)
        self.kinked = np.zeros((len(low), 1), dtype=bool)
        sides = ((low[:, i : i + 1], high[:, i : i + 1]) for i in range(2))
        known: dict[Symbolic, Interval] = {**dict(zip(self.axes, sides, strict=True)), **self.columns}
        with np.errstate(all="ignore"):
            for name, operation in self.lines[order]:
                known[name] = self._of(operation, known)
            for index, one in enumerate(self.wanted[order]):
                ends = add((made[:, index, 0], made[:, index, 1]), _mean(self._of(one, known)))
                made[:, index, 0], made[:, index, 1] = ends
        self.kinked = self.kinked.any(axis=1) | self.plain.kinked
        return made


def _mean(ends: Interval) -> Interval:
    """Over the last axis, where there is one; a sum in pairs rounds no worse than so many sums in a row."""
    if not np.ndim(ends[0]):
        return ends
    low, high = (np.ascontiguousarray(each).mean(axis=1) for each in ends)
    slack = 10 * WIDER * np.maximum(np.abs(ends[0]), np.abs(ends[1])).mean(axis=1) + LEAST
    return low - slack, high + slack


def _bent(formula: Symbolic) -> Symbolic:
    """The formula with max(a, b) as b + max(a - b, 0) and min(a, b) as b - max(b - a, 0): at a kink, the interval of
    its slope then reaches from that of one side to that of the other, and no farther. What comes twice is the shorter
    of the two; where the formula grows much all the same, it stays as it is.
    """
    from thalweg.calculus.functions import larger, smaller

    def walk(part: Symbolic) -> tuple[Symbolic, int]:
        made = [walk(each) for each in part.args]
        length = 1 + sum(own for _, own in made)
        if part.func not in (larger, smaller):
            return (part.func(*(each for each, _ in made)) if made else part), length
        (one, _), (other, own) = sorted(made, key=lambda each: (each[0].is_number, -each[1]))
        if other.is_number:
            return part.func(one, other), length
        return other + (larger(one - other, 0) if part.func == larger else -larger(other - one, 0)), length + own + 4

    if not formula.has(larger, smaller):
        return formula
    import sympy

    before = sum(1 for _ in sympy.preorder_traversal(formula))
    bent, after = walk(formula)
    return bent if after <= 4 * before else formula


def _folded(function: Callable[[Interval, Interval], Interval], parts: Iterable[Interval]) -> Interval:
    result, *rest = parts
    for part in rest:
        result = function(result, part)
    return result
