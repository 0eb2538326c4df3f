"""The live window: frames/s of playback, and milliseconds from a change to its picture.

    .venv/bin/python -m benchmarks.window [CONFIG] [WIDTHxHEIGHT]

On the display there is, or on a virtual one (Xvfb) where there is none. Each figure is the median of several.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from thalweg.spec import find, load
from tools.window_driver import Display, missing

SECONDS, TIMES = 5.0, 7


def main(name: str, resolution: str) -> int:
    display = None
    if not os.environ.get("DISPLAY"):
        if missing():
            print(f"no display here, and {missing()}", file=sys.stderr)
            return 2
        display = Display()
        os.environ["DISPLAY"] = display.name
        os.environ.pop("PYGLET_HEADLESS", None)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "window.yaml"
            path.write_text(find(name).read_text())
            measure(path, resolution)
    finally:
        if display is not None:
            display.close()
    return 0


def measure(path: Path, resolution: str) -> None:
    from thalweg.live.session import Session

    session = Session(
        path, path.read_bytes(), lambda data, more: load(path, more, {"resolution": resolution}, data).shot, []
    )
    try:
        session.open()
        info = session.window.ctx.info["GL_RENDERER"]
        print(f"{info}, {resolution}, {os.cpu_count()} cores, {session.show.screen.samples} samples a pixel")
        session.turn()
        print(f"playback            {playback(session):6.1f} frames/s")
        session.show.player.playing = False
        print(f"a slider's change   {tuned(session):6.0f} ms until the balls follow")
        print(f"balls dropped       {dropped(session):6.0f} ms")
        print(f"save to picture     {saved(session, path):6.0f} ms")
        print(f"resize              {resized(session):6.0f} ms to stage the scene anew")
    finally:
        session.close()


def playback(session) -> float:
    session.show.player.loop, frames, began = True, 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        session.turn()
        frames += 1
    return frames / SECONDS


def finish(session) -> None:
    session.show.draw(time.perf_counter())
    session.window.ctx.finish()


def tuned(session) -> float:
    """One optimizer rolled anew and drawn; labels follow when the hand rests."""
    times = []
    for count in range(TIMES):
        began = time.perf_counter()
        session.acts.turn_knob(0, 0.02 + 0.001 * count)
        finish(session)
        times.append(time.perf_counter() - began)
    session.show.alarms.cancel("settle")
    session.acts.edits_back()
    return 1000 * statistics.median(times)


def dropped(session) -> float:
    """All optimizers rolled anew and drawn."""
    times = []
    (x0, x1), (y0, y1) = session.model.shot.surface.domain
    for count in range(TIMES):
        began = time.perf_counter()
        session.pointer.drop((x0 + (0.2 + 0.05 * count) * (x1 - x0), y0 + 0.3 * (y1 - y0)))
        finish(session)
        times.append(time.perf_counter() - began)
    session.show.alarms.cancel("settle")
    session.acts.edits_back()
    return 1000 * statistics.median(times)


def saved(session, path: Path) -> float:
    """From the end of writing the file, through the watcher, to the last pixel of the new picture."""
    times, text = [], path.read_text()
    session._patience = lambda: 0.01  # a round waits after drawing; that wait is not to be counted
    for count in range(TIMES):
        time.sleep(0.3)
        path.write_text(f"{text}\ncaption: number {count}\n")
        began, staged = time.perf_counter(), session.show.screen.scene
        while session.show.screen.scene is staged:
            session.turn()
        finish(session)
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def resized(session) -> float:
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        session.show.restage()
        finish(session)
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(given[0] if given else "boss_fight", given[1] if len(given) > 1 else "1280x720"))
