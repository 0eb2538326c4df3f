"""A hundred thousand balls: the same numbers as of a few, in time and memory that grow with them, and a picture that
says what it leaves out. Loops over every ball, as plain as can be, say what is right."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.loading import experiment
from tests.scenes_help import shot, staged
from thalweg.engine import roll
from thalweg.engine.cores import in_order
from thalweg.experiment import data
from thalweg.geometry.pace import decisions
from thalweg.geometry.playback import MOST_WAYS, hold_last, stop_at_edge, traced

HOSTILE = [0.0, -0.0, 5e-324, -1.7976931348623157e308, 1e16, 1e15, 1e-4, 9e-5, 0.1, 1 / 3, np.inf, -np.inf, np.nan]
RUNS = """surface: bowl
start: {grid: [5, 7]}
steps: 150
record: %s
optimizers:
  - {sgd: {lr: 0.1, label: "a, \\"b\\" µ"}}
  - {sgd: {lr: 900, label: Away}}
  - adam
"""
CROWD = """surface: {expression: "x**2 + y**2", domain: {x: [-2, 2], y: [-2, 2]}}
start: {random: %d, seed: 1}
steps: 3
optimizers: [{sgd: {lr: 0.1}}, {momentum: {start: [1, 1]}}]
video: {resolution: 320x180, seconds: 4}
"""


def plain_csv(made, trajectories) -> bytes:
    """What Python's csv module makes of every row, one after the other."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(data.HEADER)
    for entry, path in zip(made.entries, trajectories, strict=True):
        for ball in range(len(path.last)):
            for row, step in enumerate(path.steps):
                final = step >= path.last[ball]
                writer.writerow(
                    [
                        entry.label,
                        path.optimizer,
                        ball,
                        min(step, int(path.last[ball])),
                        *path.positions[ball, row].tolist(),
                        float(path.loss[ball, row]),
                        *path.gradient[ball, row].tolist(),
                        str(path.status[ball]) if final else "ok",
                    ]
                )
                if final:
                    break
    return text.getvalue().encode()


@pytest.mark.parametrize("record", ["all", "last", "{every: 7}"])
@pytest.mark.parametrize("jobs", [1, 3])
def test_a_csv_has_the_bytes_of_pythons_own_writer(tmp_path: Path, monkeypatch, record: str, jobs: int) -> None:
    (tmp_path / "film.yaml").write_text(RUNS % record, encoding="utf-8")
    made = experiment(tmp_path / "film.yaml")
    trajectories, chance = made.roll(made.record), np.random.default_rng(5)
    assert {"ok", "diverged"} <= {str(status) for path in trajectories for status in path.status}
    strange = trajectories[0]
    strange = replace(
        strange,
        positions=chance.choice(HOSTILE, strange.positions.shape),
        gradient=np.frombuffer(chance.bytes(strange.gradient.nbytes)).reshape(strange.gradient.shape),
    )
    trajectories = [strange, *trajectories[1:]]
    monkeypatch.setattr(data, "ROWS_AT_ONCE", 900)
    monkeypatch.setattr(data, "cores", lambda: jobs)
    data.write(tmp_path / "film.csv", made, trajectories, {})
    assert (tmp_path / "film.csv").read_bytes() == plain_csv(made, trajectories)


def test_texts_of_many_processes_come_in_order_and_their_errors_are_seen() -> None:
    assert [*in_order(lambda k: b"%d" % k * k, range(20), 40, 3)] == [b"%d" % k * k for k in range(20)]
    assert [*in_order(bytes, [], 9, 3)] == []
    with pytest.raises((ValueError, IndexError)):
        [*in_order(bytes, [1, 99, 2], 9, 2)]


def test_balls_stay_where_they_were_seen_last() -> None:
    chance = np.random.default_rng(2)
    positions, last = chance.normal(size=(300, 9, 2)), chance.integers(0, 9, 300)
    positions[:, 1:][chance.random((300, 8)) < 0.3] = np.nan
    positions[chance.random((300, 9)) < 0.1, 1] = 1e300
    held = hold_last(positions, last)
    for run in range(300):
        seen = positions[run, 0]
        end = max(row for row in range(last[run] + 1) if np.isfinite(positions[run, row]).all())
        for row in range(9):
            seen = positions[run, min(row, end)]
            assert np.array_equal(held[run, row], np.clip(seen, -1e12, 1e12), equal_nan=True)


def test_balls_that_leave_stop_where_the_straight_way_crosses_the_edge() -> None:
    chance, domain = np.random.default_rng(3), np.array([[-1.0, 1.0], [-2.0, 2.0]])
    positions, last = chance.uniform(-0.9, 0.9, (200, 6, 2)), chance.integers(0, 6, 200)
    left = chance.random(200) < 0.7
    away = np.where(chance.random((200, 2)) < 0.5, -1, 1) * chance.uniform(2.1, 40, (200, 2))
    positions[np.arange(200), last] = np.where(left[:, None], away, positions[np.arange(200), last])
    stopped = stop_at_edge(positions, last, left, domain)
    for run in range(200):
        moved = left[run] and last[run] > 0
        if moved:
            before, end = positions[run, last[run] - 1], stopped[run, last[run]]
            assert np.abs(end / [1, 2]).max() == pytest.approx(1), "on the edge"
            way = away[run] - before
            assert abs(way[0] * (end - before)[1] - way[1] * (end - before)[0]) < 1e-9, "on the straight way"
        same = np.ones(6, bool)
        same[last[run]] = not moved
        assert np.array_equal(stopped[run, same], positions[run, same])


def test_decisions_are_the_last_changes_of_the_nearest_minimum() -> None:
    minima, steps = np.array([[-1.0, 0.0], [1.0, 0.0]]), 100
    plate = np.zeros((6, steps, 2))
    for ball, change in enumerate((20, 22, 50, 90, 70, 5)):  # 22 is too near to 20, and three are enough
        plate[ball, :change, 0], plate[ball, change:, 0] = -1, 1
    plate[0, :5, 0] = 1
    assert decisions(plate, minima) == [19, 49, 89]


@pytest.mark.parametrize("sizes", [(1,), (MOST_WAYS,), (MOST_WAYS + 1,), (50_000, 3, 50_000), (1,) * 3000])
def test_of_every_entry_trails_are_drawn(sizes: tuple[int, ...]) -> None:
    group = np.repeat(np.arange(len(sizes)), sizes)
    ways = traced(group)
    assert (np.diff(ways) > 0).all() and ways[0] >= 0 and ways[-1] < len(group)
    assert np.array_equal(ways, traced(group))
    share = len(group) if len(group) <= MOST_WAYS else max(MOST_WAYS // len(sizes), 1)
    assert np.bincount(group[ways]).tolist() == [min(size, share) for size in sizes]


def test_a_crowd_is_drawn_small_and_says_whose_trails_are_seen(tmp_path: Path) -> None:
    scene = staged(shot(CROWD % 2500, folder=tmp_path))
    try:
        motion, ways = scene.motion, scene.motion.traced
        assert len(scene.motion.group) == 2501 and len(ways) == 1001 == len(scene.rolling.trails.paths)
        assert set(scene.rolling.trails.names) >= {("Momentum", 0)}
        assert f"trails of 1001 of {len(scene.motion.group)} balls" == scene.motion.thinned(True)
        true = np.concatenate([path.positions for path in scene.trajectories])
        for share in (0.0, 0.5, 1.0):
            moment = motion.at(share * motion.duration)
            low = min(int(moment.step), 2)
            there = true[:, low] + (moment.step - low) * (true[:, low + 1] - true[:, low])
            assert np.abs(moment.points - there).max() < 1e-12, "every ball is where it is"
            assert np.abs(moment.center - moment.contact - motion.radius * moment.normal).max() < 1e-12
        at_last = motion.paths.points[:, -1]
        assert np.abs(at_last - true[ways, -1]).max() < 1e-12, "the trails are those of their balls"
        steps, dots = scene.rolling.trails.mark_steps, scene.rolling.trails.mark_points
        assert np.abs(dots - true[ways[scene.rolling.trails.marks[2]], steps]).max() < 1e-12
    finally:
        scene.release()


def test_few_balls_all_leave_trails_and_nothing_is_said(tmp_path: Path) -> None:
    scene = staged(shot(CROWD % 300, folder=tmp_path))
    try:
        assert scene.motion.thinned(True) == "" and len(scene.rolling.trails.paths) == 301
        assert set(scene.rolling.balls.instances[:, 7]) == {0, 1}
    finally:
        scene.release()


def test_balls_shrink_steadily_as_there_are_more() -> None:
    from thalweg.parts.motion import size_among

    counts = [1, 14, 100, 1000, 1001, 3000, 10_000, 100_000, 1_000_000]
    sizes = [size_among(count) for count in counts]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] == 1 and sizes[-1] > 0.05
    assert size_among(1001) == pytest.approx(size_among(1000), rel=1e-3)
    assert 4000 * size_among(4000) ** 2 == pytest.approx(1000 * size_among(1000) ** 2), "as much is covered"


def test_rows_of_the_ends_are_found_once() -> None:
    from thalweg.calculus import SURFACES
    from thalweg.engine import OPTIMIZERS

    surface = SURFACES["bowl"]()
    path = roll(OPTIMIZERS["sgd"](), surface, np.ones((3, 2)), 4)
    assert path.ends is path.ends and path.ends.tolist() == [4, 4, 4]
    assert replace(path, last=np.array([1, 2, 3])).ends.tolist() == [1, 2, 3]


def test_heads_of_curves_are_where_each_curve_is() -> None:
    from thalweg.mobjects.curves import Curves

    chance, steps = np.random.default_rng(1), np.array([0.0, 3.0, 4.0, 9.0])
    lines = chance.normal(size=(40, 4, 2))
    lines[chance.random((40, 4)) < 0.1] = np.nan
    curves = Curves(lines, steps, ["#336699"] * 40, 1.0)
    curves.left_out = frozenset([3, 7])
    for now in (-1.0, 0.0, 1.7, 3.0, 8.9, 9.0, 12.0):
        curves.show(now)
        each = [[np.interp(now, steps, axis) for axis in lines[k].T] for k in range(40) if k not in (3, 7)]
        assert np.array_equal(curves._heads()[:, :2], [place for place in each if np.isfinite(place).all()])
