"""Csvs of other tools: their names, separators and numbers; several runs in one; each cure, pasted as it is, works."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path

import jsonschema
import loading
import numpy as np
import pytest

from thalweg.calculus import save_samples
from thalweg.cli.report import report
from thalweg.experiment.data import write
from thalweg.experiment.experiment import Experiment
from thalweg.experiment.tables import as_number, read_table, word
from thalweg.spec import ConfigErrors, load
from thalweg.spec.jsonschema import schema

PLACES, LOSSES = [[1, 1], [0.5, 0.5]], [2, 1]


def film(folder: Path, csv: str | bytes, entry: str = "", more: str = "") -> Experiment:
    (folder / "run.csv").write_bytes(csv if isinstance(csv, bytes) else csv.encode())
    (folder / "film.yaml").write_text(
        f"surface: bowl\noptimizers:\n  - recorded: {{file: run.csv{entry and ', ' + entry}}}\n{more}", "utf-8"
    )
    return loading.experiment(folder / "film.yaml")


def refused(folder: Path, csv: str | bytes, entry: str = "") -> str:
    """The one problem there is, without its place in the YAML."""
    with pytest.raises(ConfigErrors) as caught:
        film(folder, csv, entry)
    (problem,) = caught.value.problems
    return str(problem).removeprefix(f"{folder / 'film.yaml'}:3: optimizers.0.recorded.")


WANDB = (
    '"Step","dog-1 - w1","dog-1 - w1__MIN","dog-1 - w1__MAX","dog-1 - w2","dog-1 - loss","dog-1 - loss__MIN"\n'
    '"0","1","1","1","1","2","2"\n"5","0.5","0.5","0.5","0.5","1","1"\n'
)
SHAPES = {
    "plain": ("x,y,loss\n1,1,2\n.5,5e-1,1.0\n", "", [0, 1]),
    "names in other letters": ("LOSS,Step,X,Y\n2,0,1,1\n1,5,.5,.5\n", "", [0, 5]),
    "semicolons and decimal commas": ("step;x;y;loss\n0;1,0;1;2,0\n5;0,5;5,0e-1;1,0\n", "", [0, 5]),
    "tabs": ("step\tx\ty\tloss\n0\t1\t1\t2\n5\t0.5\t0.5\t1\n", "", [0, 5]),
    "excel, unicode text": ("Step\tX\tY\tLoss\r\n0\t1,0\t1,0\t2\r\n5\t0,5\t0,5\t1\r\n".encode("utf-16"), "", [0, 5]),
    "excel's first line": ("sep=;\r\nx;y;loss\r\n1,0;1,0;2\r\n0,5;0,5;1\r\n;;\r\n", "", [0, 1]),
    "a mark and line ends of Windows": (b'\xef\xbb\xbf"x","y","loss"\r\n1,1,2\r\n0.5,0.5,1\r\n', "", [0, 1]),
    "pandas": (",x,y,loss\n0,1,1,2\n10,0.5,0.5,1\n", "", [0, 10]),
    "pandas, an index that goes on": (",x,y,loss\n7,1,1,2\n8,0.5,0.5,1\n", "", [0, 1]),
    "pandas read again": ("Unnamed: 0,w 1,w 2,loss\n0,1,1,2\n3,0.5,0.5,1\n", "columns: {x: w 1, y: w 2}", [0, 3]),
    "an index by its name": (",x,y,loss\n7,1,1,2\n8,0.5,0.5,1\n", 'columns: {step: ""}', [7, 8]),
    "numbers as names": (",0,1,2\n0,1,1,2\n1,0.5,0.5,1\n", 'columns: {x: 0, y: "1", loss: "2"}', [0, 1]),
    "wandb's history": (
        "_step,_runtime,w/1,w/2,train/loss\n0,1.2,1,1,2\n5,9,0.5,0.5,1\n",
        "columns: {x: w/1, y: w/2}",
        [0, 5],
    ),
    "wandb's export": (WANDB, "columns: {x: dog-1 - w1, y: dog-1 - w2, loss: dog-1 - loss}", [0, 5]),
    "epochs": ("epoch,x,y,train_loss,val_loss\n1,1,1,2,3\n3,.5,.5,1,3\n", "", [1, 3]),
    "parts of epochs": ("epoch,x,y,loss\n0.3,1,1,2\n0.6,.5,.5,1\n", "", [0, 1]),
    "lightning": ("epoch,step,train_loss,val_loss,x,y\n0,0,2,,1,1\n0,0,,3,,\n0,9,1,,.5,.5\n", "", [0, 9]),
    "keras": ("epoch,accuracy,loss,val_loss,x,y\n0,.1,2,3,1,1\n1,.2,1,3,.5,.5\n", "", [0, 1]),
    "R": ('"";"x";"y";"loss"\n"1";1;1;2\n"2";0,5;0,5;1\n', "", [0, 1]),
    "TensorBoard's names": ("Step,x,y,Loss/train,Loss/test\n0,1,1,2,9\n4,.5,.5,1,9\n", "", [0, 4]),
    "steps as floats": ("step,x,y,loss\n0.0,1,1,2\n1e3,.5,.5,1\n", "", [0, 1000]),
    "numpy.savetxt": ("# x,y,loss\n1.000e+00,1.000e+00,2.000e+00\n5.000e-01,5.000e-01,1.000e+00\n", "", [0, 1]),
    "comments, blank and short lines": ("# made by hand\n\nx,y,loss,\n1,1,2\n# half\n\n  \n.5,.5,1,,\n", "", [0, 1]),
    "a comma in a name": ('x,y,"Loss, train"\n1,1,2\n.5,.5,1\n', 'columns: {loss: "Loss, train"}', [0, 1]),
    "blanks around": ('x , y, loss\n 1,"1",2\n .5 , "0.5",1 \n', "", [0, 1]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_tools_write_is_read(name: str, tmp_path: Path) -> None:
    text, entry, steps = SHAPES[name]
    (ball,) = film(tmp_path, text, entry).entries[0].recording.balls
    assert ball.steps.tolist() == steps
    assert ball.points.tolist() == PLACES
    assert ball.loss.tolist() == LOSSES


@pytest.mark.parametrize(
    ("text", "entry", "said", "steps"),
    [
        (WANDB, "", 'dog-1 - loss__MIN"; write columns: {x: dog-1 - w1, y: dog-1 - w2, loss: dog-1 - loss}', [0, 5]),
        (
            "Step,heat,w0,w1,val/loss\n0,.1,1,1,2\n1,.2,.5,.5,1\n",
            "",
            "write columns: {x: w0, y: w1, loss: val/loss}",
            [0, 1],
        ),
        ("Step,a,b,loss\n0,1,1,2\n1,.5,.5,1\n", "columns: {x: a}", "no column y, but", [0, 1]),
        ('Step,"a, 1","b: 2",loss\n0,1,1,2\n1,.5,.5,1\n', "", 'write columns: {x: "a, 1", y: "b: 2"}', [0, 1]),
        ("Step,a\x07b\u00a0c,b\u2028d,loss\n0,1,1,2\n1,.5,.5,1\n", "", "write columns:", [0, 1]),
        ("x,y,null,a_loss\n1,1,2,2\n.5,.5,1,1\n", "", "write columns: {loss: a_loss}, or loss: null for none", [0, 1]),
        (",0,1,loss\n0,1,1,2\n1,.5,.5,1\n", "", 'write columns: {x: "0", y: "1"}', [0, 1]),
        ("X,x,y,loss\n1,9,1,2\n.5,9,.5,1\n", "", "write columns: {x: X}, or keep one", [0, 1]),
        (
            "step,x,y,loss\n5,1,1,2\n5,.5,.5,1\n",
            "columns: {loss: loss}",
            "columns: {loss: loss, step: null} numbers",
            [0, 1],
        ),
        ("step,x,y,loss\n0,1,1,2\n3000000,.5,.5,1\n", "", "columns: {step: null} numbers the rows", [0, 1]),
        ("status,x,y,loss\nRUNNING,1,1,2\nFINISHED,.5,.5,1\n", "", "leave it unread: columns: {status: null}", [0, 1]),
    ],
)
def test_the_mapping_that_a_message_gives_works_when_pasted(
    text: str, entry: str, said: str, steps: list[int], tmp_path: Path
) -> None:
    message = refused(tmp_path, text, entry)
    assert said in message
    pasted = re.search(r"columns: \{.*?\}(?=$|, or | numbers)", message)
    assert pasted
    (ball,) = film(tmp_path, text, pasted.group()).entries[0].recording.balls
    assert ball.steps.tolist() == steps
    assert ball.points.tolist() == PLACES
    assert ball.loss.tolist() == LOSSES


@pytest.mark.parametrize(
    ("text", "entry", "said"),
    [
        (
            "Wall time,Step,Value\n1,0,2\n",
            "",
            "join the files of x, y and loss by Step into one with the columns Step, x, y, loss",
        ),
        (
            "Step,loss,loss__MIN\n0,2,2\n",
            "",
            "add a column x and a column y: where on the surface the ball is in each row",
        ),
        ("1.0 1.0\n0.5 0.5\n", "", 'has one column, "1.0 1.0"; separate the columns by a comma, a semicolon or a tab'),
        (
            "0;1,0;1,0\n1;0,5;0,5\n",
            "",
            "begins with numbers, not with names; put a line of names above them, such as step;x;y",
        ),
        ("0,1\n1,1\n", "", '"0,1" may be names or the first row; put names in its place or above it, such as x,y'),
        (
            "x,y,loss\n0,5,1,0,2,0\n",
            "",
            "the first line has 3; where numbers have a decimal comma, separate the columns by ;",
        ),
        ('x,y\n"0,5",1\n', "", 'x is "0,5", not a number; write a decimal point and no mark between thousands, or'),
        (
            "x;y;loss\n0,5;1;1.234\n",
            "",
            'run.csv:2: loss is "1.234", and in line 2 stands "0,5"; write one decimal mark',
        ),
        ("step;x;y\n0;1;1\n1,000;1;1\n", "", 'run.csv:3: step is "1,000"; write it without a comma'),
        ("x;y\n1.234,5;1\n", "", 'x is "1.234,5", with a mark between thousands; write 1234,5'),
        ("x,y\n1_0,1\n", "", 'x is "1_0", not a number'),
        ("x,y,loss\n1,1,tensor(2.)\n", "", "log the number alone, as tensor.item() gives it"),
        (
            "Größe,x,y\n1,1,1\n".encode("latin-1"),
            "",
            "run.csv:1: byte 0xf6 is not UTF-8; save it as UTF-8, in Excel as CSV UTF-8",
        ),
        ("x,y\n1,1\n".encode("utf-16")[:-1], "", "run.csv:2: not whole UTF-16"),
        ("x,y\n1,1\n".encode("utf-16-le"), "", "run.csv:1: holds a zero byte"),
        (b"PK\x03\x04and so on", "", "is a spreadsheet or an archive, not csv; export the sheet as CSV UTF-8"),
        ('{"x": 1}\n', "", "looks like JSON, not csv"),
        ('x,y,note\n1,1,"a\n2,2,b\n', "", "run.csv:2: a quote is opened and not closed; mend that line"),
        ('x,y,note\n1,1,"' + "a\n" * 70_000, "", "run.csv:2: a quote is opened and not closed"),
        (
            ",".join(f"w{index}" for index in range(100_000)) + "\n" + ",".join(["1"] * 100_000),
            "",
            "and 99988 more; write columns: {x: w0, y: w1}",
        ),
        ('x,y\n"1,000.5",2\n', "", 'x is "1,000.5", with a mark between thousands; write 1000.5'),
        ("x;y\n0.5;1\n1.000,5;1\n", "", "write 1000.5"),
        ("x;y\n0,5;1\n1.000,5;1\n", "", "write 1000,5"),
        ("x;y\n1;1.234.567\n", "", "write 1234567"),
        (
            "x,y," + "a" * 100_000 + "/loss\n1,1,2\n",
            "",
            "write columns: {loss: null} for none, or give it a shorter name",
        ),
        ("x,y,z\n1,1," + "a" * 1000 + "\n", "where: {z: b}", "use another column, its texts are long"),
        ('x,y\n"1"a,2\n', "", "run.csv:2: is not csv: ',' expected after '\"'; mend that line"),
        ("x,y\n1,\n", "", "run.csv:2: y is empty, x is not; give both, or neither where none was logged"),
        ("w1,w2\n1,1\n", "columns: {x: w1, y: w3}", 'columns.y: run.csv:1: has no column "w3"; it has "w1", "w2"'),
        ("weight,w2\n1,1\n", "columns: {x: wieght, y: w2}", "did you mean weight?"),
        ("x,y\n1,1\n", "columns: {z: x}", "columns.z: unknown key"),
        ("x,y\n1,1\n", "columns: [x]", 'columns: ["x"] is not a mapping; write columns: {x: w1'),
        ("x,y\n1,1\n", "columns: {x: }", "columns.x: is empty; name a column of the csv, null for none"),
        ("x,y\n1,1\n", "columns: {x: [x]}", 'columns.x: ["x"] is not the name of a column'),
        ("x,y\n1,1\n", "columns: {label: x, run: y}", "columns.run: is the same as label; keep one of them"),
        (
            "x,y\n1,1\n",
            "where: {x: .nan}",
            "where.x: .nan is no such value; give one text, number, true, false or null",
        ),
        ("x,y\n1,1\n", "where: 3", "where: 3 is not a mapping; write where: {run: 3, phase: train}"),
        ("run,x,y\n1,1,1\n2,1,1\n", "where: {run: 3}", "where.run: run.csv: has no row where run is 3; use 1 or 2"),
        (
            "run,x,y\n1,1,1\n",
            "where: {trial: 3}",
            'where.trial: run.csv:1: has no column "trial"; it has "run", "x", "y"',
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_what_would_do(
    text: str | bytes, entry: str, said: str, tmp_path: Path
) -> None:
    assert said in refused(tmp_path, text, entry)


RUNS = (
    "run,phase,step,x,y,loss\n1,train,0,1,1,2\n1,test,0,9,9,9\n1,train,1,.5,.5,1\n"
    "3.0,train,0,-1,1,2\n3.0,train,4,0,1,1\nlast one,train,0,2,2,2\n"
)


def test_one_of_several_runs_is_chosen(tmp_path: Path) -> None:
    experiment = film(tmp_path, RUNS, "where: {run: 3, phase: train}")
    (entry,) = experiment.entries
    assert (entry.label, experiment.steps) == ("run 3.0", 4)
    assert entry.recording.balls[0].points.tolist() == [[-1, 1], [0, 1]]
    assert entry.recording.balls[0].lines.tolist() == [5, 6]
    assert film(tmp_path, RUNS, "where: {run: last one}").entries[0].label == "last one"
    assert film(tmp_path, RUNS, "where: {run: last one}, label: Mine").entries[0].label == "Mine"
    flags = "good,x,y\nTrue,1,1\nFalse,2,2\n,0,0\n"
    for wanted, place in (("true", [1, 1]), ("false", [2, 2]), ("null", [0, 0]), ('""', [0, 0])):
        (ball,) = film(tmp_path, flags, f"where: {{good: {wanted}}}").entries[0].recording.balls
        assert ball.points.tolist() == [place]


def test_several_runs_are_listed_as_entries_to_paste(tmp_path: Path) -> None:
    message = refused(tmp_path, RUNS, "where: {phase: train}, columns: {step: null}")
    assert 'file: run.csv: holds 3 runs by column "run"; write an entry for each: optimizers: [' in message
    (tmp_path / "film.yaml").write_text("surface: bowl\n" + message[message.index("optimizers: [") :], encoding="utf-8")
    experiment = loading.experiment(tmp_path / "film.yaml")
    assert [entry.label for entry in experiment.entries] == ["run 1", "run 3.0", "last one"]
    assert [entry.recording.balls[0].points[0].tolist() for entry in experiment.entries] == [[1, 1], [-1, 1], [2, 2]]


def test_runs_told_apart_by_another_column(tmp_path: Path) -> None:
    text = "seed,step,x,y\n7,0,1,1\n7,1,.5,.5\n8,0,-1,1\n8,1,0,1\n"
    message = refused(tmp_path, text)
    assert "run.csv:4: step 0 follows step 1" in message
    for cure, count in (("columns: {ball: seed}", 2), ("where: {seed: 7}", 1)):
        assert cure in message
        assert len(film(tmp_path, text, cure).entries[0].recording.balls) == count


def test_all_runs_as_balls_of_one_entry(tmp_path: Path) -> None:
    (entry,) = film(tmp_path, RUNS, "columns: {ball: run}, where: {phase: train}").entries
    assert entry.label == "run"
    assert [ball.points[0].tolist() for ball in entry.recording.balls] == [[1, 1], [-1, 1], [2, 2]]


def test_entries_of_one_file_are_told_apart(tmp_path: Path) -> None:
    text = "phase,x,y\ntrain,1,1\ntest,2,2\n"
    more = "  - recorded: {file: run.csv, where: {phase: test}}\n  - recorded: {file: run.csv, where: {phase: test}}\n"
    experiment = film(tmp_path, text, "where: {phase: train}", more)
    assert [entry.label for entry in experiment.entries] == ["run phase=train", "run phase=test", "run phase=test (2)"]


def test_a_loss_that_is_nan_is_a_gap_and_one_that_was_not_logged_is_none(tmp_path: Path) -> None:
    losses = ["8", "", "4", "NA", "None", "1", "nan", "inf", "-NaN", "3"]
    text = "step,x,y,loss\n" + "".join(f"{step},1,1,{loss}\n" for step, loss in enumerate(losses))
    experiment = film(tmp_path, text)
    (path,) = experiment.roll()
    assert path.loss[0, :6].tolist() == [8, 6, 4, 3, 2, 1]
    assert np.isnan(path.loss[0, [6, 8]]).all() and path.loss[0, 7] == np.inf and path.loss[0, 9] == 3
    assert (path.status.tolist(), path.last.tolist()) == (["ok"], [9])
    for name in ("out.csv", "out.npz", "out.json"):
        write(tmp_path / name, experiment, [path], {})
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert [row["loss"] for row in rows[5:]] == ["1.0", "nan", "inf", "nan", "3.0"]
    assert [row["status"] for row in rows] == ["ok"] * 10
    told = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert told["runs"][0]["loss"][5:] == [1, None, None, None, 3]
    with np.load(tmp_path / "out.npz") as saved:
        assert np.isnan(saved["loss"][0, [6, 8]]).all()
    (tmp_path / "run.csv").write_bytes((tmp_path / "out.csv").read_bytes())
    again = loading.experiment(tmp_path / "film.yaml")
    write(tmp_path / "again.csv", again, again.roll(), {})
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "out.csv").read_bytes()


def test_losses_that_are_all_nan_are_not_the_surface_s(tmp_path: Path) -> None:
    assert np.isnan(film(tmp_path, "x,y,loss\n1,1,nan\n1,1,NaN\n").roll()[0].loss).all()
    experiment = film(tmp_path, "x,y,loss\n1,1,5\n1,1,6\n", "columns: {loss: null}")
    assert experiment.roll()[0].loss.tolist() == [experiment.surface.value([[1, 1], [1, 1]]).tolist()]


def test_between_rows_beside_a_nan_loss_there_is_none(tmp_path: Path) -> None:
    (path,) = film(tmp_path, "step,x,y,loss\n0,1,1,8\n2,1,1,nan\n4,1,1,4\n6,1,1,2\n").roll()
    assert np.isnan(path.loss[0, 1:4]).all()
    assert path.loss[0, [0, 4, 5, 6]].tolist() == [8, 4, 3, 2]


def test_a_place_that_was_not_logged_lies_between_those_that_were(tmp_path: Path) -> None:
    text = "step,x,y,loss\n0,,,9\n1,1,2,8\n2,,,7\n4,,,\n5,-3,2,6\n6,NA,na,5\n"
    experiment = film(tmp_path, text)
    path, ball = experiment.roll()[0], experiment.entries[0].recording.balls[0]
    assert (ball.steps.tolist(), ball.lines.tolist()) == ([1, 2, 5], [3, 4, 6])
    assert path.positions[0, :, 0].tolist() == [1, 1, 0, -1, -2, -3]
    assert path.loss[0].tolist() == pytest.approx([8, 8, 7, 7 - 1 / 3, 7 - 2 / 3, 6])
    said = refused(tmp_path, "step,x,y,loss\n0,1,1,2\n1,2,1,9\n2,,,\n3,,,\n")
    assert "run.csv:4: x and y are empty, and so in all rows below; say diverged in a column status, or remove" in said
    (path,) = film(tmp_path, "step,x,y,loss,status\n0,1,1,2\n1,2,1,9\n2,,,,diverged\n3,,,\n").roll()
    assert (path.status.tolist(), path.last.tolist()) == (["diverged"], [2])


@pytest.mark.parametrize(
    "rows",
    [
        "inf,1,9,diverged\nnan,nan,nan,\n,,,\n",
        "inf,1,9,diverged\nnan,nan,nan\n",
        "inf,1,9,diverged\nnan,nan,nan,diverged\n1,1,1,diverged\n",
        "inf,1,9,diverged\n",
    ],
)
def test_saying_diverged_works_whatever_follows(rows: str, tmp_path: Path) -> None:
    without = "x,y,loss\n1,1,2\n" + "".join(",".join(row.split(",")[:3]) + "\n" for row in rows.split()[:2])
    assert "run.csv:3: x is not finite; say diverged in a column status" in refused(tmp_path, without)
    (path,) = film(tmp_path, "x,y,loss,status\n1,1,2\n" + rows).roll()
    assert (path.status.tolist(), path.last.tolist()) == (["diverged"], [1])
    assert path.positions[0, 1].tolist() == [np.inf, 1] and path.loss[0, 1] == 9


def test_a_run_that_goes_on_has_not_diverged(tmp_path: Path) -> None:
    said = refused(tmp_path, "x,y\n1,1\nnan,1\n1,1\n0,1\n")
    assert "run.csv:3: x is not finite; mend that line, or say diverged in a column status and remove the rows" in said
    assert film(tmp_path, "x,y,status\n1,1,\nnan,1,diverged\n").roll()[0].last.tolist() == [1]
    said = refused(tmp_path, "x,y,status\n1,1,\nnan,1,diverged\n1,1,\n0,1,\n")
    assert said == "file: run.csv:4: comes after the ball has diverged; remove it and the 1 below that go on"


def test_a_point_on_the_edge_but_for_rounding_is_on_it(tmp_path: Path) -> None:
    save_samples(tmp_path / "grid.npz", [0, 1, 2, 3], [0, 1, 2, 3, 4], lambda x, y: x + y)
    film(tmp_path, "x,y\n0,1\n3.0000001,4.0000001\n")
    yaml = tmp_path / "film.yaml"
    yaml.write_text(yaml.read_text(encoding="utf-8").replace("bowl", "{samples: grid.npz}"), encoding="utf-8")
    (path,) = loading.experiment(yaml).roll()
    assert path.positions[0, 1].tolist() == [3, 4] and path.loss[0, 1] == pytest.approx(7)
    (tmp_path / "run.csv").write_text("x,y\n0,1\n3.00001,4\n", encoding="utf-8")
    with pytest.raises(ConfigErrors, match=r"run.csv:3: \[3.00001, 4\] lies outside the surface"):
        load(yaml)
    assert film(tmp_path, "x,y\n-3.000001,1\n").roll()[0].positions[0, 0].tolist() == [-3.000001, 1]


def test_the_resolved_config_keeps_what_was_asked(tmp_path: Path) -> None:
    experiment = film(tmp_path, RUNS, "columns: {x: y, y: x, ball: null}, where: {run: 3, phase: train}")
    shot = loading.shot(tmp_path / "film.yaml")
    body = shot.resolved["optimizers"][0]["recorded"]
    assert body["columns"] == {"x": "y", "y": "x", "ball": None}
    assert body["where"] == {"run": 3, "phase": "train"}
    again = tmp_path / "again.yaml"
    again.write_text(json.dumps(shot.resolved), encoding="utf-8")
    assert loading.shot(again).resolved["optimizers"] == shot.resolved["optimizers"]
    assert np.array_equal(loading.experiment(again).roll()[0].positions, experiment.roll()[0].positions)
    validator = jsonschema.Draft202012Validator(schema())
    assert validator.is_valid(shot.resolved)
    for wrong in ({"columns": {"z": "x"}}, {"where": {"run": [1]}}, {"columns": {"x": ["w"]}}):
        assert not validator.is_valid({"surface": "bowl", "optimizers": [{"recorded": {"file": "run.csv", **wrong}}]})
    line = list(report(shot, experiment.roll()))[2]
    assert line.strip() == "from run.csv: x is y, y is x, where run is 3, where phase is train"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "film.yaml").write_text("surface: bowl\noptimizers: [recorded: {file: pipe.csv}]\n", encoding="utf-8")
    with pytest.raises(ConfigErrors, match="pipe.csv: is not a regular file; give a csv"):
        load(tmp_path / "film.yaml")


def test_names_are_quoted_as_yaml_needs() -> None:
    from thalweg.spec.reader import read

    for name in (
        "w1",
        "train/loss",
        "a b",
        "a, b",
        "1",
        "1e3",
        "null",
        "true",
        "",
        " a",
        "a ",
        "#a",
        "a: b",
        "- a",
        "ü",
        "\\",
        '"',
        "a\tb",
        "[a]",
        "{",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "'a",
        "a #b",
        "~",
        "<<",
        "y",
        "-",
    ):
        node, _ = read(f"{{x: {word(name)}, z: 1}}")
        assert node.child("x").scalar == name and node.child("z").scalar == 1


@pytest.mark.parametrize("separator", ",;\t")
def test_any_table_of_csv_writer_is_read(separator: str) -> None:
    """Python's own writer as the reference, with texts that need quotes."""
    random = np.random.default_rng(8)
    letters = list("ab,; \t\"'#") + ["\n"]
    for _ in range(20):
        rows = [["".join(random.choice(letters, 4)).strip() or "a", *random.normal(size=2).tolist()] for _ in range(8)]
        rows = [["a" + row[0], *row[1:]] for row in rows]
        made = io.StringIO()
        csv.writer(made, delimiter=separator, quoting=csv.QUOTE_NONNUMERIC).writerows([["name", "x", "y"], *rows])
        table = read_table(made.getvalue().encode(), "a.csv")
        assert table.separator == separator
        texts, _ = table.columns([0, 1, 2])
        assert texts[0] == [row[0] for row in rows]
        assert [as_number(text, False) for text in texts[2]] == [row[2] for row in rows]


def test_a_field_may_be_as_long_as_the_file(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    note = '"' + "a, b\n" * 50_000 + '"'
    (ball,) = film(tmp_path, f"x,y,note\n1,1,{note}\n0.5,0.5,b\n").entries[0].recording.balls
    assert ball.points.tolist() == [[1, 1], [0.5, 0.5]] and ball.lines.tolist() == [2, 50_003]
    assert csv.field_size_limit() == limit  # that of others
    with pytest.raises(ConfigErrors, match="has no column y, but"):
        film(tmp_path, f"x,{'a' * 300_000}\n1,1\n")
    assert csv.field_size_limit() == limit


def test_long_paths_are_told_in_brief(tmp_path: Path) -> None:
    for entry in (f"- recorded: {{file: {'a' * 5000}.csv}}", f"- recorded: {{file: {'./' * 300}none.csv}}"):
        (tmp_path / "film.yaml").write_text(f"surface: bowl\noptimizers:\n  {entry}\n", encoding="utf-8")
        with pytest.raises(ConfigErrors, match=r"\.\.\..*\.csv cannot be read") as caught:
            load(tmp_path / "film.yaml")
        assert len(str(caught.value)) < 400
