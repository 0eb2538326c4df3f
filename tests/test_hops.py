"""Hops: at most three a second are seen, each of them a true step, and a ball that does not hop is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.calculus import SURFACES
from thalweg.geometry.display import Display
from thalweg.geometry.hops import hops, thinned
from thalweg.geometry.pace import Wanted, make_timing
from thalweg.geometry.playback import Playback

RADIUS = 0.18


def to_and_fro(steps: int, far: float = 1.0, drift: float = 0.0) -> np.ndarray:
    """A ball that swings between two places, (steps + 1, 2)."""
    k = np.arange(steps + 1)
    return np.stack([np.where(k % 2, far, -far), -drift * k], axis=-1)


def test_a_hop_is_long_and_turns_back() -> None:
    way = np.array([[0, 0], [1, 0], [0, 0], [0.1, 0], [0, 0], [1, 0], [2, 0.1], [1, 0.1]], float)[None]
    assert hops(way, RADIUS)[0].tolist() == [False, True, False, False, True, False, True]


@pytest.mark.parametrize("rate", [3.2, 5, 12, 60, 1000])
def test_of_many_hops_three_a_second_are_shown_and_they_are_steps_of_the_run(rate: float) -> None:
    steps = int(6 * rate)
    seconds = np.linspace(1, 7, 2000)
    (shown,) = thinned(to_and_fro(steps)[None], RADIUS, seconds, (seconds - 1) * rate)
    hopping = shown.until > shown.since
    begin = shown.begin[hopping]
    assert (shown.until - shown.since <= 1).all() and (shown.since[1:] >= shown.until[:-1]).all()
    assert ((begin[3:] - begin[:-3]) > 1).all(), "never four in a second"
    assert len(begin) >= 2.3 * 6, "and not many fewer"
    assert np.abs(shown.jump).max() < 1e-9, "a cut from one side to the same side is not seen"
    behind = shown.since - (shown.begin - 1) * rate
    assert np.abs(behind).max() <= 0.8 * rate + 2, "near the clock"


def test_who_hops_slowly_or_a_little_is_shown_as_it_is() -> None:
    seconds = np.linspace(0, 30 / 2.9, 2000)
    steady = np.stack([np.linspace(0, 5, 31), np.zeros(31)], axis=-1)
    ways = np.stack([to_and_fro(30), to_and_fro(30, far=0.06), steady])
    assert thinned(ways, RADIUS, seconds, 2.9 * seconds) == ()
    seconds = np.linspace(0, 30 / 3.2, 2000)
    assert [shown.ball for shown in thinned(ways, RADIUS, seconds, seconds * 3.2)] == [0]


@pytest.fixture(scope="module")
def hopping() -> Playback:
    """A ball that comes down to a hole, and swings about it for ever beside one that rests."""
    surface = SURFACES["bowl"]()
    display = Display(surface, surface.domain)
    k = np.arange(121)
    swing = np.stack([np.where(k % 2, 0.5, -0.5) - 1.5 * 0.7**k, 1.5 * 0.7**k], axis=-1)
    rests = np.stack([-1.5 * 0.9**k, 1.5 * 0.9**k], axis=-1)
    positions = np.stack([swing, rests])
    timing = make_timing(display, positions, np.zeros((1, 2)), Wanted(), RADIUS)
    return Playback(display, positions, np.array([120, 120]), np.arange(2), RADIUS, timing)


def test_a_film_shows_at_most_three_swings_a_second(hopping: Playback) -> None:
    """Counted on frames, 120 a second: turning points of the drawn ball that are more than a radius apart."""
    times = np.arange(0, hopping.duration, 1 / 120)
    drawn = np.array([hopping.display.to_plate(hopping.at(seconds).below)[0] for seconds in times])
    moving = np.diff(drawn, axis=0)
    some = np.flatnonzero(np.linalg.norm(moving, axis=1) > 1e-9)
    turns = some[1:][(moving[some[1:]] * moving[some[:-1]]).sum(axis=1) < 0]
    ends = np.concatenate([[0], turns, [len(drawn) - 1]])
    at = times[ends[1:]][np.linalg.norm(np.diff(drawn[ends], axis=0), axis=1) > RADIUS]
    assert len(at) > 10 and max(((at >= begin) & (at < begin + 1)).sum() for begin in at) <= 3


def test_what_is_shown_of_a_hopping_ball_is_on_its_path(hopping: Playback) -> None:
    own = 0
    for seconds in np.linspace(0, hopping.duration, 300):
        moment = hopping.at(seconds)
        for ball in (0, 1):
            way = hopping.iterates[ball]
            place = [np.interp(moment.steps[ball], np.arange(121), way[:, axis]) for axis in (0, 1)]
            assert np.allclose(moment.points[ball], place)
        own += moment.steps[0] != moment.step
        assert moment.steps[1] == moment.step
        assert (
            np.linalg.norm((moment.below - moment.points) * hopping.display.scale, axis=1).max() <= 1.1 * RADIUS + 1e-9
        )
    assert own > 20
    assert hopping.at(hopping.duration).steps.tolist() == [120, 120]


def test_six_hops_are_shown_one_by_one_before_it_becomes_a_time_lapse(hopping: Playback) -> None:
    names = [piece.name for piece in hopping.timing.pieces]
    assert names.index("hops") < names.index("time-lapse")
    shown = hopping.timing.shown[0]
    first_cut = int((shown.since[1:] > shown.until[:-1]).argmax())
    assert hops(hopping.display.to_plate(hopping.iterates), RADIUS)[0, : shown.until[first_cut]].sum() >= 6
    even = make_timing(hopping.display, hopping.iterates, np.zeros((1, 2)), Wanted("even"), RADIUS)
    assert even.shown == (), "even is even"
