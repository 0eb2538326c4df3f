"""LossSurface, Ball and Trail are ordinary manimgl mobjects: moved, grouped, faded, animated, beside stock ones."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from tests.mobjects_help import GROUND, drop, look, make_scene, pixel_of
from thalweg.calculus import SURFACES, from_expression
from thalweg.geometry.display import Display

START, END = np.array([-1.5, 1.0]), np.array([1.0, -0.5])


@pytest.fixture
def scene():
    made = make_scene()
    yield made
    drop(made)


@pytest.fixture(scope="module")
def surface():
    return SURFACES["bowl"]()


def landscape(surface):
    from manimlib.mobject.mobject import Group

    from thalweg.mobjects import Ball, LossSurface, Trail

    ground = LossSurface(surface)
    return Group(ground, Trail(ground, [START, (0.5, 1.0), END]), Ball(ground, START))


def play(scene, *animations, seconds: float = 0.2):
    """Runs them as `scene.play` does, and yields the picture after each of five steps."""
    for animation in animations:
        animation.begin()
    for share in np.linspace(0.2, 1, 5):
        for animation in animations:
            animation.interpolate(share)
        yield look(scene)
    for animation in animations:
        animation.finish()


def test_moving_all_is_moving_the_camera(scene, surface):
    group = landscape(surface)
    scene.add(group)
    before = look(scene)
    move = np.array([1.7, -0.9, 0.6])
    group.shift(move)
    moved = look(scene)
    scene.frame.shift(move)
    followed = look(scene)
    assert np.abs(moved - before).mean() > 5, "it moved"
    assert np.abs(followed - before).mean() < 0.3 and (np.abs(followed - before).max(axis=-1) > 30).mean() < 2e-3


def test_scaling_all_is_moving_the_camera_nearer(scene, surface):
    group = landscape(surface)
    scene.add(group)
    before = look(scene)
    group.scale(0.5, about_point=scene.frame.get_center())
    assert np.abs(look(scene) - before).mean() > 5
    scene.frame.scale(0.5, about_point=scene.frame.get_center())
    assert np.abs(look(scene) - before).mean() < 0.5


def test_turning_all_by_a_whole_turn_in_four(scene, surface):
    group = landscape(surface)
    scene.add(group)
    before = look(scene)
    for _ in range(4):
        group.rotate(np.pi / 2, np.array([0.0, 0.0, 1.0]))
    assert np.abs(look(scene) - before).mean() < 0.3


def test_boxes_are_where_the_things_are(surface):
    ground, trail, ball = landscape(surface)
    assert np.allclose(ground.get_center()[:2], 0, atol=1e-4) and abs(ground.get_width() - 10) < 0.01
    assert np.allclose(ball.get_center(), ball.instances[0, :3], atol=1e-5)
    assert abs(ball.get_height() - 2 * ball.radius) < 0.01
    ball.move_to_point(END)
    contact = ground.display.to_world(END[None])[0]
    assert abs(np.linalg.norm(ball.get_center() - contact) - ball.radius) < 1e-4
    assert trail.get_width() < 10


def test_a_ball_made_on_a_moved_surface_lies_there(surface):
    from thalweg.mobjects import Ball, LossSurface

    ground = LossSurface(surface).scale(0.5).shift([3, 0, 1])
    still = Ball(LossSurface(surface), START)
    ball = Ball(ground, START)
    assert np.allclose(ball.get_center() - ground.get_center(), 0.5 * still.get_center()
                       - 0.5 * still.loss_surface.get_center(), atol=1e-4)  # fmt: skip


def test_a_ball_tells_its_point_and_where_it_touches(scene, surface):
    ground, _, ball = group = landscape(surface)
    scene.add(group)
    ball.move_to_point(END).move_to_point((0.5, 0.7))
    look(scene)
    (told,) = ball.told()["balls"]
    assert told["point"].tolist() == [0.5, 0.7] and told["loss"] == surface.value(np.array([0.5, 0.7]))
    row, column = pixel_of(scene, ground.display.to_world(np.array([[0.5, 0.7]]))[0])
    assert np.abs(told["pixel"] - [column, row]).max() < 1


def test_a_ball_is_drawn_where_it_says(scene, surface):
    group = landscape(surface)
    scene.add(group)
    group[2].move_to_point((0.5, 0.5))
    group.rotate(0.7, np.array([0.0, 0.0, 1.0])).shift([1, 0.5, 0.2])
    at = pixel_of(scene, group[2].get_center())
    with_ball = look(scene)
    scene.remove(group)
    scene.add(*group[:2])
    changed = np.argwhere(np.abs(look(scene) - with_ball).max(axis=-1) > 40)
    assert np.abs(changed.mean(axis=0) - at).max() < 3


def test_a_ball_rolls_when_animated(scene, surface):
    from manimlib.animation.transform import MoveToTarget

    group = landscape(surface)
    scene.add(group)
    ball, straight = group[2], group[2].copy()
    straight.move_to_point(END)
    ball.generate_target().move_to_point(END)
    pictures = []
    played = play(scene, MoveToTarget(ball, rate_func=lambda t: t))
    for share, picture in zip(np.linspace(0.2, 1, 5), played, strict=True):
        assert np.allclose(ball.domain_point, START + share * (END - START))
        display = ball.loss_surface.display
        gap = np.linalg.norm(ball.get_center() - display.to_world(ball.domain_point[None])[0])
        assert abs(gap - ball.radius) < 1e-4, "on the surface all the way, not along the chord"
        pictures.append(picture)
    assert np.allclose(ball.turn, straight.turn, atol=1e-3) or np.allclose(ball.turn, -straight.turn, atol=1e-3)
    assert not np.allclose(ball.turn, [0, 0, 0, 1], atol=0.1), "it has rolled"
    assert all((a != b).any() for a, b in pairwise(pictures))


def test_a_trail_grows_when_animated_and_created(scene, surface):
    from manimlib.animation.creation import ShowCreation
    from manimlib.animation.transform import MoveToTarget

    group = landscape(surface)
    scene.add(group[0])
    bare = look(scene)
    scene.add(group[1])
    whole = (look(scene) != bare).any(axis=-1).sum()
    trail = group[1].set_now(0)
    trail.generate_target().set_now(1)
    for animation in (MoveToTarget(trail), ShowCreation(trail)):
        grown = [(picture != bare).any(axis=-1).sum() for picture in play(scene, animation)]
        assert grown == sorted(grown) and grown[0] < 0.7 * whole and abs(grown[-1] - whole) <= 2


def test_fading_in(scene, surface):
    from manimlib.animation.fading import FadeIn

    group = landscape(surface)
    scene.add(group)
    whole = look(scene)
    shares = [np.abs(picture - GROUND).mean() for picture in play(scene, FadeIn(group))]
    assert shares == sorted(shares) and shares[0] < 0.5 * shares[-1]
    assert np.array_equal(look(scene), whole)


def test_a_translucent_surface_shows_its_nearest_layer_over_the_ground(scene, surface):
    from thalweg.mobjects import LossSurface

    ground = LossSurface(surface)
    scene.frame.reorient(-30, 85)  # from the side: walls stand behind walls
    scene.add(ground)
    opaque = look(scene)
    ground.set_opacity(0.5)
    error = np.abs(look(scene) - (0.5 * opaque + 0.5 * np.array(GROUND)))
    assert (error.max(axis=-1) > 3).mean() < 0.01, "edges apart"
    assert (opaque != GROUND).any(axis=-1).mean() > 0.1


def test_depth_is_shared_with_stock_mobjects(scene, surface):
    from manimlib.mobject.three_dimensions import Sphere

    group = landscape(surface)
    scene.add(group)
    bare = look(scene)
    above, below = Sphere(radius=0.6, color="#FF0000"), Sphere(radius=0.6, color="#FF0000")
    above.shift([0, 0, 2.0]), below.shift([0, 0, -1.2])
    scene.add(below)
    at = pixel_of(scene, below.get_center())
    assert np.array_equal(look(scene)[at], bare[at]), "the surface hides it"
    scene.add(above)
    red, green, blue = look(scene)[pixel_of(scene, above.get_center())]
    assert red > 2 * max(green, blue)


def test_two_balls_both_cast_shadows_and_a_removed_one_none(scene, surface):
    from thalweg.mobjects import Ball, LossSurface

    ground = LossSurface(surface)
    balls = [Ball(ground, point, radius=0.3) for point in ((-0.8, 0.0), (0.8, 0.0))]
    feet = [pixel_of(scene, ground.display.to_world(np.array([p]))[0]) for p in ((-0.95, -0.05), (0.95, -0.05))]
    scene.add(ground)
    bare = look(scene)
    scene.add(*balls)
    both = look(scene)
    for other in balls:
        scene.remove(other)
        alone = look(scene)
        scene.add(other)
        changed = (np.abs(alone - bare).max(axis=-1) > 4).sum()
        assert changed < (np.abs(both - bare).max(axis=-1) > 4).sum()
    assert all((both[at] <= bare[at]).all() for at in feet) and any((both[at] < bare[at]).any() for at in feet)


def test_a_curve_that_leaves_the_loss_panel_has_an_arrow_where_and_when_it_does():
    from thalweg.colors import THEMES, looks
    from thalweg.geometry.layout import Page
    from thalweg.parts.panels.board import Board, Now
    from thalweg.parts.panels.loss_panel import LossPanel

    def made(losses, colors):
        standings = SimpleNamespace(losses=losses, projected=False, test=None)
        board = Board(Page(1280, 720))
        panel = LossPanel(standings, 0.0, looks(colors), board, "top_left", THEMES["dark"])
        panel.draw()
        return panel

    steps = np.arange(61)
    losses = np.stack([10.0 * 1.2**steps, 0.9**steps])
    panel = made(losses, ["#FF0000", "#00FF00"])
    below = panel.mobjects[0]
    ((begin, arrow),) = panel.leaving
    expected = (panel.axis.high - 1) / np.log10(1.2)  # log10(10 * 1.2**k) = high
    assert begin == pytest.approx(expected, abs=1e-6)
    height, width = arrow.picture.shape[:2]
    assert arrow.left + width / 2 == pytest.approx(below.left + panel.x_of(begin), abs=1)
    assert below.top < arrow.top < below.top + panel.box[1] < arrow.top + height
    for step, opacity in ((begin - 0.1, 0), (begin + 0.1, 1), (60, 1)):
        panel.show(Now(0.0, step, None))
        assert arrow.opacity == opacity
    assert not made(losses[1:], ["#FF0000"]).leaving


@pytest.mark.parametrize("theme", ["dark", "light", "print"])
def test_contours_are_light_on_dark_parts_and_dark_on_light_ones(theme):
    """Across a plane seen from above: lines are what differs from the same plane without them."""
    from thalweg.mobjects import LossSurface

    pictures = []
    for contours in (True, False):
        scene = make_scene()
        scene.frame.reorient(0, 0).set_height(11)
        plane = from_expression("x", domain=((-2, 2), (-2, 2)))
        display = Display(plane, plane.domain, 0.05)
        scene.add(LossSurface(plane, display, "mono", grid=False, contours=contours, theme=theme))
        pictures.append(look(scene)[90].mean(axis=-1))
        drop(scene)
    lines, bare = pictures
    bare_gray, change = bare, lines - bare
    on = np.abs(change) > 4
    on[: np.flatnonzero(np.abs(np.diff(bare)) > 8)[0] + 4] = False  # the edges of the plane
    on[np.flatnonzero(np.abs(np.diff(bare)) > 8)[-1] - 3 :] = False
    assert on.sum() >= 16
    dark, light = on & (bare_gray < 100), on & (bare_gray > 130)
    assert dark.any() and light.any()
    assert (change[dark] > 0).all() and (change[light] < 0).all()
