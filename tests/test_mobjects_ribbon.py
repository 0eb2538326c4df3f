"""Trails in fewer pieces: what is drawn at any time is where it would be with all of them."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.calculus import SURFACES
from thalweg.geometry.display import Display
from thalweg.stage import boot

boot.ensure()

from thalweg.mobjects._mesh import fine_enough, graded_axes  # noqa: E402
from thalweg.mobjects._ribbon import TOLERANCE, needed  # noqa: E402

TIMES = np.cumsum(np.random.default_rng(1).uniform(0, 0.02, 700))


def farthest(values: np.ndarray, kept: np.ndarray) -> float:
    drawn = np.stack([np.interp(TIMES, TIMES[kept], values[kept, axis]) for axis in range(values.shape[1])], axis=1)
    return float(np.linalg.norm(drawn - values, axis=1).max())


@pytest.mark.parametrize(("speed", "most"), [(0.3, 0.3), (2.0, 0.7), (9.0, 0.9)])
def test_pieces_left_out_are_not_missed_at_any_time(speed, most):
    curve = np.stack([np.cos(speed * TIMES), np.sin(speed * TIMES**1.3), 0.1 * TIMES], axis=1)
    straight = np.stack([TIMES, 2 * TIMES, 0 * TIMES], axis=1)
    both = needed(np.stack([curve, straight]), TIMES)
    assert farthest(curve, both[0]) <= TOLERANCE + 1e-12
    assert both[0].sum() < most * len(TIMES)
    assert both[1].sum() <= 12  # one piece for each power of two in 700 samples
    assert both[:, [0, -1]].all()


def test_a_change_of_pace_on_a_straight_way_is_kept():
    still_then_off = np.stack([np.maximum(TIMES - TIMES[300], 0), 0 * TIMES], axis=1)
    kept = needed(still_then_off, TIMES)
    assert farthest(still_then_off, kept) <= TOLERANCE + 1e-12
    assert kept[295:305].any()


def test_what_is_not_finite_is_left_as_it_is():
    broken = np.stack([TIMES, np.where(np.arange(700) == 350, np.nan, 0.0)], axis=1)
    assert needed(broken, TIMES)[350:352].all()


def test_mesh_lines_stand_closer_where_the_surface_bends():
    surface = SURFACES["bowl_with_two_holes"]()
    display = Display(surface, surface.domain)
    axes = [axis(81) for axis in graded_axes(display)]
    even = display.grid(81)
    graded = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    for axis, (low, high) in zip(axes, display.domain, strict=True):
        assert (axis[0], axis[-1]) == (low, high) and (np.diff(axis) > 0).all()
    whole = np.ones((81, 81), bool)
    assert fine_enough(display, graded, display.to_world(graded), whole)
    assert not fine_enough(display, even, display.to_world(even), whole)
