"""The recipe for one's own training runs, and what it writes becomes a film."""
from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from configs import load
from configs.report import report

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
    assert said[0] in (RECIPE.with_suffix(".md")).read_text(encoding="utf-8"), "the page tells other numbers"
    experiment = load(tmp_path / "made" / "film.yaml")
    network, on_plane = experiment.roll()
    assert experiment.steps == recipe["STEPS"] == network.last[0]
    assert network.loss[0, -1] < 0.05 < network.loss[0, 0]
    assert network.status[0] == on_plane.status[0] == "ok"
    assert experiment.entries[0].given == {"recorded": "elsewhere, projected"}
    assert network.positions[0, -1].tolist() == [0, 0]
    assert experiment.surface.value([0.0, 0.0]) == pytest.approx(network.loss[0, -1], abs=1e-4)
    assert on_plane.start[0] == pytest.approx(network.positions[0, 0])
    assert "loss_plane.npz" in list(report(experiment, [network, on_plane]))[0]
