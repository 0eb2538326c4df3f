"""The surface of a formula with columns of data: the mean over their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from thalweg.calculus.base import SYMBOLS, Array
from thalweg.calculus.batched import MOST
from thalweg.calculus.expression import Expression, Symbolic, placed, read
from thalweg.calculus.rows import Columns, RowWise, mean_of
from thalweg.calculus.text import DataError, ExpressionError, check_names, check_parameters, names_in
from thalweg.errors import listed

if TYPE_CHECKING:
    from thalweg.calculus.base import Domain, Point, Surface
    from thalweg.calculus.compile import Compiled

MOST_NUMBER = 1e60  # of which the fourth power is a double


@dataclass(frozen=True)
class OverData(Expression):
    """The mean over rows of a formula with columns of data; made by `from_expression`."""

    columns: tuple[tuple[str, tuple[float, ...]], ...] = ()
    digest: ClassVar[str] = ""  # an instance may carry one: of_file
    least: ClassVar[int] = 1  # rows that a surface must have

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.columns[0][1])

    def with_rows(self, columns: Mapping[str, Sequence[float]]) -> OverData:
        """The same formula over other rows, of the same columns. Raises DataError."""
        checked = check_columns(self.text, dict(self.numbers), columns)
        names = [name for name, _ in self.columns]
        missing = next((name for name in names if name not in checked), None)
        if missing is not None:
            raise DataError(f"has no column {missing}; give {listed(names).replace(' or ', ' and ')}")
        return self._with(tuple((name, checked[name]) for name in names))

    def parted(self, last: int) -> tuple[OverData, OverData]:
        """The surfaces of the rows but for the last ones, and of these."""
        first = tuple((name, rows[:-last]) for name, rows in self.columns)
        return self._with(first), self._with(tuple((name, rows[-last:]) for name, rows in self.columns))

    def of_file(self, digest: str) -> OverData:
        """The same surface, whose rows are those of a file with this sha256."""
        object.__setattr__(self, "digest", digest)
        return self

    def _with(self, columns: tuple[tuple[str, tuple[float, ...]], ...]) -> OverData:
        made = OverData(self.text, self.numbers, columns)
        made._place(self.domain, self.start)
        return made if self.cap is None else made.with_cap(self.cap)

    def _of_row(self, x: Symbolic, y: Symbolic) -> tuple[Symbolic, Columns]:
        """The formula of one row, and its columns by symbols that nothing else is called by."""
        import sympy

        symbols = {name: sympy.Symbol(f"row{index}", real=True) for index, (name, _) in enumerate(self.columns)}
        columns = {symbols[name]: np.array(rows) for name, rows in self.columns}
        return read(self.text, dict(self.numbers), x, y, symbols), columns

    def formula(self, x: Symbolic, y: Symbolic) -> Symbolic:
        row, columns = self._of_row(x, y)
        return mean_of(row, x, y, columns).formula

    @cached_property
    def compiled(self) -> Compiled:
        axes = _axes()
        row, columns = self._of_row(*axes)
        return mean_of(row, *axes, columns)

    @property
    def mathtext(self) -> str:
        import sympy

        from thalweg.calculus.printer import as_mathtext

        row, columns = self._of_row(*_axes())
        names = {symbol: sympy.Symbol(name) for symbol, (name, _) in zip(columns, self.columns, strict=True)}
        return rf"$f(x, y) = \mathrm{{mean}}\left[{as_mathtext(row.xreplace(names))}\right]$"

    def batch_gradient(self, points: Array, chosen: NDArray[np.int64]) -> Array:
        """Gradient (runs, 2) at points (runs, 2) of the mean over the rows `chosen` (runs, batch) of each run."""
        each, columns = self._batches
        with np.errstate(all="ignore"):
            return each(points, [np.ascontiguousarray(rows[chosen]) for rows in columns])

    @cached_property
    def _batches(self) -> tuple[RowWise, list[Array]]:
        axes = _axes()
        row, columns = self._of_row(*axes)
        return RowWise(row, axes, columns, (1,)), list(columns.values())

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in super().__getstate__().items() if key != "_batches"}


def _axes() -> tuple[Symbolic, Symbolic]:
    import sympy

    x, y = (sympy.Symbol(name, real=True) for name in SYMBOLS)
    return x, y


def check_columns(
    text: str, parameters: Mapping[str, float], columns: Mapping[str, Sequence[float]]
) -> dict[str, tuple[float, ...]]:
    """The columns as floats; DataError for names or numbers that cannot be used, and for unequal lengths."""
    used, made = names_in(text, [*columns, *parameters]), {}
    for name, rows in columns.items():
        try:
            check_names([name], "column")
        except ExpressionError as error:
            raise DataError(str(error), name) from None
        if name in parameters:
            raise DataError(f"{name} is a parameter, too; keep one of them, or give one another name", name)
        if name not in used:
            raise DataError(f"column {name} is not in the formula; remove it, or use it there", name)
        wrong = next((i for i, one in enumerate(rows) if not _usable(one)), None)
        if wrong is not None:
            raise DataError(f"item {wrong} is no number below 1e60; mend it, or leave that row out", name, wrong)
        made[name] = tuple(map(float, rows))
    if not made:
        raise DataError("has no columns; write some, as data: {d: [1, 2, 3]}")
    (first, rows), count = next(iter(made.items())), len(next(iter(made.values())))
    for name, each in made.items():
        if len(each) != count:
            what = f"has {len(each)} number{'s' * (len(each) != 1)}, and {first} has {count}"
            raise DataError(f"{what}; give each column as many, one for each row", name)
    if not 1 <= count <= MOST:
        raise DataError(f"has {count} rows; give 1 to {MOST:,}")
    return made


def _usable(one: Any) -> bool:
    return isinstance(one, (int, float)) and not isinstance(one, bool) and abs(one) < MOST_NUMBER


def read_rows(
    text: str,
    parameters: Mapping[str, float],
    columns: Mapping[str, Sequence[float]],
    domain: Domain,
    start: Point,
) -> Surface:
    """See `thalweg.calculus.from_expression`."""
    numbers, rows = check_parameters(parameters), check_columns(text, parameters, columns)
    return placed(OverData(text, tuple(numbers.items()), tuple(rows.items())), domain, start)
