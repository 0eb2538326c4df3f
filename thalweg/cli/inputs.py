"""The files that a run reads: none of them may be what it writes."""
from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.errors import Problem
from thalweg.spec.plugins import given

if TYPE_CHECKING:
    from thalweg.experiment.experiment import Experiment

NAMING = ("samples", "file")     # keys whose values are paths; and the list of plugins


def inputs(experiment: Experiment) -> Iterator[tuple[str, Path]]:
    """What each file that this experiment is read from is to it, and where: the config, its data, its plugins."""
    yield "the config", experiment.path
    for plugin in given():
        yield "a plugin of this command", plugin
    waiting = [experiment.tree]
    while waiting:
        node = waiting.pop()
        waiting += [*(node.items or []), *(node.entries or {}).values()]
        for key, child in (node.entries or {}).items():
            named = (child.items or []) if key == "plugins" else [child] if key in NAMING else []
            for each in named:
                if isinstance(each.scalar, str) and "\0" not in each.scalar:
                    yield f"read by {experiment.path}", experiment.path.parent / each.scalar


def overwritten(experiments: Sequence[Experiment], files: Sequence[Sequence[Path]]) -> list[Problem]:
    """The outputs that are an input of the same run, by whatever path or link."""
    read: dict[tuple[int, int], str] = {}
    for experiment in experiments:
        for what, path in inputs(experiment):
            if place := _identity(path):
                read.setdefault(place, what)
    return [Problem("", 0, "", f"is {read[place]}", "give another path", str(target))
            for targets in files for target in targets if (place := _identity(target)) in read and place]


def _identity(path: Path) -> tuple[int, int] | None:
    """What makes a file itself, whatever it is called; None where there is none."""
    try:
        about = os.stat(path)
    except (OSError, ValueError):
        return None
    return (about.st_dev, about.st_ino)
