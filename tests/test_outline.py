"""The outline of a landscape: one smooth line, where its domain ends and where it turns away from the eye."""

from __future__ import annotations

import numpy as np
import pytest

from tests.mobjects_help import drop, look, make_scene
from thalweg.calculus import from_expression

SIZE, MARGIN = (960, 540), 40
RAVINE = "x**2 / 20 + 8 * y**2"
SADDLE = "x**4 / 4 - x**2 / 2 + y**2"


@pytest.fixture
def scene():
    made = make_scene(SIZE)
    yield made
    drop(made)


@pytest.mark.parametrize(
    ("text", "theta", "phi"), [(RAVINE, 9, 58), (RAVINE, 9, 63), (RAVINE, -8, 54), (RAVINE, 5, 66), (SADDLE, -32, 66)]
)
def test_it_ends_below_in_a_line_without_gaps(scene, text, theta, phi):
    """Of each column of pixels what is lowest is the line: there is no brighter one anywhere inside of this landscape.
    Where the line turns into another a pixel may be amiss."""
    from thalweg.mobjects import LossSurface

    domain = ((-3.0, 3.0), (-1.6, 1.6))
    scene.frame.reorient(theta, phi).set_height(12)
    empty = look(scene)
    scene.add(LossSurface(from_expression(text, None, domain), grid=False, contours=False))
    picture = look(scene)
    changed = np.abs(picture - empty).max(axis=-1) > 8
    columns = np.flatnonzero(changed.any(axis=0))[MARGIN:-MARGIN]
    lowest = len(picture) - 1 - changed[::-1, columns].argmax(axis=0)
    brightness = picture.sum(axis=-1)
    line = brightness[lowest[:, None] + np.arange(-2, 1), columns[:, None]].max(axis=1)
    inside = brightness[lowest - 7, columns]
    assert (line > inside + 60).mean() > 0.98, "dashed, or none"
    assert (np.abs(np.diff(lowest)) <= 2).all()
