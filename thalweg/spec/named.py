"""The files that a film's YAML names: its data, its plugins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from thalweg.film.shot import Shot
from thalweg.spec.plugins import files_of

NAMING = ("samples", "file", "data")  # keys whose values are paths


def named_files(shot: Shot) -> Iterator[Path]:
    """Each, absolute."""
    waiting = [shot.tree]
    while waiting:
        node = waiting.pop()
        waiting += [*(node.items or []), *(node.entries or {}).values()]
        for key, child in (node.entries or {}).items():
            if key in NAMING and isinstance(child.scalar, str) and "\0" not in child.scalar:
                yield shot.folder / child.scalar
    if shot.tree.has("plugins"):
        yield from files_of(shot.tree.child("plugins"), shot.folder)
