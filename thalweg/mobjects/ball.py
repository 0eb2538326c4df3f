"""Ball and Balls: lit spheres with a two-tone pattern that rest on a LossSurface; any number in one draw call."""

from __future__ import annotations

import numpy as np
from manimlib.utils.paths import straight_path

from thalweg.colors import PATTERNS, rgb
from thalweg.mobjects._shadows import Shadows
from thalweg.mobjects.layer import QUAD, Layer
from thalweg.mobjects.loss_surface import LossSurface

PLAIN = -1
RADIUS = 0.18


class Balls(Layer):
    """`colors`, '#RRGGBB' for each ball; `patterns`, 0 ... 5 for each (belt, beach ball, stripes, dots, octants,
    swirl), or PLAIN.

    `place` puts them: centres (n, 3), unit quaternions (n, 4) as (x, y, z, w), radii (n,), all in display units.
    """

    def __init__(self, colors: list[str], patterns: list[int] | None = None, radius: float = RADIUS, **kwargs) -> None:
        count = len(colors)
        self.instances = np.zeros((count, 12), "f4")
        self.instances[:, 3] = radius
        self.instances[:, 4:7] = [rgb(color) for color in colors]
        patterns = list(range(count)) if patterns is None else patterns
        self.instances[:, 7] = [k if k == PLAIN else k % PATTERNS for k in patterns]
        self.instances[:, 11] = 1
        self.visible = np.ones(count, bool)
        self.names = [("", ball) for ball in range(count)]  # label and ball of each, as told
        super().__init__(**kwargs)

    def place(
        self, centers: np.ndarray, turns: np.ndarray, radii: np.ndarray | None = None, visible: np.ndarray | None = None
    ) -> Balls:
        self.instances[:, :3], self.instances[:, 8:] = centers, turns
        if radii is not None:
            self.instances[:, 3] = radii
        if visible is not None:
            self.visible = visible
        return self

    def make(self, gpu) -> None:
        gpu.ball = gpu.program("ball")
        gpu.instances = gpu.own(gpu.ctx.buffer(reserve=max(self.instances.nbytes, 48)))
        gpu.balls = gpu.vao(
            gpu.ball,
            [(gpu.buffer(QUAD), "2f", "corner"), (gpu.instances, "4f 4f 4f/i", "center", "color", "turn")],
            strip=True,
        )

    def draw(self, gpu) -> None:
        shown = self.instances[self.visible]
        if not len(shown) or self.get_opacity() <= 0:
            return
        eye = np.array(gpu.camera["camera_position"])
        far_first = np.argsort(
            -np.linalg.norm(shown[:, :3] - eye, axis=1), kind="stable"
        )  # smooth edges blend over what is behind
        gpu.instances.write(np.ascontiguousarray(shown[far_first]).tobytes())
        view = np.array(gpu.camera["view"]).reshape(4, 4)[:3, :3]  # stored by columns: this is the transpose
        to_world = view * gpu.camera["frame_scale"]
        gpu.set(gpu.ball, to_world=tuple(np.ascontiguousarray(to_world.T).ravel()), opacity=self.get_opacity())
        gpu.balls.render(instances=len(shown))

    def told(self) -> dict[str, list[dict]]:
        """`drawn`, the projected centre, and `radius`, both in pixels, of the balls handed to the GPU."""
        gpu = self.shader_wrapper
        if gpu is None or self.get_opacity() <= 0:
            return {}
        pixels, depth = gpu.pixels(self.instances[:, :3])
        unit = gpu.half_size()[1] * abs(gpu.camera["frame_rescale_factors"][1]) / gpu.camera["frame_scale"]
        rows = zip(self.names, pixels, self.instances[:, 3] * unit / depth, self.visible & (depth > 0.05), strict=True)
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
        contact = display.to_world(here)
        center = contact + self.radius * display.normal(here)
        on_it = display.inside(here) & display.shown(here)
        self.foot = np.column_stack([contact, [self.radius]])[on_it]
        self.place(center, self.turn)
        self.set_box(center[0] - self.radius, center[0] + self.radius, placement)

    def make(self, gpu) -> None:
        super().make(gpu)
        gpu.shadows = Shadows(gpu, self.loss_surface)

    def draw(self, gpu) -> None:
        gpu.ctx.depth_func, gpu.ctx.fbo.depth_mask = "<=", False
        gpu.shadows.draw(self.foot, self.get_opacity())
        gpu.ctx.depth_func, gpu.ctx.fbo.depth_mask = "<", True
        super().draw(gpu)
