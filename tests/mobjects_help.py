"""Shared by the tests of the mobjects: an ordinary manimgl Scene without a window, drawn to an array."""

from __future__ import annotations

import numpy as np

SIZE = (320, 180)
GROUND = (26, 32, 48)


def make_scene(size: tuple[int, int] = SIZE):
    """A bare manimgl ThreeDScene on the shared context; `look(scene)` draws it. Boots manimgl."""
    from thalweg.stage.command import NoWriter
    from thalweg.stage.film_scene import StageCamera, manim_scene

    stock = manim_scene.Camera, manim_scene.SceneFileWriter
    manim_scene.Camera, manim_scene.SceneFileWriter = StageCamera, NoWriter
    try:
        color = "#{:02X}{:02X}{:02X}".format(*GROUND)
        scene = manim_scene.Scene(camera_config=dict(resolution=size, background_color=color, background_opacity=1.0))
    finally:
        manim_scene.Camera, manim_scene.SceneFileWriter = stock
    scene.frame.reorient(-30, 60).set_height(11)
    return scene


def look(scene) -> np.ndarray:
    """The picture (height, width, 3) as whole numbers."""
    scene.update_frame(0, force_draw=True)
    width, height = scene.camera.get_pixel_shape()
    return scene.camera.read_rgba(np.empty((height, width, 4), "u1"))[..., :3].astype(int)


def drop(scene) -> None:
    for mobject in scene.mobjects:
        if hasattr(mobject, "release"):
            mobject.release()
    scene.camera.release()


def pixel_of(scene, point) -> tuple[int, int]:
    """Row and column at which a point of the scene is drawn."""
    x, y, z = scene.frame.to_fixed_frame_point(np.asarray(point, float))
    k = scene.frame.get_scale() / scene.frame.get_focal_distance()
    width, height = scene.camera.get_pixel_shape()
    share = np.array([x, -y]) / (1 - k * z) * height / 8
    return round(height / 2 + share[1]), round(width / 2 + share[0])
