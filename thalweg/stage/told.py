"""What stands on one frame, as data: for tests, for screen readers, and for those who script overlays.

Everything is read from what was handed to the GPU for that frame (vertices, boxes, glyphs), and projected with the very
camera it was drawn with. Pixels count from the picture's upper left corner; a pixel's centre is at +0.5.

    frame, seconds      the frame's number and its moment in the film
    size                [width, height] of the picture in pixels
    cue, beat           names, null where there are none
    camera              where the eye is and how it projects, see `FilmScene.seen_by`
    texts               [{text, box: [left, top, right, bottom] of its ink, size (px of the font), panel, strength}]
    panels              [{name, box}]
    balls               [{label, ball, step, point: [x, y], loss, pixel, drawn, radius, visible}]
    dots                [{label, ball, step, point, pixel}], at iterates
    trails              [{label, ball, steps, pixels}], one for each unbroken line, up to where it has grown
    ghosts              [{label, factor, ball, step, point, loss, pixel, drawn, radius, visible}], of a fair race: the
                        balls of an entry with `factor` times its lr, where they have parted from its own
    ghost_trails        [{label, factor, ball, steps, pixels}]
    arrows              [{name, from, to}], of next steps or gradients, and the heads of trails that have left the plate
    outlines            [{label, name, pixels}], lines that move: the ellipses of clouds, and those to the loss axis
    numbers             [{name, value, text}], those that change: the exact value and what is written

Of a ball, `step` is fractional between two iterates, `point` (in the domain) and `loss` are those of its true way at
that step, `pixel` is where the surface is touched there, and `drawn` and `radius` are the disc: where balls meet, the
disc alone steps aside. `visible` is the share of that disc, as far as it lies in the picture, which no landscape hides;
balls, panels and texts in front do not count. `loss` is the exact surface's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np

from thalweg.stage.drawable import Array, Drawable

LISTS = ("texts", "panels", "balls", "dots", "trails", "ghosts", "ghost_trails", "arrows", "outlines", "numbers")
DIGITS = 4  # decimals of a pixel


def told(scene: Drawable, index: int) -> dict[str, Any]:
    """Draw frame `index` of a staged scene and say what stands on it, as plain values that json can write.

    Numbers that are not finite become None. What was drawn is gone from the camera's buffer afterwards.
    """
    scene.draw_frame(index)
    found: dict[str, list[Any]] = scene.told()
    found["panels"] = _whole(found.get("panels", []))
    width, height = scene.pixels
    found["texts"] = [text for text in found.get("texts", []) if _meets(text["box"], width, height)]
    frame = dict(
        frame=index,
        seconds=index / scene.fps,
        size=list(scene.pixels),
        cue=None,
        beat=None,
        camera=scene.seen_by(),
        **{name: found.get(name, []) for name in LISTS},
    )
    said: dict[str, Any] = plain(frame)
    return said


def _meets(box: Sequence[float], width: int, height: int) -> bool:
    """Whether something of the box lies in the picture."""
    left, top, right, bottom = box
    return bool(left < width and top < height and right > 0 and bottom > 0)


def _whole(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One box for each name, around all of its parts."""
    boxes: dict[str, Array] = {}
    for part in parts:
        box = np.asarray(part["box"], float) * [1, 1, -1, -1]
        boxes[part["name"]] = np.minimum(boxes.get(part["name"], box), box)
    return [dict(name=name, box=box * [1, 1, -1, -1]) for name, box in boxes.items()]


ROUGH = ("box", "pixel", "pixels", "drawn", "radius", "from", "to")


def plain(value: Any, exact: bool = True) -> Any:
    """Values for json: numpy's become Python's, pixels have DIGITS decimals, what is not finite is None."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return {str(name): plain(part, exact and name not in ROUGH) for name, part in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(part, exact) for part in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            return None
        return float(value) if exact else round(float(value), DIGITS) + 0.0
    return value
