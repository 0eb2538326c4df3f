"""What optimizers ask of the surface: counted without touching a bit, in batches as alone, by rule and to the end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.loading import experiment
from thalweg.calculus import SURFACES, from_expression
from thalweg.engine import OPTIMIZERS, roll
from thalweg.engine.asked import CountedTrajectory, counted_roll
from thalweg.engine.base import Optimizer
from thalweg.experiment.outcomes import outcomes_of
from thalweg.registry import BrokenMember

STEPS = 25
STARTS = np.array([[-0.64, 1.8], [1.1, 0.3], [0.4, 0.5]])
MEMBERS = [name for name in OPTIMIZERS if not isinstance(OPTIMIZERS.get(name), BrokenMember)]


def counted(
    optimizer: Optimizer, surface: Any = None, starts: np.ndarray = STARTS, steps: int = STEPS, **how: Any
) -> CountedTrajectory:
    surface = surface or SURFACES["bowl_with_two_holes"]()
    runs = np.arange(len(starts))
    return counted_roll(optimizer, surface, starts, steps, start_index=runs, replica=0 * runs, **how)


@pytest.mark.parametrize("name", MEMBERS)
def test_counting_changes_no_bit_and_a_batch_counts_as_its_runs_do(name: str) -> None:
    optimizer, surface = OPTIMIZERS[name](), SURFACES["bowl_with_two_holes"]()
    path, plain = counted(optimizer), roll(optimizer, surface, STARTS, STEPS)
    for each in ("positions", "loss", "gradient", "gradient_used", "gradient_at", "last", "status"):
        assert getattr(path, each).tobytes() == getattr(plain, each).tobytes(), each
    assert all(path.state[each].tobytes() == plain.state[each].tobytes() for each in plain.state)
    alone = [counted(optimizer, starts=STARTS[run : run + 1]).evaluations()[0] for run in range(len(STARTS))]
    assert path.evaluations().tolist() == np.array(alone).tolist()
    assert (path.evaluations(np.zeros(len(STARTS), int)) == 0).all()


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [  # f, gradient and Hessian of each step, by their rules
        ("sgd", {}, (0, 1, 0)),
        ("momentum", {}, (0, 1, 0)),
        ("nag", {}, (0, 1, 0)),
        ("adam", {}, (0, 1, 0)),
        ("lbfgs", {}, (0, 1, 0)),
        ("newton", {}, (0, 1, 1)),
        ("sam", {}, (0, 2, 0)),
        ("lookahead", {}, (0, 1, 0)),
        ("sam", {"optimizer": "newton"}, (0, 2, 1)),
    ],
)
def test_evaluations_of_each_step(name: str, given: dict[str, Any], expected: tuple[int, ...]) -> None:
    path = counted(OPTIMIZERS[name](**given))
    assert path.evaluations().tolist() == [[STEPS * each for each in expected]] * 3
    assert path.evaluations([3, 0, 7]).tolist() == [[steps * each for each in expected] for steps in (3, 0, 7)]


@pytest.mark.parametrize(("period", "hessians"), [(1, 25), (10, 3), (7, 4), (100, 1)])
def test_sophia_asks_for_the_hessian_now_and_then(period: int, hessians: int) -> None:
    path = counted(OPTIMIZERS["sophia"](update_period=period))
    assert path.evaluations().tolist() == [[0, 25, hessians]] * 3  # in steps 1, 1 + period, ...


class Spied:
    """A surface that counts for itself, point by point, what reaches it."""

    def __init__(self) -> None:
        self.surface, self.asked = SURFACES["bowl_with_two_holes"](), Counter[str]()

    def value(self, points: Any) -> Any:
        return self.surface.value(points)

    def gradient(self, points: Any) -> Any:
        self.asked["gradient"] += 1
        return self.surface.gradient(points)

    def hessian(self, points: Any) -> Any:
        self.asked["hessian"] += 1
        return self.surface.hessian(points)


@pytest.mark.parametrize("name", ["gradient_flow", "sam", "newton", "nag"])
def test_what_reaches_the_surface_is_what_is_counted(name: str) -> None:
    """The surface itself meets the optimizer's questions and our own: one gradient at each of the steps + 1 places.

    A question at the place itself is answered from that one; so each step there are as many or one fewer.
    """
    spied, optimizer = Spied(), OPTIMIZERS[name]()
    path = counted(optimizer, spied, STARTS[:1])
    _, gradients, hessians = path.evaluations()[0].tolist()
    at_home = 0 if name in ("nag", "gradient_flow") else STEPS  # nag looks ahead; the flow asks at copies
    own = STEPS + 1 + 1  # and one when the surface is tried
    assert spied.asked["gradient"] == gradients - at_home + own
    assert spied.asked["hessian"] == hessians


def test_the_flow_counts_each_run_for_itself() -> None:
    path = counted(OPTIMIZERS["gradient_flow"](lr=1.0))
    alone = counted(OPTIMIZERS["gradient_flow"](lr=1.0), starts=STARTS[2:])
    assert path.evaluations()[2].tolist() == alone.evaluations()[0].tolist()
    assert (path.evaluations()[:, 1] > 3 * STEPS).all()
    sam = counted(OPTIMIZERS["sam"](optimizer="gradient_flow", lr=1.0))
    alone = counted(OPTIMIZERS["sam"](optimizer="gradient_flow", lr=1.0), starts=STARTS[1:2])
    assert sam.evaluations()[1].tolist() == alone.evaluations()[0].tolist()


def test_a_diverged_run_asked_until_it_ended_and_a_resting_one_to_the_end() -> None:
    steep = from_expression("x**4 + y**2")
    path = counted(OPTIMIZERS["sam"](lr=0.5), steep, np.array([[3.0, 0.0], [0.0, 0.0], [0.01, 0.1]]), 300)
    assert path.status.tolist() == ["diverged", "ok", "ok"] and 0 < path.last[0] < 20
    assert path.evaluations()[:, 1].tolist() == [2 * path.last[0], 600, 600]
    resting = counted(OPTIMIZERS["sgd"](lr=0.5), from_expression("x**2 + y**2"), np.zeros((2, 2)), 400)
    assert resting.evaluations()[:, 1].tolist() == [400, 400] and len(resting.asked.every) < 400


def test_a_swarm_is_counted_too() -> None:
    starts = np.random.default_rng(0).uniform(-1, 1, (9000, 2))
    optimizer, surface = OPTIMIZERS["sam"](), SURFACES["bowl"]()
    path = counted(optimizer, surface, starts, 12, record="last")
    assert (path.evaluations() == [0, 24, 0]).all()
    assert path.positions.tobytes() == roll(optimizer, surface, starts, 12, record="last").positions.tobytes()


def test_with_schedule_noise_and_clipping_as_without_counting(tmp_path: Path) -> None:
    entry = "\n  - adam: {lr: 0.1, schedule: {kind: cosine, warmup: 5}, clip: {norm: 1}}\n"
    (tmp_path / "film.yaml").write_text(
        f"surface: himmelblau\nsteps: 40\nnoise: {{std: 1}}\nreplicas: 3\noptimizers:{entry}", encoding="utf-8"
    )
    made = experiment(tmp_path / "film.yaml")
    path, one = made.roll()[0], made.entries[0]
    plain = roll(
        one.optimizer,
        made.surface,
        one.starts,
        40,
        schedule=one.schedule,
        clip=one.clip,
        noise=made.noise,
        seed=made.seed,
        start_index=one.start_index,
        replica=one.replica,
    )
    assert path.positions.tobytes() == plain.positions.tobytes() and path.optimizer == "adam"
    assert outcomes_of(made, [path]).entries[0].evaluations.tolist() == [[0, 40, 0]] * 3
