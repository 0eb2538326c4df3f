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
from thalweg.geometry.pace import Slow, Span, Wanted, make_timing
from thalweg.geometry.reading import told_steps

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
    timing = make_timing(display, path(steps), MINIMA, Wanted(pace, seconds, 2.0, 3.0, 4))
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
    timing = make_timing(display, path(40), MINIMA, Wanted("dramatic", seconds, intro, hold, slow))
    assert timing.duration == seconds and timing.steps[-1] == 40
    assert timing.intro + timing.hold <= 0.8 * seconds + 1e-9
    assert (np.diff(timing.seconds) >= -1e-12).all() and np.isfinite(timing.seconds).all()


def test_even_pace_gives_every_step_the_same_time(display):
    timing = make_timing(display, path(250), MINIMA, Wanted("even", 15.0, 2.0, 3.0, 4))
    at = np.interp(np.arange(251), timing.steps[1:-1], timing.seconds[1:-1])
    assert np.abs(np.diff(at) - 10 / 250).max() < 1e-9


def passed(timing, steps) -> np.ndarray:
    """The seconds at which steps are passed."""
    return np.interp(steps, timing.steps[1:-1], timing.seconds[1:-1])


def test_the_first_steps_are_slow_in_a_dramatic_film(display):
    timing = make_timing(display, path(300), MINIMA, Wanted("dramatic", 15.0, 2.0, 3.0, 4))
    each = np.diff(passed(timing, np.arange(6.0)))
    assert each[:4] == pytest.approx([0.5] * 4, abs=0.2) and each[:4].sum() == pytest.approx(2, abs=0.2)
    assert each[4] < 0.25
    moving = np.gradient(timing.steps[1:-1], timing.seconds[1:-1])
    at_rest = np.interp(passed(timing, np.arange(1.0, 4)), timing.seconds[1:-1], moving)
    assert (at_rest < 0.1 * moving.max()).all(), "each of them starts and ends at rest"


def test_a_short_film_is_the_ten_second_one_made_faster(display):
    long, short = (make_timing(display, path(300), MINIMA, Wanted("dramatic", s, 2.0, 3.0, 4)) for s in (10.0, 5.0))
    shares = np.linspace(0, 1, 500)
    shown = [np.interp(shares * timing.duration, timing.seconds, timing.steps) for timing in (long, short)]
    assert np.abs(shown[0] - shown[1]).max() < 1.0


def test_what_is_decided_is_shown_slower(display):
    steps = np.linspace(0, 1, 401)[:, None]
    going = (np.array([-2.0, 1.0]) * (1 - steps) + np.array([2.0, 1.0]) * steps)[None]  # passes from 0,0 to 1,1
    timing = make_timing(display, going, MINIMA, Wanted("dramatic", 15.0, 2.0, 3.0, 0))
    at = np.interp(np.arange(401), timing.steps[1:-1], timing.seconds[1:-1])
    nearest = np.linalg.norm(going[0][:, None] - MINIMA, axis=-1).argmin(axis=1)
    changes = int(np.flatnonzero(np.diff(nearest))[-1])
    assert np.diff(at)[changes] > 1.4 * np.diff(at)[[100, -50]].max()


def two_ways(steps: int, apart: int) -> np.ndarray:
    """Two balls go along y = x side by side until one turns off, (2, steps + 1, 2); they arrive at the end."""
    share = np.arange(steps + 1) / steps
    straight = np.stack([-2 + 3 * share, -2 + 3 * share], axis=-1)
    turned = straight + np.maximum(share - apart / steps, 0)[:, None] * np.array([-1.5, 1.5])
    return np.stack([straight, turned])


@pytest.mark.parametrize("seconds, steps, least, most", [(15.0, 300, 2, 3), (None, 300, 2, 3), (5.0, 300, 1, 1.5)])
def test_what_is_decisive_has_two_to_three_seconds(display, seconds, steps, least, most):
    timing = make_timing(display, two_ways(steps, 150), MINIMA, Wanted("dramatic", seconds), decisive=(145.0, 160.0))
    begin, end = passed(timing, [145.0, 160.0])
    assert least <= end - begin <= most and timing.decided == pytest.approx((begin, end))


@pytest.mark.parametrize("seconds", [None, 15.0, 10.0])
def test_what_comes_after_the_motion_is_a_time_lapse(display, seconds):
    """A ball that comes down exponentially, then trembles about its hole for ever: 95 % of its way is done when
    exp(-k / 20) = 0.05, at k = 60 of 400 steps."""
    k = np.arange(401)
    trembling = 0.02 * np.where(k % 2, 1, -1)
    way = np.stack([-2 * np.exp(-k / 20) + trembling, np.zeros(401)], axis=-1)[None]
    timing = make_timing(display, way, MINIMA, Wanted("dramatic", seconds))
    arrived = -20 * math.log(0.05)
    begin, end = passed(timing, [arrived, 400.0])
    assert 1 <= end - begin <= 2
    assert timing.pieces[-2].name == "time-lapse" and 1 <= timing.pieces[-2].end - timing.pieces[-2].begin <= 2
    assert passed(timing, [arrived])[0] - timing.intro > 3 * (seconds or 15) / 15


def test_pieces_follow_each_other_from_the_first_second_to_the_last(display):
    for wanted in (Wanted(), Wanted(seconds=4.0), Wanted("even"), Wanted(intro=0.0, hold=0.0, slow_steps=0)):
        timing = make_timing(display, two_ways(200, 90), MINIMA, wanted, decisive=(85.0, 100.0))
        assert timing.pieces[0].begin == 0 and timing.pieces[-1].end == timing.duration
        assert all(a.end == b.begin for a, b in zip(timing.pieces, timing.pieces[1:], strict=False))
        assert sum(piece.end - piece.begin for piece in timing.pieces) == pytest.approx(timing.duration)


def test_speed_changes_gently(display):
    """Between two moments of the clock, 1/240 s apart, by no more than 8 % of the fastest of all."""
    timing = make_timing(display, two_ways(300, 150), MINIMA, Wanted(seconds=15.0), decisive=(145.0, 160.0))
    speed = np.diff(timing.steps) / np.maximum(np.diff(timing.seconds), 1e-9)
    assert max(speed[:2].max(), speed[-1]) < 0.01 * speed.max() and speed.max() > 20
    assert np.abs(np.diff(speed)).max() < 0.08 * speed.max()


def test_a_hundred_thousand_steps_take_no_time(display):
    positions = path(100_000, balls=6)
    started = time.perf_counter()
    timing = make_timing(display, positions, MINIMA, Wanted("dramatic", None, 2.0, 3.0, 4))
    assert time.perf_counter() - started < 1.0
    assert timing.steps[-1] == 100_000 and timing.duration <= 20


# --- a pace that is listed


@pytest.mark.parametrize("steps", [100, 300, 5000])
@pytest.mark.parametrize("seconds", [None, 14.0, 10.0])
def test_listed_steps_have_their_seconds(display, steps, seconds):
    spans = (Span(0.2 * steps, 0.3 * steps, 2.0), Span(0.3 * steps, 0.6 * steps, 1.0))
    timing = make_timing(display, path(steps), MINIMA, Wanted("dramatic", seconds, spans=spans))
    for begin, end, wanted in spans:
        shown = np.diff(passed(timing, [begin, end]))[0]
        assert shown == pytest.approx(wanted, rel=0.03)
        pieces = [piece for piece in timing.pieces if piece.name == "listed"]
        assert any(abs(piece.end - piece.begin - wanted) < 0.25 for piece in pieces)
    assert seconds is None or timing.duration == seconds


def test_what_is_listed_gives_way_to_a_film_too_short_for_it(display):
    """Three tenths of the race's time are left to the others, all of it where there are no others."""
    timing = make_timing(display, path(300), MINIMA, Wanted("dramatic", 10.0, spans=(Span(100, 200, 30.0),)))
    begin, end = passed(timing, [100.0, 200.0])
    assert end - begin == pytest.approx(0.7 * 5, rel=0.05)
    half = make_timing(display, path(300), MINIMA, Wanted("dramatic", 5.0, spans=(Span(100, 200, 2.0),)))
    begin, end = passed(half, [100.0, 200.0])
    assert end - begin == pytest.approx(1, rel=0.05), "of a film of half the length it gets half"
    whole = make_timing(display, path(300), MINIMA, Wanted("dramatic", 10.0, spans=(Span(0, 300, 30.0),)))
    assert whole.duration == 10 and passed(whole, [300.0])[0] == pytest.approx(7)
    middle = np.diff(passed(whole, [100.0, 200.0]))[0]
    assert middle == pytest.approx((5 - 2 * 0.25) / 3, rel=0.01), (
        "at one speed, but for a quarter of a second at its ends"
    )


def test_a_long_list_makes_a_film_longer_that_has_no_length(display):
    timing = make_timing(display, path(300), MINIMA, Wanted("dramatic", spans=(Span(100, 200, 30.0),)))
    assert timing.duration > 35 and np.diff(passed(timing, [100.0, 200.0]))[0] == pytest.approx(30, rel=0.02)


def test_slow_motion_around_an_event(display):
    """A ball of even speed: so many steps a second are shown without it, a quarter as many in the seconds with it."""
    share = np.linspace(0, 1, 401)[:, None]
    going = (np.array([-2.2, -1.0]) * (1 - share) + np.array([-2.2, 1.9]) * share)[None]
    plain, slowed = (
        make_timing(display, going, MINIMA[:1], Wanted("dramatic", 14.0, 2.0, 3.0, 0, slow=slow))
        for slow in ((), (Slow(200.0, 0.25, 2.0),))
    )
    (piece,) = [each for each in slowed.pieces if each.name == "slow motion"]
    assert piece.end - piece.begin == pytest.approx(2, abs=0.25)
    shown = [  # in two seconds, and a quarter of them
        np.diff(np.interp(passed(timing, [200.0])[0] + np.array([-reach, reach]), timing.seconds, timing.steps))[0]
        for timing, reach in ((plain, 0.25), (slowed, 1.0))
    ]
    assert shown[1] == pytest.approx(shown[0], rel=0.05)
    assert (piece.begin + piece.end) / 2 == pytest.approx(passed(slowed, [200.0])[0], abs=0.1), "around the event"
    assert slowed.duration == 14


@pytest.mark.parametrize("step", [0.0, 0.4, 30.5, 399.0, 400.0])
def test_an_event_at_the_edge_of_the_race_or_of_a_span_has_its_slow_motion_too(display, step):
    spans = (Span(10, 30, 1.0), Span(31, 60, 1.0))
    timing = make_timing(display, path(400), MINIMA, Wanted("dramatic", 14.0, spans=spans, slow=(Slow(step, 0.2, 2),)))
    assert timing.steps[-1] == 400 and (np.diff(timing.steps) >= 0).all()
    (piece,) = [each for each in timing.pieces if each.name == "slow motion"]
    assert piece.begin - 0.2 <= passed(timing, [step])[0] <= piece.end + 0.2
    for begin, end, wanted in spans:
        assert np.diff(passed(timing, [begin, end]))[0] == pytest.approx(wanted, rel=0.05), "spans keep theirs"


def test_speed_changes_gently_into_and_out_of_what_is_listed(display):
    timing = make_timing(display, path(300), MINIMA, Wanted("dramatic", 14.0, spans=(Span(100, 120, 3.0),)))
    frames = np.arange(14 * 30) / 30
    speed = np.diff(np.interp(frames, timing.seconds, timing.steps))
    assert np.abs(np.diff(speed)).max() < 0.35 * speed.max()


def test_what_is_told_of_flying_steps_can_be_read_and_is_never_long_ago():
    """Fast, ten times slower, fast again: each number stands for a sixth to a third of a second, or one step."""
    seconds = np.concatenate([[0.0], np.cumsum(np.repeat([0.01, 0.1, 0.5, 0.01], [73, 31, 4, 200]))])
    told = told_steps(seconds)
    stands = np.diff(seconds[told])
    assert (told[0], told[-1]) == (0, 308)
    assert ((stands[:-1] >= 1 / 6 - 1e-6) | (np.diff(told)[:-1] == 1)).all()
    assert ((stands <= 1 / 3 + 1e-6) | (np.diff(told) == 1)).all()
    assert (np.diff(told)[:-1] % 2 == 1).all(), "who hops to and fro is told of on both sides"
