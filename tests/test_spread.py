"""Clouds of trembling balls: against closed forms, and theory against many runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.loading import shot
from thalweg import OPTIMIZERS, SURFACES, roll
from thalweg.engine.noise import NOISES
from thalweg.experiment.spread import cloud, ellipse, moments, reach, spreads, stationary


def test_an_ellipse_is_two_standard_deviations_away_in_every_direction() -> None:
    """The Mahalanobis distance from the mean is 2 everywhere on it."""
    mean, covariance = np.array([0.5, -1.0]), np.array([[2.0, 0.6], [0.6, 0.5]])
    around = ellipse(mean, covariance) - mean
    distance = np.sqrt(np.einsum("ni,ij,nj->n", around, np.linalg.inv(covariance), around))
    assert distance == pytest.approx(2, rel=1e-9) and around[0] == pytest.approx(around[-1])
    assert reach(np.diag([0.25, 4.0])) == 4.0


@pytest.mark.parametrize("lr", [0.01, 0.15, 0.9])
def test_of_gradient_descent_theory_is_the_text_books_formula(lr: float) -> None:
    """Each direction is an autoregression: variance lr std^2 / (h (2 - lr h)) (Mandt, Hoffman and Blei 2017, exact)."""
    found = stationary(OPTIMIZERS["sgd"](lr=lr), SURFACES["bowl"](a=1.0, b=2.0), np.zeros(2), 1.2)
    assert found == pytest.approx(np.diag([lr * 1.44 / (h * (2 - lr * h)) for h in (1.0, 2.0)]), rel=1e-9)


@pytest.mark.parametrize(
    "hyper",
    [
        dict(lr=0.02, momentum=0.9),
        dict(lr=0.1, momentum=0.5, dampening=0.3),
        dict(lr=0.1, momentum=0.5, nesterov=True, weight_decay=0.2),
    ],
    ids=str,
)
def test_with_momentum_theory_is_what_many_runs_do(hyper: dict) -> None:
    bowl, optimizer, runs = SURFACES["bowl"](), OPTIMIZERS["sgd"](**hyper), 6000
    index = np.arange(runs)
    path = roll(optimizer, bowl, np.zeros((runs, 2)), 300, noise=NOISES["gaussian"](std=1.2), replica=index,
                start_index=0 * index, record="last")  # fmt: skip
    seen, told = np.cov(path.positions[:, -1].T), stationary(optimizer, bowl, np.zeros(2), 1.2)
    assert told is not None
    assert np.diag(seen) == pytest.approx(np.diag(told), rel=0.08)  # four standard errors, 4 sqrt(2 / 6000)


def test_beyond_the_stability_limit_there_is_none() -> None:
    assert stationary(OPTIMIZERS["sgd"](lr=1.01), SURFACES["bowl"](), np.zeros(2), 1.0) is None


def test_many_balls_are_a_cloud_and_of_few_the_last_iterates_are() -> None:
    positions = np.arange(2.0 * 10 * 21 * 2).reshape(-1, 21, 2)[:10]
    last = np.full(10, 20)
    last[3] = 7  # its run has ended
    assert len(cloud(positions, last, 20)) == 9 and (cloud(positions, last, 5) == positions[:, 5]).all()
    assert len(cloud(positions[:2], last[:2], 20)) == 2 * 11
    mean, covariance = moments(np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]]))
    assert mean.tolist() == [1, 1] and covariance == pytest.approx(np.eye(2) * 4 / 3)
    assert np.isnan(moments(np.zeros((1, 2)))[1]).all()


def test_theory_is_told_only_where_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    path.write_text(
        "surface: bowl\nsteps: 30\nreplicas: 10\nnoise: {std: 1}\noptimizers: [sgd, momentum, adam, "
        "sgd: {schedule: cosine}, sgd: {clip: {norm: 1}}]\n",
        encoding="utf-8",
    )
    made = shot(path)
    told = spreads(made.experiment, made.roll())
    assert [each.theory is not None for each in told] == [True, True, False, False, False]
    assert all(each.of_balls and each.points == 10 for each in told)
