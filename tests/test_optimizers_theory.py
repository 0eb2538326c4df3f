"""The optimizers against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.objectives import Cliff, Quadratic, Slope
from thalweg.engine import OPTIMIZERS, roll

START = np.array([1.3, -0.7])


def test_gradient_descent_on_a_quadratic_is_a_matrix_power() -> None:
    lr, eigenvalues, k = 0.1, np.array([1.0, 15.0]), np.arange(51)[:, None]
    path = roll(OPTIMIZERS["sgd"](lr=lr), Quadratic(*eigenvalues), START, 50)
    assert np.allclose(path.positions[0], (1 - lr * eigenvalues) ** k * START, rtol=1e-12, atol=0)


def test_heavy_ball_on_a_quadratic_is_a_matrix_power() -> None:
    lr, mu, eigenvalues = 0.03, 0.9, (1.0, 30.0)
    path = roll(OPTIMIZERS["momentum"](lr=lr, momentum=mu), Quadratic(*eigenvalues), START, 80)
    for axis, h in enumerate(eigenvalues):
        step = np.array([[1 - lr * h, -lr * mu], [h, mu]])  # (w, v) -> (w, v); v = 0 at first
        expected = [(np.linalg.matrix_power(step, k) @ [START[axis], 0.0])[0] for k in range(81)]
        assert np.allclose(path.positions[0, :, axis], expected, rtol=0, atol=1e-13)


def test_gradient_descent_tends_to_gradient_flow_at_first_order() -> None:
    eigenvalues, errors = np.array([1.0, 3.0]), []
    for steps in (200, 400, 800):
        path = roll(OPTIMIZERS["sgd"](lr=1 / steps), Quadratic(*eigenvalues), START, steps)
        errors.append(np.abs(path.positions[0, -1] - np.exp(-eigenvalues) * START).max())
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.02)
    assert errors[1] / errors[2] == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize(("name", "factor"), [("adam", 1.0), ("adagrad", 1.0), ("rmsprop", 10.0)])
def test_first_step_of_normalised_rules_is_a_sign(name: str, factor: float) -> None:
    # Each divides the first gradient by its own size; RMSProp's is not corrected: 1 / sqrt(1 - 0.99) = 10.
    path = roll(OPTIMIZERS[name](lr=0.04), Quadratic(500.0, 0.02), START, 1)
    assert np.allclose(path.positions[0, 1] - START, -0.04 * factor * np.sign(START), rtol=1e-5)


def test_on_a_slope_adam_walks_evenly_and_adagrad_slows_as_the_root() -> None:
    t = np.arange(1, 41)[:, None]
    adam = roll(OPTIMIZERS["adam"](lr=0.1, eps=0.0), Slope(3.0, -1e-4), START, 40)
    assert np.allclose(np.diff(adam.positions[0], axis=0), [-0.1, 0.1], rtol=1e-10)
    adagrad = roll(OPTIMIZERS["adagrad"](lr=0.1, lr_decay=0.5, eps=0.0), Slope(3.0, -1e-4), START, 40)
    expected = np.array([-0.1, 0.1]) / (1 + (t - 1) * 0.5) / np.sqrt(t)
    assert np.allclose(np.diff(adagrad.positions[0], axis=0), expected, rtol=1e-10)


def test_on_a_slope_momentum_reaches_its_terminal_velocity() -> None:
    path = roll(OPTIMIZERS["momentum"](lr=0.01, momentum=0.9), Slope(1.0, -2.0), START, 400)
    assert np.allclose(np.diff(path.positions[0], axis=0)[-1], [-0.1, 0.2], rtol=1e-12)


def test_centered_rmsprop_divides_by_the_standard_deviation() -> None:
    path = roll(OPTIMIZERS["rmsprop"](centered=True, alpha=0.9), Quadratic(1.0, 4.0), START, 30)
    weights = 0.1 * 0.9 ** np.arange(30)[::-1, None]
    gradients = path.gradient_used[0]
    mean, square = (weights * gradients).sum(axis=0), (weights * gradients**2).sum(axis=0)
    step = 0.02 * gradients[-1] / (np.sqrt(square - mean**2) + 1e-8)
    assert np.allclose(path.positions[0, -2] - path.positions[0, -1], step, rtol=1e-8)


@settings(max_examples=40, deadline=None)
@given(lr=st.floats(1e-4, 0.05), momentum=st.floats(0.01, 0.95), weight_decay=st.floats(0, 0.5))
def test_textbook_nag_is_nesterovs_sgd_in_other_variables(lr: float, momentum: float, weight_decay: float) -> None:
    shared = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
    nag = roll(OPTIMIZERS["nag"](**shared), Cliff(), START, 100)
    sgd = roll(OPTIMIZERS["sgd"](**shared, nesterov=True), Cliff(), START, 100)
    assert np.allclose(nag.positions + momentum * nag.state["momentum_buffer"], sgd.positions, rtol=0, atol=1e-12)
    assert np.allclose(nag.gradient_at, sgd.positions[:, :-1], rtol=0, atol=1e-12)
