"""The axes of a map: their names stand by the middle of their edges, beyond the numbers, on no panel."""

from __future__ import annotations

import pytest

from tests.scenes_help import shot, staged
from thalweg.geometry.layout import overlap
from thalweg.stage.told import told


@pytest.mark.parametrize("size", ["1280x720", "854x480", "1080x1920"])
def test_the_axes_of_a_map_have_their_names_beyond_their_numbers(size):
    scene = staged(shot("zigzag_map", {"resolution": size}))
    texts = [text for text in told(scene, 0)["texts"] if not text["panel"]]
    left, top, right, bottom = scene.map.box
    boxes = {text["text"]: text["box"] for text in texts}
    x, y = boxes["$x$"], boxes["$y$"]
    numbers = [text["box"] for text in texts if text["text"] not in ("$x$", "$y$")]
    assert (x[0] + x[2]) / 2 == pytest.approx((left + right) / 2, abs=2) and x[1] > bottom
    assert (y[1] + y[3]) / 2 == pytest.approx((top + bottom) / 2, abs=6) and y[2] < left
    assert x[1] > max(box[3] for box in numbers) - 1 and 0 < y[0] < y[2] < min(box[0] for box in numbers)
    others = [panel["box"] for panel in told(scene, scene.frames - 1)["panels"] if panel["name"]]
    for name in (x, y):
        assert not any(overlap(name, box) for box in others)
    scene.release()
