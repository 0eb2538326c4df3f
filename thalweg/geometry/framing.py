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


Angles = list[tuple[float, float]]  # (theta, phi) in degrees
Rects = tuple[Rect, ...] | list[Rect]


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
    axes: Array = turn @ tilt
    return axes


def project(points: Array, subject: Array, theta: float, phi: float, view: View) -> Array:
    """Frame coordinates (..., 2) of points (..., 3)."""
    return _project_deep(points, subject, theta, phi, view)[0]


def _project_deep(points: Array, subject: Array, theta: float, phi: float, view: View) -> tuple[Array, Array]:
    seen = (points - subject) @ rotation(theta, phi) / view.scale + np.array([view.shift_x, view.shift_y, 0.0])
    k = np.tan(np.radians(FIELD_OF_VIEW) / 2) * 2 / FRAME_HEIGHT
    depth = np.maximum(1 - k * seen[..., 2:], 0.05)
    return seen[..., :2] / depth, depth[..., 0]


def fit(points: Array, subject: Array, angles: Angles, free: Rect, avoid: Rects = ()) -> View:
    """The largest view in which points (n, 3) lie in `free` and outside all of `avoid`, for every (theta, phi).

    Of the places where it fits, the one nearest to the middle is taken: across the whole of `free`, up and down between
    the panels.
    """
    view = _fill(points, subject, angles, free)
    if avoid:
        low, high = 1.0, 6.0  # how much smaller than without the panels
        for _ in range(9):
            middle = (low * high) ** 0.5
            fits = _placed(points, subject, angles, view.scale * middle, free, avoid) is not None
            low, high = (low, middle) if fits else (middle, high)
        view = _placed(points, subject, angles, view.scale * high, free, avoid) or view
    return view


def _placed(points: Array, subject: Array, angles: Angles, scale: float, free: Rect, avoid: Rects) -> View | None:
    """The best view of this scale that keeps clear of `avoid`, or None. A shift moves near points a little more."""
    still = View(scale, 0.0, 0.0)
    seen = [_project_deep(points, subject, theta, phi, still) for theta, phi in angles]
    places, depth = np.concatenate([place for place, _ in seen]), np.concatenate([deep for _, deep in seen])
    low, high = places.min(axis=0), places.max(axis=0)
    ranges = [(free.left - low[0], free.right - high[0]), (free.bottom - low[1], free.top - high[1])]
    if any(end < begin - 0.02 for begin, end in ranges):
        return None
    axes = [np.linspace(*pair, 17) for pair in ranges]
    shifts = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 1, 2)
    # a shift's x moves only x and its y only y: two small tables instead of every shift for every point
    across, upward = (places[:, i] + axes[i][:, None] / depth for i in (0, 1))
    slack = 0.01
    within = ((across >= free.left - slack) & (across <= free.right + slack)).all(axis=1)
    clear = ((upward >= free.bottom - slack) & (upward <= free.top + slack)).all(axis=1)[:, None] & within
    for rect in avoid:
        covered = ((across > rect.left) & (across < rect.right)).astype(np.float32)
        clear &= ((upward > rect.bottom) & (upward < rect.top)).astype(np.float32) @ covered.T == 0
    clear = clear.ravel()
    if not clear.any():
        return None
    room = free
    for rect in avoid:
        room = max(trims(room, rect), key=lambda cut: (cut.right - cut.left) * (cut.top - cut.bottom))
    middle = np.array([(free.left + free.right) / 2, (room.bottom + room.top) / 2])
    distance = np.linalg.norm(shifts[:, 0] + (low + high) / 2 - middle, axis=-1)
    best = shifts[np.flatnonzero(clear)[distance[clear].argmin()], 0]
    return View(scale, float(best[0]), float(best[1]))


def trims(free: Rect, rect: Rect) -> list[Rect]:
    """What is left of `free` when the strip with `rect` is cut off at the left, right, top or bottom."""
    return [
        free._replace(left=max(free.left, min(rect.right, free.right))),
        free._replace(right=min(free.right, max(rect.left, free.left))),
        free._replace(top=min(free.top, max(rect.bottom, free.bottom))),
        free._replace(bottom=max(free.bottom, min(rect.top, free.top))),
    ]


def _fill(points: Array, subject: Array, angles: Angles, free: Rect) -> View:
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
