"""The loss axis: beside the landscape, with the loss of each ball at its height, and dashed lines to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import moderngl
import numpy as np
from thalweg.scenes.race.options import MOST_LEVELS

from thalweg.colors import Theme, legible, rgb
from thalweg.geometry.column import column
from thalweg.geometry.display import Display
from thalweg.geometry.layout import Box, Page
from thalweg.geometry.outline import outermost
from thalweg.geometry.playback import Moment
from thalweg.geometry.reading import APART
from thalweg.mobjects import _ribbon
from thalweg.mobjects._ribbon import strip_indices
from thalweg.mobjects._silhouette import ribbons
from thalweg.mobjects.axis_labels import eased
from thalweg.mobjects.layer import QUAD, Layer
from thalweg.mobjects.sprites import Digits
from thalweg.parts.motion import Motion
from thalweg.typeset import raster
from thalweg.typeset.numbers import Format
from thalweg.typeset.text import text_width

OUT, PIXELS = (
    0.2,
    0.085,
)  # display units from the plate's corner to the axis; about how many of the shorter side one has
CHANGE = np.radians([-9.0, -4.0])  # turned so far behind the landscape's side, the axis goes over to another corner
SHORTEST = np.array([15.0, 40.0])  # pixels of 720: seen shorter than this, from above, there is no axis
SIZE, NAME, TALL = 20, 17, 1.22  # pixels of 720: of the numbers and of the name; a number's height in sizes
GAP, DOT, LINE, LEADER = 26, 4.5, 1.6, 1.3  # pixels of 720
DASH, MOST_DASHES, HIDDEN, BIAS = 0.16, 64, 0.4, 0.004  # display units; of one line; strength behind a hill; see Loops
FAINTEST = 0.05


class Level(NamedTuple):
    """What has a number at the axis: `name` as told, entry, its balls, and its colour."""

    name: str
    entry: int
    runs: np.ndarray
    color: str


class Post:
    """Where the axis stands: at the plate's corner that is outermost to the right (or left) in the picture, with
    so much `room` beside it, display units.
    """

    def __init__(self, display: Display, theta: float, right: bool, room: float) -> None:
        self.display, self.sign, self.width = display, 1.0 if right else -1.0, room
        t = np.radians(theta)
        side, away = self.sign * np.array([np.cos(t), np.sin(t)]), np.array([-np.sin(t), np.cos(t)])
        self.first = np.where(np.abs(side) > 0.02, side, away) >= 0  # of two that are as far out the farther one

    def at(self, gpu: Any) -> tuple[np.ndarray, float]:
        """Its foot (2,) on the plate and how strong it is, by the camera alone: not where it is seen from above, nor
        beyond the picture.
        """
        view = np.array(gpu.camera["view"]).reshape(4, 4).T
        high, share = self.corner(view[0, :2] / max(np.hypot(*view[0, :2]), 1e-12))
        ends, depth = gpu.pixels(self.ends(self.foot(high)))
        seen = float(eased(np.linalg.norm(ends[1] - ends[0]), SHORTEST * gpu.unit()))
        within = np.minimum(ends[:, 0], 2 * gpu.half_size()[0] - ends[:, 0]).min()
        seen *= float(eased(within, np.array([0.0, 30.0]) * gpu.unit())) * float((depth > 0.05).all())
        strength = seen * float(np.abs(2 * share - 1).prod())
        return self.foot(high), strength if strength > FAINTEST else 0.0

    def ends(self, foot: np.ndarray) -> np.ndarray:
        """The lower and the upper end (2, 3) of an axis with that foot."""
        return np.array([[*foot, self.display.floor], [*foot, self.display.ceiling]])

    def corner(self, to_right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whether it is the high one in x and y, and how surely, 0.5 ... 1, where a unit vector (2,) leads right."""
        side = np.where(self.first, 1, -1) * self.sign * to_right
        share = eased(np.arcsin(np.clip(side, -1, 1)), CHANGE)
        return np.where(share >= 0.5, self.first, ~self.first), np.maximum(share, 1 - share)

    def foot(self, high: Any) -> np.ndarray:
        """At the corner that is high or not in x and y."""
        sides: np.ndarray = np.where(high, 1.0, -1.0)
        return sides * (self.display.half_size + OUT)

    def room(self, thetas: Sequence[float]) -> np.ndarray:
        """Places (n, 3) within which it and its numbers stand at these turns of the camera, degrees."""
        turns = np.radians(thetas)
        corners = {tuple(self.corner(np.array([np.cos(t), np.sin(t)]))[0].tolist()) for t in turns}
        ends = [
            self.foot(high) + out * np.where(high, 1.0, -1.0)
            for high in sorted(corners)
            for out in (0.0, self.width / 2**0.5)
        ]
        return np.concatenate([self.ends(end) for end in ends])


class Dashes(Layer):
    """Dashed lines from `balls` (n, 3) level to the axis, in `colors`, `strengths` strong; nothing of those at 0."""

    def __init__(self, post: Post, names: Sequence[str], colors: Sequence[str], **kwargs: Any) -> None:
        self.post, self.names, self.colors = post, names, np.array([rgb(color) for color in colors])
        self.balls, self.strengths = np.zeros((len(names), 3)), np.zeros(len(names))
        super().__init__(**kwargs)

    def lines(self, gpu: Any) -> tuple[np.ndarray, np.ndarray]:
        """From the axis to the balls, (n, 2, 3), and how strong each is."""
        foot, strength = self.post.at(gpu)
        axis = np.column_stack([np.tile(foot, (len(self.balls), 1)), self.balls[:, 2]])
        return np.stack([axis, self.balls], axis=1), strength * self.strengths

    def make(self, gpu: Any) -> None:
        gpu.ribbon = gpu.program("ribbon")
        most = max(len(self.names), 1) * MOST_DASHES
        gpu.rows = gpu.own(gpu.ctx.buffer(reserve=most * 4 * 48))
        first = 2 * np.arange(most)
        gpu.dashes = gpu.vao(gpu.ribbon, [(gpu.rows, *_ribbon.FORMAT)], strip_indices(first, first + 1))

    def draw(self, gpu: Any) -> None:
        rows = [np.zeros((0, 2, 2, 12), "f4")]
        lines, strengths = self.lines(gpu)
        for line, color, strength in zip(lines, self.colors, strengths, strict=True):
            length = float(np.linalg.norm(line[1] - line[0]))
            if strength > FAINTEST and length > 0:
                starts = np.arange(min(int(np.ceil(length / (2 * DASH))), MOST_DASHES)) * 2 * DASH
                shares = np.stack([starts, np.minimum(starts + DASH, length)]) / length
                made = ribbons(line[0] + shares[..., None] * (line[1] - line[0]), color)
                made[..., 8] = strength
                rows.append(made)
        every = np.concatenate(rows)
        if not len(every):
            return
        gpu.rows.write(np.ascontiguousarray(every, "f4").tobytes())
        gpu.ctx.fbo.depth_mask = False
        for func, strength in ((">", HIDDEN), ("<=", 0.95)):
            gpu.ctx.depth_func = func
            fade = (1e9, 1.0, strength * self.get_opacity(), 0.0)
            gpu.set(gpu.ribbon, now=0.0, bias=BIAS, fade=fade, width=LINE * gpu.unit(), perspective=0.0)
            gpu.dashes.render(vertices=6 * len(every))

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """`outlines`: from where to where they go."""
        gpu, told = self.shader_wrapper, []
        for name, line, strength in zip(self.names, *self.lines(gpu), strict=True):
            pixels, depth = gpu.pixels(line)
            if strength > FAINTEST and (depth > 0.05).all():
                told.append(dict(label=name, name="loss axis", pixels=pixels))
        return {"outlines": told}


class Scale(Digits):
    """The axis, a dot for each of the `levels` at its height, and beside it their numbers, with lines that lead there.

    `ground` (n, 3) are the outermost points of the landscape, `solid` boxes of panels.
    """

    panel = "loss_axis"
    moving = True

    def __init__(
        self,
        post: Post,
        colors: Sequence[str],
        ground: np.ndarray,
        page: Page,
        theme: Theme,
        halo: str,
        solid: list[Box],
    ) -> None:
        self.post, self.ground, self.page, self.theme, self.solid = post, outermost(ground), page, theme, solid
        self.colors, self.inks = list(colors), [legible(color, theme) for color in colors]
        self.heights, self.texts_now = np.zeros(len(colors)), [""] * len(colors)
        self.present, self.order = np.zeros(len(colors)), np.arange(len(colors))
        super().__init__(SIZE * page.text, halo=halo)
        word = raster.tinted(raster.set_line("loss", NAME * page.text).cover, theme.dim)
        self.word = raster.haloed(word, NAME * page.text, halo)
        self.extent: Box = (0.0, 0.0, 0.0, 0.0)
        self.opacity = 0.0

    def texture_of(self) -> Any:
        (height, width), word = self.atlas.shape[:2], self.word
        canvas = np.zeros((height + word.shape[0], max(width, word.shape[1]), 4), np.float32)
        canvas[:height, :width] = self.atlas
        canvas[height:, : word.shape[1]] = np.asarray(word)
        return canvas

    def arrange(self, gpu: Any) -> None:
        """Put everything where it belongs for this camera: `opacity`, `ends` of the axis (2, 2), `dots` (n, 2) of the
        levels `shown`, `placed` [(text, ink, right, middle, dots that it stands for)], and `extent`, all in pixels.
        """
        foot, self.opacity = self.post.at(gpu)
        display = self.post.display
        self.ends, self.placed = gpu.pixels(self.post.ends(foot))[0], []
        slack = 0.05 * (display.ceiling - display.floor)
        held = (self.heights > display.floor - slack) & (self.heights < display.ceiling + slack)
        self.shown = [k for k in self.order.tolist() if held[k] and self.present[k] > 0.5 and self.texts_now[k]]
        levels = np.array([[*foot, self.heights[k]] for k in self.shown]).reshape(-1, 3)
        self.dots = gpu.pixels(levels)[0]
        if self.opacity:
            self._place_numbers(gpu.pixels(self.ground)[0])
        self.extent = self._extent()

    def _place_numbers(self, ground: np.ndarray) -> None:
        groups: list[list[int]] = []
        for k, index in enumerate(self.shown):  # what reads the same at the same height is said once
            last = groups[-1][-1] if groups else -1
            same = groups and self.texts_now[self.shown[last]] == self.texts_now[index]
            if same and abs(self.dots[last, 1] - self.dots[k, 1]) < DOT * self.page.unit:
                groups[-1].append(k)
            else:
                groups.append([k])
        page, sign, edge = self.page, self.post.sign, 10 * self.page.unit
        widest = max((self.width_of(self.texts_now[index]) for index in self.shown), default=0.0)
        outer = max([*(sign * ground[:, 0]), *(sign * self.ends[:, 0])]) + GAP * page.unit
        near = min(outer, (page.width - edge if sign > 0 else -edge) - widest)  # where numbers begin, times sign
        low, high = self._room(*sorted((sign * near, sign * (near + widest))))
        wanted = np.array([self.dots[group, 1].mean() for group in groups])
        middles = column(wanted, TALL * self.size, low, high) if groups else wanted
        for group, middle in zip(groups, middles.tolist(), strict=True):
            index = self.shown[group[0]]
            ink, text = self.theme.text if len(group) > 1 else self.inks[index], self.texts_now[index]
            right = sign * near + (self.width_of(text) if sign > 0 else 0.0)
            self.placed.append((text, ink, right, middle, group))

    def _room(self, left: float, right: float) -> tuple[float, float]:
        """From where to where down the picture numbers may stand between these columns of pixels."""
        low, high, middle = 10 * self.page.unit, self.page.height - 10 * self.page.unit, self.ends[:, 1].mean()
        for x0, top, x1, bottom in self.solid:
            if x0 < right and left < x1:
                if (top + bottom) / 2 < middle:
                    low = max(low, bottom)
                else:
                    high = min(high, top)
        return low, high

    def _extent(self) -> Box:
        rows, pad = self.rows_of(), 3 + DOT * self.page.unit
        points = np.concatenate([self.ends, self.dots])
        low = np.minimum((points - pad).min(axis=0), rows[:, :2].min(axis=0, initial=np.inf))
        high = np.maximum((points + pad).max(axis=0), (rows[:, :2] + rows[:, 2:4]).max(axis=0, initial=-np.inf))
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def rows_of(self) -> np.ndarray:
        """The sprites of what is placed."""
        if not self.opacity:
            return np.zeros((0, 10))
        rows = [np.array([[*self._word_at(), *self.word.shape[1::-1], 0, self.atlas.shape[0], 1, 1, 1, 1]], float)]
        for text, ink, right, middle, _ in self.placed:
            made = self.write([(text, 0, 0, ink)]).written.copy()
            rows.append(made + [right, middle + 0.36 * self.size, *[0] * 8])
        return np.concatenate(rows)

    def _word_at(self) -> np.ndarray:
        """Upper left corner of the axis's name, above its upper end and the numbers there."""
        height, width = self.word.shape[:2]
        above = min([self.ends[:, 1].min(), *(number[3] - 0.5 * self.size for number in self.placed[:1])])
        at: np.ndarray = np.array([self.ends[1, 0] - width / 2, above - height])
        return at

    def rows(self) -> np.ndarray:
        self.arrange(self.shader_wrapper)
        return self.rows_of()

    def texts(self) -> list[raster.Text]:
        told = [text.moved(*self._word_at()) for text in raster.texts_of(self.word)]
        for text, ink, right, middle, _ in self.placed:
            made = Digits.texts(self.write([(text, 0, 0, ink)]))
            told += [each.moved(right, middle + 0.36 * self.size) for each in made]
        return told

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """The numbers and the name, and the box around all of it."""
        told = super().told()
        return told | {"panels": [dict(name=self.panel, box=self.extent)]} if told else told

    def make(self, gpu: Any) -> None:
        super().make(gpu)
        gpu.curve = gpu.program("curve")
        gpu.lines = gpu.own(gpu.ctx.buffer(reserve=48 * (2 * len(self.colors) + 1)))
        layout = ("4f 2f 3f 3f/i", "ends", "times", "color", "dash")
        gpu.strokes = gpu.vao(gpu.curve, [(gpu.buffer(QUAD), "2f", "corner"), (gpu.lines, *layout)], strip=True)

    def draw(self, gpu: Any) -> None:
        self.arrange(gpu)
        if not self.opacity:
            return
        gpu.ctx.disable(moderngl.DEPTH_TEST)
        unit, axis = self.page.unit, [self._stroke(*self.ends, self.theme.dim)]
        leaders = [
            self._stroke(self.dots[k], self._side_of(right, text, middle), self.colors[self.shown[k]])
            for text, _, right, middle, group in self.placed
            for k in group
        ]
        dots = [self._stroke(dot, dot, self.colors[k]) for dot, k in zip(self.dots, self.shown, strict=True)]
        for strokes, radius in ((axis, 0.8 * LINE), (leaders, LEADER / 2), (dots[::-1], DOT)):
            if strokes:
                gpu.lines.write(np.array(strokes, "f4").tobytes())
                gpu.set(gpu.curve, now=1.0, radius=radius * unit, opacity=self.opacity, window=(-1e9, -1e9, 1e9, 1e9))
                gpu.strokes.render(instances=len(strokes))
        super().draw(gpu)

    def _stroke(self, start: np.ndarray, stop: np.ndarray, color: str) -> list[float]:
        return [*start, *stop, -1.0, 0.0, *rgb(color), 0.0, 0.0, 0.0]

    def _side_of(self, right: float, text: str, middle: float) -> np.ndarray:
        """Where a leader comes to a number."""
        x = right - self.width_of(text) if self.post.sign > 0 else right
        return np.array([x - self.post.sign * 4 * self.page.unit, middle])


class LossAxis:
    """Of a race's `motion`: `mobjects`, drawn after the surface and before the balls. `numbers` says how losses are
    written, `extent` (n, 3) are points of the landscape, `solid` boxes of panels: the axis stands on the side that
    these leave free.
    """

    def __init__(
        self, motion: Motion, numbers: Format, theta: float, extent: np.ndarray, page: Page, theme: Theme, halo: str,
        solid: list[Box],
    ) -> None:  # fmt: skip
        self.motion, self.format = motion, numbers
        self.levels = levels_of(motion)
        middle = page.width / 2
        on_right = sum((max(box[2] - max(box[0], middle), 0) - max(min(box[2], middle) - box[0], 0)) * (box[3] - box[1])
                       for box in solid)  # fmt: skip
        with np.errstate(all="ignore"):
            seen = np.asarray(motion.surface.value(motion.iterates), float)
        widest = numbers.widest(
            seen[motion.display.shown(motion.iterates)], lambda text: text_width(text, SIZE * page.text)
        )
        room = (widest + 1.4 * GAP * page.unit) / (PIXELS * min(page.width, page.height))
        self.post = Post(motion.display, theta, on_right <= 0, room)
        colors = [level.color for level in self.levels]
        self.scale = Scale(self.post, colors, extent, page, theme, halo, solid)
        names = [self.motion.labels[level.entry] for level in self.levels]
        self.dashes = Dashes(self.post, names, colors)
        self.each = len(motion.group) <= MOST_LEVELS
        self.mobjects: list[Any] = [*([self.dashes] if self.each else []), self.scale]

    def _losses(self, points: np.ndarray) -> np.ndarray:
        """Of each level, for balls at points (balls, 2); infinite where there is none."""
        with np.errstate(all="ignore"):
            losses = np.asarray(self.motion.surface.value(points), float)
        losses = np.where(np.isnan(losses), np.inf, losses)
        return np.array([np.median(losses[level.runs]) for level in self.levels])

    def pose(self, seconds: float, moment: Moment, presence: np.ndarray) -> None:
        """At a second of the film; `presence` (balls,) is how much each of them is there, 0 for those hidden."""
        display, scale = self.motion.display, self.scale
        with np.errstate(all="ignore"):
            heights = display.heights(self._losses(moment.points))
        self.losses = self._losses(self.motion.at(np.floor(seconds / APART + 1e-6) * APART).points)
        there = np.array([presence[level.runs].max() for level in self.levels])
        if self.each:
            runs = [level.runs[0] for level in self.levels]
            heights = moment.contact[runs, 2]
            self.dashes.balls, self.dashes.strengths = moment.contact[runs], there
        scale.heights, scale.present = np.nan_to_num(heights, nan=1e9, posinf=1e9), there
        scale.texts_now = [self.format.text(loss) for loss in self.losses]
        scale.order = np.argsort(-self.losses, kind="stable")

    def told(self) -> list[dict[str, Any]]:
        """The numbers that are seen: name, exact value, and the text as written."""
        scale = self.scale
        return [
            dict(name=f"{self.levels[scale.shown[k]].name}.loss_axis", value=self.losses[scale.shown[k]], text=text)
            for text, _, _, _, group in scale.placed
            for k in group
        ]


def levels_of(motion: Motion) -> list[Level]:
    """Each ball, or of more than MOST_LEVELS each entry."""
    runs = [np.flatnonzero(motion.group == entry) for entry in range(len(motion.labels))]
    if len(motion.group) > MOST_LEVELS:
        return [Level(label, k, runs[k], motion.colors[k]) for k, label in enumerate(motion.labels)]
    several = np.array([len(each) for each in runs])[motion.group] > 1
    named = zip(motion.names, several, motion.group, motion.ball_colors, strict=True)
    return [
        Level(f"{label} {ball}" if many else label, int(entry), np.array([run]), color)
        for run, ((label, ball), many, entry, color) in enumerate(named)
    ]
