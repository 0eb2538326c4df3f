"""Films by several processes: the same frames whoever draws, whole or absent whatever happens, gone on with later."""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.jobs_help import CHUNKS, FRAMES, SMALL, Notes, command, draw, noted, start
from tests.scenes_help import decoded, film, staged
from thalweg.stage.chunks import chunk_bounds
from thalweg.stage.render import render_film

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def small(folder):
    return film(SMALL, folder=folder)


@pytest.fixture(scope="module")
def alone(small, folder) -> dict[int, str]:
    """Hashes of the frames, each drawn after another one than in the film."""
    scene, notes = staged(small.shot), Notes(folder / "alone.txt")
    for index in random.Random(0).sample(range(scene.frames), scene.frames):
        scene.draw_frame(index)
        notes(index, scene.camera.read_rgba(np.empty((72, 128, 4), "u1")))
    scene.release()
    return noted(folder / "alone.txt")[0]


@pytest.fixture(scope="module")
def by_one(folder) -> Path:
    done = draw(folder, "one.mp4", jobs=1)
    assert done.returncode == 0, done.stderr
    return folder / "one.mp4"


@pytest.fixture(scope="module")
def by_two(folder) -> Path:
    done = draw(folder, "two.mp4", jobs=2)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"first": [[1, FRAMES]], "last": [[FRAMES, FRAMES]], "rising": True}
    return folder / "two.mp4"


def processes(folder: Path) -> list[int]:
    """Processes that draw a film of this folder."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (each / "cmdline").read_bytes():
                found.append(int(each.name))
        except OSError:  # it has ended meanwhile
            pass
    return found


def gone(folder: Path, seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while processes(folder) and time.monotonic() < until:
        time.sleep(0.02)
    return not processes(folder)


def left(folder: Path) -> list[str]:
    """What lies beside the config, outside the cache."""
    mine = ("film.yaml", "cache")
    return sorted(each.name for each in folder.iterdir() if each.name not in mine and each.suffix != ".txt")


def chunks_kept(folder: Path) -> list[str]:
    return sorted(each.name for each in (folder / "cache").rglob("*.mp4") if ".part" not in each.name)


def test_every_frame_is_the_same_whoever_draws_it(by_one, by_two, alone, folder):
    one, drawers = noted(folder / "one.mp4.txt")
    assert one == alone and len(drawers) == FRAMES and set(drawers) == {"parent"}
    two, drawers = noted(folder / "two.mp4.txt")
    assert two == alone and len(drawers) == FRAMES and set(drawers) == {"parent", "child"}
    assert len(set(alone.values())) > FRAMES / 2


def test_the_film_is_the_same_by_one_process_and_by_two(by_one, by_two):
    assert decoded(by_one).shape == (FRAMES, 72, 128, 3)
    assert by_one.read_bytes() == by_two.read_bytes()


def test_done_it_leaves_only_the_film(by_one, by_two, folder):
    assert left(folder) == ["one.mp4", "two.mp4"]
    assert list((folder / "cache" / "thalweg").iterdir()) == []


def test_a_child_started_anew_draws_the_same(small, alone, by_one, folder, monkeypatch):
    """This process has a GL context, which a fork would not survive."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setattr("thalweg.stage.chunks.LENGTH", 10)  # here alone: so that the child is there in time
    (folder / "anew").mkdir()
    render_film(small, small.roll(), folder / "anew" / "film.mp4", jobs=2, on_frame=Notes(folder / "anew.txt"))
    assert noted(folder / "anew.txt")[0] == alone
    assert decoded(folder / "anew" / "film.mp4").shape == (FRAMES, 72, 128, 3)


def test_a_gif_is_the_same_by_one_process_and_by_two(small, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    render_film(small, small.roll(), tmp_path / "one.gif", jobs=1)
    done = draw(tmp_path, "two.gif", jobs=2)
    assert done.returncode == 0, done.stderr
    assert set(noted(tmp_path / "two.gif.txt")[1]) == {"parent", "child"}
    assert (tmp_path / "one.gif").read_bytes() == (tmp_path / "two.gif").read_bytes()
    assert decoded(tmp_path / "two.gif").shape == (175, 72, 128, 3)


def until_first_chunk(folder: Path, process) -> None:
    for _ in range(3000):
        if chunks_kept(folder):
            return
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    raise AssertionError("no chunk was finished")


@linux
def test_killed_it_is_gone_on_with(by_one, tmp_path):
    process = start(tmp_path, "film.mp4", jobs=2)
    until_first_chunk(tmp_path, process)
    process.kill()
    process.communicate()
    assert gone(tmp_path), "children must see that their parent was killed"
    kept = chunks_kept(tmp_path)
    assert 0 < len(kept) < CHUNKS
    lengths = [stop - start for start, stop in chunk_bounds(FRAMES)]
    reused = sum(lengths[int(name.split(".")[0])] for name in kept)
    (tmp_path / "film.mp4.txt").unlink()
    done = draw(tmp_path, "film.mp4", jobs=2, resume=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"first": [[reused, FRAMES]], "last": [[FRAMES, FRAMES]], "rising": True}
    assert len(noted(tmp_path / "film.mp4.txt")[1]) == FRAMES - reused
    assert (tmp_path / "film.mp4").read_bytes() == by_one.read_bytes()
    assert left(tmp_path) == ["film.mp4"] and chunks_kept(tmp_path) == []


@linux
def test_stopped_it_leaves_no_process_and_no_film(tmp_path):
    (tmp_path / "film.yaml").write_text(SMALL)
    process = command(tmp_path, sys.executable, "render.py", tmp_path / "film.yaml", "-o", tmp_path / "film.mp4", "-j2")
    until_first_chunk(tmp_path, process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    said = [line for line in err.splitlines() if "frames/s" not in line]  # progress, on a slow machine
    assert (process.returncode, out, said) == (143, "", [])
    assert gone(tmp_path, 1) and left(tmp_path) == []
    assert chunks_kept(tmp_path), "they stay for --resume"


def test_an_old_film_is_not_resumed_unasked(small, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    told: list[tuple[int, int]] = []

    def interrupt(done, total):
        told.append((done, total))
        if done == 100:
            raise KeyboardInterrupt

    for resume, first in ((False, 1), (True, 52), (False, 1)):
        told.clear()
        with pytest.raises(KeyboardInterrupt):
            render_film(small, small.roll(), tmp_path / "film.mp4", interrupt, jobs=1, resume=resume)
        assert told[0] == (first, FRAMES)
