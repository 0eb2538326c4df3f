"""Marks at a surface's critical points, on the landscape and in the contour map, and the key that explains them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.calculus.landmarks import CriticalPoint
from thalweg.geometry.display import Display
from thalweg.mobjects.sprites import Picture, Sprites
from thalweg.typeset import raster

HIDDEN = 0.25  # strength of a mark behind a hill
MOST = 150  # with more marks kinds are left out, the last first
ON_THE_WAY = np.geomspace(0.004, 1, 64)  # places between a mark and the camera at which a hill may be in between
CORNERS = {  # of the polygon that a kind's mark is made of, on the unit circle, in degrees; a minimum is a ring
    "saddle": (45, 225, None, 135, 315),
    "maximum": (90, 210, 330, 90),
    "degenerate": (90, 180, 270, 0, 90),
}


def chosen(display: Display, points: Sequence[CriticalPoint]) -> list[CriticalPoint]:
    """The critical points that are marked: on the surface drawn, whole kinds only, MOST in all."""
    seen = [point for point in points if display.shown(np.array(point[:2]))]
    marked: list[CriticalPoint] = []
    for kind in dict.fromkeys(point.kind for point in seen):
        these = [point for point in seen if point.kind == kind]
        if len(marked) + len(these) <= MOST:
            marked += these
    return marked


def glyph(kind: str, size: float) -> np.ndarray:
    """Coverage of a kind's mark, `size` pixels wide, in a square a little larger."""
    side = int(np.ceil(1.3 * size)) | 1
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    radius, stroke = 0.42 * size, max(0.13 * size, 1.2)
    if kind == "minimum":
        distance = np.abs(np.hypot(x, y) - radius)
    else:
        radius *= 1.15
        distance = np.full(x.shape, np.inf)
        for one, other in zip(CORNERS[kind][:-1], CORNERS[kind][1:], strict=True):
            if one is not None and other is not None:
                ends = radius * np.exp(-1j * np.radians([one, other]))
                distance = np.minimum(distance, _to_segment(x + 1j * y, *ends))
    cover: np.ndarray = np.clip(stroke / 2 + 0.5 - distance, 0, 1).astype(np.float32)
    return cover


def _to_segment(points: np.ndarray, start: complex, end: complex) -> np.ndarray:
    along = np.clip(((points - start) * np.conj(end - start)).real / abs(end - start) ** 2, 0, 1)
    away: np.ndarray = np.abs(points - start - along * (end - start))
    return away


def key(kinds: list[str], size: float) -> np.ndarray:
    """Coverage of 'o minimum  x saddle ...', in text of `size` pixels."""
    parts = []
    for kind in kinds:
        mark, word = glyph(kind, 0.95 * size), raster.set_line(kind, size)
        parts += [(mark, word.baseline - 0.36 * size - mark.shape[0] / 2, 0.35 * size), (word.cover, 0, 1.1 * size)]
    height = max(round(top) + cover.shape[0] for cover, top, _ in parts)
    cover = np.zeros((height, round(sum(part.shape[1] + gap for part, _, gap in parts)) + 1), np.float32)
    x = 0.0
    texts: tuple[Any, ...] = ()
    for part, top, gap in parts:
        place = cover[max(round(top), 0) :, round(x) :][: part.shape[0], : part.shape[1]]
        place[:] = part[: place.shape[0], : place.shape[1]]
        texts += tuple(text.moved(round(x), max(round(top), 0)) for text in raster.texts_of(part))
        x += part.shape[1] + gap
    used = np.flatnonzero(cover.any(axis=0))
    return raster.lettered(cover[:, : used[-1] + 1], texts)


class Marks(Sprites):
    """Marks (`size` pixels) at critical points on the landscape, fainter where a hill hides them, as trails are, unless
    they are not `veiled` by it.
    """

    veiled = True

    def __init__(
        self, display: Display, points: Sequence[CriticalPoint], size: float, color: str, ground: str, **kwargs: Any
    ) -> None:
        self.display = display
        self.anchors = display.to_world(np.reshape([point[:2] for point in points], (-1, 2)))
        kinds = list(dict.fromkeys(point.kind for point in points))
        pictures = [picture(kind, size, color, ground) for kind in kinds]
        self.side = pictures[0].shape[0] + 2  # a clear pixel around each, for smooth motion
        self.atlas = raster.blank(self.side, self.side * len(kinds))
        for row, made in enumerate(pictures):
            raster.paste(self.atlas, made, 1, row * self.side + 1)
        self.tops = [kinds.index(point.kind) * self.side for point in points]
        super().__init__(**kwargs)

    def texture_of(self) -> raster.Image:
        return self.atlas

    def rows(self) -> np.ndarray:
        eye = np.array(self.shader_wrapper.camera["camera_position"])
        rows = np.ones((len(self.anchors), 10))
        rows[:, :2] = self.shader_wrapper.pixels(self.anchors)[0] - self.side / 2
        rows[:, 2:4], rows[:, 4], rows[:, 5] = self.side, 0, self.tops
        behind = self.veiled & hidden_from(self.display, self.anchors, eye)
        rows[:, 6:] = np.where(behind, HIDDEN, 1.0)[:, None]
        return rows


def hidden_from(display: Display, places: np.ndarray, eye: np.ndarray) -> np.ndarray:
    """(n,) Whether the landscape is between places (n, 3) on it and the eye (3,)."""
    way = places[:, None] + ON_THE_WAY[:, None] * (eye - places)[:, None]
    below = way[..., 2] < display.ceiling
    points = display.from_plate(way[..., :2])
    below &= display.inside(points)
    height = np.full(below.shape, -np.inf)
    height[below] = display.to_world(points[below])[:, 2]
    behind: np.ndarray = np.asarray((height > way[..., 2] + 0.01).any(axis=1))
    return behind


def picture(kind: str, size: float, color: str, ground: str) -> raster.Image:
    return raster.haloed(raster.tinted(glyph(kind, size), color), size, ground)


def placed(
    points: Sequence[CriticalPoint], pixel: Callable[[np.ndarray], np.ndarray], size: float, color: str, ground: str
) -> list[Picture]:
    """Marks on a map, where `pixel` says that points of the domain are."""
    made = []
    for point in points:
        mark = picture(point.kind, size, color, ground)
        x, y = pixel(np.array(point[:2]))
        made.append(Picture(mark, x - mark.shape[1] / 2, y - mark.shape[0] / 2))
    return made
