"""Ball and Balls: lit spheres with a two-tone pattern that rest on a LossSurface; any number in one draw call."""

from __future__ import annotations

import numpy as np
from manimlib.utils.paths import straight_path

from thalweg.colors import PATTERNS, rgb
from thalweg.geometry.clearance import sunk
from thalweg.geometry.display import RADIUS
from thalweg.mobjects._shadows import Shadows
from thalweg.mobjects.layer import QUAD, Layer
from thalweg.mobjects.loss_surface import LossSurface

PLAIN = -1
FACING = 0.5  # the range of normal . direction to the eye over which ground turns away
ORDER = 0.4  # radii: of balls that are nearer to each other than this the first is in front
PULL, CLEAR = 0.3, 3.0  # how far discs are pulled to the eye: radii, and times what a ball would sink
OUTLINE = 1.6  # pixels of a picture 720 high: of the disc by which a hidden ball shows through
BELOW = np.array([0.0, 0.0, 1.0])  # the ground's normal below a ball of which nothing else is said


class Balls(Layer):
    """`colors`, '#RRGGBB' for each ball; `patterns`, 0 ... 5 for each (belt, beach ball, stripes, dots, octants,
    swirl), or PLAIN; `shows_through`, whether where something hides a ball its disc is drawn, pale and with an outline.

    `solid`: they hide what is drawn later behind them.

    `place` puts them: centres (n, 3), unit quaternions (n, 4) as (x, y, z, w), radii (n,), all in display units.
    """

    solid = True

    def __init__(
        self,
        colors: list[str],
        patterns: list[int] | None = None,
        radius: float = RADIUS,
        shows_through: bool = True,
        **kwargs,
    ) -> None:
        count = len(colors)
        self.instances = np.zeros((count, 14), "f4")
        self.instances[:, 3] = radius
        self.paint(colors)
        patterns = list(range(count)) if patterns is None else patterns
        self.instances[:, 7] = [k if k == PLAIN else k % PATTERNS for k in patterns]
        self.instances[:, 11] = self.instances[:, 13] = 1
        self.normals, self.sunk = np.tile(BELOW, (count, 1)), np.zeros(count)
        self.visible = np.ones(count, bool)
        self.shows_through = shows_through
        self.names = [("", ball) for ball in range(count)]  # label and ball of each, as told
        super().__init__(**kwargs)

    def paint(self, colors: list[str]) -> None:
        """Give each ball its colour, '#RRGGBB'."""
        self.instances[:, 4:7] = [rgb(color) for color in colors]

    def place(
        self,
        centers: np.ndarray,
        turns: np.ndarray,
        radii: np.ndarray | None = None,
        visible: np.ndarray | None = None,
        normals: np.ndarray | None = None,
        sunk: np.ndarray | None = None,
        strength: np.ndarray | None = None,
    ) -> Balls:
        """`normals` (n, 3) of the ground that each stands on, unit vectors; `sunk` (n,), how far it would sink into
        that, display units; `strength` (n,), the opacity of each."""
        self.instances[:, :3], self.instances[:, 8:12] = centers, turns
        if radii is not None:
            self.instances[:, 3] = radii
        if visible is not None:
            self.visible = visible
        if normals is not None:
            self.normals = normals
        if sunk is not None:
            self.sunk = sunk
        if strength is not None:
            self.instances[:, 13] = strength
        return self

    def make(self, gpu) -> None:
        gpu.ball = gpu.program("ball")
        gpu.instances = gpu.own(gpu.ctx.buffer(reserve=max(self.instances.nbytes, 56)))
        layout = ("4f 4f 4f 2f/i", "center", "color", "turn", "layer")
        gpu.balls = gpu.vao(gpu.ball, [(gpu.buffer(QUAD), "2f", "corner"), (gpu.instances, *layout)], strip=True)

    def draw(self, gpu) -> None:
        if not self.visible.any() or self.get_opacity() <= 0:
            return
        view = np.array(gpu.camera["view"]).reshape(4, 4)[:3, :3] * gpu.camera["frame_scale"]  # stored by columns
        pulled = self._pull(np.array(gpu.camera["camera_position"]))
        far_first = np.argsort(pulled @ view[:, 2], kind="stable")  # smooth edges blend over what is behind
        shown = self.instances[far_first[self.visible[far_first]]]
        gpu.instances.write(shown.tobytes())
        still = dict(to_world=tuple(np.ascontiguousarray(view.T).ravel()), opacity=self.get_opacity())
        if self.shows_through:  # before any ball is drawn: what they hide of each other does not
            gpu.ctx.depth_func, gpu.ctx.fbo.depth_mask = ">=", False
            gpu.set(gpu.ball, line=OUTLINE * gpu.unit(), **still)
            gpu.balls.render(instances=len(shown))
        gpu.ctx.depth_func, gpu.ctx.fbo.depth_mask = "<", self.solid
        gpu.set(gpu.ball, line=0.0, **still)
        gpu.balls.render(instances=len(shown))

    def _pull(self, eye: np.ndarray) -> np.ndarray:
        """Pull the balls' discs to the eye, as far as the ground that they stand on faces it: where that bends closer
        than a ball does, it would cut the ball. Where it turns away it hides them. Gives where the discs are, (n, 3).
        """
        toward = eye - self.instances[:, :3]
        toward /= np.maximum(np.linalg.norm(toward, axis=1, keepdims=True), 1e-9)
        facing = np.clip((toward * self.normals).sum(axis=1) / FACING + 0.5, 0, 1)
        first = ORDER * (1 - np.arange(len(facing)) / len(facing))  # of balls at about one place: no flicker
        self.instances[:, 12] = (PULL * facing + first) * self.instances[:, 3] + CLEAR * self.sunk
        pulled: np.ndarray = self.instances[:, :3] + self.instances[:, 12:13] * toward
        return pulled

    def told(self) -> dict[str, list[dict]]:
        """`drawn`, the projected centre, and `radius`, both in pixels, of the balls handed to the GPU."""
        gpu = self.shader_wrapper
        if gpu is None or self.get_opacity() <= 0:
            return {}
        pixels, depth = gpu.pixels(self.instances[:, :3])
        unit = gpu.half_size()[1] * abs(gpu.camera["frame_rescale_factors"][1]) / gpu.camera["frame_scale"]
        shown = self.visible & (depth > 0.05) & (self.instances[:, 13] > 0)
        rows = zip(self.names, pixels, self.instances[:, 3] * unit / depth, shown, strict=True)
        balls = [
            dict(label=label, ball=ball, drawn=place, radius=radius, visible=share)
            for ((label, ball), place, radius, shown), share in zip(rows, self.seen(gpu), strict=True)
            if shown
        ]
        return {"balls": balls}

    def seen(self, gpu) -> list[float]:
        """The share of each ball's disc that passes the depth test against what the depth buffer holds."""
        shares = []
        gpu.ctx.fbo.depth_mask = False
        for row, shown in zip(self.instances, self.visible, strict=True):
            samples = []
            gpu.instances.write(row.tobytes())
            for tested in ("<", "1"):
                gpu.ctx.depth_func = tested
                with (query := gpu.ctx.query(samples=True)):
                    gpu.balls.render(instances=1)
                samples.append(query.samples)
            shares.append(samples[0] / samples[1] if shown and samples[1] else 0.0)
        gpu.ctx.depth_func, gpu.ctx.fbo.depth_mask = "<", True
        return shares


class Ball(Balls):
    """One ball on a surface, with its contact shadow; `point` is in the domain.

    `move_to_point((x, y))` rolls it there along the straight line in the domain, at once, or in time as
    `ball.animate.move_to_point((x, y))`. Add it after the surface, so that its shadow falls on something.
    """

    def __init__(
        self,
        surface: LossSurface,
        point=(0.0, 0.0),
        color: str = "#FF9F1C",
        pattern: int = 1,
        radius: float = RADIUS,
        **kwargs,
    ) -> None:
        super().__init__([color], [pattern], radius, **kwargs)
        self.loss_surface, self.radius = surface, radius
        self.domain_point = np.asarray(point, dtype=float)
        self.turn = np.array([[0.0, 0.0, 0.0, 1.0]])
        self._rest(surface.placement())

    def move_to_point(self, point) -> Ball:
        return self._roll(self.domain_point, np.asarray(point, dtype=float), self.placement())

    def interpolate(self, mobject1, mobject2, alpha, path_func=straight_path) -> Ball:
        """Between two states of a ball it rolls, whatever else manimgl blends."""
        super().interpolate(mobject1, mobject2, alpha, path_func)
        if not (isinstance(mobject1, Ball) and isinstance(mobject2, Ball)):
            return self
        ends = [np.eye(4) if one.placement() is None else one.placement() for one in (mobject1, mobject2)]
        between = (1 - alpha) * ends[0] + alpha * ends[1]
        self.turn, start = mobject1.turn, mobject1.domain_point
        return self._roll(
            start,
            start + alpha * (mobject2.domain_point - start),
            None if np.array_equal(between, np.eye(4)) else between,
        )

    def _roll(self, start: np.ndarray, end: np.ndarray, placement: np.ndarray | None) -> Ball:
        from thalweg.geometry.playback import roll_along

        path = start + (end - start) * np.linspace(0, 1, 65)[:, None]
        path[-1] = end  # to the last bit, wherever it came from
        self.turn = roll_along(self.loss_surface.display, path[None], self.radius, first=self.turn)[:, -1]
        self.domain_point = path[-1]
        self._rest(placement)
        return self

    def told(self) -> dict[str, list[dict]]:
        """Of the ball its point, the loss there, and the pixel at which it touches the surface, too."""
        told, point = super().told(), self.domain_point
        if told.get("balls"):
            with np.errstate(all="ignore"):
                loss = float(self.loss_surface.surface.value(point))
            pixel, _ = self.shader_wrapper.pixels(self.loss_surface.display.to_world(point[None])[0])
            told["balls"][0] |= dict(point=point, loss=loss, pixel=pixel)
        return told

    def _rest(self, placement: np.ndarray | None) -> None:
        display, here = self.loss_surface.display, self.domain_point[None]
        contact, normal = display.contact(here)
        center = contact + self.radius * normal
        on_it = display.inside(here) & display.shown(here)
        self.foot = np.column_stack([contact, [self.radius]])[on_it]
        self.place(center, self.turn, None, None, normal, sunk(display, contact, normal, self.radius))
        self.set_box(center[0] - self.radius, center[0] + self.radius, placement)

    def make(self, gpu) -> None:
        super().make(gpu)
        gpu.shadows = Shadows(gpu, self.loss_surface)

    def draw(self, gpu) -> None:
        gpu.ctx.depth_func, gpu.ctx.fbo.depth_mask = "<=", False
        gpu.shadows.draw(self.foot, self.get_opacity())
        gpu.ctx.depth_func, gpu.ctx.fbo.depth_mask = "<", True
        super().draw(gpu)
