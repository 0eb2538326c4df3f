"""A step of an elementwise rule written down: which numpy calls it makes on what, found by making it once.

The rule runs on stand-ins for its arrays (points and state), which note what is asked of them. A rule that asks for
more than calls on whole arrays, an index, a sum or a branch on what is in them, cannot be written down so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

Line = tuple[Any, tuple[int, ...]]  # a ufunc, "where", "input" or "number", and what it works on: earlier lines
TRUTHS = (np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal)
LOGIC = (np.bitwise_and, np.bitwise_or)
TRUE = {*TRUTHS, *LOGIC}
Formula = Callable[[Any, Any], tuple[Any, Any, Any]]  # columns x, y -> value, d/dx, d/dy, by ufuncs


class Untraceable(Exception):
    """The step cannot be written down so; its text says why."""

    def __init__(self, why: str = "its rule asks for more than calls on whole arrays") -> None:
        super().__init__(why)


class Trace:
    """The lines so far, none of them twice, and the value of each number among them, which may differ in every step."""

    def __init__(self, before: Trace | None = None) -> None:
        """before: a trace that this one goes on from."""
        self.lines: list[Line] = [*before.lines] if before else []
        self.numbers: list[float] = [*before.numbers] if before else []
        self.known: dict[Line, int] = {**before.known} if before else {}

    def add(self, what: Any, *operands: int) -> int:
        line = what, operands
        if line not in self.known:
            self.known[line] = len(self.lines)
            self.lines.append(line)
        return self.known[line]

    def call(self, what: Any, operands: list[tuple[int, int]]) -> tuple[int, int]:
        """The lines (for x, for y) of a call whose operands are given so."""
        for place, (x, _) in enumerate(operands):
            if (self.lines[x][0] in TRUE) != (what in LOGIC or (what == "where" and place == 0)):
                raise Untraceable  # numpy adds and multiplies truths by rules of their own
        return self.add(what, *(x for x, _ in operands)), self.add(what, *(y for _, y in operands))

    def lines_of(self, given: Any) -> tuple[int, int]:
        """The lines (for x, for y) of what a call is given."""
        if isinstance(given, Traced):
            return given.lines
        if type(given) not in (int, float) and (np.ndim(given) or np.asarray(given).dtype.kind not in "if"):
            raise Untraceable
        self.numbers.append(float(given))
        line = self.add("number", len(self.numbers) - 1)
        return line, line


@cache
def _plain(ufunc: np.ufunc) -> bool:
    return ufunc in TRUE or "d" * ufunc.nin + "->d" in ufunc.types


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands for an array (runs, 2); `lines` are its two columns'."""

    def __init__(self, trace: Trace, lines: tuple[int, int]) -> None:
        self.trace, self.lines = trace, lines

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        if method != "__call__" or options or not _plain(ufunc):
            raise Untraceable
        lines = self.trace.call(ufunc, [self.trace.lines_of(each) for each in inputs])
        if out is None:
            return Traced(self.trace, lines)
        if not isinstance(out[0], Traced):
            raise Untraceable
        out[0].lines = lines
        return out[0]

    def __array_function__(self, function: Any, types: Any, given: tuple[Any, ...], options: Any) -> Any:
        if function is not np.where or len(given) != 3 or options:
            raise Untraceable
        if not isinstance(given[0], Traced) and np.ndim(given[0]) == 0:
            chosen = given[1] if given[0] else given[2]
            return Traced(self.trace, self.trace.lines_of(chosen))
        return Traced(self.trace, self.trace.call("where", [self.trace.lines_of(each) for each in given]))

    def __pow__(self, exponent: Any) -> Any:
        if isinstance(exponent, Traced) or exponent != 2:
            raise Untraceable  # for other exponents than 2 an array's ** and numpy's power differ in the last bit
        return self * self

    def __bool__(self) -> bool:
        raise Untraceable("its rule branches on what is in its arrays")

    def __getitem__(self, index: Any) -> Any:
        raise Untraceable("its rule looks at single components")

    def copy(self, order: str = "C") -> Traced:
        return Traced(self.trace, self.lines)


class Objective:
    """The surface for stand-ins; its value and gradient at `points` are noted once for all steps."""

    def __init__(self, formula: Formula, points: Traced) -> None:
        self.formula, self.points, self.start = formula, points, points.lines
        self.here = self._both(points)
        self.asked: set[int] = set()  # the lines of the gradients that a step asked for

    def _both(self, points: Traced) -> list[tuple[int, int]]:
        trace = points.trace
        columns = [Traced(trace, (line, line)) for line in points.lines]
        value, x, y = (trace.lines_of(each)[0] for each in self.formula(*columns))
        return [(value, value), (x, y)]

    def at(self, trace: Trace) -> Objective:
        """The same for a trace that goes on from where this one is."""
        other = object.__new__(Objective)
        other.formula, other.points, other.start = self.formula, Traced(trace, self.start), self.start
        other.here, other.asked = self.here, set(self.here[1])
        return other

    def gradient(self, points: Traced) -> Traced:
        _, slope = self.here if points.lines == self.start else self._both(points)
        self.asked.update(slope)
        return Traced(points.trace, slope)

    def value(self, points: Any) -> Any:
        raise Untraceable("its rule asks for the loss")

    def hessian(self, points: Any) -> Any:
        raise Untraceable("its rule asks for the Hessian")
