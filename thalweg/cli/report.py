"""What --check prints: where every entry of a config ends, and what its surface demands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from thalweg.errors import one_line
from thalweg.experiment.experiment import Entry, Experiment
from thalweg.experiment.fair import NAMES, Fair, fair, nth
from thalweg.experiment.outcome_words import Say, lines, place
from thalweg.experiment.outcomes import DIVERGED, LEFT, Array, Facts, Outcomes, median, outcomes_of
from thalweg.spec.labels import words
from thalweg.typeset.numbers import MINUS, Format, medians

if TYPE_CHECKING:
    from thalweg.calculus.landmarks import Curve
    from thalweg.engine import Trajectory
    from thalweg.film.shot import Shot

MOST = 6  # minima that are listed one by one
PLURALS = {"minimum": "minima", "saddle": "saddles", "maximum": "maxima"}


def report(shot: Shot, trajectories: Sequence[Trajectory], every: Sequence[Trajectory] | None = None) -> Iterator[str]:
    """One line about the shot, one for each entry, some about the surface's critical points and about the picture, and
    for a listed pace which steps are shown when; `every` are the trajectories with all their steps.
    """
    video, experiment = shot.video, shot.experiment
    length = f", {words(video.seconds)} s" if video.seconds else ""
    picture = f"{video.width}x{video.height} at {video.fps} frames/s{length}"
    if experiment is None:
        yield one_line(f"{shot.path}: ok, {shot.kind}, {picture}")
        return
    balls = sum(len(entry.starts) for entry in experiment.entries)
    surface = experiment.surface.name or getattr(experiment.surface, "file", "a formula")
    noise = f", noise: {experiment.noise.words}" if experiment.noise else ""
    yield one_line(
        f"{shot.path}: ok, {shot.kind} on {surface}, {balls} ball{'s' * (balls != 1)}, "
        f"{experiment.steps} steps{noise}, {picture}"
    )
    yield from _rolled(experiment, trajectories, balls)
    z_scale = getattr(shot.style, "z_scale", None)
    if z_scale is not None:
        from thalweg.geometry.display import display_of

        yield from (f"  picture: {line}" for line in display_of(experiment.surface, trajectories, z_scale).notes)
    if getattr(shot.options, "fair", False):
        yield from map(one_line, _ranks(fair(experiment, every or trajectories), experiment.entries))
    if not isinstance(video.pace, str):
        yield from _plan(shot, every or trajectories)


def wants_every_step(shot: Shot) -> bool:
    """Whether more is to be said of it than `record` may keep."""
    return not isinstance(shot.video.pace, str) or bool(getattr(shot.options, "fair", False))


def _ranks(found: Fair, entries: Sequence[Entry]) -> Iterator[str]:
    """'  a fair race? After ...' and a line for each entry: '1st  Adam  loss -0.68; with half the lr 2nd, ...'."""
    yield f"  a fair race? {found.words()}"
    width = max(len(entry.label) for entry in entries)
    for entry, rank, loss, ghosts in zip(entries, found.rank, found.loss, found.ghosts, strict=True):
        others = ", ".join(f"with {NAMES[each.factor]} {nth(each.rank)} (loss {each.loss:.6g})" for each in ghosts)
        own = f"loss {loss:.6g}" if rank else "takes no part"
        none = "it has no lr to halve or to double" if rank else "it is a recording"
        yield f"    {nth(rank) if rank else '-':>4}  {entry.label:{width}}  {own}; {others or none}"


def _plan(shot: Shot, trajectories: Sequence[Trajectory]) -> Iterator[str]:
    """'  pace, 14 s' and a line for each part of the film: its seconds, name and steps."""
    from thalweg.geometry.display import display_of
    from thalweg.parts.motion import Motion

    z_scale = getattr(shot.style, "z_scale", "auto")
    display = display_of(shot.surface, trajectories, z_scale)
    motion = Motion(shot, trajectories, display, max(shot.video.width, shot.video.height))
    yield f"  pace, {words(round(motion.duration, 2))} s"
    for piece in motion.timing.pieces:
        begin, end = (f"{seconds:.2f}" for seconds in (piece.begin, piece.end))
        first, last = (words(round(step, 1)) for step in motion.steps_of(piece))
        steps = "" if first == last else f", steps {first} to {last}"
        yield f"    {begin:>6} to {end:>6} s  {piece.name}{steps}"


def _rolled(experiment: Experiment, trajectories: Sequence[Trajectory], balls: int) -> Iterator[str]:
    width, outcomes = max(len(entry.label) for entry in experiment.entries), outcomes_of(experiment, trajectories)
    say = _say(
        experiment.surface.value(np.concatenate([entry.starts for entry in experiment.entries])), trajectories, outcomes
    )
    for entry, trajectory, about in zip(experiment.entries, trajectories, outcomes.entries, strict=True):
        hyper = ", ".join(f"{name}={told}" for name, told in entry.details(words).items())
        ending = _ending(entry, trajectory, outcomes._replace(entries=(about,)), say)
        yield one_line(
            f"  {entry.label:{width}}  {hyper}: {ending}{_tested(experiment, trajectory, say)}{_memory(about)}"
        )
        if entry.recording and entry.recording.words:
            yield one_line(f"  {'':{width}}  {entry.recording.words}")
    if balls > len(experiment.entries) > 1:
        yield f"  all {balls} balls: {_counted(outcomes, say)}"
    yield from map(one_line, _landscape(outcomes, say))


def _ending(entry: Entry, trajectory: Trajectory, outcomes: Outcomes, say: Say) -> str:
    """'loss -0.68, in the minimum at (0.98, 0.99), loss -0.68, after 46 steps, 46 gradients' for one ball; counts for
    several.
    """
    (about,) = outcomes.entries
    effort = _effort(about) + _against(entry, outcomes)
    if len(entry.starts) > 1:
        return _counted(outcomes, say) + effort
    ended = f" at step {trajectory.last[0]}" if about.outcome[0] in (DIVERGED, LEFT) else ""
    (line,) = lines(outcomes, say, 2 * MOST, report=True)
    return f"loss {say(trajectory.loss[0, trajectory.ends[0]])}, {line.words}{ended}{effort}"


def _counted(outcomes: Outcomes, say: Say) -> str:
    """'5 in the minimum at (3, 2), loss 0; 2 still moving'."""
    return "; ".join(f"{sum(line.counts)} {line.words}" for line in lines(outcomes, say, 2 * MOST, report=True))


def _say(heights: Array, trajectories: Sequence[Trajectory], outcomes: Outcomes) -> Say:
    """Writes a loss, with more digits where the screen needs more; what is 0 but for rounding beside the heights of the
    starts (n,) is 0.
    """
    rounding = 4 * np.finfo(np.float64).eps * np.abs(heights).max()
    numbers = Format.of(medians(trajectories)).apart([each.value for each in outcomes.landmarks.minima])

    def say(loss: float) -> str:
        if abs(loss) <= rounding:
            return "0"
        finer = numbers.text(loss).replace(MINUS, "-") if numbers.kind in ("fixed", "offset") else ""
        six = f"{loss:.6g}"
        return finer if "e" in six and finer else six

    return say


def _effort(about: Facts) -> str:
    """', after 46 steps, 92 gradients'; of several balls medians of those in a minimum; empty where none is."""
    found = median(about)
    if found is None:
        return ""
    there, steps, asked = found
    names = (("value", "values"), ("gradient", "gradients"), ("Hessian", "Hessians"))
    counts = [f"{words(count)} {name[count != 1]}" for count, name in zip(asked, names, strict=True) if count > 0]
    whose = f"; of the {there} in a minimum the median is" if there > 1 else ", after"
    if there == 1 < len(about.steps):
        whose = "; the 1 in a minimum was there after"
    return ", ".join([f"{whose} {words(steps)} step{'s' * (steps != 1)}", *counts])


def _memory(about: Facts) -> str:
    """', 2 numbers stored per weight'."""
    return "" if about.stored < 0 else f", {about.stored} number{'s' * (about.stored != 1)} stored per weight"


def _tested(experiment: Experiment, trajectory: Trajectory, say: Say) -> str:
    """', test loss 0.4, lowest 0.3 after 12 steps' of one ball, the mean test loss of several; empty without any."""
    rows = np.arange(len(trajectory.last))
    ends = experiment.test_loss(trajectory.positions[rows, trajectory.ends])
    if ends is None:
        return ""
    if len(ends) > 1:
        return f", test loss {say(float(ends.mean()))} in the mean"
    losses = experiment.test_loss(trajectory.positions[0, : trajectory.ends[0] + 1])
    if losses is None or len(trajectory.steps) != trajectory.steps[-1] + 1 or np.isnan(losses).all():
        return f", test loss {say(float(ends[0]))}"
    step = int(np.nanargmin(losses))
    lowest = f", lowest {say(float(losses[step]))} after {step} step{'s' * (step != 1)}"
    return f", test loss {say(float(ends[0]))}{lowest if step < trajectory.last[0] else ''}"


def _against(entry: Entry, outcomes: Outcomes) -> str:
    """' (80 % of the limit there)' of plain gradient descent, the one whose limit 2 / curvature is."""
    there = np.unique(outcomes.entries[0].minimum[outcomes.entries[0].minimum >= 0])
    plain = entry.name == "sgd" and not getattr(entry.optimizer, "momentum", 0) and not entry.schedule
    if not plain or len(there) != 1:
        return ""
    share = entry.chosen["lr"] / outcomes.landmarks.critical_points[there[0]].stability_limit
    return f" (lr is {share:.0%} of the limit there)" if np.isfinite(share) and share else ""


def _landscape(outcomes: Outcomes, say: Say) -> Iterator[str]:
    """How many critical points there are, and below which learning rate gradient descent is stable where."""
    found, least = outcomes.landmarks.critical_points, "" if outcomes.landmarks.complete else "at least "
    kinds = Counter(each.kind for each in found)
    named = [f"{count} {kind if count == 1 else PLURALS.get(kind, kind)}" for kind, count in kinds.items()]
    named += _curves(outcomes.landmarks.curves, say)
    yield f"  critical points: {least if named else ''}" + (", ".join(named) or f"none{' found' if least else ''}")
    limits = np.concatenate([each.limit for each in outcomes.entries])
    rows = [(_span(limits), "at the start" if len(np.unique(limits)) == 1 else "at the starts")]
    minima = [each for each in found if each.kind == "minimum"]
    if len(minima) <= MOST:
        one = "a" if len(minima) == 1 and least else "the"
        rows += [
            (_span([each.stability_limit]), f"in {one} minimum at {place(each, outcomes.widths, minus='-')}")
            for each in minima
        ]
    else:
        rows.append((_span([each.stability_limit for each in minima]), f"in the {len(minima)} minima"))
    yield "  gradient descent is stable below a learning rate of"
    width = max(len(limit) for limit, _ in rows)
    yield from (f"    {limit:{width}}  {where}" for limit, where in rows)


def _curves(curves: Sequence[Curve], say: Say) -> list[str]:
    """Each curve of minima with its loss, or how many there are and between which losses."""
    if len(curves) <= MOST:
        return [f"a {'ring' if curve.closed else 'curve'} of minima, loss {say(curve.value)}" for curve in curves]
    losses = [curve.value for curve in curves]
    return [f"{len(curves)} curves of minima, losses from {say(min(losses))} to {say(max(losses))}"]


def _span(limits: Sequence[float] | Array) -> str:
    """'0.33 to 0.94'; 0 where there is no curvature, as on a kink, and any where nothing bends upwards."""
    known = np.nan_to_num(limits, posinf=np.inf)
    low, high = f"{known.min():.4g}", f"{known.max():.4g}"
    return (low if low == high else f"{low} to {high}").replace("inf", "any")
