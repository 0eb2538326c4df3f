"""Schedules, clipping, noise and replicas in the YAML, in Entry, and in the data files."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import loading
import numpy as np
import pytest

from thalweg.engine.clip import Clip
from thalweg.engine.noise import NOISES
from thalweg.engine.schedules import SCHEDULES, Schedule
from thalweg.experiment.data import write
from thalweg.experiment.experiment import Experiment
from thalweg.film.shot import Shot
from thalweg.system.machine import memory_needed

Load = Callable[[str], Shot]
Read = Callable[[str], Experiment]
RACE = """surface: least_squares
steps: 20
seed: 3
start: [[-1, 1], [1, 0], [2, 2]]
replicas: 2
noise: {std: 0.2}
optimizers:
"""
ENTRIES = ("- sgd: {lr: 0.1}", "- adam: {schedule: cosine}", "- nag: {start: [0, 0]}", "- momentum: {clip: {value: 1}}")


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """Loads YAML text."""

    def load_text(text: str) -> Shot:
        path = tmp_path / "film.yaml"
        path.write_text(text, encoding="utf-8")
        return loading.shot(path)

    return load_text


@pytest.fixture
def rolled(loaded: Load) -> Read:
    """What rolls in YAML text."""

    def experiment(text: str) -> Experiment:
        found = loaded(text).experiment
        assert found is not None
        return found

    return experiment


def entry(rolled: Read, text: str) -> Any:
    return rolled(f"surface: bowl\noptimizers:\n  - sgd: {{{text}}}\n").entries[0]


@pytest.mark.parametrize(
    ("text", "schedule", "words"),
    [
        ("schedule: cosine", {"lr": SCHEDULES["cosine"]()}, "cosine"),
        (
            "schedule: {kind: cosine, T_max: 100, eta_min: 1e-3}",
            {"lr": SCHEDULES["cosine"](T_max=100, eta_min=0.001)},
            "cosine",
        ),
        ("schedule: {warmup: 20}", {"lr": Schedule(warmup=20)}, "warmup 20"),
        (
            "schedule: {kind: step, step_size: 5, warmup: 3}",
            {"lr": SCHEDULES["step"](step_size=5, warmup=3)},
            "warmup 3, step",
        ),
        ("momentum: 0.9, schedule: {momentum: {kind: linear}}", {"momentum": SCHEDULES["linear"]()}, "momentum linear"),
        (
            "schedule: {lr: cosine, momentum: {kind: multistep, milestones: [5, 9]}}",
            {"lr": SCHEDULES["cosine"](), "momentum": SCHEDULES["multistep"](milestones=(5, 9))},
            "lr cosine, momentum multistep",
        ),
        ("schedule: {}", {}, None),
        ("schedule: null", {}, None),
    ],
)
def test_forms_of_a_schedule(text: str, schedule: dict[str, Schedule], words: str | None, rolled: Read) -> None:
    made = entry(rolled, text)
    assert made.schedule == schedule
    assert made.chosen.get("schedule") == words
    assert made.chosen["lr"] == 0.1, "the rate it starts from stays on screen"


@pytest.mark.parametrize(
    ("text", "clip", "words"),
    [
        ("clip: {norm: 2}", Clip(norm=2.0), "norm 2"),
        ("clip: {value: 0.5}", Clip(value=0.5), "value 0.5"),
        ("clip: null", None, None),
    ],
)
def test_clipping_is_named(text: str, clip: Clip | None, words: str | None, rolled: Read) -> None:
    made = entry(rolled, text)
    assert (made.clip, made.chosen.get("clip")) == (clip, words)


@pytest.mark.parametrize(
    ("text", "noise"),
    [
        ("{std: 0.1}", NOISES["gaussian"](std=0.1)),
        ("{relative: 0.5}", NOISES["gaussian"](relative=0.5)),
        ("{kind: gaussian, std: 1, relative: 2}", NOISES["gaussian"](std=1.0, relative=2.0)),
        ("{df: 3}", NOISES["student_t"](df=3.0)),
        ("{kind: student_t}", NOISES["student_t"]()),
        ("{batch: 8}", NOISES["batch"](batch=8)),
        ("null", None),
    ],
)
def test_forms_of_noise(text: str, noise: Any, loaded: Load) -> None:
    shot = loaded(f"surface: logistic\noptimizers: [sgd]\nnoise: {text}\n")
    again = loaded(json.dumps(shot.resolved))
    assert shot.experiment is not None and again.experiment is not None
    assert (shot.experiment.noise, again.experiment.noise) == (noise, noise)


@pytest.mark.parametrize(
    ("entries", "labels"),
    [
        ("[adam, adam: {schedule: cosine}]", ["Adam", "Adam cosine"]),
        (
            "[sgd: {schedule: {momentum: cosine}}, sgd: {schedule: linear, clip: {norm: 1}}]",
            ["SGD momentum cosine", "SGD linear, clip norm 1"],
        ),
        ("[adam: {schedule: cosine}, adam: {schedule: {kind: cosine, T_max: 9}}]", ["Adam cosine", "Adam cosine (2)"]),
    ],
)
def test_schedule_and_clipping_tell_labels_apart(entries: str, labels: list[str], rolled: Read) -> None:
    assert [each.label for each in rolled(f"surface: bowl\noptimizers: {entries}\n").entries] == labels


def test_balls_count_starts_then_replicas(rolled: Read) -> None:
    (made,) = rolled(RACE + ENTRIES[0]).entries
    assert made.starts.tolist() == [[-1, 1], [1, 0], [2, 2]] * 2
    assert made.start_index.tolist() == [0, 1, 2] * 2
    assert made.replica.tolist() == [0, 0, 0, 1, 1, 1]


def paths(experiment: Experiment) -> dict[str, np.ndarray]:
    return {each.label: path.positions for each, path in zip(experiment.entries, experiment.roll(), strict=True)}


@pytest.mark.parametrize("noise", ["{std: 0.2}", "{df: 2}", "{batch: 5}"])
def test_other_optimizers_change_no_run(noise: str, rolled: Read) -> None:
    race = RACE.replace("{std: 0.2}", noise)
    whole = paths(rolled(race + "\n".join(ENTRIES)))
    for chosen in ([0], [3, 1], [2, 0, 1, 3]):
        for label, positions in paths(rolled(race + "\n".join(ENTRIES[k] for k in chosen))).items():
            assert positions.tobytes() == whole[label].tobytes()
    more = paths(rolled(race.replace("replicas: 2", "replicas: 4") + ENTRIES[0]))["SGD"]
    assert more[:6].tobytes() == whole["SGD"].tobytes()
    assert len(np.unique(more[::3, -1], axis=0)) == 4, "replicas of one start go different ways"
    seeded = paths(rolled(race.replace("seed: 3", "seed: 4") + ENTRIES[0]))["SGD"]
    assert not (seeded[:, 1:] == whole["SGD"][:, 1:]).any()


def test_a_resolved_config_rolls_the_same(loaded: Load) -> None:
    text = RACE + "\n".join(ENTRIES) + "\n- sgd: {label: W, schedule: {warmup: 5}}"
    first = loaded(text)
    again = loaded(json.dumps(first.resolved, allow_nan=False))
    assert again.resolved == first.resolved
    ours, theirs = again.experiment, first.experiment
    assert ours is not None and theirs is not None
    assert [(each.schedule, each.clip) for each in ours.entries] == [
        (each.schedule, each.clip) for each in theirs.entries
    ]
    assert all((path == paths(ours)[label]).all() for label, path in paths(theirs).items())


def test_data_says_start_and_replica_of_every_run(loaded: Load, tmp_path: Path) -> None:
    shot = loaded(RACE + "\n".join(ENTRIES))
    experiment = shot.experiment
    assert experiment is not None
    trajectories = experiment.roll()
    for suffix in ("csv", "npz", "json"):
        write(tmp_path / f"out.{suffix}", experiment, trajectories, shot.resolved)
    with np.load(tmp_path / "out.npz", allow_pickle=False) as arrays:
        replica, start_index, ball, start = (arrays[name] for name in ("replica", "start_index", "ball", "start"))
    assert ball.tolist() == [*range(6), *range(6), 0, 1, *range(6)]
    assert replica.tolist() == [0, 0, 0, 1, 1, 1] * 2 + [0, 1] + [0, 0, 0, 1, 1, 1]
    assert start_index.tolist() == [0, 1, 2] * 4 + [0, 0] + [0, 1, 2] * 2
    assert start[3:6].tolist() == [[-1, 1], [1, 0], [2, 2]]
    runs = json.loads((tmp_path / "out.json").read_text("utf-8"))["runs"]
    assert [(run["replica"], run["start_index"]) for run in runs] == list(zip(replica, start_index, strict=True))
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20 * 21
    exact = experiment.surface.value(np.array([[float(row["x"]), float(row["y"])] for row in rows]))
    assert [float(row["loss"]) for row in rows] == exact.tolist()


def test_replicas_and_draws_count_as_memory(rolled: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    state = 8  # of sgd, for a ball: the steps made
    needed = memory_needed(6, 20, state) + 6 * NOISES["gaussian"](std=0.2).bytes_a_run(None, 20)
    assert needed > memory_needed(6, 20, state) > memory_needed(3, 20, state)
    for free, fits in ((needed / 0.8 + 1, True), (needed / 0.8 - 1, False)):
        monkeypatch.setattr("thalweg.spec.entries.memory_free", lambda free=free: free)
        if fits:
            assert len(rolled(RACE + ENTRIES[0]).entries) == 1
        else:
            with pytest.raises(Exception, match="fewer steps, starts or replicas"):
                rolled(RACE + ENTRIES[0])
