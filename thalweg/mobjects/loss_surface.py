"""LossSurface: a loss landscape as one mobject, with ramp, light, grid, contours, edges and contact shadows."""

from __future__ import annotations

from functools import cached_property

import moderngl
import numpy as np

from thalweg.colors import LIGHT_FROM, LUMA, THEMES, ramp_colors, rgb
from thalweg.geometry.display import Display
from thalweg.geometry.ticks import nice_step
from thalweg.mobjects import _ribbon
from thalweg.mobjects._mesh import make_mesh
from thalweg.mobjects._ribbon import needed, ribbon, strip_indices
from thalweg.mobjects._shadows import MOST, Shadows
from thalweg.mobjects._silhouette import Silhouette
from thalweg.mobjects.layer import LIGHT, Layer

BAKED = 512
CONTOURS = 18
LIFT = 0.006  # edges are drawn this much above the surface
OUTLINE = 0.75  # how strongly: mixed into the colour, so that where edge and silhouette lie together it is one line
TURNED = 0.004  # of the depth: the silhouette is pulled to the eye so far that no facet, seen edge-on there, covers it


class LossSurface(Layer):
    """The graph of a surface over its domain.

    Parameters: `surface`, one of SURFACES or from_expression(...); `display`, how it stands in space (made from the
    surface's domain when left out); `ramp`, a name of thalweg.colors or a matplotlib colour map (the theme's when left
    out); `grid`, `contours`, whether these lines are drawn, light where the surface is dark and dark where it is light;
    `opacity`, below 1 only the nearest layer is seen, and what was added before the surface shines through it; `theme`,
    that of the scene it stands in: dark, light or print.
    """

    hides = True
    most_shadows = MOST

    def __init__(
        self,
        surface,
        display: Display | None = None,
        ramp: str | None = None,
        grid: bool = True,
        contours: bool = True,
        opacity: float = 1.0,
        theme: str = "dark",
        **kwargs,
    ) -> None:
        self.surface = surface
        self.display = display or Display(surface, surface.domain)
        self.theme = THEMES[theme]
        self.ramp, self.grid, self.contours = ramp or self.theme.ramp, grid, contours
        self.feet = np.zeros((0, 4))
        self.mesh = make_mesh(self.display)
        own, ground = rgb(self.theme.edge), rgb(self.theme.background)
        self.outline = OUTLINE * np.array(own) + (1 - OUTLINE) * np.array(ground)
        self.silhouette = Silhouette(self.mesh.points, self.mesh.normals, self.outline)
        super().__init__(opacity=opacity, **kwargs)
        half, low, high = self.display.half_size, self.display.floor, self.display.ceiling
        self.set_box([*-half, low], [*half, high])

    def set_shadows(self, contacts: np.ndarray, radii: np.ndarray) -> LossSurface:
        """Contact shadows of balls that touch the surface at `contacts` (n, 3) with `radii` (n,), display units; of the
        first `most_shadows`.
        """
        self.feet = np.column_stack([contacts, radii])[:MOST]
        return self

    def landmarks(self) -> np.ndarray:
        """Points (n, 3) that lie in the picture when all of the surface does: a coarse grid and the edges of holes."""
        grid = self.display.grid(17)
        shown = self.display.shown(grid)
        return np.concatenate([self.display.to_relief(grid[shown]), *[rim[::8] for rim in self.mesh.rims]])

    @property
    def relief_map(self) -> np.ndarray:
        """Heights, and 1 where there is a surface, (BAKED, BAKED, 2), indexed [y, x]."""
        _, height, shown = self._relief
        return np.stack([height, shown], axis=-1)

    @cached_property
    def _relief(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Normals and heights at the centres of the baked picture, and what is shown of it; into holes the nearest ones
        are carried on, so that nothing is smeared at their edges.
        """
        from scipy.ndimage import distance_transform_edt

        low, high = self.display.domain[:, 0], self.display.domain[:, 1]
        axes = [low[i] + (np.arange(BAKED) + 0.5) / BAKED * (high[i] - low[i]) for i in (0, 1)]
        points = np.stack(np.meshgrid(*axes, indexing="xy"), axis=-1)
        height, normal = self.display.to_relief(points)[..., 2], self.display.normal(points)
        shown = self.display.shown(points)
        if shown.any() and not shown.all():
            nearest = tuple(distance_transform_edt(~shown, return_distances=False, return_indices=True))
            height, normal = height[nearest], normal[nearest]
        return normal, height, shown

    def _bake(self) -> np.ndarray:
        """Ramp times light and ambient occlusion, (BAKED, BAKED, 3) in 0 ... 1, indexed [y, x]."""
        from scipy.ndimage import gaussian_filter

        normal, height, _ = self._relief
        level = (height - self.display.floor) / max(self.display.ceiling - self.display.floor, 1e-9)
        hollow = np.clip(1 + 0.9 * (height - gaussian_filter(height, 14, mode="nearest")), 0.55, 1.1)
        light = brightness(normal, self.theme.shading, hollow)
        return np.clip(ramp_colors(self.ramp, level) * light[..., None], 0, 1)

    # on the GPU
    @property
    def plate(self) -> tuple:
        """From display to the baked picture: centre offset and 1 / size."""
        half = self.display.half_size
        return (0.5, 0.5, 1 / (2 * half[0]), 1 / (2 * half[1]))

    def make(self, gpu) -> None:
        gpu.baked = gpu.texture((self._bake() * 255 + 0.5).astype("u1"), "f1")
        gpu.surface = gpu.program("surface")
        vertices = gpu.buffer(self.mesh.vertices)
        gpu.mesh = gpu.vao(gpu.surface, [(vertices, "3f 3f", "point", "normal")], self.mesh.triangles)
        gpu.ribbon = gpu.program("ribbon")
        self._make_lines(gpu)
        gpu.shadows = Shadows(gpu, self)

    def _make_lines(self, gpu) -> None:
        """The edges of domain and holes, once; room for the silhouette, which follows the camera."""
        color = self.outline
        lines = [*self.mesh.sides, *self.mesh.rims] or [np.zeros((1, 3))]
        kept = [needed(line, np.arange(len(line))) for line in lines]
        lifted = [
            ribbon(line + [0, 0, LIFT], np.zeros(len(line)), color)[some]
            for line, some in zip(lines, kept, strict=True)
        ]
        lengths = np.array([len(line) for line in lifted])
        firsts = np.cumsum(lengths) - lengths
        joined = [first + np.arange(length - 1) for first, length in zip(firsts, lengths, strict=True)]
        gpu.edges = gpu.vao(
            gpu.ribbon,
            [(gpu.buffer(np.concatenate(lifted)), *_ribbon.FORMAT)],
            strip_indices(np.concatenate(joined), np.concatenate(joined) + 1),
        )
        self.most_pieces = 16 * len(self.mesh.points)
        firsts = 2 * np.arange(self.most_pieces)
        gpu.outline = gpu.own(gpu.ctx.buffer(reserve=self.most_pieces * 4 * 48))
        gpu.outlines = gpu.vao(gpu.ribbon, [(gpu.outline, *_ribbon.FORMAT)], strip_indices(firsts, firsts + 1))

    def _spacing(self) -> tuple[tuple, tuple]:
        """Grid and contour lines per display unit, and a point where a grid crossing and a contour lie."""
        domain = self.display.domain
        step = nice_step((domain[:, 1] - domain[:, 0]).max() / 12)
        per_unit = 1 / (step * self.display.scale)
        origin = self.display.to_plate(np.zeros(2))
        height = max(self.display.ceiling - self.display.floor, 1e-6)
        return (*per_unit, CONTOURS / height), (*origin, self.display.floor - height / CONTOURS / 2)

    def _turn(self) -> tuple[float, float]:
        """Half-way between which contours the ramp turns light, and 1 where it does so upwards, else -1."""
        gray = ramp_colors(self.ramp, (np.arange(CONTOURS) + 0.5) / CONTOURS) @ LUMA
        light = gray > LIGHT_FROM
        upwards = bool(gray[-1] > gray[0])
        count = int(np.sum(~light if upwards else light))
        return (count + 0.5 if 0 < count < CONTOURS else 1e6 if count else -1e6), 1.0 if upwards else -1.0

    def draw(self, gpu) -> None:
        ctx, line, opacity = gpu.ctx, gpu.unit(), self.get_opacity()
        if opacity <= 0:
            return
        spacing, origin = self._spacing()
        gpu.baked.use(0)
        gpu.set(
            gpu.surface,
            plate=self.plate,
            spacing=spacing,
            origin=origin,
            turn=self._turn(),
            shine=0.16 * self.theme.shading,
            line_width=max(1.0, 1.1 * line),
            baked=0,
            strength=(0.12 * self.grid, 0.20 * self.contours, opacity),
        )
        if opacity >= 1:
            ctx.disable(moderngl.BLEND)
        else:  # depth first, so that only the nearest layer is blended
            ctx.blend_func = moderngl.ZERO, moderngl.ONE
            gpu.mesh.render()
            gpu.blend(premultiplied=False)
            ctx.depth_func = "<="
        gpu.mesh.render()
        ctx.enable(moderngl.BLEND)
        ctx.depth_func, ctx.fbo.depth_mask = "<=", False
        still = dict(width=max(1.2, 1.5 * line), now=0.0, perspective=0.0)
        gpu.set(gpu.ribbon, bias=0.0004, fade=(1.0, 1.0, opacity, 0.0), **still)
        gpu.edges.render()
        eye = np.array(gpu.camera["camera_position"])
        pieces = self.silhouette.pieces(eye, self.most_pieces)
        strength = opacity * min(1.0, 2 - 2 * len(pieces) / self.most_pieces)  # none where they are everywhere
        if len(pieces) and strength > 0:
            gpu.outline.write(pieces.tobytes())
            gpu.set(gpu.ribbon, bias=TURNED, fade=(1.0, 1.0, strength, 0.0), **still)
            gpu.outlines.render(vertices=6 * len(pieces))
        gpu.shadows.draw(self.feet, opacity)


def brightness(normal: np.ndarray, shading: float = 1.0, hollow: np.ndarray | float = 1.0) -> np.ndarray:
    """By how much the ramp's colours are multiplied where the surface has these unit normals (..., 3) and, by the
    hills around, this share of the light: (...). `shading` 0 leaves them as they are.
    """
    light = (0.42 + 0.70 * np.maximum(normal @ LIGHT, 0)) * hollow
    bright: np.ndarray = 1 + shading * (light - 1)
    return bright
