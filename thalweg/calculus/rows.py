"""Formulas that are a mean over rows of data.

What is a polynomial in the data is averaged once: its Taylor series about the columns' means ends, and what is left of
the rows are their central moments, so that (x - d)**2 becomes (x - mean)**2 + variance, whatever the number of rows.
The rest is computed for many rows and points at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from thalweg.calculus.calls import by_ufuncs
from thalweg.calculus.compile import Compiled, Symbolic, listing
from thalweg.calculus.landmarks import Array

BLOCK = 32_768  # points times rows computed at once, so that the parts stay in the processor's cache
DEGREE, MOMENTS = 4, 60  # of a term, and of a formula: more of them would take longer than the rows
APART = 6  # rows whose kinks are looked at one by one: as many as of a formula
Columns = Mapping[Symbolic, Array]  # the symbol of a column -> its number in each row, (rows,)


def mean_of(formula: Symbolic, x: Symbolic, y: Symbolic, columns: Columns) -> Compiled:
    """The mean over the rows of a formula in x, y and the columns' symbols."""
    sympy = _sympy()
    used = {symbol: rows for symbol, rows in columns.items() if formula.has(symbol)}
    plain: list[Symbolic] = []
    rest: list[Symbolic] = []
    left = MOMENTS
    for term in sympy.Add.make_args(formula):
        own = {symbol: rows for symbol, rows in used.items() if term.has(symbol)}
        degree = _degree(term, set(own))
        moments = math.inf if degree is None or degree > DEGREE else _moments(degree, len(own))
        if degree is None or moments > left:
            rest.append(term)
        else:
            left -= int(moments)
            plain.append(_averaged(term, own, degree))
    if not rest:
        return Compiled(sympy.Add(*plain), x, y)
    return OverRows(formula, sympy.Add(*plain), sympy.Add(*rest), (x, y), used)


def _sympy() -> Any:
    import sympy

    return sympy


def _number() -> Callable[[float], Symbolic]:
    from thalweg.calculus.functions import number

    return number


def _moments(degree: int, columns: int) -> int:
    """How many there are from the second to that degree."""
    return max(0, math.comb(degree + columns, degree) - columns - 1)


def _averaged(term: Symbolic, columns: Columns, degree: int) -> Symbolic:
    """The mean of a polynomial in the columns, all of which it holds, by their moments."""
    number = _number()
    middles = {symbol: math.fsum(rows.tolist()) / len(rows) for symbol, rows in columns.items()}
    away = {symbol: rows - middles[symbol] for symbol, rows in columns.items()}
    at = {symbol: number(middle) for symbol, middle in middles.items()}
    made = term.xreplace(at)
    for order in range(2, degree + 1):  # the first moments are nought
        for those in combinations_with_replacement(columns, order):
            slope = term.diff(*those)
            if slope != 0:
                product = np.prod([away[each] for each in those], axis=0)
                moment = math.fsum(product.tolist()) / len(product)
                times = math.prod(math.factorial(those.count(each)) for each in dict.fromkeys(those))
                made += number(moment / times) * slope.xreplace(at)
    return made


def _degree(part: Symbolic, columns: set[Symbolic]) -> int | None:
    """Of a polynomial in the columns' symbols; None for what is none."""
    if not part.free_symbols & columns:
        return 0
    if part.is_Symbol:
        return 1
    if part.is_Pow:
        own = _degree(part.base, columns)
        whole = part.exp.is_Integer and part.exp > 0
        return None if own is None or not whole else own * int(part.exp)
    inner = [_degree(each, columns) for each in part.args]
    known = [each for each in inner if each is not None]
    if len(known) < len(inner) or not (part.is_Add or part.is_Mul):
        return None
    return max(known) if part.is_Add else sum(known)


class OverRows(Compiled):
    """Value, gradient and Hessian of a mean over rows: those of `plain`, without columns, and the mean of `rest`;
    `row` is the whole formula of one row.
    """

    by_ufuncs: Any = None  # compiled loops know no rows

    def __init__(
        self, row: Symbolic, plain: Symbolic, rest: Symbolic, axes: tuple[Symbolic, Symbolic], columns: Columns
    ) -> None:
        self.row, self.plain, self.rest, self.axes, self.columns = row, plain, rest, axes, columns
        self.rows = len(next(iter(columns.values())))
        self._functions = {}

    @cached_property
    def formula(self) -> Symbolic:
        """The sum written out, as long as there are rows."""
        return _sympy().Add(*(self._of_row(self.row, row) for row in range(self.rows))) / self.rows

    def _of_row(self, part: Symbolic, row: int) -> Symbolic:
        number = _number()
        return part.xreplace({symbol: number(float(rows[row])) for symbol, rows in self.columns.items()})

    def _made(self, orders: tuple[int, ...]) -> Callable[[Array], Array]:
        plain = Compiled(self.plain, *self.axes)._made(orders)
        each = RowWise(self.rest, self.axes, self.columns, orders)
        columns = [rows[None] for rows in self.columns.values()]

        def evaluate(points: Array) -> Array:
            result, size = plain(points), max(1, BLOCK // self.rows)
            for low in range(0, len(points), size):
                result[low : low + size] += each(points[low : low + size], columns)
            return result

        return evaluate

    def stretched(self, scale: Sequence[int]) -> Compiled:
        return mean_of(self.row.xreplace(self._times(scale)), *self.axes, self.columns)

    @property
    def parts(self) -> Symbolic:
        return self.row

    def apart(self, zero: Symbolic, bent: Mapping[Symbolic, Symbolic]) -> Iterator[tuple[Symbolic, Compiled]]:
        if not zero.has(*self.columns):
            yield zero, mean_of(self.row.xreplace(bent), *self.axes, self.columns)
            return
        sympy, rows, on = _sympy(), self.rows, self.row.xreplace(bent)
        if rows == 1:
            yield self._of_row(zero, 0), Compiled(self._of_row(on, 0), *self.axes)
            return
        for row in range(min(rows, APART)):
            others = {symbol: np.delete(every, row) for symbol, every in self.columns.items()}
            terms = [sympy.Rational(rows - 1, rows) * each for each in sympy.Add.make_args(self.row)]
            yield self._of_row(zero, row), mean_of(sympy.Add(self._of_row(on, row) / rows, *terms), *self.axes, others)

    def alone(self, inner: Symbolic) -> Iterator[Symbolic]:
        if not inner.has(*self.columns):
            yield inner
        else:
            yield from (self._of_row(inner, row) for row in range(min(self.rows, APART)))


class RowWise:
    """The mean over some rows of a formula's value, gradient and (xx, xy, yy), for the orders asked for."""

    def __init__(
        self, formula: Symbolic, axes: tuple[Symbolic, Symbolic], columns: Columns, orders: Sequence[int]
    ) -> None:
        names = [str(each) for each in (*axes, *columns)]
        self.run = by_ufuncs([listing(formula, *axes, order) for order in orders], *names)
        self.value = by_ufuncs([listing(formula, *axes, 0)], *names)
        self.slopes = len(orders) > 0 and list(orders).count(0)  # from which entry on there are derivatives

    def __call__(self, points: Array, columns: Sequence[Array]) -> Array:
        """(n, entries) at points (n, 2), of rows whose columns are (n, rows) or (1, rows) each."""
        x, y = (np.ascontiguousarray(points[:, axis : axis + 1]) for axis in (0, 1))
        entries = self.run(x, y, *columns)
        result = np.empty((len(points), len(entries)))
        for index, entry in enumerate(entries):
            result[:, index] = _mean(entry)
        if np.isnan(result[:, self.slopes :]).any():  # 0/0 in a row, as Compiled has it, is 0 in that row alone
            (value,) = self.value(x, y, *columns)
            for index in range(self.slopes, len(entries)):
                entry = np.where(np.isnan(entries[index]) & np.isfinite(value), 0.0, entries[index])
                result[:, index] = _mean(entry)
        return result


def _mean(entry: Any) -> Any:
    """Over the rows: the same bits however many points there are."""
    return np.ascontiguousarray(entry).mean(axis=1) if np.ndim(entry) else entry
