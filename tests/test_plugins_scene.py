"""Scenes from outside the repository: a folder with options.py, scene.py and shaders, at work wherever ours are."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import thalweg.spec.plugins as plugins
from tests import loading
from tests.jobs_help import noted
from tests.plugins_help import FLOOD, GREEN, OPTIONS, RED, SCENE, alone, write_flood
from tests.scenes_help import ROOT, environment, staged
from thalweg.cli import main as cli
from thalweg.film import SCENES
from thalweg.spec import ConfigErrors, load
from tools.window_driver import Window, missing


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with alone(monkeypatch):
        monkeypatch.setenv(plugins.TRUST, "1")
        yield write_flood(tmp_path)


def colour(picture: np.ndarray) -> list[int]:
    """The one colour of a picture, which has no other."""
    assert (picture == picture[0, 0]).all()
    return [int(value) for value in picture[0, 0, :3]]


def test_it_is_read_and_drawn_with_its_own_shaders(film: Path) -> None:
    shot = loading.shot(film)
    assert (shot.kind, shot.options.green, shot.style.red) == ("my_flood", 0.4, 0.8)
    assert shot.resolved["scene"] == {"kind": "my_flood", "green": 0.4} and shot.resolved["plugins"] == ["my_flood"]
    scene = staged(shot)
    scene.draw_frame(105)  # 3.5 of 7 seconds
    picture = scene.camera.read_rgba(np.empty((72, 128, 4), "u1"))
    scene.release()
    assert colour(picture)[:2] == [RED, GREEN] and colour(picture)[2] in (127, 128)
    assert not list(film.parent.rglob("*.pyc")), "others' folders are left as they are"


def test_nothing_of_it_runs_without_trust(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(plugins.TRUST, "0")
    with pytest.raises(ConfigErrors, match="my_flood is code that runs with your rights"):
        load(film)
    assert "my_flood" not in SCENES


def test_its_keys_are_checked_like_ours(film: Path) -> None:
    film.write_text(FLOOD.replace("green: 0.4", "gren: 0.4").replace("red: 0.8", "legend: left"), encoding="utf-8")
    with pytest.raises(ConfigErrors) as caught:
        load(film)
    assert [str(each).split(": ", 1)[1] for each in caught.value.problems] == [
        "scene.gren: unknown key; did you mean green?",
        "style.legend: is not read by scene my_flood; leave it out, or take a scene that does, such as race",
    ]


def test_it_reaches_processes_that_are_started_anew(film: Path) -> None:
    """Options and sections, whose classes are the plugin's."""
    sent = pickle.dumps(loading.shot(film))
    code = "import pickle, sys; shot = pickle.load(sys.stdin.buffer); print(shot.options.green, shot.style.red)"
    fresh = subprocess.run([sys.executable, "-c", code], input=sent, capture_output=True, env=environment(), timeout=60)
    assert fresh.stdout.split() == [b"0.4", b"0.8"], fresh.stderr.decode()
    careful = environment(**{plugins.TRUST: "0"})
    fresh = subprocess.run([sys.executable, "-c", code], input=sent, capture_output=True, env=careful, timeout=60)
    assert fresh.returncode == 1 and b"is code that runs with your rights" in fresh.stderr


DRAW = """
import sys, time
from pathlib import Path
from tests.jobs_help import Notes
from thalweg.spec import load
from thalweg.stage import pool
from thalweg.stage.render import render_film

class Patient(Notes):
    def __call__(self, index, rgba):
        super().__call__(index, rgba)
        until = time.monotonic() + 40     # this process would have drawn all before the other has begun
        while self.parent == pool.os.getpid() and "child" not in self.place.read_text() and time.monotonic() < until:
            time.sleep(0.02)

if __name__ == "__main__":
    config, place, notes, fork = map(Path, sys.argv[1:])
    if fork.name == "spawn":
        pool.can_fork = lambda: False
    film = load(config)
    render_film(film, film.roll(), place, jobs=2, on_frame=Patient(notes))
"""


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_several_processes_draw_it(how: str, film: Path, tmp_path: Path) -> None:
    if how == "fork" and not sys.platform.startswith("linux"):
        pytest.skip("forks")
    (tmp_path / "draw.py").write_text(DRAW, encoding="utf-8")
    words = [sys.executable, tmp_path / "draw.py", film, tmp_path / "film.mp4", tmp_path / "notes.txt", how]
    variables = environment(PYTHONPATH=str(ROOT), XDG_CACHE_HOME=str(tmp_path / "cache"))
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, env=variables)
    assert done.returncode == 0, done.stderr
    frames, who = noted(tmp_path / "notes.txt")
    assert sorted(frames) == list(range(210)) and set(who) == {"parent", "child"}


def test_manimgls_own_command_runs_it(film: Path, tmp_path: Path) -> None:
    from PIL import Image

    command = [
        sys.executable,
        "-m",
        "manimlib",
        tmp_path / "my_flood" / "scene.py",
        "Flood",
        "-s",
        "-w",
        "--video_dir",
        tmp_path / "out",
    ]
    variables = environment(CONFIG=str(film), PYTHONPATH=str(ROOT))
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, env=variables)
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "out" / "Flood.png") as picture:
        assert colour(np.asarray(picture.convert("RGB")))[:2] == [RED, GREEN]


@pytest.mark.skipif(bool(missing()), reason=f"the live window is not tried: {missing()}")
def test_the_window_follows_its_files(film: Path, display: Any, tmp_path: Path) -> None:
    window = Window(display, film, tmp_path, "--trust")
    try:

        def shows(red: int, green: int) -> None:
            wanted = np.array([red, green])
            window.wait_for(lambda: (window.picture((128, 72))[30, 60, :2] == wanted).all(), 15, f"not {wanted}")

        shows(RED, GREEN)
        shader = tmp_path / "my_flood" / "shaders" / "out.glsl"
        shader.write_text(shader.read_text().replace("return paint", "return paint.grba"))
        shows(GREEN, RED)
        scene = tmp_path / "my_flood" / "scene.py"
        scene.write_text(SCENE.replace("shot.options.green)", "1.0)"))
        shows(255, RED)
    finally:
        window.close()


def test_the_name_of_what_is_kept_of_a_film_follows_every_file(film: Path) -> None:
    from thalweg.stage.cache import film_key

    loaded = load(film)
    keys = [film_key(loaded, [])]
    assert film_key(loaded, []) == keys[0]
    for file in ("options.py", "scene.py", "words.py", "shaders/out.glsl"):
        with open(film.parent / "my_flood" / file, "a", encoding="utf-8") as opened:
            opened.write("\n")
        keys.append(film_key(loaded, []))
    assert len(set(keys)) == 5


def test_a_changed_file_runs_again(film: Path) -> None:
    assert loading.shot(film).options.green == 0.4
    words = film.parent / "my_flood" / "words.py"
    words.write_text('WORD = "the green of it"\n', encoding="utf-8")
    plugins.run_again({words})
    assert "my_flood" not in SCENES
    load(film)
    field = SCENES["my_flood"].__dataclass_fields__["green"]  # type: ignore[attr-defined]
    assert field.metadata["range"].doc == "the green of it"


def test_it_is_listed_and_in_the_schema(
    film: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(film.parent)
    assert cli.main(["--list", "scenes", "--plugin", "my_flood/", "--trust"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("my_flood"))
    assert "green=0.5 (0 <= x <= 1)" in line and "one colour" in line
    assert cli.main(["--schema", "--plugin", "my_flood", "--trust"]) == 0
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(capsys.readouterr().out)
    jsonschema.validate({"scene": {"kind": "my_flood", "green": 0.1}, "style": {"red": 1}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"scene": "my_flood", "style": {"red": 2}}, schema)


@pytest.mark.parametrize(
    ("folder", "files", "words"),
    [
        ("race", {"options.py": OPTIONS, "scene.py": SCENE}, "there is a scene named race already; rename the folder"),
        (
            "two words",
            {"options.py": OPTIONS, "scene.py": SCENE},
            '"two words" is no name; name the folder with letters, digits and _, a letter first',
        ),
        ("empty", {}, "has no options.py; a scene is a folder with options.py and scene.py"),
        ("half", {"options.py": OPTIONS}, "has no scene.py; a scene is a folder with options.py and scene.py"),
        (
            "twice",
            {
                "options.py": OPTIONS.replace(".my_flood", ".twice") + "class More(FloodOptions): ...",
                "scene.py": SCENE,
                "words.py": "WORD = ''",
            },
            "options.py defines 2 SceneOptions; define one",
        ),
        ("none", {"options.py": "", "scene.py": SCENE}, "options.py defines 0 SceneOptions; define one"),
        (
            "broken",
            {"options.py": "1 / 0", "scene.py": SCENE},
            "options.py cannot be loaded: ZeroDivisionError: division by zero; mend that file",
        ),
        (
            "two",
            {
                "options.py": OPTIONS.replace(".my_flood", ".two"),
                "scene.py": SCENE + "class Ebb(FilmScene): ...",
                "words.py": "WORD = ''",
            },
            "scene.py defines 2 FilmScenes; define one",
        ),
        (
            "other",
            {
                "options.py": OPTIONS.replace(".my_flood", ".other"),
                "scene.py": "class Fire: ...",
                "words.py": "WORD = ''",
            },
            "scene.py defines no scene; write a class that derives from FilmScene",
        ),
        (
            "wrong",
            {"options.py": OPTIONS.replace(".my_flood", ".wrong"), "scene.py": "class", "words.py": "WORD = ''"},
            "scene.py cannot be loaded: SyntaxError: invalid syntax (<unknown>, line 1); mend that file",
        ),
    ],
)
def test_folders_that_are_no_scenes(
    folder: str, files: dict[str, str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / folder).mkdir()
    for name, text in files.items():
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "film.yaml").write_text(f"scene: title\nplugins:\n  - {folder}\n", encoding="utf-8")
    with alone(monkeypatch):
        monkeypatch.setenv(plugins.TRUST, "1")
        with pytest.raises(ConfigErrors) as caught:
            load(tmp_path / "film.yaml")
        problems = [str(each).removeprefix(str(tmp_path / "film.yaml")) for each in caught.value.problems]
        assert problems == [f":3: plugins.0: {folder}: {words}"]
        assert folder == "race" or not any(name.startswith(f"thalweg.scenes.{folder}") for name in sys.modules)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_mistake_in_a_scene_is_told_with_file_and_line(
    jobs: str, film: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that another process meets."""
    scene = next(film.parent.rglob("scene.py"))
    scene.write_text(scene.read_text().replace("seconds / self.duration", "seconds / self.duratoin"))
    monkeypatch.chdir(film.parent)
    assert cli.main([str(film), "--trust", "-o", "x.mp4", "--jobs", jobs]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith(f"{scene}:") and ": pose: AttributeError: " in line and line.endswith("; mend that file")
