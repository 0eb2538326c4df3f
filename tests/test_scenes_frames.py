"""Races are drawn as they are: balls are seen where they are, every style and every odd landscape has its picture."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scenes_help import FILM, SMALL, different, shot, staged

SECONDS = ["video.seconds=3"]


def picture(scene) -> np.ndarray:
    width, height = scene.pixels
    return scene.camera.read_rgba(np.empty((height, width, 4), "u1"))


@pytest.fixture(scope="module", params=different("race"))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def scene(name):
    made = staged(shot(name, SMALL, SECONDS))
    yield made
    made.release()


def hidden(scene, moment, ball: int, eye: np.ndarray) -> bool:
    """Whether the landscape or another ball may stand between a ball's centre and the eye."""
    center, radius, display = moment.center[ball], scene.motion.radius, scene.display
    share = np.linspace(0, 1, 2000)[:, None]
    ray = center + share * (eye - center)
    ray = ray[(share[:, 0] * np.linalg.norm(eye - center) > 1.05 * radius) & (ray[:, 2] < display.ceiling + radius)]
    points = display.from_plate(ray[:, :2])
    over = display.inside(points)
    if over.any() and (display.to_world(points[over])[:, 2] > ray[over, 2] - 0.01).any():
        return True
    toward = (eye - center) / np.linalg.norm(eye - center)
    aside = moment.center - center
    beside = np.linalg.norm(aside - (aside @ toward)[:, None] * toward, axis=1)
    others = np.arange(len(aside)) != ball
    return bool((others & (beside < radius) & (aside @ toward > -radius)).any())


def pixel(scene, seconds: float, center: np.ndarray) -> tuple[int, int]:
    """Row and column at which a point is drawn, by the formula of the camera alone."""
    from thalweg.geometry.framing import View, between, camera_pose, project, pushed

    camera, path = scene.shot.camera, scene.aim.path
    phi = 0.0 if camera.opening == "flat" and seconds == 0 else camera.phi
    before, after = path.framings
    view = path.flat if phi == 0 else between(before.view, after.view, path.eased(seconds))
    theta = 0.0 if phi == 0 else camera.theta + camera.orbit * seconds
    pose = camera_pose(path.subject, theta, phi, view)
    if path.push is not None:
        pose = pushed(pose, *path.push(seconds), path.middle_of_room(seconds))
    x, y = project(center, pose.center, theta, phi, View(pose.scale, 0, 0, pose.lens))
    width, height = scene.pixels
    return round(height / 2 - y * height / 8 - 0.5), round(width / 2 + x * height / 8 - 0.5)


def test_every_ball_is_seen_where_its_centre_projects(scene):
    display, balls, seen = scene.display, len(scene.motion.group), 0
    for index in (0, scene.frames // 3, scene.frames // 2, scene.frames - 1):
        scene.draw_frame(index)
        whole, seconds = picture(scene), index / scene.camera.fps
        moment, eye = scene.motion.at(seconds), np.asarray(scene.frame.get_implied_camera_location())
        free = [ball for ball in range(0, balls, 1 + balls // 100) if display.inside(moment.points[ball])]
        free = [ball for ball in free if not hidden(scene, moment, ball, eye)]
        for ball in free[:: 1 + len(free) // 10]:
            scene.draw_frame(index)
            assert scene.rolling.balls.visible[ball]
            scene.rolling.balls.visible = np.arange(balls) != ball
            scene.update_frame(0, force_draw=True)
            row, column = pixel(scene, seconds, moment.center[ball])
            changed = (picture(scene)[..., :3] != whole[..., :3]).any(axis=-1)
            assert changed[row, column], f"ball {ball} at frame {index}"
            rows, columns = np.nonzero(changed)
            assert abs(rows.mean() - row) < 4 and abs(columns.mean() - column) < 4, "and only there"
            seen += 1
    assert seen >= 4


def test_balls_that_left_the_plate_far_behind_are_not_drawn():
    scene = staged(shot("learning_rates", SMALL, [*SECONDS, "optimizers.3.lr=30"]))
    scene.draw_frame(scene.frames - 1)
    assert not scene.rolling.balls.visible.all() and scene.rolling.balls.visible.any()
    scene.release()


def test_many_scenes_in_one_process_draw_the_same(tmp_path):
    first = staged(shot(FILM, folder=tmp_path))
    first.draw_frame(3)
    expected = picture(first)
    first.release()
    for _ in range(24):  # from its 22nd scene on, manimgl alone draws other pixels
        again = staged(shot(FILM, folder=tmp_path))
        again.draw_frame(3)
        assert np.array_equal(picture(again), expected)
        again.release()


@pytest.mark.parametrize(
    "override",
    [
        "style.theme=light", "style.ramp=magma", "style.legend=false", "style.legend=bottom_right",
        "style.trail=false", "style.iterates=false", "style.title=false", "style.counter=false", "style.caption=false",
        "style.axes=false", "style.grid=false", "style.contours=false", "style.ball_size=2", "style.z_scale=log",
        "camera.phi=0", "camera.phi=89", "camera.zoom=3", "style.text_scale=1.5", "style.background='#FFFFFF'",
    ],
)  # fmt: skip
def test_every_style_draws_and_differs(override, plain):
    scene = staged(shot("boss_fight", SMALL, [*SECONDS, override]))
    scene.draw_frame(scene.frames - 1)
    assert (picture(scene) != plain).any()
    scene.release()


@pytest.fixture(scope="module")
def plain():
    scene = staged(shot("boss_fight", SMALL, SECONDS))
    scene.draw_frame(scene.frames - 1)
    yield picture(scene)
    scene.release()


@pytest.mark.parametrize(
    "surface",
    [
        "{expression: '0*x', domain: {x: [-1, 1], y: [-1, 1]}}",
        "{expression: 'log(x) + y**2', domain: {x: [-1, 3], y: [-1, 1]}}",
        "{expression: 'x**2 + 1e6*y**2', domain: {x: [-1e-4, 1e-4], y: [-100, 100]}}",
        "{expression: '1/((x-0.1)**2+(y-0.1)**2)'}",
    ],
)
def test_odd_landscapes_draw(surface, tmp_path):
    text = f"surface: {surface}\nstart: [0.00005, 0.5]\nsteps: 5\noptimizers: [adam]\nvideo: {{seconds: 1}}\n"
    scene = staged(shot(text, {"resolution": "160x90", "fps": 5}, folder=tmp_path))
    scene.draw_frame(scene.frames - 1)
    frame = picture(scene)
    assert len(np.unique(frame.reshape(-1, 4), axis=0)) > 50
    scene.release()


@pytest.mark.parametrize("steps", [1, 2, 20_000])
def test_few_and_many_steps_draw(steps, tmp_path):
    text = f"surface: bowl\nsteps: {steps}\noptimizers: [sgd, adam]\nvideo: {{seconds: 1}}\n"
    scene = staged(shot(text, {"resolution": "160x90", "fps": 5}, folder=tmp_path))
    for index in (0, scene.frames - 1):
        scene.draw_frame(index)
    assert scene.motion.at(scene.duration).step == steps
    scene.release()
