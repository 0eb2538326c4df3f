"""From an experiment to the scene that draws it."""

from __future__ import annotations

import importlib

from thalweg.film import SCENES
from thalweg.stage import boot


def make_scene(experiment, trajectories, fps: int | None = None, samples: int = 0):
    """The manimgl scene of an experiment, staged and ready to draw any frame."""
    boot.ensure()
    kind = experiment.scene
    scene_class = getattr(importlib.import_module(f"scenes.{kind}.scene"), SCENES[kind].scene_class)
    video = experiment.video
    scene = scene_class(
        experiment,
        trajectories,
        file_writer_config=dict(write_to_movie=False, save_last_frame=False, quiet=True),
        camera_config=dict(resolution=(video.width, video.height), fps=fps or video.fps),
        samples=samples,
    )
    try:
        scene.setup()
    except BaseException:
        scene.release()
        raise
    return scene
