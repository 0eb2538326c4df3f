"""Ball and Balls: lit spheres with a two-tone pattern that rest on a LossSurface; any number in one draw call."""

from __future__ import annotations

import numpy as np

from scenes.colors import rgb
from scenes.mobjects._layer import QUAD, Layer
from scenes.mobjects.loss_surface import LossSurface

PATTERNS = 6
RADIUS = 0.18


class Balls(Layer):
    """`colors`, '#RRGGBB' for each ball; `patterns`, 0 ... 5 for each (belt, beach ball, stripes, dots, octants,
    swirl).

    `place` puts them: centres (n, 3), unit quaternions (n, 4) as (x, y, z, w), radii (n,), all in display units.
    """

    def __init__(self, colors: list[str], patterns: list[int] | None = None, radius: float = RADIUS, **kwargs) -> None:
        count = len(colors)
        self.instances = np.zeros((count, 12), "f4")
        self.instances[:, 3] = radius
        self.instances[:, 4:7] = [rgb(color) for color in colors]
        self.instances[:, 7] = [k % PATTERNS for k in (patterns if patterns is not None else range(count))]
        self.instances[:, 11] = 1
        self.visible = np.ones(count, bool)
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
        if not len(shown):
            return
        eye = np.array(gpu.camera["camera_position"])
        far_first = np.argsort(
            -np.linalg.norm(shown[:, :3] - eye, axis=1), kind="stable"
        )  # smooth edges blend over what is behind
        gpu.instances.write(np.ascontiguousarray(shown[far_first]).tobytes())
        view = np.array(gpu.camera["view"]).reshape(4, 4)[:3, :3]  # stored by columns: this is the transpose
        to_world = view * gpu.camera["frame_scale"]
        gpu.set(gpu.ball, to_world=tuple(np.ascontiguousarray(to_world.T).ravel()), opacity=1.0)
        gpu.balls.render(instances=len(shown))


class Ball(Balls):
    """One ball on a surface. `move_to_point((x, y))` rolls it there along the straight line in the domain."""

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
        self._rest()

    def move_to_point(self, point) -> Ball:
        from scenes.playback import roll_along

        share = np.linspace(0, 1, 65)[:, None]
        path = self.domain_point * (1 - share) + np.asarray(point, dtype=float) * share
        self.turn = roll_along(self.loss_surface.display, path[None], self.radius, first=self.turn)[:, -1]
        self.domain_point = path[-1]
        self._rest()
        return self

    def _rest(self) -> None:
        display = self.loss_surface.display
        contact, normal = display.to_world(self.domain_point[None]), display.normal(self.domain_point[None])
        self.place(contact + self.radius * normal, self.turn)
        self.loss_surface.set_shadows(contact, np.array([self.radius]))
