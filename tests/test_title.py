"""A card: what stands on it, and what is no card."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.loading import shot
from tests.scenes_help import staged
from thalweg.errors import ConfigErrors
from thalweg.stage.told import told


def card(folder: Path, scene: str, more: str = ""):
    path = folder / "card.yaml"
    path.write_text(f"scene: {{kind: title, {scene}}}\nvideo: {{resolution: 320x180, seconds: 2}}\n{more}")
    return shot(path)


def texts(folder: Path, scene: str, more: str = "") -> list[str]:
    made = staged(card(folder, scene, more))
    found = [each["text"] for each in told(made, made.frames - 1)["texts"]]
    made.release()
    return found


@pytest.mark.parametrize("formula", [r"w \leftarrow w - \eta g", r"$w \leftarrow w - \eta g$"])
def test_a_formula_is_mathtext_with_or_without_its_dollars(formula: str, tmp_path: Path) -> None:
    assert texts(tmp_path, f"heading: Rule, formula: '{formula}'") == ["Rule", r"$w \leftarrow w - \eta g$"]


def test_the_rule_of_an_optimizer_and_the_formula_of_a_surface(tmp_path: Path) -> None:
    rule = texts(tmp_path, "formula: sgd")
    assert any(text.startswith("$w ") for text in rule) and "step" in rule
    assert texts(tmp_path, "formula: surface", "surface: saddle\n") == ["$f(x, y) = x^{2} - y^{2}$"]


@pytest.mark.parametrize(
    "scene, said",
    [
        (r"formula: '\fraq{1}{2}'", "cannot be set"),
        ("formula: adm", '"adm" is no optimizer; did you mean adam?'),
        ("formula: surface", "the file has no surface; write surface: bowl"),
        (r"lines: [ok, '$\frac{a$']", "scene.lines.1: the formula"),
    ],
)
def test_what_cannot_be_set_is_told_with_its_line(scene: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors) as caught:
        card(tmp_path, scene)
    assert said in str(caught.value) and "card.yaml:1: scene." in str(caught.value)
