"""From a pixel to the surface and back, through the matrices of the camera that drew the picture. Pure numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thalweg.geometry.display import Display

Array = NDArray[np.float64]
SAMPLES = 600  # along the line of sight, before the crossing is halved down to a point
REACH = 5.0  # pixels beside a ball that still count as on it


class BallAt(NamedTuple):
    """A ball that stands somewhere: `ball` of `entry`, its centre in space (3,) and its radius."""

    entry: int
    ball: int
    center: Array
    radius: float


@dataclass(frozen=True)
class Sight:
    """A camera as it stands: what is seen at which pixel (origin upper left) of a picture of `size` (width, height)."""

    view: Array  # (4, 4), space to the camera's own
    factors: tuple[float, float, float]  # across and up to -1 ... 1, and how fast what is farther away shrinks
    size: tuple[int, int]

    @classmethod
    def of(cls, uniforms: Mapping[str, Any], size: tuple[int, int]) -> Sight:
        """From what the shaders are told of the camera."""
        across, upward, depth = uniforms["frame_rescale_factors"]
        return cls(np.array(uniforms["view"]).reshape(4, 4).T, (across, abs(upward), depth), size)

    @property
    def eye(self) -> Array:
        """Where the eye is in space, (3,)."""
        back = np.linalg.inv(self.view)
        eye: Array = back[:3, :3] @ [0, 0, 1 / self.factors[2]] + back[:3, 3]
        return eye

    def pixel(self, points: ArrayLike) -> Array:
        """(..., 3) points of space to (..., 2) pixels; behind the camera NaN."""
        seen = np.asarray(points) @ self.view[:3, :3].T + self.view[:3, 3]
        depth = 1 - seen[..., 2:] * self.factors[2]
        ndc = np.where(depth > 1e-6, seen[..., :2] * self.factors[:2] / np.maximum(depth, 1e-6), np.nan)
        pixels: Array = (ndc * [1, -1] + 1) / 2 * self.size
        return pixels

    def scale(self, point: Array) -> float:
        """Pixels that one unit of space takes at a point (3,)."""
        seen = self.view[:3, :3] @ point + self.view[:3, 3]
        size = np.cbrt(abs(np.linalg.det(self.view[:3, :3])))
        return float(size * self.factors[1] / max(1 - seen[2] * self.factors[2], 1e-6) * self.size[1] / 2)

    def ray(self, x: float, y: float) -> tuple[Array, Array]:
        """Where the eye is, and a point in front of it, of what is seen at a pixel."""
        ndc = np.array([2 * x / self.size[0] - 1, 1 - 2 * y / self.size[1]])
        plane = np.array([*(ndc / self.factors[:2]), 0.0])
        back = np.linalg.inv(self.view)
        return self.eye, back[:3, :3] @ plane + back[:3, 3]


def on_surface(sight: Sight, display: Display, x: float, y: float) -> Array | None:
    """The point (2,) of the domain that is seen at a pixel, or None beside the surface."""
    eye, there = sight.ray(x, y)
    along = there - eye
    span = crossing(eye, along, display)
    if span is None:
        return None
    shares = np.linspace(*span, SAMPLES)
    points = eye + shares[:, None] * along
    above = heights_above(points, display)
    crossed = np.flatnonzero(np.isfinite(above[:-1]) & np.isfinite(above[1:]) & ((above[:-1] > 0) != (above[1:] > 0)))
    if not len(crossed):
        return None
    low, high, sign = shares[crossed[0]], shares[crossed[0] + 1], above[crossed[0]] > 0
    for _ in range(40):
        middle = (low + high) / 2
        if (heights_above((eye + middle * along)[None], display)[0] > 0) == sign:
            low = middle
        else:
            high = middle
    (x0, x1), (y0, y1) = display.domain
    found = display.from_plate((eye + low * along)[:2])
    return np.clip(found, [x0, y0], [x1, y1])


def crossing(eye: Array, along: Array, display: Display) -> tuple[float, float] | None:
    """The shares of the way at which the line of sight is inside the landscape's box."""
    low = np.array([*-display.half_size, display.floor - 0.05])
    high = np.array([*display.half_size, display.ceiling + 0.05])
    with np.errstate(all="ignore"):
        ends = np.stack([(low - eye) / along, (high - eye) / along])
    ends = np.where(np.isnan(ends), [[-np.inf], [np.inf]], ends)
    enters, leaves = ends.min(axis=0).max(), ends.max(axis=0).min()
    return (max(enters, 0.0), leaves) if leaves > max(enters, 0.0) else None


def heights_above(points: Array, display: Display) -> Array:
    """How far points (n, 3) of space are above the surface; NaN where it has a hole."""
    plate = display.from_plate(points[:, :2])
    with np.errstate(all="ignore"):
        finite = np.isfinite(display.surface.value(plate))
    return np.where(finite, points[:, 2] - display.to_world(plate)[:, 2], np.nan)


def ball_at(sight: Sight, balls: Sequence[BallAt], x: float, y: float) -> tuple[int, int] | None:
    """(entry, ball) of the ball drawn at a pixel, the nearest to the eye first."""
    hit, eye = [], sight.eye
    for entry, ball, center, radius in balls:
        place = sight.pixel(center)
        if np.hypot(*(place - [x, y])) <= radius * sight.scale(center) + REACH:
            hit.append((float(np.linalg.norm(center - eye)), entry, ball))
    return min(hit)[1:] if hit else None
