"""Runs recorded elsewhere: a csv's columns by name, one clock for all, losses as recorded, points on the surface."""

from __future__ import annotations

import json
from pathlib import Path

import loading
import numpy as np
import pytest

from thalweg.calculus import save_samples
from thalweg.cli.report import report
from thalweg.experiment.data import write
from thalweg.experiment.experiment import Experiment
from thalweg.spec import ConfigErrors, load
from thalweg.spec.overrides import split

BOWL = "surface: bowl\noptimizers:\n  - recorded: {file: run.csv, label: Net}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "film.yaml").write_text(BOWL, encoding="utf-8")
    return tmp_path


def made(folder: Path, csv: str, yaml: str = BOWL, *more: str) -> Experiment:
    (folder / "run.csv").write_text(csv, encoding="utf-8")
    (folder / "film.yaml").write_text(yaml, encoding="utf-8")
    return loading.experiment(folder / "film.yaml", more)


def test_our_own_csv_reads_back_unchanged(folder: Path) -> None:
    save_samples(folder / "grid.npz", np.linspace(-2, 2, 9), np.linspace(-2, 2, 8), lambda x, y: x * x + 2 * y * y)
    for surface in ("rosenbrock", "{samples: grid.npz}"):
        (folder / "a.yaml").write_text(
            f"surface: {surface}\nstart: [[-1.2, 1], [1.5, 1.5]]\nsteps: 30\noptimizers:\n"
            "  - sgd: {lr: 0.9}\n  - adam\n  - momentum: {lr: 0.6}\n",
            encoding="utf-8",
        )
        first = loading.experiment(folder / "a.yaml")
        write(folder / "a.csv", first, first.roll(), {})
        (folder / "b.yaml").write_text(
            f"surface: {surface}\noptimizers:\n"
            + "".join(f"  - recorded: {{file: a.csv, label: {label}}}\n" for label in ("SGD", "Adam", "Momentum"))
        )
        again = loading.experiment(folder / "b.yaml")
        paths = again.roll()
        write(folder / "b.csv", again, paths, {})
        assert (folder / "b.csv").read_bytes() == (folder / "a.csv").read_bytes()
        assert {str(status) for path in paths for status in path.status} >= {"ok"}
        assert all(entry.chosen == {"recorded": "elsewhere"} for entry in again.entries)
    assert "left" in paths[2].status


def test_only_x_and_y_are_needed(folder: Path) -> None:
    experiment = made(folder, "y,x\n1,2\n0.5,1\n0.25,0.5\n")
    (path,) = experiment.roll()
    assert experiment.steps == 2
    assert path.positions[0].tolist() == [[2, 1], [1, 0.5], [0.5, 0.25]]
    assert np.array_equal(path.loss, experiment.surface.value(path.positions))
    assert np.array_equal(path.gradient, experiment.surface.gradient(path.positions))
    assert path.optimizer == "recorded"


def test_other_lengths_share_the_clock_and_hold_at_their_end(folder: Path) -> None:
    csv = "label,step,x,y,loss,extra\nNet,2,2,1,9,a\nNet,4,1,0.5,5,b\nNet,5,0.5,0.5,4,c\n"
    experiment = made(folder, csv, BOWL + "  - sgd\nsteps: 8\n")
    path, own = experiment.roll()
    assert path.positions.shape == own.positions.shape == (1, 9, 2)
    assert path.positions[0, :, 0].tolist() == [2, 2, 2, 1.5, 1, 0.5, 0.5, 0.5, 0.5]
    assert path.loss[0].tolist() == [9, 9, 9, 7, 5, 4, 4, 4, 4]
    assert (path.last.tolist(), path.status.tolist()) == ([5], ["ok"])
    write(folder / "out.csv", experiment, [path, own], {})
    lines = (folder / "out.csv").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.startswith("Net,recorded,0,")]) == 6
    write(folder / "out.npz", experiment, [path, own], {})
    with np.load(folder / "out.npz") as saved:
        assert np.isnan(saved["positions"][0, 6:]).all()
        assert np.isfinite(saved["positions"][0, :6]).all()
    assert loading.experiment(folder / "film.yaml", ["steps=3"]).roll()[0].positions[0, :, 0].tolist() == [2, 2, 2, 1.5]


def test_several_balls_and_how_they_ended(folder: Path) -> None:
    csv = "ball,x,y,status\na,1,1,ok\nb,2,2,ok\na,0.5,1,ok\nb,inf,nan,diverged\na,0.2,1,\n"
    (path,) = made(folder, csv).roll()
    assert path.status.tolist() == ["ok", "diverged"]
    assert path.last.tolist() == [2, 1]
    assert path.positions[0, :, 0].tolist() == [1, 0.5, 0.2]
    assert np.isinf(path.positions[1, 1, 0]) and np.isnan(path.positions[1, 2]).all()


@pytest.mark.parametrize(
    ("loss", "said"), [("5", "elsewhere"), ("5.04", "elsewhere"), ("5.2", "elsewhere, projected"), ("", "elsewhere")]
)
def test_a_loss_that_is_not_the_surface_s_is_said(loss: str, said: str, folder: Path) -> None:
    experiment = made(
        folder, f"x,y,loss\n2,1,{loss}\n1,1,{loss and 2}\n", BOWL.replace("bowl", '{expression: "x**2 + y**2"}')
    )
    assert experiment.entries[0].chosen == {"recorded": said}
    assert experiment.roll()[0].loss[0, 0] == float(loss or 5)
    assert f"recorded={said}:" in list(report(loading.shot(folder / "film.yaml"), experiment.roll()))[1]


def test_the_label_is_the_csv_s_unless_given(folder: Path) -> None:
    yaml = BOWL.replace(", label: Net", "")
    assert made(folder, "x,y,label\n1,1,Mine\n", yaml).entries[0].label == "Mine"
    assert made(folder, "x,y,label\n1,1,Mine\n").entries[0].label == "Net"
    assert made(folder, "x,y\n1,1\n", yaml).entries[0].label == "run"
    two = "x,y,label\n1,1,Mine\n2,2,Net\n"
    assert made(folder, two).roll()[0].positions[0, 0].tolist() == [2, 2]
    with pytest.raises(ConfigErrors, match='run.csv: holds 2 runs by column "label"; write an entry for each: '):
        made(folder, two, yaml)


def test_the_resolved_config_gives_the_same_and_knows_its_file(folder: Path) -> None:
    made(folder, "x,y\n1,1\n0,1\n", BOWL + "  - sgd: {start: [1, 1]}\n")
    shot = loading.shot(folder / "film.yaml")
    again = folder / "again.yaml"
    again.write_text(json.dumps({**shot.resolved, "title": "as before"}), encoding="utf-8")
    assert loading.shot(again).resolved["optimizers"] == shot.resolved["optimizers"]
    (folder / "run.csv").write_text("x,y\n1,1\n0,2\n", encoding="utf-8")
    with pytest.raises(ConfigErrors, match="recorded.sha256: run.csv is another file than the one meant"):
        load(again)


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        ("", "run.csv:1: has no column x; name the columns in the first line, x and y at least"),
        ("a,x\n1,2\n", 'run.csv:1: has no column y, but "a", "x"; write columns: {y: a}'),
        ("x,y,x\n1,2,3\n", 'run.csv:1: has two columns "x"; keep one'),
        ("x,y\n", "run.csv: has no rows; give a row for each step"),
        ("x,y\n1,1\n\n1\n", "run.csv:4: has 1 fields; the first line has 2"),
        ("x,y\n1,one\n", 'run.csv:2: y is "one", not a number; mend that line'),
        ("x,y\n1,nan\n", "run.csv:2: y is not finite where the run begins; give the place where it began"),
        (
            "x,y,status\n1,inf,diverged\n",
            "run.csv:2: y is not finite where the run begins; give the place where it began",
        ),
        ("x,y\n1,1\n1,nan\n", "run.csv:3: y is not finite; say diverged in a column status"),
        (
            "x,y,step\n1,1,0\n1,1,2\n1,1,2\n",
            "run.csv:4: step 2 follows step 2; steps rise from row to row, and several "
            "balls need a column ball; columns: {step: null} numbers the rows",
        ),
        (
            "x,y,step\n1,1,0.5\n",
            "run.csv:2: step is 0.5; use whole numbers from 0 to 1,000,000; columns: {step: null} numbers the rows",
        ),
        (
            "x,y,status\n1,1,gone\n",
            'run.csv:2: status is "gone"; use ok, diverged or left, or leave it unread: columns: {status: null}',
        ),
        ("x,y,status\n1,1,left\n1,1,ok\n", "run.csv:3: comes after the ball has left; remove it"),
        ("x,y\n1,1\n1,1\n200,1\n", None),
        (
            "x,y\n20,1\n1,1\n",
            "run.csv:2: [20, 1] lies outside the surface; its x goes from -3 to 3, its y from -3 to 3",
        ),
    ],
)
def test_every_problem_has_the_csv_s_line(csv: str, said: str | None, folder: Path) -> None:
    if said is None:  # a formula goes on outside its domain, as for every run
        assert made(folder, csv).roll()[0].positions[0, 2].tolist() == [200, 1]
        return
    with pytest.raises(ConfigErrors) as caught:
        made(folder, csv)
    (problem,) = caught.value.problems
    assert str(problem) == f"{folder / 'film.yaml'}:3: optimizers.0.recorded.file: {said}"


def test_a_point_beyond_the_samples_is_an_error(folder: Path) -> None:
    save_samples(folder / "grid.npz", [0, 1, 2, 3], [0, 1, 2, 3, 4], lambda x, y: x + y)
    yaml = BOWL.replace("bowl", "{samples: grid.npz}")
    with pytest.raises(ConfigErrors, match=r"run.csv:3: \[1, 4.5\] lies outside the surface; its x goes from 0 to 3"):
        made(folder, "x,y\n1,1\n1,4.5\n", yaml)
    assert made(folder, "x,y,status\n1,1,ok\n1,4.5,left\n", yaml).roll()[0].status.tolist() == ["left"]


def test_it_may_be_set_from_the_command_line(folder: Path) -> None:
    experiment = made(folder, "x,y\n1,1\n0,1\n", BOWL, "optimizers.recorded.label=Other")
    assert experiment.entries[0].label == "Other"
    assert split("optimizers.recorded.file=a=b.csv")[1] == "a=b.csv"
    experiment = made(folder, "w1,w 2\n1,1\n0,1\n", BOWL, "optimizers.recorded.columns={x: w1, y: w 2}")
    assert experiment.roll()[0].positions[0].tolist() == [[1, 1], [0, 1]]


def test_steps_to_a_minimum_between_two_rows_are_not_known(folder: Path) -> None:
    from thalweg.experiment.outcomes import outcomes_of

    plain = _loaded(folder, "surface: bowl\nsteps: 300\noptimizers: [sgd]\n")
    steps = int(outcomes_of(plain, plain.roll()).entries[0].steps[0])
    path = plain.roll()[0].positions[0]

    def logged(rows: list[int]) -> int:
        csv = "x,y,step\n" + "".join(f"{float(path[row, 0])!r},{float(path[row, 1])!r},{row}\n" for row in rows)
        experiment = made(folder, csv)
        return int(outcomes_of(experiment, experiment.roll()).entries[0].steps[0])

    assert logged(list(range(301))) == logged([0, steps - 1, steps, 300]) == steps > 1
    assert logged([0, 100, 200, 300]) == -1


def _loaded(folder: Path, text: str) -> Experiment:
    path = folder / "plain.yaml"
    path.write_text(text, encoding="utf-8")
    return loading.experiment(path)
