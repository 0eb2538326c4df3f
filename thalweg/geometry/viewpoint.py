"""From which side a race is best seen: of many angles those that hide least of it. Pure numpy.

A ball is seen where the straight line from the camera to its centre meets no surface. That is one question for cameras
of all heights: of what stands along an azimuth, the steepest line from the point is its horizon, and what stands above
the horizon sees the point. So horizons are looked up once for all candidates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.camera_path import USUAL, CameraPath
from thalweg.geometry.display import Display
from thalweg.geometry.framing import FIELD_OF_VIEW, FRAME_HEIGHT, shrinking

Array = NDArray[np.float64]
Indices = NDArray[np.int_]
AROUND = 10.0  # degrees from one candidate to the next
DOWN = (50.0, 45.0, 40.0, 35.0, 30.0, 25.0)  # phi of the candidates
STEEPER = (20.0, 15.0)  # taken one after the other where all these hide too much
ENOUGH = 0.95  # of the last positions
GRID, FACET = 161, 4  # heights along a side of the plate; every so many-th is a corner of the facets looked at
AZIMUTHS, ALONG, NEAREST, FARTHEST = 48, 56, 0.06, 15.0  # of horizons; samples along each, from ... to display units
SOFT = 1.5  # degrees about its horizon over which a point comes into sight
ROOM = (0.84, 0.74)  # of the picture's width and height that the landscape takes, about
LABELS = 0.6  # display units beside the plate that its numbers take
# What counts how much, see `Judge.of`.
LAST, BEFORE, WAYS, LAND, BACK = 7.0, 1.0, 3.0, 1.0, 3.0
LARGE, APART, BESIDE, CALM = 0.8, 0.4, 0.3, 0.15
TILTED = 15.0  # degrees
SPREAD = 0.5  # frame units: what keeps within less is one place from everywhere
TRAIL = 0.5  # worth of seeing a way at the end
FINE = 1000.0  # a score is rounded to one in so many: the same on every machine, and equal views are equal
K = shrinking(FIELD_OF_VIEW)


@dataclass(frozen=True)
class Wanted:
    """What a film wants to show, in space: `ends` (n, 3), the middles of balls where they end; `ways` (k, 3), where
    they pass, looked at `when` they do (k,), by the number of a moment, and each of a `worth` (k,); and points of the
    `land` (m, 3). Balls have this `radius`; they go from `starts` to `goals` (balls, 3).

    The camera looks at `subjects` (moments, 3) at `seconds` (moments,), from `over` on at what became of the race;
    where it is `framed` (moments,), so that the whole lies in the picture.
    """

    ends: Array
    ways: Array
    when: Indices
    worth: Array
    land: Array
    starts: Array
    goals: Array
    radius: float
    seconds: Array
    over: float
    subjects: Array
    framed: NDArray[np.bool_]


def heights_of(display: Display) -> Array:
    """Display heights (GRID, GRID), indexed [x, y], over the plate; -inf where nothing is drawn. What is cut off stands
    up to the cut, between the last point below it and the first above.
    """
    grid = display.grid(GRID)
    with np.errstate(all="ignore"):
        cut = ~np.isnan(display.surface.value(grid))
    shown = display.shown(grid)
    beside = np.pad(shown, 1)
    for axis in (0, 1):
        beside = beside | np.roll(beside, 1, axis) | np.roll(beside, -1, axis)
    return np.where(shown | beside[1:-1, 1:-1] & cut, display.to_relief(grid)[..., 2], -np.inf)


class Horizons:
    """Of points (n, 3) above `heights` (m, m) of a plate with half the sides `half` (2,): along each azimuth, as far as
    each distance, the slope of the steepest line to what stands there.
    """

    def __init__(self, points: Array, heights: Array, half: Array) -> None:
        self.points = points
        self.far = np.geomspace(NEAREST + 0.5, FARTHEST + 0.5, ALONG) - 0.5
        angle = np.arange(AZIMUTHS) * 2 * np.pi / AZIMUTHS
        reach = np.stack([np.cos(angle), np.sin(angle)], axis=-1)[:, None] * self.far[:, None]
        cells = (len(heights) - 1) / (2 * half)
        feet, steps = ((points[:, :2] + half) * cells).astype("f4"), (reach * cells).astype("f4")
        relief = heights.astype("f4")
        above = [lifted(relief, foot + steps) for foot in feet]  # one by one: no large arrays
        slopes = (np.array(above) - points[:, None, None, 2].astype("f4")) / self.far.astype("f4")
        self.slopes = np.maximum.accumulate(slopes, axis=-1, out=slopes)  # (n, azimuths, distances)

    def clear(self, who: Indices, eyes: Array) -> Array:
        """How many degrees eyes (..., k, 3) stand above the horizons of the points `who` (k,), (..., k)."""
        way = eyes - self.points[who]
        distance = np.hypot(way[..., 0], way[..., 1])
        turn = np.arctan2(way[..., 1], way[..., 0]) * AZIMUTHS / (2 * np.pi)
        low, reached = np.floor(turn).astype(int), np.searchsorted(self.far, distance).clip(1) - 1
        before, after = (np.arctan(self.slopes[who, each % AZIMUTHS, reached]) for each in (low, low + 1))
        horizon = before + (turn - low) * (after - before)
        degrees: Array = np.degrees(np.arctan2(way[..., 2], distance) - horizon)
        return degrees


def lifted(heights: NDArray[np.float32], place: NDArray[np.float32]) -> NDArray[np.float32]:
    """Heights between those of the grid at places (..., 2), counted in its cells; -inf beside it."""
    side = len(heights)
    low = place.astype(np.int32).clip(0, side - 2)
    across, upward = np.moveaxis(place - low, -1, 0)
    corner, flat = low[..., 0] * side + low[..., 1], heights.ravel()
    with np.errstate(invalid="ignore"):
        left = flat[corner] * (1 - upward) + flat[corner + 1] * upward
        right = flat[corner + side] * (1 - upward) + flat[corner + side + 1] * upward
        height = left * (1 - across) + right * across
    there = (across >= 0) & (across <= 1) & (upward >= 0) & (upward <= 1)
    return np.where(there & ~np.isnan(height), height, np.float32(-np.inf))


class Views:
    """Candidates: all pairs of `thetas` (t,) and `phis` (p,), the angles at the beginning. `eyes` (t, p, moments, 3) is
    where they look from, and `axes` (t, p, moments, 3, 3) their columns right, up and to the camera.
    """

    def __init__(self, camera: Any, wanted: Wanted, box: Array, aspect: float, thetas: Array, phis: Array) -> None:
        self.thetas, self.phis = thetas, phis
        turns = [CameraPath(replace(camera, theta=theta, phi=0.0), 0.0, 1.0) for theta in thetas.tolist()]
        tilts = [CameraPath(replace(camera, theta=0.0, phi=phi), 0.0, 1.0) for phi in phis.tolist()]
        theta = np.array([[way.aim(second).theta for second in wanted.seconds] for way in turns])[:, None]
        aims = [[way.aim(second) for second in wanted.seconds] for way in tilts]
        phi = np.array([[aim.phi for aim in way] for way in aims])[None]
        self.axes = axes_of(*np.broadcast_arrays(theta, phi))
        self.room = FRAME_HEIGHT * np.array([aspect, 1.0]) * ROOM
        self.scale, shift = filled(box @ self.axes, self.room)
        zoom = np.array([aim.zoom for aim in aims[0]])
        shift = np.where(wanted.framed[:, None], shift[:, :, None], 0.0)
        scale = (self.scale[..., None] / zoom)[..., None]
        right, up, toward = np.moveaxis(self.axes, -1, 0)
        away = toward / K - right * shift[..., :1] - up * shift[..., 1:]
        self.eyes = wanted.subjects + scale * away

    def on_screen(self, points: Array) -> Array:
        """Where points (n, 3) about the subject stand at the last moment, in frame units, (t, p, n, 2)."""
        seen = points @ self.axes[:, :, -1] / self.scale[..., None, None]
        place: Array = seen[..., :2] / np.maximum(1 - K * seen[..., 2:], 0.05)
        return place


def axes_of(theta: Array, phi: Array) -> Array:
    """`framing.rotation` of many angles (...) in degrees, (..., 3, 3)."""
    t, p = np.radians(theta), np.radians(phi)
    rows = [
        [np.cos(t), -np.sin(t) * np.cos(p), np.sin(t) * np.sin(p)],
        [np.sin(t), np.cos(t) * np.cos(p), -np.cos(t) * np.sin(p)],
        [np.zeros_like(t), np.sin(p), np.cos(p)],
    ]
    return np.moveaxis(np.array(rows), (0, 1), (-2, -1))


def filled(seen: Array, room: Array) -> tuple[Array, Array]:
    """About the scale (t, p) and the shift (t, p, 2) at which points that candidates see, (t, p, moments, n, 3), fill a
    room (2,) about the middle, as `framing.fit` finds them.
    """
    seen = seen.reshape(*seen.shape[:2], -1, 3)
    scale, shift = np.ones(seen.shape[:2]), np.zeros((*seen.shape[:2], 2))
    for _ in range(10):
        depth = np.maximum(1 - K * seen[..., 2:] / scale[..., None, None], 0.05)
        place = (seen[..., :2] / scale[..., None, None] + shift[..., None, :]) / depth
        low, high = place.min(axis=-2), place.max(axis=-2)
        scale = scale * (np.maximum(high - low, 1e-6) / room).max(axis=-1) ** 0.8
        shift = shift - (low + high) / 2
    return scale, shift


def choose(camera: Any, display: Display, wanted: Wanted, aspect: float) -> tuple[float, float]:
    """The (theta, phi) in degrees from which a camera section sees best what is wanted, in a picture of that aspect; an
    angle that the section gives is kept.

    Of candidates from which ENOUGH of the ends are seen the one of most worth; where there is none, steeper ones are
    asked too, and at last the one that shows most of them is taken. Of equals it is the nearest to the usual angles.
    """
    judge = Judge(display, wanted)
    middle = np.array([0, 0, (display.floor + display.ceiling) / 2])
    size = np.array([*(display.half_size + LABELS), (display.ceiling - display.floor) / 2])
    corners = size * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    around = (USUAL.theta + np.arange(0, 360, AROUND) + 180) % 360 - 180
    thetas = around if camera.theta == "auto" else np.array([float(camera.theta)])
    rows = [DOWN, *([phi] for phi in STEEPER)] if camera.phi == "auto" else [[camera.phi]]
    best = (-1.0, 0.0, 0.0)
    for phis in rows:
        views = Views(camera, wanted, corners, aspect, thetas, np.array(phis, float))
        seen, worth = judge.of(views, middle)
        enough = np.minimum(seen, ENOUGH)
        order = np.lexsort((far_off(views).ravel(), -worth.ravel(), -enough.ravel()))
        t, p = np.unravel_index(order[0], worth.shape)
        if enough[t, p] > best[0]:
            best = (float(enough[t, p]), float(thetas[t]), float(phis[p]))
        if best[0] >= ENOUGH:
            break
    return best[1:]


class Judge:
    """What speaks for and against views of what is wanted."""

    def __init__(self, display: Display, wanted: Wanted) -> None:
        self.wanted = wanted
        ends, ways, land = len(wanted.ends), len(wanted.ways), len(wanted.land)
        lift = np.array([[[0.0]], [[0.5]], [[-0.5]]]) * [0, 0, wanted.radius]  # how much of a ball is seen counts too
        points = np.concatenate([(wanted.ends + lift).reshape(-1, 3), wanted.ways, wanted.land])
        heights = heights_of(display)
        self.horizons = Horizons(points, heights, display.half_size)
        self.facets = facets(heights[::FACET, ::FACET], 2 * display.half_size * FACET / (GRID - 1))
        moments = np.arange(len(wanted.seconds))
        after = wanted.seconds >= wanted.over - 1e-9
        self.final = every(np.arange(3 * ends), moments[after])
        self.before = every(np.arange(ends), moments[~after])
        way = 3 * ends + np.arange(ways)
        self.ways = np.tile(way, 2), np.append(wanted.when, np.full(ways, moments[-1]))
        worth = np.append(wanted.worth, np.full(ways, TRAIL))
        self.worth = worth / max(float(worth.sum()), 1e-12)
        self.land = every(3 * ends + ways + np.arange(land), moments[len(moments) // 2, None])

    def of(self, views: Views, middle: Array) -> tuple[Array, Array]:
        """Of each candidate the share of the ends whose middle is seen at last, and all that speaks for it, (t, p)."""
        wanted, final = self.wanted, self.shown(views, self.final)
        seen = mean(final[..., self.final[0] < len(wanted.ends)] > 0.5)
        worth = LAST * mean(final) + BEFORE * mean(self.shown(views, self.before))
        worth += WAYS * self.shown(views, self.ways) @ self.worth + LAND * mean(self.shown(views, self.land))
        worth += LARGE * extent(views, wanted.ways - middle) + APART * extent(views, wanted.ends - middle)
        worth -= (
            BACK * self.from_below(views) + BESIDE * behind(views, wanted.goals - wanted.starts) + CALM * far_off(views)
        )
        return np.round(seen, 3), np.round(worth * FINE) / FINE

    def from_below(self, views: Views) -> Array:
        """The share of the landscape, as it lies in the picture, that turns its underside to the camera, (t, p)."""
        turned = views.axes[:, :, len(self.wanted.seconds) // 2, :, 2] @ self.facets.T
        share: Array = np.maximum(-turned, 0).sum(axis=-1) / np.maximum(np.abs(turned).sum(axis=-1), 1e-9)
        return share

    def shown(self, views: Views, looks: tuple[Indices, Indices]) -> Array:
        """How well points are seen at moments (k,), from 0 to 1, (t, p, k)."""
        who, when = looks
        clear = self.horizons.clear(who, views.eyes[:, :, when])
        share: Array = np.clip(0.5 + clear / (2 * SOFT), 0, 1)
        return share


def facets(heights: Array, sides: Array) -> Array:
    """Normals (n, 3), as long as the area, of the cells (of two `sides`) between heights that are all there."""
    heights = np.where(np.isfinite(heights), heights, np.nan)
    along = (heights[1:, :-1] + heights[1:, 1:] - heights[:-1, :-1] - heights[:-1, 1:]) / 2
    across = (heights[:-1, 1:] + heights[1:, 1:] - heights[:-1, :-1] - heights[1:, :-1]) / 2
    normals = np.stack([-along * sides[1], -across * sides[0], np.full_like(along, sides.prod())], axis=-1)
    whole: Array = normals[np.isfinite(normals).all(axis=-1)]
    return whole


def every(points: Indices, moments: Indices) -> tuple[Indices, Indices]:
    """Each of the points at each of the moments."""
    return np.repeat(points, len(moments)), np.tile(moments, len(points))


def mean(shares: NDArray[Any]) -> Array:
    """Over the last axis; where there is nothing to see, all of it is seen."""
    return np.mean(shares, axis=-1) if shares.shape[-1] else np.ones(shares.shape[:-1])


def extent(views: Views, points: Array) -> Array:
    """How far points (k, 3) about the subject spread on the screen, the root of mean squares, next to the view in which
    they do most, (t, p).
    """
    if not len(points):
        return np.zeros(views.scale.shape)
    spread = np.sqrt(views.on_screen(points).var(axis=-2).sum(axis=-1))
    large: Array = spread / max(float(spread.max()), SPREAD)
    return large


def behind(views: Views, ways: Array) -> Array:
    """How straight towards the camera the ways (balls, 3) from starts to goals lead, 0 ... 1, the mean, (t, p)."""
    if not len(ways):
        return np.zeros(views.scale.shape)
    length = np.hypot(*ways.T[:2])
    level = ways[:, :2] / np.maximum(length, 1.0)[:, None]  # short ones hardly lead anywhere
    toward = views.axes[:, :, -1, :2, 2]
    toward = toward / np.maximum(np.linalg.norm(toward, axis=-1, keepdims=True), 1e-9)
    straight: Array = np.maximum(2 * toward @ level.T - 1, 0).mean(axis=-1)
    return straight


def far_off(views: Views) -> Array:
    """How unfamiliar candidates are, (t, p): 1 where they are turned from the usual angles by a quarter, or tilted by
    TILTED; more than that is worse than twice as bad, x would run from right to left.
    """
    around = np.abs((views.thetas - USUAL.theta + 180) % 360 - 180) / 90
    return around[:, None] ** 2 + ((views.phis - USUAL.phi) / TILTED) ** 2
