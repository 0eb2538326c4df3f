"""What --list prints: every member with its parameters, one line each."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from thalweg.errors import one_line
from thalweg.experiment.tables import NAMED
from thalweg.registry import BrokenMember, Range
from thalweg.spec.labels import words

WHAT = ("optimizers", "surfaces", "scenes", "schedules", "noise", "recorded")
RECORDED = ("file=... (a csv)",
            f"columns=null (the csv's names of {', '.join(NAMED)}: " "{x: w1, loss: train/loss}; null: none)",
            "where=null (the rows that count: {run: 3})", "label=null", "color=null", "sha256=null")


def listing(what: str) -> Iterator[str]:
    """Lines for one of WHAT, or for all of them under headings when `what` is 'all'."""
    for name in WHAT:
        lines = iter([f"recorded  {', '.join(RECORDED)}"]) if name == "recorded" else None
        if what == name:
            yield from lines or _members(registry(name))
        elif what == "all":
            yield f"{name}:"
            yield from (f"  {line}" for line in lines or _members(registry(name)))


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


def _members(members: Mapping[str, Any]) -> Iterator[str]:
    width = max(map(len, members), default=0)
    for name in members:
        try:
            parameters = [_parameter(each) for each in fields(members[name])]
        except BrokenMember as error:
            yield one_line(f"{name:{width}}  broken: {type(error.cause).__name__}: {error.cause}")
            continue
        yield f"{name:{width}}  {', '.join(parameters)}".rstrip()


def _parameter(each: Any) -> str:
    limits: Range = each.metadata.get("range", Range())
    ranged = limits.words()
    default = "..." if each.default is MISSING else words(each.default)  # must be given
    return f"{each.name}={default}" + (f" ({ranged})" if ranged else "")
