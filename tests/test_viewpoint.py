"""From where a race is seen: what is hidden is found by going along each line of sight on the surface itself."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.scenes_help import film, shot, staged
from thalweg.calculus import SURFACES, from_expression
from thalweg.film.sections import Camera3D
from thalweg.geometry.display import Display
from thalweg.geometry.viewpoint import Horizons, axes_of, filled, heights_of

RACE = (
    "surface: {}\noptimizers: [sgd, momentum, nag, adagrad, rmsprop, adam]\nvideo: {{resolution: 320x180, fps: 10}}\n"
)
NEAR_WALL = '{expression: "1/x + 1/y + x**2 + y**2", domain: {x: [0, 3], y: [0, 3]}}'
OWN = {  # what stands before the ball from some sides, and what a ball lies deep in
    "a wall on one side": NEAR_WALL,
    "a pole": '{expression: "1/((x - 3.2)**2 + (y + 3.2)**2) + 0.1*(x + y)**2"}',
    "egg boxes": '{expression: "x**2 + y**2 + 25*(sin(x)**2 + sin(y)**2)", domain: {x: [-5, 5], y: [-5, 5]}}',
    "a canyon": '{expression: "20*(1 - exp(-8*(y - 0.5*x)**2)) + 0.2*x**2"}',
    "rings": '{expression: "sin(sqrt(x**2 + y**2))**2", domain: {x: [-10, 10], y: [-10, 10]}}',
    "a hole in the ground": '{expression: "sqrt(1.2 - x - y**2/4) + x**2", domain: {x: [-2, 2], y: [-2, 2]}}',
    "long and narrow": '{expression: "(x/10)**2 + 4*(y - sin(x/3))**2", domain: {x: [-12, 12], y: [-2, 2]}}',
}


def hidden(display: Display, center: np.ndarray, eye: np.ndarray) -> bool:
    """Whether the surface crosses the straight line from a ball's centre to the eye: 3000 points of it are asked."""
    way = center + np.linspace(0, 1, 3001)[1:, None] ** 2 * (eye - center)
    way = way[np.abs(way[:, 2]) < 60]
    points = display.from_plate(way[:, :2])
    there = display.inside(points) & display.shown(points)
    return bool((display.to_relief(points[there])[:, 2] > way[there, 2]).any())


def seen_at(scene, seconds: float, balls) -> list[bool]:
    """Whether the centres of balls that the plate is below of are seen through the film's own camera."""
    scene.pose(seconds)
    eye, moment, display = np.asarray(scene.frame.get_implied_camera_location()), scene.moment, scene.display
    below = display.inside(moment.points) & display.shown(moment.points)
    return [not hidden(display, moment.center[ball], eye) for ball in balls if below[ball]]


@pytest.mark.parametrize("name", ["bowl_with_two_holes", "rastrigin", "rosenbrock"])
def test_what_is_above_the_horizon_is_what_the_eye_sees(name: str) -> None:
    display = Display(SURFACES[name](), SURFACES[name]().domain)
    rng = np.random.default_rng(1)
    points = rng.uniform(*display.domain.T, size=(60, 2))
    centers = display.to_relief(points) + 0.2 * display.normal(points)
    angle, tilt, far = rng.uniform(0, 2 * np.pi, 60), np.radians(rng.uniform(15, 80, 60)), rng.uniform(4, 25, 60)
    eyes = np.stack([np.cos(angle) * np.sin(tilt), np.sin(angle) * np.sin(tilt), np.cos(tilt)], axis=-1) * far[:, None]
    clear = Horizons(centers, heights_of(display), display.half_size).clear(np.arange(60), eyes)
    truth = np.array([not hidden(display, *pair) for pair in zip(centers, eyes, strict=True)])
    sure = np.abs(clear) > 2.5  # degrees
    assert sure.mean() > 0.75 and 0.1 < truth.mean() < 1
    assert ((clear > 0) == truth)[sure].mean() > 0.98


def test_nothing_hides_what_the_camera_stands_before() -> None:
    display = Display(from_expression("exp(-8*(x - 1)**2)"), ((-3, 3), (-3, 3)), "linear")
    center = np.array([[-2.0, 0.0, display.floor + 0.2]])
    near, far = np.array([[-0.5, 0, display.floor + 0.6]]), np.array([[6.0, 0, display.floor + 0.6]])
    horizons = Horizons(center, heights_of(display), display.half_size)
    assert horizons.clear(np.array([0]), near)[0] > 5 > -5 > horizons.clear(np.array([0]), far)[0]


def test_cameras_stand_about_where_the_film_puts_them() -> None:
    from thalweg.geometry.framing import Rect, Scenery, Space, fit, rotation

    box = np.array([[x, y, z] for x in (-5, 5) for y in (-5, 5) for z in (-1.5, 1.5)], float)
    picture = Rect(-6, 6, -3, 3)
    assert axes_of(np.array(30.0), np.array(40.0)) == pytest.approx(rotation(30, 40))
    for theta, phi in ((-35, 45), (80, 30)):
        scale, shift = filled(box @ axes_of(np.array([[[theta]]]), np.array([[[phi]]])), np.array([12.0, 6.0]))
        true = fit(
            Scenery(box, box, np.zeros((0, 3))), np.zeros(3), [(theta, phi)], Space(picture, picture, (), (), 0.0)
        )
        assert scale[0, 0] == pytest.approx(true.scale, rel=0.02)
        assert shift[0, 0] == pytest.approx([true.shift_x, true.shift_y], abs=0.05)


@pytest.mark.parametrize("surface", [*sorted(SURFACES), *OWN])
def test_at_least_95_of_100_last_positions_are_seen(surface, tmp_path) -> None:
    scene = staged(shot(RACE.format(OWN.get(surface, surface)), folder=tmp_path))
    try:
        camera, balls = scene.shot.camera, range(len(scene.motion.group))
        ends = [seen for share in (0, 0.5, 1) for seen in
                seen_at(scene, scene.duration - share * scene.motion.timing.hold, balls)]  # fmt: skip
        assert 25 <= camera.phi <= 50 and -180 <= camera.theta < 180
        assert not ends or np.mean(ends) >= 0.95  # on a saddle all may have left
    finally:
        scene.release()


def test_where_no_usual_angle_shows_enough_it_is_from_steeper(tmp_path) -> None:
    # steep walls, 1.35 display units above the ball at 0.55 from it: it is seen from phi = atan(0.55 / 1.35) = 22 on
    shaft = '{expression: "tanh(60*(sqrt(x**2 + y**2) - 0.3))"}'
    lines = "start: [0.001, 0.001]\nsteps: 5\noptimizers: [sgd: {lr: 1e-9}]\nstyle: {z_scale: 0.435, ball_size: 0.4}\n"
    scene = staged(shot(f"surface: {shaft}\n{lines}video: {{resolution: 320x180}}\n", folder=tmp_path))
    assert scene.shot.camera.phi == 20
    scene.release()


def test_a_followed_ball_is_seen_all_the_way(tmp_path) -> None:
    text = "surface: rastrigin\nstart: [4.5, 4.5]\nsteps: 200\noptimizers: [adam: {lr: 0.1}, momentum: {lr: 0.003}]\n"
    scene = staged(shot(text + "camera: {follow: Adam, zoom: 3}\nvideo: {resolution: 320x180}\n", folder=tmp_path))
    intro, until = scene.motion.timing.intro, scene.duration
    seen = [seen_at(scene, second, [0])[0] for second in np.linspace(intro, until, 25)]
    assert np.mean(seen) > 0.95
    scene.release()


@pytest.mark.parametrize("given", [{"theta": 123.4}, {"phi": 71.5}, {"theta": -200, "phi": 61.0}])
def test_an_angle_that_is_given_is_kept(given, tmp_path) -> None:
    scene = staged(shot(RACE.format("plateau") + f"camera: {json.dumps(given)}\n", folder=tmp_path))
    camera = scene.shot.camera
    assert {key: getattr(camera, key) for key in given} == given
    assert isinstance(camera.theta, float) and isinstance(camera.phi, float)
    scene.release()


def test_where_nothing_is_hidden_the_view_is_the_usual_one_in_every_size(tmp_path) -> None:
    flat = RACE.format('{expression: "0.01*(x**2 + y**2)"}').replace("resolution: 320x180, ", "")
    views = set()
    for size in ("320x180", "854x480", "1280x720", "1920x1080"):
        scene = staged(shot(flat + "style: {z_scale: linear}\n", {"resolution": size}, folder=tmp_path))
        views.add((scene.shot.camera.theta, scene.shot.camera.phi))
        scene.release()
    assert len(views) == 1
    theta, phi = views.pop()
    assert abs(theta + 35) <= 45 and 40 <= phi <= 50


def test_runs_that_leave_and_many_balls_are_seen_too(tmp_path) -> None:
    for lines in (
        "optimizers: [sgd: {lr: 100}]",
        "start: {random: 500}\noptimizers: [adam]",
        "steps: 1\noptimizers: [sgd: {lr: 0}]",
    ):
        scene = staged(shot(f"surface: himmelblau\n{lines}\nvideo: {{resolution: 320x180}}\n", folder=tmp_path))
        assert 25 <= scene.shot.camera.phi <= 50
        scene.release()


def test_a_picture_tells_the_angles_and_its_config_has_them_again(tmp_path) -> None:
    from PIL import Image

    from thalweg.stage.render import render_still

    loaded = film(RACE.format("ravine"), folder=tmp_path)
    assert loaded.shot.camera.theta == loaded.shot.resolved["camera"]["theta"] == "auto"
    render_still(loaded, loaded.roll(), tmp_path / "still.png", at=1.0)
    with Image.open(tmp_path / "still.png") as picture:
        told = json.loads(picture.text["comment"])
    scene, again = staged(loaded.shot), shot(json.dumps(told), folder=tmp_path)
    camera = scene.shot.camera
    assert (told["camera"]["theta"], told["camera"]["phi"]) == (camera.theta, camera.phi)
    assert again.camera == camera and again.resolved == told
    scene.release()


def test_in_the_window_it_stays_while_values_are_changed_by_hand(tmp_path) -> None:
    from thalweg.live.camera import CameraHand
    from thalweg.live.screen import Screen
    from thalweg.stage import boot

    text = "surface: plateau\noptimizers: [adam: {{lr: {}}}]\n"
    slow, fast = (shot(text.format(lr), folder=tmp_path) for lr in (1e-9, 0.05))
    screen, views = Screen(boot.shared_context(), CameraHand()), []
    for loaded in (slow, fast, None, fast):
        if loaded is None:
            screen.forget_angles()
            continue
        screen.show(loaded, loaded.roll(), (320, 180))
        camera, kept = screen.scene.shot.camera, screen.kept(loaded).camera
        assert kept == camera
        views.append((camera.theta, camera.phi))
    screen.release()
    assert views[0] == views[1] != views[2]


def test_a_scene_that_chooses_no_angles_has_the_usual_ones() -> None:
    from thalweg.geometry.camera_path import USUAL, CameraPath

    assert CameraPath(Camera3D(), 0, 10).aim(0)[:2] == USUAL[:2]
    assert CameraPath(replace(Camera3D(), phi=12.0), 0, 10).aim(0)[:2] == (USUAL.theta, 12.0)
