"""What a YAML may say, and what becomes of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import loading
import numpy as np
import pytest

from thalweg.experiment.experiment import Experiment
from thalweg.film import SCENES
from thalweg.film.sections import Camera3D, Video
from thalweg.film.shot import Shot
from thalweg.spec import ConfigErrors, find, load
from thalweg.spec.find import FOLDER

BASE = "surface: bowl\noptimizers: [sgd]\n"
Load = Callable[..., Shot]
Read = Callable[..., Experiment]
SHIPPED = sorted(path for path in FOLDER.rglob("*.yaml"))


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """Loads YAML text."""

    def load_text(text: str, **options: Any) -> Shot:
        path = tmp_path / "film.yaml"
        path.write_text(text, encoding="utf-8")
        return loading.shot(path, **options)

    return load_text


@pytest.fixture
def rolled(loaded: Load) -> Read:
    """What rolls in YAML text."""

    def experiment(text: str, **options: Any) -> Experiment:
        found = loaded(text, **options).experiment
        assert found is not None
        return found

    return experiment


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_resolved_config_is_a_config_of_the_same_experiment(path: Path, loaded: Load) -> None:
    for first in load(path).shots:
        again = loaded(json.dumps(first.resolved, allow_nan=False))
        assert again.resolved == first.resolved
        assert (again.kind, again.options, again.style, again.camera) == (
            first.kind,
            first.options,
            first.style,
            first.camera,
        )
        if first.experiment is None:
            assert again.experiment is None
            continue
        assert again.experiment is not None
        assert again.experiment.entries[0].optimizer == first.experiment.entries[0].optimizer
        assert [entry.label for entry in again.experiment.entries] == [
            entry.label for entry in first.experiment.entries
        ]


def test_defaults(loaded: Load) -> None:
    shot = loaded(BASE)
    experiment = shot.experiment
    assert experiment is not None and experiment.surface is shot.surface
    assert (shot.name, shot.kind, experiment.steps, experiment.seed) == ("film", "race", 300, 0)
    assert (experiment.tolerance, experiment.noise, experiment.record) == (0.02, None, "all")
    assert (shot.camera, shot.style) == (Camera3D(), SCENES["race"].style())
    assert shot.video == Video(1280, 720, 30, None, transparent=False, pace="dramatic")
    (entry,) = experiment.entries
    assert (entry.name, entry.label, entry.color, entry.chosen) == ("sgd", "SGD", None, {"lr": 0.1})
    assert np.array_equal(entry.starts, [experiment.surface.start])


@pytest.mark.parametrize("entry", ["- sgd", "- sgd:", "- sgd: {}", "- sgd: null", "- {sgd: }"])
def test_the_bare_forms_of_an_entry(entry: str, loaded: Load) -> None:
    assert loaded(f"surface: bowl\noptimizers:\n  {entry}\n").resolved == loaded(BASE).resolved


def test_anchors_and_merges_in_entries(rolled: Read) -> None:
    experiment = rolled(
        "surface: bowl\noptimizers:\n  - sgd: &base {lr: 0.2, weight_decay: 0.1}\n"
        "  - momentum: {<<: *base, lr: 0.3}\n  - sgd: *base\n"
    )
    assert [entry.chosen["lr"] for entry in experiment.entries] == [0.2, 0.3, 0.2]
    assert experiment.entries[1].chosen["weight_decay"] == 0.1
    assert [entry.label for entry in experiment.entries] == ["SGD", "Momentum", "SGD (2)"]


@pytest.mark.parametrize(
    ("start", "balls"),
    [
        ("[0.5, -1]", [[0.5, -1]]),
        ("[[0, 1], [1, 2e0]]", [[0, 1], [1, 2]]),
        ("{grid: [1, 2]}", [[0, -1.5], [0, 1.5]]),
        ("{grid: [2, 1], box: {x: [0, 1], y: [1, 3]}}", [[0.25, 2], [0.75, 2]]),
    ],
)
def test_forms_of_start(start: str, balls: list[list[float]], rolled: Read) -> None:
    assert rolled(BASE + f"start: {start}").entries[0].starts == pytest.approx(np.array(balls))
    own = rolled(f"surface: bowl\noptimizers:\n  - sgd: {{start: {start}}}\n  - sgd\n")
    assert own.entries[0].starts == pytest.approx(np.array(balls))
    assert len(own.entries[1].starts) == 1


def test_random_starts_come_from_their_seed_and_lie_in_their_box(rolled: Read) -> None:
    first, same, other, own = (
        rolled(BASE + tail).entries[0].starts
        for tail in (
            "start: {random: 20, box: {x: [0, 1]}}",
            "start: {random: 20, box: {x: [0, 1]}}",
            "start: {random: 20, box: {x: [0, 1]}}\nseed: 1",
            "start: {random: 20, box: {x: [0, 1]}, seed: 1}",
        )
    )
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)
    assert np.array_equal(other, own)
    assert ((first[:, 0] >= 0) & (first[:, 0] <= 1)).all()
    assert np.ptp(first[:, 1]) > 1


@pytest.mark.parametrize(
    ("entries", "labels"),
    [
        ("[sgd, adam]", ["SGD", "Adam"]),
        ("[sgd: {lr: 0.1}, sgd: {lr: 0.2}]", ["SGD lr=0.1", "SGD lr=0.2"]),
        ("[sgd, sgd: {lr: 0.1}]", ["SGD", "SGD (2)"]),
        (
            "[sgd, sgd: {momentum: 0.9, nesterov: true}]",
            ["SGD momentum=0, nesterov=false", "SGD momentum=0.9, nesterov=true"],
        ),
        ("[adam: {betas: [0.9, 0.99]}, adam]", ["Adam betas=[0.9, 0.99]", "Adam betas=[0.9, 0.999]"]),
        ("[sgd: {start: [0, 1]}, sgd: {start: [1, 1]}]", ["SGD from (0, 1)", "SGD from (1, 1)"]),
        ("[sgd: {start: [0, 1]}, sgd: {start: [0, 1]}, sgd]", ["SGD from (0, 1)", "SGD from (0, 1) (2)", "SGD"]),
        ("[sgd: {label: Mine}, sgd: {lr: 3}, adam: {label: SGD lr=3}]", ["Mine", "SGD lr=3 (2)", "SGD lr=3"]),
    ],
)
def test_labels(entries: str, labels: list[str], rolled: Read) -> None:
    assert [entry.label for entry in rolled(f"surface: bowl\noptimizers: {entries}\n").entries] == labels


def test_surfaces_by_name_with_parameters_and_domain(loaded: Load) -> None:
    surface: Any = loaded(
        "surface:\n  name: bowl_with_two_holes\n  parameters: {h2: 1, center_2: [1, 2]}\n"
        "  domain: {x: [-2, 4]}\noptimizers: [sgd]\n"
    ).surface
    assert (surface.h2, surface.center_2, surface.h1) == (1.0, (1.0, 2.0), 0.5)
    assert surface.domain[0] == (-2, 4)
    assert surface.domain[1] == type(surface)().domain[1]


def test_surfaces_by_formula(loaded: Load) -> None:
    shot = loaded(
        'surface: {expression: "x**2 + a*abs(y)", parameters: {a: 0.5}, domain: {y: [-1, 1]}}\noptimizers: [sgd]\n'
    )
    assert shot.surface is not None
    assert shot.surface.domain == ((-3, 3), (-1, 1))
    assert shot.surface.value(np.array([2.0, -1.0])) == pytest.approx(4.5)
    assert shot.resolved["surface"]["expression"] == "x**2 + a*abs(y)"
    assert shot.resolved["surface"]["parameters"] == {"a": 0.5}


def test_a_start_the_new_domain_lacks_gives_way(rolled: Read) -> None:
    experiment = rolled("surface: {name: bowl, domain: {x: [1, 2], y: [1, 2]}}\noptimizers: [sgd]\n")
    assert experiment.entries[0].starts == pytest.approx(np.array([[1.15, 1.85]]))


def test_whole_floats_colours_and_corners(loaded: Load) -> None:
    shot = loaded(
        "steps: 1e3\nsurface: bowl\n"
        "optimizers:\n  - sgd: {color: '#f80'}\n  - adam: {color: '#12ab34'}\n"
        "style: {legend: bottom_right, counter: false, z_scale: 2, background: null}\n"
    )
    experiment, style = shot.experiment, shot.style
    assert experiment is not None
    assert experiment.steps == 1000
    assert isinstance(experiment.steps, int)
    assert [entry.color for entry in experiment.entries] == ["#FF8800", "#12AB34"]
    assert (style.legend, style.counter, style.z_scale) == ("bottom_right", False, 2.0)


def test_the_command_line_wins_over_the_file_and_the_file_over_medium(loaded: Load) -> None:
    text = BASE + "video: {resolution: 640x360, fps: 10}\n"
    sizes = [
        loaded(text, video=video).video
        for video in (
            {},
            {"quality": "low"},
            {"fps": "12"},
            {"quality": "high", "resolution": "100x200"},
            {"transparent": True},
        )
    ]
    assert [(video.width, video.height, video.fps) for video in sizes] == [
        (640, 360, 10),
        (854, 480, 30),
        (640, 360, 12),
        (100, 200, 60),
        (640, 360, 10),
    ]
    assert [video.transparent for video in sizes] == [False] * 4 + [True]


def test_empty_sections_are_defaults(loaded: Load) -> None:
    assert loaded(BASE + "camera:\nstyle: {}\nvideo: null\n").resolved == loaded(BASE).resolved


def test_a_lone_dollar_is_a_dollar(loaded: Load) -> None:
    assert loaded(BASE + "title: It costs 5 $\n").title == "It costs 5 $"


def test_a_byte_order_mark_and_crlf_are_read(tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert loading.experiment(path).steps == 300


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "not a regular file"),
        (lambda path: os.mkfifo(path), "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
        (lambda path: path.symlink_to("nowhere"), "cannot be read"),
        (lambda path: path.write_bytes(b"a: 1\nb: \xff\n"), ":2: byte 0xff is not UTF-8"),
        (lambda path: path.write_text("# " + "x" * 1_000_001), "film.yaml:1: more than 1 MB is too large"),
    ],
    ids=["folder", "pipe", "device", "dangling", "bytes", "large"],
)
def test_files_that_cannot_be_read(make: Callable[[Path], Any], words: str, tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    make(path)
    with pytest.raises(ConfigErrors) as caught:
        load(path)
    assert len(caught.value.problems) == 1
    assert words in str(caught.value)


def test_find_bare_names_paths_and_the_nearest_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = SHIPPED[0].stem
    assert find(name).samefile(SHIPPED[0])
    (tmp_path / "own.yaml").write_text(BASE)
    assert find("own.yaml") == Path("own.yaml")
    with pytest.raises(ConfigErrors, match=f"did you mean {name}"):
        find(name + "x")
    with pytest.raises(ConfigErrors, match="no such file"):
        find("there/is/none.yaml")


def test_where_values_were_written(loaded: Load) -> None:
    shot = loaded(BASE + "video:\n  fps: 25\n", overrides=["steps=5"])
    fps, steps = shot.written("video", "fps"), shot.written("steps")
    assert fps is not None and (fps.line, fps.source) == (4, "")
    assert steps is not None and steps.source == "--set steps=5"
    assert shot.written("video", "seconds") is None


EDGE = 'surface: {expression: "x**2 + y**2", domain: {x: [-0.9, 0.9], y: [1000, 1004]}}\noptimizers: [sgd]\nstart: %s\n'


@pytest.mark.parametrize(
    ("start", "points"),
    [
        ("[-0.9000000000000001, 1001]", [[-0.9, 1001]]),
        ("[0.9000017, 1004.0000039]", [[0.9, 1004]]),
        ("[[0.5, 999.999996], [0, 1002]]", [[0.5, 1000], [0, 1002]]),
        ("[0.89999999999, 1001]", [[0.89999999999, 1001]]),
        ("{grid: [1, 1], box: {x: [0.5, 0.9000017], y: [1000, 1002]}}", [[0.7, 1001]]),
    ],
)
def test_what_rounding_alone_keeps_outside_is_on_the_edge(start: str, points: list[list[float]], rolled: Read) -> None:
    assert rolled(EDGE % start).entries[0].starts.tolist() == points


@pytest.mark.parametrize("start", ["[0.9000019, 1001]", "[0, 999.9999]", "[0, 1004.0000041]"])
def test_what_lies_farther_outside_is_told(start: str, loaded: Load) -> None:
    with pytest.raises(ConfigErrors, match="outside the domain; use x from -0.9 to 0.9, y from 1000 to 1004"):
        loaded(EDGE % start)


@pytest.mark.parametrize("text", ["log(x) + y", "sqrt(x - 2.9) + y", "(1000*x)**120", "log(x*y - 8)"])
def test_a_start_where_the_surface_is_not_finite_is_told_one_where_it_is(text: str, rolled: Read) -> None:
    config = f'surface: {{expression: "{text}"}}\noptimizers: [sgd]\nstart: [-1.5, 0]\n'
    with pytest.raises(ConfigErrors, match="not finite at ") as caught:
        rolled(config)
    cure = str(caught.value).rpartition("for example at ")[2]
    assert rolled(config, overrides=[f"start={cure}"]).entries[0].starts.shape == (1, 2)
