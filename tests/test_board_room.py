"""Panels of races with one to many entries, at all shapes and scales of text, without drawing a landscape: all stand
apart and whole on the page, and what cannot fit is told with the largest scale that does.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
import scenes_help as h
import yaml
from thalweg.scenes.race.inset import Inset

from thalweg.colors import THEMES
from thalweg.errors import ConfigErrors
from thalweg.geometry.display import display_of
from thalweg.geometry.layout import Page, overlap
from thalweg.mobjects.sprites import Picture
from thalweg.parts.motion import Motion
from thalweg.parts.panels.board import Board, NoRoom
from thalweg.parts.panels.usual import Usual

SIZES = [(1280, 720), (854, 480), (1080, 1920), (1080, 1080)]
SCALES = (0.5, 1.0, 1.5, 3.0)
COUNTS = (1, 2, 5, 8, 12, 20, 32)
NAMES = ("sgd", "momentum", "nag", "adagrad", "rmsprop", "adam")
LABELS = ("Adam", "SGD with a long name", "$\\beta_2 = 0.999$", "$\\frac{a}{b}$ of it")
SETS = (  # style, facts
    ({}, False),
    ({"loss_panel": True}, True),
    ({"loss_panel": True, "contour_map": True}, False),
    ({"contour_map": True, "counter": "bottom_right", "legend": "right"}, True),
)


class Measured(Board):
    """Panels have their places, and are not drawn."""

    def _draw(self, panel):
        pass

    def _largest(self, page, place):
        return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("room")


@cache
def race(count: int, panels: int, folder):
    """The shot and the motion of so many entries."""
    style, facts = SETS[panels]
    entries = [{NAMES[k % 6]: {"lr": 0.01 + 0.002 * k, "label": f"{LABELS[k % 4]} {k + 1}"}} for k in range(count)]
    title = "Who finds the hole?"
    told = dict(surface="bowl_with_two_holes", optimizers=entries, steps=20, title=title, style=style)
    shot = h.shot(yaml.safe_dump(told | {"scene": {"kind": "race", "facts": facts}}), folder=folder)
    trajectories = shot.experiment.roll()
    return shot, Motion(shot, trajectories, display_of(shot.surface, trajectories, shot.style.z_scale), 1280)


def arranged(board: Board, count: int, panels: int, folder) -> Usual:
    shot, motion = race(count, panels, folder)
    theme = THEMES[shot.style.theme]

    def inset(corner: str) -> Inset:
        return Inset(motion, theme.ramp, (), board, corner, theme, theme.background)

    return Usual(board, shot, motion, theme.background, ["a remark"], (), {"contour_map": ("bottom_right", inset)})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", COUNTS)
def test_panels_are_whole_and_apart(count, size, folder):
    for number, scale in enumerate(SCALES):
        panels = (number + COUNTS.index(count) + SIZES.index(size)) % len(SETS)
        board = Measured(Page(*size, scale))
        try:
            usual = arranged(board, count, panels, folder)
        except ConfigErrors:
            assert scale > 1, "it fits at the usual size of text"
            continue
        places = board.places
        assert len(places) >= 3 + len(SETS[panels][0].keys() & {"loss_panel", "contour_map"}), "none is left out"
        for k, (left, top, right, bottom) in enumerate(places):
            assert left >= 0 and top >= 0 and right <= size[0] and bottom <= size[1], (scale, panels)
            assert not any(overlap((left, top, right, bottom), other) for other in places[:k]), (scale, panels)
        assert usual.board["legend"].shown >= (min(count, 4) if scale > 1 else count / 5)


def test_what_cannot_fit_is_told_with_the_largest_scale_that_does(folder):
    for count, panels, size in ((6, 2, (1280, 720)), (12, 1, (854, 480)), (1, 0, (1080, 1080))):
        with pytest.raises(ConfigErrors) as caught:
            arranged(board := Board(Page(*size, 3.0)), count, panels, folder)
        problem = caught.value.problems[0]
        assert problem.where == "style.text_scale"
        largest = float(re.fullmatch(r"use at most ([\d.]+)", problem.cure)[1])
        arranged(Measured(Page(*size, largest)), count, panels, folder)
        with pytest.raises((ConfigErrors, NoRoom)):
            arranged(Measured(Page(*size, largest + 0.05)), count, panels, folder)
        assert board.arranging, "none of it was drawn"


@pytest.mark.parametrize("number", range(30))
def test_what_is_drawn_lies_in_its_place(number, folder):
    """Thirty of them, every picture of a panel: none reaches beyond the page or into another panel's place."""
    count, size, scale = COUNTS[number % 7], SIZES[number % 4], SCALES[number % 3]
    board = Board(Page(*size, scale))
    try:
        arranged(board, count, number % len(SETS), folder)
    except ConfigErrors:
        assert scale > 1
        return
    for panel in board.panels.values():
        boxes = [box for box in map(box_of, panel.mobjects) if box is not None]
        for left, top, right, bottom in boxes:
            assert left >= -1 and top >= -1 and right <= size[0] + 1 and bottom <= size[1] + 1, panel.name
            for other in board.panels.values():
                if other is not panel:
                    for place in filter(None, map(box_of, other.mobjects)):
                        assert not overlap((left + 1, top + 1, right - 1, bottom - 1), place), (panel.name, other.name)


def box_of(mobject):
    """Left, top, right, bottom of the ink of a picture, without its halo's faint rim."""
    if not isinstance(mobject, Picture):
        return None
    seen = np.argwhere(mobject.picture[..., 3] > 0.2)
    if not len(seen):
        return None
    (top, left), (bottom, right) = seen.min(axis=0), seen.max(axis=0) + 1
    return mobject.left + left, mobject.top + top, mobject.left + right, mobject.top + bottom
