"""The board alone, without drawing: where panels stand, and the room that they leave."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.geometry.layout import Page, overlap
from thalweg.parts.panels.board import Board, corner_of

SIZES = [(1280, 720), (854, 480), (1080, 1920), (1080, 1080)]
CORNERS = ["top_left", "top_right", "bottom_left", "bottom_right", "left", "right"]
PANELS = st.lists(st.tuples(st.sampled_from(CORNERS), st.floats(0.05, 0.45), st.floats(0.04, 0.25)), max_size=5)


def board_with(size: tuple[int, int], panels: list[tuple[str, float, float]]) -> Board:
    board = Board(Page(*size))
    for corner, width, height in panels:
        board.reserve(corner, width * size[0], height * size[1])
    return board


@pytest.mark.parametrize("size", SIZES)
@given(panels=PANELS)
def test_panels_stand_apart(size: tuple[int, int], panels: list[tuple[str, float, float]]) -> None:
    places = board_with(size, panels).corners.places
    assert len(places) == len(panels)
    assert not any(overlap(a, b) for k, a in enumerate(places) for b in places[:k])


@pytest.mark.parametrize("size", SIZES)
@settings(max_examples=40)
@given(panels=PANELS, shape=st.sampled_from([0.4, 1.0, 2.5]))
def test_no_other_box_holds_a_larger_picture(
    size: tuple[int, int], panels: list[tuple[str, float, float]], shape: float
) -> None:
    board = board_with(size, panels)
    left, top, right, bottom = board.room(shape)
    found = min((right - left) / shape, bottom - top)
    places, page = board.corners.places, board.page
    assert not any(overlap(place, (left, top, right, bottom)) for place in places)
    xs, ys = (np.linspace(0, side, 8) for side in size)
    edge, upper = page.margin, 0.7 * page.margin
    gap = board.corners.gap
    for x0 in xs:  # boxes on a grid that keep the same distances
        for y0 in ys:
            for x1, y1 in ((x, y) for x in xs[xs > x0] for y in ys[ys > y0]):
                box = (max(x0, edge), max(y0, upper), min(x1, size[0] - edge), min(y1, size[1] - upper))
                wide = (box[0] - gap, box[1] - gap, box[2] + gap, box[3] + gap)
                if not any(overlap(place, wide) for place in places):
                    assert min((box[2] - box[0]) / shape, box[3] - box[1]) <= found + 1e-6


def test_a_style_says_corner_or_yes_or_no() -> None:
    assert corner_of(True, "top_left") == "top_left"
    assert corner_of("right", "top_left") == "right"
    assert corner_of(False, "top_left") is None
