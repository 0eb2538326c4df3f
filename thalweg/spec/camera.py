"""The camera section: its plain values, the keyframes, and the label it follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from thalweg.errors import Mark, Report, nearest, number, show
from thalweg.film.sections import Keyframe
from thalweg.spec.schema import checked, join
from thalweg.tree import Node

FORM = "write a list:  - {at: 2, theta: 0, phi: 30}"


def read_camera(cls: type[Any] | None, node: Node, report: Report) -> Any:
    """The camera, an instance of the scene's class; what had problems has its default. None for a scene without one."""
    if cls is None:
        return None
    moving = any(each.name == "keyframes" for each in fields(cls))
    camera = checked(cls, node, "camera", report, also=("keyframes",) if moving else ())[0] or cls()
    if getattr(camera, "follow", None) is not None:
        camera = replace(camera, follow=" ".join(camera.follow.split()))
    if not moving or not node.has("keyframes"):
        return camera
    return replace(camera, keyframes=_keyframes(node.child("keyframes"), node.mark_of("keyframes"), report))


def _keyframes(node: Node, mark: Mark, report: Report) -> tuple[Keyframe, ...]:
    if node.items is None:
        if not node.is_null:
            report.add(mark, "camera.keyframes", f"{show(node.plain)} is not a list", FORM)
        return ()
    frames: list[Keyframe] = []
    for index, item in enumerate(node.items):
        where = join("camera.keyframes", index)
        if item.entries is None:
            report.add(item.mark, where, f"{show(item.plain)} is not a keyframe", "write {at: 2, theta: 0, phi: 30}")
            continue
        frame, bad = checked(Keyframe, item, where, report)
        if frame is None or "at" in bad:
            continue
        if frames and frame.at <= frames[-1].at:
            report.add(
                item.mark_of("at"),
                join(where, "at"),
                f"{number(frame.at)} is not after {number(frames[-1].at)}",
                "write keyframes in order of time",
            )
            continue
        frames.append(frame)
    return tuple(frames)


def followed(camera: Any, node: Node, labels: Mapping[str, str], report: Report) -> Any:
    """The camera that follows the label which its `follow` means, `labels` being what may be written -> the label; one
    that is no entry's is reported.
    """
    follow = getattr(camera, "follow", None)
    if follow is None:
        return camera
    if follow not in labels:
        what = f"no entry has the label {show(follow)}"
        report.add(node.mark_of("follow"), "camera.follow", what, nearest(follow, labels))
    return replace(camera, follow=labels.get(follow, follow))
