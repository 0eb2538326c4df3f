"""From Python: a film is loaded, rolled, and saved as whatever the command line makes."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import thalweg
from tests.scenes_help import FILM, decoded, environment
from thalweg.cli import main as cli


@pytest.fixture
def film(tmp_path: Path) -> thalweg.Film:
    (tmp_path / "small.yaml").write_text(FILM)
    return thalweg.load(tmp_path / "small.yaml", ["steps=6"], {"resolution": "128x72"})


def test_it_rolls_once_and_saves_data(film: thalweg.Film, tmp_path: Path) -> None:
    sgd, adam = film.roll()
    assert film.roll()[0] is sgd
    assert film.save(tmp_path / "new" / "run.csv") == [tmp_path / "new" / "run.csv"]
    with (tmp_path / "new" / "run.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["optimizer"] == "adam"]
    assert np.array_equal([[float(row["x"]), float(row["y"])] for row in rows], adam.positions[0])


def test_it_saves_films_pictures_and_what_stands_on_them(film: thalweg.Film, tmp_path: Path) -> None:
    film.save(tmp_path / "run.mp4", jobs=1)
    frames = decoded(tmp_path / "run.mp4")
    assert frames.shape == (20, 72, 128, 3)
    made = film.save(tmp_path / "still.png", at="0.5,last")
    assert [path.name for path in made] == ["still_1.png", "still_2.png"]
    picture = np.asarray(Image.open(made[1])).astype(int)
    assert np.abs(picture - frames[-1]).mean() < 4
    (told,) = film.save(tmp_path / "x.frame.json", at="step:3")
    assert told.exists()


@pytest.mark.parametrize(
    "path, at, said",
    [
        ("x.mpg", None, '".mpg" is no kind of output'),
        ("x.mp4", 1.0, "is for .png or .frame.json only"),
        ("x.png", "step:7", "small has 6 steps"),
    ],
)
def test_what_cannot_be_is_said_as_on_the_command_line(
    film: thalweg.Film, tmp_path: Path, path: str, at: str | float | None, said: str
) -> None:
    with pytest.raises(thalweg.ConfigErrors, match=said):
        film.save(tmp_path / path, at)
    assert not (tmp_path / path).exists()


def test_a_bare_name_is_a_shipped_film() -> None:
    assert thalweg.load("boss_fight").shot.kind == "race"
    with pytest.raises(thalweg.ConfigErrors, match="did you mean boss_fight"):
        thalweg.load("boss_fights")


def test_everything_named_is_there_and_importing_it_is_light() -> None:
    assert [name for name in thalweg.__all__ if getattr(thalweg, name) is None] == []
    with pytest.raises(AttributeError):
        getattr(thalweg, "nothing_of_that_name")  # noqa: B009
    code = "import sys, thalweg; print({m.split('.')[0] for m in sys.modules} & {'numpy', 'sympy', 'yaml', 'click'})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment())
    assert done.stdout == "set()\n", done.stderr


INPUTS = {
    "run.csv": "optimizers: [{recorded: {file: run.csv}}]\nsurface: bowl\n",
    "grid.npz": "surface: {samples: grid.npz}\nstart: [0.5, 0.5]\noptimizers: [sgd]\n",
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("door", ["python", "command"])
def test_nothing_that_is_read_is_written_over(name: str, door: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    axis = np.linspace(-1, 1, 9)
    thalweg.save_samples("grid.npz", axis, axis, lambda x, y: x * x + y * y)
    Path("run.csv").write_text("x,y\n1,1\n0.5,0.5\n")
    Path("film.yaml").write_text(INPUTS[name] + "steps: 1\n")
    before = Path(name).read_bytes()
    if door == "python":
        with pytest.raises(thalweg.ConfigErrors, match="is read by film.yaml"):
            thalweg.load("film.yaml").save(name)
    else:
        assert cli.main(["film.yaml", "-o", name]) == 2
    assert Path(name).read_bytes() == before


def test_what_was_read_is_known_after_a_change_of_folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("run.csv").write_text("x,y\n1,1\n0.5,0.5\n")
    Path("film.yaml").write_text(INPUTS["run.csv"] + "steps: 1\n")
    film, before = thalweg.load("film.yaml"), Path("run.csv").read_bytes()
    Path("sub").mkdir()
    monkeypatch.chdir("sub")
    with pytest.raises(thalweg.ConfigErrors, match="is read by film.yaml"):
        film.save("../run.csv")
    assert Path("../run.csv").read_bytes() == before


def test_a_moment_that_the_film_lacks_is_told_like_every_problem(film: thalweg.Film, tmp_path: Path) -> None:
    with pytest.raises(thalweg.ConfigErrors, match="the film has no second 99"):
        film.save(tmp_path / "x.png", at=99)


def test_one_setting_may_stand_alone(tmp_path: Path) -> None:
    assert thalweg.load("boss_fight", "steps=12").shot.experiment.steps == 12
