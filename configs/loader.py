"""A YAML file to an Experiment, in two passes: each section alone, then the checks across those that are right."""
from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from configs.camera import check_follow, read_camera
from configs.errors import Mark, Report, show
from configs.experiment import (
    QUALITIES,
    WIDEST,
    Basics,
    Camera,
    Entry,
    Experiment,
    Style,
    Video,
    VideoWords,
)
from configs.labels import Named, labels
from configs.machine import memory_free, memory_needed, size
from configs.overrides import overridden
from configs.reader import Node, read
from configs.resolved import resolved
from configs.schema import checked, unknown
from configs.sections import Draft, one_lined, read_optimizers, read_scene, read_surface
from configs.starts import Start, check_positions, read_start
from configs.syntax import NotYaml

MAX_BYTES = 1_000_000
SECTIONS = ("title", "caption", "steps", "seed", "scene", "surface", "start", "optimizers", "camera", "style", "video")


@dataclass(frozen=True)
class Parts:
    """What the first pass read; a part that had problems is None."""

    tree: Node
    basics: Basics
    kind: str
    options: Any
    surface: Any
    start: Start | None
    drafts: list[Draft]
    camera: Camera
    style: Style
    video: Video | None


def load_config(path: Path, overrides: Iterable[str], video: Mapping[str, Any]) -> Experiment:
    """See configs.load."""
    report = Report(str(path))
    tree = _tree(path, report)
    tree = overridden(tree, overrides, video, report)
    parts = _sections(tree, report)
    names = labels([_named(draft) for draft in parts.drafts])
    entries = _entries(parts, names, report)
    _check_texts(parts, report)
    if all(draft.optimizer is not None for draft in parts.drafts) and _readable(tree) == len(parts.drafts):
        check_follow(parts.camera, _section(tree, "camera"), names, report)  # else the labels are not yet known
    report.stop()
    assert parts.video is not None
    return Experiment(
        path=path, name=path.stem, title=parts.basics.title, caption=parts.basics.caption, scene=parts.kind,
        options=parts.options, surface=parts.surface, entries=tuple(entries), steps=parts.basics.steps,
        seed=parts.basics.seed, camera=parts.camera, style=parts.style, video=parts.video,
        resolved=resolved(parts, entries), tree=tree)


def _tree(path: Path, report: Report) -> Node:
    """The file as a mapping node. Raises ConfigErrors when it cannot be read."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            report.add(Mark(0), "", "not a regular file", "give the path of a YAML file")
        elif about.st_size > MAX_BYTES:
            report.add(Mark(0), "", f"{size(about.st_size)} is too large", f"a config has at most {size(MAX_BYTES)}")
        report.stop()
        data = path.read_bytes()
    except OSError as error:
        report.add(Mark(0), "", f"cannot be read: {error.strerror}", "give the path of a YAML file")
        report.stop()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.add(Mark(line), "", f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8")
        report.stop()
    try:
        tree, duplicates = read(text)
    except NotYaml as error:
        report.add(Mark(error.line), "", error.what, error.cure)
        report.stop()
    if tree.entries is None:
        report.add(tree.mark, "", f"{show(tree.plain)} is not a mapping", "a config needs surface: and optimizers:")
        report.stop()
    for each in duplicates:
        report.add(each.mark, each.where, f"written twice, first in line {each.first}", "keep one")
    return tree


def _sections(tree: Node, report: Report) -> Parts:
    """The first pass: every section alone."""
    for key in [key for key in tree.entries or {} if key not in SECTIONS]:
        unknown(key, SECTIONS, tree, "", report)
    basics = one_lined(checked(Basics, tree, "", report, known=False)[0] or Basics())
    kind, options = read_scene(tree, report)
    surface = read_surface(tree, report)
    start = read_start(tree.child("start"), "start", tree.mark_of("start"), report) if tree.has("start") else None
    drafts = read_optimizers(tree, report)
    camera = read_camera(_section(tree, "camera"), report)
    style, _ = checked(Style, _section(tree, "style"), "style", report)
    return Parts(tree, basics, kind, options, surface, start, drafts, camera, style or Style(),
                 _video(_section(tree, "video"), report))


def _section(tree: Node, key: str) -> Node:
    return tree.child(key) if tree.has(key) else Node(tree.mark, entries={})


def _video(node: Node, report: Report) -> Video | None:
    """The video section with its quality resolved to a size and a rate."""
    words, bad = checked(VideoWords, node, "video", report)
    if words is None:
        return None
    width, height, fps = QUALITIES[words.quality]
    if words.resolution:
        width, height = map(int, words.resolution.split("x"))
        even = f"{width + width % 2}x{height + height % 2}"
        if width % 2 or height % 2:
            report.add(node.mark_of("resolution"), "video.resolution", f"{words.resolution} is odd", f"use {even}")
        elif not (64 <= width <= WIDEST and 64 <= height <= WIDEST):
            report.add(node.mark_of("resolution"), "video.resolution", f"{words.resolution} is out of range",
                       f"use sides from 64 to {WIDEST}")
    return None if bad else Video(width, height, words.fps or fps, words.seconds, words.pace, words.transparent)


def _readable(tree: Node) -> int:
    """How many entries are written."""
    return len(tree.child("optimizers").items or []) if tree.has("optimizers") else 0


def _entries(parts: Parts, names: list[str], report: Report) -> list[Entry]:
    """The second pass over starts, memory and labels; complete only when nothing was reported."""
    given = parts.start
    if parts.surface is None:
        return []
    x, y = parts.surface.start
    default = Start(Mark(1), "start", points=((float(x), float(y)),), marks=(Mark(1),), places=("start",))
    shared = given or default
    if not _fits(parts, shared, report):
        return []
    seed, domain = parts.basics.seed, parts.surface.domain
    common = shared.positions(domain, seed)
    if given or not parts.tree.has("start"):
        check_positions(shared, parts.surface, common, report)
    entries = []
    for draft, label in zip(parts.drafts, names, strict=True):
        starts = common
        if draft.start:
            starts = draft.start.positions(domain, seed)
            check_positions(draft.start, parts.surface, starts, report)
        if draft.optimizer is not None:
            hyper = {name: getattr(draft.optimizer, name) for name in draft.given if hasattr(draft.optimizer, name)}
            entries.append(Entry(draft.name, label, _color(draft.basics.color), draft.optimizer, starts, hyper))
    return entries


def _named(draft: Draft) -> Named:
    optimizer = draft.optimizer
    return Named(draft.name, (optimizer and optimizer.display_name) or draft.name, vars(optimizer) if optimizer else {},
                 draft.start.label if draft.start else "", draft.basics.label)


def _color(color: str | None) -> str | None:
    if color and len(color) == 4:
        color = "#" + "".join(2 * digit for digit in color[1:])
    return color and color.upper()


def _fits(parts: Parts, shared: Start, report: Report) -> bool:
    """Whether rolling fits into the memory there is; else the problem is reported where the numbers stand."""
    starts = [draft.start or shared for draft in parts.drafts]
    balls, steps, free = sum(start.balls for start in starts), parts.basics.steps, memory_free()
    needed = memory_needed(balls, steps)
    if free is None or needed <= 0.8 * free:
        return True
    tree = parts.tree
    largest = max(starts, key=lambda start: start.balls)
    mark, where = (tree.mark_of("steps"), "steps") if tree.has("steps") and steps > largest.balls else (
        largest.mark, largest.where)
    report.add(mark, where, f"{balls:,} balls for {steps:,} steps need {size(needed)} of memory, {size(free)} are free",
               "use fewer steps or starts")
    return False


def _check_texts(parts: Parts, report: Report) -> None:
    """Mathtext that cannot be set, a title too long to show, labels written twice."""
    basics, video, tree = parts.basics, parts.video, parts.tree
    texts = [(basics.title, tree.mark_of("title"), "title"), (basics.caption, tree.mark_of("caption"), "caption")]
    texts += [(draft.basics.label, draft.label_mark, f"{draft.where}.label") for draft in parts.drafts]
    first: dict[str, int] = {}
    for text, mark, where in texts:
        if text is None:
            continue
        problem = None
        if not text.strip():
            report.add(mark, where, "is empty", "write some text, or leave it out")
        elif "$" in text or not text.isascii():
            from configs.text import problem_in_text
            problem = problem_in_text(text)
        if problem:
            report.add(mark, where, *problem)
        elif where == "title" and len(text) > 20 and video:
            _check_title(text, mark, video, parts.style, report)
        if where.endswith(".label") and text in first:
            report.add(mark, where, f"{show(text)} is the label of line {first[text]} too", "give each its own")
        if where.endswith(".label"):
            first.setdefault(text, mark.line)


def _check_title(title: str, mark: Mark, video: Video, style: Style, report: Report) -> None:
    from configs.text import TitleTooLong, fit_title
    try:
        fit_title(title, video.width, video.height, style.text_scale)
    except TitleTooLong as error:
        report.add(mark, "title", str(error), "shorten it")
