"""Draw a film, or some of its frames, into files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from thalweg.film.moments import LAST, Moment
from thalweg.film.outputs import FRAMES, gif_rate, kind
from thalweg.film.shot import Film
from thalweg.stage import boot
from thalweg.stage.cache import film_key, kept
from thalweg.stage.chunks import Chunks, OnFrame, Task
from thalweg.stage.join import join
from thalweg.stage.pictures import finished, metadata, save_picture, save_told
from thalweg.stage.pool import Crew, useful_jobs
from thalweg.stage.reel import Reel
from thalweg.system.output import whole

if TYPE_CHECKING:
    from thalweg.engine import Trajectory

Progress = Callable[[int, int], None]
LOSSY_BYTES, EXACT_BYTES = 0.03, 1.0  # for a pixel of a frame, in a chunk
SHORTEST = 12  # seconds of a shot whose length the scene chooses


def render_film(
    film: Film,
    rolled: Sequence[Sequence[Trajectory]],
    path: Path,
    progress: Progress | None = None,
    jobs: int = 0,
    resume: bool = False,
    on_frame: OnFrame | None = None,
) -> None:
    """Write the film to `path` (.mp4 .webm .mov .gif), whole or not at all. `rolled` is what `film.roll()` gives.

    `progress(done, total)` is told each frame. `jobs` processes draw (0: as many as help), this one among them; a
    script that calls this where processes are not forked needs `if __name__ == "__main__":`. With `resume` a film that
    was cut off is gone on with. `on_frame(index, rgba)` sees each frame as handed to the encoder, in the process that
    draws it. Raises MachineError and OSError.
    """
    path, video = Path(path), film.video
    suffix, size = path.suffix.lower(), (video.width, video.height)
    fps = gif_rate(video.fps) if suffix == ".gif" else video.fps
    boot.ensure()
    jobs = jobs or useful_jobs(sum(math.ceil((shot.video.seconds or SHORTEST) * fps) for shot in film.shots))
    with whole(path) as temporary, Crew(Task(film, rolled, fps, suffix, on_frame), jobs) as crew:
        reel = crew.stage()
        try:
            key = film_key(film, rolled, suffix, size, fps, boot.renderer())
            with kept(key, resume, bytes_of(reel, suffix), temporary.parent) as folder:
                if resume:
                    Chunks(folder, reel.frames, suffix).trust()
                chunks = crew.draw(reel, folder, progress)
                join(chunks.files(), temporary, suffix, size, fps, metadata(reel.film))
        finally:
            reel.release()


def bytes_of(reel: Reel, suffix: str) -> int:
    """About how much room the chunks of a film take, on the generous side."""
    exact = suffix == ".gif" or reel.film.video.transparent
    return round(reel.frames * math.prod(reel.pixels) * (EXACT_BYTES if exact else LOSSY_BYTES))


def render_still(film: Film, rolled: Sequence[Sequence[Trajectory]], path: Path, at: float | None = None) -> None:
    """Write the frame shown at second `at` (default: the last) as .png; raises OutsideFilm for a moment the film
    lacks.
    """
    moment = LAST if at is None else Moment(f"{at:g}", seconds=at)
    for _ in render_frames(film, rolled, [Path(path)], [moment]):
        pass


def render_frames(
    film: Film, rolled: Sequence[Sequence[Trajectory]], paths: Sequence[Path], moments: Sequence[Moment]
) -> Iterator[Path]:
    """Write one frame for each moment, as .png or .frame.json, each whole or not at all, and yield its path then.

    The film is staged once. Before anything is written, OutsideFilm is raised with a line for each moment that the
    film lacks.
    """
    reel = Reel(film, rolled)
    try:
        for path, index in zip(paths, reel.frames_of(moments), strict=True):
            if kind(path) in FRAMES:
                save_told(path, reel.told(index))
            else:
                pixels = reel.draw(index, np.empty((*reel.pixels[::-1], 4), "u1"))
                save_picture(path, finished(pixels, film.video.transparent), reel.film)
            yield path
    finally:
        reel.release()
