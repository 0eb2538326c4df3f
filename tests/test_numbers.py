"""Numbers on screen: the digits that move are shown, all that is shown is true, axes hold what they are drawn for."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thalweg.geometry.loss_axis import LossAxis
from thalweg.geometry.ticks import between, texts
from thalweg.mobjects.curves import thinned
from thalweg.typeset.numbers import Format, cut_text, medians

FALL = 0.95 ** np.arange(120)  # a race's way from its start to the lowest value
RACES = {  # lowest value, how far above it the start is
    "5e6": (5e6, 3000.0), "1e9": (1e9, 10.0), "-1e6": (-1e6, 3000.0), "-1e12": (-1e12, 5.0),
    "uneven": (123456789.2, 0.5), "1e-30": (1e-30, 1e-30), "near one": (1.0, 1e-7), "1e300": (1e300, 1e300),
    "1e20": (1e20, 1e9), "5.37e12": (5.37e12, 5.0),
    "crosses 0": (-4.0, 9.0), "plain": (-0.68, 2.0), "hundreds": (700.0, 90.0), "1e-9": (3e-9, 2e-9),
}  # fmt: skip


def read(text: str) -> Decimal:
    """The number a text shows, exactly."""
    parts = re.fullmatch(r"(.*?)(?: ([+-]) (.*))?", text.replace("−", "-"))
    assert parts is not None
    return Decimal(parts[1]) + (Decimal(parts[2] + parts[3]) if parts[2] else 0)


@pytest.mark.parametrize("race", RACES)
def test_what_moves_by_a_five_hundredth_of_the_way_is_seen_to_move(race):
    lowest, height = RACES[race]
    losses = lowest + height * FALL
    form = Format.of(losses[None])
    for one, other in pairwise(losses[losses - losses[-1] > height / 20]):
        assert one - other >= height / 500 - np.spacing(one)
        assert form.text(one) != form.text(other), (one, other)
    assert len({form.text(loss) for loss in losses}) > 30
    for loss in losses:
        error = abs(read(form.text(loss)) - Decimal(float(loss)))
        assert error <= max(Decimal(height) / 1000, Decimal(np.spacing(abs(loss)))), form.text(loss)


@pytest.mark.parametrize("race", RACES)
def test_numbers_are_short_and_of_steady_width(race):
    lowest, height = RACES[race]
    losses = lowest + height * FALL
    form = Format.of(losses[None])
    lengths = {len(form.text(loss)) for loss in losses}
    assert max(lengths) == form.widest(losses) <= 16
    if form.kind != "plain" and race != "1e20":
        assert max(lengths) - min(lengths) <= 2, "ten more than nine, and a sign"


def test_examples():
    assert Format.of(5e6 + 3000 * FALL[None]).text(5000322.12254) == "5000322.1"
    assert Format.of(1e12 + 9 * FALL[None]).text(1e12 + 3.25) == "1e12 + 3.2500"
    assert Format.of(-1e12 + 9 * FALL[None]).text(-1e12 - 3.25) == "−1e12 − 3.2500"
    assert Format.of(1e-30 + 1e-30 * FALL[None]).text(1.5e-30) == "1.50000e−30"
    assert Format.of(1e5 * 10.0 ** -np.arange(15)[None]).text(2.5e-9) == "2.50e−9"
    assert Format.of([]).text(3.0) == Format.of([[np.nan, np.inf]]).text(3.0) == "3.0000"
    assert Format.of([[5e6, 5e6]]).text(np.nan) == Format.of([[5e6, 5e6]]).text(-np.inf) == ""


def test_a_run_that_diverges_takes_no_digits_from_the_others():
    calm, wild = 5e6 + 3000 * FALL, 5e6 + 3000 * 1.5 ** (3.0 * np.arange(120))
    form = Format.of(np.stack([calm, wild]))
    assert len({form.text(loss) for loss in calm}) > 60
    assert form.widest(np.stack([calm, wild])) <= 10, "and no width"
    assert form.text(1.613e196) == "1.61e196"


finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=200, deadline=None)
@given(st.lists(finite, min_size=1, max_size=8), finite)
@example([0.001953125], 0.0)
@example([0.0, 0.001953125], 0.0)
@example([0.05, 0.001953125], -0.00105)
@example([5.0], 0.00105)
@example([1.0, 0.001953125], 0.0)
def test_any_values_are_written_truly(values, other):
    """To half a percent, or to half a thousandth of what there is to see."""
    from thalweg.mobjects.sprites import GLYPHS

    form = Format.of([values])
    drop = (Decimal(max(values)) - Decimal(min(values))) / 2000
    for value in [*values, other]:
        text = form.text(value)
        assert set(text) <= set(GLYPHS) and len(text) <= 28
        assert abs(read(text) - Decimal(value)) <= max(
            Decimal("0.0051") * abs(Decimal(value)), drop, Decimal("5.1e-324")
        )
        assert (read(text) == 0) == (value == 0), "0 is 0 alone"


def test_a_minimum_is_0_where_rounding_is_all_that_is_left():
    assert Format.of(2.0 * FALL[None]).minimum(7.9e-31) == "0" and Format.of(2.0 * FALL[None]).text(7.9e-31) != "0"
    assert Format.of(1e-30 * FALL[None]).minimum(7.9e-31) == "7.90e−31"


def test_minima_that_differ_read_differently():
    plain = Format.of([[2.0, -0.68]])
    assert plain.apart([-0.67914, -0.42]) == plain
    finer = plain.apart([-0.679141, -0.679143])
    assert finer.text(-0.679141) != finer.text(-0.679143)
    assert plain.apart([1.0, 1.0 + 1e-15]) == plain, "rounding is no difference"


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3, 3), (1e9, 1e9 + 10), (-1e6, -997000), (1e6, 1e6 + 1), (0, 1e-5),
                                           (1e20, 1e20 + 1e6), (-1e308, 1e308), (2.2, 7.9), (123456.5, 123456.6),
                                           (1e16, 1e16 + 100), (-0.035, 0.02), (0, 1e7)])  # fmt: skip
def test_ticks_are_distinct_and_say_where_they_stand(low, high):
    ticks = between(low, high)
    assert 2 <= len(ticks) <= 12 and all(low <= tick <= high for tick in ticks)
    said = texts(ticks)
    assert len(set(said)) == len(said)
    span = Decimal(high) - Decimal(low)
    for tick, text in zip(ticks, said, strict=True):
        assert abs(read(text) - Decimal(tick)) <= span / 10000
    steps = np.diff(ticks)
    assert np.allclose(steps, steps[0], rtol=1e-6, atol=4 * np.spacing(max(abs(low), abs(high))))


@settings(max_examples=200, deadline=None)
@given(st.floats(-1e300, 1e300), st.floats(0, 1))
def test_ticks_of_any_range_are_distinct(low, share):
    high = low + max(abs(low) * share, 1e-300)
    said = texts(between(low, high))
    assert len(set(said)) == len(said) <= 12


LOSSES = {  # losses of two curves, the deepest minimum
    "bowl": (np.stack([2.0 * FALL, 2.0 * FALL**6]), 0.0),
    "tiny": (np.stack([1e-30 * FALL, 2e-30 * FALL**2]), 0.0),
    "far below the start": (np.stack([FALL**20, FALL]), 0.0),
    "offset": (5e6 + 3000 * np.stack([FALL, FALL**3]), 5e6),
    "offset, no minimum known": (1e9 + 30 * np.stack([FALL, FALL**3]), None),
    "negative": (-1e6 + 3000 * np.stack([FALL, FALL**3]), -1e6),
    "crosses 0": (3 - 5 * np.stack([1 - FALL, 1 - FALL**2]), None),
    "reaches 0": (np.maximum(np.stack([FALL, FALL**2]) - 0.01, 0), 0.0),
    "constant": (np.full((2, 50), 5e6), None),
    "zero": (np.zeros((2, 50)), 0.0),
    "one step": (np.array([[3.0, 2.0], [3.0, 2.5]]), None),
    "below the minimum of the domain": (-1.2 + np.stack([FALL, FALL**2]), -0.5),
    "below 0 by rounding": (np.stack([FALL**20, np.where(FALL < 0.1, -1e-17, FALL)]), 0.0),
    "huge": (1e300 * np.stack([FALL, -FALL]), None),
}


@pytest.mark.parametrize("case", LOSSES)
def test_the_axis_holds_its_curves(case):
    losses, lowest = LOSSES[case]
    axis = LossAxis.of(losses, lowest)
    share = axis.share(axis.level(losses))
    assert np.isfinite(share).all() and (share >= -1e-9).all() and (share <= 1 + 1e-9).all()
    ticks = axis.ticks()
    assert 2 <= len(ticks) <= 8 and len({text for _, text in ticks}) == len(ticks)
    places = axis.share(np.array([level for level, _ in ticks]))
    assert (places >= -1e-9).all() and (places <= 1 + 1e-9).all() and (np.diff(places) > 0.04).all()
    for level, text in ticks:  # a tick says the loss that stands there
        power = re.fullmatch(r"\$10\^\{(-?\d+)\}\$", text)
        said = float(Decimal(10) ** int(power[1])) if power else float(read(text))
        there = float(axis.level(np.array([said + axis.base]))[0])
        assert there == pytest.approx(level, abs=0.02 * (axis.high - axis.low))


@pytest.mark.parametrize("case", sorted(set(LOSSES) - {"zero", "constant", "below 0 by rounding"}))
def test_curves_keep_their_order_and_use_the_axis(case):
    losses, lowest = LOSSES[case]
    axis = LossAxis.of(losses, lowest)
    share = axis.share(axis.level(losses))
    assert np.ptp(share) > 0.3, "not a line along an edge"
    order = np.argsort(losses, axis=None, kind="stable")
    assert (np.diff(share.ravel()[order]) >= -1e-12).all()


def test_what_diverges_leaves_and_the_others_stay_readable():
    calm, wild = 2.0 * FALL, 2.0 * 3.0 ** np.arange(120)
    wild[-5:] = np.inf
    for base, lowest in ((0.0, 0.0), (5e6, 5e6), (-50.0, None)):
        axis = LossAxis.of(base + np.stack([calm, wild]), lowest)
        share = axis.share(axis.level(base + np.stack([calm, wild])))
        assert np.ptp(share[0]) > 0.15 and share[1, 60] > 1 and np.isnan(share[1, -5:]).all()


def test_a_gap_of_a_long_curve_stays_a_gap():
    losses = np.linspace(5, 1, 20000)
    losses[7000:7003] = np.nan
    kept = thinned(losses[:, None])
    assert len(kept) < 1500 and np.isnan(losses[kept]).any()
    inside = (kept >= 6999) & (kept <= 7003)
    assert kept[inside][0] == 6999 and kept[inside][-1] == 7003, "it is as long as it was"


def test_any_losses_have_an_axis_and_numbers():
    rng = np.random.default_rng(1)
    for _ in range(400):
        losses = rng.normal(size=(rng.integers(1, 4), rng.integers(1, 30))) * 10.0 ** rng.integers(-320, 308)
        losses = np.abs(losses) if rng.random() < 0.3 else losses
        losses = losses + 10.0 ** rng.integers(-5, 300) if rng.random() < 0.3 else losses
        odd = rng.choice([np.nan, np.inf, -np.inf, 0, 5e-324, 1.7e308])
        losses = np.where(rng.random(losses.shape) < 0.1, odd, losses)
        axis = LossAxis.of(losses, rng.choice([None, 0.0]))
        ticks = axis.ticks()
        assert np.isfinite([axis.low, axis.high]).all() and axis.low < axis.high
        assert 2 <= len(ticks) <= 9 and len({text for _, text in ticks}) == len(ticks)
        form = Format.of(losses)
        assert all(bool(form.text(loss)) == np.isfinite(loss) for loss in losses.ravel())


def test_what_stands_still_needs_few_digits():
    assert Format.of([[0.30595910335987, 0.3, 0.3, 0.3]]).text(0.3) == "0.3000"
    assert Format.of([0.3, 0.3 + 1e-16, 0.3]).text(0.3) == "0.3000"
    assert Format.of([[0.3000012, 0.3000011, 0.3]]).text(0.3000011) != "0.3000"


@pytest.mark.parametrize(
    ("cut", "text"),
    [(6.14759, "6.15"), (6.14, "6.14"), (-6.14759, "−6.14"), (0.0, "0"), (123456.0, "124000"), (0.5, "0.5")],
)
def test_where_it_is_cut_off_in_three_digits_that_are_true(cut, text):
    assert cut_text(cut) == text


def test_medians_of_balls_of_which_most_are_lost():
    paths = [SimpleNamespace(loss=np.array([[1.0, np.nan], [2.0, np.nan], [9.0, 5.0]]))]
    assert medians(paths).tolist() == [[2.0, np.inf]]
