"""The loss axis of a race: its numbers are those of the surface, level lines lead to them, none lies on another."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from tests.scenes_help import shot, staged
from thalweg.geometry.column import column
from thalweg.spec import ConfigErrors
from thalweg.stage.told import told

FORMULA = "x**2/8 + (y - 0.3)**2/2"
EVERY = (
    "sgd: {lr: 0.3}, momentum: {lr: 0.05}, adam: {lr: 0.2}, rmsprop: {lr: 0.05}, nag: {lr: 0.1}, adagrad: {lr: 0.5}, \
adamw: {lr: 0.1}, sgd: {lr: 0.1, label: slow}, sgd: {lr: 0.2, label: middle}"
)
ENTRIES = [entry.strip() + "}" for entry in EVERY.split("},") if entry.strip()]
SIZES = ["1280x720", "854x480", "1080x1920", "1080x1080"]


def text(entries: int, more: str = "", start: str = "[-3, 1.6]") -> str:
    return f"""\
surface: {{expression: "{FORMULA}", domain: {{x: [-4, 4], y: [-2, 2]}}}}
start: {start}
steps: 40
scene: {{kind: race, loss_axis: true}}
optimizers: [{", ".join(each.replace("}}", "}") for each in ENTRIES[:entries])}]
camera: {{theta: -30, phi: 50, orbit: 0}}
video: {{seconds: 8, fps: 10}}
{more}"""


def made(tmp_path: Any, config: str, size: str = "854x480") -> Any:
    return staged(shot(config, {"resolution": size, "fps": 10}, folder=tmp_path))


def axis_texts(frame: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in frame["texts"] if each["panel"] == "loss_axis"]


def own_numbers(frame: dict[str, Any]) -> dict[str, dict[str, Any]]:
    named = {each["name"]: each for each in frame["numbers"]}
    return {name.removesuffix(".loss_axis"): each for name, each in named.items() if name.endswith(".loss_axis")}


def overlap(one: list[float], other: list[float]) -> bool:
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])


@pytest.mark.parametrize(("count", "size"), [(1, SIZES[0]), (3, SIZES[1]), (6, SIZES[2]), (8, SIZES[3]), (8, SIZES[1])])
def test_numbers_lie_on_nothing_and_within_the_picture(tmp_path, count, size):
    scene = made(tmp_path, text(count, f"style: {{theme: {['dark', 'light', 'print'][count % 3]}}}"), size)
    for index in (5, 30, 45, scene.frames - 1):
        frame = told(scene, index)
        texts, (width, height) = axis_texts(frame), frame["size"]
        assert len({each["text"] for each in texts}) == len(texts) > 1, "each says another thing"
        for each in texts:
            left, top, right, bottom = each["box"]
            assert 0 <= left and 0 <= top and right <= width and bottom <= height
        others = [each["box"] for each in frame["panels"] if each["name"] != "loss_axis"]
        others += [each["box"] for each in frame["texts"] if each["panel"] != "loss_axis" and each["strength"] > 0.3]
        assert not any(overlap(one["box"], other["box"]) for one, other in combinations(texts, 2))
        assert not any(overlap(each["box"], box) for each in texts for box in others)
        assert len(own_numbers(frame)) == count
    scene.release()


def test_numbers_are_the_losses_where_the_balls_are_the_highest_above(tmp_path):
    scene = made(tmp_path, text(6))
    for index in (30, 50, scene.frames - 1):
        frame = told(scene, index)
        numbers, tops = own_numbers(frame), {each["text"]: each["box"][1] for each in axis_texts(frame)}
        for entry, run in zip(scene.shot.experiment.entries, scene.trajectories, strict=True):
            ball = next(each for each in frame["balls"] if each["label"] == entry.label)
            (x, y), step = ball["point"], ball["step"]
            assert np.allclose([x, y], [np.interp(step, np.arange(41), way) for way in run.positions[0].T])
            assert numbers[entry.label]["value"] == pytest.approx(x**2 / 8 + (y - 0.3) ** 2 / 2, rel=1e-9)
            legend = next(each for each in frame["numbers"] if each["name"] == f"{entry.label}.loss")
            assert index < 60 or legend["text"] == numbers[entry.label]["text"], "at rest the legend says the same"
        ranked = sorted(numbers.values(), key=lambda each: -each["value"])
        places = [tops[each["text"]] for each in ranked]
        assert places == sorted(places)
    scene.release()


def test_lines_lead_level_from_each_ball_to_one_upright_axis(tmp_path):
    scene = made(tmp_path, text(4), "1280x720")
    frame = told(scene, 45)
    lines = {each["label"]: np.array(each["pixels"]) for each in frame["outlines"]}
    world, matrix = frame["camera"]["world"], np.array(frame["camera"]["matrix"])
    half = np.array(world["scale"]) * [4, 2]

    def pixel(place: np.ndarray) -> np.ndarray:
        x, y, _, w = matrix @ [*place, 1]
        return np.array([frame["size"][0] / 2 * (1 + x / w), frame["size"][1] / 2 * (1 - y / w)])

    for ball in frame["balls"]:
        line = lines[ball["label"]]
        assert np.linalg.norm(line[1] - ball["pixel"]) < 0.1
        height = world["height"]
        above = ball["loss"] - height["low"]
        log = height["gain"] * np.log10(1 + above / height.get("unit", 1))
        level = height["gain"] * above if height["kind"] == "linear" else log
        assert np.linalg.norm(line[0] - pixel(np.array([*((half + 0.2) * [1, -1]), level]))) < 0.5, (
            "at the corner to the right"
        )
    scene.release()


def test_hidden_entries_are_left_out(tmp_path):
    scene = made(tmp_path, text(5))
    names = [entry.label for entry in scene.shot.experiment.entries]
    scene.hide({1, 3})
    frame = told(scene, 40)
    kept = {names[0], names[2], names[4]}
    assert set(own_numbers(frame)) == kept == {each["label"] for each in frame["outlines"]}
    scene.hide(set(range(5)))
    frame = told(scene, 40)
    assert not own_numbers(frame) and not frame["outlines"]
    scene.release()


def test_of_many_balls_it_tells_each_entrys_median(tmp_path):
    starts = "[" + ", ".join(f"[{-3 + 0.3 * k}, {1.6 - 0.2 * k}]" for k in range(7)) + "]"
    scene = made(tmp_path, text(3, start=starts))
    frame = told(scene, 45)
    numbers = own_numbers(frame)
    assert set(numbers) == {entry.label for entry in scene.shot.experiment.entries} and not frame["outlines"]
    for name, each in numbers.items():
        points = np.array([ball["point"] for ball in frame["balls"] if ball["label"] == name])
        losses = points[:, 0] ** 2 / 8 + (points[:, 1] - 0.3) ** 2 / 2
        assert len(losses) == 7 and each["value"] == pytest.approx(np.median(losses))
    scene.release()


def test_more_entries_than_have_room_are_refused_and_the_cure_works(tmp_path):
    with pytest.raises(ConfigErrors) as raised:
        shot(text(9), {}, folder=tmp_path)
    (problem,) = raised.value.problems
    assert problem.where == "scene.loss_axis" and "8 entries" in problem.what and "9" in problem.what
    shot(text(9).replace(", loss_axis: true", ""), {}, folder=tmp_path)
    shot(text(8), {}, folder=tmp_path)


def test_around_the_landscape_it_stays_beside_it(tmp_path):
    scene = made(tmp_path, text(4).replace("orbit: 0", "orbit: 60"))
    corners, seen = np.array([[-4, -2], [-4, 2], [4, 2], [4, -2]]), 0
    for index in range(0, scene.frames, 4):
        frame = told(scene, index)
        world, matrix = frame["camera"]["world"], np.array(frame["camera"]["matrix"])
        plate = (corners - world["center"]) * world["scale"]
        heights = scene.display.heights(scene.shot.surface.value(corners))
        x, _, _, w = matrix @ np.column_stack([plate, heights, np.ones(4)]).T
        right = (frame["size"][0] / 2 * (1 + x / w)).max()
        numbers = [each for each in axis_texts(frame) if each["text"] != "loss"]
        assert all(each["box"][0] > right for each in numbers)
        seen += bool(numbers)
    assert seen > 0.8 * scene.frames / 4
    scene.release()


places = st.lists(st.floats(0, 500, allow_nan=False), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(places)
def test_a_column_is_the_least_moved_of_all_that_keep_apart(wanted):
    ordered, tall = np.sort(np.array(wanted)), 20.0
    found = column(ordered, tall, 0.0, 500.0)
    assert (np.diff(found) >= tall - 1e-6).all() and found.min() >= 10 - 1e-6 and found.max() <= 490 + 1e-6
    rules = [{"type": "ineq", "fun": lambda at, k=k: at[k + 1] - at[k] - tall} for k in range(len(ordered) - 1)]
    best = minimize(
        lambda at: ((at - ordered) ** 2).sum(),
        np.linspace(10, 490, len(ordered)),
        jac=lambda at: 2 * (at - ordered),
        bounds=[(10, 490)] * len(ordered),
        constraints=rules,
        method="SLSQP",
    )
    assert ((found - ordered) ** 2).sum() <= best.fun + 1e-3 * max(1, best.fun)
