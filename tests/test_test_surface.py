"""Rows of data and test losses in a YAML: what is read, what rolls, and what the data say."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import loading
from thalweg.errors import ConfigErrors
from thalweg.experiment.data import write
from thalweg.live.model import signature
from thalweg.spec.named import named_files

D, A = [1.0, 2.0, 0.5, -1.0, 0.25, 1.25, 0.75, 2.5], [1.0, 0.5, 0.25, 1.0, 0.5, 0.25, 0.25, 1.5]
TEXT = """
surface: {{expression: "(x - d)**2 + a*abs(y)", data: {data}}}
{more}
steps: 12
optimizers: [{{sgd: {{lr: 0.05}}}}, adam]
"""
INLINE = f"{{d: {D}, a: {A}}}"
Films = Callable[..., Any]


@pytest.fixture
def film(tmp_path: Path) -> Films:
    def made(more: str = "", data: str = INLINE, name: str = "film.yaml", text: str = TEXT) -> Any:
        path = tmp_path / name
        path.write_text(text.format(data=data, more=more), encoding="utf-8")
        return loading.shot(path)

    return made


def loss(x: float, y: float, rows: slice = slice(None)) -> float:
    return float(np.mean([(x - d) ** 2 + a * abs(y) for d, a in zip(D[rows], A[rows], strict=True)]))


def test_the_surface_is_the_mean_over_the_rows(film: Films) -> None:
    shot = film("noise: {batch: 3}")
    assert shot.surface.value([0.3, -0.7]) == pytest.approx(loss(0.3, -0.7))
    (sgd, _) = shot.roll()
    batch = [(at - used / 2) for at, used in zip(sgd.gradient_at[0, :3, 0], sgd.gradient_used[0, :3, 0], strict=True)]
    assert (3 * batch[0] + 3 * batch[1] + 2 * batch[2]) / 8 == pytest.approx(np.mean(D)), "each row once an epoch"


def test_columns_come_from_a_csv_by_their_names(film: Films, tmp_path: Path) -> None:
    rows = "\n".join(f"{a};row;{str(d).replace('.', ',')}" for d, a in zip(D, A, strict=True))
    (tmp_path / "rows.csv").write_text(f"a;what;d\n{rows.replace('.', ',')}\n")
    shot = film(data="rows.csv")
    assert shot.surface.value([0.3, -0.7]) == pytest.approx(loss(0.3, -0.7))
    assert [*named_files(shot)] == [tmp_path / "rows.csv"], "watched, and not written over"
    assert len(shot.resolved["surface"]["sha256"]) == 64 and shot.resolved["surface"]["data"] == "rows.csv"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("d,b\n1,2\n", "rows.csv:1: has no column a, and the formula has that name"),
        ("d,a\n1,2\n3,\n", "rows.csv:3: a is empty; give a number, or leave that row out"),
        ("d,a\n1,inf\n", "rows.csv:2: a is not finite"),
        ("d,a\n1,two\n", 'rows.csv:2: a is "two", not a number'),
        ("d,a\n", "rows.csv: has no rows"),
        ("d,a\n" + "1,2\n" * 10_001, "has 10001 rows; give 1 to 10,000"),
        ("", "has no column a; name the columns in the first line, a and d at least"),
    ],
)
def test_a_csv_that_cannot_be_used(film: Films, tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "rows.csv").write_text(content)
    with pytest.raises(ConfigErrors) as caught:
        film(data="rows.csv")
    (problem,) = caught.value.problems
    assert problem.line == 2 and words in str(problem)


def test_one_column_is_a_table_too(film: Films, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("d\n1\n2\n")
    text = TEXT.replace("a*abs(y)", "abs(y)")
    assert film(data="rows.csv", text=text).surface.value([0.0, 0.0]) == pytest.approx(2.5)


@pytest.mark.parametrize(("held_out", "last"), [("2", 2), ("0.25", 2), ("0.01", 1), ("7", 7)])
def test_rows_held_out_are_the_last_and_trained_on_by_none(film: Films, held_out: str, last: int) -> None:
    shot = film(f"test_surface: {{held_out: {held_out}}}")
    assert shot.surface.count == 8 - last
    assert shot.surface.value([0.3, -0.7]) == pytest.approx(loss(0.3, -0.7, slice(8 - last)))
    assert shot.experiment.test_loss([0.3, -0.7]) == pytest.approx(loss(0.3, -0.7, slice(8 - last, None)))


@pytest.mark.parametrize(
    ("surface", "more", "wanted"),
    [
        ("logistic", "test_surface: {held_out: 6}", None),
        (
            "least_squares",
            "test_surface: {data: [[0, 1], [1, 3]]}",
            ((0.3 * 0 + 0.5 - 1) ** 2 + (0.3 + 0.5 - 3) ** 2) / 4,
        ),
        ("bowl", 'test_surface: {expression: "x + 2*y"}', 1.3),
        ("bowl", "test_surface: least_squares", None),
    ],
)
def test_members_have_test_losses_too(film: Films, surface: str, more: str, wanted: float | None) -> None:
    shot = film(more, text=f"surface: {surface}\n{{more}}\nsteps: 5\noptimizers: [sgd]")
    found = float(shot.experiment.test_loss([0.3, 0.5]))
    assert wanted is None or found == pytest.approx(wanted)
    assert math.isfinite(found)


@pytest.mark.parametrize(
    "more",
    ["", "test_surface: {held_out: 0.25}", "test_surface: {data: {a: [1, 2], d: [3, 4]}}", "test_surface: bowl"],
)
def test_the_resolved_config_is_the_same_experiment(film: Films, tmp_path: Path, more: str) -> None:
    first = film(more)
    (tmp_path / "again.yaml").write_text(json.dumps(first.resolved))
    again = loading.shot(tmp_path / "again.yaml")
    assert again.resolved == first.resolved and again.surface == first.surface
    assert again.experiment.test_surface == first.experiment.test_surface


def test_the_data_tell_the_test_loss_at_every_point(film: Films, tmp_path: Path) -> None:
    shot = film("test_surface: {held_out: 2}\nrecord: {every: 4}")
    paths = shot.roll(as_data=True)
    for form in ("csv", "npz", "json"):
        write(tmp_path / f"run.{form}", shot.experiment, paths, shot.resolved)
    with (tmp_path / "run.csv").open(encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    assert [*rows[0]][-2:] == ["status", "test_loss"] and len(rows) == 2 * 4
    for row in rows:
        assert float(row["test_loss"]) == pytest.approx(loss(float(row["x"]), float(row["y"]), slice(6, None)))
    with np.load(tmp_path / "run.npz") as arrays:
        assert arrays["test_loss"].ravel().tolist() == [float(row["test_loss"]) for row in rows]
    runs = json.loads((tmp_path / "run.json").read_text())["runs"]
    assert [each for run in runs for each in run["test_loss"]] == [float(row["test_loss"]) for row in rows]


def test_without_a_test_surface_the_data_are_as_ever(film: Films, tmp_path: Path) -> None:
    shot = film()
    write(tmp_path / "run.csv", shot.experiment, shot.roll(as_data=True), shot.resolved)
    assert (tmp_path / "run.csv").read_text().splitlines()[0].endswith(",grad_y,status")


def test_the_report_tells_the_lowest_test_loss_and_when(film: Films, run: Any, tmp_path: Path) -> None:
    film("test_surface: {data: {d: [-1], a: [0]}}\nstart: [-2, 0]")  # lowest on the way to the mean of d, 0.90625
    code, out, _ = run("film.yaml", "--check")
    assert code == 0
    x = [-2.0]
    for _ in range(12):
        x.append(x[-1] - 0.05 * 2 * (x[-1] - float(np.mean(D))))
    tested = [(each + 1) ** 2 for each in x]
    step = int(np.argmin(tested))
    assert f"test loss {tested[-1]:.6g}, lowest {tested[step]:.6g} after {step} steps" in out[1]


def test_what_rolls_anew_in_the_window(film: Films) -> None:
    """Rows held out change what is rolled on, though the surface is written alike."""
    one, other = film("test_surface: {held_out: 2}"), film("test_surface: {held_out: 3}")
    assert signature(one, one.experiment.entries[0]) != signature(other, other.experiment.entries[0])


TESTED = TEXT + "style: {{loss_panel: true}}\nvideo: {{resolution: 640x360, seconds: 3}}\n"


def test_legend_and_loss_panel_show_the_test_loss(film: Films) -> None:
    from tests.scenes_help import staged
    from thalweg.stage.told import told

    shot = film("test_surface: {held_out: 2}", text=TESTED)
    scene = staged(shot)
    try:
        frame = told(scene, scene.frames - 1)
        numbers = {each["name"]: each for each in frame["numbers"]}
        for label, path in zip(("SGD", "Adam"), scene.trajectories, strict=True):
            x, y = path.positions[0, -1]
            assert numbers[f"{label}.test_loss"]["value"] == pytest.approx(loss(x, y, slice(6, None)))
            assert float(numbers[f"{label}.test_loss"]["text"]) == pytest.approx(loss(x, y, slice(6, None)), rel=1e-2)
            assert numbers[f"{label}.loss"]["value"] == pytest.approx(loss(x, y, slice(6)))
        assert {"test", "loss", "loss, by step (dashed: test)"} <= {each["text"] for each in frame["texts"]}
        panel = scene.board["loss_panel"]
        (tested,) = panel.tested
        heights = np.array([line[:, 1] for line in tested.lines]) - panel.at[1]
        wanted = [[loss(*point, slice(6, None)) for point in path.positions[0]] for path in scene.trajectories]
        np.testing.assert_allclose(heights, panel.y_of(panel.axis.level(np.array(wanted))), atol=1e-6)
        assert all(left_out > 0 for _, left_out in tested.dashes) and panel.axis.base == 0
        panel.show(type("Now", (), {"step": 3.5})())
        panel.hide(frozenset({1}))
        assert tested.now == panel.curves.now == 3.5 and tested.left_out == panel.curves.left_out == {1}
    finally:
        scene.release()
