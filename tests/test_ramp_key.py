"""The key of the ramp: a colour in it is that of the landscape at that loss, and its numbers stand where they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.scenes_help import shot, staged
from thalweg.calculus import SURFACES, from_expression
from thalweg.errors import ConfigErrors
from thalweg.geometry.display import Display, display_of
from thalweg.geometry.layout import Page
from thalweg.geometry.ramp_scale import marks, roundest
from thalweg.parts.motion import Motion
from thalweg.parts.panels.board import Board
from thalweg.parts.panels.usual import Usual
from thalweg.stage.pictures import frame_pixels
from thalweg.stage.told import told

FLAT = """\
surface: {{expression: "10*x", domain: {{x: [-3, 3], y: [-2, 2]}}}}
start: [-2.9, 1.9]
steps: 4
scene: {kind}
optimizers: [sgd: {{lr: 1e-6}}]
style: {{theme: {theme}, grid: false, contours: false, trail: false, iterates: false, z_scale: 0.001, ramp_key: true}}
camera: {{theta: 0, phi: 0, orbit: 0}}
video: {{resolution: 1280x720, seconds: 3}}
"""


def as_written(kind: str, theme: str) -> str:
    text = FLAT.format(kind=kind, theme=theme)
    if kind == "contour":
        text = text.replace("grid: false, ", "").replace("z_scale: 0.001, ", "").replace(
            "camera: {theta: 0, phi: 0, orbit: 0}\n", "")  # fmt: skip
    return text


class Measured(Board):
    """Panels have their places, and are not drawn."""

    def _draw(self, panel):
        pass


@pytest.mark.parametrize("theme", ["dark", "light", "print"])
@pytest.mark.parametrize("kind", ["race", "contour"])
def test_a_colour_in_the_key_is_that_of_the_surface_at_that_loss(tmp_path, kind, theme):
    """On a plane seen from above, where light is the same everywhere; a loss of 10 x by hand."""
    scene = staged(shot(as_written(kind, theme), folder=tmp_path))
    frame = told(scene, 0)
    picture = frame_pixels(scene, 0)[..., :3].astype(int)
    key, panel = scene.board["ramp_key"], scene.board["ramp_key"].mobjects[0]
    left, top, right, bottom = key.bar
    column = panel.left + round((left + right) / 2)
    for loss in (-27, -15, 0, 8, 16, 27):
        x, y = loss / 10, 0.3
        row = panel.top + bottom - (loss + 30) / 60 * (bottom - top)
        if kind == "race":
            space = np.array([*((np.array([x, y]) - frame["camera"]["world"]["center"]) *
                              frame["camera"]["world"]["scale"]), 0.0, 1.0])  # fmt: skip
            clip = np.array(frame["camera"]["matrix"]) @ space
            place = 640 * (1 + clip[0] / clip[3]), 360 * (1 - clip[1] / clip[3])
        else:
            place = scene.map.pixel(np.array([x, y]))
        surface, in_key = picture[int(place[1]), int(place[0])], picture[int(row), column]
        more = surface - in_key  # a highlight is white, and the same everywhere
        assert np.ptp(more) <= 4 and -2 <= more.min() and more.max() < (20 if kind == "race" else 3), (loss, more)
    numbers = {text["text"]: text["box"] for text in frame["texts"] if text["panel"] == "ramp_key"}
    assert {"loss", "−20", "0", "20"} <= numbers.keys()
    for number, loss in (("−20", -20), ("0", 0), ("20", 20)):
        box = numbers[number]
        assert (box[1] + box[3]) / 2 == pytest.approx(panel.top + bottom - (loss + 30) / 60 * (bottom - top), abs=2)
    scene.release()


def test_linear_heights_have_round_numbers_where_they_are():
    surface = from_expression("x**2 + y**2", domain=((-3, 3), (-3, 3)))
    found = marks(Display(surface, surface.domain, "linear"))
    assert [text for _, text in found] == ["0", "5", "10", "15"]
    assert [share for share, _ in found] == pytest.approx([0, 5 / 18, 10 / 18, 15 / 18], abs=1e-3)


def test_a_lowest_loss_that_is_nearly_round_has_its_number():
    """On the sampled domain the least loss is a little above 0, a hundredth of the ramp at most."""
    surface = from_expression("x**2 + y**2 + 0.1", domain=((-3, 3), (-3, 3)))
    found = marks(Display(surface, surface.domain, "linear"))
    assert found[0] == (0.0, "0") and [text for _, text in found] == ["0", "5", "10", "15"]


def test_logarithmic_heights_have_round_numbers_where_they_are():
    """By the formula that the camera of a .frame.json tells: height = gain log10(1 + (loss - low) / unit)."""
    surface = SURFACES["rosenbrock"]()
    display = Display(surface, surface.domain, "log")
    low, unit = display.heights.low, display.heights.unit
    found = marks(display)
    assert len(found) in (3, 4)
    (x0, x1), (y0, y1) = surface.domain
    corners = [(100 * (y - x * x) ** 2 + (1 - x) ** 2) for x in (x0, x1) for y in (y0, y1)]
    for share, text in found:
        loss = float(text.replace("−", "-"))
        assert len(f"{abs(loss):.0e}".rstrip("0")) <= 5 and float(f"{loss:.0e}") == loss, "one digit"
        expected = np.log10(1 + (loss - low) / unit) / np.log10(1 + (max(corners) - low) / unit)
        assert share == pytest.approx(expected, abs=0.01)


def test_a_cap_and_a_cut_are_told_at_the_end():
    surface = SURFACES["bowl"]()
    display = Display(surface, surface.domain, "linear")
    capped = Display(_capped(surface, 3.0), surface.domain, "linear")
    assert marks(display)[-1][0] < 1
    assert marks(capped)[-1] == (1.0, "3")


def _capped(surface, cap):
    class Capped:
        domain = surface.domain
        value, gradient = staticmethod(surface.value), staticmethod(surface.gradient)

    made = Capped()
    made.cap = cap
    return made


@pytest.mark.parametrize(
    ("low", "high", "near", "expected"),
    [(-1, 4, 2, 0), (390, 1200, 700, 1000), (31, 69, 44, 50), (-0.0069, -0.0031, -0.005, -0.005), (21, 24, 22.4, 22)],
)
def test_the_roundest_number(low, high, near, expected):
    assert roundest(low, high, near) == expected


def test_it_gives_way_where_there_is_no_room(tmp_path):
    """In a small square that panels fill there is none; asked for, it is told what does not fit."""
    text = FLAT.format(kind="race", theme="dark").replace("ramp_key: true", "text_scale: 3")
    video = {"resolution": "360x360"}
    left_out = staged(shot(text, video, folder=tmp_path))
    assert "ramp_key" not in left_out.board
    left_out.release()
    with pytest.raises(ConfigErrors, match="use at most"):
        staged(shot(text, video, ["style.ramp_key=true"], folder=tmp_path))


@pytest.mark.parametrize("size", [(1280, 720), (854, 480), (1080, 1920), (1080, 1080)])
@pytest.mark.parametrize("count", [2, 5, 8])
def test_it_stands_at_every_shape_and_moves_nothing(count, size, tmp_path):
    """All other panels are where they are without it."""
    entries = ", ".join(f"sgd: {{lr: {0.01 * (k + 1):.2f}, label: Rate {k + 1}}}" for k in range(count))
    text = FLAT.format(kind="race", theme="dark").replace(", ramp_key: true", "").replace("sgd: {lr: 1e-6}", entries)
    loaded = shot(text, folder=tmp_path)
    trajectories = loaded.experiment.roll()
    motion = Motion(loaded, trajectories, display_of(loaded.surface, trajectories), 1280)
    boards = []
    for wish in (None, False):
        board = Measured(Page(*size))
        Usual(board, replace(loaded, style=replace(loaded.style, ramp_key=wish)), motion, "#0B0E14")
        boards.append(board)
    shown, without = boards
    assert "ramp_key" in shown and "ramp_key" not in without and shown.apart and shown.fair
    assert shown.squeeze == without.squeeze and shown.places[:-1] == without.places
