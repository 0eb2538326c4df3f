"""The recipe for one's own training runs, and what it writes becomes a film."""

from __future__ import annotations

import runpy
from pathlib import Path

import loading
import numpy as np
import pytest

from thalweg.cli.report import report

RECIPE = Path(__file__).resolve().parent.parent / "docs" / "own_training.py"


@pytest.fixture(scope="module")
def recipe() -> dict:
    return runpy.run_path(str(RECIPE))


def test_its_gradient_is_right(recipe: dict) -> None:
    points, kind = recipe["rings"]()
    weights = np.random.default_rng(2).normal(0, 0.5, 4 * recipe["HIDDEN"] + 1)
    _, gradient = recipe["loss_and_gradient"](weights, points, kind)
    for index in range(0, len(weights), 7):
        step = np.eye(len(weights))[index] * 1e-6
        above, below = (recipe["loss_and_gradient"](weights + sign * step, points, kind)[0] for sign in (1, -1))
        assert gradient[index] == pytest.approx((above - below) / 2e-6, abs=1e-8)


def test_its_files_make_a_film(recipe: dict, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe["main"](tmp_path / "made")
    said = capsys.readouterr().out.splitlines()
    page = RECIPE.with_suffix(".md").read_text(encoding="utf-8")
    assert [line for line in said[:-1] if line not in page] == [], "the page tells other numbers"
    shot = loading.shot(tmp_path / "made" / "film.yaml")
    experiment = shot.experiment
    assert experiment is not None
    network, other, on_plane = experiment.roll()
    assert [entry.label for entry in experiment.entries][:2] == ["Network, Adam", "Network, momentum"]
    assert experiment.steps == recipe["STEPS"] == network.last[0] == other.last[0]
    assert network.loss[0, -1] < 0.05 < network.loss[0, 0] == other.loss[0, 0]
    assert network.status[0] == other.status[0] == on_plane.status[0] == "ok"
    assert experiment.entries[0].chosen == experiment.entries[1].chosen == {"recorded": "elsewhere, projected"}
    assert network.positions[0, -1] == pytest.approx([0, 0], abs=1e-12)
    assert experiment.surface.value([0.0, 0.0]) == pytest.approx(network.loss[0, -1], abs=1e-4)
    assert on_plane.start[0] == pytest.approx(network.positions[0, 0])
    assert other.positions[0, 0] == pytest.approx(network.positions[0, 0]), "both begin at the same weights"
    assert "loss_plane.npz" in list(report(shot, [network, other, on_plane]))[0]


def test_its_rules_are_torch_s(recipe: dict) -> None:
    """The first two steps by hand: Adam's first is the rate times the sign, momentum's second has 0.9 of the first."""
    adam, momentum = recipe["adam"](0.05), recipe["momentum"](0.3)
    first, second = np.array([2.0, -0.5]), np.array([1.0, 1.0])
    assert adam(first) == pytest.approx([-0.05, 0.05], abs=1e-9)
    mean, square = 0.09 * first + 0.1 * second, 0.000999 * first**2 + 0.001 * second**2
    expected = -0.05 * (mean / 0.19) / (np.sqrt(square / 0.001999) + 1e-8)
    assert adam(second) == pytest.approx(expected, rel=1e-12)
    assert momentum(first) == pytest.approx([-0.6, 0.15])
    assert momentum(second) == pytest.approx([-0.3 * 2.8, -0.3 * 0.55])
