"""What each entry is called."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thalweg.errors import number

LONG = 8  # characters of a number
NOT_YET = "best"  # of a number that a best_of is going to find


@dataclass(frozen=True)
class Named:
    """What a label is made of: name and display name, all the hyperparameters, schedule, clipping, start in words.
    `found` are the hyperparameters that a best_of found, `search` how that is told.
    """

    name: str
    display: str
    hyper: Mapping[str, Any]
    apart: tuple[str, ...] = ()
    label: str | None = None
    found: tuple[str, ...] = ()
    search: str = ""


def labels(entries: Sequence[Named]) -> list[str]:
    """The user's label where given, else the display name, the hyperparameters in which the entries of that name
    differ or that were found, schedule, clipping and start where that is not enough, and (2), (3) where nothing tells
    two apart.
    """
    differing = _differing(entries)
    made = [entry.label or _with_hyper(entry, differing[entry.name], short) for entry in entries]
    alike = Counter(made)  # numbers of a sweep that four digits do not tell apart have all of theirs
    made = [
        label if entry.label or alike[label] == 1 else _with_hyper(entry, differing[entry.name], words)
        for entry, label in zip(entries, made, strict=True)
    ]
    twice = Counter(made)
    made = [
        label if entry.label or twice[label] == 1 or not entry.apart else f"{label} {', '.join(entry.apart)}"
        for entry, label in zip(entries, made, strict=True)
    ]
    taken = {entry.label for entry in entries if entry.label}
    counts: dict[str, int] = {}  # of many alike none is counted again
    for index, entry in enumerate(entries):
        plain = made[index]
        while not entry.label and made[index] in taken:
            counts[plain] = counts.get(plain, 1) + 1
            made[index] = f"{plain} ({counts[plain]})"
        taken.add(made[index])
    return made


def _differing(entries: Sequence[Named]) -> dict[str, list[str]]:
    """The hyperparameters in which the entries of a name differ, in the order of the first of them."""
    first: dict[str, Named] = {}
    found: dict[str, dict[str, bool]] = {}
    for entry in entries:
        peer, differs = first.setdefault(entry.name, entry), found.setdefault(entry.name, {})
        for key in {**peer.hyper, **entry.hyper}:
            differs[key] = differs.get(key, False) or entry.hyper.get(key) != peer.hyper.get(key)
    return {name: [key for key, other in differs.items() if other] for name, differs in found.items()}


def _with_hyper(entry: Named, differing: Sequence[str], written: Callable[[Any], str]) -> str:
    told = [key for key in entry.hyper if key in differing or key in entry.found]
    hyper = [f"{key}={written(entry.hyper[key])}" for key in told]
    return " ".join([entry.display, ", ".join(filter(None, [*hyper, entry.search]))]).strip()


def short(value: Any) -> str:
    """As `words`, long numbers with four digits."""
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(short(each) for each in value) + "]"
    exact = words(value)
    if isinstance(value, float) and len(exact) > LONG and math.isfinite(value):
        return number(float(f"{value:.4g}"))
    return exact


def words(value: Any) -> str:
    """A hyperparameter as reports show it: 0.1, true, [0.9, 0.999], adam(betas=[0.9, 0.999])."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(words(each) for each in value) + "]"
    if isinstance(value, Mapping):  # the optimizer inside another
        return ", ".join(_held(name, hyper if isinstance(hyper, Mapping) else {}) for name, hyper in value.items())
    return number(value) if isinstance(value, (int, float)) else str(value)


def _held(name: str, hyper: Mapping[str, Any]) -> str:
    """The optimizer inside another; one that is a rule by its label, else by its numbers."""
    if name == "rule" and hyper.get("label"):
        return str(hyper["label"])
    shown = {key: each for key, each in hyper.items() if name != "rule" or key not in ("update", "initial", "label")}
    return f"{name}({', '.join(f'{key}={words(each)}' for key, each in shown.items())})" if shown else name
