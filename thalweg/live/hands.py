"""From a pixel to the surface and back, through the camera's own matrices. Pure numpy but for the scene it asks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.geometry.display import Display

SAMPLES = 600  # along the line of sight, before the crossing is halved down to a point
REACH = 5.0  # pixels beside a ball that still count as on it


@dataclass(frozen=True)
class Sight:
    """A camera as it drew its last frame: what stands at which pixel (origin upper left) of a picture."""

    view: np.ndarray  # (4, 4), space to the camera's own
    factors: tuple[float, float, float]
    size: tuple[int, int]

    @classmethod
    def of(cls, scene) -> Sight:
        uniforms = scene.camera.uniforms
        fx, fy, fz = uniforms["frame_rescale_factors"]
        return cls(np.array(uniforms["view"]).reshape(4, 4).T, (fx, abs(fy), fz), scene.pixels)

    def pixel(self, points: np.ndarray) -> np.ndarray:
        """(..., 3) points of space to (..., 2) pixels; behind the camera NaN."""
        seen = np.asarray(points) @ self.view[:3, :3].T + self.view[:3, 3]
        depth = 1 - seen[..., 2:] * self.factors[2]
        ndc = np.where(depth > 1e-6, seen[..., :2] * self.factors[:2] / np.maximum(depth, 1e-6), np.nan)
        return (ndc * [1, -1] + 1) / 2 * self.size

    def scale(self, point: np.ndarray) -> float:
        """Pixels that one unit of space takes at a point (3,)."""
        seen = self.view[:3, :3] @ point + self.view[:3, 3]
        size = np.cbrt(abs(np.linalg.det(self.view[:3, :3])))
        return float(size * self.factors[1] / max(1 - seen[2] * self.factors[2], 1e-6) * self.size[1] / 2)

    def ray(self, x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
        """Where the eye is, and a point in front of it, of what is seen at a pixel."""
        ndc = np.array([2 * x / self.size[0] - 1, 1 - 2 * y / self.size[1]])
        eye, plane = np.array([0, 0, 1 / self.factors[2]]), np.array([*(ndc / self.factors[:2]), 0.0])
        back = np.linalg.inv(self.view)
        return back[:3, :3] @ eye + back[:3, 3], back[:3, :3] @ plane + back[:3, 3]

    def frame(self, x: float, y: float) -> tuple[float, float]:
        """A pixel in frame units, as framing has them."""
        unit = 8 / self.size[1]
        return (x - self.size[0] / 2) * unit, (self.size[1] / 2 - y) * unit


def on_surface(sight: Sight, display: Display, x: float, y: float) -> np.ndarray | None:
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


def crossing(eye: np.ndarray, along: np.ndarray, display: Display) -> tuple[float, float] | None:
    """The shares of the way at which the line of sight is inside the landscape's box."""
    low = np.array([*-display.half_size, display.floor - 0.05])
    high = np.array([*display.half_size, display.ceiling + 0.05])
    with np.errstate(all="ignore"):
        ends = np.stack([(low - eye) / along, (high - eye) / along])
    ends = np.where(np.isnan(ends), [[-np.inf], [np.inf]], ends)
    enters, leaves = ends.min(axis=0).max(), ends.max(axis=0).min()
    return (max(enters, 0.0), leaves) if leaves > max(enters, 0.0) else None


def heights_above(points: np.ndarray, display: Display) -> np.ndarray:
    """How far points (n, 3) of space are above the surface; NaN where it has a hole."""
    plate = display.from_plate(points[:, :2])
    with np.errstate(all="ignore"):
        finite = np.isfinite(display.surface.value(plate))
    return np.where(finite, points[:, 2] - display.to_world(plate)[:, 2], np.nan)


def ball_at(sight: Sight, balls: list, x: float, y: float) -> tuple[int, int] | None:
    """(entry, ball) of the ball drawn at a pixel, the nearest to the eye first."""
    hit = []
    eye = np.linalg.inv(sight.view)[:3, :3] @ [0, 0, 1 / sight.factors[2]] + np.linalg.inv(sight.view)[:3, 3]
    for entry, ball, center, radius in balls:
        place = sight.pixel(center)
        if np.hypot(*(place - [x, y])) <= radius * sight.scale(center) + REACH:
            hit.append((float(np.linalg.norm(center - eye)), entry, ball))
    return min(hit)[1:] if hit else None


def rounded(point: np.ndarray, display: Display) -> tuple[float, float]:
    """A point as a person would write it: to a thousandth of the domain, which is less than a pixel."""
    made = []
    for value, (low, high) in zip(point, display.domain, strict=True):
        digits = int(np.ceil(-np.log10((high - low) / 4000)))
        value = round(float(value), digits)
        made.append(float(min(max(value, low), high)) + 0.0)
    return made[0], made[1]
