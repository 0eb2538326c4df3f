"""Loss surfaces over the plane: what is known of them. Members stand in `surfaces/`, one file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from thalweg.calculus.base import CORNER, Domain, Minimum, Surface
from thalweg.calculus.text import ExpressionError
from thalweg.registry import Registry

if TYPE_CHECKING:
    from thalweg.calculus.plane import Plane

__all__ = [
    "SURFACES",
    "Domain",
    "ExpressionError",
    "Minimum",
    "Surface",
    "from_expression",
    "plane_of_path",
    "read_samples",
    "save_samples",
    "surface_of_samples",
]

SURFACES: Registry[Surface] = Registry("surfaces", Surface)


def from_expression(
    text: str,
    parameters: Mapping[str, float] | None = None,
    domain: Domain = ((-3.0, 3.0), (-3.0, 3.0)),
    start: tuple[float, float] | None = None,
    data: Mapping[str, Sequence[float]] | None = None,
) -> Surface:
    """The surface of a formula in x, y and its own parameters, such as "x**2 + a*abs(y)" with {"a": 0.3}.

    With data, columns by name, it is the mean of the formula over the rows: "(x - d)**2" with {"d": [1, 2]}. The text
    is read, never run: see calculus/expression.py. Raises ExpressionError, whose message is one line, for a formula,
    parameters or data that cannot be used, and ValueError for a domain without extent or a start outside it.
    """
    from thalweg.calculus.expression import read_surface

    if data is not None:
        from thalweg.calculus.over_data import read_rows

        return read_rows(text, dict(parameters or {}), data, domain, CORNER if start is None else start)
    return read_surface(text, dict(parameters or {}), domain, CORNER if start is None else start)


def read_samples(file: str | PathLike[str], sides: Any = None) -> Surface:
    """The surface through the samples of an .npz, .npy or .csv: see `thalweg/calculus/grids.py`.

    `sides`, pairs of numbers for x and y, say where z lies in a file that holds nothing else. Raises ValueError (one
    line) and OSError.
    """
    from thalweg.calculus.sampled import read_samples

    return read_samples(Path(file), sides=sides)


def surface_of_samples(x: ArrayLike, y: ArrayLike, z: ArrayLike) -> Surface:
    """The surface through samples z (m, n) at x (m,) and y (n,), z[i, j] at (x[i], y[j]). Raises ValueError."""
    from thalweg.calculus.sampled import Sampled, checked

    return Sampled(*checked(x, y, z))


def save_samples(file: str | PathLike[str], x: ArrayLike, y: ArrayLike, z_of: Callable[[float, float], float]) -> None:
    """Write z_of(x, y), a function of two floats, at all pairs of x (m,) and y (n,) for `surface: {samples: FILE}`.

    x and y rise strictly, at least 4 each. The file is whole or absent. Raises ValueError, in one line, for x, y or
    values that cannot be used, before anything is written.
    """
    from thalweg.calculus.sampled import save_samples

    save_samples(file, x, y, z_of)


def plane_of_path(weights: Any) -> Plane:
    """The plane that a path through many weights (steps + 1, d) varies most in: see `thalweg/calculus/plane.py`.

    Its `project` says where further runs are seen in it.
    """
    from thalweg.calculus.plane import plane_of_path

    return plane_of_path(weights)
