"""The ghosts of a fair race as they are drawn and told: half and twice each lr, faint, in the hue of their entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.loading import shot
from tests.scenes_help import staged
from thalweg.cli.report import report
from thalweg.colors import rgb
from thalweg.stage.pictures import frame_pixels
from thalweg.stage.told import told

FILM = """\
title: Fair
scene: {kind: race, fair: true}
surface: {expression: "x**2 + 0*y", domain: {x: [-2, 2], y: [-2, 2]}}
start: [1.5, 0]
steps: 8
optimizers:
  - sgd: {lr: 0.175, label: A}
  - sgd: {lr: 0.1, label: B}
  - rule: {a: 0.06, label: C, update: w = w - a*grad(w)}
video: {resolution: 640x360, fps: 10, seconds: 6, pace: even}
"""
RATES = {"A": 0.175, "B": 0.1}
RANKS = [
    "After 8 gradients each:",
    "With half the lr A would be 2nd, not 1st; B 3rd, not 2nd",
    "With twice the lr B would be 1st, not 2nd",
]


def _scene(tmp_path: Path, text: str = FILM, *overrides: str) -> Any:
    path = tmp_path / "fair.yaml"
    path.write_text(text, encoding="utf-8")
    return staged(shot(path, overrides))


def _steps(scene: Any) -> dict[int, float]:
    return {index: scene.step_at(index / scene.fps) for index in range(scene.frames)}


def test_ghosts_are_where_another_rate_leads(tmp_path: Path) -> None:
    """On x^2 descent with lr is at 1.5 (1 - 2 lr)^n after n steps, and goes straight between two."""
    scene = _scene(tmp_path)
    steps, seen = _steps(scene), set()
    for index in list(steps)[::4]:
        frame = told(scene, index)
        first = int(steps[index])
        for ghost in frame["ghosts"]:
            factor = 1 - 2 * ghost["factor"] * RATES[ghost["label"]]
            share = steps[index] - first
            x = 1.5 * ((1 - share) * factor**first + share * factor ** min(first + 1, 8))
            assert ghost["point"] == pytest.approx([x, 0], abs=1e-12) and ghost["step"] == steps[index]
            assert ghost["loss"] == pytest.approx(x**2) and ghost["visible"] > 0.9
            assert np.hypot(*np.subtract(ghost["pixel"], ghost["drawn"])) < 2 * ghost["radius"]
            own = next(ball for ball in frame["balls"] if ball["label"] == ghost["label"])
            assert ghost["radius"] < 0.65 * own["radius"]
            seen.add((ghost["label"], ghost["factor"]))
        if index == 0:
            assert not frame["ghosts"] and not frame["ghost_trails"], "they stand where their balls do"
        assert not {"ghosts", "half"} & {text["text"] for text in frame["texts"] if text["panel"] == "legend"}
    assert seen == {("A", 0.5), ("A", 2.0), ("B", 0.5), ("B", 2.0)}
    assert {(each["label"], each["factor"]) for each in frame["ghost_trails"]} == seen
    scene.release()


def test_they_are_faint_in_the_hue_of_their_entry_and_hidden_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = _scene(tmp_path, FILM, "style.trail=false", "style.iterates=false")
    index = next(index for index, step in _steps(scene).items() if step >= 3)
    frame, faint = told(scene, index), frame_pixels(scene, index)[..., :3].astype(float)
    monkeypatch.setattr("thalweg.scenes.race.ghosts.BALL", 1.0)
    solid = frame_pixels(scene, index)[..., :3].astype(float)
    monkeypatch.setattr("thalweg.scenes.race.ghosts.BALL", 0.0)
    bare = frame_pixels(scene, index)[..., :3].astype(float)
    monkeypatch.undo()
    assert len(frame["ghosts"]) == 4
    colors = dict(zip("ABC", scene.motion.colors, strict=True))
    for ghost in frame["ghosts"]:
        column, row = (int(place) for place in ghost["drawn"])
        moved, whole, hue = (each - bare[row, column] for each in (
            faint[row, column], solid[row, column], np.array(rgb(colors[ghost["label"]])) * 255))  # fmt: skip
        assert moved @ hue / np.linalg.norm(moved) / np.linalg.norm(hue) > 0.8, "of that hue"
        assert 0.3 < np.linalg.norm(moved) / np.linalg.norm(whole) < 0.7, "the ground is seen through it"
    scene.hide({0})
    assert {each["label"] for name in ("ghosts", "ghost_trails") for each in told(scene, index)[name]} == {"B"}
    scene.hide(set())
    assert told(scene, index) == frame
    scene.release()


def test_the_end_says_whose_rank_changes_and_who_has_no_ghosts(tmp_path: Path) -> None:
    scene = _scene(tmp_path)
    texts = [text["text"] for text in told(scene, scene.frames - 1)["texts"]]
    for line in RANKS:
        assert line in " ".join(" ".join(texts).split()).replace(" ;", ";"), texts
    assert "faint: half and twice the lr; C has none" in texts
    scene.release()
    scene = _scene(tmp_path, FILM + "caption: Who is first?\n")
    texts = [text["text"] for text in told(scene, scene.frames - 1)["texts"]]
    assert "Who is first?" in texts and RANKS[0] in texts
    scene.release()


def test_nobody_with_an_lr(tmp_path: Path) -> None:
    text = FILM.replace("  - sgd: {lr: 0.175, label: A}\n  - sgd: {lr: 0.1, label: B}\n", "")
    scene = _scene(tmp_path, text)
    frame = told(scene, scene.frames - 1)
    assert not frame["ghosts"] and not frame["ghost_trails"]
    texts = [text["text"] for text in frame["texts"]]
    assert "no ghosts: nobody has an lr" in texts and "No entry has an lr to halve or to double" in texts
    scene.release()


def test_when_other_balls_roll_theirs_are_not_known(tmp_path: Path) -> None:
    scene = _scene(tmp_path)
    index = scene.frames // 2
    assert told(scene, index)["ghosts"]
    assert scene.reroll(shot(tmp_path / "fair.yaml", ["start=[-1, 1]"]).roll())
    frame = told(scene, index)
    assert frame["balls"] and not frame["ghosts"] and not frame["ghost_trails"]
    scene.release()


def test_a_ghost_that_has_left_for_good_does_not_come_through_again(tmp_path: Path) -> None:
    """With lr 1.2 each step on x^2 is from one side to the other, 1.4 times as far: from the second on, outside."""
    scene = _scene(tmp_path, FILM.replace("0.1, label: B", "0.6, label: B"))
    steps = _steps(scene)
    ghosts = {index: [each for each in told(scene, index)["ghosts"] if (each["label"], each["factor"]) == ("B", 2.0)]
              for index in steps}  # fmt: skip
    assert any(ghosts[index] for index in steps if 0.1 < steps[index] < 1)
    assert not any(ghosts[index] for index in steps if steps[index] > 1)
    trails = [each for each in told(scene, scene.frames - 1)["ghost_trails"] if each["label"] == "B"]
    assert max(max(each["steps"]) for each in trails if each["factor"] == 2.0) <= 1
    scene.release()


def test_check_says_the_ranks(tmp_path: Path) -> None:
    path = tmp_path / "fair.yaml"
    path.write_text(FILM + "record: last\n", encoding="utf-8")
    film = shot(path)
    lines = list(report(film, film.roll(as_data=True), film.roll()))
    at = next(number for number, line in enumerate(lines) if "a fair race?" in line)
    assert (
        lines[at] == f"  a fair race? {RANKS[0]} {RANKS[1].replace('With', 'with')}; {RANKS[2].replace('With', 'with')}"
    )
    losses = {label: [2.25 * (1 - 2 * factor * lr) ** 16 for factor in (1, 0.5, 2)] for label, lr in RATES.items()}
    for label, rank, ranks in (("A", "1st", ("2nd", "1st")), ("B", "2nd", ("3rd", "1st"))):
        own, half, twice = (f"{loss:.6g}" for loss in losses[label])
        wanted = f"{rank}  {label}  loss {own}; with half the lr {ranks[0]} (loss {half}), with twice the lr {ranks[1]}"
        assert any(wanted in line and f"(loss {twice})" in line for line in lines[at:]), lines
    assert any("C  loss" in line and line.endswith("it has no lr to halve or to double") for line in lines[at:])
