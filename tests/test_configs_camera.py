"""What the camera section and the new panels may say, and what is said of formulas that cannot be set."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import loading
import pytest

from thalweg.film import SCENES
from thalweg.film.sections import Camera3D, Keyframe
from thalweg.film.shot import Shot
from thalweg.typeset.text import problem_in_text

Load = Callable[[str], Shot]
BASE = "surface: bowl\noptimizers: [sgd, adam]\n"


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """Loads YAML text."""

    def load_text(text: str) -> Shot:
        path = tmp_path / "film.yaml"
        path.write_text(text, encoding="utf-8")
        return loading.shot(path)

    return load_text


def test_it_follows_a_label_and_goes_from_keyframe_to_keyframe(loaded: Load) -> None:
    frames = "[{at: 0, phi: 3}, {at: 1.5, center: [1, 2]}]"
    shot = loaded(BASE + f"camera:\n  follow: ' SGD '\n  keyframes: {frames}\n")
    assert shot.camera.follow == "SGD"
    assert shot.camera.keyframes == (Keyframe(0.0, phi=3.0), Keyframe(1.5, center=(1.0, 2.0)))
    assert loaded(json.dumps(shot.resolved)).camera == shot.camera


@pytest.mark.parametrize("text", ["", "camera: {keyframes: []}", "camera: {keyframes: , follow: null}"])
def test_nothing_written_is_nothing_followed(text: str, loaded: Load) -> None:
    assert loaded(BASE + text).camera == Camera3D(follow=None, keyframes=())


def test_made_labels_can_be_followed_too(loaded: Load) -> None:
    text = "surface: bowl\noptimizers: [sgd: {lr: 0.1}, sgd: {lr: 0.2}]\ncamera: {follow: SGD lr=0.2}\n"
    shot = loaded(text)
    assert shot.experiment is not None
    assert shot.camera.follow == shot.experiment.entries[1].label


def test_panels_of_curves_and_map_take_a_corner(loaded: Load) -> None:
    style: Any = loaded(BASE + "style: {loss_panel: right, contour_map: true}\n").style
    assert (style.loss_panel, style.contour_map) == ("right", True)
    plain: Any = loaded(BASE).style
    assert plain == SCENES["race"].style()
    assert (plain.loss_panel, plain.contour_map) == (False, False)


@pytest.mark.parametrize("text", [r"$\frac{1}$", "$x^2_$", r"$\foo$", "$" + "a" * 300 + "_$"])
def test_what_is_wrong_with_a_formula_is_said_in_a_few_words(text: str) -> None:
    what, cure = problem_in_text(text) or ("", "")
    assert 20 < len(what) <= 100 and cure
