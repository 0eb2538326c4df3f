"""What of a surface is in the picture: the bulk of it and where paths end, not poles and what towers above all else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.loading import experiment
from thalweg.calculus import from_expression
from thalweg.geometry.display import Display, display_of

SIX = ((-3.0, 3.0), (-3.0, 3.0))
POLES = "-1/sqrt((x - 1)**2 + y**2) + 1/sqrt((x + 1)**2 + y**2)"
NEEDLE = "-exp(-2000*((x - 0.3)**2 + (y + 1.2)**2)) + 0.01*x**2"


def relief_of(display: Display, inner: float, outer: float) -> float:
    """The share of the relief between losses that most of the surface lies between."""
    low, high = display.heights(np.array([inner, outer]))
    return float((high - low) / (display.ceiling - display.floor))


def test_poles_do_not_flatten_the_rest() -> None:
    display = Display(from_expression(POLES, None, SIX), SIX)
    assert relief_of(display, -0.5, 0.5) > 0.2  # 1/r1 - 1/r2 is within +-0.5 over some eight tenths of the domain
    near, far = np.array([[1.0, 0.01]]), np.array([[1.0, 1.5]])  # losses of about -99.5 and -0.27
    assert not display.shown(near).any() and display.shown(far).all()
    assert [note.split(" loss")[0] for note in display.notes] == ["cut off above", "cut off below"]


@pytest.mark.parametrize(
    "text",
    [
        "-5*exp(-20*(x**2 + y**2)) + 0.02*x",  # thirty times as deep as the rest
        "-(1 + cos(12*sqrt(x**2 + y**2)))/(0.5*(x**2 + y**2) + 2)",  # drop-wave
        "-cos(x)*cos(y)*exp(-(x - pi)**2 - (y - pi)**2)",  # easom, on a plain
    ],
)
def test_a_hole_is_no_pole(text: str) -> None:
    domain = ((-10.0, 10.0), (-10.0, 10.0)) if "pi" in text else SIX
    display = Display(from_expression(text, None, domain), domain)
    assert display.pit is None
    assert display.shown(np.array([[np.pi, np.pi] if "pi" in text else [0.0, 0.0]])).all()


def test_where_a_path_ends_is_shown() -> None:
    surface, bottom = from_expression(NEEDLE, None, SIX), np.array([[0.3, -1.2]])
    assert not Display(surface, SIX).shown(bottom).any()
    display = Display(surface, SIX, ends=surface.value(bottom))
    assert display.shown(bottom).all() and display.pit is None


def test_who_ends_outside_the_domain_changes_no_height(tmp_path: Path) -> None:
    config = "surface: {expression: '0 - x**2 + 20*y**2'}\nstart: [1, 1]\nsteps: 40\noptimizers: [sgd: {lr: 0.04}]\n"
    (tmp_path / "a.yaml").write_text(config, encoding="utf-8")
    made = experiment(tmp_path / "a.yaml")
    display = display_of(made.surface, made.roll("all"))
    assert display.heights.low == pytest.approx(-9)  # of the corners of the least y**2 within the domain


def test_the_picture_of_ripples_keeps_their_heights() -> None:
    """The mean of Schaffer's second function is 0.5 wherever its ripples are finer than the mesh."""
    domain = ((-100.0, 100.0), (-100.0, 100.0))
    surface = from_expression("0.5 + (sin(x**2 - y**2)**2 - 0.5)/(1 + 0.001*(x**2 + y**2))**2", None, domain)
    display = Display(surface, domain)
    assert display.smoothed and display.notes == ["ripples finer than the mesh are smoothed"]
    side = np.linspace(30.0, 100.0, 40)
    far = np.stack(np.meshgrid(side, side), axis=-1)
    level = (display.to_world(far)[..., 2] - display.floor) / (display.ceiling - display.floor)
    assert np.ptp(level) < 0.1


def test_the_report_says_what_the_picture_does_not_show(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from thalweg.cli import main as cli

    config = f"surface: {{expression: '{POLES}', domain: {{x: [-3, 3], y: [-3, 3]}}}}\nsteps: 5\noptimizers: [sgd]\n"
    (tmp_path / "poles.yaml").write_text(config, encoding="utf-8")
    assert cli.main(["--check", str(tmp_path / "poles.yaml")]) == 0
    said = [line for line in capfd.readouterr().out.splitlines() if line.startswith("  picture: ")]
    assert [line.split(" loss")[0] for line in said] == ["  picture: cut off above", "  picture: cut off below"]
