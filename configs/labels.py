"""What each entry of the race is called."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from configs.errors import number


@dataclass(frozen=True)
class Named:
    """What a label is made of: name and display name, all the hyperparameters, schedule, clipping, start in words."""

    name: str
    display: str
    hyper: Mapping[str, Any]
    told: tuple[str, ...] = ()
    label: str | None = None


def labels(entries: Sequence[Named]) -> list[str]:
    """The user's label where given, else the display name, the hyperparameters in which the entries of that name
    differ, schedule, clipping and start where that is not enough, and (2), (3) where nothing tells two apart."""
    made = [entry.label or _with_hyper(entry, entries) for entry in entries]
    twice = Counter(made)
    made = [label if entry.label or twice[label] == 1 or not entry.told else f"{label} {', '.join(entry.told)}"
            for entry, label in zip(entries, made, strict=True)]
    taken = {entry.label for entry in entries if entry.label}
    for index, entry in enumerate(entries):
        plain, count = made[index], 2
        while not entry.label and made[index] in taken:
            made[index], count = f"{plain} ({count})", count + 1
        taken.add(made[index])
    return made


def _with_hyper(entry: Named, entries: Sequence[Named]) -> str:
    peers = [each for each in entries if each.name == entry.name]
    differing = [key for key in entry.hyper if any(each.hyper.get(key) != entry.hyper[key] for each in peers)]
    return " ".join([entry.display, ", ".join(f"{key}={words(entry.hyper[key])}" for key in differing)]).strip()


def words(value: Any) -> str:
    """A hyperparameter as labels and reports show it: 0.1, true, [0.9, 0.999], adam(betas=[0.9, 0.999])."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(words(each) for each in value) + "]"
    if isinstance(value, Mapping):    # the optimizer inside another
        told = [(name, hyper if isinstance(hyper, Mapping) else {}) for name, hyper in value.items()]
        return ", ".join(f"{name}({', '.join(f'{key}={words(each)}' for key, each in hyper.items())})"
                         for name, hyper in told)
    return number(value) if isinstance(value, (int, float)) else str(value)
