"""Draw an experiment: a film, or one frame of it. Called by render.py with what configs and optimizers made."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from thalweg.film.clock import OutsideFilm, frame_at, frame_of_step
from thalweg.film.kinds import FRAMES, gif_rate, kind
from thalweg.film.moments import LAST, Moment
from thalweg.stage import boot
from thalweg.stage.cache import film_key, kept
from thalweg.stage.chunks import Chunks, OnFrame, Task
from thalweg.stage.join import join
from thalweg.stage.pictures import frame_pixels, metadata, save_picture, save_told
from thalweg.stage.pool import Crew, useful_jobs
from thalweg.stage.staging import make_scene
from thalweg.stage.told import told
from thalweg.system.output import whole

Progress = Callable[[int, int], None]
LOSSY_BYTES, EXACT_BYTES = 0.03, 1.0  # for a pixel of a frame, in a chunk
SHORTEST = 12  # seconds of a film whose length the scene chooses


def render_film(
    experiment,
    trajectories,
    path: Path,
    progress: Progress | None = None,
    jobs: int = 0,
    resume: bool = False,
    on_frame: OnFrame | None = None,
) -> None:
    """Write the film to `path` (.mp4 .webm .mov .gif), whole or not at all.

    `progress(done, total)` is told each frame. `jobs` processes draw (0: as many as help), this one among them; a
    script that calls this where processes are not forked needs `if __name__ == "__main__":`. With `resume` a film that
    was cut off is gone on with. `on_frame(index, rgba)` sees each frame as handed to the encoder, in the process that
    draws it. Raises MachineError and OSError.
    """
    path, video = Path(path), experiment.video
    suffix, size = path.suffix.lower(), (video.width, video.height)
    fps = gif_rate(video.fps) if suffix == ".gif" else video.fps
    boot.ensure()
    jobs = jobs or useful_jobs(math.ceil((video.seconds or SHORTEST) * fps))
    with whole(path) as temporary, Crew(Task(experiment, trajectories, fps, suffix, on_frame), jobs) as crew:
        scene = crew.stage()
        try:
            renderer = [scene.camera.ctx.info[name] for name in ("GL_RENDERER", "GL_VERSION")]
            key, needed = film_key(experiment, trajectories, suffix, size, fps, renderer), bytes_of(scene, suffix)
            with kept(key, resume, needed, temporary.parent) as folder:
                if resume:
                    Chunks(folder, scene.frames, suffix).trust()
                chunks = crew.draw(scene, folder, progress)
                join(chunks.files(), temporary, suffix, size, fps, metadata(experiment))
        finally:
            scene.release()


def bytes_of(scene, suffix: str) -> int:
    """About how much room the chunks of a film take, on the generous side."""
    exact = suffix == ".gif" or scene.experiment.video.transparent
    return round(scene.frames * math.prod(scene.pixels) * (EXACT_BYTES if exact else LOSSY_BYTES))


def render_still(experiment, trajectories, path: Path, at: float | None = None) -> None:
    """Write the frame shown at second `at` (default: the last) as .png; raises OutsideFilm for a moment the film
    lacks.
    """
    moment = LAST if at is None else Moment(f"{at:g}", seconds=at)
    for _ in render_frames(experiment, trajectories, [Path(path)], [moment]):
        pass


def render_frames(experiment, trajectories, paths: Sequence[Path], moments: Sequence[Moment]) -> Iterator[Path]:
    """Write one frame for each moment, as .png or .frame.json, each whole or not at all, and yield its path then.

    The scene is staged once. Before anything is written, OutsideFilm is raised with a line for each moment that the
    film lacks.
    """
    scene = make_scene(experiment, trajectories)
    try:
        for path, index in zip(paths, frames_of(scene, moments), strict=True):
            if kind(path) in FRAMES:
                save_told(path, told(scene, index))
            else:
                save_picture(path, frame_pixels(scene, index), experiment)
            yield path
    finally:
        scene.release()


def frames_of(scene, moments: Sequence[Moment]) -> list[int]:
    """The frame of each moment; raises OutsideFilm with a line for each that the film lacks."""
    found, lines = [], []
    for moment in moments:
        try:
            found.append(frame_of(scene, moment))
        except OutsideFilm as error:
            lines.append(f"{moment.said}: {error}")
    if lines:
        raise OutsideFilm(*lines)
    return found


def frame_of(scene, moment: Moment) -> int:
    """The frame of one moment; raises OutsideFilm."""
    fps = scene.camera.fps
    if moment.seconds is not None:
        return frame_at(moment.seconds, scene.duration, fps)
    if moment.step is None:
        return scene.frames - 1
    if scene.step_at(0.0) is None:
        raise OutsideFilm(f"a film of scene {scene.kind} has no steps; give seconds")
    return frame_of_step(moment.step, scene.frames, lambda index: scene.step_at(index / fps))
