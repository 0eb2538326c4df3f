"""The facts table of a race and the marks at critical points: true, clear of other panels, off unless asked for."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.scenes_help import shot, staged
from thalweg.calculus import SURFACES
from thalweg.experiment.outcomes import outcomes_of
from thalweg.geometry.display import Display
from thalweg.parts.marks import CORNERS, MOST, Marks, chosen, glyph, hidden_from, key
from thalweg.parts.panels.caption import box_of
from thalweg.parts.panels.facts import NOTHING, rows

SIZES = ["854x480", "1920x1080", "1080x1920", "1080x1080"]
ON = ("scene.facts=true", "scene.critical_points=true")
MANY = """\
title: All nine critical points of a surface with four minima
scene: {kind: race, facts: true, critical_points: true}
surface: himmelblau
start: [[-4, 4], [1, 1], [0, -4]]
steps: 60
optimizers:
  - adam
  - sam: {lr: 0.01}
  - sgd: {lr: 1}
  - sgd: {lr: 0.0001}
style: {contour_map: true, loss_panel: true}
"""


def boxes(scene) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right, bottom in pixels of the panels."""
    places = scene.board.corners.places
    assert scene.board.late in places and np.allclose(box_of(scene.board["caption"].panel), scene.board.late, atol=2)
    return {f"panel {index}": tuple(place) for index, place in enumerate(places)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("source", ["boss_fight", MANY], ids=["boss_fight", "many"])
@pytest.mark.parametrize("caption", [False, True], ids=["", "caption"])
def test_nothing_lies_on_anything_else(source: str, size: str, caption: bool, tmp_path) -> None:
    words = ["caption=Those that keep a velocity are carried on into the deeper hole"] * caption
    video = {"resolution": size}
    scene = staged(shot(source, video, [*ON, *words], tmp_path if "\n" in source else None))
    found = boxes(scene)
    for name, (left, top, right, bottom) in found.items():
        assert 0 <= left < right <= scene.board.page.width and 0 <= top < bottom <= scene.board.page.height, name
    names = list(found)
    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            a, b = found[one], found[other]
            assert min(a[2], b[2]) - max(a[0], b[0]) <= 1 or min(a[3], b[3]) - max(a[1], b[1]) <= 1, (one, other)
    scene.release()


TEN = """\
surface: rastrigin
start: {grid: [4, 4]}
steps: 40
optimizers: [sgd: {lr: 0.001}, sgd: {lr: 0.003}, momentum: {lr: 0.001}, nag, adagrad, rmsprop, adam, sgd: {lr: 90},
             adamw, lion: {label: A rather long name of an entry}]
"""


@pytest.mark.parametrize("size", SIZES)
def test_a_result_of_many_groups_is_whole_and_clear_of_the_legend(size: str, tmp_path) -> None:
    """However little room there is: it accounts for all balls, within the page, beside or below the legend."""
    scene = staged(shot(TEN, {"resolution": size}, folder=tmp_path))
    page, words = scene.board.page, scene.board["caption"]
    left, top, right, bottom = box = box_of(scene.board["caption"].panel)
    assert 0 <= left < right <= page.width and 0 <= top < bottom <= page.height and bottom - top < 0.36 * page.height
    for other in scene.board.corners.places:
        apart = min(box[2], other[2]) - max(box[0], other[0]) <= 1 or min(box[3], other[3]) - max(box[1], other[1]) <= 1
        assert apart or other == scene.board.late
    text = " ".join(segment for line in words.words.lines for segment, _ in line)
    assert sum(int(number) for number in re.findall(r"\b(\d+) of", text)) == 10 * 16
    assert words.words.size >= 20 / 720 * min(page.height, 0.9 * page.width)
    scene.release()


def test_the_table_tells_what_the_data_tell(tmp_path) -> None:
    experiment = shot(MANY, {"resolution": "320x180"}, folder=tmp_path).experiment
    whole = outcomes_of(experiment, experiment.roll())
    facts = dict(zip([entry.label for entry in experiment.entries], whole.entries, strict=True))
    table = {label: rest for label, *rest in rows(experiment, whole)}
    inside = int((facts["SAM"].outcome == "in minimum").sum())  # of one depth: together where there is no room
    assert len(set(facts["SAM"].minimum)) == 3 and table["SAM"][0].startswith(f"{inside} in one of {inside} minima; ")
    middle = np.median([steps for steps in facts["SAM"].steps if steps >= 0])
    assert table["SAM"][1:] == [f"{middle:g}", f"{2 * middle:g}"]
    assert table["SGD lr=1"] == ["3 diverged", NOTHING, NOTHING]
    assert table["SGD lr=0.0001"] == ["3 still moving", NOTHING, NOTHING]


def test_of_one_ball_the_table_has_its_own_numbers() -> None:
    experiment = shot("boss_fight", {"resolution": "320x180"}).experiment
    table = {label: rest for label, *rest in rows(experiment, outcomes_of(experiment, experiment.roll()))}
    assert table["Momentum"][0].replace(" found", "") == "in the deepest minimum, loss −0.6790"
    assert table["SGD"][0].replace(" a ", " the ") == "in the shallower minimum, loss −0.5003"
    assert all(steps == gradients and int(steps) > 0 for _, steps, gradients in table.values())


def test_off_unless_asked_for() -> None:
    off, on = (staged(shot("boss_fight", {"resolution": "320x180"}, how)) for how in ((), ON))
    assert not any(isinstance(mobject, Marks) for mobject in off.mobjects)
    assert any(isinstance(mobject, Marks) for mobject in on.mobjects)
    assert off.board["caption"].panel.picture.shape != on.board["caption"].panel.picture.shape
    for scene in (off, on):
        scene.release()


def test_marks_are_drawn_where_the_points_are() -> None:
    """The picture changes there, and nowhere else."""
    scene = staged(shot("boss_fight", {"resolution": "640x360"}, ON))
    marks = next(mobject for mobject in scene.mobjects if isinstance(mobject, Marks))
    frames = []
    for marks.opacity in (0.0, 1.0):
        scene.draw_at(0.0)
        frames.append(scene.camera.read_rgba(np.empty((360, 640, 4), "u1")).astype(int))
    changed = np.abs(frames[1] - frames[0])[..., :3].max(axis=2) > 60
    for left, top, width, height, *_ in marks.rows():
        assert changed[round(top) : round(top + height), round(left) : round(left + width)].sum() > 8
        changed[round(top) : round(top + height), round(left) : round(left + width)] = False
    assert not changed.any()
    scene.release()


def test_a_hill_hides_what_is_behind_it() -> None:
    surface = SURFACES["himmelblau"]()
    display = Display(surface, surface.domain)
    marks = Marks(display, surface.critical_points, 13, "#FFFFFF", "#000000")
    assert not hidden_from(marks.display, marks.anchors, np.array([0.0, 0.0, 30.0])).any()
    low = display.to_world(np.array([[-5.0, -5.0]]))[0] * [4, 4, 0] + [0, 0, 0.05]
    assert hidden_from(marks.display, marks.anchors, low).any()


def test_each_kind_has_a_mark_of_its_own() -> None:
    made = {kind: glyph(kind, 15) for kind in ("minimum", *CORNERS)}
    for kind, cover in made.items():
        assert cover.max() == pytest.approx(1, abs=0.05) and cover[0].max() == cover[:, -1].max() == 0, kind
        for other, also in made.items():
            assert kind == other or np.abs(cover - also).mean() > 0.05
    assert key(["minimum", "saddle"], 15).shape[1] > key(["minimum"], 15).shape[1] > 15


def test_of_very_many_points_whole_kinds_are_left_out() -> None:
    surface = SURFACES["rastrigin"]()
    kinds = [point.kind for point in chosen(Display(surface, surface.domain), surface.critical_points)]
    assert set(kinds) == {"minimum"} and len(kinds) == len(surface.minima) <= MOST
