"""What is changed by hand in the live window: rolled, taken back, kept when the file changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.loading import shot
from thalweg.calculus import SURFACES
from thalweg.live.model import SHARED, START, Model, settings, yaml_of
from thalweg.spec import ConfigErrors

FILM = """\
surface: bowl
start: [-2, 1]
steps: 20
optimizers:
  - sgd: {lr: 0.1}
  - adam
  - nag: {start: [1, 1]}
"""


@pytest.fixture
def model(tmp_path: Path) -> Model:
    path = tmp_path / "film.yaml"
    return Model(lambda data, more: shot(path, more, data=data), FILM.encode())


def starts(model: Model) -> list:
    return [entry.starts.tolist() for entry in model.entries]


def test_dropping_moves_all_and_says_so_as_the_file_would(model: Model) -> None:
    model.drop(0.5, -1.0)
    assert starts(model) == [[[0.5, -1.0]]] * 3
    assert settings(model.edits) == ["optimizers.2.start=[0.5, -1]", "start=[0.5, -1]"]
    assert all(t.positions[0, 0].tolist() == [0.5, -1.0] for t in model.trajectories)
    model.take({})
    assert starts(model) == [[[-2, 1]], [[-2, 1]], [[1, 1]]]


def test_moving_a_ball_moves_its_entry_alone(model: Model) -> None:
    model.move(1, 0, 0.25, 0.5)
    assert starts(model) == [[[-2, 1]], [[0.25, 0.5]], [[1, 1]]]
    assert model.edits == {(1, START): ((0.25, 0.5),)}


def test_a_recorded_run_is_not_moved(tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_text("x,y\n1,1\n0.5,0.5\n")
    text = b"surface: bowl\nsteps: 1\noptimizers: [sgd, {recorded: {file: run.csv}}]\n"
    model = Model(lambda data, more: shot(tmp_path / "film.yaml", more, data=data), text)
    with pytest.raises(ConfigErrors):
        model.move(1, 0, 0.25, 0.5)
    assert (model.edits, model.unsettled) == ({}, False)
    model.drop(0.25, 0.5)
    assert starts(model)[0] == [[0.25, 0.5]]
    assert model.trajectories[1].positions[0].tolist() == [[1, 1], [0.5, 0.5]]


@pytest.mark.parametrize("change", [lambda model: model.drop(0.5, -1.0), lambda model: model.move(1, 0, 0.25, 0.5)])
def test_balls_roll_at_once_as_the_reader_would_have_them_and_once_only(model: Model, change) -> None:
    change(model)
    shown = list(model.trajectories)
    assert model.unsettled
    model.settle()
    assert all(a is b for a, b in zip(shown, model.trajectories, strict=True))
    alone = shot(model.filed.path, settings(model.edits), data=FILM.encode()).roll()
    assert all(np.array_equal(a.positions, b.positions) for a, b in zip(shown, alone, strict=True))


def test_tuning_rolls_only_what_changed(model: Model) -> None:
    before = list(model.trajectories)
    model.tune(0, "lr", 0.2)
    assert [a is b for a, b in zip(before, model.trajectories, strict=True)] == [False, True, True]
    tuned = model.trajectories[0]
    model.settle()
    assert model.entries[0].optimizer.lr == 0.2
    assert np.array_equal(model.trajectories[0].positions, tuned.positions)
    alone = shot(model.filed.path, ["optimizers.sgd.lr=0.2"], data=FILM.encode()).roll()[0]
    assert np.array_equal(model.trajectories[0].positions, alone.positions)
    model.tune(0, "lr", 0.1)
    assert model.edits == {}


def test_what_is_out_of_range_changes_nothing(model: Model) -> None:
    with pytest.raises(ValueError, match="lr"):
        model.tune(0, "lr", -1.0)
    with pytest.raises(ConfigErrors, match="outside the domain"):
        model.drop(1e6, 0)
    assert (model.edits, starts(model)[0]) == ({}, [[-2, 1]])


@pytest.mark.parametrize(
    ("text", "kept", "lost"),
    [
        (FILM.replace("20", "30"), {(0, "lr"): 0.2, (SHARED, START): ((1.0, 0.0),)}, []),
        (FILM.replace("lr: 0.1", "lr: 0.15"), {(SHARED, START): ((1.0, 0.0),)}, ["SGD lr"]),
        (FILM.replace("[-2, 1]", "[2, 1]"), {(0, "lr"): 0.2}, ["start"]),
        (FILM.replace("sgd: {lr: 0.1}", "momentum"), {(SHARED, START): ((1.0, 0.0),)}, ["SGD lr"]),
    ],
)
def test_changes_by_hand_stay_where_the_file_still_says_the_same(
    model: Model, text: str, kept: dict, lost: list
) -> None:
    model.take({(0, "lr"): 0.2, (SHARED, START): ((1.0, 0.0),)})
    filed = model.read(text.encode(), [])
    assert model.reload(text.encode(), filed, False) == lost
    assert model.edits == kept
    assert model.stale
    assert model.shot.experiment.steps == filed.experiment.steps


def test_values_are_written_as_yaml() -> None:
    assert [yaml_of("lr", value) for value in (0.05, 1e-08, 3.0, True, (0.9, 0.999))] == [
        "0.05",
        "1e-08",
        "3",
        "true",
        "[0.9, 0.999]",
    ]
    assert yaml_of(START, ((1.0, 2.5),)) == "[1, 2.5]"
    assert yaml_of(START, ((1.0, 2.0), (0.0, 1.0))) == "[[1, 2], [0, 1]]"


def test_one_of_a_sweep_is_not_changed_by_hand_and_what_stands_below_it_is(tmp_path: Path) -> None:
    text = b"surface: bowl\nsteps: 5\noptimizers:\n  - sgd: {lr: {sweep: [0.1, 0.2, 0.3]}}\n  - adam\n"
    model = Model(lambda data, more: shot(tmp_path / "film.yaml", more, data=data), text)
    with pytest.raises(ValueError, match="SGD lr=0.2 is one of a sweep; change that in the file"):
        model.tune(1, "lr", 0.25)
    assert (model.edits, model.unsettled) == ({}, False)
    model.tune(3, "lr", 0.25)
    assert settings(model.in_file(model.edits)) == ["optimizers.1.lr=0.25"]
    model.settle()
    assert model.entries[3].optimizer.lr == 0.25 and model.entries[1].optimizer.lr == 0.2


RULE = """\
surface: bowl
steps: 8
start: [1, -1]
optimizers:
  - rule:
      lr: 0.1
      beta: 0.9
      update: |
        m = beta*m + grad(w)
        w = w - lr*m
  - sgd: {lr: {best_of: {from: 0.01, to: 0.1, count: 3, scale: linear}}}
"""


def test_numbers_of_a_users_rule_are_tuned_and_stay_when_its_text_is_edited(tmp_path: Path) -> None:
    model = Model(lambda data, more: shot(tmp_path / "film.yaml", more, data=data), RULE.encode())
    model.tune(0, "beta", 0.5)
    assert [entry.optimizer.lr for entry in model.entries] == [0.1, 0.1]
    edited = RULE.replace("w - lr*m", "w - 2*lr*m").encode()
    with pytest.raises(ConfigErrors, match=":9: .*beat is not defined; did you mean beta"):
        model.read(edited.replace(b"beta*m", b"beat*m"), [])
    assert model.reload(edited, model.read(edited, []), False) == [] and model.edits == {(0, "beta"): 0.5}
    bowl, at, m = SURFACES["bowl"](), np.array([1.0, -1.0]), np.zeros(2)
    for row in model.trajectories[0].positions[0]:
        assert row == pytest.approx(at, rel=1e-12)
        m = 0.5 * m + bowl.gradient(at)
        at = at - 2 * 0.1 * m


def test_a_best_of_that_is_tuned_is_a_plain_value(tmp_path: Path) -> None:
    model = Model(lambda data, more: shot(tmp_path / "film.yaml", more, data=data), RULE.encode())
    assert "best of 3" in model.entries[1].label
    model.tune(1, "lr", 0.02)
    model.settle()
    assert model.entries[1].optimizer.lr == 0.02 and "best of" not in model.entries[1].label
