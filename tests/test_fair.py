"""The reckoning of a fair race: half and twice each lr, as many gradients for all, whose rank changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thalweg import OPTIMIZERS, SURFACES, load
from thalweg.engine.asked import UNKNOWN, counted_roll
from thalweg.experiment.effort import gradients, least_gradients, loss_after
from thalweg.experiment.fair import Fair, fair, nth

LINE = 'surface: {expression: "x**2 + 0*y"}\nstart: [1, 0]\nsteps: %d\noptimizers:\n'


def _fair(tmp_path: Path, entries: str, head: str = LINE % 4) -> Fair:
    path = tmp_path / "race.yaml"
    path.write_text(head + entries, encoding="utf-8")
    shot = load(path).shot
    return fair(shot.experiment, shot.roll())


def _counted(name: str, steps: int, **hyper):
    one = np.zeros(1, np.int64)
    optimizer, surface = OPTIMIZERS[name](**hyper), SURFACES["bowl"]()
    return counted_roll(optimizer, surface, np.array([[1.0, 0.5]]), steps, start_index=one, replica=one)


def test_gradients_are_counted_not_steps() -> None:
    sam, sgd = _counted("sam", 10), _counted("sgd", 10)
    assert (gradients(sam).tolist(), gradients(sgd).tolist()) == ([20], [10])
    assert least_gradients([sam, sgd]) == 10
    for most, step in ((10, 5), (11, 5), (12, 6), (0, 0), (99, 10), (UNKNOWN, 10)):
        assert loss_after(sam, most) == sam.loss[:, step]
    assert loss_after(sgd, 7) == sgd.loss[:, 7]


def test_a_run_that_diverged_counts_as_infinite_from_then_on() -> None:
    path = _counted("sgd", 3000, lr=100.0)
    last = int(path.last[0])
    assert path.status[0] == "diverged" and last < 3000
    assert np.isinf(loss_after(path, 3000)) and np.isfinite(loss_after(path, last - 1))
    assert least_gradients([path, _counted("sgd", 3000)]) == 3000


def test_ranks_by_hand(tmp_path: Path) -> None:
    """On x^2 descent from 1 ends at (1 - 2 lr)^8: 0.65^8 of A, 0.8^8 of B; B with 0.2 passes A, A with 0.0875 falls."""
    made = _fair(tmp_path, "  - sgd: {lr: 0.175, label: A}\n  - sgd: {lr: 0.1, label: B}\n")
    assert (made.gradients, made.rank) == (4, (1, 2))
    assert made.loss == pytest.approx((0.65**8, 0.8**8))
    ghosts = {(ghost.entry.label, ghost.factor): ghost for each in made.ghosts for ghost in each}
    wanted = {("A", 0.5): (0.825**8, 2), ("A", 2.0): (0.3**8, 1), ("B", 0.5): (0.9**8, 2), ("B", 2.0): (0.6**8, 1)}
    assert {key: (pytest.approx(each.loss), each.rank) for key, each in ghosts.items()} == wanted
    assert made.words() == (
        "After 4 gradients each: with half the lr A would be 2nd, not 1st; with twice the lr B would be 1st, not 2nd"
    )


def test_sam_has_half_the_steps(tmp_path: Path) -> None:
    made = _fair(tmp_path, "  - sam: {lr: 0.1, rho: 0.0}\n  - sgd: {lr: 0.1}\n")
    assert made.gradients == 4 and made.loss == pytest.approx((0.8**4, 0.8**8))
    assert made.rank == (2, 1)


def test_what_rests_in_the_same_minimum_shares_a_rank(tmp_path: Path) -> None:
    made = _fair(tmp_path, "  - sgd: {lr: 0.3}\n  - sgd: {lr: 0.31}\n", LINE % 60)
    assert made.loss[0] != made.loss[1] and made.rank == (1, 1)
    assert made.words() == "After 60 gradients each: no rank changes with half the lr or twice the lr"


def test_ghosts_are_what_they_would_be_alone(tmp_path: Path) -> None:
    head = "surface: bowl_with_two_holes\nstart: {random: 3}\nsteps: 30\nnoise: {std: 0.1}\noptimizers:\n"
    made = _fair(tmp_path, "  - adam: {lr: 0.04}\n  - sgd\n", head)
    surface = SURFACES["bowl_with_two_holes"]()
    for ghost, lr in zip(made.ghosts[0], (0.02, 0.08), strict=True):
        path = tmp_path / "alone.yaml"
        path.write_text(head + f"  - adam: {{lr: {lr}}}\n", encoding="utf-8")
        alone = load(path).shot
        assert np.array_equal(ghost.trajectory.positions, alone.roll()[0].positions)
        assert ghost.loss == np.median(surface.value(ghost.trajectory.positions[:, -1]))


def test_those_without_a_rate_have_no_ghosts_and_a_rule_without_gradients_hinders_nobody(tmp_path: Path) -> None:
    rule = "  - rule: {a: 0.1, update: w = w - a*sign(w)*loss(w)}\n  - sgd: {lr: 0.1}\n"
    made = _fair(tmp_path, rule)
    assert made.ghosts[0] == () and len(made.ghosts[1]) == 2
    walked = 1.0
    for _ in range(4):
        walked -= 0.1 * walked**2
    assert made.gradients == 4 and made.loss == pytest.approx((walked**2, 0.8**8))


def test_recordings_take_no_part(tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_text("step,x,y\n0,1,0\n1,0.01,0\n2,0,0\n", encoding="utf-8")
    made = _fair(tmp_path, "  - recorded: {file: run.csv}\n  - sgd: {lr: 0.1}\n")
    assert made.rank == (0, 1) and made.ghosts[0] == () and np.isnan(made.loss[0])


def test_places() -> None:
    assert [nth(rank) for rank in (1, 2, 3, 4, 11, 12, 13, 21, 22, 111)] == (
        "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 111th".split()
    )
