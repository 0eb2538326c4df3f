"""What --check prints: where every entry of a config ends."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from configs.errors import one_line
from configs.experiment import Entry, Experiment
from configs.labels import words

if TYPE_CHECKING:
    from optimizers import Trajectory


def report(experiment: Experiment, trajectories: Sequence[Trajectory]) -> Iterator[str]:
    """One line about the config, one for each entry."""
    video, balls = experiment.video, sum(len(entry.starts) for entry in experiment.entries)
    surface = experiment.surface.name or getattr(experiment.surface, "file", "a formula")
    length = f", {words(video.seconds)} s" if video.seconds else ""
    noise = f", noise: {experiment.noise.words}" if experiment.noise else ""
    yield one_line(f"{experiment.path}: ok, {experiment.scene} on {surface}, {balls} ball{'s' * (balls != 1)}, "
                   f"{experiment.steps} steps{noise}, {video.width}x{video.height} at {video.fps} frames/s{length}")
    width = max(len(entry.label) for entry in experiment.entries)
    for entry, trajectory in zip(experiment.entries, trajectories, strict=True):
        hyper = ", ".join(f"{name}={words(value)}" for name, value in entry.given.items())
        yield one_line(f"  {entry.label:{width}}  {hyper}: {_ending(experiment, entry, trajectory)}")


def _ending(experiment: Experiment, entry: Entry, trajectory: Trajectory) -> str:
    """'loss -0.68 at the minimum (0.98, 0.99)' for one ball; counts for several."""
    balls = len(entry.starts)
    ends = trajectory.positions[np.arange(balls), trajectory.ends]
    fine = trajectory.status == "ok"
    where = np.full(balls, -1)
    if fine.any():
        where[fine] = experiment.surface.reached(ends[fine])
    places = []
    for ball in range(balls):
        if not fine[ball]:
            places.append(str(trajectory.status[ball]) + (f" at step {trajectory.last[ball]}" if balls == 1 else ""))
        elif where[ball] < 0:
            places.append("still moving")
        else:
            minimum = experiment.surface.minima[where[ball]]
            places.append(f"at the minimum ({minimum.x:.4g}, {minimum.y:.4g})")
    if balls == 1:
        return f"loss {trajectory.loss[0, trajectory.ends[0]]:.6g}, {places[0]}"
    return ", ".join(f"{count} {place}" for place, count in Counter(places).most_common())
