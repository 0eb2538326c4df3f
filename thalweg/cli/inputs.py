"""The files that a run reads: none of them may be what it writes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from thalweg.errors import Problem, misuse
from thalweg.spec.named import named_files
from thalweg.spec.plugins import files_of_command

if TYPE_CHECKING:
    from thalweg.film.shot import Shot


def inputs(shot: Shot) -> Iterator[tuple[str, Path]]:
    """What each file that this shot is read from is to it, and where: the config, its data, its plugins."""
    yield "the config", shot.folder / shot.path.name
    for plugin in files_of_command():
        yield "a plugin of this command", plugin
    for file in named_files(shot):
        yield f"read by {shot.path}", file


def overwritten(shots: Sequence[Shot], files: Sequence[Sequence[Path]]) -> list[Problem]:
    """The outputs that are an input of the same run, by whatever path or link."""
    read: dict[tuple[int, int], str] = {}
    for shot in shots:
        for what, path in inputs(shot):
            if place := _identity(path):
                read.setdefault(place, what)
    return [
        misuse(str(target), f"is {read[place]}", "give another path")
        for targets in files
        for target in targets
        if (place := _identity(target)) in read and place
    ]


def _identity(path: Path) -> tuple[int, int] | None:
    """What makes a file itself, whatever it is called; None where there is none."""
    try:
        about = os.stat(path)
    except (OSError, ValueError):
        return None
    return (about.st_dev, about.st_ino)
