"""Surfaces known at the points of a grid: read from a file of samples, bicubic between them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thalweg.calculus.base import CORNER, Array, Domain, Surface
from thalweg.calculus.grids import FORM, MOST, MOST_BYTES, SamplesError, Sides, read_grid, rising
from thalweg.calculus.patches import Patches, at, patches

FEWEST, LONGEST = 4, 20_000  # samples a side
NARROW, WIDE, HIGH = 1e-6, 1e9, 1e100  # of a side, of x and y, of z
ROUNDING = 4 * float(np.finfo(np.float64).eps)  # of heights, of which levels differ more


@dataclass(frozen=True, eq=False)
class Sampled(Surface):
    """The surface through samples z (m, n) at x (m,) and y (n,), z[i, j] at (x[i], y[j]).

    Bicubic patches through every sample: a spline, twice continuously differentiable, where the data are smooth,
    limited where it would invent what the samples do not have (see `calculus/patches.py`); gradient and Hessian are
    those of the interpolant, exactly. Samples that are not finite leave holes: the cells that touch them are nan. Its
    domain is the samples' hull, or a part of it (`with_domain`); outside of it nothing is known and everything is nan.
    Raises SamplesError for samples that cannot be used.
    """

    x: Array
    y: Array
    z: Array
    file: str = ""  # as it is named on screen and in reports
    digest: str = ""  # SHA-256 of the file
    patches: Patches = field(init=False, repr=False)

    __eq__ = object.__eq__  # the arrays are not compared
    __hash__ = object.__hash__

    def __post_init__(self) -> None:
        x, y, z = checked(self.x, self.y, self.z)
        for name, values in {"x": x, "y": y, "z": z, "patches": patches(x, y, z)}.items():
            object.__setattr__(self, name, values)
        self._place(((float(x[0]), float(x[-1])), (float(y[0]), float(y[-1]))), CORNER)

    def with_domain(self, domain: Domain) -> Sampled:
        """The part of it over a narrower domain, which the samples' hull is cut to."""
        (x0, x1), (y0, y1) = domain
        return self._like(
            type(self),
            (
                (max(x0, float(self.x[0])), min(x1, float(self.x[-1]))),
                (max(y0, float(self.y[0])), min(y1, float(self.y[-1]))),
            ),
        )

    def _like(self, cls: type[Sampled], domain: Domain) -> Sampled:
        other = object.__new__(cls)
        other.__dict__.update(self.__getstate__())
        other._place(domain, self.start)
        return other

    def __getstate__(self) -> dict[str, Any]:
        made_later = ("carried_on", "landmarks", "_around")
        return {key: value for key, value in super().__getstate__().items() if key not in made_later}

    @property
    def name(self) -> str:
        return ""

    @property
    def parameters(self) -> dict[str, Any]:
        return {}

    @property
    def expression(self) -> str:
        return ""

    @cached_property
    def compiled(self) -> Any:
        return _Spline(self)

    def may_be_extrema(self, points: Array) -> NDArray[np.bool_]:
        """Whether the slope is none (a low point on the hull's edge is no minimum, as the slope may go on beyond), the
        samples around the nearest one are all higher, or all lower (between two that are as low, over a diagonal say,
        the data know of no barrier), and a corner of the cell is as low, or high, as all samples around it: what else
        there is between samples was made by the interpolation.
        """
        (x0, x1), (y0, y1) = self.domain
        bulk = np.nanquantile(self.z, 0.75) - np.nanmin(self.z)  # not the range: a few samples may have exploded
        high = float(bulk or np.ptp(self.z[np.isfinite(self.z)]))
        steep = 1e-6 * high / np.array([x1 - x0, y1 - y0])
        still = (np.abs(self.gradient(points)) <= steep).all(axis=-1) & (steep > 0).all()
        row, column = (
            np.abs(side - points[:, axis, None]).argmin(axis=1) for axis, side in enumerate((self.x, self.y))
        )
        value = self.value(points)
        around = np.moveaxis(self._around[:, row, column], 0, 1)  # (n, 8)
        higher = ~(around <= (value + 1e-9 * high)[:, None]).any(axis=1)
        lower = ~(around >= (value - 1e-9 * high)[:, None]).any(axis=1)
        low, top = np.zeros(len(points), dtype=bool), np.zeros(len(points), dtype=bool)
        for i, j in np.ndindex(2, 2):
            corner = tuple(
                np.clip(np.searchsorted(side, points[:, axis]) - 1 + shift, 0, len(side) - 1)
                for axis, (side, shift) in enumerate(((self.x, i), (self.y, j)))
            )
            beside = self._around[(slice(None), *corner)]
            low |= ~(beside < self.z[corner]).any(axis=0)
            top |= ~(beside > self.z[corner]).any(axis=0)
        return np.asarray(still & (higher & low | lower & top))

    @cached_property
    def _around(self) -> Array:
        """The eight samples around each: (8, m, n), nan where there is none."""
        padded, (m, n) = np.pad(self.z, 1, constant_values=np.nan), self.z.shape
        return np.stack([padded[i : i + m, j : j + n] for i, j in np.ndindex(3, 3) if (i, j) != (1, 1)])

    def inside(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Whether something is known at points (..., 2): in the hull, its edge included, and in no hole: (...)."""
        places = np.asarray(points, dtype=np.float64)
        within = self._in_hull(places)
        if self._holed and within.any():
            within[within] = np.isfinite(at(self.x, self.y, self.patches, places[within], ((0, 0),))[:, 0])
        return within

    def _in_hull(self, places: Array) -> NDArray[np.bool_]:
        (x0, x1), (y0, y1) = self.domain
        return np.atleast_1d(((places >= (x0, y0)) & (places <= (x1, y1))).all(axis=-1)).reshape(places.shape[:-1])

    @cached_property
    def _holed(self) -> bool:
        return not bool(np.isfinite(self.z).all())

    @cached_property
    def carried_on(self) -> Surface:
        """The same, with the nearest edge's values outside the hull: for what is drawn across the edge."""
        return self._like(_CarriedOn, self.domain)


class _CarriedOn(Sampled):
    def value(self, points: ArrayLike) -> Array:
        return super().value(self._within(points))

    def gradient(self, points: ArrayLike) -> Array:
        return super().gradient(self._within(points))

    def _within(self, points: ArrayLike) -> Array:
        (x0, x1), (y0, y1) = self.domain
        within: Array = np.clip(np.asarray(points, dtype=np.float64), (x0, y0), (x1, y1))
        return within


class _Spline:
    """Value to third derivatives at points (..., 2), in the manner of `thalweg.calculus.compile.Compiled`."""

    formula = None

    def __init__(self, surface: Sampled) -> None:
        self.surface = surface

    def value(self, points: ArrayLike) -> Array:
        return self._at(points, ((0, 0),))[..., 0]

    def gradient(self, points: ArrayLike) -> Array:
        return self._at(points, ((1, 0), (0, 1)))

    def hessian(self, points: ArrayLike) -> Array:
        rows = self._at(points, ((2, 0), (1, 1), (0, 2)))
        return rows[..., [0, 1, 1, 2]].reshape(*rows.shape[:-1], 2, 2)

    def third(self, points: ArrayLike) -> Array:
        rows = self._at(points, ((3, 0), (2, 1), (1, 2), (0, 3)))
        return rows[..., [0, 1, 1, 2, 1, 2, 2, 3]].reshape(*rows.shape[:-1], 2, 2, 2)

    def value_and_gradient(self, points: ArrayLike) -> tuple[Array, Array]:
        rows = self._at(points, ((0, 0), (1, 0), (0, 1)))
        return rows[..., 0], rows[..., 1:]

    def _at(self, points: ArrayLike, orders: tuple[tuple[int, int], ...]) -> Array:
        places = np.asarray(points, dtype=np.float64)
        if places.shape[-1:] != (2,):
            raise ValueError(f"points must have shape (..., 2), not {places.shape}")
        flat, inside = places.reshape(-1, 2), self.surface._in_hull(places).reshape(-1)
        result = np.full((len(flat), len(orders)), np.nan)
        if inside.any():
            result[inside] = at(self.surface.x, self.surface.y, self.surface.patches, flat[inside], orders)
        return result.reshape(*places.shape[:-1], len(orders))


def checked(x: ArrayLike, y: ArrayLike, z: ArrayLike | None = None) -> tuple[Array, Array, Array]:
    """x (m,), y (n,) and z (m, n) as floats (z empty when none is given). Raises SamplesError."""
    sides = []
    for name, given in (("x", x), ("y", y)):
        side = _numbers(name, given)
        if side.ndim != 1:
            raise SamplesError(f"{name} has shape {side.shape}; it must be one row of numbers")
        if len(side) < FEWEST:
            raise SamplesError(f"{name} has {len(side)} number{'s' * (len(side) != 1)}; give at least {FEWEST}")
        if len(side) > LONGEST:
            raise SamplesError(f"{name} has {len(side):,} numbers; give at most {LONGEST:,}")
        stuck = np.flatnonzero(np.diff(side) <= 0)
        if len(stuck):
            i = int(stuck[0])
            raise SamplesError(
                f"{name}[{i + 1}] = {side[i + 1]:g} is not above {name}[{i}] = {side[i]:g}; {name} must rise strictly"
            )
        if side[-1] - side[0] < NARROW or max(abs(side[0]), abs(side[-1])) > WIDE:
            raise SamplesError(f"{name} goes from {side[0]:g} to {side[-1]:g}; stay within +-{WIDE:g}, over {NARROW:g}")
        sides.append(side)
    m, n = len(sides[0]), len(sides[1])
    if m * n > MOST:
        raise SamplesError(f"{m} x {n} samples are too many; give at most {MOST:,}")
    if z is None:
        return sides[0], sides[1], np.empty((0, 0))
    heights = _numbers("z", z, holes=True)
    if heights.shape == (n, m) and m != n:
        raise SamplesError(f"z has shape ({n}, {m}), it is transposed; give z.T, with z[i, j] at (x[i], y[j])")
    if heights.shape != (m, n):
        raise SamplesError(f"z has shape {heights.shape}; x and y need ({m}, {n}), with z[i, j] at (x[i], y[j])")
    known = np.isfinite(heights)
    if not (known[:-1, :-1] & known[1:, :-1] & known[:-1, 1:] & known[1:, 1:]).any():
        raise SamplesError(f"z has no cell of four samples that are finite, {HIGH:g} at most; give some")
    return sides[0], sides[1], _flat(heights)


def _flat(z: Array) -> Array:
    """What differs by rounding alone is level: values a few units in the last place apart become the lowest of them."""
    values, which = np.unique(z[np.isfinite(z)], return_inverse=True)
    apart = np.diff(values) > ROUNDING * np.abs(values[1:])
    group = np.concatenate([[0], np.cumsum(apart)])
    starts = np.flatnonzero(np.concatenate([[True], apart]))
    lowest, highest = values[starts], values[np.concatenate([starts[1:], [len(values)]]) - 1]
    close = highest - lowest <= 4 * ROUNDING * np.abs(highest)  # dense data are no rounding
    level = z.copy()
    level[np.isfinite(z)] = np.where(close[group], lowest[group], values)[which]
    return level


def _numbers(name: str, given: ArrayLike, holes: bool = False) -> Array:
    """As floats; with `holes` nan for what is not finite, or so large that its slopes are not."""
    array = np.asarray(given)
    if array.dtype.kind not in "fiu":
        raise SamplesError(f"{name} does not hold numbers; {FORM}")
    numbers = array.astype(np.float64)
    if holes:
        return np.where(np.abs(numbers) <= HIGH, numbers, np.nan)
    wrong = np.argwhere(~(np.abs(numbers) <= HIGH))
    if len(wrong):
        raise SamplesError(
            f"{name}[{', '.join(map(str, wrong[0]))}] is {numbers[tuple(wrong[0])]}; "
            f"every {name} must be finite, {HIGH:g} at most"
        )
    return numbers


def read_samples(path: Path, file: str = "", sides: Sides | None = None) -> Sampled:
    """The surface of a file of samples, an .npz, .npy or .csv: see `calculus/grids.py`. Nothing in it is executed.

    `sides` say where x and y go from and to, for a file with z alone. Raises SamplesError for what is no such file, or
    too large, and OSError where it cannot be read.
    """
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise SamplesError("is not a regular file; give an .npz, .npy or .csv")
    if about.st_size > 3 * MOST_BYTES:
        raise SamplesError(f"has {about.st_size:,} bytes; give at most {MOST:,} samples")
    data = _read(path, 3 * MOST_BYTES)
    x, y, z = rising(*read_grid(data, sides))
    return Sampled(x, y, z, file=file or path.name, digest=hashlib.sha256(data).hexdigest())


def _read(path: Path, limit: int) -> bytes:
    """At most `limit` bytes, whatever size the file claims to have; nothing is waited for."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as stream:
        data = stream.read(limit + 1)
    if data is None or len(data) > limit:
        raise SamplesError(f"never ends; give at most {MOST:,} samples")
    return data


def save_samples(file: str | os.PathLike[str], x: ArrayLike, y: ArrayLike, z_of: Callable[[float, float], Any]) -> None:
    """Samples of z_of(x, y), a function of two floats, into a file that `surface: {samples: FILE}` reads.

    x (m,) and y (n,) rise strictly, at least 4 each; z_of is called once for each pair. The file is whole or absent.
    Raises SamplesError for x and y that cannot be used and for a z without a finite cell, before anything is written;
    a z that is not finite is a hole.
    """
    columns, rows, _ = checked(x, y)
    z = np.array([[float(z_of(one, other)) for other in rows.tolist()] for one in columns.tolist()])
    checked(columns, rows, z)
    path = Path(file)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            np.savez_compressed(stream, x=columns, y=rows, z=z)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
