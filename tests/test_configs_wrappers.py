"""Optimizers that hold another one, in YAML: by name, or by one name with hyperparameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import loading
import numpy as np
import pytest

from tests.test_configs_schema import VALIDATOR, as_json
from thalweg.engine import OPTIMIZERS, roll
from thalweg.experiment.experiment import Entry
from thalweg.live.write_back import written
from thalweg.spec import ConfigErrors
from thalweg.spec.reader import read

NESTED = "surface: bowl\nsteps: 30\noptimizers:\n  - lookahead: {optimizer: {adam: {lr: 0.1, betas: [0.5, 0.9]}}}\n"


def entry(tmp_path: Path, text: str, *overrides: str) -> Entry:
    file = tmp_path / "a.yaml"
    file.write_text(text)
    (made,) = loading.experiment(file, overrides).entries
    return made


def body(text: str) -> str:
    return f"surface: bowl\nsteps: 30\noptimizers:\n  - {text}\n"


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("lookahead: {optimizer: sgd, lr: 0.1}", "lookahead", {"optimizer": "sgd", "lr": 0.1}),
        (
            "lookahead: {optimizer: {adam: {lr: 0.1, betas: [0.5, 0.9]}}, k: 3}",
            "lookahead",
            {"optimizer": {"adam": {"betas": (0.5, 0.9)}}, "lr": 0.1, "k": 3},
        ),
        (
            "sam: {optimizer: {momentum: {momentum: 0.8}}, lr: 0.03}",
            "sam",
            {"optimizer": {"momentum": {"momentum": 0.8}}, "lr": 0.03},
        ),
        ("sam: {optimizer: {adam: }}", "sam", {"optimizer": "adam"}),
        ("sam: {optimizer: {adam: {}}}", "sam", {"optimizer": "adam"}),
        (
            "lookahead: {optimizer: {sam: {rho: 0.1, optimizer: {adam: {lr: 0.3, eps: 1e-3}}}}}",
            "lookahead",
            {"optimizer": {"sam": {"rho": 0.1, "optimizer": {"adam": {"eps": 0.001}}}}, "lr": 0.3},
        ),
        (
            "cautious: {optimizer: {rule: {lr: 0.2, b: 0.5, update: 'w = w - lr*b*grad(w)', label: Mine}}}",
            "cautious",
            {"optimizer": {"rule": {"b": 0.5, "update": "w = w - lr*b*grad(w)"}}, "lr": 0.2},
        ),
        (
            "average: {ema: true, optimizer: {cautious: {optimizer: {rule: {update: 'w -= 0.1*grad(w)'}}}}}",
            "average",
            {"ema": True, "optimizer": {"cautious": {"optimizer": {"rule": {"update": "w -= 0.1*grad(w)"}}}}},
        ),
    ],
)
def test_the_entry_is_the_optimizer_that_python_makes(
    text: str, name: str, arguments: dict[str, Any], tmp_path: Path
) -> None:
    made = entry(tmp_path, body(text))
    wanted = OPTIMIZERS[name](**arguments)
    assert made.chosen["lr"] == wanted.lr
    starts = np.array([[1.0, 2.0], [-1.0, 0.5]])
    surface = loading.experiment(tmp_path / "a.yaml").surface
    ours, theirs = (roll(each, surface, starts, 30).positions for each in (made.optimizer, wanted))
    assert ours.tobytes() == theirs.tobytes()
    VALIDATOR.validate(as_json(read(body(text))[0].plain))


def test_it_travels_with_the_film_and_is_told(tmp_path: Path) -> None:
    shot = loading.shot(_written(tmp_path, NESTED))
    told = shot.resolved["optimizers"][0]["lookahead"]
    assert told["optimizer"] == {"adam": {"betas": [0.5, 0.9]}} and told["lr"] == 0.1
    assert shot.experiment is not None
    assert shot.experiment.entries[0].chosen == {"optimizer": "adam(betas=[0.5, 0.9])", "lr": 0.1}
    VALIDATOR.validate(shot.resolved)


def _written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "b.yaml"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("text", "override", "lr", "given"),
    [
        (NESTED, "optimizers.lookahead.lr=0.2", 0.2, "adam(betas=[0.5, 0.9])"),
        (NESTED, "optimizers.0.optimizer.adam.lr=0.2", 0.2, "adam(betas=[0.5, 0.9])"),
        (NESTED, "optimizers.0.optimizer.adam.betas.1=0.99", 0.1, "adam(betas=[0.5, 0.99])"),
        (NESTED, "optimizers.0.optimizer={sgd: {lr: 0.4}}", 0.4, "sgd"),
        (NESTED, "optimizers.0.optimizer={rule: {b: 2, update: 'w -= lr*b*grad(w)'}}", 0.05, "rule(b=2)"),
        (body("sam: {optimizer: adam, lr: 0.3}"), "optimizers.sam.optimizer.adam.eps=1", 0.3, "adam(eps=1)"),
        (body("sam: {optimizer: adam}"), "optimizers.sam.optimizer.adam.lr=0.5", 0.5, "adam"),
        (body("sam"), "optimizers.sam.optimizer.adam.lr=0.5", 0.5, "adam"),
        (
            body("lookahead: {optimizer: {sam: {optimizer: {adam: {lr: 0.3}}}}}"),
            "optimizers.0.lr=0.2",
            0.2,
            "sam(optimizer=adam)",
        ),
    ],
)
def test_what_is_set_on_the_command_line(text: str, override: str, lr: float, given: str, tmp_path: Path) -> None:
    made = entry(tmp_path, text, override)
    assert (made.chosen["lr"], made.chosen["optimizer"]) == (lr, given)


def test_labels_on_the_command_line_are_those_of_the_film(tmp_path: Path) -> None:
    two = NESTED + "  - lookahead: {optimizer: {adam: {lr: 0.3}}, k: 3}\n"
    labels = [each.label for each in loading.experiment(_written(tmp_path, two)).entries]
    changed = loading.experiment(_written(tmp_path, two), [f'optimizers."{labels[1]}".alpha=0.25'])
    assert [each.optimizer.alpha for each in changed.entries] == [0.5, 0.25]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (NESTED, NESTED.replace("lr: 0.1", "lr: 0.25")),
        (
            body("average: {optimizer: {rule: {lr: 0.1, update: 'w -= lr*grad(w)'}}}"),
            body("average: {optimizer: {rule: {lr: 0.25, update: 'w -= lr*grad(w)'}}}"),
        ),
        (body("sam: {optimizer: {adam: {eps: 1e-3}}}"), body("sam: {optimizer: {adam: {eps: 1e-3}}, lr: 0.25}")),
        (
            body("sam:\n      optimizer:\n        adam:\n          lr: 0.1   # mine"),
            body("sam:\n      optimizer:\n        adam:\n          lr: 0.25   # mine"),
        ),
    ],
)
def test_the_window_writes_the_learning_rate_where_it_stands(text: str, after: str, tmp_path: Path) -> None:
    assert written(text, {(0, "lr"): 0.25}) == after
    assert entry(tmp_path, after).chosen["lr"] == 0.25


@pytest.mark.parametrize(
    "text",
    [
        "sam: {optimizer: {adm: {}}}",
        "sam: {optimizer: {adam: {bets: [1, 2]}}}",
        "sam: {optimizer: {adam: {}, sgd: {}}}",
        "sam: {optimizer: {adam: {eps: -1}}}",
        "sam: {optimizer: {sam: {optimizer: {sgd: {lr: fast}}}}}",
        "sam: {optimizer: {rule: {lr: 0.1}}}",
        "sam: {optimizer: rule}",
        "sam: {optimizer: {rule: {lr: fast, update: 'w -= lr*grad(w)'}}}",
        "sam: {optimizer: {rule: {label: 3, update: 'w -= 0.1*grad(w)'}}}",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(text: str, tmp_path: Path) -> None:
    assert not VALIDATOR.is_valid(as_json(read(body(text))[0].plain))
    with pytest.raises(ConfigErrors):
        entry(tmp_path, body(text))
