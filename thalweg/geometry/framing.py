"""Where the camera stands so that the surface and the paths fill the free part of the picture. Pure numpy.

manimgl's camera looks at its frame's centre; a point p becomes q = R^T (p - centre) / scale, and
(q.x, q.y) / (1 - k q.z) in frame units, with k = tan(fov / 2) / 4 and a frame 8 units high.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
FRAME_HEIGHT = 8.0
BEYOND, BEHIND = 0.3, 0.04  # shares of the landscape that may lie beyond the picture's sides, and behind panels
AVERSE, ASTRAY = 1.0, 0.5  # how bad all cut off is in a square, and a height of it from the middle; 1: a size of 1 / e
KEPT = 2.5
SHIFTS, ROUNDS = 21, 10
STEP, SMALLER = 1.03, 8  # sizes tried that are a little smaller than the largest
FIELD_OF_VIEW = 32.0  # degrees; a long lens keeps the landscape calm
ORTHOGRAPHIC = 0.5  # degrees: of so few nothing is seen to shrink with distance


class Rect(NamedTuple):
    """Part of the picture in frame units: x from -4 aspect to 4 aspect, y from -4 (bottom) to 4."""

    left: float
    right: float
    bottom: float
    top: float


class View(NamedTuple):
    """`scale` of the frame, the shift of the subject on screen in frame units (at the depth of its centre), and the
    field of view in degrees.
    """

    scale: float
    shift_x: float
    shift_y: float
    lens: float = FIELD_OF_VIEW


Angles = list[tuple[float, float]]  # (theta, phi) in degrees


class Space(NamedTuple):
    """What a picture has for a landscape, in frame units: `safe` is the part of the `page` that holds all that matters;
    `panels` may stand over a far part of the landscape, `clear` places have nothing of it behind them. Both are kept at
    a distance of `gap`, by what matters of KEPT gaps.
    """

    page: Rect
    safe: Rect
    panels: tuple[Rect, ...] = ()
    clear: tuple[Rect, ...] = ()
    gap: float = 0.0

    @property
    def middle(self) -> tuple[float, float]:
        """Across the whole picture, up and down between the panels."""
        room = self.safe
        for rect in self.panels + self.clear:
            room = max(trims(room, rect), key=lambda cut: (cut.right - cut.left) * (cut.top - cut.bottom))
        return (self.safe.left + self.safe.right) / 2, (room.bottom + room.top) / 2


class Scenery(NamedTuple):
    """What is to be seen, points (n, 3): `matters` (paths, balls, holes) is always in sight, of the `ground` beneath a
    part may lie beyond the picture's sides or behind panels; `labels` stand along its edges.
    """

    matters: Array
    ground: Array
    labels: Array


class CameraPose(NamedTuple):
    theta: float  # degrees
    phi: float
    scale: float
    center: Array  # (3,), where the frame's centre is
    lens: float = FIELD_OF_VIEW  # degrees


def shrinking(lens: float) -> float:
    """k above, of a field of view in degrees: 1 / how far the eye is, in frame units."""
    return float(np.tan(np.radians(lens) / 2) * 2 / FRAME_HEIGHT)


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
    depth = np.maximum(1 - shrinking(view.lens) * seen[..., 2:], 0.05)
    return seen[..., :2] / depth, depth[..., 0]


def fit(scenery: Scenery, subject: Array, angles: Angles, space: Space, lens: float = FIELD_OF_VIEW) -> View:
    """The best view for every (theta, phi) in which all that matters is in sight, and of the ground at most BEYOND lies
    beyond the picture's sides and at most BEHIND behind panels: large, in the middle, and with little cut off.
    """
    whole = _fill(np.concatenate(scenery), subject, angles, space.safe, lens)
    small, large, found = 8.0, 1 / 3, []  # times the scale at which everything fits beside nothing
    for _ in range(ROUNDS):
        middle = (small * large) ** 0.5
        placed = _placed(scenery, subject, angles, whole._replace(scale=whole.scale * middle), space)
        small, large = (middle, large) if placed else (small, middle)
        found += [placed] if placed else []
    for step in range(1, SMALLER + 1):
        smaller = whole._replace(scale=whole.scale * small * STEP**step)
        placed = _placed(scenery, subject, angles, smaller, space) if found else None
        found += [placed] if placed else []
    return min(found)[1] if found else whole


def _placed(scenery: Scenery, subject: Array, angles: Angles, sized: View, space: Space) -> tuple[float, View] | None:
    """The best view as `sized` with how bad it is, or None. A shift moves near points a little more."""
    safe, still = space.safe, sized._replace(shift_x=0.0, shift_y=0.0)
    seen = [_project_deep(np.concatenate(scenery), subject, theta, phi, still) for theta, phi in angles]
    places, depth = np.stack([place for place, _ in seen]), np.stack([deep for _, deep in seen])
    low, high = places.min(axis=(0, 1)), places.max(axis=(0, 1))
    core = places[:, : len(scenery.matters)]
    ranges = [(safe.left - core[..., 0].min(initial=0), safe.right - core[..., 0].max(initial=0)),
              (safe.bottom - low[1], safe.top - high[1])]  # fmt: skip
    if any(end < begin - 0.02 for begin, end in ranges):
        return None
    axes = [np.linspace(*pair, SHIFTS) for pair in ranges]
    # a shift's x moves only x and its y only y: two small tables instead of every shift for every point
    across, upward = (places[..., i] + axes[i][:, None, None] / depth for i in (0, 1))
    ground = slice(len(scenery.matters), len(scenery.matters) + len(scenery.ground))
    beyond, behind, fits = _cut(across, upward, slice(0, len(scenery.matters)), ground, space)
    if not fits.any():
        return None
    x, y = np.meshgrid(*axes)
    away = np.hypot(x + (low[0] + high[0]) / 2 - space.middle[0], y + (low[1] + high[1]) / 2 - space.middle[1])
    page = space.page  # in a tall picture a landscape that goes beyond its sides looks intended
    averse = AVERSE * (page.right - page.left) / (page.top - page.bottom)
    bad = np.where(fits, np.log(still.scale) + ASTRAY * away / FRAME_HEIGHT + averse * (beyond + behind), np.inf)
    best = bad.argmin()
    return float(bad.flat[best]), still._replace(shift_x=float(x.flat[best]), shift_y=float(y.flat[best]))


def _cut(across: Array, upward: Array, core: slice, ground: slice, space: Space) -> tuple[Array, Array, Mask]:
    """For shifts (up, across): the share of the ground beyond the picture's sides, that behind panels, and whether all
    is as it may be. `across` and `upward` (shifts, angles, points) are where the points are.
    """
    slack, (page, safe) = 0.01, space[:2]
    matters, height = across[..., core], (upward >= safe.bottom - slack) & (upward <= safe.top + slack)
    width = (matters >= safe.left - slack) & (matters <= safe.right + slack)
    fits: Mask = np.logical_and.outer(height.all(axis=(1, 2)), width.all(axis=(1, 2)))
    sides = ((across < page.left) | (across > page.right))[..., ground].mean(axis=2).max(axis=1)
    beyond = np.broadcast_to(sides, fits.shape)
    behind = np.zeros((*fits.shape, across.shape[1]))
    for index, rect in enumerate(space.panels + space.clear):
        fits &= _within(across[..., core], upward[..., core], grown(rect, KEPT * space.gap)).max(axis=2) == 0
        clear = index >= len(space.panels)
        share = _within(across[..., ground], upward[..., ground], grown(rect, space.gap) if clear else rect)
        if clear:
            fits &= share.max(axis=2) == 0
        behind += share
    hidden = behind.max(axis=2)
    return beyond, hidden, fits & (beyond <= BEYOND) & (hidden <= BEHIND)


def _within(across: Array, upward: Array, rect: Rect) -> Array:
    """Shares (up, across, angles) of the points in a rectangle."""
    in_x = ((across > rect.left) & (across < rect.right)).astype(np.float32)
    in_y = ((upward > rect.bottom) & (upward < rect.top)).astype(np.float32)
    shares: Array = np.einsum("uap,sap->usa", in_y, in_x, optimize=True) / max(across.shape[2], 1)
    return shares


def grown(rect: Rect, by: float) -> Rect:
    """The rectangle with a margin around it."""
    return Rect(rect.left - by, rect.right + by, rect.bottom - by, rect.top + by)


def trims(free: Rect, rect: Rect) -> list[Rect]:
    """What is left of `free` when the strip with `rect` is cut off at the left, right, top or bottom."""
    return [
        free._replace(left=max(free.left, min(rect.right, free.right))),
        free._replace(right=min(free.right, max(rect.left, free.left))),
        free._replace(top=min(free.top, max(rect.bottom, free.bottom))),
        free._replace(bottom=max(free.bottom, min(rect.top, free.top))),
    ]


def _fill(points: Array, subject: Array, angles: Angles, free: Rect, lens: float) -> View:
    view = View(1.0, 0.0, 0.0, lens)
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
            lens,
        )
    return view


def camera_pose(subject: Array, theta: float, phi: float, view: View) -> CameraPose:
    axes = rotation(theta, phi)
    center = subject - view.scale * (axes[:, 0] * view.shift_x + axes[:, 1] * view.shift_y)
    return CameraPose(theta, phi, view.scale, center, view.lens)


def pushed(pose: CameraPose, factor: float, place: Array, middle: tuple[float, float]) -> CameraPose:
    """The pose that sees what is about a `place` (3,) of space `factor` times larger, and it nearer to the `middle`
    (frame units) by as much."""
    axes = rotation(pose.theta, pose.phi)
    near = (place - pose.center) @ axes / pose.scale  # its depth stays, so that at a factor of 1 nothing moves
    depth = max(1 - shrinking(pose.lens) * near[2], 0.05)
    near[:2] = (middle + (near[:2] / depth - middle) / factor) * depth
    scale = pose.scale / factor
    return pose._replace(scale=scale, center=place - scale * axes @ near)


def between(a: View, b: View, share: float) -> View:
    """From view a (share 0) to view b (share 1); scales by ratio, so that growth looks even."""
    return View(
        float(a.scale ** (1 - share) * b.scale**share),
        a.shift_x + share * (b.shift_x - a.shift_x),
        a.shift_y + share * (b.shift_y - a.shift_y),
        a.lens + share * (b.lens - a.lens),
    )
