"""Balls are whole and hidden ones show through; trails fade, narrow, are dashed and end where the surface does."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tests.mobjects_help import GROUND, drop, look, make_scene, pixel_of
from tests.scenes_help import SMALL, shot, staged
from thalweg.calculus import SURFACES, from_expression
from thalweg.colors import DASHES, rgb
from thalweg.geometry.clearance import sunk
from thalweg.geometry.display import Display
from thalweg.stage.told import told

LARGE = (640, 360)
RED = "#FF0000"
FLAT = from_expression("0.001*x", None, ((-3, 3), (-3, 3)))
UP = np.array([0.0, 0.0, 1.0])


@pytest.fixture
def scene():
    made = make_scene(LARGE)
    yield made
    drop(made)


def disc(scene, center, radius: float) -> np.ndarray:
    """The pixels within a radius (display units) less two pixels around a point, as a mask of the picture."""
    width, height = scene.camera.get_pixel_shape()
    row, column = pixel_of(scene, center)
    rows, columns = np.mgrid[:height, :width]
    pixels = radius * height / scene.frame.get_height()
    return np.hypot(rows - row, columns - column) < pixels - 2


@pytest.mark.parametrize("bend", [0.2, 1.0, 1.6, 4.0])
def test_how_far_a_ball_would_sink_into_a_bowl(bend):
    """The ball of radius r in z = k (x^2 + y^2): by calculus it touches where sqrt(r^2 - u^2) = 1 / (2 k)."""
    radius = 0.7
    bowl = SimpleNamespace(
        from_plate=lambda plate: plate,
        to_relief=lambda points: np.concatenate([points, bend * (points**2).sum(axis=-1, keepdims=True)], axis=-1),
    )
    expected = max(bend * (radius**2 - 1 / (4 * bend**2)) + 1 / (2 * bend) - radius, 0) if 2 * bend * radius > 1 else 0
    found = float(sunk(bowl, np.zeros(3), UP, radius))
    assert found == pytest.approx(expected, abs=0.04 * radius * max(bend, 1)) and found <= expected + 1e-12


@pytest.mark.parametrize("radius", [0.44, 0.66, 1.1])
@pytest.mark.parametrize("point", [(0.0, 0.0), (-1.0, 2.0), (0.5, 0.0)])
def test_no_ball_is_cut_by_the_ground_that_it_lies_on(scene, radius, point):
    from thalweg.mobjects import Ball, LossSurface

    scene.frame.reorient(-30, 40)
    ground = LossSurface(SURFACES["ackley"]())
    ball = Ball(ground, point, radius=radius)
    scene.add(ball)
    alone = look(scene)
    scene.remove(ball)
    scene.add(ground, ball)
    inside = disc(scene, ball.get_center(), radius)
    assert inside.sum() > 30
    assert np.array_equal(look(scene)[inside], alone[inside])


def test_of_two_balls_that_overlap_one_is_wholly_in_front(scene):
    from thalweg.mobjects import Balls

    eye = scene.frame.get_implied_camera_location()
    toward = eye / np.linalg.norm(eye)
    across = np.cross(UP, toward) / np.linalg.norm(np.cross(UP, toward))
    centers = np.array([0.05 * toward, 0.3 * across])
    balls = Balls(["#FFFF00", RED], radius=0.5)
    scene.add(balls.place(centers, np.tile([0.0, 0, 0, 1], (2, 1))))
    both = look(scene)
    balls.visible = np.array([True, False])
    near = look(scene)
    inside = disc(scene, centers[0], 0.5)
    assert np.array_equal(both[inside], near[inside]), "as spheres they would cut each other"
    balls.visible = np.array([True, True])
    balls.place(centers[::-1], np.tile([0.0, 0, 0, 1], (2, 1)))
    assert not np.array_equal(look(scene)[inside], both[inside]), "it is not the first that is in front"


def hill_and_ball(**given):
    from thalweg.mobjects import Ball, LossSurface

    hill = LossSurface(from_expression("exp(-x**2 - (y + 1)**2)*3", None, ((-3, 3), (-3, 3))))
    return hill, Ball(hill, (0.0, 0.9), RED, radius=0.3, **given)


def test_what_a_hill_hides_shows_through_as_a_disc_with_an_outline(scene):
    scene.frame.reorient(0, 80)
    hill, ball = hill_and_ball()
    scene.add(hill)
    bare = look(scene)
    scene.add(ball)
    seen = look(scene)
    assert ball.told()["balls"][0]["visible"] == 0
    row, column = pixel_of(scene, ball.get_center())
    mixed = bare[row, column] + 0.33 * (np.array(rgb(RED)) * 255 - bare[row, column])
    assert np.abs(seen[row, column] - mixed).max() < 6
    changed = np.abs(seen - bare).max(axis=-1)[row]
    edge = np.flatnonzero(changed > 3)
    assert changed[[*edge[:4], *edge[-4:]]].max() > 1.5 * changed[column], "the outline is stronger"
    assert abs((edge[-1] - edge[0] + 1) / 2 - ball.told()["balls"][0]["radius"]) < 1.5
    scene.remove(hill, ball)
    hill, ball = hill_and_ball(shows_through=False)
    scene.add(hill, ball)
    assert np.abs(look(scene) - bare).max() < 3


def trail_from_above(scene, points, times, **given):
    from thalweg.mobjects import LossSurface, Trail

    ground = LossSurface(FLAT, Display(FLAT, FLAT.domain, 1.0), grid=False, contours=False)
    scene.frame.reorient(0, 0).set_height(12)
    scene.add(ground)
    bare = look(scene)
    trail = Trail(ground, np.array(points, float), np.array(times, float), RED, **given)
    trail.marks = None
    scene.add(trail)
    return ground, trail, bare


def ink(picture: np.ndarray, bare: np.ndarray) -> np.ndarray:
    """Of each column how much of the trail it holds."""
    return np.abs(picture - bare).max(axis=-1).sum(axis=0)


def test_a_trail_fades_and_narrows_to_a_fifth_and_stays(scene):
    ground, trail, bare = trail_from_above(scene, [(-2.5, 0.5), (2.5, 0.5)], [0, 10], width=8.0)
    drawn = ink(look(scene), bare)
    column = {age: pixel_of(scene, ground.display.to_world(np.array([[2.5 - age / 2, 0.5]]))[0])[1]
              for age in (0.1, 2, 3, 9)}  # fmt: skip
    share = {age: drawn[at - 1 : at + 2].mean() / drawn[column[0.1] - 1 : column[0.1] + 2].mean()
             for age, at in column.items()}  # fmt: skip
    assert 0.15 < share[2] < 0.36 and 0.14 < share[3] < 0.28
    assert share[9] > 0.14, "never to nothing"
    rows = np.abs(look(scene) - bare).max(axis=-1) > 20
    assert rows[:, column[9]].sum() < 0.7 * rows[:, column[0.1]].sum(), "it is narrower, too"


def test_a_trail_ends_where_the_surface_does_and_is_told_as_far(scene):
    ground, trail, bare = trail_from_above(scene, [(0, 0.5), (5, 0.5), (1, -0.5)], [0, 1, 2])
    changed = np.abs(look(scene) - bare).max(axis=-1) > 4
    width, height = LARGE
    edge = width / 2 + 5.0 * height / 12  # half of the plate, display units, seen from above
    assert changed[:, int(edge) - 2].any() and not changed[:, round(edge) + 1 :].any()
    lines = trail.told()["trails"]
    assert len(lines) == 2, "it goes out and comes back in"
    for line, way in zip(lines, (1, -1), strict=True):
        across = np.array(line["pixels"])[::way, 0]
        assert (np.diff(across) > 0).all() and across[-1] == pytest.approx(edge, abs=0.3)
    assert lines[0]["steps"][0] == 0 and lines[1]["steps"][-1] == 2
    assert lines[0]["steps"][-1] == pytest.approx(3 / 5, abs=0.01), "at x = 3"


def test_while_it_is_out_a_head_at_the_edge_points_out(scene):
    """From (0, 0.5) at second 0 to (5, 0.5) at 1 and (1, -0.5) at 2 it is beyond x = 3 from 0.6 until 1.5."""
    ground, trail, bare = trail_from_above(scene, [(0, 0.5), (5, 0.5), (1, -0.5)], [0, 1, 2])
    row = pixel_of(scene, ground.display.to_world(np.array([[3.0, 0.5]]))[0])[0]
    width, height = LARGE
    edge = width / 2 + 5.0 * height / 12
    for second, out in ((0.58, False), (0.62, True), (1.48, True), (1.52, False)):
        trail.set_now(second)
        beyond = np.abs(look(scene) - bare).max(axis=-1)[:, round(edge) + 1 :] > 40
        arrows = trail.told()["arrows"]
        assert beyond.any() == out == bool(arrows)
        if out:
            (arrow,) = arrows
            assert arrow["from"] == pytest.approx([edge, row + 0.5], abs=1)
            assert arrow["to"][0] - edge == pytest.approx(beyond.any(axis=0).sum(), abs=2)
            high = beyond.sum(axis=0)
            assert (np.diff(high[high > 0]) <= 0).all() and high[0] > 4, "wide at the edge, with a tip"


@pytest.mark.parametrize("dash", DASHES[1:])
def test_dashes_have_their_share_and_stand_still(scene, dash):
    given = dict(dashes=[dash], width=6.0)
    ground, trail, bare = trail_from_above(scene, [(-2.8, 0.5), (2.8, 0.5)], [0, 0.1], **given)
    row = pixel_of(scene, ground.display.to_world(np.array([[0.0, 0.5]]))[0])[0]
    first = np.abs(look(scene) - bare).max(axis=-1)[row]
    on = first > 0.5 * first.max()
    columns = np.flatnonzero(first > 4)
    share = on[columns[0] : columns[-1] + 1].mean()
    assert share == pytest.approx(dash[0] / sum(dash), abs=0.12)
    begins = np.flatnonzero(np.diff(on.astype(int)) == 1)
    assert len(begins) > 5 and np.ptp(np.diff(begins)) <= 2, "evenly"
    trail.set_now(0.05)
    half = np.abs(look(scene) - bare).max(axis=-1)[row]
    middle = int(np.mean(columns)) - 10
    begun = half[:middle] > 0.5 * half.max()
    assert (begun != on[:middle]).mean() < 0.06, "they do not crawl as the trail grows"


def test_many_trails_are_fainter_each_and_few_are_not():
    from thalweg.parts.motion import strength_among

    assert strength_among(1) == strength_among(12) == 1
    assert 0.5 < strength_among(36) < 0.8 and 0.05 < strength_among(1000) < 0.2


def test_a_ball_that_left_is_neither_drawn_nor_picked_up():
    made = staged(shot("learning_rates", SMALL, ["video.seconds=3"]))
    out = told(made, made.frames - 1)
    labels = [entry.label for entry in made.shot.experiment.entries]
    moment = made.motion.at(out["seconds"])
    inside = [labels[run] for run in np.flatnonzero(made.display.inside(moment.points))]
    assert 0 < len(inside) < len(labels)
    assert [ball["label"] for ball in out["balls"]] == inside
    assert [labels[ball.entry] for ball in made.hands.balls_at(out["seconds"])] == inside
    sky = [pixels for trail in out["trails"] for _, *pixels in trail["pixels"]]
    assert min(y for (y,) in sky) > 0
    made.release()


def test_balls_are_about_24_pixels_wide_in_a_usual_race():
    made = staged(shot("boss_fight", {"resolution": "1280x720"}))
    sizes = [2 * ball["radius"] for ball in told(made, 200)["balls"]]
    assert len(sizes) == 6 and 18 < np.mean(sizes) < 30
    made.release()


def test_the_pattern_leaves_the_colour(scene):
    """A quarter darker, and no more."""
    from thalweg.mobjects import Balls

    balls = Balls([RED], patterns=[0], radius=2.0)
    scene.add(balls.place(np.zeros((1, 3)), np.array([[0.0, 0.0, 0.0, 1.0]])))
    picture, plain = look(scene).astype(float), Balls([RED], patterns=[-1], radius=2.0)
    scene.remove(balls)
    scene.add(plain.place(np.zeros((1, 3)), np.array([[0.0, 0.0, 0.0, 1.0]])))
    without = look(scene).astype(float)
    inside = disc(scene, np.zeros(3), 2.0) & (without[..., 1] < 40)  # no shine
    ratio = picture[inside][:, 0] / without[inside][:, 0]
    assert ratio.min() > 0.70 and (ratio < 0.8).mean() > 0.1 and (ratio > 0.97).mean() > 0.3
    assert GROUND not in picture[inside].tolist()
