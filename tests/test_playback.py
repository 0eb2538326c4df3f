"""Playback: balls touch the surface, roll without slipping, and are where their trajectories say."""

from __future__ import annotations

import numpy as np
import pytest

from optimizers import OPTIMIZERS, roll
from scenes.display import Display
from scenes.pace import make_timing
from scenes.playback import Playback, chain, hold_last, multiply, roll_along, step_aside
from surfaces import SURFACES, from_expression
from tests.scenes_help import turned

RADIUS = 0.18
CASES = [
    ("bowl_with_two_holes", ("sgd", "momentum", "adam"), 120),
    ("rosenbrock", ("adam", "rmsprop"), 200),
    ("abs_valley", ("sgd", "adagrad"), 80),
    ("himmelblau", ("adam", "adagrad"), 150),
]


def played(surface, names, steps, start=None, radius=RADIUS, **hyper):
    display = Display(surface, surface.domain)
    start = np.atleast_2d(surface.start if start is None else start)
    runs = [roll(OPTIMIZERS[name](**hyper), surface, start, steps) for name in names]
    positions = np.concatenate([run.positions for run in runs])
    last = np.concatenate([run.last for run in runs])
    group = np.repeat(np.arange(len(runs)), [len(run.positions) for run in runs])
    timing = make_timing(display, hold_last(positions, last), np.zeros((0, 2)), "even", 10.0, 1.0, 1.0, 0)
    return Playback(display, positions, last, group, radius, timing), positions


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case[0])
def case(request):
    name, optimizers, steps = request.param
    return played(SURFACES[name](), optimizers, steps)


def test_a_ball_touches_the_surface(case):
    playback, _ = case
    surface, display = playback.display.surface, playback.display
    for seconds in np.linspace(0, playback.duration, 97):
        moment = playback.at(seconds)
        assert np.abs(np.linalg.norm(moment.normal, axis=1) - 1).max() < 1e-12
        assert np.abs(moment.center - moment.contact - RADIUS * moment.normal).max() < 1e-12
        height = display.heights(surface.value(display.from_plate(moment.contact[:, :2])))
        assert np.abs(moment.contact[:, 2] - height).max() < 1e-9, "the contact lies on the surface drawn"


def test_the_normal_is_square_to_the_drawn_surface(case):
    playback, _ = case
    display, rng = playback.display, np.random.default_rng(3)
    low, high = display.domain.T
    points = rng.uniform(low, high, (200, 2))
    points[:, 1] += 1e-3 * (np.abs(points[:, 1]) < 1e-2)  # away from the kink
    step = 1e-6 * (high - low)
    normal = display.normal(points)
    for axis in (0, 1):
        aside = np.eye(2)[axis] * step
        along = display.to_world(points + aside) - display.to_world(points - aside)
        cosine = (along * normal).sum(axis=1) / np.linalg.norm(along, axis=1)
        assert np.abs(cosine).max() < 1e-6
    assert (normal[:, 2] > 0).all()


def test_the_point_that_touches_is_at_rest(case):
    playback, _ = case
    paths, display = playback.paths, playback.display
    normal = display.normal(paths.points)
    center = display.to_world(paths.points) + RADIUS * normal
    moved = np.diff(center, axis=1)
    # where the path is sampled finely against its bends: the foot moves less than a fiftieth of what the centre does
    bend = np.linalg.norm(np.diff(normal, axis=1), axis=-1)
    fine = (bend < 0.02) & (np.linalg.norm(moved, axis=-1) < 0.5 * RADIUS) & (np.linalg.norm(moved, axis=-1) > 1e-6)
    assert fine.sum() > 20
    middle = normal[:, 1:] + normal[:, :-1]
    middle /= np.linalg.norm(middle, axis=-1, keepdims=True)
    # the material point half a step's turn before and after it touches: its path is the cycloid's cusp
    halfway = paths.turns[:, :-1] + paths.turns[:, 1:] * np.where(
        (paths.turns[:, :-1] * paths.turns[:, 1:]).sum(axis=-1, keepdims=True) < 0, -1, 1
    )
    halfway /= np.linalg.norm(halfway, axis=-1, keepdims=True)
    own = turned(np.concatenate([-halfway[..., :3], halfway[..., 3:]], axis=-1), -RADIUS * middle)
    before, after = turned(paths.turns[:, :-1], own), turned(paths.turns[:, 1:], own)
    slip = np.linalg.norm(moved + after - before, axis=-1) / np.maximum(np.linalg.norm(moved, axis=-1), 1e-12)
    assert slip[fine].max() < 0.05


def test_between_samples_the_foot_does_not_slip():
    surface = from_expression("0.3*x**2 + 0.1*y**2 + 0.2*x*y")
    playback, _ = played(surface, ["momentum"], 100, lr=0.02)
    checked = 0
    for seconds in np.linspace(1.1, 6, 60):
        here, soon = playback.at(seconds), playback.at(seconds + 1e-4)
        moved = soon.center - here.center
        if np.linalg.norm(moved) < 1e-5:
            continue
        inverse = here.turn * np.array([-1, -1, -1, 1])
        foot = turned(soon.turn, turned(inverse, -RADIUS * here.normal)) + RADIUS * here.normal
        assert np.linalg.norm(moved + foot) < 0.05 * np.linalg.norm(moved)
        checked += 1
    assert checked > 20


def test_on_a_plane_the_turn_is_path_length_over_radius():
    display = Display(from_expression("0.3*x"), ((-3, 3), (-3, 3)), "linear")
    share = np.linspace(0, 1, 101)[:, None]
    points = (np.array([-1.0, -0.5]) * (1 - share) + np.array([-0.6, 0.4]) * share)[None]
    turns = roll_along(display, points, RADIUS)
    way = display.to_world(points[0, -1]) - display.to_world(points[0, 0])
    angle = 2 * np.arctan2(np.linalg.norm(turns[0, -1, :3]), turns[0, -1, 3])
    length = np.linalg.norm(way) / RADIUS
    assert angle == pytest.approx(length % (2 * np.pi), abs=1e-9) or angle == pytest.approx(
        2 * np.pi - length % (2 * np.pi), abs=1e-9
    )
    axis = turns[0, 10, :3] / np.linalg.norm(turns[0, 10, :3])
    expected = np.cross(display.normal(points[0, :1])[0], way / np.linalg.norm(way))
    assert np.abs(axis - expected).max() < 1e-9, "about normal x velocity: forwards, not backwards"


def test_a_ball_rolls_forwards():
    display = Display(from_expression("0*x"), ((-3, 3), (-3, 3)), "linear")
    turns = roll_along(display, np.array([[[0.0, 0.0], [0.02, 0.0]]]), RADIUS)
    top = turned(turns[0, -1], np.array([0.0, 0.0, RADIUS]))
    assert top[0] > 0 and abs(top[1]) < 1e-12


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 200])
def test_chain_is_the_product_one_by_one(count):
    rng = np.random.default_rng(count)
    pieces = rng.normal(size=(3, count, 4))
    pieces /= np.linalg.norm(pieces, axis=-1, keepdims=True)
    expected = [pieces[:, 0]]
    for k in range(1, count):
        expected.append(multiply(pieces[:, k], expected[-1]))
    assert np.abs(chain(pieces) - np.stack(expected, axis=1)).max() < 1e-12


def test_the_product_turns_by_the_second_first():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 50, 4))
    a, b = a / np.linalg.norm(a, axis=-1, keepdims=True), b / np.linalg.norm(b, axis=-1, keepdims=True)
    vectors = rng.normal(size=(50, 3))
    assert np.abs(turned(multiply(a, b), vectors) - turned(a, turned(b, vectors))).max() < 1e-12


def test_a_moment_does_not_depend_on_what_was_asked_before(case):
    playback, _ = case
    seconds = list(np.linspace(0, playback.duration, 41))
    forwards = {s: playback.at(s) for s in seconds}
    for s in np.random.default_rng(1).permutation(seconds):
        again = playback.at(s)
        assert all(np.array_equal(a, b) for a, b in zip(forwards[s], again, strict=True))


def test_all_balls_share_one_clock_and_pass_their_iterates():
    surface = SURFACES["bowl_with_two_holes"]()
    playback, positions = played(surface, ["sgd"], 90)
    for step in (0, 1, 7, 44, 89, 90):
        moment = playback.at(float(playback.seconds_at(np.array(float(step)))))
        assert moment.step == pytest.approx(step, abs=1e-9)
        assert np.abs(moment.points - positions[:, step]).max() < 1e-9


def test_where_nobody_is_near_the_ball_is_where_the_optimizer_was():
    surface = SURFACES["bowl_with_two_holes"]()
    playback, positions = played(surface, ["sgd", "momentum", "adam"], 90)
    plate, near = playback.display.to_plate(positions), 0
    for step in range(91):
        moment = playback.at(float(playback.seconds_at(np.array(float(step)))))
        apart = np.linalg.norm(plate[:, step][:, None] - plate[:, step], axis=-1) + np.eye(3) * 99
        alone = apart.min(axis=1) > 2.6 * RADIUS
        near += int(alone.sum())
        assert np.abs(moment.points - positions[:, step])[alone].max(initial=0) < 1e-8
    assert near > 10


def test_between_iterates_the_height_is_the_surfaces():
    """A step across a hill: the straight line in space would run far below its top."""
    surface = from_expression("exp(-4*x**2)", domain=((-3, 3), (-3, 3)))
    display = Display(surface, surface.domain, "linear")
    positions = np.array([[[-2.0, 0.3], [2.0, 0.3]]])
    timing = make_timing(display, positions, np.zeros((0, 2)), "even", 10.0, 4.0, 4.0, 0)
    playback = Playback(display, positions, np.array([1]), np.array([0]), RADIUS, timing)
    heights = [playback.at(s).contact[0, 2] for s in np.linspace(4, 6, 41)]
    assert max(heights) > 0.99 * display.ceiling and heights[0] < 0.01 * display.ceiling > heights[-1]
    x = [playback.at(s).points[0, 0] for s in (4.0, 4.5, 5.0, 5.5, 6.0)]
    assert np.allclose(x, [-2, -1, 0, 1, 2], atol=1e-9)


def test_stepping_aside_is_bounded_and_ends_where_balls_are_apart():
    rng = np.random.default_rng(5)
    plate = rng.normal(size=(6, 500, 2)) * 1.5
    plate[:, :50] = plate[:1, :50]  # all at one spot
    group = np.arange(6)
    offset = step_aside(plate, group, RADIUS)
    assert np.linalg.norm(offset, axis=-1).max() <= 2.4 * RADIUS + 1e-12
    apart = np.linalg.norm(plate[:, None] - plate[None], axis=-1) + 99 * np.eye(6)[..., None]
    alone = apart.min(axis=1) >= 2.6 * RADIUS
    assert alone.sum() > 100 and np.abs(offset[alone]).max() == 0
    together = (plate + offset)[:, :50]
    gaps = np.linalg.norm(together[:, None] - together[None], axis=-1) + 99 * np.eye(6)[..., None]
    assert gaps.min() >= 2 * RADIUS, "six balls at one spot do not overlap"


def test_balls_of_one_optimizer_and_crowds_stay_where_they_are():
    plate = np.zeros((4, 10, 2))
    assert not step_aside(plate, np.zeros(4, int), RADIUS).any()
    assert not step_aside(np.zeros((30, 10, 2)), np.arange(30), RADIUS).any()


def test_stepping_aside_is_smooth_in_time():
    along = np.linspace(-1, 1, 4001)
    plate = np.stack([np.stack([along, 0 * along], -1), np.stack([-along, 0 * along], -1)])
    offset = step_aside(plate, np.arange(2), RADIUS)
    assert np.abs(np.diff(offset, axis=1)).max() < 10 * np.diff(along).max()


def test_a_diverged_ball_stays_where_it_was_seen_last():
    positions = np.array([[[1.0, 1.0], [5.0, 5.0], [np.inf, 1.0], [np.nan, np.nan]]])
    held = hold_last(positions, np.array([2]))
    assert np.array_equal(held[0], [[1, 1], [5, 5], [5, 5], [5, 5]])
    playback, _ = played(SURFACES["bowl"](), ["sgd"], 400, lr=1000.0)
    end = playback.at(playback.duration)
    assert all(np.isfinite(part).all() for part in end)


@pytest.mark.parametrize("steps", [1, 2, 30_000])
def test_few_and_many_steps(steps):
    surface = SURFACES["bowl"]()
    playback, positions = played(surface, ["sgd"], steps)
    assert playback.at(0).step == 0 and playback.at(playback.duration).step == steps
    assert np.abs(playback.at(playback.duration).points - positions[:, -1]).max() < 1e-9
    assert np.abs(playback.at(0).points - positions[:, 0]).max() < 1e-9
