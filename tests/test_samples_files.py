"""Files of samples by other names, forms and separators: read where it is plain, else told what they hold."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import loading
import numpy as np
import pytest

from thalweg.calculus import read_samples
from thalweg.film.shot import Shot
from thalweg.spec import ConfigErrors

X, Y = np.linspace(-1, 2, 7), np.linspace(0, 4, 5)
Z = np.add.outer(X**2, 3 * Y) + np.outer(X, Y)
IJ, XY = np.meshgrid(X, Y, indexing="ij"), np.meshgrid(X, Y)
RANDOM = np.random.default_rng(5)
ORDER = RANDOM.permutation(Z.size)
SQUARE = np.add.outer(X**2, 3 * X)
ARCHIVES: dict[str, dict[str, Any]] = {
    "capitals": dict(X=X, Y=Y, Z=Z),
    "plurals": dict(xs=X, ys=Y, losses=Z),
    "as Li et al. name them": dict(xcoordinates=X, ycoordinates=Y, train_loss=Z, train_acc=1 / (1 + Z)),
    "with words": dict(loss_grid=Z, alphas=X, betas=Y, model=np.array(["resnet"])),
    "transposed": dict(x=X, y=Y, z=Z.T),
    "meshgrid ij": dict(X=IJ[0], Y=IJ[1], Z=Z),
    "meshgrid xy": dict(X=XY[0], Y=XY[1], Z=Z.T),
    "names that say nothing": dict(a0=X, a1=Y, surf=Z),
    "columns": dict(x=X[:, None], y=Y[None], z=Z),
    "falling": dict(x=X[::-1], y=Y, z=Z[::-1]),
    "points": dict(x=IJ[0].ravel()[ORDER], y=IJ[1].ravel()[ORDER], z=Z.ravel()[ORDER]),
    "single precision": dict(x=X.astype("f4"), y=Y.astype("f4"), z=Z.astype("f4")),
}


def text(separator: str, decimal: str, form: str) -> str:
    def cell(value: float) -> str:
        return repr(float(value)).replace(".", decimal)

    if form == "long":
        rows = [[cell(x), cell(y), cell(Z[i, j])] for i, x in enumerate(X) for j, y in enumerate(Y)]
        return "\n".join(separator.join(row) for row in [["x", "y", "loss"], *rows])
    rows = [["", *map(cell, Y)], *([cell(x), *map(cell, Z[i])] for i, x in enumerate(X))]
    return "\n".join(separator.join(row) for row in rows)


def right(path: Path) -> None:
    surface = read_samples(path)
    assert np.array(surface.domain) == pytest.approx(np.array([(-1, 2), (0, 4)]))
    assert surface.value(np.stack(IJ, axis=-1)) == pytest.approx(Z, abs=1e-5)


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_by_other_names(name: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "grid.npz", **ARCHIVES[name])
    right(tmp_path / "grid.npz")


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", "."), (";", ","), ("\t", ","), ("\t", ".")])
@pytest.mark.parametrize("form", ["long", "table"])
def test_tables_of_text(separator: str, decimal: str, form: str, tmp_path: Path) -> None:
    (tmp_path / "grid.csv").write_text(text(separator, decimal, form), encoding="utf-8-sig")
    right(tmp_path / "grid.csv")


def test_a_hole_in_a_table_is_a_hole(tmp_path: Path) -> None:
    lines = text(",", ".", "long").splitlines()
    (tmp_path / "grid.csv").write_text("\n".join(lines[:10] + lines[11:]), encoding="utf-8")  # x[1], y[4]
    surface = read_samples(tmp_path / "grid.csv")
    assert np.isnan(surface.value([X[1], Y[4]])) and np.isfinite(surface.value([X[1], Y[2]]))


def film(folder: Path, file: str, more: str = "") -> Shot:
    (folder / "film.yaml").write_text(
        f"surface: {{samples: {file}{more}}}\noptimizers: [sgd]\nsteps: 5\n", encoding="utf-8"
    )
    return loading.shot(folder / "film.yaml")


def test_an_array_alone_needs_a_domain(tmp_path: Path) -> None:
    np.save(tmp_path / "grid.npy", Z)
    with pytest.raises(ConfigErrors, match=r"holds z \(7, 5\) alone, without x and y; write domain: \{x: \[-1, 1\]"):
        film(tmp_path, "grid.npy")
    shot = film(tmp_path, "grid.npy", ", domain: {x: [-1, 2], y: [0, 4]}")
    assert shot.surface is not None
    assert shot.surface.value(np.stack(IJ, axis=-1)) == pytest.approx(Z)
    assert shot.resolved["surface"]["domain"] == {"x": [-1, 2], "y": [0, 4]}
    np.savez(tmp_path / "grid.npz", x=X, y=Y, z=Z)
    with pytest.raises(ConfigErrors, match="has x and y of its own; remove domain, or write crop for a part"):
        film(tmp_path, "grid.npz", ", domain: {x: [-1, 2], y: [0, 4]}")


def patched(shape: str) -> bytes:
    """An array of eight numbers whose header claims another shape."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.arange(8.0))
    body = stream.getvalue()[-64:]
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (118 - len(header) - 1) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body


@pytest.mark.parametrize(
    "shape", ["(True, 8)", "(-8,)", "(4, 10**12)", "(2**70, 2)", "(8.0,)", "'a'", "(9, 9)", "()", "(" * 50]
)
def test_headers_that_lie(shape: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "grid.npz", "w") as archive:
        for name in "xyz":
            archive.writestr(f"{name}.npy", patched(shape))
    with pytest.raises(ValueError, match="; "):
        read_samples(tmp_path / "grid.npz")
    (tmp_path / "grid.npy").write_bytes(patched(shape))
    with pytest.raises(ValueError, match="; "):
        read_samples(tmp_path / "grid.npy")


def test_what_python_2_wrote_is_read(tmp_path: Path) -> None:
    (tmp_path / "grid.npy").write_bytes(patched("(4L, 4L)")[:-64] + np.arange(16.0).tobytes())
    assert read_samples(tmp_path / "grid.npy", sides=((0, 1), (0, 1))).z.ravel().tolist() == list(range(16))


def test_an_archive_that_swells_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "grid.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "xyz":
            archive.writestr(f"{name}.npy", patched("(9000000,)")[:-64] + bytes(72_000_000))
    with pytest.raises(ValueError, match="x is too large; give at most 4,000,000 samples"):
        read_samples(tmp_path / "grid.npz")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        (dict(weights=np.zeros((3, 3, 3, 2)), name=np.array(["a"])), r"holds 'weights' \(3, 3, 3, 2\), 'name' \(1,\)"),
        (dict(one=Z, two=Z, x=X, y=Y), "holds 'one'"),
        (dict(x=X, y=Y, z=np.array([[None] * 5] * 7)), "z does not hold numbers"),
        (dict(x=IJ[1], y=RANDOM.random(Z.shape), z=Z), "are no meshgrid"),
        (dict(), "holds no arrays"),
    ],
)
def test_what_is_not_plain_is_told(arrays: dict[str, Any], said: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "grid.npz", **arrays)
    with pytest.raises(ValueError, match=said):
        read_samples(tmp_path / "grid.npz")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b,c\n1,2,3\n", "has columns a, b, c; give columns x, y and z"),
        ("x,y,z\n0,0,1\n0,0,2\n", "two rows for one point"),
        ("x,y,z\n0,0,one\n", "row 2: 'one' is not a number"),
        ("1,2,3,4\n1,2\n", "row 2 has 2 columns, not 4"),
        ("x,y,z\n" + "\n".join(f"{i},{i},{i}" for i in range(50)), "are no grid"),
        ("\0\0\0", "is not a whole"),
        ("hello", "x, y and z"),
        ("x,y,z\n", "has no rows; give a row"),
        ("3,1,3,1,3\n" * 5, "first row and column do not rise; give x, y and z as columns, or write domain: {x"),
    ],
)
def test_text_that_is_no_grid(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "grid.csv").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        read_samples(tmp_path / "grid.csv")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_with_a_byte_order_mark(encoding: str, tmp_path: Path) -> None:
    rows = [f"{x},{y},{x * y}" for x in range(4) for y in range(5)]
    mark = "\ufeff" if encoding.endswith("e") else ""
    (tmp_path / "grid.csv").write_bytes((mark + "\n".join(["x,y,z", *rows])).encode(encoding))
    assert read_samples(tmp_path / "grid.csv").value([3.0, 4.0]) == 12


@pytest.mark.parametrize("text", ["x,y,z\n", "x;y;loss", "# made today\nw1\tw2\tloss\n\n"])
def test_names_without_rows(text: str, tmp_path: Path) -> None:
    (tmp_path / "grid.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="has no rows; give a row for each point"):
        read_samples(tmp_path / "grid.csv")


def test_crop_and_cap(tmp_path: Path) -> None:
    np.savez(tmp_path / "grid.npz", x=X, y=Y, z=Z)
    whole = film(tmp_path, "grid.npz").surface
    shot = film(tmp_path, "grid.npz", ", crop: {x: [0, 1.5]}, cap: 6.5")
    surface = shot.surface
    assert surface is not None and whole is not None
    assert surface.domain == ((0, 1.5), (0, 4)) and surface.cap == 6.5 and whole.cap is None
    points = np.array([[0.2, 1.1], [1.4, 3.9], [1.6, 1.0]])
    assert surface.value(points)[:2] == pytest.approx(whole.value(points)[:2], abs=0)  # losses stay what they are
    assert np.isnan(surface.value(points)[2])
    assert shot.resolved["surface"]["cap"] == 6.5
    for more, said in (
        (", crop: {x: [-3, 1]}", r"crop: x leaves the surface; stay within \[-1, 2\]"),
        (", cap: -50", "cap: nothing of the surface is below -50; write a loss above"),
        (", cap: high", "cap"),
    ):
        with pytest.raises(ConfigErrors, match=said):
            film(tmp_path, "grid.npz", more)


def test_crop_and_cap_of_a_formula(tmp_path: Path) -> None:
    (tmp_path / "film.yaml").write_text(
        "surface: {name: bowl, crop: {x: [-1, 2], y: [-1, 1]}, cap: 2}\noptimizers: [sgd]\n", encoding="utf-8"
    )
    shot = loading.shot(tmp_path / "film.yaml")
    surface = shot.surface
    assert surface is not None
    assert surface.domain == ((-1, 2), (-1, 1))
    assert shot.resolved["surface"]["cap"] == 2
    from thalweg.geometry.display import Display

    display = Display(surface, surface.domain)
    points = RANDOM.uniform((-1, -1), (2, 1), (300, 2))
    assert display.cut == 2
    assert display.shown(points).tolist() == (surface.value(points) <= 2).tolist()
