"""AxisLabels: numbers and names along the two edges of the domain that face the camera, upright on the screen.

They stand beside the landscape from wherever it is seen: each goes on along its grid line until nothing of the
landscape is behind it. Which of them stand is a function of the camera and of the panels; in a film that is known
beforehand it is asked for moments before and after, so that what goes is gone before it would lie on something, and
what has come stays: nothing is half there once the camera rests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from thalweg.geometry.beside import pixels_at
from thalweg.geometry.display import Display
from thalweg.geometry.framing import CameraPose, rotation
from thalweg.geometry.outline import apart, hull, outermost, sides, way_out
from thalweg.geometry.ticks import nice_step, texts
from thalweg.mobjects.sprites import Picture, Sprites, stacked
from thalweg.typeset import raster

GAP, BEYOND = 0.45, 0.75  # of the numbers' size, between them and the landscape, and between them and their name
TURNED = np.radians(-6.5)  # turned so far behind its edge, an axis goes over to the other edge
NEAR, EDGE = 0.3, 0.2  # of the numbers' size: the least from each other and panels, and from the picture's edge
TOUCH = np.array([0.05, 0.4])  # of it, from what moves: where nothing of a label is seen, and from where on all
FAINTEST = 0.02  # what is fainter is not said to be there
NUMBER, NAME = 0.34, 0.95  # display units beside the edge: where about they stand
SHARES = (0.5, 0.38, 0.62, 0.26, 0.74, 0.15, 0.85, 0.06, 0.94)  # of the edge: where its name may stand, the best first
FEW = 2  # numbers; with fewer on an edge, those of half the step stand between them
MOMENT, AROUND, FADE = 0.15, 2, np.array([0.25, 0.5, 0.25])  # seconds between the moments that are asked, how many of
# them on both sides a label must stand through, and how its strength follows from such moments


class Label(NamedTuple):
    """At `anchor` on an edge of the domain, with `outward` the way on from there (3,); `axis` and `side` (0 or 1) are
    those of the edge, `picture` the index of what is drawn, `name` whether that is the axis's name, `beyond` whether it
    stands farther out than the numbers. `rank` is 0 for what stands where there is room, more for what takes its place.
    """

    axis: int
    side: int
    anchor: np.ndarray
    outward: np.ndarray
    picture: int
    name: bool
    beyond: bool
    rank: int


class AxisLabels(Sprites):
    """Beside the surface of `display`, of which `ground` points (n, 3) are the outermost; `theta` (degrees) is the turn
    at which a row of labels stands at the edge that faces the eye for sure; `size` is the height of the numbers in
    pixels, `halo` the colour around them. `beside` are moving pictures that labels must not stand behind.
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
        self.plan: Plan | None = None
        self.seconds: float | None = None
        turn = np.radians(theta)
        self.first = (
            int(np.sin(turn) > 1e-6),
            int(np.cos(turn) < -1e-6),
        )  # which side of x, of y faces the eye
        self.labels: list[Label] = []
        pictures: list[raster.Image] = []
        for axis in (0, 1):
            for text, large, places in self._words(axis, names[axis]):
                drawn = raster.tinted(raster.set_line(text, large).cover, color)
                pictures.append(raster.haloed(drawn, size, halo))
                name = text == names[axis]
                self.labels += [
                    self._label(axis, side, value, len(pictures) - 1, name, beyond, rank)
                    for side in (0, 1) for value, beyond, rank in places]  # fmt: skip
        self._pack(pictures)
        super().__init__(**kwargs)

    def _words(self, axis: int, name: str) -> list[tuple[str, float, list[tuple[float, bool, int]]]]:
        """Of an axis what is written, how large, and where it may stand: (value, beyond, rank)."""
        low, high = self.display.domain[axis]
        step = nice_step((high - low) / 6)

        def ticks(apart: float) -> np.ndarray:
            made = np.arange(np.ceil(low / apart - 1e-9), np.floor(high / apart + 1e-9) + 1) * apart + 0.0
            kept: np.ndarray = made[(made > low + 0.04 * (high - low)) & (made < high - 0.04 * (high - low))]
            return kept

        usual, finer = ticks(step), ticks(step / 2)
        between = finer[np.abs(finer / step - np.round(finer / step)) > 0.25]
        words = [
            (text, self.size, [(value, False, rank)])
            for rank, some in enumerate((usual, between))
            for value, text in zip(some.tolist(), texts(some.tolist()), strict=True)
        ]
        inner = sorted(between.tolist(), key=lambda value: abs(value - (low + high) / 2))
        places = [(low + share * (high - low), True) for share in SHARES] + [(value, False) for value in inner]
        return [*words, (name, 1.35 * self.size, [(*place, rank) for rank, place in enumerate(places)])]

    def _label(self, axis: int, side: int, value: float, picture: int, name: bool, beyond: bool, rank: int) -> Label:
        display, other = self.display, 1 - axis
        point = np.empty(2)
        point[axis], point[other] = value, display.domain[other][side]
        foot = display.to_world(point[None])[0]
        foot[2] = np.clip(foot[2], display.floor, display.ceiling) if display.shown(point[None])[0] else display.floor
        outward = np.zeros(3)
        outward[other] = 1.0 if side else -1.0
        return Label(axis, side, foot, outward, picture, name, beyond, rank)

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
        self.beyond = np.array([label.beyond for label in self.labels])
        self.ranks = np.array([label.rank for label in self.labels])
        self.edges = np.array([2 * label.axis + label.side for label in self.labels])

    @property
    def anchors(self) -> np.ndarray:
        """Places (n, 3) in space about which labels stand that face the eye."""
        facing = np.array([label.side == self.first[1 - label.axis] for label in self.labels]) & (self.ranks == 0)
        away = np.where(self.names, NAME, NUMBER)[:, None]
        made: np.ndarray = (self.anchored + away * self.outward)[facing]
        return made

    def texture_of(self):
        return self.atlas

    # --- where they are

    def facing(self, to_right: np.ndarray) -> list[int]:
        """Of the axes x and y the edges that face the eye, where a vector (2,) along the ground leads right: 0 and 1
        are those of x at low and high y, 2 and 3 those of y at low and high x.
        """
        to_eye = np.array([to_right[1], -to_right[0]]) / max(np.hypot(*to_right), 1e-12)
        edges = []
        for axis in (0, 1):
            first = self.first[1 - axis]
            ahead = np.arcsin(np.clip(to_eye[1 - axis] * (1 if first else -1), -1, 1))
            edges.append(2 * axis + (first if ahead > TURNED else 1 - first))
        return edges

    def middles(self, pixels: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Middles (n, 2) of the labels' ink, where points (..., 3) of space are at pixels(points) (..., 2)."""
        polygon, anchors = sides(hull(pixels(self.ground))), pixels(self.anchored)
        ways = pixels(self.anchored + 0.3 * self.outward) - anchors
        length = np.linalg.norm(ways, axis=1, keepdims=True)
        ways = np.where(length > 1e-6, ways / np.maximum(length, 1e-6), [0.0, 1.0])
        away = way_out(anchors, ways, self.halves + GAP * self.size, polygon)
        numbers = np.where(self.names, 0.0, np.abs(ways * self.halves).sum(axis=1))
        for edge in range(4):  # a name stands beyond the widest of its numbers
            here = self.edges == edge
            away[here & self.beyond] += 2 * numbers[here].max(initial=0.0) + BEYOND * self.size
        made: np.ndarray = anchors + away[:, None] * ways
        return made

    def placed(self) -> tuple[np.ndarray, np.ndarray]:
        """Middles (n, 2) of the labels' ink in pixels, and how strong each is (n,)."""
        gpu = self.shader_wrapper
        if (gpu.pixels(self.ground)[1] <= 0).any():  # the eye is within the landscape
            return np.zeros((len(self.labels), 2)), np.zeros(len(self.labels))

        def pixels(points: np.ndarray) -> np.ndarray:
            return gpu.pixels(points)[0]

        middles = self.middles(pixels)
        if self.plan is not None and self.seconds is not None:
            strength = self.plan.strengths(self.seconds)
        else:
            to_right = np.array(gpu.camera["view"]).reshape(4, 4).T[0, :2]
            strength = self.standing(pixels, to_right, 2 * np.array(gpu.half_size()), np.zeros((0, 4)), middles) + 0.0
        if moving := [picture for picture in self.beside if picture.opacity > 0]:
            solid = np.array([picture.opacity for picture in moving])
            boxes = np.concatenate([middles - self.halves, middles + self.halves], axis=1)
            free = eased(apart(boxes, np.array([picture.extent for picture in moving])), TOUCH * self.size)
            strength = strength * (1 - solid * (1 - free)).min(axis=1)
        return middles, strength

    # --- which of them stand

    def standing(self, pixels, to_right: np.ndarray, size: np.ndarray, panels: np.ndarray, middles=None) -> np.ndarray:
        """Which labels (n,) stand in a picture of `size` (2,) pixels beside boxes of panels (m, 4), where points (k, 3)
        are at pixels(points) (k, 2): those of one edge of each axis, none on another.
        """
        middles = self.middles(pixels) if middles is None else middles
        boxes = np.concatenate([middles - self.halves, middles + self.halves], axis=1)
        anchors = pixels(self.anchored)
        inside = np.minimum(boxes[:, :2], size - boxes[:, 2:]).min(axis=1) > EDGE * self.size
        inside &= (anchors > 0).all(axis=1) & (anchors < size).all(axis=1)
        inside &= apart(boxes, panels).min(axis=1, initial=np.inf) > NEAR * self.size
        clash = apart(boxes, boxes) < NEAR * self.size
        named = {edge for edge in range(4) if (inside & self.names & (self.edges == edge)).any()}
        edges = [edge if edge in named or edge ^ 1 not in named else edge ^ 1 for edge in self.facing(to_right)]
        chosen = np.zeros(len(self.labels), bool)
        usual = inside & ~self.names & (self.ranks == 0) & np.isin(self.edges, edges)
        for edge in edges:
            free = np.flatnonzero(inside & self.names & (self.edges == edge) & ~clash[:, chosen].any(axis=1))
            if len(free):  # rather where it is in the way of no number
                chosen[free[np.lexsort((self.ranks[free], clash[free][:, usual].any(axis=1)))[0]]] = True
        for rank in (0, 1):
            for edge in edges:
                here = ~self.names & (self.edges == edge)
                if rank and (chosen & here).sum() >= FEW:
                    continue
                for label in np.flatnonzero(inside & here & (self.ranks == rank)).tolist():
                    chosen[label] = not clash[label, chosen].any()
        return chosen

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


class Plan:
    """Which labels stand when, in a film of that `duration` whose camera is at pose(seconds), in pictures of `size`
    pixels, beside boxes (n, 4) of panels, panels(seconds).
    """

    def __init__(
        self,
        labels: AxisLabels,
        pose: Callable[[float], CameraPose],
        panels: Callable[[float], np.ndarray],
        duration: float,
        size: tuple[int, int],
    ) -> None:
        self.labels, self.pose, self.panels, self.duration, self.size = labels, pose, panels, duration, size
        self.known: dict[int, np.ndarray] = {}

    def standing(self, moment: int) -> np.ndarray:
        """Which labels (n,) could stand at that moment by itself."""
        moment = int(np.clip(moment, 0, np.ceil(self.duration / MOMENT)))
        if moment not in self.known:
            seconds = min(moment * MOMENT, self.duration)
            pose = self.pose(seconds)
            to_right = rotation(pose.theta, pose.phi)[:2, 0]
            self.known[moment] = self.labels.standing(
                lambda points: pixels_at(pose, points, self.size), to_right, np.array(self.size), self.panels(seconds)
            )
        return self.known[moment]

    def strengths(self, seconds: float) -> np.ndarray:
        """(n,) How strong they are at a second of the film: above 0 only where they stand before and after it, too."""
        before, share = divmod(seconds / MOMENT, 1)
        first, reach = int(before) - 1, AROUND
        stand = np.array([self.standing(first + k) for k in range(-reach, 4 + reach)])
        kept = np.array([stand[k : k + 2 * reach + 1].all(axis=0) for k in range(4)], float)
        low, high = FADE @ kept[:3], FADE @ kept[1:]
        made: np.ndarray = low + share * (high - low)
        return made


def eased(value, span):
    """0 where values are below a span (low, high), 1 above it, in between smoothly more."""
    share = np.clip((value - span[0]) / (span[1] - span[0]), 0, 1)
    return share * share * (3 - 2 * share)
