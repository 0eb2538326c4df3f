"""Where a frame's time goes: pose, draw, read-back, encode, one after the other in one process. Prints JSON.

    .venv/bin/python -m benchmarks.parts boss_fight 1280x720

Blocks of frames from the beginning, the middle and the end of the film are drawn, each part timed by itself (wall and
CPU milliseconds a frame; CPU counts all threads, the driver's as well), then encoded.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

BLOCKS, BLOCK = 3, 40
PARTS = ("pose", "draw", "read-back", "encode")


class Clock:
    """Adds up wall and CPU seconds by part."""

    def __init__(self) -> None:
        self.spent = {part: np.zeros(2) for part in PARTS}

    def now(self) -> np.ndarray:
        return np.array([time.perf_counter(), time.process_time()])

    def add(self, part: str, since: np.ndarray) -> np.ndarray:
        now = self.now()
        self.spent[part] += now - since
        return now


def measure(config: str, size: str, block: int = BLOCK) -> dict[str, tuple[float, float]]:
    """{part: (wall, CPU)} in milliseconds a frame."""
    from thalweg.spec import find, load
    from thalweg.stage.staging import make_scene

    shot = load(find(config), video={"resolution": size}).shot
    scene = make_scene(shot, shot.roll())
    clock = Clock()
    width, height = scene.pixels
    frames = [np.ones((height, width, 4), "u1") for _ in range(block)]  # written once: as films, it reuses its arrays
    scene.draw_frame(0)  # the first frame makes everything on the GPU
    for start in np.linspace(0, scene.frames - block, BLOCKS).astype(int):
        for index, frame in enumerate(frames, int(start)):
            draw(scene, index, frame, clock)
        encode(frames, shot, clock)
    scene.release()
    return {part: tuple(1000 * spent / (BLOCKS * block)) for part, spent in clock.spent.items()}


def draw(scene, index: int, into: np.ndarray, clock: Clock) -> None:
    since = clock.now()
    scene.time = index / scene.camera.fps
    scene.pose(scene.time)
    since = clock.add("pose", since)
    scene.update_frame(0, force_draw=True)
    scene.camera.ctx.finish()
    since = clock.add("draw", since)
    scene.camera.read_rgba(into)
    clock.add("read-back", since)


def encode(frames: list[np.ndarray], shot, clock: Clock) -> None:
    """As films are: one thread in the codec."""
    from thalweg.stage.writer import FilmWriter, Line

    size = (shot.video.width, shot.video.height)
    with tempfile.TemporaryDirectory() as folder:
        since, line = clock.now(), Line(size)
        line.ring = frames  # as if it had lent them: nothing is copied
        film = FilmWriter(Path(folder, "block.mp4"), size, shot.video.fps, line=line, threads=1)
        for frame in frames:
            film.add(frame)
        film.close()
        line.close()
        clock.add("encode", since)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2], *(int(given) for given in sys.argv[3:]))))
