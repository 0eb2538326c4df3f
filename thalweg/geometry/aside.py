"""Where balls meet, their drawing steps aside so that each can be told from the others. Pure numpy.

Trajectories, trails, contact points and shadows stay what they are: only the balls' own discs give way, by at most
REACH radii, low-passed over CALM seconds of film, and only while a ball gets nowhere, however much it trembles. Where
it stands is followed from the film's first moment on: who has a place keeps it until another needs room, so nobody
moves while the paths rest. All of it is known before anything is drawn, so a moment does not depend on what was drawn
before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.display import Display

Array = NDArray[np.float64]
REACH = 1.1  # radii
CALM = 0.4  # seconds of film that an offset is averaged over
SLOW = (1.2, 2.4)  # radii that a slow ball's way spans within CALM: below the first it is slow, above the second not
NEAR = (2.4, 3.4)  # radii to the next ball: below the first there is need to step aside, above the second there is none
HASTE = 4.0  # radii a second that a ball moves aside, at most
HOME = 1.5  # seconds in which a ball that nobody pushes comes back
RISE = 0.3  # radii; a ball that steps up a valley's wall goes no higher than this above what it would along it
STEEPEST = 3.0  # slope that is told from steeper ones
RATE = 60  # nodes a second
CROWD = 16  # with more balls than this nobody steps aside
HALF = round(CALM * RATE / 2)
ASKEW = 0.05  # radians that places are turned by, so that nobody is pushed exactly across a valley
ROUNDS = 3  # of pushing at each node
LOOK = 6  # nodes from one look at the slopes below to the next


def step_aside(
    display: Display, points: Array, spans: Array, group: NDArray[np.int_], radius: float, out: Array
) -> Array:
    """Offsets (balls, nodes, 2) in display units at nodes RATE a second.

    points (balls, nodes, 2) of the domain; spans (balls, nodes) of their ways, see `spanned`; group (balls,), the entry
    of each; out (balls, 2), the way each leaves by.
    """
    plate = display.to_plate(points)
    if len(plate) > CROWD or len(np.unique(group)) < 2:
        return np.zeros_like(plate)
    calm = calm_parts(spans, radius)
    mean = low_pass(plate)  # of a ball that trembles, where it is
    reach = calm * near_parts(mean, group, radius)
    if not reach.any():
        return np.zeros_like(plate)
    wanted = separate(mean, calm, reach, valleys(display, mean, radius), group, slots(group, out), radius)
    offset = on_plate(display, plate, low_pass(on_plate(display, plate, wanted)))
    fallen = into_holes(display, points, plate, offset)
    if fallen.any():
        wanted[widened(fallen)] = 0
        offset = on_plate(display, plate, low_pass(on_plate(display, plate, wanted)))
        offset[into_holes(display, points, plate, offset).any(axis=1)] = 0
    return offset


def spanned(steps: Array, at_nodes: Array, dense: Array, way: Array) -> Array:
    """The diagonal (balls, nodes) of the box around all of a ball's way within CALM before each node, or within CALM
    after it if that is less: a ball that leaves or arrives is no more fast where it rests, one on its way is.

    steps (nodes,), ascending, and where the balls are then, (balls, nodes, 2); the same of their ways between: dense
    (samples,), way (balls, samples, 2).
    """
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    order = np.argsort(np.concatenate([steps, dense]), kind="stable")
    begin = np.flatnonzero(order < len(steps))
    everything = np.concatenate([at_nodes, way], axis=1)[:, order]
    high, low = (extreme.reduceat(everything, begin, axis=1) for extreme in (np.maximum, np.minimum))
    each = dict(size=2 * HALF + 1, axis=1, mode="nearest")
    boxes = [
        maximum_filter1d(high, origin=side, **each) - minimum_filter1d(low, origin=side, **each)
        for side in (HALF, -HALF)
    ]
    spans: Array = np.linalg.norm(boxes, axis=-1).min(axis=0)
    return spans


def smooth_fall(values: Array, limits: tuple[float, float]) -> Array:
    """1 below the first limit, 0 above the second."""
    share = np.clip((limits[1] - values) / (limits[1] - limits[0]), 0, 1)
    return share * share * (3 - 2 * share)


def calm_parts(spans: Array, radius: float) -> Array:
    """(balls, nodes): 1 where a ball is slow for all of the time that an offset there is averaged over, 0 where at any
    of it it is fast."""
    from scipy.ndimage import minimum_filter1d

    calm: Array = minimum_filter1d(smooth_fall(spans / radius, SLOW), 2 * HALF + 1, axis=1, mode="nearest")
    return calm


def near_parts(plate: Array, group: NDArray[np.int_], radius: float) -> Array:
    """(balls, nodes): 1 where a ball of another entry is near, 0 where none is."""
    nearest = np.full(plate.shape[:2], np.inf)
    for i in range(len(plate)):
        for j in np.flatnonzero(group != group[i]):
            nearest[i] = np.minimum(nearest[i], np.linalg.norm(plate[i] - plate[j], axis=-1))
    return smooth_fall(nearest / radius, NEAR)


def valleys(display: Display, plate: Array, radius: float) -> Array:
    """Matrices (balls, nodes, 2, 2) that map the unit disc to where a ball may step: all of it on level ground, less
    across a valley or a ridge than along it, and up and down a slope no farther than along its contour line."""
    nodes = np.arange(0, plate.shape[1] + LOOK - 1, LOOK).clip(max=plate.shape[1] - 1)
    ways = np.array([[1, 0], [0, 1], [0.5**0.5, 0.5**0.5]]) * REACH * radius
    around = plate[:, nodes, None] + np.concatenate([0 * ways[:1], ways, -ways])
    height = display.to_world(display.from_plate(around))[..., 2]
    bend = (height[..., 1:4] + height[..., 4:7]) / 2 - height[..., :1]
    twist = bend[..., 2] - (bend[..., 0] + bend[..., 1]) / 2
    bends = np.stack([bend[..., 0], twist, twist, bend[..., 1]], axis=-1).reshape(*bend.shape[:2], 2, 2)
    values, axes = np.linalg.eigh(bends)
    sizes = np.abs(values)
    room = np.sqrt((RISE * radius + sizes.min(axis=-1, keepdims=True)) / np.maximum(sizes, 1e-12))
    disc = np.einsum("...ik,...k,...jk->...ij", axes, np.clip(room, 0.4, 1), axes)
    slope = (height[..., 1:3] - height[..., 4:6]) / (2 * REACH * radius)
    steep = np.linalg.norm(slope, axis=-1)[..., None, None]
    downhill = slope[..., :, None] * slope[..., None, :] / np.maximum(steep * steep, 1e-12)
    disc = (np.eye(2) - (1 - 1 / np.sqrt(1 + np.minimum(steep, STEEPEST) ** 2)) * downhill) @ disc
    discs: Array = disc[:, np.arange(plate.shape[1]) // LOOK]
    return discs


def slots(group: NDArray[np.int_], out: Array) -> Array:
    """The angle (balls,) of each ball's place on a ring: one place for each entry, evenly, those who leave in one
    direction on that side, so that nobody leaves through another."""
    entries = np.unique(group)
    heading = np.array([np.arctan2(*out[group == entry].sum(axis=0)[::-1]) for entry in entries])
    order = np.argsort(heading, kind="stable")
    gaps = np.diff(np.append(heading[order], heading[order][0] + 2 * np.pi))
    order = np.roll(order, -(int(gaps.argmax()) + 1))  # begin after the widest gap
    even = 2 * np.pi * np.arange(len(entries)) / len(entries)
    turned = np.exp(1j * (heading[order] - even)).sum()
    angles = np.zeros(len(entries))
    angles[order] = even + (np.angle(turned) if abs(turned) > 1e-9 else 0.0) + ASKEW
    return angles[np.searchsorted(entries, group)]


def separate(
    plate: Array, calm: Array, reach: Array, valley: Array, group: NDArray[np.int_], angles: Array, radius: float
) -> Array:
    """Offsets (balls, nodes, 2) that part balls of different entries so that they just do not touch, as far as REACH
    and `valley` (balls, nodes, 2, 2) allow.

    A ball goes from where it stood a moment before, pushed by those in its way as far as they are calm, and otherwise
    comes slowly home; `reach` (balls, nodes) is the share of its room that it may use. At the start balls have places
    on a ring, at `angles`.
    """
    crawl, limit = HASTE * radius / RATE, REACH * radius * reach
    places = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    tie = 0.02 * radius * (places[:, None] - places)
    others, inverse, easy = group[:, None] != group, np.linalg.inv(valley), valley @ np.swapaxes(valley, -1, -2)
    offset, now = np.zeros_like(plate), within(0.02 * radius * places, inverse[:, 0], limit[:, 0])
    for node in range(plate.shape[1]):
        if not now.any() and not limit[:, node].any():
            continue
        before, pushing, room = now, others * calm[:, node], (inverse[:, node], limit[:, node])
        for _ in range(ROUNDS if node else 60 * ROUNDS):
            last, pushed = now, push(plate[:, node] + now, pushing, tie, radius)
            now = now + np.einsum("nij,nj->ni", easy[:, node], pushed)  # a ball on a wall slides off along the valley
            now = within(now * (1 - 1 / (HOME * RATE * ROUNDS)), *room)
            if np.abs(now - last).max() < 1e-5 * radius:
                break
        if node:
            moved = now - before
            length = np.linalg.norm(moved, axis=-1, keepdims=True)
            now = within(before + moved * np.minimum(1, crawl / np.maximum(length, 1e-12)), *room)
        offset[:, node] = now
    return offset


def push(shown: Array, pushing: Array, tie: Array, radius: float) -> Array:
    """How balls shown (balls, 2) are pushed, (balls, 2), by those that are nearer than two REACH; pushing (balls,
    balls), how much each gives way to each; tie (balls, balls, 2), the way they part where they are at one place."""
    apart = shown[:, None] - shown
    distance = np.sqrt((apart * apart).sum(axis=-1))
    force = pushing * np.maximum(2 * REACH * radius - distance, 0) / 2
    way = apart + tie * np.maximum(1 - distance / (0.3 * radius), 0)[..., None]  # or a ring would turn for ever
    share = force / np.maximum(np.sqrt((way * way).sum(axis=-1)), 1e-12)
    share *= (2 / (np.count_nonzero(force, axis=1) + 1.0))[:, None]
    pushed: Array = (share[..., None] * way).sum(axis=1)
    return pushed


def within(offset: Array, inverse: NDArray[np.floating], limit: Array) -> Array:
    """Offsets (balls, 2), shortened where `inverse` (balls, 2, 2) of them is longer than `limit` (balls,)."""
    length = np.sqrt((np.einsum("nij,nj->ni", inverse, offset) ** 2).sum(axis=-1))
    shortened: Array = offset * np.minimum(1, limit / np.maximum(length, 1e-12))[:, None]
    return shortened


def low_pass(values: Array) -> Array:
    """Weighted mean over CALM seconds around each node of values (balls, nodes, 2); no weight at its ends."""
    from scipy.ndimage import correlate1d

    weights = 1 + np.cos(np.pi * np.arange(-HALF, HALF + 1) / HALF)
    means: Array = correlate1d(values, weights / weights.sum(), axis=1, mode="nearest")
    return means


def on_plate(display: Display, plate: Array, offset: Array) -> Array:
    """Balls on the plate are not pushed over its edge."""
    half = display.half_size
    inside = (np.abs(plate) <= half).all(axis=-1, keepdims=True)
    return np.where(inside, np.clip(plate + offset, -half, half) - plate, offset)


def into_holes(display: Display, points: Array, plate: Array, offset: Array) -> NDArray[np.bool_]:
    """(balls, nodes) whether an offset leads from where the surface is shown to where it is not."""
    fallen, moved = np.zeros(plate.shape[:2], bool), offset.any(axis=-1)
    aside = display.from_plate(plate[moved] + offset[moved])
    fallen[moved] = display.shown(points[moved]) & ~display.shown(aside)
    return fallen


def widened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True within half of CALM around what is."""
    from scipy.ndimage import maximum_filter1d

    wide: NDArray[np.bool_] = maximum_filter1d(mask.astype("u1"), 2 * HALF + 1, axis=1, mode="nearest") > 0
    return wide
