"""Where the camera stands so that the surface and the paths fill the free part of the picture. Pure numpy.

manimgl's camera looks at its frame's centre; a point p becomes q = R^T (p - centre) / scale, and
(q.x, q.y) / (1 - k q.z) in frame units, with k = tan(fov / 2) / 4 and a frame 8 units high.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FRAME_HEIGHT = 8.0
FIELD_OF_VIEW = 32.0  # degrees; a long lens keeps the landscape calm


class Rect(NamedTuple):
    """Part of the picture in frame units: x from -4 aspect to 4 aspect, y from -4 (bottom) to 4."""

    left: float
    right: float
    bottom: float
    top: float


class View(NamedTuple):
    """`scale` of the frame, and the shift of the subject on screen in frame units (at the depth of its centre)."""

    scale: float
    shift_x: float
    shift_y: float


class CameraPose(NamedTuple):
    theta: float  # degrees
    phi: float
    scale: float
    center: Array  # (3,), where the frame's centre is


def rotation(theta: float, phi: float) -> Array:
    """The camera's axes as columns (right, up, to the camera), for manimgl's Euler angles in degrees."""
    t, p = np.radians(theta), np.radians(phi)
    turn = np.array([[np.cos(t), -np.sin(t), 0], [np.sin(t), np.cos(t), 0], [0, 0, 1]])
    tilt = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    return turn @ tilt


def project(points: Array, subject: Array, theta: float, phi: float, view: View) -> Array:
    """Frame coordinates (..., 2) of points (..., 3)."""
    seen = (points - subject) @ rotation(theta, phi) / view.scale + np.array([view.shift_x, view.shift_y, 0.0])
    k = np.tan(np.radians(FIELD_OF_VIEW) / 2) * 2 / FRAME_HEIGHT
    return seen[..., :2] / np.maximum(1 - k * seen[..., 2:], 0.05)


def fit(
    points: Array,
    subject: Array,
    angles: list[tuple[float, float]],
    free: Rect,
    avoid: tuple[Rect, ...] | list[Rect] = (),
    zoom: float = 1.0,
) -> View:
    """The largest view in which points (n, 3) lie in `free` and outside every rectangle of `avoid`, for all (theta,
    phi).

    Where panels leave no room beside them, `free` gives way from the panels' side until nothing lies behind one.
    """
    tight = [trim(free, rect) for rect in avoid]
    view = _fill(points, subject, angles, free)
    if _overlap(points, subject, angles, view, avoid):
        low, high = 0.0, 1.0
        for _ in range(7):
            share = (low + high) / 2
            view = _fill(points, subject, angles, shrunk(free, tight, share))
            low, high = (share, high) if _overlap(points, subject, angles, view, avoid) else (low, share)
        view = _fill(points, subject, angles, shrunk(free, tight, high))
    return View(view.scale / zoom, view.shift_x, view.shift_y)


def trim(free: Rect, rect: Rect) -> Rect:
    """`free` without the strip that holds `rect`: cut on the side where that costs least."""
    width, height = free.right - free.left, free.top - free.bottom
    cuts = [
        free._replace(left=max(free.left, rect.right)),
        free._replace(right=min(free.right, rect.left)),
        free._replace(top=min(free.top, rect.bottom)),
        free._replace(bottom=max(free.bottom, rect.top)),
    ]
    return max(cuts, key=lambda cut: max(cut.right - cut.left, 0) / width * max(cut.top - cut.bottom, 0) / height)


def shrunk(free: Rect, tight: list[Rect], share: float) -> Rect:
    """From `free` (share 0) to what all of `tight` leave (share 1)."""
    inner = Rect(
        max(t.left for t in tight), min(t.right for t in tight), max(t.bottom for t in tight), min(t.top for t in tight)
    )
    return Rect(*(a + share * (b - a) for a, b in zip(free, inner, strict=True)))


def _overlap(
    points: Array, subject: Array, angles: list[tuple[float, float]], view: View, avoid: tuple[Rect, ...] | list[Rect]
) -> bool:
    for theta, phi in angles:
        seen = project(points, subject, theta, phi, view)
        for rect in avoid:
            if (
                (seen[:, 0] > rect.left)
                & (seen[:, 0] < rect.right)
                & (seen[:, 1] > rect.bottom)
                & (seen[:, 1] < rect.top)
            ).any():
                return True
    return False


def _fill(points: Array, subject: Array, angles: list[tuple[float, float]], free: Rect) -> View:
    view = View(1.0, 0.0, 0.0)
    for _ in range(24):
        seen = np.concatenate([project(points, subject, theta, phi, view) for theta, phi in angles])
        low, high = seen.min(axis=0), seen.max(axis=0)
        size = np.maximum(high - low, 1e-6)
        grow = max(size[0] / (free.right - free.left), size[1] / (free.top - free.bottom))
        middle = (low + high) / 2
        view = View(
            view.scale * grow**0.8,
            view.shift_x + ((free.left + free.right) / 2 - middle[0]),
            view.shift_y + ((free.bottom + free.top) / 2 - middle[1]),
        )
    return view


def camera_pose(subject: Array, theta: float, phi: float, view: View) -> CameraPose:
    axes = rotation(theta, phi)
    center = subject - view.scale * (axes[:, 0] * view.shift_x + axes[:, 1] * view.shift_y)
    return CameraPose(theta, phi, view.scale, center)


def between(a: View, b: View, share: float) -> View:
    """From view a (share 0) to view b (share 1); scales by ratio, so that growth looks even."""
    return View(
        float(a.scale ** (1 - share) * b.scale**share),
        a.shift_x + share * (b.shift_x - a.shift_x),
        a.shift_y + share * (b.shift_y - a.shift_y),
    )
