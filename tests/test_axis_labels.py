"""Numbers along the edges: never on the landscape, on each other or cut off, wherever they are seen from."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tests.mobjects_help import drop, look, make_scene
from thalweg.calculus import SURFACES, from_expression
from thalweg.geometry.beside import pixels_at
from thalweg.geometry.display import Display
from thalweg.geometry.framing import CameraPose
from thalweg.geometry.outline import apart, hull, sides, way_out

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


def film(theta, names=("$x$", "$y$"), panels=(), late=(), comes=np.inf, seconds=8.0, size=SIZE, scale=1.8):
    """Labels of a film whose camera turns as theta(seconds) says, and its plan."""
    from thalweg.mobjects import LossSurface
    from thalweg.mobjects.axis_labels import AxisLabels, Plan

    surface = SURFACES["rosenbrock"]()
    display = Display(surface, surface.domain)
    ground = LossSurface(surface, display, contours=False, grid=False).landmarks()
    labels = AxisLabels(display, ground, theta(0.0), 10, "#FFFFFF", names)

    def pose(now: float) -> CameraPose:
        return CameraPose(theta(now), 55.0, scale, np.zeros(3))

    def boxes(now: float) -> np.ndarray:
        return np.reshape([*panels, *(late if now >= comes else ())], (-1, 4)).astype(float)

    return labels, Plan(labels, pose, boxes, seconds, size), pose, boxes


def turn_and_rest(now: float) -> float:
    return -35.0 + 80.0 * min(now / 5.0, 1.0)


def test_nothing_pops_nor_stands_half_there_while_the_camera_rests():
    """From frame to frame no strength changes by more than a quarter; an axis stands at one edge at a time, and goes
    over to another; 1.5 s after the camera has come to rest all is wholly there or gone."""
    labels, plan, _, _ = film(turn_and_rest)
    times = np.arange(0, 8, 1 / 30)
    strengths = np.array([plan.strengths(now) for now in times.tolist()])
    assert np.abs(np.diff(strengths, axis=0)).max() < 0.25
    at_edges = np.stack([strengths[:, labels.edges == edge].max(axis=1) for edge in range(4)], axis=1) > 0
    assert not (at_edges[:, 0] & at_edges[:, 1]).any() and not (at_edges[:, 2] & at_edges[:, 3]).any()
    assert at_edges[0].sum() == at_edges[-1].sum() == 2 and (at_edges[0] != at_edges[-1]).any(), "one went over"
    assert np.isin(strengths[times > 6.5], (0, 1)).all()
    order = np.random.default_rng(1).permutation(len(times))
    again = film(turn_and_rest)[1]
    alone = {k: again.strengths(times[k]) for k in order.tolist()}
    assert all(np.array_equal(alone[k], strengths[k]) for k in alone), "whatever was asked before"


def test_what_is_seen_lies_on_no_panel_before_the_result_comes_or_after():
    late = [(60, 250, 580, 350)]
    labels, plan, pose, boxes = film(turn_and_rest, panels=[(10, 10, 200, 150)], late=late, comes=5.5)
    hit = 0
    for now in np.arange(0, 8, 1 / 30).tolist():
        shown, seen = plan.strengths(now) > 0, pose(now)
        middles = labels.middles(lambda points, seen=seen: pixels_at(seen, points, SIZE))
        own = np.concatenate([middles - labels.halves, middles + labels.halves], axis=1)
        assert apart(own[shown], boxes(now)).min() > 0, now
        assert (own[shown] > 0).all() and (own[shown, 2:] < SIZE).all(), now
        hit += (apart(own, np.array(late, float)) < 0).any()
    assert hit, "some would"


@pytest.mark.parametrize("scale", [1.8, 1.1, 0.9])
@pytest.mark.parametrize("size", [(640, 360), (360, 640), (360, 360)])
def test_an_axis_keeps_its_name_where_its_usual_place_is_covered_or_beyond_the_sides(size, scale):
    """The panel lies where the names stand else; a landscape larger than the picture has edges beyond it."""
    labels, plan, pose, _ = film(lambda now: -35.0, size=size, scale=scale)

    def pixels(points):
        return pixels_at(pose(0.0), points, size)

    usual = labels.names & (labels.ranks == 0) & (plan.strengths(1.0) > 0)
    middles = labels.middles(pixels)
    covers = [(*(middle - 9), *(middle + 9)) for middle in middles[usual].tolist() for middle in [np.array(middle)]]
    moved = film(lambda now: -35.0, panels=covers, size=size, scale=scale)[1].strengths(1.0)
    for axis in (0, 1):
        here = np.array([label.axis == axis for label in labels.labels])
        ends = pixels(labels.anchored[here & ~labels.names])
        room = (ends > 30).all(axis=1) & (ends < np.array(size) - 30).all(axis=1)
        if room.sum() > 4:
            for strengths in (plan.strengths(1.0), moved):
                assert (strengths[here & labels.names] == 1).sum() == 1, (axis, size, scale)
                assert (strengths[here & ~labels.names] == 1).sum() >= 2, (axis, size, scale)


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
