"""Surfaces that are a mean over examples: the sum, its batches, and the data they take."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest

from thalweg.calculus import SURFACES, Surface

NAMES = [name for name in SURFACES if hasattr(SURFACES[name], "batch_gradient")]
each = pytest.mark.parametrize("name", NAMES)
POINTS = np.random.default_rng(4).uniform(-2, 2, (7, 2))


def test_both_are_there() -> None:
    assert {"least_squares", "logistic"} <= set(NAMES)


@each
def test_the_whole_as_one_batch_is_the_gradient(name: str) -> None:
    surface: Any = SURFACES[name](examples=31)
    everything = np.tile(np.random.default_rng(1).permutation(31), (7, 1))
    np.testing.assert_allclose(surface.batch_gradient(POINTS, everything), surface.gradient(POINTS), rtol=1e-12)
    halves = [surface.batch_gradient(POINTS, everything[:, :15]), surface.batch_gradient(POINTS, everything[:, 15:])]
    np.testing.assert_allclose((15 * halves[0] + 16 * halves[1]) / 31, surface.gradient(POINTS), rtol=1e-12)


@each
def test_a_batch_of_one_is_one_examples_loss(name: str) -> None:
    surface: Any = SURFACES[name](examples=5)
    alone: Any = type(surface)(**{**surface.parameters, "data": (tuple(surface.pairs[3]),) * 2})
    np.testing.assert_allclose(surface.batch_gradient(POINTS, np.full((7, 1), 3)), alone.gradient(POINTS), rtol=1e-12)


@each
@pytest.mark.parametrize("size", [1, 2, 3, 8, 13])
def test_a_runs_batch_does_not_depend_on_its_company(name: str, size: int) -> None:
    surface: Any = SURFACES[name]()
    chosen = np.random.default_rng(2).integers(0, surface.count, (7, size))
    together = surface.batch_gradient(POINTS, chosen)
    for run in range(7):
        alone = surface.batch_gradient(POINTS[run : run + 1], chosen[run : run + 1])
        assert alone.tobytes() == together[run].tobytes()


@each
def test_examples_come_from_their_seed(name: str) -> None:
    cls: Any = SURFACES[name]
    given = {"scatter": 0.5} if "scatter" in cls.__dataclass_fields__ else {}
    pairs = [cls(seed=seed, **given).pairs.tolist() for seed in (3, 3, 4)]
    assert pairs[0] == pairs[1] != pairs[2]
    assert cls(examples=40).count == len(cls(examples=40).pairs) == 40


def test_given_data_is_what_is_fitted() -> None:
    line: Any = SURFACES["least_squares"](data=[[0, 1], [1, 3], [2, 5]])
    assert (line.count, line.pairs.tolist()) == (3, [[0, 1], [1, 3], [2, 5]])
    (minimum,) = line.minima
    assert (minimum.x, minimum.y, minimum.value) == pytest.approx((2, 1, 0), abs=1e-9)


def test_the_best_line_is_numpys() -> None:
    line: Any = SURFACES["least_squares"](examples=50, seed=8)
    (minimum,) = line.minima
    assert (minimum.x, minimum.y) == pytest.approx(tuple(np.polyfit(*line.pairs.T, 1)), abs=1e-7)


def test_logistic_is_the_mean_of_log_odds_and_stays_finite_far_out() -> None:
    surface: Any = SURFACES["logistic"](penalty=0.0)
    x, y = 0.7, -0.4
    terms = [math.log1p(math.exp(-(2 * t - 1) * (x * u + y))) for u, t in surface.pairs.tolist()]
    assert surface.value([x, y]) == pytest.approx(sum(terms) / len(terms), rel=1e-14)
    far = np.array([[1e4, 0.0], [-1e6, 3.0]])
    assert np.isfinite(surface.value(far)).all() and np.isfinite(surface.gradient(far)).all()
    assert np.isfinite(surface.hessian(far)).all() and (surface.value(far) > 100).all()


@each
def test_they_go_to_another_process_and_domain_with_their_data(name: str) -> None:
    surface: Any = SURFACES[name](data=[[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]])
    other: Any = pickle.loads(pickle.dumps(surface.with_domain(((-1.0, 1.0), (-1.0, 1.0)))))
    assert other.pairs.tolist() == surface.pairs.tolist() and other == surface
    assert other.value([0.3, 0.2]) == surface.value([0.3, 0.2])


@each
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"examples": 1}, "examples=1: must be a whole number"),
        ({"examples": 2.5}, "whole number"),
        ({"seed": True}, "whole number"),
        ({"data": [[0, 1]]}, "1 example; give 2 to"),
        ({"data": [[0, 1], [1]]}, "item 1 is not two finite numbers"),
        ({"data": [[0, 1], 3]}, "item 1"),
        ({"data": [[0, 1], [math.nan, 1]]}, "item 1"),
    ],
)
def test_data_that_cannot_be_used(name: str, given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SURFACES[name](**given)


def test_logistic_knows_yes_and_no_only() -> None:
    with pytest.raises(ValueError, match="data: item 1: t is 0.5; it must be 0 or 1"):
        SURFACES["logistic"](data=[[0, 1], [1, 0.5]])
    assert issubclass(SURFACES["logistic"], Surface)
