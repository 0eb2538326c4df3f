"""Trajectories as csv, npz and json: the same numbers in all three, exact, and the same bytes every time."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import loading
from thalweg.experiment.data import HEADER, write
from thalweg.film.shot import Shot
from thalweg.version import VERSION

# The third run diverges; its label needs quotes in a csv.
TEXT = """surface: bowl
start: [[1.1, -0.7], [0.3, 0.1]]
steps: 1200
optimizers:
  - sgd: {lr: 0.1}
  - adam: {lr: 0.05}
  - sgd: {lr: 7, label: 'too fast, "mine"'}
"""


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Shot:
    path = tmp_path_factory.mktemp("data") / "film.yaml"
    path.write_text(TEXT)
    return loading.shot(path)


@pytest.fixture(scope="module")
def folder(shot: Shot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all three files."""
    made = tmp_path_factory.mktemp("made")
    for suffix in (".csv", ".npz", ".json"):
        write(made / f"film{suffix}", shot.experiment, shot.roll(), shot.resolved)
    return made


def rows_of(folder: Path) -> list[list[str]]:
    with (folder / "film.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_csv_reads_back_exactly(folder: Path, shot: Shot) -> None:
    header, *rows = rows_of(folder)
    assert tuple(header) == HEADER
    trajectory = shot.roll()[1]
    ours = [row for row in rows if row[0] == "Adam" and row[2] == "1"]
    assert [int(row[3]) for row in ours] == list(range(1201))
    assert np.array_equal([[float(row[4]), float(row[5])] for row in ours], trajectory.positions[1])
    assert np.array_equal([float(row[6]) for row in ours], trajectory.loss[1])
    assert np.array_equal([[float(row[7]), float(row[8])] for row in ours], trajectory.gradient[1])
    assert {row[9] for row in ours} == {"ok"}
    assert all(repr(float(row[4])) == row[4] for row in ours)


def test_csv_ends_a_diverged_run_with_its_row(folder: Path, shot: Shot) -> None:
    ours = [row for row in rows_of(folder) if row[0] == 'too fast, "mine"' and row[2] == "0"]
    last = int(shot.roll()[2].last[0])
    assert len(ours) == last + 1 < 1201
    assert [row[9] for row in ours] == ["ok"] * last + ["diverged"]
    assert not all(math.isfinite(float(value)) for value in ours[-1][4:9])
    assert all(math.isfinite(float(value)) for row in ours[:-1] for value in row[4:9])


def test_csv_lines_and_bytes(folder: Path, shot: Shot, tmp_path: Path) -> None:
    data = (folder / "film.csv").read_bytes()
    assert b"\r" not in data
    assert data.endswith(b"\n") and not data.endswith(b"\n\n")
    for suffix in (".csv", ".npz", ".json"):
        write(tmp_path / f"film{suffix}", shot.experiment, shot.roll(), shot.resolved)
        assert (tmp_path / f"film{suffix}").read_bytes() == (folder / f"film{suffix}").read_bytes()


def test_npz_has_all_runs(folder: Path, shot: Shot) -> None:
    with np.load(folder / "film.npz", allow_pickle=False) as arrays:
        got = dict(arrays)
    trajectories = shot.roll()
    for name in ("positions", "loss", "gradient", "gradient_used", "gradient_at"):
        assert np.array_equal(got[name], np.concatenate([getattr(each, name) for each in trajectories]), equal_nan=True)
    assert got["positions"].shape == (6, 1201, 2)
    assert got["gradient_at"].shape == (6, 1200, 2)
    assert got["label"].tolist() == ["SGD lr=0.1"] * 2 + ["Adam"] * 2 + ['too fast, "mine"'] * 2
    assert got["status"].tolist() == ["ok"] * 4 + ["diverged"] * 2
    assert got["ball"].tolist() == [0, 1] * 3
    assert got["replica"].tolist() == [0] * 6
    assert got["start"].tolist() == [[1.1, -0.7], [0.3, 0.1]] * 3
    assert np.isnan(got["positions"][4, got["last"][4] + 1 :]).all()
    assert json.loads(str(got["config"])) == shot.resolved
    assert str(got["version"]) == VERSION
    states = {name for each in trajectories for name in each.state}
    assert {name for name in got if name.startswith("state_")} == {f"state_{name}" for name in states}
    own = trajectories[1].state
    for name in own:
        values = got[f"state_{name}"][2:4]
        assert np.array_equal(values.reshape(own[name].shape), own[name], equal_nan=True)


def strict(text: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_json_has_the_same_with_null_for_what_is_not_finite(folder: Path, shot: Shot) -> None:
    made = strict((folder / "film.json").read_text("utf-8"))
    assert made["version"] == VERSION
    assert made["config"] == shot.resolved
    assert [(run["label"], run["ball"]) for run in made["runs"]] == [
        (entry.label, ball) for entry in shot.experiment.entries for ball in (0, 1)
    ]
    trajectory, run = shot.roll()[1], made["runs"][2]
    assert np.array_equal(run["positions"], trajectory.positions[0])
    assert np.array_equal(run["gradient_used"], trajectory.gradient_used[0])
    assert set(run["state"]) == set(trajectory.state)
    lost = made["runs"][4]
    assert lost["status"] == "diverged"
    assert len(lost["loss"]) == 1201
    assert lost["loss"][-1] is None
