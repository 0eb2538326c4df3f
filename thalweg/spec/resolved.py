"""The config with its defaults filled in, as plain JSON: what travels with a film, and a config itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from thalweg.engine.rule.own import OwnRule
from thalweg.engine.schedules import Schedule
from thalweg.experiment.experiment import Entry
from thalweg.film.pace import written
from thalweg.spec.document import Document
from thalweg.tree import Node

if TYPE_CHECKING:
    from thalweg.calculus import Surface


def resolved(parts: Document, entries: Sequence[Entry]) -> dict[str, Any]:
    """Loading this again gives the same shot."""
    video, read = parts.video, parts.scene.keys()
    assert video is not None
    listed = video.pace if isinstance(video.pace, str) else [written(part) for part in video.pace]
    pace = {"pace": listed} if any(each.name == "pace" for each in fields(parts.scene.video)) else {}
    made = {
        "title": parts.basics.title,
        "caption": parts.basics.caption,
        "scene": {"kind": parts.kind, **asdict(parts.options)},
        **({"surface": surface_told(parts.whole, parts.tree.child("surface"))} if parts.surface is not None else {}),
        **(_rolled(parts, entries) if parts.rolls else {}),
        **({"camera": asdict(parts.camera)} if parts.camera is not None else {}),
        "style": asdict(parts.style),
        "video": {
            "resolution": f"{video.width}x{video.height}",
            "fps": video.fps,
            "seconds": video.seconds,
            **pace,
            "transparent": video.transparent,
        },
    }
    if parts.tree.has("plugins"):
        made["plugins"] = parts.tree.child("plugins").plain
    told: dict[str, Any] = plain({key: value for key, value in made.items() if key in read})
    return told


def _rolled(parts: Document, entries: Sequence[Entry]) -> dict[str, Any]:
    """What the experiment is made of."""
    own = {index for index, draft in enumerate(parts.drafts) if draft.start or draft.recording}
    shared = next((starts(entry) for index, entry in enumerate(entries) if index not in own), None)
    return {
        **({} if shared is None else {"start": shared.tolist()}),
        "steps": parts.basics.steps,
        "seed": parts.basics.seed,
        "replicas": parts.basics.replicas,
        "tolerance": parts.basics.tolerance,
        "test_surface": parts.test and _test(parts.test, parts.tree.child("test_surface")),
        "noise": parts.noise and {"kind": parts.noise.kind, **vars(parts.noise)},
        "record": parts.record,
        "optimizers": [_entry(entry, index in own) for index, entry in enumerate(entries)],
    }


def surface_told(surface: Surface, node: Node) -> dict[str, Any]:
    """The surface's section."""
    (x0, x1), (y0, y1) = surface.domain
    cap = {} if surface.cap is None else {"cap": surface.cap}
    if node.has("samples"):
        crop = {key: node.child(key).plain for key in ("domain", "crop") if node.has(key)}
        return {"samples": node.child("samples").scalar, "sha256": getattr(surface, "digest", None), **crop, **cap}
    what: dict[str, Any] = {"name": surface.name, "parameters": surface.parameters}
    if node.has("expression"):  # as it was written, rather than as it was read
        parameters = node.child("parameters").plain if node.has("parameters") else {}
        what = {"expression": node.child("expression").scalar, "parameters": parameters or {}, **_rows(surface, node)}
    return {**what, "domain": {"x": [x0, x1], "y": [y0, y1]}, **cap}


def _rows(surface: Surface, node: Node) -> dict[str, Any]:
    """The rows of a formula's data, and of which file they are."""
    if not node.has("data"):
        return {}
    digest = getattr(surface, "digest", "")
    return {"data": node.child("data").plain, **({"sha256": digest} if digest else {})}


def _test(surface: Surface, node: Node) -> Any:
    """A surface of its own, or which rows it is that are tested."""
    if node.has("held_out"):
        return {"held_out": node.child("held_out").plain}
    own = node.entries is None or any(node.has(key) for key in ("name", "expression", "samples"))
    return surface_told(surface, node) if own else _rows(surface, node)


def _entry(entry: Entry, own_start: bool) -> dict[str, Any]:
    if entry.recording:
        asked = entry.recording.asked
        more = {"columns": dict(asked.columns), "where": {name: each for name, (_, each) in asked.where.items()}}
        return {
            entry.name: {
                "file": asked.file,
                "sha256": entry.recording.digest,
                "label": entry.label,
                "color": entry.color,
                **{key: names for key, names in more.items() if names},
            }
        }
    body = {**vars(entry.optimizer), "label": entry.label, "color": entry.color}
    if isinstance(entry.optimizer, OwnRule):
        body |= {"update": entry.optimizer.rule, "initial": dict(entry.optimizer.rule_initial())}
    if entry.search:
        for path, written in zip(entry.search.paths, entry.search.written, strict=True):
            body = _put(body, path, written)
            if len(path) > 1 and path[-1] == "lr":  # stands with the optimizer inside
                del body["lr"]
    if own_start:
        body["start"] = starts(entry).tolist()
    if entry.schedule:
        body["schedule"] = {name: _schedule(each) for name, each in entry.schedule.items()}
    if entry.clip:
        body["clip"] = {name: value for name, value in vars(entry.clip).items() if value is not None}
    return {entry.name: body}


def _put(body: Any, path: Sequence[str | int], written: Any) -> Any:
    """The body with what stands for a hyperparameter, or a part of one, in the config."""
    if not path:
        return written
    key, rest = path[0], path[1:]
    if isinstance(key, int):
        return tuple(_put(part, rest, written) if place == key else part for place, part in enumerate(body))
    body = {body: {}} if isinstance(body, str) else body or {}  # an optimizer inside another, of which the name is all
    return {**body, key: _put(body.get(key), rest, written)}


def starts(entry: Entry) -> npt.NDArray[np.float64]:
    """The entry's starts (starts, 2), each once, however many replicas there are."""
    once: npt.NDArray[np.float64] = entry.starts[entry.replica == 0]
    return once


def _schedule(schedule: Schedule) -> dict[str, Any]:
    """A schedule without a kind is a warm-up alone."""
    return {**({"kind": schedule.kind} if schedule.kind else {}), **vars(schedule)}


def plain(value: Any) -> Any:
    """As JSON has it: lists and mappings of texts."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value
