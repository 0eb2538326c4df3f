"""Numbers along the edges: never on the landscape, on each other or cut off, wherever they are seen from."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tests.mobjects_help import drop, look, make_scene
from thalweg.calculus import SURFACES, from_expression
from thalweg.geometry.display import Display
from thalweg.geometry.outline import hull, sides, way_out

SIZE = (640, 360)
LANDSCAPES = {
    "bowl": "x**2 + y**2",
    "hill": "exp(-x**2 - y**2)",
    "saddle": "x**2 - y**2",
    "wall": "exp(3*x) + 0*y",
    "waves": "sin(3*x)*cos(2*y)",
}


def made(surface, theta: float):
    """A scene with the landscape and its labels."""
    from thalweg.mobjects import LossSurface
    from thalweg.mobjects.axis_labels import AxisLabels

    scene, display = make_scene(SIZE), Display(surface, surface.domain)
    landscape = LossSurface(surface, display, contours=False, grid=False)
    labels = AxisLabels(display, landscape.landmarks(), theta, 10, "#FFFFFF")
    scene.add(landscape, labels)
    return scene, landscape, labels


def seen_from(scene, labels, theta: float, phi: float, height: float = 15) -> list[dict]:
    scene.frame.reorient(theta, phi).set_height(height)
    look(scene)
    return labels.told()["texts"]


@pytest.mark.parametrize("name", LANDSCAPES)
def test_labels_stand_beside_the_landscape_and_apart(name):
    scene, landscape, labels = made(from_expression(LANDSCAPES[name]), -35)
    counted = 0
    for theta in range(-170, 190, 40):
        for phi in (0, 50, 84):
            texts = seen_from(scene, labels, theta, phi)
            scene.remove(labels)
            whole = look(scene)
            scene.remove(landscape)
            covered = np.abs(whole - look(scene)).max(axis=-1) > 8
            scene.add(landscape, labels)
            boxes = [np.array(text["box"]) for text in texts]
            for text, (left, top, right, bottom) in zip(texts, boxes, strict=True):
                assert 0 <= left and right <= SIZE[0] and 0 <= top and bottom <= SIZE[1], (theta, phi, text)
                inside = covered[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))]
                assert inside.sum() <= 2, (theta, phi, text)
            for one, other in combinations(boxes, 2):
                assert (np.maximum(one[:2], other[:2]) >= np.minimum(one[2:], other[2:])).any(), (theta, phi)
            counted += len(texts)
    assert counted > 27 * 6, "most of them are seen"
    drop(scene)


def test_nothing_pops_while_the_camera_goes_round():
    """A tenth of a degree turns no label by more than a few pixels and hides or shows none at once."""
    scene, _, labels = made(SURFACES["rosenbrock"](), -35)
    before = None
    for theta in np.arange(-20, 30, 0.1):
        scene.frame.reorient(theta, 55).set_height(15)
        labels.get_shader_wrapper(scene.camera.ctx)
        scene.camera.refresh_uniforms()
        labels.shader_wrapper.update_program_uniforms(scene.camera.uniforms)
        middles, strength = labels.placed()
        if before is not None:
            both = (strength > 0.05) & (before[1] > 0.05)
            assert np.abs(middles - before[0])[both].max() < 3
            assert np.abs(strength - before[1]).max() < 0.35
        before = middles, strength
    drop(scene)


def test_at_rest_all_numbers_of_two_edges_are_there():
    """As on a map: y to the left, x below; by the two edges nearest to the eye when it has turned."""
    scene, _, labels = made(from_expression("x**2 + y**2", domain=((-3, 3), (-3, 3))), 0)
    first = seen_from(scene, labels, 0, 0, 18)
    texts = {text["text"]: text["box"] for text in first}
    assert len([text for text in first if text["strength"] > 0.99]) == 2 * 5 + 2
    across, down = (0.5 * np.add(texts[name][:2], texts[name][2:]) for name in ("$x$", "$y$"))
    assert abs(across[0] - SIZE[0] / 2) < 4 and across[1] > 0.75 * SIZE[1]
    assert down[0] < 0.35 * SIZE[0] and abs(down[1] - SIZE[1] / 2) < 4
    later = {text["text"]: text["box"] for text in seen_from(scene, labels, 45, 50)}
    assert later["$y$"][0] > SIZE[0] / 2 > later["$x$"][2]
    drop(scene)


def test_the_way_out_of_a_square():
    """By hand: a box 2 wide and 1 high leaves the unit square to the right when its left side passes it."""
    corners = hull(np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5], [0.2, 0.9]]))
    assert sorted(map(tuple, corners.tolist())) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    halves, slant = np.array([[1.0, 0.5]]), np.sqrt(0.5)
    ways = np.array([[1.0, 0.0], [0.0, -1.0], [slant, slant]])
    away = way_out(np.full((3, 2), 0.5), ways, np.repeat(halves, 3, axis=0), sides(corners))
    assert away == pytest.approx([1.5, 1.0, 1.0 / slant])
