"""Surfaces from files of samples: the interpolant, its hull, runs that leave it, files that cannot be used."""

from __future__ import annotations

import json
import os
from pathlib import Path

import loading
import numpy as np
import pytest

from thalweg.calculus import Surface, plane_of_path, read_samples, save_samples
from thalweg.calculus.sampled import Sampled
from thalweg.cli.report import report
from thalweg.engine import OPTIMIZERS, roll
from thalweg.experiment.data import write
from thalweg.spec import ConfigErrors, load

X, Y = np.linspace(-2, 2, 41), np.linspace(-1, 2, 33)
YAML = "surface: {samples: grid.npz}\nstart: [-1.5, 1.5]\nsteps: 30\noptimizers: [%s]\n"


def height(x: float, y: float) -> float:
    return (x - 0.3) ** 2 + 0.5 * (y - 0.2) ** 2 + 0.2 * float(np.sin(3 * x))


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    save_samples(tmp_path / "grid.npz", X, Y, height)
    return tmp_path / "grid.npz"


@pytest.fixture
def surface(grid: Path) -> Surface:
    return read_samples(grid)


def test_goes_through_every_sample_and_is_near_between(surface: Surface) -> None:
    nodes = np.stack(np.meshgrid(X, Y, indexing="ij"), axis=-1)
    exact = np.array([[height(x, y) for y in Y] for x in X])
    assert surface.value(nodes) == pytest.approx(exact, abs=1e-12)
    points = np.random.default_rng(0).uniform((-2, -1), (2, 2), (200, 2))
    assert surface.value(points) == pytest.approx([height(x, y) for x, y in points], abs=1e-4)


def test_gradient_and_hessian_are_those_of_the_interpolant_and_continuous(surface: Surface) -> None:
    points, h = np.random.default_rng(1).uniform((-1.9, -0.9), (1.9, 1.9), (100, 2)), 1e-5
    steps = np.eye(2) * h
    slopes = np.stack([(surface.value(points + e) - surface.value(points - e)) / (2 * h) for e in steps], axis=-1)
    assert surface.gradient(points) == pytest.approx(slopes, abs=1e-8)
    bends = np.stack([(surface.gradient(points + e) - surface.gradient(points - e)) / (2 * h) for e in steps], axis=-1)
    assert surface.hessian(points) == pytest.approx(bends, abs=1e-5)
    assert np.array_equal(surface.hessian(points), np.swapaxes(surface.hessian(points), -1, -2))
    line = np.stack([np.full(9, X[20]), Y[10] + np.linspace(-1e-9, 1e-9, 9)], axis=-1)  # across a sample
    assert np.ptp(surface.gradient(line), axis=0).max() < 1e-7


def test_nothing_is_known_outside_the_hull(surface: Surface) -> None:
    points = np.array([[2.0, 2.0], [-2.0, -1.0], [2.0001, 0], [0, -1.0001], [np.nan, 0], [np.inf, 0]])
    assert np.isfinite(surface.value(points)).tolist() == [True, True, False, False, False, False]
    assert np.isfinite(surface.gradient(points)).all(axis=-1).tolist() == [True, True, False, False, False, False]
    assert surface.hessian(points[2:]).shape == (4, 2, 2)
    assert surface.value(np.empty((0, 3, 2))).shape == (0, 3)


def test_the_minimum_is_found_and_the_edge_is_none(surface: Surface, tmp_path: Path) -> None:
    (least,) = surface.minima
    assert np.abs(surface.gradient([least.x, least.y])).max() < 1e-9
    assert surface.reached(np.array([[least.x + 0.01, least.y], [1.5, 1.5]])).tolist() == [0, -1]
    save_samples(tmp_path / "slope.npz", X, Y, lambda x, y: x + 0.3 * y)
    assert read_samples(tmp_path / "slope.npz").minima == ()


@pytest.mark.parametrize(("name", "lr"), [("momentum", 0.9), ("nag", 0.9)])
def test_a_run_that_leaves_says_so_and_disturbs_nobody(surface: Surface, name: str, lr: float) -> None:
    optimizer = OPTIMIZERS[name](lr=lr)
    path = roll(optimizer, surface, [[-1.5, 1.5], [surface.minima[0].x, surface.minima[0].y]], 30)
    assert path.status.tolist() == ["left", "ok"]
    last = int(path.last[0])
    assert 0 < last < 30
    assert np.isfinite(path.loss[0, :last]).all()
    assert np.isnan(path.loss[0, last:]).all()
    assert np.isnan(path.positions[0, last + 1 :]).all()
    assert np.isfinite(path.positions[1]).all()


def test_an_experiment_tells_the_same_in_report_and_data(grid: Path) -> None:
    (grid.parent / "film.yaml").write_text(YAML % "sgd, {momentum: {lr: 0.9}}", encoding="utf-8")
    shot = loading.shot(grid.parent / "film.yaml")
    paths = shot.roll()
    first, *lines = report(shot, paths)
    assert "grid.npz" in first
    assert "left the samples at step" in lines[1]
    assert shot.experiment is not None
    write(grid.parent / "a.csv", shot.experiment, paths, shot.resolved)
    rows = (grid.parent / "a.csv").read_text(encoding="utf-8").splitlines()
    assert [row for row in rows if row.endswith(",left")] == [rows[-1]]
    assert ",nan,nan,nan,left" in rows[-1]
    again = grid.parent / "again.yaml"
    again.write_text(json.dumps(shot.resolved), encoding="utf-8")
    assert loading.shot(again).resolved == {**shot.resolved, "title": shot.title}
    save_samples(grid, X, Y, lambda x, y: x * x + y * y)
    with pytest.raises(ConfigErrors, match="sha256: grid.npz is another file than the one meant; remove sha256"):
        load(again)


def test_on_screen_a_ball_that_left_stops_at_the_edge() -> None:
    from thalweg.geometry.playback import stop_at_edge

    domain = np.array([[-1.0, 1.0], [-2.0, 2.0]])
    positions = np.array([[[0, 0], [0.5, 0], [1.5, 1.0], [np.nan, np.nan]]])
    stopped = stop_at_edge(positions, np.array([2]), np.array([True]), domain)
    assert stopped[0, 2] == pytest.approx([1.0, 0.5])
    assert stopped[0, :2].tolist() == [[0, 0], [0.5, 0]]


def z(shape: tuple[int, ...]) -> np.ndarray:
    return np.arange(float(np.prod(shape))).reshape(shape)


BAD = {
    "z has shape (4, 4); x and y need (4, 5)": dict(x=np.arange(4.0), y=np.arange(5.0), z=z((4, 4))),
    "x has 3 numbers; give at least 4": dict(x=np.arange(3.0), y=np.arange(4.0), z=z((3, 4))),
    "x has 20,001 numbers; give at most 20,000": dict(x=np.arange(20_001.0), y=np.arange(4.0), z=z((20_001, 4))),
    "y[2] = 1 is not above y[1] = 1; y must rise strictly": dict(
        x=np.arange(4.0), y=np.array([0.0, 1, 1, 2]), z=z((4, 4))
    ),
    "y[1] is nan; every y must be finite": dict(x=np.arange(4.0), y=np.array([0, np.nan, 1, 2]), z=z((4, 4))),
    "z has no cell of four samples that are finite, 1e+100 at most": dict(
        x=np.arange(4.0), y=np.arange(4.0), z=np.full((4, 4), 1e308)
    ),
    "x goes from 0 to 3e-300; stay within +-1e+09, over 1e-06": dict(
        x=np.arange(4.0) * 1e-300, y=np.arange(4.0), z=z((4, 4))
    ),
    "x has shape (2, 2); it must be one row of numbers": dict(x=z((2, 2)), y=np.arange(4.0), z=z((4, 4))),
    "holds 'x' (4,), 'y' (4,); name its arrays x (m), y (n) and z (m, n), or write the file": dict(
        x=np.arange(4.0), y=np.arange(4.0)
    ),
    "z does not hold numbers": dict(x=np.arange(4.0), y=np.arange(4.0), z=np.array([["a"] * 4] * 4)),
    "x does not hold numbers": dict(x=np.array([None] * 4), y=np.arange(4.0), z=z((4, 4))),
}


@pytest.mark.parametrize("said", BAD)
def test_samples_that_cannot_be_used(said: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "grid.npz", **BAD[said])
    (tmp_path / "film.yaml").write_text(YAML % "sgd", encoding="utf-8")
    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path / "film.yaml")
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{tmp_path / 'film.yaml'}:1: surface.samples: grid.npz: {said}")
    assert problem.cure


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY", "half"])
def test_files_that_are_no_samples(content: bytes | str, grid: Path) -> None:
    whole = grid.read_bytes()
    grid.write_bytes(content if isinstance(content, bytes) else whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="not a whole .npz, .npy or .csv of numbers; write the file with"):
        read_samples(grid)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "grid.npz")
    with pytest.raises(ValueError, match="not a regular file"):
        read_samples(tmp_path / "grid.npz")


def test_saving_is_whole_or_not_at_all(tmp_path: Path) -> None:
    save_samples(tmp_path / "any.name", [0, 1, 2, 3], [0, 1, 2, 3, 4], lambda x, y: 10 * x + y)
    with np.load(tmp_path / "any.name") as saved:
        assert saved["z"].shape == (4, 5)
        assert saved["z"][3, 2] == 32
    with pytest.raises(ValueError, match="z has no cell of four samples that are finite"):
        save_samples(tmp_path / "none.npz", [0, 1, 2, 3], [0, 1, 2, 3], lambda x, y: np.inf)
    assert [path.name for path in tmp_path.iterdir()] == ["any.name"]


def test_the_plane_of_a_path_holds_what_varies_most() -> None:
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(7, 7)))[0]
    t = np.linspace(0, 1, 50)
    inner = np.zeros((50, 7))
    inner[:, 0], inner[:, 1], inner[:, 2] = 5 * t, np.sin(3 * t), 1e-3 * np.cos(20 * t)
    plane = plane_of_path(inner @ turn.T + 1)
    assert plane.explained[0] > plane.explained[1] > 0
    assert plane.explained.sum() == pytest.approx(1, abs=1e-5)
    assert plane.directions @ plane.directions.T == pytest.approx(np.eye(2), abs=1e-12)
    assert plane.path[-1].tolist() == [0, 0]
    assert plane.weights(*plane.path[10]) == pytest.approx(inner[10] @ turn.T + 1, abs=5e-3)
    x, y = plane.axes(21, margin=0.1)
    assert x[0] < plane.path[:, 0].min() and y[-1] > plane.path[:, 1].max()


def test_a_further_run_is_seen_on_the_plane() -> None:
    """By the normal equations: the point of the plane that is nearest to the weights, and how far it is."""
    random = np.random.default_rng(5)
    plane = plane_of_path(random.normal(size=(30, 6)).cumsum(axis=0))
    other = random.normal(size=(4, 6))
    basis = np.linalg.pinv(plane.directions.T)
    expected = np.array([basis @ (row - plane.origin) for row in other])
    assert plane.project(other) == pytest.approx(expected, abs=1e-12)
    assert plane.project(plane.weights(0.3, -2.0)) == pytest.approx([0.3, -2.0], abs=1e-12)
    for row, place, away in zip(other, plane.project(other), plane.distance(other), strict=True):
        near = min(np.linalg.norm(row - plane.weights(*(place + turn))) for turn in ([0, 0], [1e-3, 0], [0, -1e-3]))
        assert away == pytest.approx(near, rel=1e-12)
    x, y = plane.axes(9, 0.0, [[99, -99]])
    assert (x[-1], y[0]) == (99, -99)
    assert plane.distance(plane.weights(1, 2)) == pytest.approx(0, abs=1e-12)


def test_weights_come_as_arrays_of_layers() -> None:
    random = np.random.default_rng(6)
    flat = random.normal(size=(5, 8)).cumsum(axis=0)
    layers = [{"w": row[:6].reshape(2, 3), "b": row[6:]} for row in flat]
    plane = plane_of_path(flat)
    for form in (
        layers,
        [list(each.values()) for each in layers],
        [tuple(each.values()) for each in layers],
        flat.reshape(5, 2, 4),
        flat.tolist(),
    ):
        assert plane_of_path(form).path == pytest.approx(plane.path, abs=1e-12)
        assert plane.project(form) == pytest.approx(plane.path, abs=1e-12)
        assert plane.project(form[1]) == pytest.approx(plane.path[1], abs=1e-12)
        assert plane.distance(form[1]).shape == ()
    assert plane.project(flat[:1]).shape == (1, 2)
    for wrong, said in (
        (flat[:, :7], "7 numbers a row; give 8"),
        (np.full((2, 8), np.inf), "not all finite"),
        ({"w": flat[0, :3]}, "3 numbers a row; give 8"),
        ("text", "not numbers"),
    ):
        with pytest.raises(ValueError, match=said):
            plane.project(wrong)
    with pytest.raises(ValueError, match=r"weights\[1\] are 7 numbers, weights\[0\] 8; give the same arrays"):
        plane_of_path([flat[0], flat[1, :7], flat[2]])


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (np.zeros((2, 5)), "at least 3 points"),
        (np.outer(np.arange(5.0), np.ones(3)), "straight line"),
        (np.full((4, 3), np.nan), "not all finite"),
    ],
)
def test_paths_that_span_no_plane(path: np.ndarray, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        plane_of_path(path)


def test_the_screen_says_who_left_and_whose_loss_is_projected(grid: Path) -> None:
    from scenes_help import staged

    (grid.parent / "run.csv").write_text("x,y,loss\n-1.5,1.5,9\n0,0.5,3\n", encoding="utf-8")
    (grid.parent / "film.yaml").write_text(
        YAML % "{momentum: {lr: 0.9}}, {recorded: {file: run.csv}}" + "style: {loss_panel: true}\n", encoding="utf-8"
    )
    scene = staged(loading.shot(grid.parent / "film.yaml"))
    try:
        gone, recorded = scene.board["legend"].rows
        assert "left" in gone.tags and "diverged" not in gone.tags
        assert recorded.details == "recorded elsewhere, projected"
        assert scene.hands.panels.standings.losses[1, -1] == 3
        assert scene.board["loss_panel"].note == " (projected: as recorded)"
        scene.pose(scene.duration)
        low, high = scene.display.domain.T
        ends = scene.motion.at(scene.duration)
        assert np.isfinite(ends.center).all()
        assert ((ends.points >= low - 1e-9) & (ends.points <= high + 1e-9)).all(), "a ball stops at the edge"
    finally:
        scene.release()


def test_third_derivatives_are_those_of_the_patches() -> None:
    """A product of cubics is its own bicubic spline."""
    x, y = np.linspace(1, 2, 9), np.linspace(1, 2, 7)
    z = (x**3 + x)[:, None] * (2 * y**3 + y**2)
    a, b = np.random.default_rng(2).uniform(1.1, 1.9, (2, 20))
    third = Sampled(x, y, z).third(np.stack([a, b], axis=-1))
    expected = {
        (0, 0, 0): 6 * (2 * b**3 + b**2),
        (0, 0, 1): 6 * a * (6 * b**2 + 2 * b),
        (0, 1, 1): (3 * a**2 + 1) * (12 * b + 2),
        (1, 1, 1): (a**3 + a) * 12,
    }
    for place, values in expected.items():
        assert np.allclose(third[(slice(None), *place)], values, atol=1e-9)
