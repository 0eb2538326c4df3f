"""--set: what keys mean, how values are read, and how problems are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import loading
import pytest

from thalweg.experiment.experiment import Experiment
from thalweg.film.shot import Shot
from thalweg.spec import ConfigErrors
from thalweg.spec.overrides import split

TEXT = """surface: bowl_with_two_holes
start: [[0, 1], [1, 1]]
optimizers:
  - sgd: {lr: 0.1}
  - sgd: {lr: 0.2}
  - adam
  - rmsprop: {label: "a.b=c"}
"""


def setting(folder: Path, *overrides: str, text: str = TEXT) -> Shot:
    path = folder / "film.yaml"
    path.write_text(text)
    return loading.shot(path, overrides)


def rolling(folder: Path, *overrides: str, text: str = TEXT) -> Experiment:
    found = setting(folder, *overrides, text=text).experiment
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "keys", "value"),
    [
        ("steps=5", ["steps"], "5"),
        ("a.b.c=x=y", ["a", "b", "c"], "x=y"),
        ('optimizers."a.b=c".lr=1', ["optimizers", "a.b=c", "lr"], "1"),
        ("optimizers.'SGD lr=0.1'.lr=1", ["optimizers", "SGD lr=0.1", "lr"], "1"),
        ("title=", ["title"], ""),
    ],
)
def test_keys_are_split_at_dots_outside_quotes(text: str, keys: list[str], value: str) -> None:
    assert split(text) == (keys, value)


@pytest.mark.parametrize(
    ("override", "index", "lr"),
    [
        ("optimizers.adam.lr=0.5", 2, 0.5),
        ("optimizers.Adam.lr=0.5", 2, 0.5),
        ("optimizers.1.lr=0.5", 1, 0.5),
        ("optimizers.1.sgd.lr=0.5", 1, 0.5),
        ('optimizers."SGD lr=0.2".lr=0.5', 1, 0.5),
        ('optimizers."a.b=c".lr=1e-3', 3, 0.001),
        ("optimizers.2={adam: {lr: 0.25}}", 2, 0.25),
    ],
)
def test_entries_by_label_name_and_index(override: str, index: int, lr: float, tmp_path: Path) -> None:
    changed, plain = rolling(tmp_path, override), rolling(tmp_path)
    rates = [entry.chosen["lr"] for entry in plain.entries]
    rates[index] = lr
    assert [entry.chosen["lr"] for entry in changed.entries] == rates


def test_labels_are_those_of_the_file_for_every_set(tmp_path: Path) -> None:
    experiment = rolling(tmp_path, 'optimizers."SGD lr=0.1".lr=0.7', 'optimizers."SGD lr=0.1".momentum=0.5')
    assert experiment.entries[0].chosen == {"lr": 0.7, "momentum": 0.5}


def test_sections_are_opened_where_they_are_missing_or_short(tmp_path: Path) -> None:
    shot: Any = setting(
        tmp_path,
        "surface.parameters.h2=1",
        "scene.hold=4",
        "camera.phi=50",
        "video.fps=25",
        "start.1.0=0.5",
        "title='5'",
        "optimizers.adam.start={random: 3}",
    )
    experiment = shot.experiment
    assert experiment.surface.h2 == 1
    assert shot.options.hold == 4
    assert (shot.camera.phi, shot.video.fps, shot.title) == (50, 25, "5")
    assert experiment.entries[0].starts.tolist() == [[0, 1], [0.5, 1]]
    assert len(experiment.entries[2].starts) == 3


def test_aliases_do_not_carry_an_override_elsewhere(tmp_path: Path) -> None:
    text = "surface: bowl\noptimizers:\n  - sgd: &same {lr: 0.1}\n  - adam: *same\n"
    experiment = rolling(tmp_path, "optimizers.adam.lr=0.9", text=text)
    assert [entry.chosen["lr"] for entry in experiment.entries] == [0.1, 0.9]


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("steps", "there is no =; write KEY=VALUE, for example steps=500"),
        ("steps=many", '"many" is not a whole number; use a whole number from 1 to 1000000'),
        ("stepz=5", "unknown key; did you mean steps?"),
        ("steps=0", "0 is out of range; use a whole number from 1 to 1000000"),
        ("steps=", "is empty; use a whole number from 1 to 1000000"),
        (".steps=5", "a part of the key is empty; write it like optimizers.adam.lr=0.01"),
        ('"steps=5', 'a quote is not closed; close it with "'),
        ("optimizers.0.lr.x=5", "sgd.lr holds 0.1, nothing is below it; set sgd.lr itself"),
        ("optimizers.sgd.lr=1", '2 entries are sgd; use "SGD lr=0.1" or "SGD lr=0.2", or an index from 0'),
        ("optimizers.adan.lr=1", 'there is no optimizer "adan" in the file; did you mean Adam?'),
        ("optimizers.adam.lrr=1", "unknown key; did you mean lr?"),
        ("optimizers.0.lr=-1", "-1 is out of range; use a number >= 0"),
        ("start.5=[0, 0]", 'start has no "5"; use an index from 0 to 1'),
        ("start=[0, 99]", "[0, 99] lies outside the domain; use x from -3 to 3, y from -3 to 3"),
        ("surface=bowll", 'unknown surface "bowll"; did you mean bowl?'),
        ("video.fps=[", "not YAML: "),
        ("scene=!!python/name:os.system", "the tag !!python/name:os.system is not read here; "),
        ("record=some", '"some" is unknown; use all, last or {every: 10}'),
        ("noise.stdd=1", "has neither std, relative nor batch; did you mean std?"),
        ("noise.batch=8", "this surface is no sum over examples; add noise by std, or take another surface"),
        ("optimizers.adam.schedule=cosin", 'unknown schedule "cosin"; did you mean cosine?'),
        ("optimizers.adam.clip.norm=0", "0 is out of range; use a number > 0"),
        ("style={grid: 1, grid: 2}", "grid is written twice; keep one"),
    ],
)
def test_problems_name_the_set(override: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors) as caught:
        setting(tmp_path, override)
    assert [str(each) for each in caught.value.problems][0].startswith(f"--set {override}: {words}")
    assert len(caught.value.problems) == 1


def test_problems_of_the_command_line_come_before_those_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors) as caught:
        setting(tmp_path, "steps=0", text="surface: bowll\noptimizers: [sgd]\n")
    first, second = map(str, caught.value.problems)
    assert first.startswith("--set steps=0: ")
    assert second.endswith(':1: surface: unknown surface "bowll"; did you mean bowl?')
