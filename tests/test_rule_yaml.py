"""`- rule:` in a YAML: an optimizer without a line of code, in every output, and what is told where it is wrong."""

from __future__ import annotations

import csv
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from thalweg import ConfigErrors, load
from thalweg.cli import main as cli
from thalweg.engine import roll
from thalweg.engine.rule.own import own_rule
from thalweg.spec.jsonschema import schema

HEAD = "surface: {expression: 'x**2 + 3*y**2', domain: {x: [-2, 2], y: [-2, 2]}}\nstart: [1, -1]\nsteps: 5\n"
MEAN = """optimizers:
  - rule:
      label: My thesis
      lr: 0.1
      beta: 0.5
      update: |
        # memory
        m = beta*m + (1 - beta)*grad(w)
        # step
        w = w - lr*m
"""


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def _mean(steps: int, lr: float = 0.1, beta: float = 0.5, start: float = 0.0) -> list[tuple[float, float]]:
    """By hand: m <- beta m + (1 - beta) (2 x, 6 y), w <- w - lr m."""
    (x, y), m = (1.0, -1.0), (start, start)
    path = [(x, y)]
    for _ in range(steps):
        m = (beta * m[0] + (1 - beta) * 2 * x, beta * m[1] + (1 - beta) * 6 * y)
        x, y = x - lr * m[0], y - lr * m[1]
        path.append((x, y))
    return path


def test_it_moves_as_it_is_written(tmp_path: Path) -> None:
    trajectory = load(_file(tmp_path, MEAN)).roll()[0]
    assert np.abs(trajectory.positions[0] - np.array(_mean(5))).max() < 1e-14


def test_initial_is_where_what_is_carried_starts(tmp_path: Path) -> None:
    text = MEAN.replace("      update:", "      initial: {m: 0.25}\n      update:")
    trajectory = load(_file(tmp_path, text)).roll()[0]
    assert np.abs(trajectory.positions[0] - np.array(_mean(5, start=0.25))).max() < 1e-14


def test_settings_labels_schedules_and_clipping_work_on_it(tmp_path: Path) -> None:
    film = load(_file(tmp_path, MEAN), ["optimizers.My thesis.beta=0", "optimizers.0.lr=0.2"])
    assert np.abs(film.roll()[0].positions[0] - np.array(_mean(5, 0.2, 0.0))).max() < 1e-14
    entry = film.shot.experiment.entries[0]
    assert entry.label == "My thesis" and entry.chosen == {"lr": 0.2, "beta": 0.0}
    text = MEAN.replace("      update:", "      schedule: {beta: {kind: step, step_size: 2, gamma: 0}}\n      update:")
    (x, y), m = (1.0, -1.0), (0.0, 0.0)
    for step in range(5):
        beta = 0.5 if step < 2 else 0.0
        m = (beta * m[0] + (1 - beta) * 2 * x, beta * m[1] + (1 - beta) * 6 * y)
        x, y = x - 0.1 * m[0], y - 0.1 * m[1]
    assert np.abs(load(_file(tmp_path, text)).roll()[0].positions[0, -1] - (x, y)).max() < 1e-14
    clipped = MEAN.replace("      update:", "      clip: {norm: 1}\n      update:")
    first = load(_file(tmp_path, clipped), "steps=1").roll()[0].positions[0, 1]
    long = np.hypot(2, 6)
    assert np.abs(first - (1 - 0.05 * 2 / long, -1 + 0.05 * 6 / long)).max() < 1e-7  # torch's clip adds 1e-6


def test_labels_tell_two_apart_by_their_numbers(tmp_path: Path) -> None:
    rule = "  - rule: {lr: %s, update: w = w - lr*grad(w)}\n"
    entries = load(_file(tmp_path, "optimizers:\n" + rule % 0.1 + rule % 0.2)).shot.experiment.entries
    assert [entry.label for entry in entries] == ["Rule lr=0.1", "Rule lr=0.2"]


def test_what_travels_with_a_film_is_the_rule(tmp_path: Path) -> None:
    path = _file(tmp_path, MEAN)
    resolved = load(path).shot.resolved
    again = tmp_path / "again.yaml"
    again.write_text(json.dumps(resolved))
    assert load(again).shot.resolved == resolved
    assert resolved["optimizers"][0]["rule"]["update"].splitlines()[1] == "m = beta*m + (1 - beta)*grad(w)"


def test_data_and_pictures_of_it(tmp_path: Path) -> None:
    path = _file(tmp_path, MEAN)
    for name in ("x.csv", "x.png"):
        assert cli.main([str(path), "-o", str(tmp_path / name), "--resolution", "320x180"]) == 0
    rows = list(csv.DictReader((tmp_path / "x.csv").read_text().splitlines()))
    assert [row["optimizer"] for row in rows] == ["rule"] * 6 and float(rows[1]["x"]) == 0.9


def test_swarms_of_it_are_those_runs_alone_and_it_can_be_sent() -> None:
    rule = own_rule("s = s + dot(grad(w), grad(w))\nw = w - lr*grad(w)/sqrt(s)", {"lr": 0.3})
    from thalweg import SURFACES

    surface, starts = SURFACES["himmelblau"](), np.random.default_rng(0).uniform(-3, 3, (40, 2))
    rates = np.linspace(0.01, 0.5, 40)
    together = roll(pickle.loads(pickle.dumps(rule)), surface, starts, 50, hyper={"lr": rates}, record="last")
    alone = roll(own_rule(rule.rule, {"lr": float(rates[7])}), surface, starts[7], 50)
    assert (together.positions[7, -1] == alone.positions[0, -1]).all()
    once = roll(rule, surface, starts, 50, record="last")
    assert (roll(rule, surface, starts, 50, record="last", jobs=2).positions == once.positions).all()


@pytest.mark.parametrize(
    "text, line, where, told",
    [
        ("  - rule:\n", 5, "rule", "is empty"),
        ("  - rule: sgd\n", 5, "rule", "not a mapping"),
        ("  - rule: {lr: 0.1}\n", 5, "rule.update", "is missing"),
        ("  - rule: {lr: 0.1, update: 3}\n", 5, "rule.update", "3 is not text"),
        ("  - rule:\n      lr: 1\n      beta: 1\n      update: |\n\n        m = m + grad(w)\n        w = w - beat*m\n",
         11, "rule.update", "beat is not defined; did you mean beta?"),
        ("  - rule: {lr: 0.1, update: w = w - grad(w)}\n", 5, "rule.lr", "never reads"),
        ("  - rule: {lr: yes, update: w = w - lr*grad(w)}\n", 5, "rule.lr", '"yes" is not a number'),
        ("  - rule: {lr: .inf, update: w = w - lr*grad(w)}\n", 5, "rule.lr", "finite"),
        ("  - rule: {lambda: 1, update: w = w - grad(w)}\n", 5, "rule.lambda", "cannot be the name"),
        ("  - rule: {w: 1, update: w = w - grad(w)}\n", 5, "rule.w", "meaning of its own"),
        ("  - rule: {initial: {v: 1}, update: w = w - grad(w)}\n", 5, "rule.initial.v", "is not carried"),
        ("  - rule: {initial: {v: a}, update: 'v = v + grad(w)'}\n", 5, "rule.initial.v", "not a finite number"),
        ("  - rule:\n      update: |\n        v = grad(w)\n", 7, "rule.update", "never assigns w"),
    ],
)  # fmt: skip
def test_mistakes_are_told_where_they_stand(tmp_path: Path, text: str, line: int, where: str, told: str) -> None:
    with pytest.raises(ConfigErrors) as error:
        load(_file(tmp_path, "optimizers:\n" + text))
    found = error.value.problems[0]
    assert found.line == line and found.where == f"optimizers.0.{where}" and told in f"{found.what}; {found.cure}"


def test_the_schema_knows_it() -> None:
    entries = schema()["properties"]["optimizers"]["items"]["anyOf"][1]["properties"]
    assert (
        entries["rule"]["required"] == ["update"]
        and {"type": "number"} in entries["rule"]["additionalProperties"]["anyOf"]
    )
