"""Balls at one place of a map: each is seen."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scenes_help import shot, staged
from thalweg.colors import rgb
from thalweg.stage.told import told

FILM = """\
title: One start
scene: contour
surface: {name: bowl, domain: {x: [-3, 3], y: [-3, 3]}}
start: [-2.2, 1.6]
steps: 12
optimizers:
  - sgd: {lr: 0.02, color: "#FF0000"}
  - sgd: {label: fast, lr: 0.4, color: "#00FF00"}
  - adam: {lr: 0.3, color: "#FFFFFF"}
video: {resolution: 640x360, fps: 10, seconds: 4}
"""


def test_balls_at_one_place_are_rings_and_apart_alike(tmp_path):
    scene = staged(shot(FILM, folder=tmp_path))
    balls = told(scene, 0)["balls"]
    scene.draw_frame(0)
    picture = scene.read(np.empty((360, 640, 4), "u1"))[..., :3].astype(int)
    assert [ball["drawn"] for ball in balls[1:]] == [pytest.approx(balls[0]["drawn"])] * 2
    x, y = balls[0]["drawn"]
    rows, columns = np.mgrid[:360, :640] + 0.5
    away = np.hypot(columns - x, rows - y)
    outer = np.array([ball["radius"] for ball in balls])
    for color, low, high in zip(("#FF0000", "#00FF00", "#FFFFFF"), (*outer[1:], 0.0), outer, strict=True):
        ring = picture[(away > low + 0.5) & (away < high - 0.5)]
        assert len(ring) > 8 and np.abs(ring - 255 * rgb(color)).max() < 3, "told as it is drawn"
    late = {round(ball["radius"], 3) for ball in told(scene, 25)["balls"][:2]}
    assert len(late) == 1 and min(late) == pytest.approx(outer.min()), "apart"
    scene.release()
