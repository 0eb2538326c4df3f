"""Between samples: a spline where the data are smooth; nothing invented at kinks, steps, spikes, holes and in noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.interpolate import CubicSpline, RectBivariateSpline

from thalweg.calculus.patches import at, patches, solve
from thalweg.calculus.sampled import Sampled

X, Y = np.linspace(-2, 2, 31), np.linspace(-1, 3, 26)
XS, YS = np.meshgrid(X, Y, indexing="ij")
RANDOM = np.random.default_rng(7)
ORDERS = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
SMOOTH: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "quadratic": lambda x, y: (x - 0.3) ** 2 + 0.3 * x * y + 2 * (y - 0.9) ** 2,
    "himmelblau": lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
    "monkey saddle": lambda x, y: x**3 - 3 * x * (y - 1) ** 2,
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    "plane": lambda x, y: x + 0.3 * y,
}
NEVER_BEYOND = {  # what neither is smooth nor turns round between samples
    "relu": np.maximum(0, XS - 0.1) + np.maximum(0, YS - 0.55) + 0.3,
    "step": np.where(XS + 0.3 * YS > 0.4, 1.0, 0.0),
    "spike": np.where((XS == X[11]) & (YS == Y[9]), 4e4, 0.0),
    "plateau": np.clip(XS**2 + YS**2, 0.5, 3),
    "noise": RANDOM.random(XS.shape),
    "heavy tails": np.exp(4 * RANDOM.normal(size=XS.shape)),
    "a few levels": RANDOM.integers(0, 3, XS.shape).astype(float),
}


def fine(x: np.ndarray, y: np.ndarray, z: np.ndarray, per: int = 8) -> np.ndarray:
    """The interpolant at `per` places a cell, (per (m - 1) + 1, per (n - 1) + 1)."""
    axes = [np.interp(np.arange(per * (len(side) - 1) + 1) / per, np.arange(len(side)), side) for side in (x, y)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    return Sampled(x, y, z).value(points)


def beyond(f: np.ndarray, z: np.ndarray, per: int = 8) -> float:
    """How far f leaves the range of the 4x4 samples around its cell, by brute force."""
    worst = 0.0
    for i in range(z.shape[0] - 1):
        for j in range(z.shape[1] - 1):
            near = z[max(0, i - 1) : i + 3, max(0, j - 1) : j + 3]
            cell = f[per * i : per * i + per + 1, per * j : per * j + per + 1]
            if np.isfinite(cell).all():
                worst = max(worst, np.nanmin(near) - cell.min(), cell.max() - np.nanmax(near))
    return worst


def lowest(f: np.ndarray) -> np.ndarray:
    """Where f is lower than all eight around: (n, 2), edges left out."""
    inner = f[1:-1, 1:-1]
    around = [
        f[1 + a : f.shape[0] - 1 + a, 1 + b : f.shape[1] - 1 + b] for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b
    ]
    return np.argwhere(inner < np.min(around, axis=0) - 1e-12 * np.ptp(f[np.isfinite(f)])) + 1


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_data_have_the_plain_spline_and_its_derivatives(name: str) -> None:
    z = SMOOTH[name](XS, YS)
    made, spline = patches(X, Y, z), RectBivariateSpline(X, Y, z)
    assert not made.limited.any()
    points = RANDOM.uniform((-2, -1), (2, 3), (300, 2))
    found = at(X, Y, made, points, ORDERS)
    for column, (dx, dy) in enumerate(ORDERS):
        right = spline.ev(points[:, 0], points[:, 1], dx=dx, dy=dy)
        assert found[:, column] == pytest.approx(right, abs=1e-9 * (1 + np.abs(right).max()))


@pytest.mark.parametrize("name", NEVER_BEYOND)
def test_no_cell_leaves_the_range_of_its_neighbours(name: str) -> None:
    z = NEVER_BEYOND[name]
    for x, y, heights in ((X, Y, z), (Y, X, z.T), (np.exp(X), Y**3 / 50 + Y, z)):
        assert beyond(fine(x, y, heights), heights) <= 1e-9 * np.ptp(heights)


@pytest.mark.parametrize("name", ["relu", "step", "plateau"])
def test_no_minimum_is_invented(name: str) -> None:
    assert len(lowest(fine(X, Y, NEVER_BEYOND[name]))) == 0


def test_a_flat_place_is_flat_and_stays_so_through_rounding() -> None:
    rounding = 0.3 * (1 + 2.3e-16 * RANDOM.integers(-1, 2, XS.shape))
    for z in (np.full(XS.shape, 2.302585), rounding):
        surface = Sampled(X, Y, z)
        points = RANDOM.uniform((-2, -1), (2, 3), (500, 2))
        assert np.ptp(surface.value(points)) == 0
        assert not surface.gradient(points).any()
        assert not surface.hessian(points).any()
        assert surface.minima == ()


def test_one_spike_bends_nothing_far_from_it() -> None:
    z = XS**2 + YS**2
    bowl = Sampled(X, Y, z)
    exploded = z.copy()
    exploded[25, 20], exploded[26, 3] = 2e5, 4e4
    surface = Sampled(X, Y, exploded)
    points = RANDOM.uniform((-1, -0.6), (0.9, 1), (200, 2))
    assert surface.value(points) == pytest.approx(bowl.value(points), abs=2e-3)
    (least,) = surface.minima
    assert least == pytest.approx((0, 0, 0), abs=2e-3)


def test_a_bowl_keeps_its_minimum_between_two_equal_lowest_samples() -> None:
    x, y = np.arange(-2.5, 3), np.arange(-3.0, 4)
    surface = Sampled(x, y, np.add.outer(x**2, y**2))
    assert surface.value([0, 0]) == pytest.approx(0, abs=1e-12)  # the samples' lowest is 0.25
    assert surface.hessian([0, 0]) == pytest.approx(2 * np.eye(2), abs=1e-9)
    kink = Sampled(x, y, np.add.outer(np.abs(x), np.abs(y)))
    assert kink.value([0, 0]) < 0.49  # not an exactly flat bottom between the two


def test_slopes_are_those_of_splines_and_lines_end_at_holes() -> None:
    x = np.sort(RANDOM.uniform(0, 9, 14))
    z = RANDOM.normal(size=(14, 5))
    z[6, 1] = z[2, 2] = z[10, 2] = z[1, 3] = z[4, 3] = z[[1, 3, 5], 4] = np.nan
    found = solve(x, z, np.zeros(z.shape, dtype=bool), np.zeros_like(z))
    for column in (z.T,):
        for line, slope in zip(column, found.T, strict=True):
            known = np.flatnonzero(np.isfinite(line))
            for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
                right = CubicSpline(x[run], line[run])(x[run], 1) if len(run) > 1 else [0]
                assert slope[run] == pytest.approx(right, abs=1e-8)
    assert np.isnan(found[~np.isfinite(z)]).all()


def test_a_sample_that_is_not_finite_is_a_hole() -> None:
    z = XS**2 + YS**2
    z[10, 12], z[20, 20] = np.nan, 1e300
    surface = Sampled(X, Y, z)
    inside = [(X[10] + a * 0.05, Y[12] + b * 0.05) for a in (-1, 1) for b in (-1, 1)] + [(X[20] + 0.01, Y[20] + 0.01)]
    assert np.isnan(surface.value(inside)).all()
    assert np.isnan(surface.gradient(inside)).all()
    edge = [(X[11], Y[12]), (X[9], Y[12]), (X[10], Y[13]), (X[11], Y[13])]
    assert surface.value(edge) == pytest.approx([z[11, 12], z[9, 12], z[10, 13], z[11, 13]])
    known = np.abs(z) < 1e100
    assert surface.value(np.stack([XS, YS], axis=-1))[known] == pytest.approx(z[known], abs=1e-12)
    points = RANDOM.uniform((-2, -1), (2, 3), (300, 2))
    values = surface.value(points)
    assert values[np.isfinite(values)] == pytest.approx((points**2).sum(axis=1)[np.isfinite(values)], abs=1e-9)


def test_derivatives_are_those_of_the_same_function_where_slopes_are_limited() -> None:
    surface, h = Sampled(X, Y, NEVER_BEYOND["noise"]), 1e-6
    i, j = RANDOM.integers(0, 30, 300), RANDOM.integers(0, 25, 300)
    share = RANDOM.uniform(0.1, 0.9, (300, 2))
    points = np.stack([X[i], Y[j]], axis=-1) + share * (X[1] - X[0], Y[1] - Y[0])
    for k, step in enumerate(np.eye(2) * h):
        slope = (surface.value(points + step) - surface.value(points - step)) / (2 * h)
        assert surface.gradient(points)[:, k] == pytest.approx(slope, abs=1e-6)
        bend = (surface.gradient(points + step) - surface.gradient(points - step)) / (2 * h)
        assert surface.hessian(points)[:, k] == pytest.approx(bend, abs=1e-4)


def test_a_run_into_a_hole_has_left_and_stops_at_its_edge() -> None:
    from thalweg.engine import OPTIMIZERS, roll
    from thalweg.geometry.display import Display

    z = XS**2 + YS**2
    z[13:18, 5:9] = np.nan
    surface = Sampled(X, Y, z)
    path = roll(OPTIMIZERS["sgd"](lr=0.05), surface, [[-1.5, 1.5], [1.9, 2.9]], 60)
    assert path.status.tolist() == ["left", "left"]
    display, runs = Display(surface, surface.domain), np.arange(2)
    stopped = display.stop_at_holes(path.positions, path.last, path.status == "left")
    ends = stopped[runs, path.last]
    assert np.isfinite(surface.value(ends)).all()
    lower, upper = np.array([X[12], Y[4]]), np.array([X[18], Y[9]])
    assert np.abs(np.concatenate([ends - lower, ends - upper], axis=1)).min(axis=1) == pytest.approx(0, abs=1e-6)
    assert surface.inside([[0.0, Y[6]], [X[0], Y[0]], [5.0, 0.0]]).tolist() == [False, True, False]
    assert bool(surface.inside([X[0], Y[0]]))
