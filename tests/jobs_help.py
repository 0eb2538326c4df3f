"""Films drawn by several processes, for the tests: in a process of their own, with notes of who drew which frame.

python -m tests.jobs_help '{"config": ..., "path": ..., "jobs": 2, ...}'
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.scenes_help import ROOT, environment

SMALL = """\
surface: bowl
start: [-2.2, 1.6]
steps: 12
optimizers: [sgd, adam]
style: {title: false, legend: false, axes: false}
video: {resolution: 128x72, fps: 30, seconds: 7}
"""
FRAMES, CHUNKS = 210, 4


class Notes:
    """Notes each frame handed to the encoder: its number, a hash of it, the process."""

    def __init__(self, place: Path) -> None:
        self.place, self.parent = place, os.getpid()

    def __call__(self, index: int, rgba) -> None:
        who = "parent" if os.getpid() == self.parent else "child"
        with open(self.place, "a") as file:
            file.write(f"{index} {hashlib.sha256(rgba).hexdigest()[:16]} {who}\n")


def noted(place: Path) -> tuple[dict[int, str], list[str]]:
    """The hash of each frame by its number, and who drew, a word a frame."""
    rows = [line.split() for line in place.read_text().splitlines()] if place.exists() else []
    return {int(index): digest for index, digest, _ in rows}, [who for _, _, who in rows]


def start(folder: Path, name: str, **more: object) -> subprocess.Popen[str]:
    """Begin to draw `folder`/`name` (its config `folder`/film.yaml) in a process of its own."""
    config = folder / "film.yaml"
    config.write_text(SMALL)
    told = {"config": str(config), "path": str(folder / name), "notes": str(folder / f"{name}.txt"), **more}
    return command(folder, sys.executable, "-m", "tests.jobs_help", json.dumps(told))


def command(folder: Path, *words: object) -> subprocess.Popen[str]:
    """Begin a process whose cache is in `folder`."""
    return subprocess.Popen(
        list(map(str, words)),
        cwd=ROOT,
        env=environment(XDG_CACHE_HOME=str(folder / "cache")),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def draw(folder: Path, name: str, **more: object) -> subprocess.CompletedProcess[str]:
    process = start(folder, name, **more)
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def main(config: str, path: str, notes: str, jobs: int = 0, resume: bool = False) -> None:
    from thalweg.spec import load
    from thalweg.stage.render import render_film

    film, told = load(Path(config)), []

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    render_film(film, film.roll(), Path(path), tell, jobs, resume, Notes(Path(notes)))
    print(json.dumps({"first": told[:1], "last": told[-1:], "rising": told == sorted(told)}))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
