"""From the domain to the stage: where a point (x, y) of the surface stands in manimgl's space. Pure numpy.

The longer side of the domain becomes PLATE units wide; heights are the loss, linear or logarithmic, scaled so that the
landscape shown is about RELIEF times as high as it is wide. Everything that is drawn (surface, balls, trails) goes
through one `Display`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PLATE = 10.0
RELIEF = 0.3  # of the plate's width; less on a narrow plate, where walls would hide the valley
LOW = 0.75  # of the relief for logarithmic heights, whose hills are broad and would hide the valley
TALLEST = 8.0  # display units; what a z_scale lifts higher is cut off
SLACK = 0.03  # of the relief: so much above the ceiling or below the floor is still shown
SQUEEZE = 2.5  # a domain longer than this against its other side is squeezed to it
FAR = 60.0  # nothing is drawn farther out than this; diverging runs end there, long out of the frame


@dataclass(frozen=True)
class HeightMap:
    """Loss -> display height. `kind` is 'linear' (gain * (z - low)) or 'log' (gain * log10(1 + (z - low) / unit))."""

    kind: str
    low: float
    gain: float
    unit: float = 1.0

    def __call__(self, loss: Array) -> Array:
        if self.kind == "linear":
            return self.gain * (loss - self.low)
        return self.gain * np.log10(np.maximum(1 + (loss - self.low) / self.unit, 1e-3))

    def slope(self, loss: Array) -> Array:
        """d height / d loss."""
        if self.kind == "linear":
            return np.full_like(loss, self.gain)
        return self.gain / np.log(10) / np.maximum(loss - self.low + self.unit, 1e-3 * self.unit)


def choose_heights(losses: Array, setting: str | float, plate_scale: float, relief: float) -> HeightMap:
    """The height map for the finite losses of the drawn domain; `setting` is style.z_scale.

    A number is the vertical exaggeration: display height of one unit of loss over display length of one unit of x.
    'auto' is linear unless most of the landscape would lie in the lowest tenth of the relief.
    """
    low, high = float(losses.min()), float(losses.max())
    span = max(high - low, 1e-12 * max(abs(low), abs(high), 1.0))
    if not isinstance(setting, str):
        return HeightMap("linear", low, float(setting) * plate_scale)
    if setting == "auto":
        setting = "log" if np.median(losses) - low < 0.1 * span else "linear"
    if setting == "linear":
        return HeightMap("linear", low, relief / span)
    unit = max(float(np.quantile(losses, 0.03)) - low, 1e-5 * span)
    return HeightMap("log", low, LOW * relief / float(np.log10(1 + span / unit)), unit)


class Display:
    """Places domain points in display space.

    `surface` gives value and gradient of points (..., 2); `domain` is ((x0, x1), (y0, y1)). Points (..., 2) become
    positions (..., 3) by `to_world`, unit normals of the drawn surface by `normal`; both take points outside the
    domain.
    """

    def __init__(
        self,
        surface: Any,
        domain: tuple[tuple[float, float], tuple[float, float]],
        z_scale: str | float = "auto",
        samples: int = 161,
    ) -> None:
        self.surface = getattr(surface, "carried_on", surface)  # a ball at the edge of samples has somewhere to be
        self.domain = np.asarray(domain, dtype=float)
        self.center = self.domain.mean(axis=1)
        sides = self.domain[:, 1] - self.domain[:, 0]
        shown = np.maximum(sides, sides.max() / SQUEEZE)
        self.scale = PLATE / shown.max() * shown / sides
        relief = RELIEF * (PLATE + 2 * float((self.scale * sides).min())) / 3
        with np.errstate(all="ignore"):
            losses = np.asarray(surface.value(self.grid(samples)))
        finite = losses[np.isfinite(losses)]
        self.heights = choose_heights(finite if finite.size else np.zeros(1), z_scale, float(self.scale[0]), relief)
        shown_heights = self.heights(finite) if finite.size else np.zeros(1)
        self.floor, self.ceiling = float(shown_heights.min()), float(shown_heights.max())
        self.cut: float | None = None  # the loss above which walls are cut off
        if self.ceiling > self.floor + TALLEST:  # only a number as z_scale lifts walls so high, and it is linear
            self.ceiling = self.floor + TALLEST
            self.cut = self.heights.low + self.ceiling / self.heights.gain

    @property
    def half_size(self) -> Array:
        """Half the plate's sides in display units, (2,)."""
        return self.scale * (self.domain[:, 1] - self.domain[:, 0]) / 2

    def grid(self, n: int) -> Array:
        """Domain points on an (n, n) grid that includes the edges, indexed [x, y], shape (n, n, 2)."""
        axes = [np.linspace(low, high, n) for low, high in self.domain]
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)

    def to_plate(self, points: Array) -> Array:
        return np.clip((points - self.center) * self.scale, -FAR, FAR)

    def from_plate(self, plate: Array) -> Array:
        return plate / self.scale + self.center

    def to_world(self, points: Array) -> Array:
        with np.errstate(all="ignore"):
            return self._world(points, np.asarray(self.surface.value(points), dtype=float))

    def _world(self, points: Array, loss: Array) -> Array:
        height = self.heights(loss)
        height = np.clip(np.nan_to_num(height, nan=FAR, posinf=FAR, neginf=-FAR), -FAR, FAR)
        return np.concatenate([self.to_plate(points), height[..., None]], axis=-1)

    def normal(self, points: Array) -> Array:
        """Unit normals of the displayed surface, pointing up, (..., 3). Where the gradient is not finite: straight
        up.
        """
        with np.errstate(all="ignore"):
            loss = np.asarray(self.surface.value(points), dtype=float)
            return self._normal(loss, np.asarray(self.surface.gradient(points)))

    def contact(self, points: Array) -> tuple[Array, Array]:
        """`to_world` and `normal` of the same points, for less than both."""
        both = getattr(self.surface, "value_and_gradient", None)
        with np.errstate(all="ignore"):
            loss, gradient = both(points) if both else (self.surface.value(points), self.surface.gradient(points))
            return self._world(points, np.asarray(loss)), self._normal(np.asarray(loss), np.asarray(gradient))

    def _normal(self, loss: Array, gradient: Array) -> Array:
        slope = self.heights.slope(loss)[..., None] * gradient / self.scale
        slope = np.where(np.isfinite(slope).all(axis=-1, keepdims=True), np.clip(slope, -1e9, 1e9), 0.0)
        normal = np.concatenate([-slope, np.ones(slope.shape[:-1] + (1,))], axis=-1)
        return normal / np.linalg.norm(normal, axis=-1, keepdims=True)

    def shown(self, points: Array) -> NDArray[np.bool_]:
        """Whether the surface is drawn at points (..., 2): the loss is finite and the height not cut off, (...)."""
        with np.errstate(all="ignore"):
            height = self.heights(np.asarray(self.surface.value(points), dtype=float))
        slack = SLACK * (self.ceiling - self.floor) + 1e-9
        return (height >= self.floor - slack) & (height <= self.ceiling + slack)

    def to_relief(self, points: Array) -> Array:
        """As `to_world`, with heights kept within those shown: what a camera should hold in the picture."""
        world = self.to_world(points)
        world[..., 2] = np.clip(world[..., 2], self.floor, self.ceiling)
        return world

    def inside(self, points: Array) -> NDArray[np.bool_]:
        return ((points >= self.domain[:, 0]) & (points <= self.domain[:, 1])).all(axis=-1)
