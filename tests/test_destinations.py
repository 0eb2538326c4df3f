"""Colour by destination: each ball, its trail and dots in the colour of the minimum in which it ends, counted there."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.scenes_help import shot, staged
from thalweg.colors import BALLS, MINIMA, NOWHERE, ball_colors, minima_colors, rgb
from thalweg.parts.panels.answer import answer_lines
from thalweg.stage.told import told
from thalweg.typeset.numbers import loss_text

VIDEO = {"resolution": "640x360", "fps": 10}
FOUR = """\
surface: himmelblau
start: {grid: [5, 5]}
steps: 250
optimizers:
  - sgd: {lr: 0.01, color: destination}
  - momentum: {lr: 0.002, start: [[3.2, 2.1], [0, 0]]}
  - adam: {lr: 0.1, color: destination, start: [[-2.9, 3], [4, 4]]}
"""
MIXED = """\
surface: {expression: "x**4/4 - x**2/2 + y**2/2", domain: {x: [-2, 2], y: [-2, 2]}}
start: [[-1, 1], [1.5, 0.5], [0.001, 1], [0, 1]]
steps: 60
optimizers: [sgd: {lr: 0.1, color: destination}, sgd: {lr: 0.001, color: destination}]
"""


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    made = staged(shot(FOUR, VIDEO, folder=tmp_path_factory.mktemp("four")))
    yield made
    made.release()


def nearest(scene, point) -> int:
    """The minimum nearest to a point, from deep to shallow."""
    return int(np.argmin([np.hypot(*(point - each[:2])) for each in scene.shot.surface.minima]))


def test_balls_and_trails_have_the_colour_of_the_nearest_minimum_at_the_end(scene) -> None:
    motion = scene.motion
    own = [BALLS[0] if entry == 1 else None for entry in motion.group]
    free = [color for color in MINIMA if color != BALLS[0]]
    wanted = [color or free[nearest(scene, end)] for color, end in zip(own, motion.iterates[:, -1], strict=True)]
    assert motion.ball_colors == wanted and len(set(wanted)) == 5
    drawn = scene.rolling.balls.instances[:, 4:7]
    assert drawn == pytest.approx(np.array([rgb(color) for color in wanted]), abs=1e-6)
    trails = [scene.rolling.trails.colors[run] for run in range(len(wanted))]
    assert np.array_equal(trails, [rgb(color) for color in wanted])


def test_the_numbers_at_the_holes_grow_to_those_of_the_result(scene) -> None:
    balls = [run for run, entry in enumerate(scene.motion.group) if entry != 1]
    ends = Counter(nearest(scene, scene.motion.iterates[run, -1]) for run in balls)
    counts, holes = [], [each["name"] for each in told(scene, scene.frames - 1)["numbers"] if "arrived" in each["name"]]
    for share in (0.0, 0.3, 0.6, 1.0):
        frame = told(scene, round(share * (scene.frames - 1)))
        numbers = {each["name"]: each["value"] for each in frame["numbers"] if each["name"].startswith("arrived")}
        counts.append([numbers.get(hole, 0) for hole in holes])  # nothing is said of none
        texts = [each["text"] for each in frame["texts"]]
        assert all(f"{value} of 27" in texts for value in numbers.values())
    assert (
        counts[0] == [0] * 4
        and 0 not in counts[-1]
        and (np.diff(counts, axis=0) >= 0).all()
        and counts[1] != counts[-1]
    )
    assert sorted(counts[-1]) == sorted(ends.values()) and sum(counts[-1]) == 27


def test_names_in_the_result_have_the_colour_of_their_line(scene) -> None:
    lines = answer_lines(scene.motion, loss_text, 4, True)
    assert len(lines) == 4
    free = [color for color in MINIMA if color != BALLS[0]]
    for index, line in enumerate(lines):
        named = {text.split()[0]: color for text, color in line[1:] if color}
        assert named.pop("Momentum", BALLS[0]) == BALLS[0]
        assert set(named.values()) == {free[index]}


def test_who_ends_in_no_minimum_is_grey(tmp_path) -> None:
    """At lr 0.001 nobody gets anywhere in 60 steps; a ball that starts on the ridge, x = 0, stays on it."""
    made = staged(shot(MIXED, VIDEO, folder=tmp_path))
    assert made.motion.ball_colors[:2] == [MINIMA[0], MINIMA[1]]
    assert made.motion.ball_colors[3:] == [NOWHERE] * 5
    assert made.motion.colors == [NOWHERE] * 2
    looks = {(look.pattern, look.dash) for look in made.motion.looks}
    assert len(looks) == 2, "pattern and dash tell the entries"
    made.release()


def test_other_balls_take_their_own_colours(tmp_path) -> None:
    made = staged(shot(MIXED, VIDEO, folder=tmp_path))
    other = shot(MIXED.replace("[-1, 1], [1.5, 0.5]", "[1, 1], [-1.5, 0.5]"), VIDEO, folder=tmp_path)
    made.reroll(other.roll())
    assert made.motion.ball_colors[:2] == [MINIMA[1], MINIMA[0]]
    assert made.rolling.balls.instances[0, 4:7] == pytest.approx(rgb(MINIMA[1]), abs=1e-6)
    made.release()


def test_colours_of_minima_are_given_out_once_and_then_shared() -> None:
    assert minima_colors(3, {MINIMA[1]}) == [MINIMA[0], MINIMA[2], MINIMA[3]]
    assert minima_colors(len(MINIMA) + 3, set()) == [*MINIMA, *[MINIMA[-1]] * 3]
    assert ball_colors(["destination", None]) == [NOWHERE, BALLS[0]]
    assert set(MINIMA) == set(BALLS)
