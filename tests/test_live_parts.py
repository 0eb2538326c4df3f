"""The parts of the live window that need no window: clock, hands, camera, sliders, keys."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS
from thalweg.engine.rule.own import own_rule
from thalweg.geometry.display import Display
from thalweg.geometry.framing import CameraPose
from thalweg.geometry.sight import BallAt, Sight, ball_at, on_surface
from thalweg.live.bar import Place
from thalweg.live.camera import CameraHand
from thalweg.live.keys import BINDINGS, HELP, TABLE, name_of
from thalweg.live.panel import Knob, Panel, knobs, overlap
from thalweg.live.player import Player
from thalweg.live.rounding import rounded

# --- the clock


def test_the_clock_stops_at_the_end_or_begins_again() -> None:
    player = Player(last=2.0)
    player.advance(1.5)
    assert player.seconds == 1.5
    player.advance(1.5)
    assert (player.seconds, player.playing) == (2.0, False)
    player.toggle()
    assert (player.seconds, player.playing) == (0.0, True)
    player.loop, player.speed = True, 4.0
    player.advance(0.75)
    assert (player.seconds, player.playing) == (1.0, True)


def test_the_clock_keeps_to_the_film() -> None:
    player = Player(last=2.0, playing=False)
    player.advance(1)
    assert player.seconds == 0
    player.go(9)
    assert player.seconds == 2
    player.fit(1.5)
    assert player.seconds == 1.5
    for _ in range(20):
        player.faster(1)
    assert player.speed == 8
    for _ in range(20):
        player.faster(-1)
    assert player.speed == 0.1


def test_marks_are_jumped_to() -> None:
    player, marks = Player(last=9.0), [(0.0, "a"), (2.0, "b"), (6.0, "c")]
    assert [player.jump(marks, way) for way in (1, 1, 1, -1, -1, -1)] == ["b", "c", None, "b", "a", None]
    assert player.seconds == 0


# --- pointing


def sight(theta: float = 20, phi: float = 50, size: tuple[int, int] = (801, 450)) -> Sight:
    """A camera by the formulas of framing, as manimgl would set it."""
    from thalweg.geometry.framing import FIELD_OF_VIEW, rotation

    scale, center = 1.6, np.array([0.3, -0.2, 0.8])
    view = np.eye(4)
    view[:3, :3] = rotation(theta, phi).T / scale
    view[:3, 3] = -view[:3, :3] @ center
    k = np.tan(np.radians(FIELD_OF_VIEW) / 2) / 4
    return Sight(view, (2 / 8 * size[1] / size[0], 2 / 8, k), size)


@pytest.mark.parametrize("theta,phi", [(0, 0), (22, 37), (-35, 60), (160, 80)])
@pytest.mark.parametrize("name", ["bowl_with_two_holes", "himmelblau", "abs_valley"])
def test_a_pixel_leads_back_to_the_point_drawn_there(name: str, theta: float, phi: float) -> None:
    surface = SURFACES[name]()
    display, looking = Display(surface, surface.domain), sight(theta, phi)
    low, high = display.domain[:, 0], display.domain[:, 1]
    shares = np.random.default_rng(4).uniform(0.05, 0.95, (40, 2))
    points = display.to_world(low + shares * (high - low))
    pixels = looking.pixel(points)
    found = [on_surface(looking, display, x, y) for x, y in pixels]
    assert all(point is not None for point in found)
    again = looking.pixel(display.to_world(np.array(found)))
    assert np.abs(again - pixels).max() < 0.01  # the very point, or one before it that hides it
    nearer = np.linalg.norm(display.to_world(np.array(found)) - points, axis=1)
    assert (nearer < 1e-3).mean() > 0.5


def test_beside_the_surface_there_is_nothing() -> None:
    surface = SURFACES["bowl"]()
    assert on_surface(sight(), Display(surface, surface.domain), 1, 1) is None


def test_the_ball_in_front_is_picked() -> None:
    looking = sight()
    eye = np.linalg.inv(looking.view)[:3] @ [0, 0, 1 / looking.factors[2], 1]
    near = eye + 0.9 * (np.zeros(3) - eye)
    x, y = looking.pixel(np.zeros(3))
    balls = [BallAt(0, 0, np.zeros(3), 0.2), BallAt(1, 3, near, 0.2)]
    assert ball_at(looking, balls, x, y) == (1, 3)
    assert ball_at(looking, balls[:1], x + 2, y) == (0, 0)
    assert ball_at(looking, balls, x + 200, y) is None


def test_points_are_rounded_below_a_pixel_and_stay_inside() -> None:
    domain = ((-2.0, 2.2), (-1.6, 2.6))
    assert rounded(np.array([0.123456, -0.98765]), domain) == (0.123, -0.988)
    assert rounded(np.array([2.2, -1.6]), domain) == (2.2, -1.6)


# --- the camera


class Stage:
    floor, middle_of_room = 0.5, (1.0, -0.5)


def hand() -> CameraHand:
    made = CameraHand()
    made.scene = Stage
    return made


POSE = CameraPose(22.0, 40.0, 1.3, np.array([0.4, 0.2, 0.9]))


def place(pose: CameraPose, point: np.ndarray) -> np.ndarray:
    from thalweg.geometry.framing import View, project

    return project(point, pose.center, pose.theta, pose.phi, View(pose.scale, 0, 0))


def test_an_idle_hand_leaves_the_films_camera() -> None:
    held = hand()
    assert held(POSE) is POSE
    held.turn(5, 5, POSE)
    assert held(POSE) is not POSE
    held.back()
    assert held(POSE) is POSE


def test_turning_keeps_the_landscapes_middle_and_enlarging_that_of_the_room() -> None:
    held = hand()
    middle = np.array([0, 0, Stage.floor])
    before = place(held(POSE), middle)
    for _ in range(3):  # as the mouse tells it, several times between two pictures
        held.turn(10, -4, POSE)
    seen = held(POSE)
    assert (seen.theta, seen.phi) == (52.0, 28.0)
    assert np.abs(place(seen, middle) - before).max() < 1e-9
    middle = held.on_floor(seen, Stage.middle_of_room)
    held.enlarge(1.5, Stage.middle_of_room)
    seen = held(POSE)
    assert seen.scale == pytest.approx(1.3 / 1.5)
    assert np.abs(place(seen, middle) - Stage.middle_of_room).max() < 1e-9


def test_turning_keeps_the_rooms_middle_where_the_landscapes_is_out_of_sight() -> None:
    held = hand()
    held(POSE)
    held.pull((0.0, 0.0), (9.0, 3.0))
    middle = held.on_floor(held(POSE), Stage.middle_of_room)
    held.turn(30, -10, held(POSE))
    assert np.abs(place(held(POSE), middle) - Stage.middle_of_room).max() < 1e-9


def test_what_is_pulled_comes_along_and_the_wheel_keeps_what_is_under_it() -> None:
    held = hand()
    shown = held(POSE)
    point = held.on_floor(shown, (-2.0, 1.0))
    held.pull((-2.0, 1.0), (0.5, 0.7))
    shown = held(POSE)
    assert np.abs(place(shown, point) - (0.5, 0.7)).max() < 1e-9
    point = held.on_floor(shown, (2.0, -1.0))
    held.enlarge(1.7, (2.0, -1.0))
    assert np.abs(place(held(POSE), point) - (2.0, -1.0)).max() < 1e-9


def test_the_camera_stays_above_the_ground() -> None:
    held = hand()
    for way in (1, -1):
        for _ in range(100):
            held.turn(0, 7 * way, held(POSE))
        assert 0 <= held(POSE).phi <= 89
    held.turn(0, 7, held(POSE))
    assert held(POSE).phi == 7  # no reserve beyond the stop has to be turned back first


# --- sliders


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_every_slider_shows_what_it_sets_within_its_range(name: str) -> None:
    optimizer = OPTIMIZERS[name]()
    if name == "sgd":
        optimizer = type(optimizer)(momentum=0.9)  # else nesterov is no rule
    for knob in knobs(optimizer):
        for share in (0.0, 0.21, 0.5, 0.83, 1.0):
            value = knob.at(share)
            try:
                changed = type(optimizer)(**{**vars(optimizer), knob.name: knob.whole(optimizer, value)})
            except ValueError as error:
                assert "no rule" in str(error)  # two values that do not go together; each alone is in its range
                continue
            assert knob.value(changed) == value
            assert knob.scale == "switch" or knob.share(value) == pytest.approx(share, abs=0.01)


def test_sliders_of_a_users_rule() -> None:
    made = knobs(own_rule("m = beta*m + grad(w)\nw = w - lr*m - a*w", {"lr": 0.1, "beta": 0.9, "a": -0.5}))
    assert [(knob.name, knob.scale) for knob in made] == [("lr", "log"), ("beta", "near one"), ("a", "even")]
    assert made[1].at(made[1].share(0.9)) == 0.9 and made[2].low < -0.5 < 0.5 < made[2].high


def test_rates_have_even_ratios() -> None:
    lr = next(knob for knob in knobs(OPTIMIZERS["adam"]()) if knob.name == "lr")
    assert lr.scale == "log"
    assert lr.at(0.6) / lr.at(0.5) == pytest.approx(lr.at(0.3) / lr.at(0.2), rel=0.02)
    assert Knob("x", None, "near one", 0, 0.999).at(1 / 3) == 0.9


LEGEND = Place(26, 66, 280, 316)  # of a film of 1280x720


@pytest.mark.parametrize(
    "taken,left",
    [([LEGEND], True), ([LEGEND, Place(26, 450, 240, 240)], False), ([LEGEND, Place(974, 450, 280, 240)], True)],
)
def test_sliders_stand_beside_what_the_picture_says(taken: list[Place], left: bool) -> None:
    panel = Panel()
    panel.knobs = knobs(OPTIMIZERS["sgd"]())
    box = panel._place(1.0, 1280, 720, taken)
    assert (box.left < 640) is left
    assert not any(overlap(box, place) for place in taken)
    assert 3 <= panel.rows <= len(panel.knobs)
    assert 0 <= box.top and box.top + box.height <= 720


# --- keys


def test_every_key_has_one_meaning_and_help() -> None:
    assert len(TABLE) == sum(len(binding.keys) for binding in BINDINGS)
    assert name_of("LEFT", {"shift", "ctrl", "alt"}) == "ctrl+shift+LEFT"
    said = " ".join(key for _, keys in HELP for key, _ in keys)
    letters = [key for key in TABLE if len(key) == 1 and key.isalpha()]
    assert [key for key in letters if key not in said] == []
