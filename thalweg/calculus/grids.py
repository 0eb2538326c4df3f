"""Grids of samples out of files: .npz, .npy and .csv, read where it is plain what is meant. Nothing in them is run.

An .npz holds x, y and z under these names, or under names such as X, Y, Z, xs, ys, losses, xcoordinates, ycoordinates,
train_loss; or one array with two sides and two rows of numbers that fit it. x and y may be meshgrids, in either
indexing. A .csv is long (columns x, y, z) or a table (y in its first row, x in its first column).
"""

from __future__ import annotations

import codecs
import io
import re
import struct
import tokenize
import warnings
import zipfile
import zlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Sides = tuple[tuple[float, float] | None, tuple[float, float] | None]  # where x and y go from and to, where given
MOST = 4_000_000  # samples in all
MOST_BYTES = 8 * MOST + 100_000  # of an array
MOST_TEXT = 50_000_000  # bytes of a .csv
MEMBERS, LISTED = 64, 8  # arrays of an .npz that are looked at, that a message names
FORM = "write the file with surfaces.save_samples(file, x, y, z_of)"
KNOWN: dict[str, tuple[str, ...]] = {  # the first that is there counts
    "x": (
        "x",
        "xs",
        "xx",
        "xcoordinates",
        "xcoords",
        "xgrid",
        "gridx",
        "xaxis",
        "xvalues",
        "alpha",
        "alphas",
        "w1",
        "theta1",
        "weight1",
        "b1",
    ),
    "y": (
        "y",
        "ys",
        "yy",
        "ycoordinates",
        "ycoords",
        "ygrid",
        "gridy",
        "yaxis",
        "yvalues",
        "beta",
        "betas",
        "w2",
        "theta2",
        "weight2",
        "b2",
    ),
    "z": (
        "z",
        "zs",
        "zz",
        "loss",
        "losses",
        "trainloss",
        "trainlosses",
        "lossgrid",
        "losssurface",
        "losslandscape",
        "lossvalues",
        "zgrid",
        "zvalues",
        "f",
        "values",
        "heights",
        "height",
        "testloss",
        "valloss",
        "cost",
    ),
}


class SamplesError(ValueError):
    """The samples cannot be used; the message is one line that says what is wrong and the cure."""


class Header(NamedTuple):
    """What the head of an array says: its shape and whether it holds real numbers."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def numbers(self) -> bool:
        return self.dtype.kind in "fiu" and 0 < len(self.shape) <= 3 and min(self.shape) > 0

    @property
    def words(self) -> str:
        sides = ", ".join(map(str, self.shape)) + ("," if len(self.shape) == 1 else "")
        return f"({sides})" + ("" if self.dtype.kind in "fiu" else " no numbers")


def read_grid(data: bytes, sides: Sides | None = None) -> tuple[Array, Array, Array]:
    """x (m,), y (n,) and z (m, n) of a file's bytes; `sides` say where x and y go from and to, for a file with z alone.

    Raises SamplesError for what is no such file, or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of headers that Python 2 wrote
            if data[:2] == b"PK":
                with zipfile.ZipFile(io.BytesIO(data)) as archive:
                    return _of_archive(archive, sides)
            if data[:6] == b"\x93NUMPY":
                return _of_array(_array(data, "it"), sides)
    except SamplesError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        TypeError,
        KeyError,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        OverflowError,
        MemoryError,
        SyntaxError,
        RecursionError,
        AttributeError,
        struct.error,
        tokenize.TokenError,
    ):
        raise SamplesError(f"is not a whole .npz, .npy or .csv of numbers; {FORM}") from None
    return _of_text(data, sides)


# arrays
def _header(stream: io.BytesIO, name: str) -> Header:
    version = np.lib.format.read_magic(stream)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise SamplesError(f"{name} is written in an unusual way; {FORM}")
    shape, _, dtype = read(stream)
    if not all(type(side) is int and 0 <= side <= 2**40 for side in shape):
        raise SamplesError(f"{name} is written in an unusual way; {FORM}")
    return Header(shape, dtype)


def _array(data: bytes, name: str) -> Array:
    """One array of numbers, its size known before any memory is taken."""
    stream = io.BytesIO(data)
    head = _header(stream, name)
    if not head.numbers:
        raise SamplesError(f"{name} does not hold numbers; {FORM}")
    size = int(np.prod([float(side) for side in head.shape]))
    if size * head.dtype.itemsize > len(data) - stream.tell():
        raise SamplesError(f"{name} does not hold numbers, or not all of them; {FORM}")
    if size > MOST:
        raise SamplesError(f"{name} has {size:,} samples; give at most {MOST:,}")
    stream.seek(0)
    array: Array = np.lib.format.read_array(stream, allow_pickle=False).astype(np.float64)
    return array


def _of_array(z: Array, sides: Sides | None) -> tuple[Array, Array, Array]:
    """A lone array: z (m, n) where the domain is known, else points (k, 3)."""
    z = z.squeeze() if z.ndim == 3 else z
    if z.ndim == 2 and 3 in z.shape and sides is None and z.size >= 48:
        return _of_points(*(z if z.shape[0] == 3 and z.shape[1] != 3 else z.T))
    if z.ndim != 2:
        raise SamplesError(f"holds an array of shape {z.shape}; give z (m, n), with z[i, j] at (x[i], y[j])")
    return (*_axes(z, sides), z)


def _axes(z: Array, sides: Sides | None) -> tuple[Array, Array]:
    """x and y of z (m, n), even over the domain."""
    if sides is None or sides[0] is None or sides[1] is None:
        m, n = z.shape
        raise SamplesError(
            f"holds z ({m}, {n}) alone, without x and y; write domain: {{x: [-1, 1], y: [-1, 1]}} beside samples"
        )
    return np.linspace(*sides[0], z.shape[0]), np.linspace(*sides[1], z.shape[1])


def _of_archive(archive: zipfile.ZipFile, sides: Sides | None) -> tuple[Array, Array, Array]:
    found: dict[str, zipfile.ZipInfo] = {}
    heads: dict[str, Header] = {}
    for info in archive.infolist()[:MEMBERS]:
        if info.filename.endswith(".npy"):
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise SamplesError(f"is packed in an unusual way; {FORM}")
            name = info.filename.removesuffix(".npy")
            with archive.open(info) as packed:
                heads[name] = _header(io.BytesIO(packed.read(70_000)), name)
            found[name] = info
    names = _chosen(heads, sides)
    arrays = []
    for name in names:
        with archive.open(found[name]) as packed:
            data = packed.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise SamplesError(f"{name} is too large; give at most {MOST:,} samples")
        arrays.append(_array(data, name))
    return _of_array(arrays[0], sides) if len(arrays) == 1 else _own(sides, *_placed(*arrays))


def _own(sides: Sides | None, x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
    """The same; a file that says where z lies needs no domain."""
    if sides is not None:
        raise SamplesError("has x and y of its own; remove domain, or write crop for a part of it")
    return x, y, z


def _chosen(heads: dict[str, Header], sides: Sides | None) -> tuple[str, ...]:
    """The names of x, y and z, or of z alone."""
    roles = {role: found for role, known in KNOWN.items() if (found := named(list(heads), known))}
    if len(roles) == 3:
        return roles["x"], roles["y"], roles["z"]
    numbers = {name: head.shape for name, head in heads.items() if head.numbers}
    wide = [name for name, shape in numbers.items() if len(shape) == 2 and min(shape) > 1]
    rows = [name for name, shape in numbers.items() if max(shape) == np.prod(shape) > 1]
    z = roles.get("z") or (wide[0] if len(wide) == 1 else "")
    if z and z in wide and len(rows) == 2:
        x, y = (roles.get("x") or next(row for row in rows if row != roles.get("y")), "")
        y = roles.get("y") or next(row for row in rows if row != x)
        lengths = max(numbers[x]), max(numbers[y])
        if lengths in (numbers[z], numbers[z][::-1]) and x != y:
            return x, y, z
    if z and z in wide and sides is not None:
        return (z,)
    missing = [role for role in KNOWN if role not in roles]
    if len(missing) == 1 and not rows and len(numbers) == 2:
        raise SamplesError(f"holds no array {missing[0]}; {FORM}")
    if len(numbers) == 1 and z:
        return (z,)
    raise SamplesError(f"holds {listed(heads)}; name its arrays x (m), y (n) and z (m, n), or {FORM}")


def named(names: list[str], known: tuple[str, ...]) -> str:
    """The name that is one of those known, but for capitals and what joins words; empty when there is none."""
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(re.sub(r"[^a-z0-9]", "", name.lower()), name)
    return next((name if name in names else plain[name] for name in known if name in names or name in plain), "")


def listed(heads: dict[str, Header]) -> str:
    """The first arrays of a file in words: 'a' (4, 5), 'b' (4,) and 3 more."""
    words = [f"{name[:30]!r} {head.words}" for name, head in list(heads.items())[:LISTED]]
    return ", ".join(words) + f" and {len(heads) - LISTED} more" * (len(heads) > LISTED) or "no arrays"


def _placed(x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
    """The same with x (m,), y (n,) and z (m, n): meshgrids and columns made rows, z turned where only that fits."""
    z = z.squeeze() if z.ndim == 3 else z
    if x.ndim == y.ndim == z.ndim == 1 and len(x) == len(y) == len(z) > 3:
        return _of_points(x, y, z)
    if x.ndim == y.ndim == 2 and x.shape == y.shape == z.shape and min(x.shape) > 1:
        along = bool(np.ptp(x[:, 0]) == 0)  # numpy's indexing 'xy': x runs along the second axis
        x, y, z = (x.T, y.T, z.T) if along else (x, y, z)
        if np.ptp(x, axis=1).max() > 1e-9 * np.ptp(x) or np.ptp(y, axis=0).max() > 1e-9 * np.ptp(y):
            raise SamplesError("x and y are no meshgrid; give x (m,), y (n,) and z (m, n)")
        x, y = x[:, 0], y[0]
    x, y = (side.ravel() if side.ndim == 2 and 1 in side.shape else side for side in (x, y))
    if x.ndim == y.ndim == 1 and z.shape == (len(y), len(x)) and len(x) != len(y):
        z = z.T
    return x, y, z


def rising(x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
    """The same with x and y that rise where they fall."""
    if x.ndim == 1 and len(x) > 1 and (np.diff(x) < 0).all() and z.ndim == 2:
        x, z = x[::-1], z[::-1]
    if y.ndim == 1 and len(y) > 1 and (np.diff(y) < 0).all() and z.ndim == 2:
        y, z = y[::-1], z[:, ::-1]
    return x, y, z


def _of_points(x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
    """Points (k,) that fill a grid, in any order; those missing are holes."""
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise SamplesError("x or y is not finite somewhere; give each point its place")
    (across, i), (up, j) = np.unique(x, return_inverse=True), np.unique(y, return_inverse=True)
    places = len(across) * len(up)
    if places > 2 * len(z) or places > MOST:
        raise SamplesError(
            f"has {len(z):,} points at {len(across):,} places of x and {len(up):,} of y, which are no "
            "grid; give every pair of x and y a row"
        )
    if len(np.unique(i * len(up) + j)) < len(z):
        raise SamplesError("has two rows for one point; give every pair of x and y one row")
    grid = np.full((len(across), len(up)), np.nan)
    grid[i, j] = z
    return across, up, grid


# text
def _of_text(data: bytes, sides: Sides | None) -> tuple[Array, Array, Array]:
    if len(data) > MOST_TEXT:
        raise SamplesError(f"has {len(data):,} bytes; give at most {MOST_TEXT:,} as text, or an .npz")
    encoding = "utf-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    try:
        lines = [line for line in data.decode(encoding).splitlines() if line.strip() and line[:1] != "#"]
    except UnicodeDecodeError:
        lines = []
    if not lines or "\0" in lines[0]:
        raise SamplesError(f"is not a whole .npz, .npy or .csv of numbers; {FORM}")
    mark = next((each for each in ("\t", ";", ",") if each in lines[0]), None)
    decimal = mark in ("\t", ";") and "," in "".join(lines[:50]) and "." not in "".join(lines[1:50])
    cells = [[cell.strip().strip('"') for cell in line.split(mark)] for line in lines]
    wide = len(cells[0])
    if sum(map(len, cells)) > 3 * MOST:
        raise SamplesError(f"holds too many numbers; give at most {MOST:,} samples")
    head = cells[0] if any(_number(cell, decimal) is None for cell in cells[0]) else None
    roles = [named(head or [], KNOWN[role]) for role in "xyz"]
    if head and all(roles):
        if len(cells) == 1:
            raise SamplesError("has no rows; give a row for each point")
        columns = [head.index(role) for role in roles]
        rows = [[row[k] if k < len(row) else "" for k in columns] for row in cells[1:]]
        return _own(sides, *_of_points(*_table(rows, decimal, 2).T))
    if any(len(row) != wide for row in cells):
        at = next(number for number, row in enumerate(cells, 1) if len(row) != wide)
        raise SamplesError(f"row {at} has {len(cells[at - 1])} columns, not {wide}; give every row as many")
    if head is None and sides and all(sides):
        return _of_array(_table(cells, decimal, 1), sides)
    if head is None and wide == 3:
        return _own(sides, *_of_points(*_table(cells, decimal, 1).T))
    sides_known = all(_number(cell, decimal) is not None for cell in cells[0][1:])
    table = _table([["nan", *cells[0][1:]], *cells[1:]], decimal, 1) if sides_known else np.full((1, 1), np.nan)
    if min(table.shape) < 2 or not (np.isfinite(table[0, 1:]).all() and np.isfinite(table[1:, 0]).all()):
        what = f"has columns {', '.join(cell[:20] for cell in (head or cells[0])[:LISTED])}"
        raise SamplesError(f"{what}; give columns x, y and z, or y in the first row and x in the first column")
    if not all(len(set(np.sign(np.diff(side)))) == 1 for side in (table[1:, 0], table[0, 1:])):
        raise SamplesError(
            "is a table whose first row and column do not rise; give x, y and z as columns, or write "
            "domain: {x: [-1, 1], y: [-1, 1]} beside samples where all of it is z"
        )
    return _own(sides, table[1:, 0], table[0, 1:], table[1:, 1:])


def _number(cell: str, decimal: bool) -> float | None:
    try:
        return float(cell.replace(",", ".") if decimal else cell) if cell else float("nan")
    except ValueError:
        return None


def _table(rows: list[list[str]], decimal: bool, first: int) -> Array:
    made = []
    if not rows:
        raise SamplesError("has no rows of numbers; give every pair of x and y a row")
    for number, row in enumerate(rows, first):
        values = [_number(cell, decimal) for cell in row]
        if None in values:
            bad = row[values.index(None)]
            raise SamplesError(f"row {number}: {bad[:30]!r} is not a number; write numbers, or nan for a hole")
        made.append(values)
    return np.array(made, dtype=np.float64).reshape(len(made), -1)
