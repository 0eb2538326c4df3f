"""The ellipses of clouds as they are drawn: of the balls on the picture, and each of several equal ones is seen."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scenes_help import shot, staged
from thalweg.colors import rgb
from thalweg.stage.told import told

FILM = """\
title: Clouds
surface: {name: bowl, domain: {x: [-2.6, 2.6], y: [-2.6, 2.6]}}
start: [-2.1, 1.7]
steps: 20
replicas: 60
noise: {std: 2.4}
optimizers:
  - sgd: {lr: 0.15, color: "#FF0000"}
  - sgd: {label: the same, lr: 0.15, color: "#00FF00"}
  - adam: {lr: 0.02, color: "#FFFFFF"}
camera: {theta: -30, phi: 42}
style: {clouds: true, trail: false, iterates: false, balls: true}
video: {resolution: 640x360, fps: 10, seconds: 6}
"""


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    made = staged(shot(FILM, folder=tmp_path_factory.mktemp("clouds")))
    yield made
    made.release()


@pytest.mark.parametrize("index", [20, 30, 59])
def test_an_ellipse_is_of_the_balls_as_drawn(scene, index):
    """Their own mean and covariance on the picture, which perspective bends but a little; of Adam's close cloud too,
    which is not much wider than a ball is high."""
    frame = told(scene, index)
    for label in ("SGD", "Adam"):
        balls = np.array([ball["drawn"] for ball in frame["balls"] if ball["label"] == label])
        (line,) = [each["pixels"] for each in frame["outlines"] if (each["label"], each["name"]) == (label, "spread")]
        off = np.array(line)[:-1] - balls.mean(axis=0)
        distance = np.sqrt(np.einsum("ni,ij,nj->n", off, np.linalg.inv(np.cov(balls.T)), off))
        assert len(balls) == 60 and distance == pytest.approx(2, abs=0.2)


def test_of_equal_ellipses_each_is_seen_all_around(scene):
    lines = {
        each["label"]: np.array(each["pixels"]) for each in told(scene, 25)["outlines"] if each["name"] == "spread"
    }
    assert lines["SGD"] == pytest.approx(lines["the same"])
    scene.remove(scene.rolling.balls)
    scene.draw_frame(25)
    picture = scene.read(np.empty((360, 640, 4), "u1"))[..., :3].astype(int)
    for x, y in lines["SGD"]:
        near = picture[int(y) - 4 : int(y) + 5, int(x) - 4 : int(x) + 5].reshape(-1, 3)
        for color in ("#FF0000", "#00FF00"):
            assert np.abs(near - 255 * rgb(color)).max(axis=1).min() < 70, "each by itself"
