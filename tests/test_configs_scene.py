"""Scenes own their sections: what a scene does not read is an error where it stands, for the loader and the schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import jsonschema
import loading
import pytest

from tests.test_configs_schema import as_json
from thalweg.film import SCENES, SceneOptions
from thalweg.film.sections import CameraAbove, Look, SurfaceLook, VideoKeys
from thalweg.film.shot import Shot
from thalweg.registry import parameter
from thalweg.spec import ConfigErrors
from thalweg.spec.jsonschema import schema
from thalweg.spec.reader import read

Run = Callable[..., tuple[int, list[str], list[str]]]


@dataclass(frozen=True)
class Card(SceneOptions):
    """Needs nothing."""

    lines: int = parameter(1, low=1, high=9)


@dataclass(frozen=True)
class Land(SceneOptions):
    """Shows a surface, and a run where there is one."""

    needs = ("surface",)
    may = ("optimizers",)
    style: ClassVar[type[Look]] = SurfaceLook
    camera = CameraAbove


@dataclass(frozen=True)
class Bare(SceneOptions):
    """Shows a surface alone."""

    needs = ("surface",)


@dataclass(frozen=True)
class Single(SceneOptions):
    """Shows one optimizer."""

    needs = ("surface", "optimizer")


FAKES = {"fake_card": Card, "fake_land": Land, "fake_bare": Bare, "fake_single": Single}
SURFACE, RUN = "surface: bowl\n", "optimizers: [sgd]\nsteps: 5\n"
WHOLE = {
    "fake_card": "scene: fake_card\n",
    "fake_land": "scene: fake_land\n" + SURFACE,
    "fake_bare": "scene: fake_bare\n" + SURFACE,
    "fake_single": "scene: fake_single\n" + SURFACE + RUN,
    "race": "scene: race\n" + SURFACE + RUN,
}
# What stands in a file of each scene, and is not read there.
UNREAD = {
    "fake_card": (
        "surface: bowl",
        "optimizers: [sgd]",
        "start: [0, 1]",
        "steps: 3",
        "seed: 1",
        "replicas: 2",
        "tolerance: 0.1",
        "noise: {std: 1}",
        "record: last",
        "caption: done",
        "camera: {phi: 3}",
        "style: {legend: left}",
        "style: {ramp: mono}",
        "style: {z_scale: log}",
        "style: {trail: false}",
        "video: {pace: even}",
        "camera: null",
        "surface: null",
    ),
    "fake_land": (
        "caption: done",
        "camera: {phi: 3}",
        "style: {z_scale: log}",
        "style: {legend: left}",
        "video: {pace: even}",
    ),
    "fake_bare": ("optimizers: [sgd]", "steps: 3", "noise: null", "camera: {zoom: 2}", "style: {contours: true}"),
    "fake_single": ("caption: done", "camera: {orbit: 0}", "style: {ball_size: 2}", "video: {pace: even}"),
    "race": (),
}
UNREAD_OF_EACH = [(kind, line) for kind, lines in UNREAD.items() for line in lines]
READ = {
    "fake_card": (
        "title: A",
        "scene: {kind: fake_card, lines: 3}",
        "style: {theme: light, text_scale: 2}",
        "video: {fps: 10, seconds: 3}",
        "style: null",
        "video:",
    ),
    "fake_land": (
        "camera: {zoom: 2, center: [0, 1]}",
        "style: {contours: false, axes: false, ramp: mono}",
        "optimizers: [sgd, adam]",
        "start: [[0, 1], [1, 1]]\noptimizers: [sgd, adam]\nnoise: {std: 0.1}",
    ),
    "fake_bare": ("style: {title: false}", "plugins: []"),
    "fake_single": ("start: [0, 1]", "record: last\nseed: 4\nreplicas: 2\nnoise: {std: 0.1}\ntolerance: 0.1"),
    "race": (
        "caption: done",
        "camera: {phi: 3, keyframes: [{at: 1, zoom: 2}]}",
        "video: {pace: even}",
        "style: {legend: left, trail: false, contour_map: true, z_scale: log, ramp: mono}",
    ),
}
READ_BY_EACH = [(kind, line) for kind, lines in READ.items() for line in ("", *lines)]
# What is wrong for the loader and the schema alike, besides.
WRONG = {
    "fake_card": (
        "camra: {}",
        "style: {legnd: left}",
        "scene: {kind: fake_card, line: 3}",
        "video: {pase: even}",
        "scene: {kind: fake_card, hold: 3}",
        "scene: {kind: fake_card, lines: 10}",
    ),
    "fake_land": ("camera: {zoom: 99}", "camera: {zom: 2}", "optimizers: []"),
    "fake_bare": ("scene: fake_bares", "legend: left"),
    "fake_single": ("optimizers: [sgd, adam]", "scene: {kind: fake_single, hold: 3}"),
    "race": ("styles: {}", "style: {legnd: left}", "scene: {kind: race, lines: 3}", "scene: {lines: 3}"),
}
WRONG_IN_EACH = [(kind, line) for kind, lines in WRONG.items() for line in lines]
LACKING = {"fake_land": "surface", "fake_bare": "surface", "fake_single": "optimizers", "race": "optimizers"}


@pytest.fixture(autouse=True)
def fakes() -> Iterator[None]:
    """Scenes of this module's own."""
    for name, cls in FAKES.items():
        SCENES.add(name, Path(__file__), cls)
    yield
    for name in FAKES:
        SCENES.drop(name)


def text_of(kind: str, more: str) -> str:
    """A file of a scene: what it needs, without the keys that `more` sets."""
    given = {line.partition(":")[0] for line in more.splitlines()}
    kept = [line for line in WHOLE[kind].splitlines() if line.partition(":")[0] not in given]
    return "\n".join([*kept, more]) + "\n"


def loaded(text: str, folder: Path) -> Shot:
    path = folder / "film.yaml"
    path.write_text(text, encoding="utf-8")
    return loading.shot(path)


def problems(text: str, folder: Path) -> list[str]:
    """What is said of a file, without its path."""
    with pytest.raises(ConfigErrors) as caught:
        loaded(text, folder)
    return [str(each).removeprefix(f"{folder / 'film.yaml'}:") for each in caught.value.problems]


def accepted(text: str) -> bool:
    """By the schema."""
    return bool(jsonschema.Draft202012Validator(schema()).is_valid(as_json(read(text)[0].plain)))


@pytest.mark.parametrize(("kind", "more"), READ_BY_EACH)
def test_what_a_scene_reads_is_read_and_resolved_to_itself(kind: str, more: str, tmp_path: Path) -> None:
    text = text_of(kind, more)
    first = loaded(text, tmp_path)
    assert accepted(text)
    again = loaded(json.dumps(first.resolved, allow_nan=False), tmp_path)
    assert again.resolved == first.resolved
    assert accepted(json.dumps(first.resolved))
    assert set(first.resolved) <= set(SCENES[kind].keys()), "nothing travels that is not read"
    assert (again.kind, again.options, again.style, again.camera, again.video, again.title, again.caption) == (
        first.kind,
        first.options,
        first.style,
        first.camera,
        first.video,
        first.title,
        first.caption,
    )
    assert [len(each.loss) for each in again.roll()] == [len(each.loss) for each in first.roll()]


def test_a_shot_is_made_of_the_classes_that_its_scene_names(tmp_path: Path) -> None:
    card = loaded("scene: {kind: fake_card, lines: 3}\nstyle: {theme: light}\n", tmp_path)
    assert (card.kind, card.options, card.style) == ("fake_card", Card(lines=3), Look(theme="light"))
    assert (card.surface, card.experiment, card.camera, card.roll()) == (None, None, None, [])
    land = loaded(WHOLE["fake_land"] + "camera: {zoom: 2}\n", tmp_path)
    assert (land.style, land.camera) == (SurfaceLook(), CameraAbove(zoom=2.0))
    assert land.surface is not None and land.surface.name == "bowl" and land.experiment is None
    rolling = loaded(WHOLE["fake_land"] + RUN, tmp_path)
    assert rolling.experiment is not None and rolling.experiment.surface is rolling.surface
    assert [path.loss.shape for path in rolling.roll()] == [(1, 6)]
    single = loaded(WHOLE["fake_single"], tmp_path)
    assert single.experiment is not None and len(single.experiment.entries) == 1


@pytest.mark.parametrize(("kind", "line"), UNREAD_OF_EACH)
def test_what_a_scene_does_not_read_is_told_with_its_line(kind: str, line: str, tmp_path: Path) -> None:
    text = WHOLE[kind] + line + "\n"
    section, _, body = line.partition(": ")
    sections = ("style", "video", *(["camera"] if SCENES[kind].camera else []))  # that the scene has
    place = f"{section}.{body[1:].partition(':')[0]}" if section in sections else section
    number = len(WHOLE[kind].splitlines()) + 1
    (problem,) = problems(text, tmp_path)
    assert problem.startswith(f"{number}: {place}: is not read by scene {kind}; leave it out")
    assert not accepted(text)
    loaded(text.replace(line + "\n", ""), tmp_path)  # the first cure


@pytest.mark.parametrize(("kind", "line"), UNREAD_OF_EACH)
def test_the_scene_that_the_cure_names_does_read_it(kind: str, line: str, tmp_path: Path) -> None:
    (problem,) = problems(WHOLE[kind] + line + "\n", tmp_path)
    other = problem.rpartition("take a scene that does, such as ")[2]
    assert other in SCENES
    needed = "".join(
        f"{each}\n" for each in ("surface: bowl", "optimizers: [sgd]") if not line.startswith(each.partition(":")[0])
    )
    if not line.endswith("surface: null"):
        loaded(f"scene: {other}\n{needed}{line}\n", tmp_path)


def test_where_no_scene_of_the_house_reads_it_another_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class Own(Look):
        glow: bool = parameter(False)

    monkeypatch.setattr(Single, "style", Own)
    text = WHOLE["fake_card"] + "style: {glow: true}\n"
    assert problems(text, tmp_path) == [
        "2: style.glow: is not read by scene fake_card; leave it out, or take a scene that does, such as fake_single"
    ]
    loaded(WHOLE["fake_single"] + "style: {glow: true}\n", tmp_path)


@pytest.mark.parametrize(("kind", "line"), WRONG_IN_EACH)
def test_loader_and_schema_refuse_alike(kind: str, line: str, tmp_path: Path) -> None:
    text = text_of(kind, line)
    assert problems(text, tmp_path)
    assert not accepted(text)


@pytest.mark.parametrize(("kind", "key"), LACKING.items())
def test_what_a_scene_needs_must_be_there(kind: str, key: str, tmp_path: Path) -> None:
    text = "".join(f"{line}\n" for line in WHOLE[kind].splitlines() if not line.startswith(key))
    (problem,) = problems(text, tmp_path)
    assert problem.startswith(f"1: {key}: is missing; ")
    assert not accepted(text)


def test_a_second_optimizer_is_told_where_one_is_shown(tmp_path: Path) -> None:
    text = "scene: fake_single\nsurface: bowl\noptimizers:\n  - sgd\n  - adam\n  - nag\n"
    assert problems(text, tmp_path) == ["5: optimizers: scene fake_single shows one optimizer, not 3; keep one"]
    loaded(text.replace("  - adam\n  - nag\n", ""), tmp_path)
    best = text.replace("  - sgd\n", "  - sgd: {lr: {best_of: [0.1, 1]}}\n")
    assert problems(best, tmp_path) == ["5: optimizers: scene fake_single shows one optimizer, not 3; keep one"]
    loaded(best.replace("  - adam\n  - nag\n", ""), tmp_path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("styel: {}", "styel: unknown key; did you mean style?"),
        ("vidoe: {}", "vidoe: unknown key; did you mean video?"),
        ("surfaec: bowl", "surfaec: unknown key; use title, scene, style, video or plugins"),  # what it may hold
        ("style: {theem: dark}", "style.theem: unknown key; did you mean theme?"),
        ("video: {secnods: 3}", "video.secnods: unknown key; did you mean seconds?"),
        ("scene: {kind: fake_card, linse: 3}", "scene.linse: unknown key; did you mean lines?"),
        ("scene: fake_crad", 'scene: unknown scene "fake_crad"; did you mean fake_card?'),
        ("style: {lines: 3}", "style.lines: is not read here; write it in scene"),
        ("scene: {kind: fake_card, theme: dark}", "scene.theme: is not read here; write it in style"),
        ("video: {theme: dark}", "video.theme: is not read here; write it in style"),
        (
            "scene: {kind: fake_card, arrows: step}",
            "scene.arrows: is not read by scene fake_card; leave it out, or take a scene that does, such as contour",
        ),
        ("scene: {kind: fake_crad}", 'scene.kind: unknown scene "fake_crad"; did you mean fake_card?'),
    ],
)
def test_unknown_keys_are_told_as_what_they_may_mean_here(line: str, words: str, tmp_path: Path) -> None:
    assert [each.partition(": ")[2] for each in problems(text_of("fake_card", line), tmp_path)] == [words]


def test_of_a_scene_that_is_not_known_only_its_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SCENES["race"], "camera", None)  # else the scene that reads the most
    text = "scene: fake_lnad\nsurface: bowl\ncamera: {zoom: 2}\n"
    assert problems(text, tmp_path) == ['1: scene: unknown scene "fake_lnad"; did you mean fake_land?']
    assert loaded(text.replace("lnad", "land"), tmp_path).camera == CameraAbove(zoom=2.0)


def test_problems_of_every_kind_come_at_once_and_their_cures_work(tmp_path: Path) -> None:
    text = """\
scene: {kind: fake_land, lins: 2}
surface: bowl
caption: done
style:
  theem: light
  legend: left
  ramp: rainbow
camera:
  phi: 3
  zom: 2
video: {pace: even, fps: 1000}
titel: A
"""
    found = problems(text, tmp_path)
    other = "leave it out, or take a scene that does, such as race"
    assert sorted(found, key=lambda each: int(each.partition(":")[0])) == found, "in the order of the file"
    told = {each.partition(": ")[2] for each in found}
    assert {
        f"{place}: is not read by scene fake_land; {other}"
        for place in ("caption", "style.legend", "camera.phi", "video.pace")
    } < told
    assert {
        "style.theem: unknown key; did you mean theme?",
        "camera.zom: unknown key; did you mean zoom?",
        "titel: unknown key; did you mean title?",
    } < told
    assert [each for each in told if each.startswith(("scene.lins: unknown key", "style.ramp: ", "video.fps: "))]
    assert len(found) == 10
    mended = re.sub(r"caption.*\n|  legend.*\n|  phi.*\n|pace: even, |, lins: 2", "", text)
    cures = {"theem": "theme", "rainbow": "mono", "zom:": "zoom:", "1000": "100", "titel": "title"}
    for slip, right in cures.items():
        mended = mended.replace(slip, right)
    assert loaded(mended, tmp_path).title == "A"


def test_on_the_command_line_it_is_exit_2_with_a_line_for_each(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(WHOLE["fake_card"] + "steps: 3\nstyle:\n  legend: left\n", encoding="utf-8")
    other = "is not read by scene fake_card; leave it out, or take a scene that does, such as race"
    assert run("own.yaml", "--check", "--set", "camera.phi=3", "--set", "video.pace=even") == (
        2,
        [],
        [
            f"--set camera.phi=3: {other}",
            f"--set video.pace=even: {other}",
            f"own.yaml:2: steps: {other}",
            f"own.yaml:4: style.legend: {other}",
        ],
    )
    (tmp_path / "own.yaml").write_text(WHOLE["fake_card"], encoding="utf-8")
    assert run("own.yaml", "--check") == (0, ["own.yaml: ok, fake_card, 1280x720 at 30 frames/s"], [])
    assert run("own.yaml", "-o", "x.csv") == (
        2,
        [],
        ["own.yaml:1: scene: nothing rolls in scene fake_card, so there are no data; use -o NAME.mp4 or NAME.png"],
    )


def test_the_schema_knows_every_scene_of_the_registry() -> None:
    rules = schema()["allOf"]
    named = [rule["if"]["properties"]["scene"]["anyOf"][0]["const"] for rule in rules]
    assert named == list(SCENES) and set(FAKES) < set(named)
    assert accepted(SURFACE + RUN) and not accepted(RUN), "a file that names no scene is a race"
    assert accepted("scene: {hold: 2}\n" + SURFACE + RUN) and not accepted("scene: {hold: 2}\n" + SURFACE)


def test_a_recording_has_no_pace_unless_its_scene_says_so(tmp_path: Path) -> None:
    assert Card.video is VideoKeys
    assert "pace" not in loaded(WHOLE["fake_card"], tmp_path).resolved["video"]
    assert loaded(WHOLE["race"], tmp_path).resolved["video"]["pace"] == "dramatic"
