"""The mesh of a landscape with holes: their edges run where the loss ends, not along the cells of the mesh."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.calculus import SURFACES, from_expression
from thalweg.geometry.display import TALLEST, Display

# pure numpy, but under scenes.mobjects, whose import boots manimgl
from thalweg.mobjects._mesh import make_mesh  # isort: skip

SIX = ((-3.0, 3.0), (-3.0, 3.0))


def area(mesh) -> float:
    """Of the mesh seen from above."""
    a, b, c = (mesh.vertices[mesh.triangles[:, k], :2] for k in range(3))
    return float(np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]).sum() / 2)


def test_a_round_hole_has_a_round_edge():
    display = Display(from_expression("sqrt(x**2 + y**2 - 4)", None, SIX), SIX)
    mesh = make_mesh(display)
    assert len(mesh.rims) == 1
    (rim,) = mesh.rims
    assert np.allclose(rim[0], rim[-1]), "closed"
    radius = 2 * display.scale[0]
    assert np.abs(np.linalg.norm(rim[:, :2], axis=1) - radius).max() < 1e-5
    assert abs(area(mesh) - (100 - np.pi * radius**2)) < 0.01
    assert np.isfinite(mesh.vertices[np.unique(mesh.triangles)]).all()
    assert [len(side) for side in mesh.sides] == [len(mesh.points)] * 4


def test_an_island_has_no_sides():
    display = Display(from_expression("0 - sqrt(4 - x**2 - y**2)", None, SIX), SIX)
    mesh = make_mesh(display)
    assert not mesh.sides and len(mesh.rims) == 1
    assert abs(area(mesh) - np.pi * (2 * display.scale[0]) ** 2) < 0.01


def test_a_hole_at_the_side_cuts_the_sides_where_it_begins():
    domain = ((-1.0, 3.1), (-2.0, 2.0))
    display = Display(from_expression("sqrt(x) + y**2", None, domain), domain)
    mesh = make_mesh(display)
    assert len(mesh.sides) == 3 and len(mesh.rims) == 1
    ends = np.concatenate([[side[0], side[-1]] for side in mesh.sides])
    at_zero = display.to_plate(np.array([0.0, 0.0]))[0]
    assert abs(ends[:, 0].min() - at_zero) < 1e-6 and abs(mesh.rims[0][:, 0] - at_zero).max() < 1e-6


def test_two_parts_that_touch_at_a_point_stay_two():
    display = Display(from_expression("sqrt(x*y)", None, SIX), SIX)
    mesh = make_mesh(display)
    assert abs(area(mesh) - 50) < 0.2


@pytest.mark.parametrize("text", ["log(x**2 + y**2)", "1/(x**2 + y**2)", "log(x) + y**2", "1/x", "exp(exp(x + y))"])
def test_poles_stay_within_the_heights_shown(text):
    display = Display(from_expression(text, None, SIX), SIX)
    mesh = make_mesh(display)
    heights = mesh.vertices[np.unique(mesh.triangles), 2]
    slack = 0.04 * (display.ceiling - display.floor)
    assert display.floor - slack <= heights.min() and heights.max() <= display.ceiling + slack
    assert len(mesh.triangles) > 1000


@pytest.mark.parametrize("name", list(SURFACES))
def test_nothing_of_the_shipped_surfaces_is_cut(name):
    surface = SURFACES[name]()
    display = Display(surface, surface.domain)
    mesh = make_mesh(display)
    n = len(mesh.points)
    assert len(mesh.vertices) == n * n and abs(area(mesh) - 4 * np.prod(display.half_size)) < 1e-5
    assert not mesh.rims and np.isfinite(mesh.vertices).all()


def test_nowhere_finite_is_an_empty_mesh():
    mesh = make_mesh(Display(from_expression("sqrt(0 - 1 - x**2)", None, SIX), SIX))
    assert not len(mesh.triangles) and not mesh.sides and not mesh.rims


def test_a_large_z_scale_is_cut_off_and_says_where():
    bowl = from_expression("x**2 + y**2", None, SIX)
    display = Display(bowl, SIX, z_scale=20.0)
    assert display.ceiling - display.floor == TALLEST and display.cut is not None
    on_the_cut = np.array([np.sqrt(display.cut), 0.0])
    assert np.isclose(display.to_world(on_the_cut[None])[0, 2], display.ceiling)
    mesh = make_mesh(display)
    assert mesh.vertices[np.unique(mesh.triangles), 2].max() <= display.ceiling + 0.04 * TALLEST
    assert Display(bowl, SIX, z_scale=0.1).cut is None and Display(bowl, SIX).cut is None


def test_decades_are_drawn_with_a_logarithmic_height():
    for name in ("rosenbrock", "beale"):
        surface = SURFACES[name]()
        assert Display(surface, surface.domain).heights.kind == "log"
