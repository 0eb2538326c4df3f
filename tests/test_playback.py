"""Playback: balls touch the surface, roll without slipping, and are where their trajectories say."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scenes_help import turned
from thalweg.calculus import SURFACES, from_expression
from thalweg.engine import OPTIMIZERS, roll
from thalweg.geometry.aside import (
    CALM,
    CROWD,
    HALF,
    RATE,
    REACH,
    SLOW,
    calm_parts,
    low_pass,
    slots,
    spanned,
    step_aside,
    valleys,
)
from thalweg.geometry.display import Display
from thalweg.geometry.pace import Wanted, make_timing
from thalweg.geometry.playback import Playback, chain, hold_last, multiply, roll_along

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
    timing = make_timing(display, hold_last(positions, last), np.zeros((0, 2)), Wanted("even", 10.0, 1.0, 1.0, 0))
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
        foot = display.to_world(moment.below)
        assert np.abs(moment.normal - display.normal(moment.below)).max() < 1e-12
        assert np.abs(moment.center - foot - RADIUS * moment.normal).max() < 1e-9, "where it is drawn it touches, too"
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
    display, turns = playback.display, playback.turns
    points = playback.true_points(playback.turn_steps) + playback.offset_at(playback.turn_times) / display.scale
    normal = display.normal(points)
    center = display.to_world(points) + RADIUS * normal
    moved = np.diff(center, axis=1)
    # where the path is sampled finely against its bends: the foot moves less than a fiftieth of what the centre does
    bend = np.linalg.norm(np.diff(normal, axis=1), axis=-1)
    fine = (bend < 0.02) & (np.linalg.norm(moved, axis=-1) < 0.5 * RADIUS) & (np.linalg.norm(moved, axis=-1) > 1e-6)
    assert fine.sum() > 20
    middle = normal[:, 1:] + normal[:, :-1]
    middle /= np.linalg.norm(middle, axis=-1, keepdims=True)
    # the material point half a step's turn before and after it touches: its path is the cycloid's cusp
    halfway = turns[:, :-1] + turns[:, 1:] * np.where(
        (turns[:, :-1] * turns[:, 1:]).sum(axis=-1, keepdims=True) < 0, -1, 1
    )
    halfway /= np.linalg.norm(halfway, axis=-1, keepdims=True)
    own = turned(np.concatenate([-halfway[..., :3], halfway[..., 3:]], axis=-1), -RADIUS * middle)
    before, after = turned(turns[:, :-1], own), turned(turns[:, 1:], own)
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


@pytest.mark.parametrize("names", [["sgd"], ["sgd", "momentum", "adam"], ["sgd"] * 6])
def test_everything_but_the_drawing_is_where_the_optimizer_was(names):
    surface = SURFACES["bowl_with_two_holes"]()
    playback, positions = played(surface, names, 90)
    for step in range(91):
        moment = playback.at(float(playback.seconds_at(np.array(float(step)))))
        assert np.abs(moment.points - positions[:, step]).max() < 1e-9
        assert np.abs(moment.contact - playback.display.to_world(positions[:, step])).max() < 1e-9
    dense = np.stack([[np.interp(playback.paths.steps, np.arange(91), axis) for axis in run.T] for run in positions])
    assert np.abs(playback.paths.points - dense.transpose(0, 2, 1)).max() < 1e-9
    assert np.abs(playback.paths.world - playback.display.to_world(playback.paths.points)).max() < 1e-9


def test_where_nobody_is_near_the_ball_is_where_the_optimizer_was():
    surface = SURFACES["bowl_with_two_holes"]()
    playback, positions = played(surface, ["sgd", "momentum", "adam"], 90)
    near = 0
    for step in range(91):
        seconds = float(playback.seconds_at(np.array(float(step))))
        moment, alone = playback.at(seconds), np.ones(3, bool)
        for around in np.linspace(-CALM, CALM, 25):  # for longer than the mean that is taken
            plate = playback.display.to_plate(playback.at(seconds + around).points)
            apart = np.linalg.norm(plate[:, None] - plate, axis=-1) + np.eye(3) * 99
            alone &= apart.min(axis=1) > 3.5 * RADIUS
        near += int(alone.sum())
        assert np.abs(moment.below - positions[:, step])[alone].max(initial=0) < 1e-8
    assert near > 10


def test_between_iterates_the_height_is_the_surfaces():
    """A step across a hill: the straight line in space would run far below its top."""
    surface = from_expression("exp(-4*x**2)", domain=((-3, 3), (-3, 3)))
    display = Display(surface, surface.domain, "linear")
    positions = np.array([[[-2.0, 0.3], [2.0, 0.3]]])
    timing = make_timing(display, positions, np.zeros((0, 2)), Wanted("even", 10.0, 4.0, 4.0, 0))
    playback = Playback(display, positions, np.array([1]), np.array([0]), RADIUS, timing)
    heights = [playback.at(s).contact[0, 2] for s in np.linspace(4, 6, 41)]
    assert max(heights) > 0.99 * display.ceiling and heights[0] < 0.01 * display.ceiling > heights[-1]
    x = [playback.at(s).points[0, 0] for s in (4.0, 4.5, 5.0, 5.5, 6.0)]
    assert np.allclose(x, [-2, -1, 0, 1, 2], atol=1e-9)


FLAT = from_expression("0*x", domain=((-5, 5), (-5, 5)))
NODES = 8 * RATE


def aside(plate, group=None, out=None, surface=FLAT):
    """Offsets of balls that go along plate (balls, nodes, 2); the domain of FLAT is as large as the plate."""
    display = Display(surface, surface.domain, "linear")
    group = np.arange(len(plate)) if group is None else group
    out = plate[:, -1] - plate[:, 0] if out is None else out
    clock = np.arange(plate.shape[1], dtype=float)
    return step_aside(display, plate, spanned(clock, plate, clock, plate), group, RADIUS, out)


def wander(balls: int, seed: int) -> np.ndarray:
    """Balls that rest, crawl, run and rest again, all from one place and back to it."""
    rng, clock = np.random.default_rng(seed), np.linspace(0, 1, NODES)[:, None]
    ends, crawl = rng.normal(size=(balls, 1, 2)), rng.normal(size=(balls, 1, 2)) * 0.1
    out = np.clip((clock - 0.2) / 0.03, 0, 1) - np.clip((clock - 0.6) / 0.03, 0, 1)
    return ends * out + crawl * np.clip(clock / 0.2, 0, 1)


@pytest.mark.parametrize("balls", [2, 3, 6, 16])
def test_stepping_aside_is_little_and_slow_and_only_while_both_are_slow(balls):
    plate = wander(balls, balls)
    offset = aside(plate)
    assert np.linalg.norm(offset, axis=-1).max() <= REACH * RADIUS + 1e-12
    assert np.linalg.norm(offset[:, 0], axis=-1).min() > 0.9 * REACH * RADIUS, "at a common start all do"
    # a mean over CALM seconds with weights up to 2 / CALM goes at most 4 / CALM times its largest value a second
    assert np.linalg.norm(np.diff(offset, axis=1), axis=-1).max() * RATE <= 4 / CALM * REACH * RADIUS
    checked = 0
    for node in range(2 * HALF, NODES - 2 * HALF):
        sides = plate[:, node - 2 * HALF : node + 1], plate[:, node : node + 2 * HALF + 1]
        fast = np.min([np.linalg.norm(np.ptp(side, axis=1), axis=-1) for side in sides], axis=0) > SLOW[1] * RADIUS
        assert not offset[fast, node].any()
        checked += int(fast.sum())
    assert checked > 10


def test_a_span_is_that_of_all_of_the_way_before_or_after():
    rng, clock = np.random.default_rng(5), np.linspace(0, 9, 120)
    dense = np.sort(rng.uniform(0, 9, 900))
    way = rng.normal(size=(2, 900, 2)).cumsum(axis=1)
    at = np.stack([[np.interp(clock, dense, axis) for axis in ball.T] for ball in way]).transpose(0, 2, 1)
    spans, nearly = spanned(clock, at, dense, way), clock[1]
    for node in (0, 7, 30, 77, 119):
        low, high = clock[max(node - 2 * HALF, 0)], clock[min(node + 2 * HALF, 119)]
        for ball in range(2):
            before = [way[ball, (dense >= low) & (dense <= clock[node] + nearly)], at[ball, [node]]]
            after = [way[ball, (dense >= clock[node]) & (dense <= high + nearly)], at[ball, [node]]]
            inner = [
                way[ball, (dense >= low) & (dense <= clock[node])],
                way[ball, (dense >= clock[node]) & (dense <= high)],
            ]
            most = min(np.linalg.norm(np.ptp(np.concatenate(side), axis=0)) for side in (before, after))
            least = min(np.linalg.norm(np.ptp(side, axis=0)) if len(side) else 0.0 for side in inner)
            assert least - 1e-12 <= spans[ball, node] <= most + 1e-12


def test_a_ball_that_swings_far_is_fast_one_that_trembles_is_not():
    plate, clock = np.zeros((2, NODES, 2)), np.arange(NODES, dtype=float)
    dense = np.linspace(0, NODES - 1, 40 * NODES)
    swing = np.stack([np.sin(2 * np.pi * dense), 0 * dense], axis=-1)  # where it is at the nodes tells nothing of it
    far, little = (spanned(clock, plate, dense, np.tile(size * RADIUS * swing, (2, 1, 1))) for size in (1.5, 0.4))
    assert not calm_parts(far, RADIUS).any() and calm_parts(little, RADIUS).min() == 1
    display = Display(FLAT, FLAT.domain, "linear")
    assert not step_aside(display, plate, far, np.arange(2), RADIUS, np.eye(2)).any()


def test_balls_at_rest_keep_their_places_while_one_trembles():
    """One rests; the other stops beside it, then trembles by a third of a radius, for moments only."""
    rng, clock = np.random.default_rng(8), np.arange(NODES) / RATE
    plate = np.zeros((2, NODES, 2))
    plate[1, :, 0] = np.clip(1 - clock, 0, 1) * 20 * RADIUS
    for begin in (3.0, 5.0):
        shaken = (clock > begin) & (clock < begin + 0.5)
        plate[1, shaken] += rng.uniform(-0.33, 0.33, (int(shaken.sum()), 2)) * RADIUS
    offset = aside(plate)
    settled = clock > 2.5
    speed = np.linalg.norm(np.diff(offset[:, settled], axis=1), axis=-1) * RATE / RADIUS
    assert speed.max() < 0.25, "radii a second"
    apart = np.linalg.norm((plate + offset)[0] - (plate + offset)[1], axis=-1)[settled]
    assert apart.min() > 1.6 * RADIUS


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.5, 2.6])
def test_three_that_come_to_one_place_stand_evenly_around_it_and_then_nobody_moves(angle):
    clock = np.arange(NODES) / RATE
    plate = np.zeros((3, NODES, 2))
    for ball, arrival in ((1, 1.0), (2, 3.0)):
        way = np.array([np.cos(angle * ball), np.sin(angle * ball)]) * 20 * RADIUS
        plate[ball] = np.clip(arrival - clock, 0, 1)[:, None] * way
    offset = aside(plate)
    end = offset[:, -1]
    assert np.abs(np.linalg.norm(end, axis=1) / RADIUS - REACH).max() < 0.03
    bearing = np.sort(np.arctan2(end[:, 1], end[:, 0]))
    gaps = np.diff(np.append(bearing, bearing[0] + 2 * np.pi))
    assert np.abs(gaps - 2 * np.pi / 3).max() < 0.05
    for rests in ((clock > 2.5) & (clock < 2.6), clock > 6):
        moved = np.linalg.norm(np.diff(offset[:, rests], axis=1), axis=-1).max() * RATE
        assert moved < 0.02 * RADIUS, "while the paths rest nobody moves"


@pytest.mark.parametrize("turn", [0.0, 0.5, 1.57, 2.5])
def test_in_a_narrow_valley_balls_step_along_it(turn):
    c, s = np.cos(turn), np.sin(turn)
    valley = from_expression(f"3*({c}*x + {s}*y)**2", domain=((-5, 5), (-5, 5)))
    for heading in (0.0, turn, turn + 1.57):
        out = np.array([[np.cos(heading), np.sin(heading)], [-np.cos(heading), -np.sin(heading)]])
        display = Display(valley, valley.domain, 1.0)
        clock = np.arange(NODES, dtype=float)
        plate = np.zeros((2, NODES, 2))
        offset = step_aside(display, plate, spanned(clock, plate, clock, plate), np.arange(2), RADIUS, out)[:, -1]
        assert np.abs(offset @ [c, s]).max() < 0.1 * RADIUS, "not up its walls"
        assert np.abs(offset @ [-s, c]).min() > 1.0 * RADIUS


def test_on_even_ground_and_in_a_round_bowl_all_ways_are_free():
    for text in ("0*x", "3*x**2 + 3*y**2", "5"):
        surface = from_expression(text, domain=((-5, 5), (-5, 5)))
        room = valleys(Display(surface, surface.domain, 1.0), np.zeros((1, 9, 2)), RADIUS)
        assert np.abs(room - np.eye(2)).max() < 1e-6


def test_on_a_slope_a_ball_steps_as_far_along_the_ground_whichever_way_it_goes():
    surface = from_expression("1.5*x - 2*y", domain=((-5, 5), (-5, 5)))
    display = Display(surface, surface.domain, 1.0)
    room = valleys(display, np.zeros((1, 1, 2)), RADIUS)[0, 0]
    for angle in np.linspace(0, 6, 25):
        step = RADIUS * room @ [np.cos(angle), np.sin(angle)]
        ground = display.to_world(display.from_plate(np.stack([0 * step, step])))
        assert np.linalg.norm(ground[1] - ground[0]) == pytest.approx(RADIUS)


@pytest.mark.parametrize("distance", [0.0, 0.3, 0.9, 1.4, 1.8, 2.1])
@pytest.mark.parametrize("angle", [0.0, 1.0, 2.5, 4.0, 5.5])
def test_two_balls_are_pushed_apart_never_together(distance, angle):
    plate = np.zeros((2, NODES, 2))
    plate[1] += distance * RADIUS * np.array([np.cos(angle), np.sin(angle)])
    for out in (np.eye(2), -np.eye(2), np.array([[0.0, 1], [0, -1]])):
        shown = plate + aside(plate, out=out)
        apart = np.linalg.norm(shown[1] - shown[0], axis=-1)
        assert apart.min() >= 1.8 * RADIUS, "they hardly overlap"
        assert apart.max() <= 2 * REACH * RADIUS + 1e-9


def test_many_at_one_place_stand_in_an_even_ring_each_on_the_side_it_leaves_by():
    heading = np.array([0.1, 4.0, 2.0, 5.2, 1.1, 3.0])
    out = np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    offset = aside(np.zeros((6, NODES, 2)), out=out)[:, 100]
    angle = np.arctan2(offset[:, 1], offset[:, 0])
    assert np.allclose(np.linalg.norm(offset, axis=-1), REACH * RADIUS, rtol=0.02)
    assert np.allclose(np.diff(np.sort(angle)), np.pi / 3, atol=0.01)
    assert np.abs(np.angle(np.exp(1j * (angle - heading)))).max() < 0.6


def test_balls_of_one_optimizer_and_crowds_stay_where_they_are():
    assert not aside(np.zeros((4, 10, 2)), np.zeros(4, int)).any()
    assert not aside(np.zeros((CROWD + 1, 10, 2))).any()


def test_nobody_steps_over_the_edge_or_into_a_hole():
    corner = np.tile(np.array([5.0, 5.0]), (3, NODES, 1))
    assert (corner + aside(corner, out=np.array([[1.0, 1], [1, 0], [0, 1]]))).max() <= 5
    holed = from_expression("0.01*sqrt(x)", domain=((-5, 5), (-5, 5)))
    rim = np.tile(np.array([0.05, 1.0]), (3, NODES, 1))
    assert (rim + aside(rim, surface=holed))[..., 0].min() > 0
    assert aside(rim).any()


def test_the_mean_is_one_and_has_no_weight_at_its_ends():
    step = np.zeros((1, NODES, 2))
    step[:, 200:] = 1
    smooth = low_pass(step)[0, :, 0]
    changing = np.flatnonzero(np.diff(smooth) > 1e-12)
    assert (changing[-1] + 1 - changing[0]) / RATE <= CALM and np.diff(smooth).min() > -1e-12
    assert smooth[0] == 0 and smooth[-1] == pytest.approx(1)


def test_the_places_on_the_ring_do_not_depend_on_how_entries_are_numbered():
    out = np.random.default_rng(4).normal(size=(5, 2))
    order = np.array([3, 1, 4, 0, 2])
    assert np.allclose(slots(np.arange(5), out)[order], slots(np.arange(5), out[order]))


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


def test_a_long_trembling_run_is_drawn_through_the_iterates_told_and_its_ball_is_exact():
    rng, steps = np.random.default_rng(2), 60_000
    positions = (np.array([1.5, 1.0]) * np.exp(-np.arange(steps + 1) / 9000)[:, None])[None]
    calm, lively = positions, positions + rng.normal(size=positions.shape) * 0.2
    display = Display(SURFACES["bowl"](), SURFACES["bowl"]().domain)
    for way, exact in ((calm, True), (lively, False)):
        timing = make_timing(display, way, np.zeros((0, 2)), Wanted("even", 10.0, 1.0, 1.0, 0))
        playback = Playback(display, way, np.array([steps]), np.array([0]), RADIUS, timing)
        paths = playback.paths
        drawn = np.stack([np.interp(np.arange(steps + 1), paths.steps, axis) for axis in paths.points[0].T], axis=-1)
        off = np.linalg.norm(display.to_plate(drawn) - display.to_plate(way[0]), axis=-1)
        assert (paths.every == 1) == exact and paths.every % 2 == 1
        assert off[:: paths.every].max() <= (0.003 if exact else 1e-9), "through every iterate, or those that are told"
        assert len(paths.steps) < 30_000
        for step in (777, 12_345, 59_999):
            moment = playback.at(float(playback.seconds_at(np.array(float(step)))))
            assert np.abs(moment.points - way[:, step]).max() < 1e-6


def test_the_first_and_the_last_iterate_are_passed_when_the_race_begins_and_ends():
    playback, _ = played(SURFACES["bowl"](), ["sgd"], 40)
    assert playback.seconds_at(np.array([0.0, 40.0])) == pytest.approx([1.0, 9.0])
