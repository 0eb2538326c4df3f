"""From one sympy expression to numpy: value, gradient, Hessian and third derivatives at many points.

Differentiating a formula as a whole can square its size twice; here the chain rule is applied to one operation at a
time (forward mode), each result gets a name, and equal results get the same name. So the Hessian of a formula of n
operations takes some multiple of n lines, whatever its form, and every shared subexpression is computed once. Third
derivatives are the first ones of those lines.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thalweg.calculus.calls import Listing, by_ufuncs, function, one_point

Array = NDArray[np.float64]
Symbolic = Any
BLOCK = 8192  # points computed at once, so that the named results stay in the processor's cache
MOST = 64  # results a function may keep memory for between two calls
PAIRS = tuple(combinations_with_replacement(range(2), 2))  # second derivatives: xx, xy, yy


class Tape:
    """Named results of a formula's operations, with their derivatives by x and y up to `order`."""

    def __init__(self, x: Symbolic, y: Symbolic, order: int) -> None:
        import sympy

        self.sympy, self.axes, self.order = sympy, (x, y), order
        self.names: dict[Symbolic, Symbolic] = {}
        self.made: dict[Symbolic, Symbolic] = {}  # name -> the operation it stands for, where names are differentiated
        self.jets: dict[Symbolic, tuple[Symbolic, list[Symbolic], list[Symbolic]]] = {}

    def name(self, operation: Symbolic) -> Symbolic:
        """The symbol that stands for this operation's result; numbers and symbols stand for themselves."""
        if operation.is_Atom:
            return operation
        if operation not in self.names:
            self.names[operation] = self.sympy.Symbol(f"t{len(self.names)}", real=True)
        return self.names[operation]

    def share(self, formula: Symbolic) -> Symbolic:
        """The formula's name, every power and function inside it named too."""
        if formula.is_Atom:
            return formula
        rebuilt = formula.func(*(self.share(part) for part in formula.args))
        return self.name(rebuilt) if formula.is_Pow or formula.is_Function else rebuilt

    def sum(self, terms: Iterable[Symbolic]) -> Symbolic:
        return self.name(self.sympy.Add(*terms))

    def jet(self, formula: Symbolic) -> tuple[Symbolic, list[Symbolic], list[Symbolic]]:
        """(value, [d/dx, d/dy], [d2/dx2, d2/dxdy, d2/dy2]) as names; the lists are empty above `order`."""
        if formula not in self.jets:
            self.jets[formula] = self._jet(formula)
        return self.jets[formula]

    def _jet(self, formula: Symbolic) -> tuple[Symbolic, list[Symbolic], list[Symbolic]]:
        zero = self.sympy.S.Zero
        if formula in self.made:
            return formula, *self.jet(self.made[formula])[1:]
        if formula.is_Atom:
            first = [self.sympy.S(int(formula == axis)) for axis in self.axes]
            return formula, first[: 2 * (self.order > 0)], [zero] * (3 * (self.order > 1))
        if formula.is_Mul and len(formula.args) > 2:
            return self._product(formula.args)
        return self.jet_of(formula.func, [self.jet(part) for part in formula.args])

    def _product(self, factors: tuple[Symbolic, ...]) -> tuple[Symbolic, list[Symbolic], list[Symbolic]]:
        if len(factors) == 1:
            return self.jet(factors[0])
        middle = len(factors) // 2  # halves, so that long products stay shallow
        return self.jet_of(self.sympy.Mul, [self._product(factors[:middle]), self._product(factors[middle:])])

    def jet_of(self, function: Any, parts: list[Any]) -> tuple[Symbolic, list[Symbolic], list[Symbolic]]:
        """The chain rule for one operation on parts whose jets are known."""
        values = [part[0] for part in parts]
        value = self.name(function(*values))
        if function is self.sympy.Add:
            return value, *(
                [self.sum(slopes) for slopes in zip(*(part[k] for part in parts), strict=True)] for k in (1, 2)
            )
        moving = [i for i, part in enumerate(parts) if any(part[1])]
        slope = {i: self.partial(function, values, (i,)) for i in moving} if self.order else {}
        first = [self.sum(slope[i] * parts[i][1][a] for i in moving) for a in range(2)] if self.order else []
        if self.order < 2:
            return value, first, []
        bend = {pair: self.partial(function, values, pair) for pair in ((i, j) for i in moving for j in moving)}
        second = [
            self.sum(
                [slope[i] * parts[i][2][k] for i in moving]
                + [bend[i, j] * self.name(parts[i][1][a] * parts[j][1][b]) for i, j in bend]
            )
            for k, (a, b) in enumerate(PAIRS)
        ]
        return value, first, second

    def partial(self, function: Any, values: list[Symbolic], wanted: tuple[int, ...]) -> Symbolic:
        """The name of the derivative of function(*values) by the arguments at the positions wanted."""
        sympy = self.sympy
        if function is sympy.Pow and not values[1].is_Number:
            from thalweg.calculus.functions import power as function
        if function is sympy.Mul:
            result = math.prod((values[i] for i in range(2) if i not in wanted), start=sympy.S.One)
            if len(wanted) == 2 and wanted[0] == wanted[1]:
                return sympy.S.Zero
        elif function is sympy.Pow:
            exponent = values[1]
            result = math.prod((exponent - k for k in range(len(wanted))), start=sympy.S.One) * values[0] ** (
                exponent - len(wanted)
            )
        else:
            holes, result = derivative(function, len(values), wanted)
            result = result.xreplace(dict(zip(holes, values, strict=True)))
        return self.name(self.share(result))

    def further(self, results: list[Symbolic]) -> Tape:
        """The tape that differentiates results of this one once, and goes on with its names."""
        tape = Tape(*self.axes, 1)
        tape.names, tape.made = self.names, {name: operation for operation, name in self.names.items()}
        for name, _ in self.lines(results):  # each before those that need it, so that nothing is nested deeply
            tape.jet(name)
        return tape

    def lines(self, wanted: list[Symbolic]) -> list[tuple[Symbolic, Symbolic]]:
        """(name, operation) in the order of computing, without what the wanted names do not need."""
        needed = set().union(*(result.free_symbols for result in wanted))
        kept = []
        for operation, name in reversed(self.names.items()):
            if name in needed:
                needed |= operation.free_symbols
                kept.append((name, operation))
        return kept[::-1]


@lru_cache(256)
def derivative(function: Any, count: int, wanted: tuple[int, ...]) -> tuple[list[Symbolic], Symbolic]:
    """The derivative of a function of `count` arguments by those at the positions wanted, and what stands for them."""
    import sympy

    holes = [sympy.Dummy(real=True) for _ in range(count)]
    result = function(*holes)
    for i in wanted:
        result = result.diff(holes[i])
    return holes, result


def listing(formula: Symbolic, x: Symbolic, y: Symbolic, order: int) -> Listing:
    """The value, gradient, (xx, xy, yy), (xxx, xxy, xyy, yyy) of the formula, by order 0 to 3, one operation a line."""
    from thalweg.calculus.printer import Printer

    tape, printer = Tape(x, y, min(order, 2)), Printer()
    jet = tape.jet(formula)
    wanted = [jet[0]] if order == 0 else list(jet[min(order, 2)])
    if order == 3:
        xx, _, yy = wanted
        tape = tape.further([xx, yy])
        wanted = [*tape.jet(xx)[1], *tape.jet(yy)[1]]
    return (
        [(str(name), printer.text(operation)) for name, operation in tape.lines(wanted)],
        [printer.text(result) for result in wanted],
    )


def compiled(formula: Symbolic, x: Symbolic, y: Symbolic, orders: Sequence[int]) -> Callable[[Array], Array]:
    """points (n, 2) -> (n, entries): value, gradient, (xx, xy, yy), (xxx, xxy, xyy, yyy) of the formula, for the orders
    0 to 3 asked for; to be called where numpy's warnings are off.

    Each entry is in one piece in memory; x and y at best are too.
    """
    parts = [listing(formula, x, y, order) for order in orders]
    (run, places), alone = function(parts, str(x), str(y)), one_point(parts, str(x), str(y))
    entries, own = sum(order + 1 for order in orders), threading.local()

    def evaluate(points: Array) -> Array:
        if len(points) == 1:
            return np.array([alone(*points[0].tolist())], dtype=np.float64)
        result = np.empty((entries, len(points)))
        size = min(BLOCK, len(points))
        scratch = getattr(own, "scratch", None)  # the same memory again and again is in the processor's cache
        if scratch is None or scratch.shape[1] < size:
            scratch = np.empty((places, size))
            own.scratch = scratch if places <= MOST else None
        for begin in range(0, len(points), BLOCK):
            part = points[begin : begin + BLOCK]
            columns = np.ascontiguousarray(part[:, 0]), np.ascontiguousarray(part[:, 1])
            for row, entry in zip(result, run(*columns, scratch[:, : len(part)]), strict=True):
                row[begin : begin + BLOCK] = entry
        return result.T

    return evaluate


class Compiled:
    """A formula's value, gradient, Hessian and third derivatives at points (..., 2), each compiled on first use.

    Where the formula is finite but a derivative comes out as 0/0 (the tip of a cone, sqrt(x**2 + y**2) at the origin),
    the derivative is 0. What is infinite stays infinite, and where the formula is nan so are its derivatives.
    """

    def __init__(self, formula: Symbolic, x: Symbolic, y: Symbolic) -> None:
        self.formula, self.axes = formula, (x, y)
        self._functions: dict[tuple[int, ...], Callable[[Array], Array]] = {}

    def _made(self, orders: tuple[int, ...]) -> Callable[[Array], Array]:
        """As `compiled`."""
        return compiled(self.formula, *self.axes, orders)

    def stretched(self, scale: Sequence[int]) -> Compiled:
        """The same in units of x and y that are so many times larger."""
        return Compiled(self.formula.xreplace(self._times(scale)), *self.axes)

    def _times(self, scale: Sequence[int]) -> dict[Symbolic, Symbolic]:
        return {axis: by * axis for axis, by in zip(self.axes, scale, strict=True)}

    @property
    def parts(self) -> Symbolic:
        """What the formula's kinks and roots are looked for in."""
        return self.formula

    def apart(self, zero: Symbolic, bent: Mapping[Symbolic, Symbolic]) -> Iterator[tuple[Symbolic, Compiled]]:
        """What is zero along each kink that `zero` says, and the formula with its parts there put in."""
        yield zero, Compiled(self.formula.xreplace(bent), *self.axes)

    def alone(self, inner: Symbolic) -> Iterator[Symbolic]:
        """What stands under each root that `inner` says."""
        yield inner

    def _flat(self, points: Array, *orders: int) -> Array:
        if orders not in self._functions:
            self._functions[orders] = self._made(orders)
        with np.errstate(all="ignore"):
            result = self._functions[orders](points)
            # a quick look: nan adds up to nan
            some = math.isnan(sum(result[0].tolist()) if len(result) == 1 else np.add.reduce(result, axis=None))
        if not some:
            return result
        slopes = result[:, orders.count(0) :]
        if slopes.size:
            holes = np.asarray(np.isnan(slopes).any(axis=1))
            if holes.any():
                holes[holes] = np.isfinite(self._flat(points[holes], 0)[:, 0])
                slopes[holes] = np.nan_to_num(slopes[holes], nan=0.0, posinf=np.inf, neginf=-np.inf)
        result[np.isnan(result)] = np.nan  # their signs depend on how many points are computed at once
        return result

    def _at(self, points: ArrayLike, *orders: int) -> tuple[Array, tuple[int, ...]]:
        at = np.asarray(points, dtype=np.float64)
        if at.shape[-1:] != (2,):
            raise ValueError(f"points must have shape (..., 2), not {at.shape}")
        return self._flat(at if at.ndim == 2 else at.reshape(-1, 2), *orders), at.shape[:-1]

    def value_and_gradient(self, points: ArrayLike) -> tuple[Array, Array]:
        """What `value` and `gradient` give, to the bit, what they share computed once."""
        result, shape = self._at(points, 0, 1)
        if len(shape) == 1:
            return result[:, 0], result[:, 1:]
        return result[:, 0].reshape(shape), result[:, 1:].reshape(*shape, 2)

    def by_ufuncs(self, x: Any, y: Any) -> tuple[Any, Any, Any]:
        """f, df/dx, df/dy by calls of numpy's functions on x and y, of any kind that these take; 0/0 stays nan."""
        result: tuple[Any, Any, Any] = by_ufuncs(
            [listing(self.formula, *self.axes, order) for order in (0, 1)], *map(str, self.axes)
        )(x, y)
        return result

    def value(self, points: ArrayLike) -> Array:
        result, shape = self._at(points, 0)
        return result.reshape(shape)

    def gradient(self, points: ArrayLike) -> Array:
        result, shape = self._at(points, 1)
        return result.reshape(*shape, 2)

    def hessian(self, points: ArrayLike) -> Array:
        result, shape = self._at(points, 2)
        return result[:, [0, 1, 1, 2]].reshape(*shape, 2, 2)

    def third(self, points: ArrayLike) -> Array:
        result, shape = self._at(points, 3)
        return result[:, [0, 1, 1, 2, 1, 2, 2, 3]].reshape(*shape, 2, 2, 2)
