"""From the domain to the stage: where a point (x, y) of the surface stands in manimgl's space. Pure numpy.

The longer side of the domain becomes PLATE units wide; heights are the loss, linear or logarithmic, scaled so that the
landscape shown is about RELIEF times as high as it is wide. Everything that is drawn (surface, balls, trails) goes
through one `Display`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.ripples import FINEST, rippled, smoothed
from thalweg.typeset.numbers import cut_text

Array = NDArray[np.float64]
PLATE = 10.0
RADIUS = 0.22  # of a ball, display units
RELIEF = 0.3  # of the plate's width; less on a narrow plate, where walls would hide the valley
LOW = 0.75  # of the relief for logarithmic heights, whose hills are broad and would hide the valley
TALLEST = 8.0  # display units; what a z_scale lifts higher is cut off
SLACK = 0.03  # of the relief: so much above the ceiling or below the floor is still shown
SQUEEZE = 2.5  # a domain longer than this against its other side is squeezed to it
BULK, TOWER = 0.9, 4.0  # what stands this many times as high as that share of the surface is an extreme
PIT, LONE = 10.0, 9  # a pole lies this many times as deep below the bulk as that reaches, in so few samples
FLAT = 1e-9  # of heights: the far tails of a lone hill or hole are a plain
DECADES, ENDLESS = 5, 9  # of loss that logarithmic heights tell apart; of more than ENDLESS, as in exp(x**2), all
LARGEST = 8e307  # of a loss, for heights
SAMPLES = 161  # a side of the domain, of which the heights are chosen
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

    def loss(self, height: float) -> float:
        """The loss at a height."""
        share = height / self.gain
        return self.low + (share if self.kind == "linear" else self.unit * (10.0**share - 1))

    def slope(self, loss: Array) -> Array:
        """d height / d loss."""
        if self.kind == "linear":
            return np.full_like(loss, self.gain)
        slope: Array = self.gain / np.log(10) / np.maximum(loss - self.low + self.unit, 1e-3 * self.unit)
        return slope


def choose_heights(losses: Array, setting: str | float, plate_scale: float, relief: float) -> HeightMap:
    """The height map for the finite losses of the drawn domain; `setting` is style.z_scale.

    A number is the vertical exaggeration: display height of one unit of loss over display length of one unit of x.
    'auto' is linear unless most of the landscape would lie in the lowest tenth of the relief, a few extremes left out.
    """
    low, high = float(losses.min()), float(losses.max())
    bulk = float(np.quantile(losses, BULK))
    least = 1e-12 * max(abs(low), abs(high), 1.0)
    span = max(high - low, least)
    if not isinstance(setting, str):
        return HeightMap("linear", low, float(setting) * plate_scale)
    unit = float(np.quantile(losses, 0.03)) - low
    if setting == "auto":  # a flat floor has no decades
        span = max(min(high - low, TOWER * (bulk - low) or np.inf), least)
        setting = "log" if np.median(losses) - low < 0.1 * span and unit > 0 else "linear"
    if setting == "linear":
        return HeightMap("linear", low, relief / span)
    span = max(high - low, span)
    if unit < span * 10.0**-DECADES and (unit == 0 or span / unit < 10.0**ENDLESS):
        unit = span * 10.0**-DECADES
    return HeightMap("log", low, LOW * relief / float(np.log10(1 + span / unit)), unit)


def pit(losses: Array, ends: Array) -> float | None:
    """The loss below which a pole is cut off, which lies endlessly deep under the bulk of (n,); None without one.

    A hole is none: several samples lie in its lower half. Where paths end, losses (k,), stays shown.
    """
    low, few, bulk = (float(value) for value in np.quantile(losses, (0, 1 - BULK, BULK)))
    reach = bulk - few
    if reach <= FLAT * (few - low) or few - low <= PIT * reach or np.sum(losses < (low + few) / 2) > LONE:
        return None
    ended = float(ends.min(initial=np.inf))
    deepest = min(few - 0.8 * reach, ended - 0.02 * (bulk - ended) if ended < few else np.inf)
    return deepest if deepest > low else None


def towers(heights: Array, met: Array) -> float | None:
    """The display height above which a few places tower over the bulk of (n,) and are cut off; None where none do.

    What the paths meet, heights (k,), stays whole unless it towers itself.
    """
    low, high = float(heights.min()), float(heights.max())
    bulk, most = (float(value) - low for value in np.quantile(heights, (BULK, 0.75)))
    if most <= FLAT * bulk or bulk <= 0 or high - low <= TOWER * bulk:
        return None
    ceiling = 1.8 * bulk
    near = met[met - low <= TOWER * bulk] - low
    return low + max(ceiling, 1.02 * float(near.max(initial=0.0)))


def display_of(surface: Any, trajectories: Sequence[Any], z_scale: str | float = "auto") -> Display:
    """How the surface is shown beneath these trajectories; `z_scale` as in the style section."""
    met = np.concatenate([trajectory.loss.ravel() for trajectory in trajectories])
    (x0, x1), (y0, y1) = surface.domain
    ends = []
    for each in trajectories:
        runs = np.arange(len(each.ends))
        points = each.positions[runs, each.ends]
        inside = ((points >= (x0, y0)) & (points <= (x1, y1))).all(axis=-1)
        ends.append(each.loss[runs, each.ends][inside])
    return Display(surface, surface.domain, z_scale, met=met, ends=np.concatenate(ends))


class Display:
    """Places domain points in display space.

    `surface` gives value and gradient of points (..., 2); `domain` is ((x0, x1), (y0, y1)); `met` are losses that the
    paths meet and `ends` those where they end: these are in the picture, but for what towers above all else; a
    surface's `cap` is the loss above which it is cut off. Points (..., 2) become positions (..., 3) by `to_world`, unit
    normals of the drawn surface by `normal`; both take points outside the domain.
    """

    def __init__(
        self,
        surface: Any,
        domain: tuple[tuple[float, float], tuple[float, float]],
        z_scale: str | float = "auto",
        met: Array | None = None,
        ends: Array | None = None,
    ) -> None:
        self.surface = getattr(surface, "carried_on", surface)  # a ball at the edge of samples has somewhere to be
        self.domain = np.asarray(domain, dtype=float)
        self.center = self.domain.mean(axis=1)
        sides = self.domain[:, 1] - self.domain[:, 0]
        shown = np.maximum(sides, sides.max() / SQUEEZE)
        self.scale = PLATE / shown.max() * shown / sides
        relief = RELIEF * (PLATE + 2 * float((self.scale * sides).min())) / 3
        self.cap: float | None = getattr(surface, "cap", None)
        with np.errstate(all="ignore"):
            self._scale_heights((met, ends), z_scale, relief)
            # then balls and trails keep to what is drawn, and numbers to the truth
            self.smoothed = rippled(self.to_relief, self.grid(FINEST), self.ceiling - self.floor)
            if self.smoothed:  # their heights are kept: of ripples that are gone, what noise is left is no landscape
                self.surface = smoothed(surface, self.domain).carried_on

    def _scale_heights(self, paths: tuple[Array | None, Array | None], z_scale: str | float, relief: float) -> None:
        """Heights and where they are cut off: `cut` and `pit` are the losses above and below which nothing is drawn,
        None where all is.
        """
        losses = np.asarray(self.surface.value(self.grid(SAMPLES)))
        losses = losses[np.isfinite(losses)]
        highest = float(losses.max(initial=-np.inf))
        known = np.clip(losses if self.cap is None else losses[losses <= self.cap], -LARGEST, LARGEST)
        known = known if known.size else np.zeros(1)
        met, ends = (np.zeros(0) if each is None else each[np.isfinite(each)] for each in paths)
        self.pit = pit(known, ends) if z_scale == "auto" else None
        known = np.append(known, ends[ends < known.min()])
        known = known if self.pit is None else np.append(known[known >= self.pit], self.pit)
        chosen = choose_heights(known, z_scale, float(self.scale[0]), relief)
        heights = chosen(known)
        self.floor, self.ceiling = float(heights.min()), float(heights.max())
        self.cut: float | None = self.cap if self.cap is not None and highest > self.cap else None
        top = towers(heights, chosen(met)) if z_scale == "auto" else None
        if top is not None:  # a few extremes would flatten all else
            self.cut = chosen.loss(top)
            grown = self.ceiling / (top - self.floor) if chosen.kind == "log" else relief / (top - self.floor)
            chosen = replace(chosen, gain=chosen.gain * grown)
            self.floor, self.ceiling = self.floor * grown, top * grown
        self.heights = chosen
        if self.ceiling > self.floor + TALLEST:  # only a number as z_scale lifts walls so high, and it is linear
            self.ceiling = self.floor + TALLEST
            self.cut = self.heights.low + self.ceiling / self.heights.gain

    @property
    def notes(self) -> list[str]:
        """What is said of the picture where it does not show the losses as they are."""
        logarithmic = ["height: logarithmic in the loss"] * (self.heights.kind == "log")
        above = [] if self.cut is None else [f"cut off above loss {cut_text(self.cut)}"]
        below = [] if self.pit is None else [f"cut off below loss {self.pit:.3g}"]
        return logarithmic + above + below + ["ripples finer than the mesh are smoothed"] * self.smoothed

    @property
    def half_size(self) -> Array:
        """Half the plate's sides in display units, (2,)."""
        half: Array = self.scale * (self.domain[:, 1] - self.domain[:, 0]) / 2
        return half

    @property
    def box(self) -> tuple[Array, Array]:
        """The lowest and the highest corner (3,) of what is drawn."""
        slack = SLACK * (self.ceiling - self.floor)
        low = np.append(-self.half_size, self.floor - slack)
        return low, np.append(self.half_size, self.ceiling + slack)

    def grid(self, n: int) -> Array:
        """Domain points on an (n, n) grid that includes the edges, indexed [x, y], shape (n, n, 2)."""
        axes = [np.linspace(low, high, n) for low, high in self.domain]
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)

    def to_plate(self, points: Array) -> Array:
        plate: Array = np.clip((points - self.center) * self.scale, -FAR, FAR)
        return plate

    def from_plate(self, plate: Array) -> Array:
        points: Array = plate / self.scale + self.center
        return points

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
        return self.contact(points)[1]

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
        unit: Array = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
        return unit

    def shown(self, points: Array) -> NDArray[np.bool_]:
        """Whether the surface is drawn at points (..., 2): the loss is finite and the height not cut off, (...)."""
        with np.errstate(all="ignore"):
            loss = np.asarray(self.surface.value(points), dtype=float)
            height = self.heights(loss)
        slack = SLACK * (self.ceiling - self.floor) + 1e-9
        below = loss <= (np.inf if self.cap is None else self.cap)
        return (height >= self.floor - slack) & (height <= self.ceiling + slack) & below

    def stop_at_holes(self, positions: Array, last: NDArray[np.int_], left: NDArray[np.bool_]) -> Array:
        """Runs (runs, steps + 1, 2) that `left` into a hole stop at its edge, on the way of their step `last`."""
        stopped = positions.copy()
        runs = np.flatnonzero(left & (last > 0))
        inside, outside = positions[runs, last[runs] - 1], positions[runs, last[runs]]
        with np.errstate(all="ignore"):
            fallen = ~np.isfinite(self.surface.value(outside))
            for _ in range(40):
                middle = (inside + outside) / 2
                known = np.isfinite(self.surface.value(middle))[:, None]
                inside, outside = np.where(known, middle, inside), np.where(known, outside, middle)
        stopped[runs[fallen], last[runs[fallen]]] = inside[fallen]
        return stopped

    def to_relief(self, points: Array) -> Array:
        """As `to_world`, with heights kept within those shown: what a camera should hold in the picture."""
        world = self.to_world(points)
        world[..., 2] = np.clip(world[..., 2], self.floor, self.ceiling)
        return world

    def inside(self, points: Array) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = np.all((points >= self.domain[:, 0]) & (points <= self.domain[:, 1]), axis=-1)
        return inside
