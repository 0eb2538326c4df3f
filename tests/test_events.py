"""When something happens to a ball, against walks whose moments are worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from thalweg.calculus import from_expression
from thalweg.engine import OPTIMIZERS, Trajectory, roll
from thalweg.experiment import events
from thalweg.experiment.events import Event, NeverHappens, When, find

WELLS = from_expression("(x**2 - 1)**2 + y**2", {}, ((-2, 2), (-2, 2)))
SADDLE = from_expression("x**2 - y**2", {}, ((-1.8, 1.8), (-1.8, 1.8)))
BOWL = from_expression("x**2 + y**2", {}, ((-3, 3), (-3, 3)))
FLAT = from_expression("0*x + y", {}, ((-3, 3), (-3, 3)))


def walk(*ways: Any, loss: Any = None, ended: dict[int, str] | None = None, steps: Any = ()) -> Trajectory:
    """Balls that were at these points, NaN after a run's end; x alone means y = 0."""
    places = [[point if np.ndim(point) else (point, 0.0) for point in way] for way in ways]
    positions = np.array(places, dtype=np.float64)
    none = np.zeros_like(positions)
    status = np.array([(ended or {}).get(ball, "ok") for ball in range(len(ways))], dtype="U16")
    gone = np.isnan(positions).any(axis=-1)
    last = np.where(gone.any(axis=1), gone.argmax(axis=1) - 1, positions.shape[1] - 1)
    if len(steps):
        last = np.array(steps)[last]
    losses = np.zeros(positions.shape[:2]) if loss is None else np.array(loss, dtype=np.float64)
    return Trajectory("", positions[:, 0], positions, losses, none, none, none, {}, status, last, steps)


def descent(surface: Any, start: tuple[float, float], lr: float, steps: int) -> Trajectory:
    return roll(OPTIMIZERS["sgd"](lr=lr), surface, start, steps)


def test_a_line_is_crossed_on_the_straight_way_between_two_iterates() -> None:
    path = walk([-1, -0.5, 0.5, -0.5], [0, 1, 2, -2], [3, 2, 1, 0])
    assert events.crosses(path, x=0) == pytest.approx([1.5, 2.5, np.nan], nan_ok=True)
    up = walk([(0, 1), (9, 1.5), (9, 2.5)])
    assert events.crosses(up, y=1.75) == pytest.approx([1.25])
    touched = walk([-1, 0, 1], [-1, 0, -1])  # who turns round on the line has not crossed it
    assert events.crosses(touched, x=0) == pytest.approx([1, np.nan], nan_ok=True)


def test_gradient_descent_beyond_its_limit_swings_out_of_the_domain() -> None:
    """x -> (1 - 2.12) x: 1, -1.12, ..., -2.773079, 3.105848 passes 3 at a share of 5.773079 / 5.878927 of step 10."""
    path = descent(BOWL, (1.0, 0.0), 1.06, 12)
    before = -(1.12**9)
    share = (3 - before) / (1.12**10 - before)
    assert events.leaves_domain(path, BOWL) == pytest.approx([9 + share])
    assert events.crosses(path, x=0) == pytest.approx([1 / 2.12])
    assert np.isnan(events.leaves_domain(descent(BOWL, (1.0, 0.0), 0.9, 12), BOWL)).all()


def test_the_edge_of_the_domain_belongs_to_it() -> None:
    path = walk([2.9, 3.0, 3.0 + 1e-7], [2.9, 3.0, 3.1], [-2, (-4, 8), (0, 0)])
    assert events.leaves_domain(path, BOWL) == pytest.approx([np.nan, 1.0, 0.375], nan_ok=True)


def test_a_saddle_is_left_when_a_ball_is_lower_and_away() -> None:
    """Descent on x^2 - y^2: x = 1.5 * 0.94^k, y = 0.01 * 1.06^k. Lower where y > x, from k = 41.7 on; then x is 0.113,
    and sqrt(x^2 + y^2) passes 5 % of the diagonal 5.09 where y = 0.25, k = 55."""
    path = descent(SADDLE, (-1.5, 0.01), 0.03, 80)
    k = np.arange(81)
    away = np.hypot(1.5 * 0.94**k, 0.01 * 1.06**k) > 0.05 * np.hypot(3.6, 3.6)
    first = int(np.flatnonzero(away & (0.01 * 1.06**k > 1.5 * 0.94**k))[0])
    assert first == 56 and first - 1 < events.leaves_saddle(path, SADDLE)[0] <= first
    slope = walk([(0, 1), (0, 1.5)], [(1, 0), (1, 0)], [(1, 0), (0, 0.5)])  # below it from the start; never; in a step
    lower, far = 1 / 1.25, (1 - 0.05 * np.hypot(3.6, 3.6)) / 0.5  # of the way: the loss goes from 1 to -0.25
    assert far > 1, "it is away all the time"
    assert events.leaves_saddle(slope, SADDLE) == pytest.approx([np.nan, np.nan, lower], nan_ok=True)
    assert np.isnan(events.leaves_saddle(path, BOWL)).all(), "a bowl has none"


def test_a_ridge_is_crossed_where_the_flow_turns_to_another_minimum() -> None:
    """The ridge between the minima at -1 and 1 is x = 0."""
    over, back = np.arange(-1, 1.2, 0.3), -np.arange(-1, 1.2, 0.3)
    steps = events.leaves_basin(walk(over, back, -np.abs(over) - 0.01), WELLS)
    assert steps[:2] == pytest.approx([10 / 3] * 2, abs=1 / 16) and np.isnan(steps[2])
    assert np.isnan(events.leaves_basin(walk(over), BOWL)).all(), "one minimum, no ridge"


def test_a_ridge_is_found_in_a_long_run_and_in_a_swarm() -> None:
    long = np.where(np.arange(60_001) < 41_234, -0.7, 0.9)
    assert 41_233 < events.leaves_basin(walk(long), WELLS)[0] <= 41_234
    swarm = walk(*np.where(np.arange(41) < np.arange(1, 301)[:, None] % 40 + 1, -0.5, 0.5))
    found = events.leaves_basin(swarm, WELLS)
    turns = np.arange(1, 301) % 40 + 1
    assert ((turns - 1 < found) & (found <= turns)).all()


def test_overtaking_is_in_loss_and_after_having_been_behind() -> None:
    them = walk([0] * 4, loss=[[3, 2.0, 2.0, 2.0]])
    us = walk([0] * 4, [0] * 4, [0] * 4, loss=[[3, 2.5, 1.5, 1.0], [3, 1, 0.5, 0.1], [5, 4, 3, 2.5]])
    assert events.overtakes(us, them) == pytest.approx([1.5, np.nan, np.nan], nan_ok=True)
    assert events.overtakes(them, walk([0] * 4, loss=[[3, 1.5, 1.9, 2.3]])) == pytest.approx([2.25])


def test_who_diverges_is_behind_everybody() -> None:
    nan = np.nan
    lost = walk([0, 1, 2, nan], loss=[[1, 0.5, nan, nan]], ended={0: "diverged"})
    slow = walk([0] * 4, loss=[[1, 0.9, 0.8, 0.7]])
    assert events.overtakes(slow, lost) == pytest.approx([2])
    assert np.isnan(events.overtakes(lost, slow)).all(), "it was lower at once"
    assert events.diverges(lost) == pytest.approx([2]) and np.isnan(events.diverges(slow)).all()


def test_a_minimum_is_reached_when_a_ball_stays_in_it() -> None:
    """x = 2 * 0.6^k on x^2 + y^2: within 2 % of the diagonal 8.49 of the middle from k = 5 on, and at most a thousandth
    of the height 4 left from k = 7 on (0.36^k <= 0.001)."""
    assert events.reaches_minimum(descent(BOWL, (2.0, 0.0), 0.2, 40), BOWL) == pytest.approx([7])
    assert np.isnan(events.reaches_minimum(descent(BOWL, (2.0, 0.0), 0.001, 40), BOWL)).all()


def test_between_rows_that_were_recorded_steps_are_counted_on() -> None:
    path = walk([-1, -0.5, 0.5], steps=(0, 10, 20))
    assert events.crosses(path, x=0) == pytest.approx([15])


LABELS = ("Adam", "SGD")
NEVER: list[tuple[dict[str, Any], str]] = [
    ({"label": "Adam", "event": "reaches_minimum"}, "Adam reaches no minimum in 3 steps"),
    ({"label": "SGD", "event": "diverges"}, "SGD does not diverge in 3 steps"),
    ({"label": "SGD", "event": "leaves"}, "SGD does not leave the domain in 3 steps"),
    ({"label": "SGD", "event": "leaves", "what": "saddle"}, "SGD does not leave the saddle in 3 steps"),
    ({"label": "SGD", "event": "leaves", "what": "basin"}, "SGD does not leave its basin in 3 steps"),
    ({"label": "SGD", "event": "overtakes", "whom": "Adam"}, "SGD does not overtake Adam in 3 steps"),
    ({"label": "SGD", "event": "crosses", "y": -0.5, "ball": 1}, "ball 1 of SGD does not cross y = -0.5 in 3 steps"),
    ({"step": 3.5}, "step 3.5 is past the last, 3"),
]


@pytest.mark.parametrize("when, words", NEVER, ids=[words for _, words in NEVER])
def test_what_never_happens_is_told(when: dict[str, Any], words: str) -> None:
    still = walk([1] * 4, [1] * 4)
    with pytest.raises(NeverHappens, match=f"^{words}$"):
        find(When(**when), LABELS, [still, still], FLAT)


def test_what_happens_is_found_for_the_ball_that_is_meant() -> None:
    adam, sgd = walk([0] * 4, loss=[[1, 1, 1, 1]]), walk([-1, -2, 1, 1], [-1, 1, 1, 1], loss=[[2, 2, 0, 0]] * 2)
    assert find(When(label="SGD", event="crosses", x=0, ball=1), LABELS, [adam, sgd], FLAT) == Event("SGD", 1, 0.5)
    assert find(When(label="SGD", event="overtakes", whom="Adam"), LABELS, [adam, sgd], FLAT) == Event("SGD", 0, 1.5)
    assert find(When(step=2), LABELS, [adam, sgd], FLAT).step == 2
