"""AxisLabels: numbers and names along the two edges of the domain that face the camera, upright on the screen.

They stand beside the landscape from wherever it is seen: each goes on along its grid line until nothing of the
landscape is behind it. Where they are and how strong is a function of the camera alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from thalweg.geometry.display import Display
from thalweg.geometry.outline import apart, hull, outermost, sides, way_out
from thalweg.geometry.ticks import nice_step, texts
from thalweg.mobjects.sprites import Picture, Sprites, stacked
from thalweg.typeset import raster

GAP, BEYOND = 0.45, 0.75  # of the numbers' size, between them and the landscape, and between them and their name
CHANGE = np.radians([-9.0, -4.0])  # turned so far behind its edge, a row of labels goes over to the other edge
NEAR, EDGE = np.array([0.05, 0.4]), np.array([0.0, 0.3])  # of it, from others and panels, and from the picture's edge:
# where nothing of a label is seen, and from where on all
FAINTEST = 0.02  # what is fainter is not said to be there
NUMBER, NAME = 0.34, 0.95  # display units beside the edge: where about they stand


class Label(NamedTuple):
    """At `anchor` on an edge of the domain, with `outward` the way on from there (3,); `axis` and `side` (0 or 1) are
    those of the edge, `picture` the index of what is drawn, `name` whether that is the axis's name.
    """

    axis: int
    side: int
    anchor: np.ndarray
    outward: np.ndarray
    picture: int
    name: bool


class AxisLabels(Sprites):
    """Beside the surface of `display`, of which `ground` points (n, 3) are the outermost; `theta` (degrees) is the turn
    at which a row of labels stands at the edge that faces the eye for sure; `size` is the height of the numbers in
    pixels, `halo` the colour around them. `beside` are pictures that labels must not stand behind.
    """

    moving = True
    panel = "axes"

    def __init__(
        self,
        display: Display,
        ground: np.ndarray,
        theta: float,
        size: float,
        color: str,
        names=("$x$", "$y$"),
        halo: str = "#0B0E14",
        **kwargs,
    ) -> None:
        self.display, self.ground, self.size = display, outermost(ground), size
        self.beside: Sequence[Picture] = ()
        turn = np.radians(theta)
        self.first = (
            int(np.sin(turn) > 1e-6),
            int(np.cos(turn) < -1e-6),
        )  # which side of x, of y faces the eye
        self.labels: list[Label] = []
        pictures: list[raster.Image] = []
        for axis in (0, 1):
            low, high = display.domain[axis]
            step = nice_step((high - low) / 6)
            ticks = np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step + 0.0
            ticks = ticks[(ticks > low + 0.04 * (high - low)) & (ticks < high - 0.04 * (high - low))]
            words = [*zip(ticks.tolist(), texts(ticks.tolist()), strict=True), ((low + high) / 2, names[axis])]
            for number, (value, text) in enumerate(words):
                name = number == len(ticks)
                large = 1.35 * size if name else size
                drawn = raster.tinted(raster.set_line(text, large).cover, color)
                pictures.append(raster.haloed(drawn, size, halo))
                self.labels += [self._label(axis, side, value, len(pictures) - 1, name) for side in (0, 1)]
        self._pack(pictures)
        super().__init__(**kwargs)

    def _label(self, axis: int, side: int, value: float, picture: int, name: bool) -> Label:
        display, other = self.display, 1 - axis
        point = np.empty(2)
        point[axis], point[other] = value, display.domain[other][side]
        foot = display.to_world(point[None])[0]
        foot[2] = np.clip(foot[2], display.floor, display.ceiling) if display.shown(point[None])[0] else display.floor
        outward = np.zeros(3)
        outward[other] = 1.0 if side else -1.0
        return Label(axis, side, foot, outward, picture, name)

    def _pack(self, pictures: list[raster.Image]) -> None:
        """All labels in one texture, and their sizes and places."""
        self.atlas, sources = stacked(pictures)
        self.words = [raster.texts_of(picture) for picture in pictures]
        inks = [words[0].box if words else (0, 0, *picture.shape[1::-1]) for picture, words in zip(
            pictures, self.words, strict=True)]  # fmt: skip
        which = np.array([label.picture for label in self.labels])
        self.sources, self.ink = sources[which], np.array(inks, float)[which]
        self.halves = (self.ink[:, 2:] - self.ink[:, :2]) / 2
        self.anchored = np.array([label.anchor for label in self.labels])
        self.outward = np.array([label.outward for label in self.labels])
        self.names = np.array([label.name for label in self.labels])
        self.edges = np.array([2 * label.axis + label.side for label in self.labels])
        self.order = np.lexsort((np.arange(len(self.labels)), ~self.names))  # names first
        place = np.argsort(self.order)
        self.after = place > place[:, None]  # of two that are too near to each other, which gives way

    @property
    def anchors(self) -> np.ndarray:
        """Places (n, 3) in space about which labels stand that face the eye."""
        facing = np.array([label.side == self.first[1 - label.axis] for label in self.labels])
        away = np.where(self.names, NAME, NUMBER)[:, None]
        made: np.ndarray = (self.anchored + away * self.outward)[facing]
        return made

    def texture_of(self):
        return self.atlas

    def facing(self) -> np.ndarray:
        """(4,) How strong the labels of each edge are, 0 ... 1: low and high y for the axis x, then low and high x."""
        view = np.array(self.shader_wrapper.camera["view"]).reshape(4, 4).T
        right = view[0, :2] / max(np.hypot(*view[0, :2]), 1e-12)
        to_eye = np.array([right[1], -right[0]])  # along the ground
        strengths = []
        for axis in (0, 1):
            first = self.first[1 - axis]
            ahead = np.arcsin(np.clip(to_eye[1 - axis] * (1 if first else -1), -1, 1))
            share = eased(ahead, CHANGE)
            strengths += [1 - share, share] if first else [share, 1 - share]
        return np.array(strengths)

    def placed(self) -> tuple[np.ndarray, np.ndarray]:
        """Middles (n, 2) of the labels' ink in pixels, and how strong each is (n,)."""
        gpu, strength = self.shader_wrapper, self.facing()[self.edges]
        middles, seen = np.zeros((len(self.labels), 2)), strength > FAINTEST
        ground, depth = gpu.pixels(self.ground)
        if (depth <= 0).any() or not seen.any():  # the eye is within the landscape
            return middles, np.zeros(len(self.labels))
        polygon = sides(hull(ground))
        anchors, _ = gpu.pixels(self.anchored[seen])
        ways = gpu.pixels(self.anchored[seen] + 0.3 * self.outward[seen])[0] - anchors
        length = np.linalg.norm(ways, axis=1, keepdims=True)
        ways = np.where(length > 1e-6, ways / np.maximum(length, 1e-6), [0.0, 1.0])
        away = way_out(anchors, ways, self.halves[seen] + GAP * self.size, polygon)
        names, edges = self.names[seen], self.edges[seen]
        numbers = np.where(names, 0.0, np.abs(ways * self.halves[seen]).sum(axis=1))
        for edge in np.unique(edges):  # a name stands beyond the widest of its numbers
            here = edges == edge
            away[here & names] += 2 * numbers[here].max(initial=0.0) + BEYOND * self.size
        middles[seen] = anchors + away[:, None] * ways
        return middles, self._clear(middles, strength)

    def _clear(self, middles: np.ndarray, strength: np.ndarray) -> np.ndarray:
        """The strengths (n,), less where labels come near to more important ones, to panels, to the picture's edge."""
        boxes = np.concatenate([middles - self.halves, middles + self.halves], axis=1)
        size = 2 * np.array(self.shader_wrapper.half_size())
        inside = np.minimum(boxes[:, :2].min(axis=1), (size - boxes[:, 2:]).min(axis=1))
        strength = strength * eased(inside, EDGE * self.size)
        if panels := [picture for picture in self.beside if picture.opacity > 0]:
            solid = np.array([picture.opacity for picture in panels])
            free = eased(apart(boxes, np.array([picture.extent for picture in panels])), NEAR * self.size)
            strength = strength * (1 - solid * (1 - free)).min(axis=1)
        free = eased(apart(boxes, boxes), NEAR * self.size)
        for label in self.order[(free < 1).sum(axis=1)[self.order] > 1]:
            if strength[label] > FAINTEST:
                strength *= np.where(self.after[label], free[label], 1.0)
        return strength

    def rows(self) -> np.ndarray:
        middles, strength = self.placed()
        shown = np.flatnonzero(strength > 0)
        rows = np.ones((len(shown), 10))
        rows[:, :2] = middles[shown] - (self.ink[shown, :2] + self.ink[shown, 2:]) / 2 - 1
        rows[:, 2:4], rows[:, 4], rows[:, 5] = self.sources[shown, 1:], 0, self.sources[shown, 0]
        rows[:, 6:] = strength[shown, None]
        return rows

    def told(self) -> dict[str, list[dict]]:
        """The texts that are seen, each with its own strength."""
        middles, strength = self.placed()
        told = []
        for label, middle, ink, strong in zip(self.labels, middles, self.ink, strength * self.opacity, strict=True):
            if strong > FAINTEST:
                corner = middle - (ink[:2] + ink[2:]) / 2
                told += [
                    dict(text=text.text, box=text.moved(*corner).box, size=text.size, panel=self.panel,
                         strength=float(strong)) for text in self.words[label.picture]]  # fmt: skip
        return {"texts": told}


def eased(value, span):
    """0 where values are below a span (low, high), 1 above it, in between smoothly more."""
    share = np.clip((value - span[0]) / (span[1] - span[0]), 0, 1)
    return share * share * (3 - 2 * share)
