"""What comments and captions of films in configs/ claim, by closed forms, geometry and loops of their own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from tests.scenes_help import shot
from thalweg.engine import OPTIMIZERS, roll
from thalweg.experiment.events import reaches_minimum
from thalweg.experiment.manner import HOPS, manners
from thalweg.experiment.outcomes import outcomes_of

TURN = np.array([[1, 1], [-1, 1]]) / np.sqrt(2)  # by 45 degrees, clockwise; of rows: @ TURN.T
AXES, TURNED = np.array([-2.5, -1.0]), np.array([0.9, -0.1])  # the minima of the two ravines


def raced(name: str, overrides=()):
    """The experiment of a film and its trajectories."""
    made = shot(name, overrides=overrides)
    return made.experiment, made.roll()


def arrivals(name: str, overrides=()) -> list[float]:
    """Of each entry's first ball, the step at which it has reached a minimum; NaN if it never does."""
    experiment, paths = raced(name, overrides)
    found = [reaches_minimum(path, experiment.surface, experiment.tolerance)[0] for path in paths]
    return np.ceil(np.array(found) - 1e-9).tolist()


# --- turned_ravine


def test_the_two_ravines_are_one_turned_by_45_degrees() -> None:
    experiment, _ = raced("turned_ravine")
    near = np.random.default_rng(1).uniform(-0.6, 0.6, (40, 2))
    losses = experiment.surface.value(AXES + near)
    np.testing.assert_allclose(losses, 10 * near[:, 0] ** 2 + 0.1 * near[:, 1] ** 2, rtol=1e-12)
    np.testing.assert_allclose(experiment.surface.value(TURNED + near @ TURN.T), losses, rtol=1e-9)
    starts = [entry.starts[0] for entry in experiment.entries]
    for along, turned in zip(starts[::2], starts[1::2], strict=True):
        np.testing.assert_allclose(turned - TURNED, (along - AXES) @ TURN.T, atol=1e-6)


def test_turning_means_nothing_to_sgd_and_the_full_matrix_but_all_to_rates_per_weight() -> None:
    _, (sgd, sgd_turned, _, adagrad_turned, full, full_turned) = raced("turned_ravine")
    for along, turned in ((sgd, sgd_turned), (full, full_turned)):
        back = (turned.positions[0] - TURNED) @ TURN + AXES
        np.testing.assert_allclose(back, along.positions[0], atol=2e-6)
    np.testing.assert_allclose(sgd.positions[0, -1, 1] + 1, 3.2 * (1 - 0.09 * 0.2) ** 60, rtol=1e-9)
    assert adagrad_turned.loss[0, -1] > sgd_turned.loss[0, -1]
    assert arrivals("turned_ravine") == pytest.approx([np.nan, np.nan, 37, np.nan, 41, 41], nan_ok=True)


def test_at_no_rate_does_adagrad_arrive_in_the_turned_ravine() -> None:
    experiment, _ = raced("turned_ravine")
    starts = [entry.starts[0] for entry in experiment.entries[:2]]
    rates, arrived = np.geomspace(0.01, 1, 25), []
    for start in starts:
        path = roll(OPTIMIZERS["adagrad"](), experiment.surface, [start] * 25, 200, hyper={"lr": rates})
        arrived.append(np.isfinite(reaches_minimum(path, experiment.surface, experiment.tolerance)).sum())
    assert arrived[0] > 5 and arrived[1] == 0


# --- river_valley


def test_who_leaves_the_walls_of_the_river_valley() -> None:
    experiment, paths = raced("river_valley")
    sgd, cosine, free = (path.positions[0] for path in paths)
    # on the walls it hops between x and -x: lr exp(y / 2) = 2 q with q^2 = 1 + x^2, and along y what pulls is balanced
    y = brentq(lambda y: 0.5 * np.exp(y / 2) * (0.15 * np.exp(y / 2) - 1) - 0.05 * (6 - y), 3.8, 6)
    x = np.sqrt((0.15 * np.exp(y / 2)) ** 2 - 1)
    assert (round(x, 2), round(y, 2)) == (0.25, 3.86) and 2 / np.exp(3.8 / 2) == pytest.approx(0.3, abs=2e-3)
    np.testing.assert_allclose(sorted(sgd[-2:, 0]), [-x, x], atol=2e-3)
    np.testing.assert_allclose(sgd[-2:, 1], y, atol=2e-3)
    assert abs(cosine[100:200, 0]).max() > 0.25, "it was on the walls"
    assert abs(cosine[200:, 0]).max() < 0.002 and abs(free[60:, 0]).max() < 0.03
    assert [round(float(path.loss[0, -1]), 4) for path in paths] == [0.3294, 0.0028, 0.0059]
    each = manners(experiment, paths, outcomes_of(experiment, paths))
    assert [entry[0].word == HOPS for entry in each] == [True, False, False]


# --- flat_and_sharp


def test_the_sharp_hole_keeps_slow_balls_only() -> None:
    experiment, paths = raced("flat_and_sharp")
    surface = experiment.surface
    sharp, flat = surface.minima
    limits = [2 / np.linalg.eigvalsh(surface.hessian(hole[:2])).max() for hole in (sharp, flat)]
    assert (round(limits[0], 3), round(limits[1], 2)) == (0.065, 1.12)
    assert f"{limits[0]:.3f} in the sharp hole, {limits[1]:.2f} in the flat one" in shot("flat_and_sharp").caption
    ends = [path.positions[0, -1] for path in paths]
    np.testing.assert_allclose(ends[0], sharp[:2], atol=1e-6)
    np.testing.assert_allclose(ends[2:], [flat[:2]] * 2, atol=1e-6)
    circling = paths[1].positions[0, 20:] - sharp[:2]
    assert (np.hypot(*circling.T) < 0.4).all() and np.hypot(*np.diff(circling, axis=0).T).min() > 0.05
    longer = roll(OPTIMIZERS["sgd"](lr=0.1), surface, surface.start, 5000).positions[0, -200:] - sharp[:2]
    assert (np.hypot(*longer.T) < 0.4).all()


# --- two_layer


def test_large_rates_stop_at_more_balanced_weights() -> None:
    experiment, paths = raced("two_layer")
    ends = np.array([path.positions[0, -1] for path in paths])
    np.testing.assert_allclose(ends.prod(axis=1), 1, atol=1e-6)
    curvature = (ends**2).sum(axis=1)  # the larger eigenvalue of [[y^2, 2 x y - 1], [2 x y - 1, x^2]] where x y = 1
    np.testing.assert_allclose([np.linalg.eigvalsh(experiment.surface.hessian(end))[1] for end in ends], curvature)
    assert np.round(curvature, 2).tolist() == [6.52, 4.5, 2.87, 2.05]
    assert np.round(ends[[0, 3]], 2).tolist() == [[2.52, 0.4], [1.12, 0.89]]
    assert np.round(2 / curvature[[1, 2, 3]], 2).tolist() == [0.44, 0.7, 0.97] and round(2 / curvature[0], 2) == 0.31
    assert all(entry.optimizer.lr < 2 / each for entry, each in zip(experiment.entries, curvature, strict=True))
    assert not np.isfinite(roll(OPTIMIZERS["sgd"](lr=0.7), experiment.surface, (2.5, 0.2), 150).loss[0, -1])


# --- one_neuron


def test_mini_batches_decide_which_of_two_equal_networks() -> None:
    u = np.linspace(-2, 2, 9)
    np.testing.assert_array_equal(-1.5 * np.tanh(-1.2 * u), 1.5 * np.tanh(1.2 * u))
    _, (path,) = raced("one_neuron")
    ends = path.positions[:, -1]
    twins = np.where(ends[:, :1] > 0, [1.2, 1.5], [-1.2, -1.5])
    assert np.hypot(*(ends - twins).T).max() < 0.15
    assert ((ends[:, 0] < 0).sum(), (ends[:, 0] > 0).sum()) == (52, 48)
    assert np.hypot(*np.diff(path.positions[:, -2:], axis=1)[:, 0].T).max() < 0.01, "nobody trembles"
    _, (quiet,) = raced("one_neuron", ["noise=null", "replicas=1"])
    np.testing.assert_allclose(quiet.positions[0, -1], [-1.2, -1.5], atol=0.05)


# --- own_rule

RATES = [0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1]


def forgetful(lr: float) -> list[tuple[float, float]]:
    """The four lines on (x^2 / 10 + 15 y^2) / 2, weight by weight in plain numbers."""
    w, v, path = [-3.6, 1.3], [0.0, 0.0], [(-3.6, 1.3)]
    for _ in range(70):
        for k, curvature in enumerate((0.1, 15.0)):
            g = curvature * w[k]
            v[k] = 0.9 * v[k] + g
            if v[k] * g < 0:
                v[k] = g
            w[k] -= lr * v[k]
        path.append((w[0], w[1]))
    return path


def test_the_four_lines_are_what_they_say_at_their_best_rate() -> None:
    experiment, paths = raced("own_rule")
    assert [entry.optimizer.lr for entry in experiment.entries] == [0.1, 0.3, 0.2]
    ends = {lr: (x**2 / 10 + 15 * y**2) / 2 for lr in RATES for x, y in forgetful(lr)[-1:]}
    assert min(ends, key=ends.__getitem__) == 0.2
    np.testing.assert_allclose(paths[2].positions[0], forgetful(0.2), rtol=1e-9, atol=1e-15)
    assert arrivals("own_rule") == [70, 58, 14]
    assert arrivals("own_rule", ["optimizers.0.momentum=0.8"])[0] == 35
