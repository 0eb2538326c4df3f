"""The second pass over the entries of the race: their balls, whether they fit into memory, schedules over the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg.engine import Optimizer
from thalweg.engine.record import kept_steps
from thalweg.errors import Mark, Report
from thalweg.experiment.experiment import PROJECTED, Entry
from thalweg.experiment.recorded import Recording
from thalweg.spec.document import Document, Draft
from thalweg.spec.labels import NOT_YET, Named, labels, words
from thalweg.spec.noise import check_noise
from thalweg.spec.schedules import check_schedules, words_of
from thalweg.spec.starts import Start, check_positions
from thalweg.system.machine import BALL_BYTES, RUN_BYTES, STATE_BYTES, memory_free, memory_needed, size


def named(drafts: Sequence[Draft], before: bool = False) -> list[str]:
    """The label of each entry; `before`: as long as nobody knows what a best_of finds."""
    made = []
    for draft in drafts:
        hyper, search = vars(draft.optimizer) if draft.optimizer else {}, draft.search
        if search and before:
            hyper = {**hyper, **dict.fromkeys(search.keys, NOT_YET)}
        told = (search.keys, search.brief) if search and not before else ((), "")
        made.append(Named(draft.name, _display(draft), hyper, draft.apart, draft.basics.label, *told))
    return labels(made)


def _display(draft: Draft) -> str:
    if draft.recording:
        return draft.recording.label
    return (draft.optimizer and draft.optimizer.display_name) or draft.name


def entries(parts: Document, names: Sequence[str], report: Report) -> list[Entry]:
    """The entries with their starts; complete only when nothing was reported."""
    if parts.noise and parts.surface:
        check_noise(parts.noise, parts.surface, parts.tree, report)
    for draft in parts.drafts if parts.steps_right else ():
        if draft.optimizer is not None and draft.schedule:
            check_schedules(
                draft.optimizer, draft.schedule, parts.basics.steps, draft.body.mark_of("schedule"), draft.where, report
            )
    if parts.surface is None:
        return []
    written = parts.start
    x, y = parts.surface.start
    default = Start(Mark(1), "start", points=((float(x), float(y)),), marks=(Mark(1),), places=("start",))
    shared = written or default
    if not _fits(parts, shared, report):
        return []
    seed, domain = parts.basics.seed, parts.surface.domain
    common = shared.positions(domain, seed)
    if written or not parts.tree.has("start"):
        check_positions(shared, parts.surface, common, report)
    made = []
    for draft, label in zip(parts.drafts, names, strict=True):
        starts = common
        if draft.recording:
            made += [_recorded(draft, draft.recording, label, parts, report)] if draft.optimizer else []
            continue
        if draft.start:
            starts = draft.start.positions(domain, seed)
            check_positions(draft.start, parts.surface, starts, report)
        if draft.optimizer is not None:
            made.append(_entry(draft, label, starts, parts.basics.replicas))
    return made


def _entry(draft: Draft, label: str, starts: npt.NDArray[np.float64], replicas: int) -> Entry:
    chosen: dict[str, Any] = {
        name: getattr(draft.optimizer, name) for name in draft.chosen if hasattr(draft.optimizer, name)
    }
    chosen |= {name: words(value) for name, value in chosen.items() if isinstance(value, dict)}
    if draft.schedule:
        chosen["schedule"] = words_of(draft.schedule)
    if draft.clip:
        chosen["clip"] = draft.clip.words
    count = len(starts)
    return Entry(
        draft.name,
        label,
        _color(draft.basics.color),
        draft.optimizer,
        np.tile(starts, (replicas, 1)),
        chosen,
        start_index=np.tile(np.arange(count), replicas),
        replica=np.repeat(np.arange(replicas), count),
        schedule=draft.schedule,
        clip=draft.clip,
        search=draft.search,
    )


def _recorded(draft: Draft, recording: Recording, label: str, parts: Document, report: Report) -> Entry:
    """The entry of runs made elsewhere; points that are not on the surface are reported with the csv's line."""
    problem = recording.problem(parts.surface)
    if problem:
        report.add(draft.body.mark_of("file"), f"{draft.where}.file", *problem)
    count, origin = len(recording.balls), "elsewhere"
    if not problem and recording.projected(parts.surface):
        origin = PROJECTED
    starts = np.array([ball.points[0] for ball in recording.balls])
    return Entry(
        "recorded",
        label,
        _color(draft.basics.color),
        draft.optimizer,
        starts,
        {"recorded": origin},
        start_index=np.arange(count),
        replica=np.zeros(count, dtype=np.int64),
        schedule={},
        clip=None,
        recording=recording,
    )


def _color(color: str | None) -> str | None:
    if color and len(color) == 4:
        color = "#" + "".join(2 * digit for digit in color[1:])
    return color.upper() if color and color.startswith("#") else color


def state_bytes(optimizer: Optimizer | None) -> int:
    """The inner state of one ball."""
    if optimizer is None or type(optimizer).init is Optimizer.init:
        return STATE_BYTES
    return sum(rows.nbytes for rows in optimizer.init(np.zeros((1, 2)), optimizer.hyper()).values())


def _fits(parts: Document, shared: Start, report: Report) -> bool:
    """Whether rolling fits into the memory there is; else the problem is reported where the numbers stand."""
    starts = [draft.start or shared for draft in parts.drafts if not draft.recording] or [shared]
    replicas, steps, free = parts.basics.replicas, parts.basics.steps, memory_free()
    rows, each = len(kept_steps(parts.record, steps)) - 1, BALL_BYTES if parts.record == "all" else RUN_BYTES
    balls = needed = 0
    for draft in parts.drafts:
        count = len(draft.recording.balls) if draft.recording else (draft.start or shared).balls * replicas
        balls, needed = balls + count, needed + memory_needed(count, rows, state_bytes(draft.optimizer), each)
    try:
        needed += balls * parts.noise.bytes_a_run(parts.surface, steps) if parts.noise else 0
    except ValueError:  # reported by check_noise
        return True
    if free is None or needed <= 0.8 * free:
        return True
    tree, largest = parts.tree, max(starts, key=lambda start: start.balls)
    key = max(("steps", "replicas"), key=lambda name: int(getattr(parts.basics, name)) if tree.has(name) else 0)
    mark, where = (
        (tree.mark_of(key), key)
        if tree.has(key) and getattr(parts.basics, key) > largest.balls
        else (largest.mark, largest.where)
    )
    report.add(
        mark,
        where,
        f"{balls:,} balls for {steps:,} steps need {size(needed)} of memory, {size(free)} are free",
        "use fewer steps, starts or replicas" if replicas > 1 else "use fewer steps or starts",
    )
    return False
