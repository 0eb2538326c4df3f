"""The scene of a file: its kind and options, and which of the file's keys and sections it reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

from thalweg.errors import Problem, Report
from thalweg.film import SCENES, SceneOptions
from thalweg.film.options import KEYS, OF_ALL
from thalweg.registry import BrokenMember
from thalweg.spec.members import member
from thalweg.spec.schema import checked, join, texts_of, unknown
from thalweg.tree import Node

if TYPE_CHECKING:
    from thalweg.film.shot import Shot

USUAL = "race"  # the scene of a file that names none
SECTIONS = ("style", "video", "camera")
EVERY = tuple(dict.fromkeys((*OF_ALL, *(key for keys in KEYS.values() for key in keys), "caption", "camera")))


def kinds() -> Iterator[tuple[str, type[SceneOptions]]]:
    """Every scene with its options; broken ones are left out."""
    for kind in SCENES:
        try:
            yield kind, SCENES[kind]
        except BrokenMember:
            continue


def read_scene(tree: Node, report: Report) -> tuple[str, type[SceneOptions], Any]:
    """The kind, the class of its options, and these: None with problems, and for an unknown kind a class that needs
    nothing.
    """
    node = tree.child("scene") if tree.has("scene") else Node(tree.mark, USUAL, text=USUAL)
    if node.entries is None:
        cls = member(SCENES, node, tree.mark_of("scene"), "scene", "a scene", report)
        return node.text, cls or _unknown(), cls and cls()
    kind = node.child("kind") if node.has("kind") else Node(node.mark, USUAL, text=USUAL)
    cls = member(SCENES, kind, node.mark_of("kind"), "scene.kind", "a scene", report)
    own = _own(node, "scene", kind.text, cls, report) if cls else node
    options, bad = checked(cls, own, "scene", report, also=("kind",)) if cls else (None, set())
    return kind.text, cls or _unknown(), None if bad else options


def unknown_keys(tree: Node, known: Collection[str], report: Report) -> None:
    """Says of each key at the top that no scene reads which of the `known` ones it may mean."""
    for key in [key for key in tree.entries or {} if key not in EVERY]:
        unknown(key, known, tree, "", report)


@cache
def _unknown() -> type[SceneOptions]:
    """Reads what the usual scene reads and needs none of it: of a scene that is not known, only its name is told."""
    usual = SCENES[USUAL]
    return type("Unknown", (usual,), {"needs": (), "may": usual.needs})


def check_options(tree: Node, options: SceneOptions | None, surface: Any, report: Report) -> None:
    """Reports texts of the options that cannot be set, and what does not go with the surface."""
    from thalweg.typeset.text import problem_in_text, too_long

    node = tree.child("scene") if tree.has("scene") else Node(tree.mark)
    if options is None:
        return
    before = len(report.problems)
    for name in texts_of(type(options)):
        value = getattr(options, name)
        many = isinstance(value, tuple)
        for index, text in enumerate(value if many else () if value is None else (value,)):
            holder, key = (node.child(name), index) if many else (node, name)
            problem = (
                ("is empty", "write some text, or leave it out")
                if not text.strip()
                else (too_long(text, "title") or problem_in_text(text))
            )
            if problem:
                report.add(holder.mark_of(key), join(join("scene", name), index) if many else f"scene.{name}", *problem)
    if len(report.problems) == before:
        for key, what, cure in options.problems(surface):
            report.add(node.mark_of(key), f"scene.{key}", what, cure)


def check_crowd(tree: Node, options: SceneOptions | None, entries: int, report: Report) -> None:
    """Reports what is wrong with a picture of so many entries."""
    for where, what, cure in options.crowded(entries) if options is not None else ():
        *sections, key = where.split(".")
        node = tree
        for section in sections:
            node = node.child(section)
        report.add(node.mark_of(key), where, what, cure)


def crowded(shot: Shot) -> list[Problem]:
    """The same of a shot that was loaded for its data."""
    report = Report(str(shot.path))
    check_crowd(shot.tree, shot.options, len(shot.experiment.entries) if shot.experiment else 0, report)
    return report.problems


def only_what_is_read(tree: Node, kind: str, scene: type[SceneOptions], report: Report) -> Node:
    """The tree without the keys, at its top and in its sections, that this scene does not read; each is reported,
    unless the scene is not known.
    """
    read = scene.keys()
    unknown_keys(tree, [key for key in EVERY if key in read], report)
    if scene is _unknown():
        report = Report(report.file)  # nobody hears of these
    for key in [key for key in tree.entries or {} if key in EVERY and key not in read]:
        report.add(tree.keys[key], key, f"is not read by scene {kind}", f"leave it out{_reader('', key)}")
    made = tree.only(key for key in tree.entries or {} if key not in EVERY or key in read)
    for section in SECTIONS:
        if made.has(section) and made.child(section).entries is not None:
            body = _own(made.child(section), section, kind, scene, report)
            made.entries[section] = body  # type: ignore[index]
    return made


def _own(node: Node, section: str, kind: str, scene: type[SceneOptions], report: Report) -> Node:
    """A section without the keys that stand in another one of this scene or belong to other scenes; each is reported.
    What nobody knows is left to who reads the section.
    """
    left = []
    for key in node.entries or {}:
        place = next((other for other in (*SECTIONS, "scene") if key in _names(scene, other)), "")
        if key in _names(scene, section) or (section, key) == ("scene", "kind"):
            left.append(key)
        elif place:
            report.add(node.keys[key], f"{section}.{key}", "is not read here", f"write it in {place}")
        elif reader := _reader(section, key):
            report.add(node.keys[key], f"{section}.{key}", f"is not read by scene {kind}", f"leave it out{reader}")
        else:
            left.append(key)
    return node.only(left)


def _reader(section: str, key: str) -> str:
    """A scene that does read the key, in words."""
    found = [kind for kind, cls in kinds() if key in (_names(cls, section) if section else cls.keys())]
    return f", or take a scene that does, such as {USUAL if USUAL in found else found[0]}" if found else ""


def _names(scene: type[SceneOptions], section: str) -> set[str]:
    """The keys that a scene reads in a section, `scene` among them."""
    cls: Any = scene if section == "scene" else getattr(scene, section)
    return {each.name for each in fields(cls)} if cls else set()
