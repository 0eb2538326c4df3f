"""From a shot to the scene that draws it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from thalweg.film import SCENES
from thalweg.film.shot import Shot
from thalweg.stage import boot
from thalweg.stage.drawable import Drawable

if TYPE_CHECKING:
    from thalweg.engine import Trajectory


def make_scene(shot: Shot, trajectories: Sequence[Trajectory], fps: int | None = None, samples: int = 0) -> Drawable:
    """The manimgl scene of a shot, staged and ready to draw any frame."""
    boot.ensure()
    from thalweg.stage.film_scene import FilmScene

    video = shot.video
    scene = SCENES.beside(shot.kind, "scene", FilmScene)(
        shot,
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
