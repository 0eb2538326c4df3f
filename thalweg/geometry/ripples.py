"""Ripples finer than a mesh shows: found, and smoothed for what is drawn, so that no pattern appears that is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FINEST = 241  # places a side of the finest mesh
LARGE, MANY = 0.05, 0.10  # of the relief, of the cells: what is no single kink any more
PER_CELL = 8  # looks a side into a cell
BLUR = 1.5  # cells


def rippled(to_relief: Callable[[Array], Array], grid: Array, relief: float) -> bool:
    """Whether the finest mesh, points `grid` (n, n, 2) of the domain, misses a surface whose heights span `relief` in
    many of its cells: in their middle it is far from its corners. `to_relief` gives points (..., 2) their place.
    """
    with np.errstate(all="ignore"):
        corners = to_relief(grid)[..., 2]
        middles = to_relief((grid[:-1, :-1] + grid[1:, 1:]) / 2)[..., 2]
    flat = (corners[:-1, :-1] + corners[1:, :-1] + corners[:-1, 1:] + corners[1:, 1:]) / 4
    return float(np.mean(np.abs(middles - flat) > LARGE * max(relief, 1e-9))) > MANY


def smoothed(surface: Any, domain: Array) -> Any:
    """The means of the surface around the places of the finest mesh, as a surface of samples.

    A cell is looked at in PER_CELL ** 2 places, each moved at random within its share, so that none of the ripples'
    rhythm is left; where nothing is finite there is a hole.
    """
    from scipy.ndimage import gaussian_filter

    from thalweg.calculus import surface_of_samples

    sides = [np.linspace(low, high, FINEST) for low, high in domain]
    places = [np.arange((FINEST - 1) * PER_CELL) / PER_CELL for _ in sides]
    random = np.random.default_rng(0)
    total, count = (np.zeros((FINEST - 1, FINEST - 1)) for _ in range(2))
    for row in range(PER_CELL):
        x = places[0][row::PER_CELL, None] + np.zeros(len(places[1]))
        y = places[1] + np.zeros_like(x)
        at = np.stack([x, y], axis=-1) + random.random((*x.shape, 2)) / PER_CELL
        step = np.array([side[1] - side[0] for side in sides])
        with np.errstate(all="ignore"):
            value = np.asarray(surface.value(at * step + domain[:, 0]))
        known = np.isfinite(value)
        cells = (FINEST - 1, FINEST - 1, PER_CELL)
        total += np.where(known, value, 0).reshape(cells).sum(axis=-1)
        count += known.reshape(cells).sum(axis=-1)
    total, count = (gaussian_filter(each, BLUR, mode="nearest") for each in (total, count))
    mean = np.where(count > 0.5 * PER_CELL**2, total / np.maximum(count, 1e-9), np.nan)
    wide = np.pad(mean, 1, mode="edge")
    corners = (wide[:-1, :-1] + wide[1:, :-1] + wide[:-1, 1:] + wide[1:, 1:]) / 4
    return surface_of_samples(sides[0], sides[1], corners)
