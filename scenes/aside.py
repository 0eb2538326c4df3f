"""Where balls meet, their drawing steps aside so that each can be told from the others. Pure numpy.

Trajectories, trails, contact points and shadows stay what they are: only the balls' own discs give way, by at most
REACH radii, low-passed over CALM seconds of film, and only while both of a pair are slow. All of it is known before
anything is drawn, so a moment does not depend on what was drawn before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenes.display import Display

Array = NDArray[np.float64]
REACH = 1.1  # radii
CALM = 0.4  # seconds of film that an offset is averaged over
SLOW = (2.0, 5.0)  # radii a second: below the first a ball is slow, above the second it is not
RATE = 60  # nodes a second
CROWD = 16  # with more balls than this nobody steps aside
HALF = round(CALM * RATE / 2)


def step_aside(
    display: Display, points: Array, travelled: Array, group: NDArray[np.int_], radius: float, out: Array
) -> Array:
    """Offsets (balls, nodes, 2) in display units at nodes RATE a second.

    points (balls, nodes, 2) of the domain; travelled (balls, nodes), display units each ball has come until then, so
    that a ball that trembles is not slow; group (balls,), the entry of each; out (balls, 2), the way each leaves by.
    """
    plate = display.to_plate(points)
    if len(plate) > CROWD or len(np.unique(group)) < 2:
        return np.zeros_like(plate)
    wanted = separate(plate, calm_parts(travelled, radius), group, slots(group, out), radius)
    if not wanted.any():
        return wanted
    offset = on_plate(display, plate, low_pass(on_plate(display, plate, wanted)))
    fallen = into_holes(display, points, plate, offset)
    if fallen.any():
        wanted[widened(fallen)] = 0
        offset = on_plate(display, plate, low_pass(on_plate(display, plate, wanted)))
        offset[into_holes(display, points, plate, offset).any(axis=1)] = 0
    return offset


def calm_parts(travelled: Array, radius: float) -> Array:
    """(balls, nodes): 1 where a ball is slow for all of the time that an offset there is averaged over, 0 where at any
    of it it is fast."""
    speed = np.abs(np.diff(travelled, axis=1)) * RATE / radius
    around = np.maximum(np.pad(speed, ((0, 0), (1, 0))), np.pad(speed, ((0, 0), (0, 1))))
    share = np.clip((SLOW[1] - around) / (SLOW[1] - SLOW[0]), 0, 1)
    padded = np.pad(share * share * (3 - 2 * share), ((0, 0), (HALF, HALF)), mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * HALF + 1, axis=1).min(axis=-1)


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
    angles[order] = even + (np.angle(turned) if abs(turned) > 1e-9 else 0.0)
    return angles[np.searchsorted(entries, group)]


def separate(plate: Array, calm: Array, group: NDArray[np.int_], angles: Array, radius: float) -> Array:
    """Offsets that would part every pair of balls of different entries so that they just do not touch, as far as REACH
    allows and both are calm.

    A pair parts along the line between them; the nearer they are to one place, the more along the line between their
    places on the ring.
    """
    offset, reach = np.zeros_like(plate), REACH * radius
    places = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    for i in range(len(plate)):
        for j in range(i + 1, len(plate)):
            if group[i] == group[j]:
                continue
            apart = plate[i] - plate[j]
            distance = np.linalg.norm(apart, axis=-1)
            give = calm[i] * calm[j] * np.clip(reach - distance / 2, 0, reach)
            if not give.any():
                continue
            on_ring = np.arctan2(*(places[i] - places[j])[::-1])
            share = np.clip(distance / (0.4 * radius), 0, 1)
            turn = np.angle(np.exp(1j * (np.arctan2(apart[:, 1], apart[:, 0]) - on_ring)))
            angle = on_ring + share * share * (3 - 2 * share) * turn
            push = give[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
            offset[i] += push
            offset[j] -= push
    length = np.linalg.norm(offset, axis=-1, keepdims=True)
    return offset * np.minimum(1, reach / np.maximum(length, 1e-12))


def low_pass(values: Array) -> Array:
    """Weighted mean over CALM seconds around each node of values (balls, nodes, 2); no weight at its ends."""
    from scipy.ndimage import correlate1d

    weights = 1 + np.cos(np.pi * np.arange(-HALF, HALF + 1) / HALF)
    return correlate1d(values, weights / weights.sum(), axis=1, mode="nearest")


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

    return maximum_filter1d(mask.astype("u1"), 2 * HALF + 1, axis=1, mode="nearest") > 0
