"""What optimizers have inside: the draws of Hutchinson's estimate, and the optimizer that a wrapper runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.reference.objectives import Cliff, Quadratic
from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS, roll
from thalweg.engine.rule.evaluate import Mover
from thalweg.engine.rule.members import numbers, rule_of

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


WRAPPERS = ["lookahead", "sam", "cautious", "average"]
UPDATE = "m = beta*m + (1 - beta)*grad(w)\nw = w - lr*m"


@pytest.mark.parametrize("name", WRAPPERS)
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
        ({"optimizer": "rule"}, "^optimizer: the rule has no update; give its lines"),
        ({"optimizer": {"rule": {"update": "w = w - lr*gard(w)"}}}, "^optimizer: rule: gard is not a function"),
        ({"optimizer": {"rule": {"update": "w = w - lr*b*grad(w)", "b": "2"}}}, "^optimizer: rule.b: '2' is wrong"),
    ],
)
def test_wrappers_refuse_what_they_do_not_know(given: dict[str, Any], words: str) -> None:
    for name in WRAPPERS:
        with pytest.raises(ValueError, match=words):
            OPTIMIZERS[name](**given)


@pytest.mark.parametrize("name", WRAPPERS)
def test_wrappers_run_a_users_rule_as_the_member_that_has_it(name: str) -> None:
    """Heavy ball with dampening = momentum, but for the first step; here both begin with (1 - beta) g."""
    member, rule = OPTIMIZERS[name], {"update": UPDATE, "beta": 0.8}
    ours = roll(member(optimizer={"rule": rule}, lr=0.03), Cliff(), STARTS, 30)
    qhm = roll(member(optimizer={"qhm": {"momentum": 0.8, "nu": 1.0}}, lr=0.03), Cliff(), STARTS, 30)
    assert np.abs(ours.positions - qhm.positions).max() < 1e-13
    assert member(optimizer={"rule": {**rule, "lr": 0.03}}) == member(optimizer={"rule": rule}, lr=0.03)
    still = member(optimizer={"rule": {"update": "w = w - 0.03*sign(grad(w))"}}, lr=5.0)  # reads no lr
    assert np.abs(np.diff(roll(still, Cliff(), STARTS, 3).positions, axis=1)).max() < 0.031


@pytest.mark.parametrize("name", WRAPPERS)
def test_wrappers_go_round_every_optimizer(name: str) -> None:
    for inner in OPTIMIZERS:
        path = roll(OPTIMIZERS[name](optimizer=inner, lr=0.01), Cliff(), STARTS, 4)
        alone = roll(OPTIMIZERS[name](optimizer=inner, lr=0.01), Cliff(), STARTS[1], 4)
        assert path.positions[1].tobytes() == alone.positions[0].tobytes()
        assert np.isfinite(path.positions[:, :2]).all()


def test_the_names_that_a_wrapper_gives_are_none_of_the_rule_inside() -> None:
    odd = "u = grad(w)\nmask = 0.5*u\nbefore = w\nmean = before\niterate = mask + iterate*0.9\nw = mean - lr*iterate"
    inside = {"rule": {"update": odd}}
    twice = {"cautious": {"optimizer": {"cautious": {"optimizer": inside}}}}
    for name, other in (("cautious", {"average": {"optimizer": twice}}), ("average", twice)):
        for optimizer in (inside, other):
            wrapped = OPTIMIZERS[name](optimizer=optimizer, lr=0.02)
            rule, points = rule_of(wrapped), STARTS[:1]
            assert rule is not None
            mover = Mover(rule)
            state, path = mover.init(points), roll(wrapped, Cliff(), points, 12).positions[0]
            for k in range(1, 13):
                state, points = mover.step(state, points, Cliff(), numbers(wrapped))
                assert np.abs(points[0] - path[k]).max() < 1e-12


def test_cautious_moves_no_component_against_the_gradient() -> None:
    path = roll(OPTIMIZERS["cautious"](optimizer="nag", lr=0.02), Quadratic(1.0, 12.0), STARTS, 60)
    moved = np.diff(path.positions, axis=1)
    assert (moved * path.gradient[:, :-1] <= 0).all() and (moved == 0).any()


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
