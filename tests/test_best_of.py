"""best_of: the value that ends lowest is the entry's, and everything says so."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from thalweg import OPTIMIZERS, ConfigErrors, load, roll
from thalweg.cli.main import main
from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.experiment.best import best
from thalweg.experiment.data import write
from thalweg.experiment.experiment import Entry, Experiment
from thalweg.live.model import Model
from thalweg.parts.panels.legend import row
from thalweg.registry import parameter
from thalweg.spec import best as spec_best
from thalweg.spec.jsonschema import schema
from thalweg.spec.loader import load_config

VALLEY = 'surface: {expression: "x**2 + 3*y**2"}\nstart: [1, 1]\nsteps: 5\noptimizers:\n'
FLAT = 'surface: {expression: "0*x + 1"}\nstart: [1, 1]\nsteps: 5\noptimizers:\n'


def _path(tmp_path: Path, entries: str, head: str = VALLEY) -> Path:
    path = tmp_path / "best.yaml"
    path.write_text(head + entries, encoding="utf-8")
    return path


def _load(tmp_path: Path, entries: str, head: str = VALLEY):
    return load(_path(tmp_path, entries, head)).shot


def _one(tmp_path: Path, entry: str, head: str = VALLEY) -> Entry:
    (entry_,) = _load(tmp_path, f"  - {entry}\n", head).experiment.entries
    return entry_


def _descent(lr: float, steps: int = 5) -> float:
    """Gradient descent on x^2 + 3 y^2 from (1, 1), in closed form."""
    return float((1 - 2 * lr) ** (2 * steps) + 3 * (1 - 6 * lr) ** (2 * steps))


@pytest.mark.parametrize("values", [[0.01, 0.1, 0.2, 0.3], [0.3, 0.26, 0.25, 0.24], [0.5, 1 / 6, 0.05]])
def test_the_lowest_wins(tmp_path: Path, values: list[float]) -> None:
    assert _one(tmp_path, f"sgd: {{lr: {{best_of: {values}}}}}").optimizer.lr == min(values, key=_descent)


def test_a_span_of_values(tmp_path: Path) -> None:
    values = [10 ** (-3 + 4 * k / 24) for k in range(25)]
    found = _one(tmp_path, "sgd: {lr: {best_of: {from: 1e-3, to: 10, count: 25}}}")
    assert found.optimizer.lr == pytest.approx(min(values, key=_descent), rel=1e-12)


def test_the_best_pair_of_two_keys(tmp_path: Path) -> None:
    def heavy_ball(lr: float, mu: float) -> float:
        w, v = np.ones(2), np.zeros(2)
        for _ in range(5):
            v = mu * v + np.array([2, 6]) * w
            w = w - lr * v
        return float(w[0] ** 2 + 3 * w[1] ** 2)

    rates, momenta = [0.02, 0.05, 0.1, 0.2], [0.0, 0.3, 0.6, 0.9]
    made = _one(tmp_path, f"momentum: {{lr: {{best_of: {rates}}}, momentum: {{best_of: {momenta}}}}}").optimizer
    assert (made.lr, made.momentum) == min(product(rates, momenta), key=lambda pair: heavy_ball(*pair))


def test_the_mean_over_starts_and_replicas_decides(tmp_path: Path) -> None:
    head = VALLEY.replace("start: [1, 1]", "start: [[1, 0], [0, 1]]\nreplicas: 3\nnoise: {std: 0.3}\nseed: 4")
    values = [0.02, 0.1, 0.15, 0.2, 0.25, 0.32, 0.4]
    shot = _load(tmp_path, f"  - sgd: {{lr: {{best_of: {values}}}}}\n", head)
    how: dict[str, Any] = dict(noise=shot.experiment.noise, seed=4, start_index=[0, 1] * 3, replica=[0, 0, 1, 1, 2, 2])

    def mean(lr: float) -> float:
        path = roll(OPTIMIZERS["sgd"](lr=lr), shot.surface, [[1, 0], [0, 1]] * 3, 5, **how)
        return float(sum(path.loss[:, -1]) / 6)

    assert shot.experiment.entries[0].optimizer.lr == min(values, key=mean)


def test_of_equals_the_smaller_value(tmp_path: Path) -> None:
    made = _one(tmp_path, "momentum: {lr: {best_of: [3, 0.2, 1]}, momentum: {best_of: [0.9, 0.5]}}", FLAT).optimizer
    assert (made.lr, made.momentum) == (0.2, 0.5)


def test_a_ball_that_diverges_counts_as_infinite(tmp_path: Path) -> None:
    head = VALLEY.replace("[1, 1]", "[[0, 0], [1, 1]]").replace("steps: 5", "steps: 3000")
    entry = _one(tmp_path, "sgd: {lr: {best_of: [0.001, 2]}}", head)  # with 2 one ball rests, the other explodes
    assert (entry.optimizer.lr, entry.search.words) == (0.001, "best of 2, the smallest")


def test_where_all_diverge_the_smallest_is_taken_and_said(tmp_path: Path) -> None:
    head = VALLEY.replace("steps: 5", "steps: 3000")
    entry = _one(tmp_path, "sgd: {lr: {best_of: [4, 2, 3]}}", head)
    assert (entry.optimizer.lr, entry.search.words) == (2, "best of 3, all diverged")
    some = _one(tmp_path, "sgd: {lr: {best_of: [4, 2, 3]}}", head.replace("[1, 1]", "[[0, 0], [1, 1]]"))
    assert some.search.words == "best of 3, balls of all diverged"


@dataclass(frozen=True)
class Costly(Optimizer):
    """Gradient descent that asks for twice as many gradients with a large lr."""

    lr: float = parameter(0.1, low=0, doc="learning rate")

    def init(self, points: Array, hyper: Hyper) -> State:
        return {}

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        if hyper.lr > 0.12:
            objective.gradient(points + 1)
        return {}, points - hyper.lr * objective.gradient(points)


def test_as_many_gradients_for_each(tmp_path: Path) -> None:
    shot = _load(tmp_path, "  - sgd\n")

    def entry(lr: float) -> Entry:
        one = np.zeros(1, np.int64)
        return Entry("costly", "", None, Costly(lr), np.ones((1, 2)), {}, one, one, {}, None)

    experiment = Experiment(shot.surface, (), steps=4)
    assert _descent(0.13, 4) < _descent(0.12, 4) < _descent(0.13, 2)
    assert best(experiment, [[entry(0.12), entry(0.13)]]) == [(0, False)]


def test_beside_a_sweep_each_value_has_its_own_best(tmp_path: Path) -> None:
    values = [0.02, 0.05, 0.1, 0.2]
    made = _load(tmp_path, f"  - sgd: {{lr: {{best_of: {values}}}, weight_decay: {{sweep: [0, 3]}}}}\n  - adam\n")

    def shrunk(lr: float) -> float:  # a decay of 3 makes the curvatures 5 and 9
        return (1 - 5 * lr) ** 10 + 3 * (1 - 9 * lr) ** 10

    wanted = [(min(values, key=_descent), 0.0), (min(values, key=shrunk), 3.0)]
    assert [(e.optimizer.lr, e.optimizer.weight_decay) for e in made.experiment.entries[:2]] == wanted
    assert [entry.label for entry in made.experiment.entries] == [
        "SGD lr=0.2, weight_decay=0, best of 4",
        "SGD lr=0.1, weight_decay=3, best of 4",
        "Adam",
    ]


def test_parts_of_pairs_and_rules(tmp_path: Path) -> None:
    for entry in (
        "adam: {betas.0: {best_of: [0.2, 0.9]}, lr: 0.3}",
        "adam: {betas: [{best_of: [0.2, 0.9]}, 0.999], lr: 0.3}",
    ):
        found = _one(tmp_path, entry)
        lone = [
            _load(tmp_path, f"  - adam: {{betas: [{b}, 0.999], lr: 0.3}}\n").roll()[0].loss[0, -1] for b in (0.2, 0.9)
        ]
        assert found.optimizer.betas == ((0.2, 0.9)[int(np.argmin(lone))], 0.999)
    rule = _one(tmp_path, "rule: {lr: {best_of: [0.01, 0.2, 0.3]}, update: w = w - lr*grad(w)}")
    assert (rule.optimizer.lr, rule.label) == (0.2, "Rule lr=0.2, best of 3")


@pytest.mark.parametrize(
    "entry, wanted, label",
    [
        ("sam: {optimizer: {sgd: {lr: {best_of: [0.01, 0.1, 0.3]}}}, rho: 0.0}", 0.1, "SAM lr=0.1, best of 3"),
        ("lookahead: {optimizer: {sgd: {lr: {best_of: [0.01, 0.1, 0.3]}}}, alpha: 1.0}", 0.1, None),
        ("sam: {optimizer: {sam: {optimizer: {sgd: {lr: {best_of: [0.01, 0.1]}}}, rho: 0.0}}, rho: 0.0}", 0.1, None),
    ],
)
def test_numbers_of_an_optimizer_inside_another(tmp_path: Path, entry: str, wanted: float, label: str | None) -> None:
    shot = _load(tmp_path, f"  - {entry}\n")  # all of them plain descent, of which 0.1 is the best
    (made,) = shot.experiment.entries
    assert made.optimizer.lr == wanted and label in (None, made.label)
    path = tmp_path / "again.yaml"
    path.write_text(json.dumps(shot.resolved))
    assert load(path).shot.resolved == shot.resolved


def test_sweeps_and_pairs_of_an_optimizer_inside_another(tmp_path: Path) -> None:
    entry = "sam: {optimizer: {adam: {betas.0: {sweep: [0.5, 0.9]}, weight_decay: {best_of: [0.3, 0]}}}, lr: 0.3}"
    made = _load(tmp_path, f"  - {entry}\n").experiment.entries
    assert [each.optimizer.inside().betas for each in made] == [(0.5, 0.999), (0.9, 0.999)]
    assert [each.search.brief for each in made] == ["best of 2", "best of 2"]
    assert all(
        "optimizer=adam(" in each.label and "betas=[0." in each.label and each.label.endswith("best of 2")
        for each in made
    )


@pytest.mark.parametrize(
    "entry, label, details",
    [
        ("sgd: {lr: {best_of: [0.1, 0.2, 0.3]}}", "SGD lr=0.2, best of 3", ""),
        ("sgd: {lr: {best_of: [0.01, 0.1]}}", "SGD lr=0.1, best of 2", "the largest"),
        ("sgd: {lr: {best_of: [0.1, 0.2, 0.3]}, label: Mine}", "Mine", "lr 0.2, best of 3"),
        ("sgd: {lr: {best_of: [0.01, 0.1]}, label: Mine}", "Mine", "lr 0.1, best of 2, the largest"),
        ("sgd: {lr: {best_of: {from: 0.15, to: 0.3, count: 5}}}", "SGD lr=0.2121, best of 5", ""),
        ("adam: {lr: 0.3, betas.0: {best_of: [0.1, 0.2]}}", None, None),
    ],
)
def test_label_and_legend_say_it(tmp_path: Path, entry: str, label: str | None, details: str | None) -> None:
    made = _one(tmp_path, entry)
    told = row(made, "#FFFFFF", ())
    if label is not None:
        assert (told.label, told.details) == (label, details)
    else:
        assert "betas" in told.label and told.label.count("betas") + told.details.count("betas") == 1


def test_reports_and_data_say_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = _path(tmp_path, "  - sgd: {lr: {best_of: [0.01, 0.1]}}\n")
    assert main([str(path), "--check"]) == 0
    assert "lr=0.1, best of 2, the largest: loss" in capfd.readouterr().out
    shot = load(path).shot
    write(tmp_path / "a.csv", shot.experiment, shot.roll(), shot.resolved)
    assert (tmp_path / "a.csv").read_text().splitlines()[1].startswith('"SGD lr=0.1, best of 2",sgd,0,0,1.0,1.0,4.0')
    write(tmp_path / "a.json", shot.experiment, shot.roll(), shot.resolved)
    told = json.loads((tmp_path / "a.json").read_text())
    assert told["config"]["optimizers"][0]["sgd"]["lr"] == {"best_of": [0.01, 0.1], "found": 0.1}


def test_what_travels_is_a_config_and_not_searched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = "  - adam: {lr: {best_of: {from: 0.01, to: 3, count: 7}}, betas.0: {best_of: [0.5, 0.9]}}\n"
    resolved = _load(tmp_path, entries).resolved
    path = tmp_path / "again.yaml"
    path.write_text(json.dumps(resolved))
    sizes = []
    monkeypatch.setattr(spec_best, "best", lambda e, groups: sizes.append(list(map(len, groups))) or best(e, groups))
    again = load(path).shot
    assert again.resolved == resolved and sizes == [[1]]
    assert again.experiment.entries[0].search.brief == "best of 14"


def test_the_window_searches_again_only_when_something_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _path(tmp_path, "  - momentum: {lr: {best_of: [0.02, 0.05, 0.1]}, momentum: 0.5}\n  - sgd\n")
    searched = []
    monkeypatch.setattr(spec_best, "best", lambda e, groups: searched.append(1) or best(e, groups))
    spec_best._known.clear()
    model = Model(lambda data, more: load_config(path, more, {}, data).shot, path.read_bytes())
    found = model.entries[0].optimizer.lr
    for value in (0.6, 0.7, 0.8):
        model.tune(0, "momentum", value)
        assert model.entries[0].optimizer.lr == found
    assert len(searched) == 1
    model.settle()
    assert len(searched) == 2
    model.tune(1, "lr", 0.01)
    model.settle()
    assert len(searched) == 2
    model.tune(0, "lr", 0.03)
    model.settle()
    assert (model.entries[0].optimizer.lr, model.entries[0].search, len(searched)) == (0.03, None, 2)


def test_set_and_follow_name_it_without_what_is_found(tmp_path: Path) -> None:
    entries = "  - sgd: {lr: {best_of: [0.1, 0.2]}}\n  - sgd: {lr: 0.3}\ncamera: {follow: SGD lr=best}\n"
    shot = _load(tmp_path, entries)
    assert shot.camera.follow == shot.experiment.entries[0].label == "SGD lr=0.2, best of 2"
    path = _path(tmp_path, entries.partition("camera")[0])
    changed = load_config(path, ['optimizers."SGD lr=best".weight_decay=0.5'], {}).shot
    assert [entry.optimizer.weight_decay for entry in changed.experiment.entries] == [0.5, 0]


def test_a_pair_takes_the_place_of_what_was_said_of_its_parts(tmp_path: Path) -> None:
    path = _path(tmp_path, "  - adam: {betas.0: {best_of: [0.5, 0.9]}}\n")
    (entry,) = load_config(path, ["optimizers.adam.betas=[0.1, 0.2]"], {}).shot.experiment.entries
    assert (entry.optimizer.betas, entry.search) == ((0.1, 0.2), None)


@pytest.mark.parametrize(
    "entry, told",
    [
        ("sgd: {lr: {best_of: []}}", "has no values"),
        ("sgd: {lr: {best_of: }}", "is empty"),
        ("sgd: {lr: {best_of: 3}}", "3 is neither a list nor a span"),
        ("sgd: {lr: {best_of: {values: [a]}}}", '"a" is not a number'),
        ("sgd: {lr: {best_of: [1, 2], sweep: [1, 2]}}", "a sweep stands alone"),
        ("sgd: {lr: {best_of: [1, 2], count: 3}}", "a best_of stands alone"),
        ("sgd: {lr: {best_of: [1, 2], found: 3}}", "3 is none of the values"),
        ("sgd: {lr: {best_of: [1, 2], found: x}}", '"x" is not a number'),
        ("sgd: {lr: {best_of: [0.1, -1]}}", "out of range"),
        ("sgd: {lr: {best_of: {from: 1, to: 2, count: 30000}}}", "10000"),
        ("sgd: {rate: {best_of: [0.1, 1]}}", "unknown key"),
        ("sgd: {lr: {best_of: [0.1, 1]}, start: [9, 9]}", "outside the domain"),
        ("sam: {optimizer: {sgd: {lr: {best_of: []}}}}", "has no values"),
        ("sam: {optimizer: {sgd: {rate: {best_of: [1, 2]}}}}", "unknown key"),
    ],
)
def test_mistakes_are_told_once_on_their_line(tmp_path: Path, entry: str, told: str) -> None:
    with pytest.raises(ConfigErrors, match=told) as error:
        _load(tmp_path, f"  - {entry}\n  - sgd: {{label: Two}}\n")
    assert [each.line for each in error.value.problems] == [5]


def test_the_schema_takes_what_is_read() -> None:
    check = jsonschema.Draft202012Validator(schema())
    for entry in (
        {"sgd": {"lr": {"best_of": [0.1, 1]}}},
        {"sgd": {"lr": {"best_of": {"values": [0.1, 1]}, "found": 1}}},
        {"adam": {"betas.0": {"best_of": {"from": 0.1, "to": 0.9, "count": 3}}}},
        {"rule": {"lr": {"best_of": [0.1, 1]}, "update": "w = w - lr*grad(w)"}},
        {"sam": {"optimizer": {"adam": {"betas.0": {"sweep": [0.1, 1]}, "eps": {"best_of": [0.1, 1]}}}}},
    ):
        check.validate({"surface": "bowl", "optimizers": [entry]})
    with pytest.raises(jsonschema.ValidationError):
        check.validate({"surface": "bowl", "optimizers": [{"sgd": {"lr": {"best_of": [1], "sweep": [1]}}}]})
