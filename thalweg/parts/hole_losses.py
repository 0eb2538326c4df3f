"""Losses written at the holes that matter, while the landscape is looked at: where balls end, and the deepest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from thalweg.colors import LIGHT_FROM, LUMA, ramp_colors
from thalweg.experiment.outcomes import NONE, Outcomes
from thalweg.geometry.beside import offsets
from thalweg.geometry.display import Display
from thalweg.geometry.layout import Box, Page
from thalweg.geometry.playback import Timing
from thalweg.geometry.ramp_scale import shares
from thalweg.mobjects.callouts import Callouts
from thalweg.parts.contours import BLACK, WHITE
from thalweg.parts.marks import glyph
from thalweg.parts.motion import Motion
from thalweg.typeset import raster
from thalweg.typeset.numbers import Format

MOST, LOOKED_AT = 4, 12
ON_CURVE = 64  # points at most of a curve of minima
SIZE, RING, GAP = 20, 11, 12  # pixels at the usual size: of the words, of a ring, from its middle to the words
FADE, AFTER = 0.4, 0.5  # seconds: to come and to go, and how long after the opening they begin to go
LONGEST = 0.3  # of the film
MOMENTS = 5  # at which it is looked where everything is
SEEN = 200  # balls at most that are kept clear


class Hole(NamedTuple):
    """Points (n, 2) of the domain, the best first, of which one is to be marked, and the loss there."""

    points: np.ndarray
    loss: float


def holes(outcomes: Outcomes, motion: Motion) -> list[Hole]:
    """The deepest minimum, and those, curves of minima among them, in or near which most balls end. None where
    balls are coloured by them: tags tell of them.
    """
    if motion.destinations is not None:
        return []
    marks, ends = outcomes.landmarks, motion.iterates[:, -1]
    minima = Counter(index for facts in outcomes.entries for index in facts.minimum.tolist() if index != NONE)
    curves = np.concatenate([facts.curve for facts in outcomes.entries])
    lowest = [0] if marks.minima else []
    found = [
        Hole(np.array([marks.minima[k][:2]]), marks.minima[k].value)
        for k in dict.fromkeys([*lowest, *(index for index, _ in minima.most_common())])
    ]
    for index in dict.fromkeys(curves[curves != NONE].tolist()):
        points = marks.curves[index].points
        away = np.linalg.norm(points - ends[np.flatnonzero(curves == index)[0]], axis=1)
        found.append(Hole(points[np.argsort(away)][:: -(-len(points) // ON_CURVE)], marks.curves[index].value))
    return found


class Lens(NamedTuple):
    """How the scene shows points (n, 2) of the domain: at a second `pixels` are where they are, `hidden` is whether
    something is before them, and `covered` the `sides` of the polygon that the landscape covers. `places` are the
    points for whatever draws them, `radius` is a ball's in pixels; `ink` are the colours of words and of their halo
    where no landscape lies below them.
    """

    pixels: Callable[[float, np.ndarray], np.ndarray]
    hidden: Callable[[float, np.ndarray], np.ndarray]
    covered: Callable[[float], tuple[np.ndarray, np.ndarray]]
    places: Callable[[np.ndarray], np.ndarray]
    radius: float
    ink: tuple[str, str] | None = None


class HoleLosses:
    """`solid` are boxes of panels, `ramp` is the landscape's. Without anything to be said there are no `mobjects`."""

    def __init__(
        self,
        found: Sequence[Hole],
        motion: Motion,
        numbers: Format,
        ramp: str,
        page: Page,
        lens: Lens,
        solid: Sequence[Box],
    ) -> None:
        self.begin, self.end = span(motion.timing)
        self.moments = np.linspace(self.begin, self.end, MOMENTS).tolist()
        self.mobjects: list[Callouts] = []
        seen = self._seen(found, motion.display, lens)
        if not seen:
            return
        points, losses = np.array([point for point, _ in seen]), np.array([loss for _, loss in seen])
        light = ramp_colors(ramp, shares(motion.display, losses)) @ LUMA > LIGHT_FROM
        inks = [lens.ink or ((BLACK, WHITE) if each else (WHITE, BLACK)) for each in light]
        size, ring, numbers = SIZE * page.text, RING * page.text, numbers.apart(losses)
        texts = [raster.set_line(f"loss {numbers.minimum(loss)}", size).cover for loss in losses]
        pairs = zip(texts, inks, strict=True)
        words = [raster.haloed(raster.tinted(text, ink), size, halo) for text, (ink, halo) in pairs]
        rings = [raster.haloed(raster.tinted(glyph("minimum", ring), ink), ring, halo) for ink, halo in inks]
        made = self._offsets(points, words, motion, page, lens, solid)
        kept = [k for k, offset in enumerate(made) if offset is not None][:MOST]
        if kept:
            away, chosen = np.array([made[k] for k in kept]), [[each[k] for k in kept] for each in (rings, words)]
            self.mobjects = [Callouts(lens.places(points[kept]), chosen[0], chosen[1], away)]
            self.mobjects[0].panel = "holes"

    def _offsets(
        self,
        points: np.ndarray,
        words: Sequence[raster.Image],
        motion: Motion,
        page: Page,
        lens: Lens,
        solid: Sequence[Box],
    ) -> list[np.ndarray | None]:
        """Where the words stand beside their points, clear of balls, rings, panels and each other all the time."""
        spots, others = np.stack([lens.pixels(second, points) for second in self.moments], axis=1), []
        for k, second in enumerate(self.moments):
            balls = lens.pixels(second, motion.at(second).points[:SEEN])
            balls = balls[np.isfinite(balls).all(axis=1)]
            rings = around(spots[:, k], RING * page.text / 2)
            others.append(np.concatenate([rings, around(balls, lens.radius)]))
        sizes = np.array([ink_size(each) for each in words])
        within = [lens.covered(second) for second in self.moments]
        return offsets(spots, sizes, GAP * page.text, others, within, solid)

    def _seen(self, found: Sequence[Hole], display: Display, lens: Lens) -> list[tuple[np.ndarray, float]]:
        """Of each hole the point that is marked, and its loss; without those that are not drawn or behind a hill."""
        seen = []
        for hole in found[:LOOKED_AT]:
            shown = display.shown(hole.points)
            behind = np.mean([lens.hidden(second, hole.points) for second in self.moments], axis=0)
            if (good := np.flatnonzero(shown & (behind < 0.5))).size:
                seen.append((hole.points[good[0]], hole.loss))
        return seen

    def show(self, seconds: float) -> None:
        """They come, stand, and are gone before the race fills the picture."""
        fade = min(FADE, 0.4 * (self.end - self.begin))
        share = min((seconds - self.begin) / fade, (self.end - seconds) / fade)
        for mobject in self.mobjects:
            mobject.opacity = float(np.clip(share, 0, 1))


def span(timing: Timing) -> tuple[float, float]:
    """Seconds of the film from which and until which losses stand there."""
    return 0.1, max(min(timing.intro + AFTER + FADE, LONGEST * timing.duration), 0.2)


def around(places: np.ndarray, reach: float) -> np.ndarray:
    """Boxes (n, 4) about places (n, 2)."""
    return np.concatenate([places - reach, places + reach], axis=-1)


def ink_size(picture: raster.Image) -> np.ndarray:
    """Width and height of the text in a picture."""
    left, top, right, bottom = raster.texts_of(picture)[0].box
    return np.array([right - left, bottom - top])
