"""Shared by the tests of the live window: a small film, its frames, and when the window shows them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.loading import shot
from tools.window_driver import STRIP, Window

SIZE = (640, 360)
WHOLE = (SIZE[0], SIZE[1] + round(STRIP * 0.8))  # the controls' unit is 0.8 pixels in so small a window
FILM = """\
title: A small film  # shown
surface: {name: bowl_with_two_holes, domain: {x: [-2, 2.2], y: [-1.6, 2.6]}}
# where they begin
start: [-0.64, 1.8]
steps: 40
optimizers:
  - sgd: {lr: 0.1}   # slow
  - adam: {lr: 0.05, betas: [0.9, 0.99]}
camera: {theta: 22, phi: 37, orbit: 1.5}
video: {resolution: 640x360, fps: 10, seconds: 6}
"""


def scene_of(config: Path, size=SIZE):
    from thalweg.stage.staging import make_scene

    filed = shot(config)
    video = replace(filed.video, width=size[0], height=size[1])  # windows may be odd, films are not
    return make_scene(replace(filed, video=video), filed.roll())


def frame(config: Path, seconds: float, size=SIZE) -> np.ndarray:
    """The film's frame of that moment."""
    from thalweg.stage.pictures import frame_pixels

    scene = scene_of(config, size)
    try:
        return frame_pixels(scene, round(seconds * 10))[..., :3]
    finally:
        scene.release()


def far(a: np.ndarray, b: np.ndarray) -> float:
    """Mean difference in 0 ... 255."""
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def shows(window: Window, seconds: float, config: Path | None = None, size=SIZE) -> None:
    """All of it is the film's frame, but for the lower edge, where messages may stand for a while."""
    wanted, high = frame(config or window.config, seconds, size), size[1] - 50
    window.wait_for(lambda: far(window.picture(size)[:high], wanted[:high]) < 0.1, 10, f"it does not show {seconds} s")


def scene_frame(scene, index: int) -> np.ndarray:
    from thalweg.stage.pictures import frame_pixels

    return frame_pixels(scene, index)[..., :3]
