"""What optimizers have inside: the draws of Hutchinson's estimate, and the optimizer that a wrapper runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.reference.objectives import Cliff, Quadratic
from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS, roll

STARTS = np.array([[1.3, -0.7], [-2.0, 0.4], [0.01, 3.0]])


def test_hutchinsons_draws_depend_on_seed_start_and_step_only() -> None:
    def made(seed: int, starts: np.ndarray) -> np.ndarray:
        sophia = OPTIMIZERS["sophia"](hutchinson=True, seed=seed, gamma=100.0, betas=(0.9, 0.5), update_period=2)
        path = roll(sophia, SURFACES["himmelblau"](), starts, 10)
        return np.concatenate([path.positions, path.state["hessian"]], axis=-1)

    many = np.random.default_rng(3).uniform(-2, 2, (40, 2))
    batch, other = made(0, many), made(1, many)
    assert batch.tobytes() == made(0, many).tobytes() == made(0, many[::-1])[::-1].tobytes()
    assert (batch[:, -1] != other[:, -1]).any(axis=-1).mean() > 0.9
    for run in (0, 7, 39):
        assert made(0, many[run])[0].tobytes() == batch[run].tobytes()


def test_hutchinsons_estimate_is_right_in_the_mean() -> None:
    starts = np.random.default_rng(4).uniform(-1, 1, (4000, 2))

    class Twisted(Quadratic):
        def hessian(self, points: np.ndarray) -> np.ndarray:
            return super().hessian(points) + np.array([[0.0, 3.0], [3.0, 0.0]])

    once = OPTIMIZERS["sophia"](hutchinson=True, betas=(0.9, 0.0), update_period=1)
    drawn = roll(once, Twisted(1.0, 5.0), starts, 2).state["hessian"][:, 1:]
    assert sorted(set(drawn[:, 0, 0].round(9))) == [-2.0, 4.0]
    assert np.abs(drawn.mean(axis=0) - [1.0, 5.0]).max() < 4 * 3 / np.sqrt(4000)
    assert abs(np.mean((drawn[:, 0, 0] - 1) * (drawn[:, 1, 0] - 1))) < 4 * 9 / np.sqrt(4000)  # steps are independent


@pytest.mark.parametrize("name", ["lookahead", "sam"])
def test_wrappers_take_a_name_or_a_name_with_hyperparameters(name: str) -> None:
    member = OPTIMIZERS[name]
    nested = member(optimizer={"momentum": {"lr": 0.03, "momentum": 0.8}})
    assert nested.lr == 0.03 and nested.optimizer == {"momentum": {"momentum": 0.8}}
    assert nested == member(optimizer={"momentum": {"momentum": 0.8}}, lr=0.03)
    assert member(optimizer={"adam": None}) == member(optimizer="adam")
    ours, plain = (
        roll(member(optimizer=what), Cliff(), STARTS, 9) for what in ({"adam": {"betas": [0.5, 0.9]}}, "adam")
    )
    assert not np.array_equal(ours.positions, plain.positions) and "base.exp_avg" in ours.state


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"optimizer": "adm"}, "^optimizer: 'adm' is unknown; did you mean adam"),
        ({"optimizer": {"adam": {"beta": 1}}}, "^optimizer: adam has no beta; it has lr, betas"),
        ({"optimizer": {"adam": {"eps": -1}}}, "^optimizer: adam.eps: -1.0 is out of range"),
        ({"optimizer": {"adam": {"lr": 0.3}}, "lr": 0.4}, "^optimizer: adam has lr 0.3 and .* has lr 0.4; give one"),
        ({"optimizer": {"adam": {}, "sgd": {}}}, "^optimizer: .* is wrong; give a name"),
        ({"optimizer": {"adam": 3}}, "^optimizer: .* is wrong; give a name"),
    ],
)
def test_wrappers_refuse_what_they_do_not_know(given: dict[str, Any], words: str) -> None:
    for name in ("lookahead", "sam"):
        with pytest.raises(ValueError, match=words):
            OPTIMIZERS[name](**given)


def test_wrappers_that_do_nothing_are_the_optimizer_inside_and_wrap_each_other() -> None:
    plain = roll(OPTIMIZERS["nag"](lr=0.01), Cliff(), STARTS, 30)
    for wrapped in (
        OPTIMIZERS["sam"](optimizer="nag", lr=0.01, rho=0.0),
        OPTIMIZERS["lookahead"](optimizer="nag", lr=0.01, alpha=1.0),
    ):
        path = roll(wrapped, Cliff(), STARTS, 30)
        assert np.allclose(path.positions, plain.positions, rtol=0, atol=1e-14)
    twice = roll(OPTIMIZERS["lookahead"](optimizer={"sam": {"optimizer": "adam"}}), Cliff(), STARTS, 5)
    assert "base.base.exp_avg" in twice.state and (twice.status == "ok").all()
