"""The clock of frames and the pace of steps."""

from __future__ import annotations

import math
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.calculus import SURFACES
from thalweg.film.clock import OutsideFilm, frame_at, frame_count
from thalweg.film.outputs import gif_rate
from thalweg.geometry.display import Display
from thalweg.geometry.pace import make_timing

MINIMA = np.array([[1.0, 1.0], [0.0, 0.0]])
RATES = st.integers(1, 240)
HUNDREDTHS = st.integers(100, 360_000).map(lambda n: Fraction(n, 100))


@given(HUNDREDTHS, RATES)
def test_frame_count_is_the_exact_ceiling(duration, fps):
    assert frame_count(float(duration), fps) == math.ceil(duration * fps)


@given(HUNDREDTHS, RATES, st.fractions(0, 1, max_denominator=100_000))
def test_frame_at_is_the_frame_shown(duration, fps, share):
    seconds = Fraction(round(duration * share * 1000), 1000)
    index, frames = math.floor(seconds * fps), math.ceil(duration * fps)
    if index < frames:
        assert frame_at(float(seconds), float(duration), fps) == index
    else:
        with pytest.raises(OutsideFilm):
            frame_at(float(seconds), float(duration), fps)


@given(st.integers(0, 100_000), RATES)
def test_every_frame_is_found_by_its_own_second(index, fps):
    assert frame_at(index / fps, (index + 1) / fps, fps) == index


@pytest.mark.parametrize("seconds", [-0.5, 10.0, 1e9])
def test_a_moment_outside_the_film_says_what_there_is(seconds):
    with pytest.raises(OutsideFilm) as caught:
        frame_at(seconds, 10.0, 30)
    assert "\n" not in str(caught.value) and f"{seconds:g}" in str(caught.value) and "9.967" in str(caught.value)


@given(HUNDREDTHS, RATES)
def test_the_last_moment_that_is_named_is_the_last_frame(duration, fps):
    with pytest.raises(OutsideFilm) as caught:
        frame_at(1e308, float(duration), fps)
    last = float(str(caught.value).rsplit(" ", 1)[1])
    assert frame_at(last, float(duration), fps) == frame_count(float(duration), fps) - 1


@given(RATES)
def test_gif_rates_are_whole_hundredths(fps):
    rate = gif_rate(fps)
    assert 100 % rate == 0 and 1 <= rate <= 50
    assert abs(rate - fps) == min(abs(one - fps) for one in range(1, 51) if 100 % one == 0)
    assert rate == fps or fps not in (1, 2, 4, 5, 10, 20, 25, 50)


def path(steps: int, balls: int = 2, seed: int = 0) -> np.ndarray:
    """Balls that wander from a corner towards the two minima, (balls, steps + 1, 2)."""
    rng = np.random.default_rng(seed)
    share = np.linspace(0, 1, steps + 1)[:, None] ** 0.5
    ends = np.array([[1.0, 1.0], [0.0, 0.0]])[np.arange(balls) % 2][:, None]
    return np.array([-2.2, 1.6]) * (1 - share) + ends * share + rng.normal(size=(balls, steps + 1, 2)) * 0.02


@pytest.fixture(scope="module")
def display():
    surface = SURFACES["bowl_with_two_holes"]()
    return Display(surface, surface.domain)


@pytest.mark.parametrize("pace", ["dramatic", "even"])
@pytest.mark.parametrize("steps", [1, 2, 3, 7, 300, 5000])
@pytest.mark.parametrize("seconds", [None, 1.0, 2.5, 10.0, 60.0])
def test_every_film_begins_at_0_ends_at_the_last_step_and_never_goes_back(display, pace, steps, seconds):
    timing = make_timing(display, path(steps), MINIMA, pace, seconds, 2.0, 3.0, 4)
    assert timing.steps[0] == 0 and timing.steps[-1] == steps
    assert (np.diff(timing.seconds) >= -1e-12).all() and (np.diff(timing.steps) >= 0).all()
    assert timing.seconds[0] == 0 and timing.seconds[-1] == timing.duration
    assert timing.duration == seconds if seconds is not None else 12 <= timing.duration <= 20
    shrink = min(1.0, timing.duration / 10)
    assert timing.intro == pytest.approx(2 * shrink) and timing.hold == pytest.approx(3 * shrink)
    shown = np.interp([0.99 * timing.intro, timing.duration - timing.hold], timing.seconds, timing.steps)
    assert shown == pytest.approx([0, steps], abs=1e-6 * steps), "still in the intro, done when the hold begins"


@pytest.mark.parametrize("options", [(0.0, 0.0, 0), (60.0, 60.0, 100), (0.0, 3.0, 4), (9.0, 0.0, 50)])
@pytest.mark.parametrize("seconds", [1.0, 12.0])
def test_long_intro_and_hold_leave_the_race_its_time(display, options, seconds):
    intro, hold, slow = options
    timing = make_timing(display, path(40), MINIMA, "dramatic", seconds, intro, hold, slow)
    assert timing.duration == seconds and timing.steps[-1] == 40
    assert timing.intro + timing.hold <= 0.8 * seconds + 1e-9
    assert (np.diff(timing.seconds) >= -1e-12).all() and np.isfinite(timing.seconds).all()


def test_even_pace_gives_every_step_the_same_time(display):
    timing = make_timing(display, path(250), MINIMA, "even", 15.0, 2.0, 3.0, 4)
    at = np.interp(np.arange(251), timing.steps[1:-1], timing.seconds[1:-1])
    assert np.abs(np.diff(at) - 10 / 250).max() < 1e-9


def test_the_first_steps_are_slow_in_a_dramatic_film(display):
    timing = make_timing(display, path(300), MINIMA, "dramatic", 15.0, 2.0, 3.0, 4)
    at = np.interp([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], timing.steps[1:-1], timing.seconds[1:-1])
    assert np.diff(at)[:4] == pytest.approx([0.5] * 4, abs=1e-6) and np.diff(at)[4] < 0.25


def test_a_short_film_is_the_ten_second_one_made_faster(display):
    long, short = (make_timing(display, path(300), MINIMA, "dramatic", s, 2.0, 3.0, 4) for s in (10.0, 5.0))
    assert np.allclose(long.seconds / 2, short.seconds) and np.allclose(long.steps, short.steps)


def test_what_is_decided_is_shown_slower(display):
    steps = np.linspace(0, 1, 401)[:, None]
    going = (np.array([-2.0, 1.0]) * (1 - steps) + np.array([2.0, 1.0]) * steps)[None]  # passes from 0,0 to 1,1
    timing = make_timing(display, going, MINIMA, "dramatic", 15.0, 2.0, 3.0, 0)
    at = np.interp(np.arange(401), timing.steps[1:-1], timing.seconds[1:-1])
    nearest = np.linalg.norm(going[0][:, None] - MINIMA, axis=-1).argmin(axis=1)
    changes = int(np.flatnonzero(np.diff(nearest))[-1])
    assert np.diff(at)[changes] > 1.4 * np.diff(at)[[100, -50]].max()


def test_a_hundred_thousand_steps_take_no_time(display):
    positions = path(100_000, balls=6)
    started = time.perf_counter()
    timing = make_timing(display, positions, MINIMA, "dramatic", None, 2.0, 3.0, 4)
    assert time.perf_counter() - started < 1.0
    assert timing.steps[-1] == 100_000 and timing.duration <= 20
