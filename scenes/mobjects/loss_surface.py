"""LossSurface: a loss landscape as one mobject, with ramp, light, grid, contours, edges and contact shadows."""

from __future__ import annotations

import moderngl
import numpy as np

from scenes.colors import ramp_colors, rgb
from scenes.display import Display
from scenes.mobjects._layer import LIGHT, RIBBON_FORMAT, Layer, ribbon, strip_indices
from scenes.mobjects._silhouette import silhouette
from scenes.ticks import nice_step

MESHES = (81, 121, 161, 241)
BAKED = 512
MOST_SHADOWS = 64
LIFT = 0.006  # edges are drawn this much above the surface


class LossSurface(Layer):
    """The graph of a surface over its domain.

    Parameters: `surface`, one of SURFACES or from_expression(...); `display`, how it stands in space (made from the
    surface's domain when left out); `ramp`, a name of scenes.colors or a matplotlib colour map; `grid`, `contours`,
    whether these lines are drawn; `line_scale`, thickness of lines relative to a 720 pixel high picture; `opacity`.
    """

    def __init__(
        self,
        surface,
        display: Display | None = None,
        ramp: str = "deep",
        grid: bool = True,
        contours: bool = True,
        opacity: float = 1.0,
        dark: bool = True,
        **kwargs,
    ) -> None:
        self.surface = surface
        self.display = display or Display(surface, surface.domain)
        self.ramp, self.grid, self.contours, self.dark = ramp, grid, contours, dark
        self.surface_opacity = opacity
        self.feet = np.zeros((0, 4))
        self.points_of_mesh, self.normals_of_mesh = self._mesh()
        super().__init__(**kwargs)
        corners = self.points_of_mesh.reshape(-1, 3)
        self.set_points(
            np.array([np.nanmin(corners, axis=0), np.nanmax(corners, axis=0)])
        )  # for manimgl's bounding box

    def set_shadows(self, contacts: np.ndarray, radii: np.ndarray) -> LossSurface:
        """Contact shadows of balls that touch the surface at `contacts` (n, 3) with `radii` (n,), display units."""
        self.feet = np.column_stack([contacts, radii])[:MOST_SHADOWS]
        return self

    def _mesh(self) -> tuple[np.ndarray, np.ndarray]:
        """Points and normals (n, n, 3), as fine as the landscape needs; NaN where the loss is not finite."""
        for n in MESHES:
            grid = self.display.grid(n)
            points = self.display.to_world(grid)
            middle = (points[:-1, :-1, 2] + points[1:, 1:, 2]) / 2
            exact = self.display.to_world((grid[:-1, :-1] + grid[1:, 1:]) / 2)[..., 2]
            if np.quantile(np.abs(middle - exact), 0.999) < 0.006:
                break
        with np.errstate(all="ignore"):
            finite = np.isfinite(self.surface.value(grid))
        points[~finite] = np.nan
        return points, self.display.normal(grid)

    def _bake(self) -> np.ndarray:
        """Ramp times light and ambient occlusion, (BAKED, BAKED, 3) in 0 ... 1, indexed [y, x]."""
        from scipy.ndimage import gaussian_filter

        low, high = self.display.domain[:, 0], self.display.domain[:, 1]
        axes = [low[i] + (np.arange(BAKED) + 0.5) / BAKED * (high[i] - low[i]) for i in (0, 1)]
        points = np.stack(np.meshgrid(*axes, indexing="xy"), axis=-1)
        height = np.clip(self.display.to_world(points)[..., 2], self.display.floor, self.display.ceiling)
        normal = self.display.normal(points)
        level = (height - self.display.floor) / max(self.display.ceiling - self.display.floor, 1e-9)
        hollow = np.clip(1 + 0.9 * (height - gaussian_filter(height, 14, mode="nearest")), 0.55, 1.1)
        light = (0.42 + 0.70 * np.maximum(normal @ LIGHT, 0)) * hollow
        self.height_map = height
        return np.clip(ramp_colors(self.ramp, level) * light[..., None], 0, 1)

    # on the GPU
    def make(self, gpu) -> None:
        baked = (self._bake() * 255 + 0.5).astype("u1")
        half = self.display.half_size
        self.plate = (0.5, 0.5, 1 / (2 * half[0]), 1 / (2 * half[1]))
        gpu.baked, gpu.heights = gpu.texture(baked, "f1"), gpu.texture(self.height_map[..., None].astype("f4"), "f4")
        gpu.surface = gpu.program("surface")
        gpu.mesh = self._make_mesh(gpu)
        gpu.ribbon = gpu.program("ribbon")
        self._make_lines(gpu)
        gpu.shadow = gpu.program("shadow")
        n = 13
        corners = np.stack(np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n), indexing="ij"), axis=-1)
        gpu.feet = gpu.own(gpu.ctx.buffer(reserve=MOST_SHADOWS * 16))
        gpu.shadows = gpu.vao(
            gpu.shadow,
            [(gpu.buffer(corners), "2f", "corner"), (gpu.feet, "4f/i", "foot")],
            cells(np.ones((n - 1, n - 1), bool)),
        )

    def _make_mesh(self, gpu):
        whole = np.isfinite(self.points_of_mesh).all(axis=-1)
        self.whole_cells = whole[:-1, :-1] & whole[1:, :-1] & whole[:-1, 1:] & whole[1:, 1:]
        vertices = np.nan_to_num(np.concatenate([self.points_of_mesh, self.normals_of_mesh], axis=-1))
        return gpu.vao(gpu.surface, [(gpu.buffer(vertices), "3f 3f", "point", "normal")], cells(self.whole_cells))

    def _make_lines(self, gpu) -> None:
        """The domain's edge, once; room for the silhouette, which follows the camera."""
        n = self.points_of_mesh.shape[0]
        color = rgb("#9FB4CC") if self.dark else rgb("#4A5A70")
        sides = [self.points_of_mesh[0], self.points_of_mesh[-1], self.points_of_mesh[:, 0], self.points_of_mesh[:, -1]]
        vertices = np.concatenate([ribbon(np.nan_to_num(side) + [0, 0, LIFT], np.zeros(n), color) for side in sides])
        solid = [
            np.flatnonzero(np.isfinite(side).all(axis=-1)[:-1] & np.isfinite(side).all(axis=-1)[1:]) + i * n
            for i, side in enumerate(sides)
        ]
        buffer = gpu.buffer(vertices)
        gpu.edges = gpu.vao(gpu.ribbon, [(buffer, *RIBBON_FORMAT)], strip_indices(np.concatenate(solid), 1))
        self.most_pieces = 4 * n * 4
        gpu.outline = gpu.own(gpu.ctx.buffer(reserve=self.most_pieces * 4 * 48))
        gpu.outlines = gpu.vao(
            gpu.ribbon, [(gpu.outline, *RIBBON_FORMAT)], strip_indices(2 * np.arange(self.most_pieces), 1)
        )

    def _spacing(self) -> tuple[tuple, tuple]:
        """Grid and contour lines per display unit, and a point where a grid crossing and a contour lie."""
        domain = self.display.domain
        step = nice_step((domain[:, 1] - domain[:, 0]).max() / 12)
        per_unit = 1 / (step * self.display.scale)
        origin = self.display.to_plate(np.zeros(2))
        height = max(self.display.ceiling - self.display.floor, 1e-6)
        return (*per_unit, 18 / height), (*origin, self.display.floor - height / 36)

    def draw(self, gpu) -> None:
        ctx, line = gpu.ctx, gpu.unit()
        spacing, origin = self._spacing()
        gpu.baked.use(0)
        gpu.heights.use(1)
        if self.surface_opacity >= 1:
            ctx.disable(moderngl.BLEND)
        ink = (1.0, 1.0, 1.0) if self.dark else (0.05, 0.08, 0.15)
        gpu.set(
            gpu.surface,
            plate=self.plate,
            spacing=spacing,
            origin=origin,
            ink=ink,
            line_width=max(1.0, 1.1 * line),
            baked=0,
            strength=(0.12 * self.grid, 0.20 * self.contours, 0.16, self.surface_opacity),
        )
        gpu.mesh.render()
        ctx.enable(moderngl.BLEND)
        ctx.depth_func, ctx.fbo.depth_mask = "<=", False
        still = dict(now=0.0, perspective=0.0)
        gpu.set(gpu.ribbon, width=max(1.2, 1.5 * line), bias=0.0004, fade=(1.0, 1.0, 0.75, 0.0), **still)
        gpu.edges.render()
        pieces = silhouette(
            self.points_of_mesh, self.normals_of_mesh, np.array(gpu.camera["camera_position"]), self.most_pieces
        )
        if len(pieces):
            gpu.outline.write(pieces.tobytes())
            gpu.set(gpu.ribbon, width=max(1.3, 1.4 * line), bias=0.0015, fade=(1.0, 1.0, 0.8, 0.0), **still)
            gpu.outlines.render(vertices=6 * len(pieces))
        if len(self.feet):
            half = self.display.half_size
            gpu.feet.write(np.ascontiguousarray(self.feet, "f4").tobytes())
            gpu.set(gpu.shadow, plate=self.plate, edge=(*-half, *half), heights=1, darkness=self.surface_opacity)
            gpu.shadows.render(instances=len(self.feet))


def cells(whole: np.ndarray) -> np.ndarray:
    """Triangle indices of an (n + 1, m + 1) grid of vertices for those of its (n, m) cells that are whole."""
    n, m = whole.shape
    index = np.arange((n + 1) * (m + 1)).reshape(n + 1, m + 1)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[:-1, 1:], index[1:, 1:]
    return np.stack([a, b, c, c, b, d], axis=-1)[whole]
