"""A YAML file to a Film, in two passes: each section alone, then the checks across those that are right."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from thalweg.errors import ConfigErrors, Mark, Problem, Report, show
from thalweg.experiment.experiment import Entry, Experiment
from thalweg.film import SceneOptions
from thalweg.film.options import KEYS
from thalweg.film.pace import relabelled
from thalweg.film.sections import QUALITIES, WIDEST, Video, VideoKeys
from thalweg.film.shot import Film, Shot
from thalweg.spec.basics import Basics
from thalweg.spec.best import only_the_best
from thalweg.spec.camera import followed, read_camera
from thalweg.spec.cures import better
from thalweg.spec.document import Document
from thalweg.spec.entries import entries, named
from thalweg.spec.noise import read_noise
from thalweg.spec.overrides import overridden
from thalweg.spec.pace import check_pace, read_pace
from thalweg.spec.plugins import read_plugins
from thalweg.spec.reader import read
from thalweg.spec.record import read_record
from thalweg.spec.resolved import resolved
from thalweg.spec.scene import EVERY, check_crowd, check_options, only_what_is_read, read_scene, unknown_keys
from thalweg.spec.schema import checked
from thalweg.spec.sections import one_lined, read_optimizers, read_surface
from thalweg.spec.starts import read_start
from thalweg.spec.sweeps import expanded
from thalweg.spec.syntax import NotYaml
from thalweg.spec.tested import read_test
from thalweg.system.files import NotRegular, TooLarge, read_bounded
from thalweg.system.machine import size
from thalweg.tree import Node

MAX_BYTES = 1_000_000


def load_config(
    path: Path,
    overrides: Iterable[str],
    video: Mapping[str, Any],
    data: bytes | None = None,
    picture: bool = True,
) -> Film:
    """See `thalweg.spec.load`."""
    overrides = list(overrides)
    try:
        return _read(path, overrides, video, data, picture)
    except ConfigErrors as errors:
        raise ConfigErrors(_better(errors.problems, path, overrides, video, data, picture)) from None


def _better(
    problems: list[Problem],
    path: Path,
    overrides: list[str],
    video: Mapping[str, Any],
    data: bytes | None,
    picture: bool,
) -> list[Problem]:
    """The problems, with what was meant where that can be told."""
    try:
        text = (_content(path, Report(str(path))) if data is None else data).decode("utf-8-sig")
    except (ConfigErrors, UnicodeDecodeError):
        return problems

    def reading(text: str, overrides: Sequence[str]) -> list[Problem]:
        try:
            _read(path, overrides, video, text.encode("utf-8"), picture)
        except ConfigErrors as errors:
            return errors.problems
        return []

    return better(problems, text, overrides, reading)


def _read(path: Path, overrides: Iterable[str], video: Mapping[str, Any], data: bytes | None, picture: bool) -> Film:
    report = Report(str(path))
    tree = expanded(overridden(_tree(path, report, data), overrides, video, report), report)
    parts = only_the_best(_document(tree, report), report)
    tree, names = _with_optimizers(tree, parts.tree), named(parts.drafts)
    found = entries(parts, names, report) if parts.rolls else []
    _check_texts(parts, report)
    check_options(tree, parts.options, parts.surface, report)
    if picture:
        check_crowd(tree, parts.options, len(names), report)
    if all(draft.optimizer is not None for draft in parts.drafts) and _readable(tree) == len(parts.drafts):
        known = dict(zip([*named(parts.drafts, before=True), *names], [*names, *names], strict=True))
        camera = followed(parts.camera, _section(tree, "camera"), known, report)
        parts = replace(parts, camera=camera, video=_relabelled(parts.video, known))  # else labels are not yet known
        _check_pace(parts, found, report)
    report.stop()
    assert parts.video is not None
    basics = parts.basics
    return Film(
        (
            Shot(
                path=path,
                folder=Path(os.path.abspath(path)).parent,
                name=path.stem,
                title=basics.title,
                caption=basics.caption,
                kind=parts.kind,
                options=parts.options,
                surface=parts.surface,
                experiment=_rolled(parts, found) if parts.rolls else None,
                camera=parts.camera,
                style=parts.style,
                video=parts.video,
                resolved=resolved(parts, found),
                tree=tree,
            ),
        )
    )


def _with_optimizers(tree: Node, other: Node) -> Node:
    """A tree with the entries of another one, where it has any."""
    if not tree.has("optimizers") or not other.has("optimizers"):
        return tree
    return replace(tree, entries={**(tree.entries or {}), "optimizers": other.child("optimizers")})


def _rolled(parts: Document, found: list[Entry]) -> Experiment:
    """What the file says of rolling."""
    basics = parts.basics
    return Experiment(
        surface=parts.surface,
        entries=tuple(found),
        steps=basics.steps,
        seed=basics.seed,
        tolerance=basics.tolerance,
        noise=parts.noise,
        record=parts.record,
        test_surface=parts.test,
    )


def _tree(path: Path, report: Report, data: bytes | None) -> Node:
    """The file (or `data` in its place) as a mapping node. Raises ConfigErrors when it cannot be read."""
    data = _content(path, report) if data is None else data
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


def _content(path: Path, report: Report) -> bytes:
    """Raises ConfigErrors when the file cannot be read."""
    cure = "give the path of a YAML file"
    try:
        return read_bounded(path, MAX_BYTES)
    except NotRegular:
        report.add(Mark(0), "", "not a regular file", cure)
    except TooLarge:
        report.add(Mark(1), "", f"more than {size(MAX_BYTES)} is too large", f"a config has at most {size(MAX_BYTES)}")
    except OSError as error:
        report.add(Mark(0), "", f"cannot be read: {error.strerror}", cure)
    raise ConfigErrors(report.problems)


def _document(tree: Node, report: Report) -> Document:
    """The first pass: every section alone."""
    try:
        read_plugins(tree, report)
    except ConfigErrors:
        unknown_keys(tree, EVERY, report)  # what the scene reads is not known yet
        report.stop()
    kind, scene, options = read_scene(tree, report)
    tree = only_what_is_read(tree, kind, scene, report)
    read_basics, bad = checked(Basics, tree, "", report, known=False)
    basics = one_lined(read_basics or Basics())
    rolls = _belongs("optimizers", scene, tree)
    whole = read_surface(tree, report) if _belongs("surface", scene, tree) else None
    surface, test = read_test(tree, whole, report)
    start = read_start(tree.child("start"), "start", tree.mark_of("start"), report) if tree.has("start") else None
    drafts = read_optimizers(tree, report) if rolls else []
    meant = list({each.candidate.wanted if each.candidate else id(each): each for each in drafts}.values())
    if "optimizer" in scene.needs and len(meant) > 1:
        report.add(meant[1].mark, "optimizers", f"scene {kind} shows one optimizer, not {len(meant)}", "keep one")
    recorded = [draft.recording.steps for draft in drafts if draft.recording]
    if recorded and not tree.has("steps"):
        basics = replace(basics, steps=max(1, *recorded))
    camera = read_camera(scene.camera, _section(tree, "camera"), report)
    style, _ = checked(scene.style, _section(tree, "style"), "style", report)
    return Document(
        tree,
        basics,
        "steps" not in bad,
        kind,
        scene,
        options,
        rolls,
        read_noise(tree, report),
        read_record(tree, report),
        surface,
        whole,
        test,
        start,
        drafts,
        camera,
        style or scene.style(),
        _video(scene.video, _section(tree, "video"), report),
    )


def _belongs(key: str, scene: type[SceneOptions], tree: Node) -> bool:
    """Whether the key's section must be read: the scene needs it, or has it where it is written."""
    needed = {each for need in scene.needs for each in KEYS[need]}
    return key in needed or (key in scene.keys() and tree.has(key))


def _section(tree: Node, key: str) -> Node:
    return tree.child(key) if tree.has(key) else Node(tree.mark, entries={})


def _video(cls: type[VideoKeys], node: Node, report: Report) -> Video | None:
    """The video section with its quality resolved to a size and a rate."""
    listed = node.has("pace") and node.child("pace").items is not None
    plain = node.only(key for key in node.entries or {} if key != "pace") if listed else node
    words, bad = checked(cls, plain, "video", report)
    if words is None:
        return None
    pace: Any = getattr(words, "pace", Video.pace)
    if listed:
        pace = read_pace(node.child("pace"), node.mark_of("pace"), report)
    width, height, fps = QUALITIES[words.quality]
    if words.resolution:
        width, height = map(int, words.resolution.split("x"))
        even = f"{width + width % 2}x{height + height % 2}"
        if not (64 <= width <= WIDEST and 64 <= height <= WIDEST):
            report.add(
                node.mark_of("resolution"),
                "video.resolution",
                f"{words.resolution} is out of range",
                f"use even sides from 64 to {WIDEST}",
            )
        elif width % 2 or height % 2:
            report.add(node.mark_of("resolution"), "video.resolution", f"{words.resolution} is odd", f"use {even}")
    return None if bad else Video(width, height, words.fps or fps, words.seconds, words.transparent, pace)


def _relabelled(video: Video | None, labels: Mapping[str, str]) -> Video | None:
    """With the labels that a listed pace means."""
    if video is None or isinstance(video.pace, str):
        return video
    return replace(video, pace=tuple(relabelled(part, labels) for part in video.pace))


def _check_pace(parts: Document, found: Sequence[Entry], report: Report) -> None:
    """A listed pace beside steps and entries, where all of these are right alone."""
    pace = parts.video.pace if parts.video else ""
    if isinstance(pace, str) or not parts.steps_right or len(found) != len(parts.drafts):
        return
    node = parts.tree.child("video").child("pace")
    if len(pace) == len(node.items or []):
        check_pace(pace, node, parts.basics.steps, found, report)


def _readable(tree: Node) -> int:
    """How many entries are written."""
    return len(tree.child("optimizers").items or []) if tree.has("optimizers") else 0


def _check_texts(parts: Document, report: Report) -> None:
    """Mathtext that cannot be set, a title too long to show, labels written twice."""
    from thalweg.typeset.text import problem_in_text, title_too_long, too_long, too_wide

    basics, video, tree = parts.basics, parts.video, parts.tree
    texts = [(basics.title, tree.mark_of("title"), "title"), (basics.caption, tree.mark_of("caption"), "caption")]
    texts += [(draft.basics.label, draft.body.mark_of("label"), f"{draft.where}.label") for draft in parts.drafts]
    texts += [
        (draft.recording.label, draft.body.mark_of("file"), f"{draft.where}.file")
        for draft in parts.drafts
        if draft.recording and draft.basics.label is None
    ]
    first: dict[str, int] = {}
    for text, mark, where in texts:
        if text is None:
            continue
        kind, problem = where if where in ("title", "caption") else "label", None
        if not text.strip():
            problem = "is empty", "write some text, or leave it out"
        elif (problem := too_long(text, kind)) is None and ("$" in text or not (text.isascii() and text.isprintable())):
            problem = problem_in_text(text)
        if problem is None and video and ("$" in text or len(text) > 20):
            problem = (title_too_long if kind == "title" else too_wide)(
                text, kind, video.width, video.height, parts.style.text_scale
            )
        if problem:
            report.add(mark, where, *problem)
        if where.endswith(".label") and text in first:
            report.add(mark, where, f"{show(text)} is the label of line {first[text]} too", "give each its own")
        if where.endswith(".label"):
            first.setdefault(text, mark.line)
