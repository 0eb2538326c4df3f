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
