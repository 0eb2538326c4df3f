"""What --check prints: where every entry of a config ends, and what its surface demands."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from configs.errors import one_line
from configs.experiment import Entry, Experiment
from configs.facts import Array, Facts, facts
from configs.labels import words

if TYPE_CHECKING:
    from optimizers import Trajectory

MOST = 6     # minima that are listed one by one
PLURALS = {"minimum": "minima", "saddle": "saddles", "maximum": "maxima"}


def report(experiment: Experiment, trajectories: Sequence[Trajectory]) -> Iterator[str]:
    """One line about the config, one for each entry, and some about the surface's critical points."""
    video, balls = experiment.video, sum(len(entry.starts) for entry in experiment.entries)
    surface = experiment.surface.name or getattr(experiment.surface, "file", "a formula")
    length = f", {words(video.seconds)} s" if video.seconds else ""
    noise = f", noise: {experiment.noise.words}" if experiment.noise else ""
    yield one_line(f"{experiment.path}: ok, {experiment.scene} on {surface}, {balls} ball{'s' * (balls != 1)}, "
                   f"{experiment.steps} steps{noise}, {video.width}x{video.height} at {video.fps} frames/s{length}")
    width, told = max(len(entry.label) for entry in experiment.entries), facts(experiment, trajectories)
    for entry, trajectory, about in zip(experiment.entries, trajectories, told, strict=True):
        hyper = ", ".join(f"{name}={words(value)}" for name, value in entry.given.items())
        yield one_line(f"  {entry.label:{width}}  {hyper}: {_ending(experiment, entry, trajectory, about)}")
        if entry.recording and entry.recording.words:
            yield one_line(f"  {'':{width}}  {entry.recording.words}")
    yield from map(one_line, _landscape(experiment, told))


def _ending(experiment: Experiment, entry: Entry, trajectory: Trajectory, about: Facts) -> str:
    """'loss -0.68, at the minimum (0.98, 0.99) after 46 steps, 46 gradients' for one ball; counts for several."""
    balls, fine = len(entry.starts), trajectory.status == "ok"
    places = []
    for ball in range(balls):
        if not fine[ball]:
            places.append(str(trajectory.status[ball]) + (f" at step {trajectory.last[ball]}" if balls == 1 else ""))
        elif about.minimum[ball] < 0:
            places.append("still moving")
        else:
            minimum = experiment.surface.minima[about.minimum[ball]]
            places.append(f"at the minimum ({minimum.x:.4g}, {minimum.y:.4g})")
    effort = _effort(about) + _against(experiment, entry, about)
    if balls == 1:
        return f"loss {trajectory.loss[0, trajectory.ends[0]]:.6g}, {places[0]}{effort}"
    return ", ".join(f"{count} {place}" for place, count in Counter(places).most_common()) + effort


def _effort(about: Facts) -> str:
    """' after 46 steps, 92 gradients'; of several balls those of the one in the middle; empty where none arrived."""
    there = np.flatnonzero(about.steps >= 0)
    if not len(there):
        return ""
    middle = there[np.argsort(about.steps[there], kind="stable")[(len(there) - 1) // 2]]
    steps, asked = int(about.steps[middle]), about.until[middle].tolist()
    names = (("value", "values"), ("gradient", "gradients"), ("Hessian", "Hessians"))
    counts = [f"{count} {name[count != 1]}" for count, name in zip(asked, names, strict=True) if count > 0]
    half = ", half of those" if len(there) > 1 else ""
    return ", ".join([f"{half} after {steps} step{'s' * (steps != 1)}", *counts])


def _against(experiment: Experiment, entry: Entry, about: Facts) -> str:
    """' (80 % of the limit there)' of plain gradient descent, the one whose limit 2 / curvature is."""
    there = np.unique(about.minimum[about.minimum >= 0])
    plain = entry.name == "sgd" and not getattr(entry.optimizer, "momentum", 0) and not entry.schedule
    if not plain or len(there) != 1:
        return ""
    minimum = experiment.surface.minima[there[0]]
    found = next(each for each in experiment.surface.critical_points if each[:2] == minimum[:2])
    share = entry.given["lr"] / found.stability_limit
    return f" (lr is {share:.0%} of the limit there)" if np.isfinite(share) and share else ""


def _landscape(experiment: Experiment, told: Sequence[Facts]) -> Iterator[str]:
    """How many critical points there are, and below which learning rate gradient descent is stable where."""
    found = experiment.surface.critical_points
    kinds = Counter(each.kind for each in found)
    yield "  critical points: " + (", ".join(
        f"{count} {kind if count == 1 else PLURALS.get(kind, kind)}" for kind, count in kinds.items()) or "none")
    limits = np.concatenate([each.limit for each in told])
    rows = [(_span(limits), "at the start" if len(np.unique(limits)) == 1 else "at the starts")]
    minima = [each for each in found if each.kind == "minimum"]
    if len(minima) <= MOST:
        rows += [(_span([each.stability_limit]), f"at the minimum ({each.x:.4g}, {each.y:.4g})") for each in minima]
    else:
        rows.append((_span([each.stability_limit for each in minima]), f"at the {len(minima)} minima"))
    yield "  gradient descent is stable below a learning rate of"
    width = max(len(limit) for limit, _ in rows)
    yield from (f"    {limit:{width}}  {where}" for limit, where in rows)


def _span(limits: Sequence[float] | Array) -> str:
    """'0.33 to 0.94'; 0 where there is no curvature, as on a kink, and any where nothing bends upwards."""
    known = np.nan_to_num(limits, posinf=np.inf)
    low, high = f"{known.min():.4g}", f"{known.max():.4g}"
    return (low if low == high else f"{low} to {high}").replace("inf", "any")
