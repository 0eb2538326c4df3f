"""The config with its defaults filled in, as plain JSON: what travels with a film, and a config itself."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from configs.experiment import Entry
from configs.reader import Node

if TYPE_CHECKING:
    from configs.loader import Parts
    from surfaces import Surface


def resolved(parts: Parts, entries: Sequence[Entry]) -> dict[str, Any]:
    """Loading this again gives the same experiment."""
    own = {index for index, draft in enumerate(parts.drafts) if draft.start}
    shared = next((entry.starts for index, entry in enumerate(entries) if index not in own), None)
    video = parts.video
    assert video is not None
    made = {
        "title": parts.basics.title,
        "caption": parts.basics.caption,
        "scene": {"kind": parts.kind, **asdict(parts.options)},
        "surface": _surface(parts.surface, parts.tree.child("surface")),
        "start": None if shared is None else shared.tolist(),
        "steps": parts.basics.steps,
        "seed": parts.basics.seed,
        "optimizers": [_entry(entry, index in own) for index, entry in enumerate(entries)],
        "camera": asdict(parts.camera),
        "style": asdict(parts.style),
        "video": {"resolution": f"{video.width}x{video.height}", "fps": video.fps, "seconds": video.seconds,
                  "pace": video.pace, "transparent": video.transparent},
    }
    if shared is None:
        del made["start"]
    plain: dict[str, Any] = _plain(made)
    return plain


def _surface(surface: Surface, node: Node) -> dict[str, Any]:
    (x0, x1), (y0, y1) = surface.domain
    what: dict[str, Any] = {"name": surface.name, "parameters": surface.parameters}
    if node.has("expression"):  # as it was written, rather than as it was read
        parameters = node.child("parameters").plain if node.has("parameters") else {}
        what = {"expression": node.child("expression").scalar, "parameters": parameters or {}}
    return {**what, "domain": {"x": [x0, x1], "y": [y0, y1]}}


def _entry(entry: Entry, own_start: bool) -> dict[str, Any]:
    body = {**vars(entry.optimizer), "label": entry.label, "color": entry.color}
    if own_start:
        body["start"] = entry.starts.tolist()
    return {entry.name: body}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
