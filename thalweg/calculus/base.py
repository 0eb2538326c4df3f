"""What a surface is: a formula with parameters, compiled on first use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thalweg.calculus.landmarks import Array, CriticalPoint, Domain, Landmarks, Minimum, Point
from thalweg.registry import Range

__all__ = ["CORNER", "Array", "Domain", "Landmarks", "Minimum", "Point", "Surface"]  # what a member needs

CORNER: Point = (math.nan, math.nan)  # as a start: 15 % in from the upper left corner of the domain
Self = TypeVar("Self", bound="Surface")
SYMBOLS = ("x", "y")
OF_DOMAIN = ("landmarks",)  # found once for a surface and its domain


@dataclass(frozen=True)
class Surface:
    """A loss surface z = f(x, y).

    A member is a frozen dataclass whose fields, made with `parameter(...)`, are the constants of its formula: floats,
    or points (tuples of two floats). It says its title, domain, start, reference, and `check`: one point away from
    every minimum with f there for the default parameters, worked out by other means than this code.

    Points are (..., 2) in domain units; derivatives are exact, and at kinks those almost everywhere (0 for |y| at 0).
    Nothing raises for a point where f is not finite: what comes back is inf or nan.
    """

    title: ClassVar[str] = ""
    domain: ClassVar[Domain] = ((-3.0, 3.0), (-3.0, 3.0))  # an instance may carry another: with_domain
    start: ClassVar[Point] = CORNER  # an instance carries the point that is meant
    reference: ClassVar[str] = ""
    check: ClassVar[tuple[float, float, float]]
    cap: ClassVar[float | None] = None  # an instance may carry one: with_cap
    known_minima: ClassVar[tuple[Point, ...] | None] = None  # for the defaults, to six digits; None: not stated

    def __post_init__(self) -> None:
        for item in fields(self):
            if "range" in item.metadata:
                object.__setattr__(self, item.name, self._checked(item.name, item.default, item.metadata["range"]))
        self._place(type(self).domain, type(self).start)

    def _checked(self, name: str, default: Any, limits: Range) -> Any:
        """The parameter as exact floats; ValueError when it is no such number or out of its range."""
        given = getattr(self, name)
        wanted = len(default) if isinstance(default, (tuple, list)) else 0
        numbers = list(given) if wanted and isinstance(given, (tuple, list)) else [given]
        if len(numbers) != max(1, wanted) or not all(
            isinstance(one, (int, float)) and not isinstance(one, bool) and math.isfinite(one) for one in numbers
        ):
            raise ValueError(f"{name}={given!r}: must be {'two finite numbers' if wanted else 'a finite number'}")
        if not all(limits.holds(one) for one in numbers):
            raise ValueError(f"{name}={given!r}: must be {limits.words()}")
        return tuple(map(float, numbers)) if wanted else float(numbers[0])

    def _place(self, domain: Domain, start: Point) -> None:
        (x0, x1), (y0, y1) = domain
        if not all(map(math.isfinite, (x0, x1, y0, y1))) or x0 >= x1 or y0 >= y1:
            raise ValueError(f"domain {domain} has no extent; each pair must be finite and rise")
        inside = x0 <= start[0] <= x1 and y0 <= start[1] <= y1
        corner = (x0 + 0.15 * (x1 - x0), y1 - 0.15 * (y1 - y0))
        object.__setattr__(self, "domain", ((float(x0), float(x1)), (float(y0), float(y1))))
        object.__setattr__(self, "start", (float(start[0]), float(start[1])) if inside else corner)

    def with_domain(self: Self, domain: Domain) -> Self:
        """The same surface over another domain; its start is kept where it lies inside, else that of a bare formula."""
        other = object.__new__(type(self))
        other.__dict__.update({key: value for key, value in self.__dict__.items() if key not in OF_DOMAIN})
        other._place(domain, self.start)
        return other

    def with_cap(self: Self, cap: float) -> Self:
        """The same surface, cut off in pictures above the loss `cap`: f, and what rolls on it, stays what it is."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__getstate__())
        object.__setattr__(other, "cap", float(cap))
        return other

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key not in ("compiled", *OF_DOMAIN)}

    def formula(self, x: Any, y: Any) -> Any:
        """f as a sympy expression in the symbols x and y, its parameters put in as numbers."""
        raise NotImplementedError

    def look_for_minima(self) -> tuple[Point, ...]:
        """Points near minima that a grid over the domain could miss: narrow holes. The search adds them to its grid."""
        return ()

    def may_be_extrema(self, points: Array) -> NDArray[np.bool_]:
        """Whether points (n, 2), lower or higher than all around them, can be minima or maxima: (n,). Yes, but on
        surfaces of samples.
        """
        return np.ones(len(points), dtype=bool)

    @property
    def name(self) -> str:
        """The public name; empty for the surface of an expression."""
        package, _, last = type(self).__module__.rpartition(".")
        return "" if package == __package__ else last

    @property
    def parameters(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @property
    def expression(self) -> str:
        """The formula as text that `from_expression` reads, its parameters put in as numbers."""
        from thalweg.calculus.printer import as_text

        return as_text(self.compiled.formula)

    @property
    def mathtext(self) -> str:
        """'$f(x, y) = ...$', numbers with four significant digits; empty for samples, which have no formula."""
        from thalweg.calculus.printer import as_mathtext

        formula = self.compiled.formula
        return "" if formula is None else f"$f(x, y) = {as_mathtext(formula)}$"

    @cached_property
    def compiled(self) -> Any:
        """The formula's `thalweg.calculus.compile.Compiled`."""
        import sympy

        from thalweg.calculus.compile import Compiled
        from thalweg.calculus.functions import without_kinks_of_sympy

        x, y = (sympy.Symbol(name, real=True) for name in SYMBOLS)
        return Compiled(without_kinks_of_sympy(self.formula(x, y)), x, y)

    def value(self, points: ArrayLike) -> Array:
        """f at points (..., 2): (...)."""
        result: Array = self.compiled.value(points)
        return result

    def gradient(self, points: ArrayLike) -> Array:
        """(df/dx, df/dy) at points (..., 2): (..., 2)."""
        result: Array = self.compiled.gradient(points)
        return result

    def value_and_gradient(self, points: ArrayLike) -> tuple[Array, Array]:
        """What `value` and `gradient` give, to the bit; for a formula, what they share is computed once."""
        both = self._of_formula("value_and_gradient")
        return both(points) if both else (self.value(points), self.gradient(points))

    @property
    def by_ufuncs(self) -> Any:
        """x, y -> f, df/dx, df/dy by numpy's functions on whatever stands for x and y; None without a formula."""
        return self._of_formula("by_ufuncs")

    def _of_formula(self, name: str) -> Any:
        plain = type(self).value is Surface.value and type(self).gradient is Surface.gradient
        return getattr(self.compiled, name, None) if plain else None

    def hessian(self, points: ArrayLike) -> Array:
        """Second derivatives at points (..., 2): (..., 2, 2), symmetric."""
        result: Array = self.compiled.hessian(points)
        return result

    def third(self, points: ArrayLike) -> Array:
        """Third derivatives at points (..., 2): (..., 2, 2, 2), symmetric."""
        result: Array = self.compiled.third(points)
        return result

    @cached_property
    def landmarks(self) -> Landmarks:
        """Minima, critical points and curves of minima inside the domain for these parameters."""
        from thalweg.calculus.critical import find

        return find(self)

    def landmarks_from(self, seeds: ArrayLike) -> Landmarks:
        """`landmarks`, searched for downhill of seeds (n, 2) as well, such as the places where balls end: where the
        list is complete nothing can be added.
        """
        from thalweg.calculus.critical import find_from

        return find_from(self, self.landmarks, seeds)

    @property
    def minima(self) -> tuple[Minimum, ...]:
        """The isolated local minima inside the domain for these parameters, the deepest first; may be empty."""
        return self.landmarks.minima

    @property
    def critical_points(self) -> tuple[CriticalPoint, ...]:
        """The isolated points inside the domain where the gradient is zero, and the minima on kinks; may be empty.

        Minima, saddles, maxima, degenerate ones, each kind by loss: see `thalweg/calculus/critical.py`.
        """
        return self.landmarks.critical_points

    def stability_limit(self, points: ArrayLike) -> Array:
        """2 / (the Hessian's largest eigenvalue) at points (..., 2): (...); inf where nothing bends upwards.

        The learning rate above which gradient descent is unstable there: on a quadratic each step multiplies the
        distance to the minimum, along an axis of curvature h, by 1 - lr * h, which shrinks for 0 < lr < 2 / h alone
        (Nesterov, Introductory Lectures on Convex Optimization, 2004, section 1.2.3; Cohen et al., "Gradient descent
        on neural networks typically occurs at the edge of stability", ICLR 2021, section 2). At a minimum it decides
        whether gradient descent can rest in it. Momentum and steps scaled per component have limits of their own.
        nan where the Hessian is not finite; at a kink it is that of the smooth part.
        """
        from thalweg.calculus.critical import stability_limit

        return stability_limit(self, points)

    def reached(
        self, points: ArrayLike, tolerance: float = 0.02, minima: Sequence[Minimum] | None = None
    ) -> NDArray[np.int64]:
        """For points (n, 2): (n,) index into `minima`, those of the surface unless given, or -1 for none.

        Reached means within `tolerance` times the domain's diagonal of the minimum, and plain gradient descent from
        there ends in it.
        """
        from thalweg.calculus.reached import reached

        return reached(self, np.asarray(points, dtype=np.float64), tolerance, self.minima if minima is None else minima)
