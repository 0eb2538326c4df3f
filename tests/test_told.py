"""What stands on a frame, as told: against the trajectories by a projection of our own, and against the pixels."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from tests.scenes_help import different, shot, staged
from thalweg.calculus import from_expression
from thalweg.geometry.aside import REACH
from thalweg.parts.standing import tell_balls
from thalweg.stage.told import told

LARGE = {"resolution": "1280x720", "fps": 30}
SHARES = (0.16, 0.4, 1.0)
SIX = """\
surface: {expression: "0.5*x**2 + 2*y**2", domain: {x: [-3, 3], y: [-2, 2]}}
start: [-2.5, 1.6]
steps: 6
optimizers: [sgd: {lr: 0.2}, momentum: {lr: 0.1}, adam: {lr: 0.2}, rmsprop: {lr: 0.1}, nag: {lr: 0.05}, adagrad]
camera: {theta: 0, phi: 0, orbit: 0, zoom: 2, center: [-1.8, 0.8]}
video: {seconds: 8}
"""
HILL = """\
surface: {expression: "6*exp(-2*x**2 - 2*y**2)", domain: {x: [-3, 3], y: [-3, 3]}}
start: [[0, 2.0], [0, -2.0], [2.5, 0]]
steps: 3
optimizers: [sgd: {lr: 1e-9}]
camera: {theta: 0, phi: 78, orbit: 0}
video: {resolution: 640x360, seconds: 4}
"""


@pytest.fixture(scope="module", params=[*different("race"), "six"])
def scene(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("six") if request.param == "six" else None
    made = staged(shot(SIX if folder else request.param, LARGE, folder=folder))
    yield made
    made.release()


def frames(scene) -> list[int]:
    return [round(share * (scene.frames - 1)) for share in SHARES]


@pytest.fixture(scope="module")
def facts(scene) -> dict[int, dict]:
    return {index: told(scene, index) for index in frames(scene)}


class Outside:
    """Somebody who has the frame's data, the trajectories and the formula, and nothing of how it was drawn."""

    def __init__(self, frame: dict, scene) -> None:
        self.camera, (self.width, self.height) = frame["camera"], frame["size"]
        self.value = scene.shot.experiment.surface.value
        each = zip(scene.shot.experiment.entries, scene.trajectories, strict=True)
        self.ways = {(entry.label, k): way for entry, run in each for k, way in enumerate(run.positions)}

    def space(self, points) -> np.ndarray:
        world, points = self.camera["world"], np.asarray(points, float)
        height = world["height"]
        with np.errstate(all="ignore"):
            above = np.asarray(self.value(points), float) - height["low"]
            log = height["gain"] * np.log10(np.maximum(1 + above / height.get("unit", 1), 1e-3))
        up = height["gain"] * above if height["kind"] == "linear" else log
        return np.column_stack([(points - world["center"]) * world["scale"], up])

    def pixels(self, points) -> np.ndarray:
        """By the angles, as a text book has it: turn about the vertical, then tilt, then divide by the depth."""
        camera = self.camera
        t, p = np.radians(camera["theta"]), np.radians(camera["phi"])
        right = np.array([np.cos(t), np.sin(t), 0])
        toward = np.array([np.sin(p) * np.sin(t), -np.sin(p) * np.cos(t), np.cos(p)])
        from_center = (self.space(points) - camera["center"]) / camera["scale"]
        depth = 1 - (from_center @ toward) * np.tan(np.radians(camera["field_of_view"]) / 2) / 4
        unit = self.height / 8
        across, upward = from_center @ right / depth, from_center @ np.cross(toward, right) / depth
        return np.column_stack([self.width / 2 + unit * across, self.height / 2 - unit * upward])

    def by_matrix(self, points) -> np.ndarray:
        space = self.space(points)
        x, y, _, w = np.array(self.camera["matrix"]) @ np.column_stack([space, np.ones(len(space))]).T
        return np.column_stack([self.width / 2 * (1 + x / w), self.height / 2 * (1 - y / w)])

    def way(self, about: dict, steps) -> np.ndarray:
        positions = self.ways[about["label"], about["ball"]]
        return np.stack([np.interp(steps, np.arange(len(positions)), positions[:, k]) for k in (0, 1)], axis=-1)

    def near(self, pixels) -> np.ndarray:
        return ((pixels > -40) & (pixels < [self.width + 40, self.height + 40])).all(axis=-1)


def beside(points: np.ndarray, steps: np.ndarray, line: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Pixels that points are away from the polyline `line`, looked for in the pieces around their own step."""
    own = np.searchsorted(at, steps, side="right") - 1
    found = np.full(len(points), np.inf)
    for near in range(-3, 4):
        k = np.clip(own + near, 0, len(line) - 2)
        along = line[k + 1] - line[k]
        share = ((points - line[k]) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12)
        foot = line[k] + np.clip(share, 0, 1)[:, None] * along
        found = np.minimum(found, np.linalg.norm(points - foot, axis=1))
    return found


def test_paths_drawn_are_the_paths_rolled(scene, facts):
    dots = lines = 0
    for frame in facts.values():
        json.dumps(frame, allow_nan=False)
        view = Outside(frame, scene)
        for about in frame["dots"]:
            point = view.way(about, [about["step"]])
            assert np.allclose(point[0], about["point"])
            assert np.linalg.norm(view.pixels(point)[0] - about["pixel"]) < 0.1
            dots += 1
        for about in frame["trails"]:
            steps, drawn = np.array(about["steps"]), np.array(about["pixels"], float)
            true = view.pixels(view.way(about, steps))
            assert np.linalg.norm(drawn - true, axis=1)[view.near(drawn)].max(initial=0) < 0.5
            every = np.union1d(np.linspace(steps[0], steps[-1], 2000), np.arange(np.ceil(steps[0]), steps[-1]))
            true = view.pixels(view.way(about, every))
            seen = view.near(true)
            assert beside(true, every, drawn, steps)[seen].max(initial=0) < 0.7
            lines += 1
    assert (dots > 10 or not scene.shot.style.iterates) and (lines > 3 or not scene.shot.style.trail)


def test_balls_touch_where_the_optimizer_is_and_step_aside_a_little(scene, facts):
    for frame in facts.values():
        view, motion = Outside(frame, scene), scene.motion
        for about in frame["balls"]:
            point = view.way(about, [about["step"]])
            touched = view.pixels(point)
            if np.isfinite(touched).all() and view.near(touched)[0]:
                assert np.allclose(point[0], about["point"], atol=1e-9)
                assert np.linalg.norm(touched[0] - about["pixel"]) < 0.1
                assert np.abs(touched - view.by_matrix(point)).max() < 0.05
        moment = motion.at(frame["seconds"])
        aside = np.linalg.norm((moment.below - moment.points) * scene.display.scale, axis=1)
        assert aside.max() <= REACH * scene.motion.radius + 1e-9


def picture(scene, index: int, change=lambda: None) -> np.ndarray:
    scene.draw_frame(index)
    change()
    scene.update_frame(0, force_draw=True)
    width, height = scene.pixels
    return scene.camera.read_rgba(np.empty((height, width, 4), "u1"))[..., :3].astype(int)


def test_a_ball_is_drawn_where_it_is_told(scene, facts):
    checked, names = 0, scene.motion.names

    def only(*runs):
        scene.rolling.balls.visible = np.isin(np.arange(len(names)), runs)

    for index, frame in list(facts.items())[:2]:
        boxes, size = [panel["box"] for panel in frame["panels"]], np.array(frame["size"])

        bare = picture(scene, index, only)
        for about in frame["balls"][:4]:
            center, reach = np.array(about["drawn"]), about["radius"]
            low, high = center - reach - 2, center + reach + 2
            covered = any((high > box[:2]).all() and (low < box[2:]).all() for box in boxes)
            if covered or about["visible"] < 0.99 or (low < 0).any() or (high > size).any():
                continue
            run = names.index((about["label"], about["ball"]))
            changed = np.abs(picture(scene, index, lambda run=run: only(run)) - bare).max(axis=2) > 3
            rows, columns = np.nonzero(changed)
            first, last = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()]) + 1
            assert np.abs((first + last) / 2 - center).max() < 1
            half = (last - first) / 2  # near the picture's edge a sphere is seen a little longer than wide
            assert (half > reach - 1.5).all() and (half < 1.15 * reach + 1.5).all()
            checked += 1
    assert checked


def test_digits_lie_in_their_boxes(tmp_path):
    made = staged(shot(SIX, LARGE, folder=tmp_path))
    index = made.frames - 1
    frame, whole = told(made, index), picture(made, index)

    def hide():
        made.board["legend"].digits.opacity = 0.0

    rows, columns = np.nonzero((picture(made, index, hide) != whole).any(axis=2))
    boxes = [text["box"] for text in frame["texts"] if text["text"] in {n["text"] for n in frame["numbers"][1:]}]
    every = np.array([box for box in boxes])
    assert len(boxes) == 6
    x, y = columns[:, None] + 0.5, rows[:, None] + 0.5
    within = (x > every[:, 0]) & (x < every[:, 2]) & (y > every[:, 1]) & (y < every[:, 3])
    assert within.any(axis=1).all()
    hit = [within[:, k] for k in range(6)]
    for k, (left, top, right, bottom) in enumerate(boxes):
        assert (columns[hit[k]].min(), rows[hit[k]].min()) == (left, top)
        assert (columns[hit[k]].max() + 1, rows[hit[k]].max() + 1) == (right, bottom)
    made.release()


def test_legends_name_everybody(scene, facts):
    for frame in facts.values():
        assert {entry.label for entry in scene.shot.experiment.entries} <= {text["text"] for text in frame["texts"]}


def test_the_loss_told_is_the_surfaces_own():
    """Not that of what is drawn, which may be smoothed."""
    surface = from_expression("sin(70*x)*sin(90*y) + x**2/400", None, ((-30, 30), (-30, 30)))
    balls, points = [dict(label="SGD", ball=0)], np.array([[3.137, 2.213]])
    motion = SimpleNamespace(surface=surface, display=None, names=[("SGD", 0)])
    tell_balls(balls, motion, SimpleNamespace(points=points, steps=np.zeros(1)), np.zeros((1, 2)))
    assert balls[0]["loss"] == pytest.approx(np.sin(70 * 3.137) * np.sin(90 * 2.213) + 3.137**2 / 400, rel=1e-12)


def test_what_a_hill_hides_is_not_visible(tmp_path):
    made = staged(shot(HILL, folder=tmp_path))
    behind, before, beside_it = told(made, 30)["balls"]
    assert behind["visible"] == 0 and min(before["visible"], beside_it["visible"]) > 0.9
    made.release()
