"""Every config looks as it did when its golden frame was last looked at. Drawn anew by: python -m tests.golden"""

from __future__ import annotations

import numpy as np
import pytest

from tests import golden_help
from tests.golden_help import KEPT, RENDERER, at_edges, drawn, faults, kept, renderer, sheet
from tests.scenes_help import shipped

NAMES = sorted(path.stem for path in KEPT.glob("*.png"))


@pytest.mark.parametrize("name", NAMES)
def test_a_still_of_each_config(name):
    if RENDERER not in renderer():
        pytest.skip(f"golden frames are compared on {RENDERER} only, here it is {renderer()}")
    expected, got = kept(name), drawn(name)
    wrong = faults(expected, got)
    assert not wrong, f"{'; '.join(wrong)}; see {sheet(name, expected, got)}; if it is meant: python -m tests.golden"


def test_each_config_has_one_and_none_is_left_over():
    missing, left = sorted(set(shipped()) - set(NAMES)), sorted(set(NAMES) - set(shipped()))
    assert not missing, f"draw them, and look at them: python -m tests.golden {' '.join(missing)}"
    assert not left, f"there is no config of that name in configs/; remove {left} from tests/golden/"


def test_they_are_small():
    assert all((KEPT / f"{name}.png").stat().st_size < 120_000 for name in NAMES)


def picture() -> np.ndarray:
    made = np.full((90, 160, 3), 40, "u1")
    made[30:60, 40:120] = (200, 120, 60)
    return made


def test_a_small_shade_everywhere_passes_and_a_large_one_somewhere_does_not():
    expected = picture()
    dithered = expected.copy()
    dithered[::3, ::3] += 2
    assert faults(expected, dithered) == []
    spot = expected.copy()
    spot[5:15, 5:15] += 9
    assert any("inside" in line for line in faults(expected, spot))
    assert any("mean" in line for line in faults(expected, expected + np.uint8(2)))


def test_edges_may_differ_a_little_but_not_move():
    expected = picture()
    soft = expected.copy()
    soft[30, 40:120] -= 12
    assert at_edges(expected)[30, 40:120].all() and faults(expected, soft) == []
    assert any("at edges" in line for line in faults(expected, np.roll(expected, 1, axis=0)))


def test_another_size_is_a_fault():
    assert faults(picture(), picture()[:-2]) == ["the size is (88, 160) instead of (90, 160)"]


def test_the_difference_sheet(tmp_path, monkeypatch):
    from PIL import Image

    monkeypatch.setattr(golden_help, "FAILED", tmp_path / "failed")
    expected, got = picture(), picture()
    got[0, 0] += 3
    path = sheet("film", expected, got)
    made = np.asarray(Image.open(path))
    assert path == tmp_path / "failed" / "film.png" and made.shape == (90, 3 * 164, 3)
    assert (made[:, :160] == expected).all() and (made[:, 164:324] == got).all() and (made[0, 328] == 24).all()
