"""What --list prints: every member with its parameters, one line each; when asked, of scenes the sections too, of
surfaces what they are.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from thalweg.engine.base import Optimizer
from thalweg.engine.rule.members import variants, written
from thalweg.errors import listed, one_line
from thalweg.experiment.tables import NAMED
from thalweg.film.options import Need, SceneOptions
from thalweg.film.sections import PanelPlace
from thalweg.registry import BrokenMember, Range
from thalweg.spec.labels import words

NEEDED: dict[Need, str] = {"surface": "a surface", "optimizers": "optimizers", "optimizer": "one optimizer"}
PLACES = ("true", "false", "left", "right", "a corner like top_left")  # of a panel
SECTIONS = ("style", "camera", "video")
WHAT = ("optimizers", "surfaces", "scenes", "schedules", "noise", "recorded")
RECORDED = (
    "file=... (a csv)",
    f"columns=null (the csv's names of {', '.join(NAMED)}: {{x: w1, loss: train/loss}}; null: none)",
    "where=null (the rows that count: {run: 3})",
    "label=null",
    "color=null",
    "sha256=null",
)


def listing(what: str, verbose: bool = False) -> Iterator[str]:
    """Lines for one of WHAT, or for all of them under headings when `what` is 'all'. With `verbose` each scene has
    lines for the sections that it reads, each surface for what it is, each optimizer its update.
    """
    for name in WHAT:
        lines = iter([f"recorded  {', '.join(RECORDED)}"]) if name == "recorded" else _members(registry(name), verbose)
        if what == name:
            yield from lines
        elif what == "all":
            yield f"{name}:"
            yield from (f"  {line}" for line in lines)


def registry(what: str) -> Mapping[str, Any]:
    if what == "optimizers":
        from thalweg.engine import OPTIMIZERS

        return OPTIMIZERS
    if what == "surfaces":
        from thalweg.calculus import SURFACES

        return SURFACES
    if what == "schedules":
        from thalweg.engine.schedules import SCHEDULES

        return SCHEDULES
    if what == "noise":
        from thalweg.engine.noise import NOISES

        return NOISES
    from thalweg.film import SCENES

    return SCENES


def _members(members: Mapping[str, Any], verbose: bool) -> Iterator[str]:
    width = max(map(len, members), default=0)
    for name in members:
        try:
            member = members[name]
        except BrokenMember as error:
            yield one_line(f"{name:{width}}  broken: {type(error.cause).__name__}: {error.cause}")
            continue
        if not issubclass(member, SceneOptions):
            yield f"{name:{width}}  {_parameters(member)}".rstrip()
            yield from (f"{'':{width}}  {line}" for line in (_of_surface(member) if verbose else ()))
            if verbose and issubclass(member, Optimizer):
                yield from (one_line(f"{'':{width}}  {line}") for line in _updates(member()))
            continue
        yield one_line(f"{name:{width}}  {'; '.join(filter(None, _of_scene(member)))}")
        for section in SECTIONS if verbose else ():
            if getattr(member, section):
                yield f"{'':{width}}  {section}: {_parameters(getattr(member, section))}"


def _of_surface(member: type[Any]) -> Iterator[str]:
    """What it shows, its formula, where it is shown, the minima that are known of it, its source. Of other members
    nothing.
    """
    from thalweg.calculus import Surface

    if not issubclass(member, Surface):
        return
    for text in (sys.modules[member.__module__].__doc__, member.__doc__):
        yield from filter(None, inspect.cleandoc(text or "").splitlines())
    (x0, x1), (y0, y1) = member.domain
    start = "" if math.isnan(member.start[0]) else f"; start {words(member.start)}"
    yield f"x from {x0:g} to {x1:g}, y from {y0:g} to {y1:g}{start}"
    if member.known_minima:
        yield f"minima: {', '.join(map(words, member.known_minima))}"
    yield member.reference


def _updates(optimizer: Optimizer) -> Iterator[str]:
    """Its update in plain lines, then as switches change it."""
    yield from (f"  {line}" for line in written(optimizer))
    for when, lines in variants(optimizer).items():
        yield f"with {when}:"
        yield from (f"  {line}" for line in lines)


def _of_scene(options: type[SceneOptions]) -> Iterator[str]:
    """What it shows, what the file must have for it and can have, and its own keys."""
    yield options.summary
    yield f"needs {' and '.join(NEEDED[need] for need in options.needs)}" if options.needs else ""
    yield f"can have {' and '.join(NEEDED[need] for need in options.may)}" if options.may else ""
    yield _parameters(options)


def _parameters(cls: type[Any]) -> str:
    """Its fields with defaults, and the choices and ranges of what they take."""
    hints = get_type_hints(cls, include_extras=True)
    return ", ".join(_parameter(each, hints[each.name]) for each in fields(cls))


def _parameter(each: Any, hint: Any) -> str:
    limits: Range = each.metadata.get("range", Range())
    choices = PLACES if hint in (PanelPlace, PanelPlace | None) else map(words, _choices(hint))
    taken = listed(filter(None, [*choices, limits.words()]))
    default = "..." if each.default is MISSING else words(each.default)  # must be given
    return f"{each.name}={default}" + (f" ({taken})" if taken else "")


def _choices(hint: Any) -> list[Any]:
    """The words that a field takes, true and false among them where there are others."""
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    if get_origin(hint) not in (Union, UnionType):
        return []
    choices = [each for part in get_args(hint) for each in _choices(part)]
    return [True, False, *choices] if choices and bool in get_args(hint) else choices
