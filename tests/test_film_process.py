"""Films made by processes of their own: interrupted, killed, and by manimgl's own command."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.scenes_help import FILM, ROOT, decoded, environment, render, shot, staged
from thalweg.stage.pictures import frame_pixels

XVFB = pytest.mark.skipif(
    not (sys.platform.startswith("linux") and shutil.which("xvfb-run") and shutil.which("Xvfb")),
    reason="Xvfb is not installed: manimgl's own command cannot be tried on a display (apt-get install xvfb)",
)
LONG = ("--set", "video.seconds=60", "--fps", "60")


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film.yaml"
    path.write_text(FILM)
    return path


def heed() -> None:
    """Signals as a terminal gives them: what a shell starts in the background ignores SIGINT from birth."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def cut_off(film: Path, place: Path, number: signal.Signals) -> int:
    """Start a long film to `place`, send the signal once frames are being written, and return the exit code."""
    command = [sys.executable, str(ROOT / "render.py"), str(film), "-o", str(place), *LONG]
    cache, deadline = film.parent / "cache", time.monotonic() + 60
    variables = environment(XDG_CACHE_HOME=str(cache))
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables, preexec_fn=heed)
    while not (list(place.parent.glob(".film.*")) or list(cache.rglob("0*"))):
        assert process.poll() is None and time.monotonic() < deadline, process.stderr.read()
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(number)
    error = process.communicate(timeout=30)[1]
    assert "Traceback" not in error
    return process.returncode


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_and_what_stood_there_whole(number, film):
    out = film.parent / "out"
    out.mkdir()
    (out / "film.mp4").write_text("mine")
    assert cut_off(film, out / "film.mp4", number) == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
    assert [each.name for each in out.iterdir()] == ["film.mp4"] and (out / "film.mp4").read_text() == "mine"


def test_after_a_kill_the_next_run_removes_the_remains(film):
    out = film.parent / "out"
    out.mkdir()
    (out / "film.mp4").write_text("mine")
    assert cut_off(film, out / "film.mp4", signal.SIGKILL) == -signal.SIGKILL
    assert (out / "film.mp4").read_text() == "mine"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (out / f".film.{ended.pid}.part.mp4").write_text("of a process that was killed while the file was put together")
    (out / f".film.{os.getpid()}.part.mp4").write_text("of a process that lives")
    done = render(film, "-o", out / "film.mp4")
    assert done.returncode == 0 and done.stdout == f"{out / 'film.mp4'}\n"
    assert sorted(each.name for each in out.iterdir()) == [f".film.{os.getpid()}.part.mp4", "film.mp4"]
    assert len(decoded(out / "film.mp4")) == 20


def manimgl(*arguments: str, config: str, display: bool = False) -> subprocess.CompletedProcess[str]:
    """`CONFIG=config manimgl scenes/race/scene.py Race ARGUMENTS`, with or without a display."""
    command = [sys.executable, "-m", "manimlib", "scenes/race/scene.py", "Race", *arguments]
    variables = environment(CONFIG=config)
    if display:
        command = ["xvfb-run", "-a", *command]
        del variables["PYGLET_HEADLESS"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=variables)


# Runs manimgl's command as it is and keeps the frames that reach its file writer.
DRIVER = """
import sys
import numpy as np
arguments, place = sys.argv[2:], sys.argv[1]
sys.argv = ["manimgl", *arguments]
import manimlib.__main__
from thalweg.stage.manimgl_writer import CommandWriter
kept, write = [], CommandWriter.write_frame
def keep(self, camera):
    height, width = camera.get_pixel_shape()[::-1]
    kept.append(camera.read_rgba(np.empty((height, width, 4), "u1")))
    write(self, camera)
CommandWriter.write_frame = keep
manimlib.__main__.main()
np.savez(place, count=len(kept), frames=np.stack([kept[0], kept[len(kept) // 2], kept[-1]]))
"""


@pytest.mark.parametrize("display", [pytest.param(True, marks=XVFB), False])
def test_manimgls_own_command_draws_the_same_frames(display, film, tmp_path):
    place, out = tmp_path / "frames.npz", tmp_path / "out"
    (tmp_path / "driver.py").write_text(DRIVER)
    command = [sys.executable, tmp_path / "driver.py", place, "scenes/race/scene.py", "Race", "-w", "--video_dir", out]
    variables = environment(CONFIG=str(film), PYTHONPATH=str(ROOT))
    if display:
        command = ["xvfb-run", "-a", *command]
        del variables["PYGLET_HEADLESS"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=variables)
    assert done.returncode == 0, done.stderr
    with np.load(place) as kept:
        count, frames = int(kept["count"]), kept["frames"]
    scene = staged(shot(FILM, folder=tmp_path))
    assert count == scene.frames == 20
    for index, frame in zip((0, 10, 19), frames, strict=True):
        assert np.array_equal(frame, frame_pixels(scene, index)), f"frame {index}"
    scene.release()
    assert len(decoded(out / "Race.mp4")) == 20 and done.stdout.splitlines()[-1] == str(out / "Race.mp4")


@XVFB
def test_manimgls_own_command_writes_the_film_of_its_options(film, tmp_path):
    out = tmp_path / "out"
    done = manimgl("-w", "-r", "160x90", "--fps", "5", "--file_name", "lr0.1", "--video_dir", str(out),
                   config=str(film), display=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [each.name for each in out.iterdir()] == ["lr0.1.mp4"]
    assert decoded(out / "lr0.1.mp4").shape == (10, 90, 160, 3)
    with av.open(str(out / "lr0.1.mp4")) as container:
        assert container.metadata["title"] == "A small film"
        assert json.loads(container.metadata["comment"])["steps"] == 12
        assert container.streams.video[0].codec_context.colorspace == 1


@pytest.mark.parametrize(
    ("arguments", "name"), [(["-s", "-w"], "Race.png"), (["-w", "-i"], "Race.gif"), (["-w", "-t", "-o"], "Race.mov")]
)
def test_the_other_kinds_of_file(arguments, name, film, tmp_path):
    out = tmp_path / "out"
    done = manimgl(*arguments, "--video_dir", str(out), config=str(film))
    assert done.returncode == 0, done.stderr
    assert [each.name for each in out.iterdir()] == [name]
    if name.endswith(".mov"):
        shown = decoded(out / name, "rgba")
        assert len(shown) == 20 and (shown[..., 3] == 0).any() and (shown[..., 3] == 255).any()
        return
    with Image.open(out / name) as picture:
        assert getattr(picture, "n_frames", 1) == (1 if name.endswith(".png") else 20)
        if name.endswith(".png"):
            scene = staged(shot(FILM, folder=tmp_path))
            assert np.array_equal(np.asarray(picture), frame_pixels(scene, 19)[..., :3])
            scene.release()


def complaints(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What was said on standard error, without the warnings of manimgl's own imports."""
    own = ("Warning", "import pkg_resources", "warn(")
    return [line for line in done.stderr.splitlines() if not any(word in line for word in own)]


@pytest.mark.parametrize("config", ["", "nobody", "tests/bad/four_1.yaml"])
def test_a_wrong_config_is_told_in_lines(config, tmp_path):
    done = manimgl("-w", "--video_dir", str(tmp_path / "out"), config=config)
    assert done.returncode == 2, done.stderr
    told = complaints(done)
    assert len(told) == (4 if "four" in config else 1) and all(config in line for line in told)
    assert not (tmp_path / "out").exists()


def test_a_config_of_another_kind_is_told_where_it_belongs(monkeypatch, capsys):
    from thalweg.stage import command
    from thalweg.stage.film_scene import FilmScene

    monkeypatch.setenv("CONFIG", "kink")
    monkeypatch.setattr(command, "video_of_command", lambda: None)
    with pytest.raises(SystemExit) as caught:
        command.film_from_environment("explain", type("Explain", (FilmScene,), {}), FilmScene)
    told = capsys.readouterr().err.splitlines()
    assert caught.value.code == 2 and len(told) == 1
    assert "CONFIG=kink manimgl scenes/race/scene.py Race -w" in told[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["-r", "321x181", "--fps", "abc"], ["abc", "322x182"]), (["--video_dir", "/proc/nowhere"], ["/proc/nowhere"])],
)
def test_what_manimgls_command_cannot_do_is_said_in_lines(arguments, said, film):
    done = manimgl("-w", *arguments, config=str(film))
    told = complaints(done)
    assert done.returncode == 2 and len(told) == len(said), done.stderr
    assert all(word in line for word, line in zip(said, told, strict=True))
