"""Draw an experiment: a film, or one frame of it. Called by render.py with what configs and optimizers made."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from configs.output import whole
from configs.version import VERSION
from scenes import SCENES
from scenes.stage import boot
from scenes.stage.clock import frame_at, gif_rate

Progress = Callable[[int, int], None]


def make_scene(experiment, trajectories, fps: int | None = None):
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
    )
    scene.setup()
    return scene


def render_film(experiment, trajectories, path: Path, progress: Progress | None = None) -> None:
    """Write the film to `path` (.mp4 .webm .mov .gif), whole or not at all. `progress(done, total)` is told each
    frame.
    """
    from scenes.stage.writer import FilmWriter

    path, video = Path(path), experiment.video
    fps = gif_rate(video.fps) if path.suffix == ".gif" else video.fps
    scene = make_scene(experiment, trajectories, fps)
    try:
        with (
            whole(path) as temporary,
            FilmWriter(
                temporary, (video.width, video.height), fps, path.suffix, video.transparent, metadata(experiment)
            ) as film,
        ):
            total = scene.frames
            for index in range(total):
                scene.draw_frame(index)
                film.add(scene.camera.read_rgba(film.lend()))
                if progress is not None:
                    progress(index + 1, total)
    finally:
        scene.release()


def render_still(experiment, trajectories, path: Path, at: float | None = None) -> None:
    """Write the frame shown at second `at` (default: the last) as .png; raises OutsideFilm for a moment the film
    lacks.
    """
    scene = make_scene(experiment, trajectories)
    try:
        index = scene.frames - 1 if at is None else frame_at(at, scene.duration, scene.camera.fps)
        rgba = frame_pixels(scene, index)
    finally:
        scene.release()
    save_picture(path, rgba, experiment)


def save_picture(path: Path, rgba: np.ndarray, experiment) -> None:
    """Write a frame (height, width, 4), straight alpha, as .png, whole or not at all."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    about = PngInfo()
    for key, value in metadata(experiment).items():
        about.add_itxt(key, value)
    picture = Image.fromarray(rgba if experiment.video.transparent else np.ascontiguousarray(rgba[..., :3]))
    with whole(Path(path)) as temporary:
        picture.save(temporary, format="PNG", pnginfo=about)


def frame_pixels(scene, index: int) -> np.ndarray:
    """Frame `index` as (height, width, 4) uint8, first row on top, straight alpha."""
    from scenes.stage.writer import straight

    scene.draw_frame(index)
    width, height = scene.pixels
    rgba = scene.camera.read_rgba(np.empty((height, width, 4), "u1"))
    return straight(rgba) if scene.experiment.video.transparent else rgba


def metadata(experiment) -> dict[str, str]:
    """What travels with every film and picture: title, the resolved config and the version."""
    return {
        "title": experiment.title or experiment.name,
        "comment": json.dumps(experiment.resolved, ensure_ascii=False),
        "version": f"Thalweg {VERSION}",
    }
