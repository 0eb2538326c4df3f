"""Losses that stand at the holes while the landscape is looked at: the right ones, beside them, and on nothing else."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tests.scenes_help import shot, staged
from thalweg.stage.told import told

FOUR = """\
surface: himmelblau
start: [[3.5, 3.5], [-3.5, 3.5], [-3.5, -3.5], [3.8, -2.2]]
steps: 60
optimizers: [sgd: {lr: 0.01}]
camera: {theta: -20, phi: 35}
video: {resolution: 1280x720, seconds: 8}
"""
RING = """\
surface: {expression: "(x**2 + y**2 - 1)**2 - 0.5", domain: {x: [-1.6, 1.6], y: [-1.6, 1.6]}}
start: [1.3, 1.2]
steps: 60
optimizers: [sgd: {lr: 0.05}]
camera: {theta: -35, phi: 55}
video: {resolution: 1280x720, seconds: 8}
"""
MINIMA = {"himmelblau": [(3, 2), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)]}


def pixel(frame: dict, point, height: float) -> np.ndarray:
    """By the matrix that the frame tells."""
    world = frame["camera"]["world"]
    x, y = (np.asarray(point) - world["center"]) * world["scale"]
    clip = np.array(frame["camera"]["matrix"]) @ [x, y, height, 1]
    return np.array(frame["size"]) / 2 * [1 + clip[0] / clip[3], 1 - clip[1] / clip[3]]


def height_of(frame: dict, loss: float) -> float:
    height = frame["camera"]["world"]["height"]
    above = loss - height["low"]
    return height["gain"] * (above if height["kind"] == "linear" else np.log10(1 + above / height["unit"]))


def labels(frame: dict) -> list[dict]:
    return [text for text in frame["texts"] if text["panel"] == "holes"]


def clear_of_all(frame: dict) -> None:
    boxes = [np.array(text["box"]) for text in labels(frame)]
    others = [np.array(panel["box"]) for panel in frame["panels"]]
    others += [np.array(text["box"]) for text in frame["texts"] if text["panel"] == "axes"]
    others += [np.concatenate([np.array(ball["drawn"]) - ball["radius"], np.array(ball["drawn"]) + ball["radius"]])
               for ball in frame["balls"]]  # fmt: skip
    for one, other in [*combinations(boxes, 2), *((box, other) for box in boxes for other in others)]:
        assert (np.maximum(one[:2], other[:2]) >= np.minimum(one[2:], other[2:])).any(), (one, other)


def beside(text: dict, place: np.ndarray, most: float = 50) -> bool:
    left, top, right, bottom = text["box"]
    away = np.maximum(np.maximum([left, top] - place, place - [right, bottom]), 0)
    return 2 < np.linalg.norm(away) < most


@pytest.mark.parametrize("size", ["1280x720", "1080x1920", "854x480"])
def test_both_holes_of_boss_fight_carry_their_loss(size):
    """The minima by Newton's method elsewhere: (0.9706, 0.9945) at -0.679 and (-0.0087, -0.0049) at -0.5003."""
    scene = staged(shot("boss_fight", {"resolution": size, "fps": 10}))
    for index in (8, 12, 20):
        frame = told(scene, index)
        texts = {text["text"]: text for text in labels(frame)}
        assert sorted(texts) == ["loss −0.5003", "loss −0.6790"]
        for minimum in scene.shot.surface.minima:
            place = pixel(frame, minimum[:2], height_of(frame, minimum.value))
            assert beside(texts[f"loss −{abs(minimum.value):.4f}"], place)
        clear_of_all(frame)
    assert not labels(told(scene, int(0.31 * scene.frames))), "gone before the race fills the picture"
    scene.release()


def test_equal_minima_each_have_theirs(tmp_path):
    scene = staged(shot(FOUR, folder=tmp_path))
    frame = told(scene, 25)
    found = labels(frame)
    assert [text["text"] for text in found] == ["loss 0"] * 4
    for minimum in MINIMA["himmelblau"]:
        assert sum(beside(text, pixel(frame, minimum, height_of(frame, 0.0))) for text in found) == 1
    clear_of_all(frame)
    scene.release()


def test_at_most_four_and_none_where_they_are_not_wanted(tmp_path):
    text = FOUR.replace("surface: himmelblau", "surface: {name: rastrigin, domain: {x: [-4, 4], y: [-4, 4]}}")
    text = text.replace("[[3.5, 3.5], [-3.5, 3.5], [-3.5, -3.5], [3.8, -2.2]]", "{grid: [7, 7]}").replace(
        "0.01", "1e-3"
    )
    scene = staged(shot(text.replace("phi: 35", "phi: 5"), folder=tmp_path))
    frame = told(scene, 25)
    assert 1 <= len(labels(frame)) <= 4 and "loss 0" in {each["text"] for each in labels(frame)}, "the deepest"
    clear_of_all(frame)
    scene.release()
    silent = staged(shot(FOUR, None, ["style.hole_losses=false"], folder=tmp_path))
    assert not labels(told(silent, 25))
    silent.release()


def test_a_ring_of_minima_is_marked_where_it_is_seen(tmp_path):
    """On the ring of radius 1, and not on its far side, which the hill in the middle hides."""
    scene = staged(shot(RING, folder=tmp_path))
    frame = told(scene, 25)
    (found,) = labels(frame)
    assert found["text"] == "loss −0.5000"
    turns = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    ring = np.array([pixel(frame, (np.cos(t), np.sin(t)), height_of(frame, -0.5)) for t in turns])
    (callouts,) = scene.holes.mobjects
    place = scene.display.from_plate(callouts.places[0, :2])
    assert np.linalg.norm(place) == pytest.approx(1, abs=0.02)
    nearest = turns[np.argmin(np.linalg.norm(ring - pixel(frame, place, height_of(frame, -0.5)), axis=1))]
    to_eye = np.radians(-35 - 90)
    assert np.cos(nearest - to_eye) > -0.75
    scene.release()


def test_on_a_map_too():
    scene = staged(shot("zigzag_map", {"resolution": "1280x720"}))
    frame = told(scene, 25)
    (found,) = labels(frame)
    assert found["text"] == "loss 0" and beside(found, scene.map.pixel(np.zeros(2)))
    clear_of_all(frame)
    assert not labels(told(scene, scene.frames - 1))
    scene.release()
