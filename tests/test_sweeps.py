"""Sweeps: an entry that stands for one of each value, rolled as a batch, each to the bit what it is alone."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from thalweg import ConfigErrors, load
from thalweg.cli.main import main
from thalweg.spec.jsonschema import schema

HEAD = "surface: bowl_with_two_holes\nstart: [-0.64, 1.8]\nsteps: 40\noptimizers:\n"


def _load(tmp_path: Path, entries: str, head: str = HEAD):
    path = tmp_path / "sweep.yaml"
    path.write_text(head + entries, encoding="utf-8")
    return load(path)


def _entries(tmp_path: Path, entries: str):
    return _load(tmp_path, entries).shot.experiment.entries


def test_an_entry_for_each_value(tmp_path: Path) -> None:
    entries = _entries(tmp_path, "  - sgd: {lr: {sweep: [0.01, 0.1, 1]}}\n  - adam\n")
    assert [entry.label for entry in entries] == ["SGD lr=0.01", "SGD lr=0.1", "SGD lr=1", "Adam"]
    assert [entry.optimizer.lr for entry in entries] == [0.01, 0.1, 1.0, 0.05]


def test_all_pairs_the_first_key_outermost(tmp_path: Path) -> None:
    made = _entries(tmp_path, "  - adam: {lr: {sweep: [0.1, 0.2]}, betas: [{sweep: [0.5, 0.9]}, 0.99]}\n")
    assert [(each.optimizer.lr, *each.optimizer.betas) for each in made] == [
        (0.1, 0.5, 0.99),
        (0.1, 0.9, 0.99),
        (0.2, 0.5, 0.99),
        (0.2, 0.9, 0.99),
    ]


def test_a_part_of_a_pair_by_its_own_key(tmp_path: Path) -> None:
    made = _entries(tmp_path, "  - adam: {betas.1: {sweep: [0.9, 0.99]}, lr: 0.1}\n")
    assert [each.optimizer.betas for each in made] == [(0.9, 0.9), (0.9, 0.99)]
    made = _entries(tmp_path, "  - adam: {betas: [0.5, 0.6], betas.0: {sweep: [0.7, 0.8]}}\n")
    assert [each.optimizer.betas for each in made] == [(0.7, 0.6), (0.8, 0.6)]


@pytest.mark.parametrize(
    "span, values",
    [
        ("{from: 0.001, to: 1, count: 4}", [0.001, 0.01, 0.1, 1]),
        ("{from: 1, to: 3, count: 3, scale: linear}", [1, 2, 3]),
        ("{from: 0, to: 1, count: 5}", [0, 0.25, 0.5, 0.75, 1]),
        ("{from: 1, to: 0.01, count: 3, scale: log}", [1, 0.1, 0.01]),
    ],
)
def test_spans(tmp_path: Path, span: str, values: list[float]) -> None:
    made = [each.optimizer.lr for each in _entries(tmp_path, f"  - sgd: {{lr: {{sweep: {span}}}}}\n")]
    assert made == pytest.approx(values, rel=1e-14) and (made[0], made[-1]) == (values[0], values[-1])


def test_long_numbers_are_short_in_labels_unless_that_makes_two_alike(tmp_path: Path) -> None:
    labels = [each.label for each in _entries(tmp_path, "  - sgd: {lr: {sweep: {from: 0.01, to: 1, count: 6}}}\n")]
    assert labels[1] == "SGD lr=0.02512"
    labels = [each.label for each in _entries(tmp_path, "  - sgd: {lr: {sweep: [0.123456781, 0.123456782]}}\n")]
    assert labels == ["SGD lr=0.123456781", "SGD lr=0.123456782"]


def test_a_label_is_followed_by_what_tells_them_apart(tmp_path: Path) -> None:
    made = _entries(tmp_path, "  - sgd: {label: Mine, lr: {sweep: [0.1, 0.2]}}\n")
    assert [each.label for each in made] == ["Mine lr=0.1", "Mine lr=0.2"]


def test_rules_sweep_too(tmp_path: Path) -> None:
    made = _entries(tmp_path, "  - rule: {lr: {sweep: [0.1, 0.2]}, update: w = w - lr*grad(w)}\n")
    assert [each.label for each in made] == ["Rule lr=0.1", "Rule lr=0.2"]


@pytest.mark.parametrize("name", ["sgd: {momentum: 0.9", "adam: {weight_decay: 0.1", "rprop: {", "sophia: {", "sam: {"])
def test_a_batch_is_to_the_bit_what_each_is_alone(tmp_path: Path, name: str) -> None:
    comma = "" if name.endswith("{") else ", "
    swept = f"  - {name}{comma}lr: {{sweep: {{from: 0.001, to: 30, count: 12}}}}}}\n"
    head = HEAD.replace("start: [-0.64, 1.8]", "start: {random: 3}\nreplicas: 2\nnoise: {std: 0.1}")
    film = _load(tmp_path, swept, head)
    entries, batch = film.shot.experiment.entries, film.roll()
    for index in (0, 5, 11):
        value = entries[index].optimizer.lr
        alone = _load(tmp_path, f"  - {name}{comma}lr: {value!r}}}\n", head).roll()[0]
        for array in ("positions", "loss", "gradient_used", "status", "last"):
            assert np.array_equal(
                getattr(batch[index], array), getattr(alone, array), equal_nan=array not in ("status", "last")
            )
        assert (batch[index].evaluations() == alone.evaluations()).all()
        assert set(batch[index].state) == set(alone.state)


def test_what_travels_is_a_config(tmp_path: Path) -> None:
    resolved = _load(tmp_path, "  - sgd: {lr: {sweep: [0.01, 0.1, 1]}}\n").shot.resolved
    path = tmp_path / "again.yaml"
    path.write_text(json.dumps(resolved))
    assert load(path).shot.resolved == resolved


@pytest.mark.parametrize(
    "entry, told",
    [
        ("sgd: {lr: {sweep: []}}", "has no values"),
        ("sgd: {lr: {sweep: }}", "is empty"),
        ("sgd: {lr: {sweep: 3}}", "3 is neither a list nor a span"),
        ("sgd: {lr: {sweep: [a, 1]}}", '"a" is not a number'),
        ("sgd: {lr: {sweep: [1, 1]}}", "has a value twice"),
        ("sgd: {lr: {sweep: [1, 2], count: 3}}", "a sweep stands alone"),
        ("sgd: {lr: {sweep: {from: 1, to: 2}}}", "is missing"),
        ("sgd: {lr: {sweep: {to: 2, count: 3}}}", "is missing"),
        ("sgd: {lr: {sweep: {from: 0, to: 2, count: 3, scale: log}}}", "log needs ends above 0"),
        ("sgd: {lr: {sweep: {from: 1, to: 1, count: 3}}}", "are the same"),
        ("sgd: {lr: {sweep: {from: 1, to: 2, count: 30000}}}", "10000"),
        ("adam: {lr: {sweep: {from: 1, to: 2, count: 200}}, eps: {sweep: {from: 1, to: 2, count: 200}}}", "40,000"),
        ("sgd: {lr: {sweep: [0.1, -1]}}", "out of range"),
        ("sgd: {rate: {sweep: [0.1, 1]}}", "unknown key"),
    ],
)
def test_mistakes_are_told_on_their_line(tmp_path: Path, entry: str, told: str) -> None:
    with pytest.raises(ConfigErrors, match=told) as error:
        _load(tmp_path, f"  - {entry}\n")
    assert {each.line for each in error.value.problems} == {5}


def test_the_schema_takes_what_is_read() -> None:
    check = jsonschema.Draft202012Validator(schema())
    for entry in (
        {"sgd": {"lr": {"sweep": [0.1, 1]}}},
        {"adam": {"betas": [{"sweep": [0.1, 0.9]}, 0.999]}},
        {"adam": {"betas.0": {"sweep": {"from": 0.1, "to": 0.9, "count": 3}}}},
        {"rule": {"lr": {"sweep": [0.1, 1]}, "update": "w = w - lr*grad(w)"}},
    ):
        check.validate({"surface": "bowl", "optimizers": [entry]})
    with pytest.raises(jsonschema.ValidationError):
        check.validate({"surface": "bowl", "optimizers": [{"sgd": {"nesterov": {"sweep": [0, 1]}}}]})


@pytest.mark.parametrize("kind", ["race", "contour"])
def test_more_entries_than_a_picture_shows_are_data_alone(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = "  - sgd: {lr: {sweep: {from: 0.01, to: 1, count: %d}}}\n"
    film = _load(tmp_path, entries % 33, f"scene: {kind}\n{HEAD}")
    film.save(tmp_path / "all.csv")
    assert len({line.split(",")[0] for line in (tmp_path / "all.csv").read_text().splitlines()}) == 34
    with pytest.raises(ConfigErrors) as raised:
        film.save(tmp_path / "all.png")
    (problem,) = raised.value.problems
    assert (problem.line, problem.where) == (5, "optimizers") and "at most 32" in problem.what
    assert not (tmp_path / "all.png").exists()
    file, folder = str(tmp_path / "sweep.yaml"), f"{tmp_path}/folder/"
    data = (["-o", str(tmp_path / "all.npz")], ["-o", folder, "--format", "json"])
    drawn = (["--check"], ["--check", *data[0]], ["-o", folder], ["-o", str(tmp_path / "a.frame.json")], ["-p"])
    for arguments, code in (*((each, 0) for each in data), *((each, 2) for each in drawn)):
        assert main([file, *arguments]) == code
        assert capsys.readouterr().err.splitlines() == [str(problem)] * (code == 2), arguments
    _load(tmp_path, entries % 32, f"scene: {kind}\n{HEAD}").save(tmp_path / "32.png", at=0)
