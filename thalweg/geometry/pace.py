"""Pace: how many seconds of film each step gets. Pure numpy.

Even pace gives every step the same time. Dramatic pace gives time where there is something to see: a look at the
landscape, the first steps one by one, then time in proportion to visible motion, slower where it is decided which
minimum a ball falls into, and a hold on the result.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.display import PLATE, Display
from thalweg.geometry.playback import Timing

Array = NDArray[np.float64]
FULL_LENGTH = 10.0  # shorter films shrink opening, slow steps and hold in proportion
SLOW_STEP = 0.5  # seconds of each of the first steps
MOST_NODES = 3000


def make_timing(
    display: Display,
    positions: Array,
    minima: Array,
    pace: str,
    seconds: float | None,
    intro: float,
    hold: float,
    slow_steps: int,
) -> Timing:
    """positions (balls, steps + 1, 2) without NaN; minima (m, 2); `seconds`, the whole length, or None to let it be
    chosen.
    """
    steps = positions.shape[1] - 1
    if seconds is None:
        seconds = intro + hold + float(np.clip(4 + 0.02 * steps, 7, 15))
    shrink = min(1.0, seconds / FULL_LENGTH)
    fixed = intro + hold
    if fixed * shrink > 0.8 * seconds:  # the race keeps at least a fifth of the film
        shrink = 0.8 * seconds / fixed
    intro, hold = intro * shrink, hold * shrink
    run = seconds - intro - hold
    nodes = np.unique(np.linspace(0, steps, min(steps, MOST_NODES) + 1).astype(int)).astype(float)
    if pace == "even":
        share = np.diff(nodes)
    else:
        share = dramatic(display, positions[:, nodes.astype(int)], minima)
    slow = min(slow_steps if pace == "dramatic" and len(nodes) == steps + 1 else 0, len(share) // 4)
    slow_time = min(slow * SLOW_STEP * shrink, 0.4 * run)
    times, shown = [np.array([0.0, intro])], [np.zeros(2)]
    ease = np.linspace(0, 1, 13)[1:]
    for k in range(slow):  # each of the first steps starts and ends at rest
        times.append(intro + slow_time / slow * (k + ease))
        shown.append(k + ease * ease * (3 - 2 * ease))
    rest = np.cumsum(share[slow:]) / share[slow:].sum() * (run - slow_time)
    times.append(intro + slow_time + rest)
    shown.append(nodes[slow + 1 :])
    times.append(np.array([seconds]))
    shown.append(np.array([float(steps)]))
    return Timing(intro, hold, seconds, np.concatenate(times), np.concatenate(shown))


def dramatic(display: Display, positions: Array, minima: Array) -> Array:
    """Relative time of each interval between the positions (balls, n + 1, 2): a base, visible motion, and the
    decision.
    """
    plate = display.to_plate(positions)
    moved = np.minimum(np.linalg.norm(np.diff(plate, axis=1), axis=-1), PLATE / 4)
    motion = moved.mean(axis=0) + 0.5 * moved.max(axis=0)
    motion = smooth(motion, max(1.0, len(motion) / 60))
    share = 0.45 * motion.mean() + motion + 1e-9
    count = len(share)
    for step in decisions(plate, display.to_plate(minima)) if len(minima) > 1 else []:
        share *= 1 + 0.8 * np.exp(-0.5 * ((np.arange(count) - step) / max(0.03 * count, 1.5)) ** 2)
    return smooth(share, max(1.0, count / 100))


def decisions(plate: Array, minima: Array) -> list[int]:
    """For each ball whose nearest minimum changes on its way, the step at which it changes for the last time; without
    repeats.
    """
    found: list[int] = []
    for path in plate:  # by ball: of a swarm and many minima all distances at once would not fit into memory
        nearest = np.linalg.norm(path[:, None] - minima, axis=-1).argmin(axis=-1)
        changes = np.flatnonzero(nearest[1:] != nearest[:-1])
        if len(changes) and all(abs(int(changes[-1]) - other) > 0.08 * len(path) for other in found):
            found.append(int(changes[-1]))
            if len(found) == 3:
                break
    return found


def smooth(values: Array, width: float) -> Array:
    """Gaussian mean over about `width` neighbours, edges repeated."""
    reach = int(3 * width) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    return np.convolve(np.pad(values, reach, mode="edge"), kernel / kernel.sum(), mode="valid")
