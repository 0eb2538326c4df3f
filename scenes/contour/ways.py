"""Balls on the map: their ways, dots at the iterates, discs, and arrows that show where the next step leads."""

from __future__ import annotations

from typing import Any

import moderngl
import numpy as np
from thalweg.scenes.contour.map import Map

from thalweg.colors import rgb
from thalweg.film.sections import Balls
from thalweg.geometry.playback import Moment
from thalweg.geometry.thinning import candidates, spaced
from thalweg.mobjects.curves import Curves, thinned
from thalweg.mobjects.layer import QUAD, Layer
from thalweg.parts.motion import Motion, strength_among

HEAD = 0.30  # of an arrow's length, at most so many pixels at the usual size
RIM = 1.2  # pixels at the usual size: how far a rim reaches
RING, WIDEST, MOST = 3.2, 13.0, 32  # pixels, so: by which a ball is wider for each colour above, and at most; balls
LONGEST = 0.16  # of the map's shorter side: the longest arrow against a gradient


class Ways:
    """All runs on a map; `mobjects` in the order in which they are drawn. `rim` is a colour below ways and dots and
    beyond their sides, where it is not known what lies behind, or ''.
    """

    def __init__(
        self, motion: Motion, place: Map, style: Balls, arrows: str, ground: str, rim: str, unit: float
    ) -> None:
        self.motion, self.map, self.style, self.kind = motion, place, style, arrows
        self.ground, self.rim, self.unit = ground, rim, unit
        self.hidden: frozenset[int] = frozenset()
        self.arrows = Arrows(motion, place, arrows, unit) if arrows != "none" else None
        self.make()

    def make(self) -> None:
        """The ways of the trajectories that the motion has now."""
        motion, u, size = self.motion, self.unit, self.style.ball_size
        radius = size * u * (8.5 if len(motion.group) <= 32 else 3.0)
        colors = motion.ball_colors
        pixels = self.map.pixel(motion.iterates)
        pixels[np.arange(pixels.shape[1]) > motion.last[:, None]] = np.nan
        kept = thinned(pixels.transpose(1, 0, 2).reshape(pixels.shape[1], -1)) if len(pixels) <= 8 else (
            np.unique(np.linspace(0, pixels.shape[1] - 1, 700).astype(int)))  # fmt: skip
        width = 2.4 * u if self.style.trail else 0.0
        heads = self.map.pixel(motion.iterates)  # a ball stays where its run has ended
        every = np.arange(heads.shape[1])
        dashes = [motion.looks[entry].dash for entry in motion.group]
        strength = 0.85 * strength_among(len(motion.group))
        self.ways = Curves(pixels[:, kept], kept, colors, width, 0.0, strength, dashes)
        self.rims = Curves(heads, every, [self.rim or self.ground] * len(colors), 0.0, radius + 1.6 * u, 0.9)
        self.balls = Curves(heads, every, colors, 0.0, radius)
        self.dots = self._dots(pixels, colors) if self.style.iterates else None
        lines = [part for part in (self.ways, self.dots) if part is not None]
        if self.rim:
            lines = [*(rimmed(part, self.rim, RIM * u) for part in lines if part.width), *lines]
        for part in (*lines, self.rims, self.balls):
            part.window = self.map.box
        arrows = [self.arrows] if self.arrows is not None else []
        self.mobjects: list[Any] = [*lines, *arrows, *([self.rims, self.balls] if self.style.balls else [])]
        self.radius, self.wider = radius, np.zeros(len(colors))

    def _dots(self, pixels: np.ndarray, colors: list[str]) -> Curves:
        """A dot at each iterate, once it is reached: a line without length."""
        size, count = 5.6 * self.unit, pixels.shape[1]
        some = candidates(count)
        self.dotted = [some[spaced(pixels[run, some[some <= last]], 1.3 * size)]
                       for run, last in enumerate(self.motion.last)]  # fmt: skip
        twice = np.repeat(pixels[:, some], 3, axis=1)
        twice[:, 2::3] = np.nan
        for run, chosen in enumerate(self.dotted):
            twice[run, np.repeat(~np.isin(some, chosen), 3)] = np.nan
        return Curves(twice, np.repeat(some.astype(float), 3), colors, size)

    def show(self, moment: Moment) -> None:
        """Everything up to the step shown; balls are where they are seen then, of many hops at a few."""
        heads = self.centers(moment)[:, :2]
        self.wider = self._wider(heads)
        for part in self.mobjects:
            if part is self.arrows:
                part.show(moment)
            elif part in (self.rims, self.balls):
                part.show(moment.step, heads, self.wider)
            else:
                part.show(moment.step)

    def _wider(self, heads: np.ndarray) -> np.ndarray:
        """By how many pixels (balls,) each is wider than others, so that it is seen around those of other colours that
        cover it; nobody of a crowd."""
        colors = np.unique(self.motion.ball_colors, return_inverse=True)[1]
        shown = ~np.isin(self.motion.group, list(self.hidden))
        others = len(np.unique(colors[shown])) - 1
        if others < 1 or len(heads) > MOST:
            return np.zeros(len(heads))
        apart = np.linalg.norm(heads[:, None] - heads, axis=-1)
        covers = np.clip(1 - apart / self.radius, 0, 1) * np.triu(np.outer(shown, shown), 1)
        covers[colors[:, None] == colors] = 0
        by_color = np.sum([covers[:, colors == color].max(axis=1) for color in np.unique(colors)], axis=0)
        wider: np.ndarray = min(RING, WIDEST / others) * self.unit * self.style.ball_size * by_color
        return wider

    def anew(self) -> list[tuple[Any, Any]]:
        """The ways of other trajectories, in place of the old ones: (old, new)."""
        old = self.mobjects
        self.make()
        return [(was, now) for was, now in zip(old, self.mobjects, strict=True) if was is not now]

    def centers(self, moment: Moment) -> np.ndarray:
        """Where the balls are drawn: pixels, and no depth. That is where they are, but for the moment in which one that
        hops too fast is cut to a later hop.
        """
        cut = moment.steps != moment.step
        pixels = self.map.pixel(np.where(cut[:, None], moment.below, moment.points))
        return np.column_stack([pixels, np.zeros(len(pixels))])

    def hide(self, entries: frozenset[int]) -> None:
        """Leave out their balls."""
        self.hidden = entries
        runs = np.flatnonzero(np.isin(self.motion.group, list(entries))).tolist()
        for part in self.mobjects:
            part.leave_out(runs)

    def told(self, moment: Moment) -> dict[str, list[dict[str, Any]]]:
        """Balls, trails and dots as they are drawn."""
        motion, pixels = self.motion, self.centers(moment)[:, :2]
        shown = [run for run, entry in enumerate(motion.group) if int(entry) not in self.hidden]
        told: dict[str, list[dict[str, Any]]] = dict(balls=[], dots=[], trails=[])
        for run in shown:
            named = dict(label=motion.names[run][0], ball=motion.names[run][1])
            on_it = float(self.map.point(*pixels[run]) is not None)
            if self.style.balls:
                told["balls"].append(
                    named | dict(drawn=pixels[run], radius=self.radius + self.wider[run], visible=on_it)
                )
            steps = self._passed(run, moment.step)
            points = motion.playback.true_points(steps)[run]
            if self.style.trail:
                told["trails"].append(named | dict(steps=steps, pixels=self.map.pixel(points)))
            for step in self.dotted[run][self.dotted[run] <= steps[-1]] if self.dots is not None else ():
                point = motion.iterates[run, step]
                told["dots"].append(named | dict(step=int(step), point=point, pixel=self.map.pixel(point)))
        return told

    def _passed(self, run: int, now: float) -> np.ndarray:
        """The steps that a run's way is drawn through, the last one where it is."""
        now = min(now, float(self.motion.last[run]))
        steps = np.arange(int(now + 1e-9) + 1, dtype=float)
        return np.append(steps, now) if now > steps[-1] else steps


class Arrows(Layer):
    """An arrow at each ball: to its next iterate, or against the gradient there, all by one scale."""

    def __init__(self, motion: Motion, place: Map, kind: str, unit: float, **kwargs: Any) -> None:
        self.motion, self.map, self.kind, self.size = motion, place, kind, unit
        self.left_out: frozenset[int] = frozenset()
        self.ends = np.zeros((len(motion.group), 2, 2))
        self.per_unit = place.pixel(np.eye(2)).diagonal() - place.pixel(np.zeros(2))  # pixels of one unit of x, of y
        seen = np.linalg.norm(slopes(motion) * self.per_unit, axis=-1)
        self.scale = LONGEST * min(place.size) / max(float(seen.max(initial=0.0)), 1e-300)
        super().__init__(**kwargs)

    def show(self, moment: Moment) -> None:
        """Where they begin and end, (balls, 2, 2) in pixels."""
        motion, whole = self.motion, (moment.steps + 1e-9).astype(int)
        here = moment.points
        if self.kind == "step":
            there = motion.iterates[np.arange(len(whole)), np.minimum(whole + 1, motion.last_step)]
            ends = np.stack([self.map.pixel(here), self.map.pixel(there)], axis=1)
        else:
            with np.errstate(all="ignore"):
                slope = np.nan_to_num(np.asarray(motion.display.surface.gradient(here)), posinf=0, neginf=0)
            tail = self.map.pixel(here)
            ends = np.stack([tail, tail - self.scale * slope * self.per_unit], axis=1)
        self.ends = np.where(np.isfinite(ends), ends, 0.0)

    def leave_out(self, runs: list[int]) -> None:
        """Do not draw those of these runs."""
        self.left_out = frozenset(runs)

    def shown(self) -> list[int]:
        """The balls whose arrow is long enough to be seen."""
        length = np.linalg.norm(self.ends[:, 1] - self.ends[:, 0], axis=1)
        return [int(run) for run in np.flatnonzero(length > 3 * self.size) if run not in self.left_out]

    def pieces(self) -> np.ndarray:
        """Shaft and two barbs of each arrow that is shown."""
        shown = self.shown()
        if not shown:
            return np.zeros((0, 9))
        tail, tip = self.ends[shown, 0], self.ends[shown, 1]
        length = np.linalg.norm(tip - tail, axis=1)[:, None]
        along, barb = (tip - tail) / length, np.minimum(HEAD * length, 11 * self.size)
        side = np.stack([-along[:, 1], along[:, 0]], axis=-1)
        colors = np.array([rgb(self.motion.ball_colors[run]) for run in shown])
        starts = [tail, tip, tip]
        stops = [tip, tip - barb * (along - 0.55 * side), tip - barb * (along + 0.55 * side)]
        times = np.tile([-1.0, 0.0], (len(shown), 1))
        return np.concatenate([np.hstack([a, b, times, colors]) for a, b in zip(starts, stops, strict=True)])

    def make(self, gpu: Any) -> None:
        gpu.curve = gpu.program("curve")
        gpu.rows = gpu.own(gpu.ctx.buffer(reserve=3 * 36 * len(self.motion.group)))
        layout = ("4f 2f 3f/i", "ends", "times", "color")
        gpu.arrows = gpu.vao(gpu.curve, [(gpu.buffer(QUAD), "2f", "corner"), (gpu.rows, *layout)], strip=True)

    def draw(self, gpu: Any) -> None:
        pieces = self.pieces()
        if not len(pieces):
            return
        gpu.ctx.disable(moderngl.DEPTH_TEST)
        gpu.rows.write(np.ascontiguousarray(pieces, "f4").tobytes())
        gpu.set(gpu.curve, now=1.0, radius=1.3 * self.size, opacity=0.95, window=self.map.box)
        gpu.arrows.render(instances=len(pieces))

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """Name, and the pixels from where to where."""
        names = [f"{label} {ball} {self.kind}" for label, ball in self.motion.names]
        return {
            "arrows": [{"name": names[run], "from": self.ends[run, 0], "to": self.ends[run, 1]} for run in self.shown()]
        }


def rimmed(curves: Curves, color: str, reach: float) -> Curves:
    """The same curves in that colour and wider by so many pixels on both sides."""
    wider = curves.width + 2 * reach
    dashes = [(a * curves.width / wider, b * curves.width / wider) for a, b in curves.dashes]
    colors = [color] * len(curves.lines)
    return Curves(curves.lines, curves.steps, colors, wider, 0.0, curves.strength, dashes)


def slopes(motion: Motion) -> np.ndarray:
    """The gradients (n, 2) at all iterates inside the domain."""
    with np.errstate(all="ignore"):
        found = np.asarray(motion.display.surface.gradient(motion.iterates))
    kept: np.ndarray = found[motion.display.inside(motion.iterates) & np.isfinite(found).all(axis=-1)]
    return kept


def words_of(kind: str, motion: Motion) -> list[str]:
    """What arrows of that kind mean, in words."""
    steepest = float(np.linalg.norm(slopes(motion), axis=-1).max(initial=0.0))
    return {"none": [], "step": ["arrows: the next step"], "gradient": [f"arrows: −∇f, up to {steepest:.3g}"]}[kind]
