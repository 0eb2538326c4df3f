"""A config's best_of: its candidates are rolled, and the best of each entry's is what the config says."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from thalweg.engine.rule.own import OwnRule
from thalweg.errors import Report
from thalweg.experiment.best import best
from thalweg.experiment.experiment import Entry, Experiment, Search, alike
from thalweg.spec.document import Document, Draft
from thalweg.spec.entries import entries
from thalweg.spec.resolved import plain, surface_told
from thalweg.spec.sweeps import BEST, FOUND, Candidate, Several, Wanted, short_path

KEPT = 64  # searches that are known, for the window: a file is read anew at every change
_known: OrderedDict[tuple[Any, ...], list[tuple[int, bool]]] = OrderedDict()


def only_the_best(parts: Document, report: Report) -> Document:
    """The document with, of the candidates of each entry, the best alone; the first where something is wrong."""
    groups: dict[Wanted, list[Draft]] = {}
    for draft in parts.drafts:
        if draft.candidate:
            groups.setdefault(draft.candidate.wanted, []).append(draft)
    if not groups:
        return parts
    kept: dict[Candidate, Draft] = {group[0].candidate: group[0] for group in groups.values()}
    if not report.problems:
        drafts = [draft for group in groups.values() for draft in group]
        made = iter(entries(replace(parts, drafts=drafts, record="last"), [""] * len(drafts), report))
    if not report.problems:
        rolled = [[next(made) for _ in group] for group in groups.values()]
        kept = {}
        searched = zip(groups.values(), rolled, _searched(parts, rolled), strict=True)
        for group, same, (index, diverged) in searched:
            one = group[index]
            kept[one.candidate] = replace(one, search=_told(one.candidate, len(same[0].starts), diverged))
    return _without(parts, kept)


def _without(parts: Document, kept: Mapping[Candidate, Draft]) -> Document:
    """The document without the candidates that are not kept."""
    items = parts.tree.child("optimizers")
    left = [item for item in items.items or [] if item.candidate is None or item.candidate in kept]
    whole = {**(parts.tree.entries or {}), "optimizers": replace(items, items=left)}
    drafts = [kept.get(draft.candidate, draft) for draft in parts.drafts]
    drafts = [draft for draft in drafts if draft.candidate is None or draft.candidate in kept]
    return replace(parts, drafts=drafts, tree=replace(parts.tree, entries=whole))


def _searched(parts: Document, groups: Sequence[Sequence[Entry]]) -> list[tuple[int, bool]]:
    """As `best`, and known from then on."""
    basics = parts.basics
    surface = type(parts.surface), json.dumps(plain(surface_told(parts.surface, parts.tree.child("surface"))))
    key = (
        *surface,
        getattr(parts.surface, "count", None),  # of its rows the last ones may be held out
        basics.steps,
        basics.seed,
        repr(parts.noise),
        *(tuple((_kind(entry), alike(entry)) for entry in group) for group in groups),
    )
    if key not in _known:
        experiment = Experiment(parts.surface, (), basics.steps, basics.seed, basics.tolerance, parts.noise)
        _known[key] = best(experiment, groups)
    _known.move_to_end(key)
    while len(_known) > KEPT:
        _known.popitem(last=False)
    return _known[key]


def _kind(entry: Entry) -> type[Any] | None:
    """The class, which another file of the same name would not have; a rule's is made anew, its text says it."""
    return None if isinstance(entry.optimizer, OwnRule) else type(entry.optimizer)


def _told(candidate: Candidate, balls: int, diverged: bool) -> Search:
    """What is said of the one that was chosen."""
    keys, pairs = candidate.wanted.keys, list(zip(candidate.wanted.keys, candidate.values, strict=True))
    ends = [_end(key, value, len(keys) > 1) for key, value in pairs]
    return Search(
        tuple(key.path for key in keys),
        tuple({BEST: key.written, FOUND: value} for key, value in pairs),
        math.prod(len(key.values) for key in keys),
        ("all diverged" if balls == 1 else "balls of all diverged") if diverged else ", ".join(filter(None, ends)),
    )


def _end(key: Several, value: float, named: bool) -> str:
    """'the largest' of a value that stands at the end of its range; `named`: 'the largest lr'."""
    if len(key.values) < 2 or value not in (min(key.values), max(key.values)):
        return ""
    which = "the largest" if value == max(key.values) else "the smallest"
    return f"{which} {short_path(key.path)}" if named else which
