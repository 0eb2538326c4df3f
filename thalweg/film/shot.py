"""Shots and films: what is shown, for how long, and how one shot becomes the next. Knows no picture and no file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.errors import Mark
from thalweg.film.options import SceneOptions
from thalweg.film.sections import Video
from thalweg.film.timeline import Transition
from thalweg.tree import Node

if TYPE_CHECKING:
    from thalweg.calculus import Surface
    from thalweg.engine import Trajectory
    from thalweg.experiment.experiment import Experiment


@dataclass(frozen=True)
class Shot:
    """What one scene shows: its kind and options, an experiment (None for a scene that needs none), its look.

    `style`, `camera` and `options` are instances of the classes that the kind's options declare. `resolved` is the file
    with its defaults, JSON-able; `tree` the file as written. `path` is the file as it was called, `folder` the absolute
    one that paths in it start from, wherever the process goes later.
    """

    path: Path
    folder: Path
    name: str
    title: str | None
    caption: str | None
    kind: str
    options: SceneOptions
    surface: Surface | None
    experiment: Experiment | None
    camera: Any
    style: Any
    video: Video
    resolved: dict[str, Any]
    tree: Node = field(repr=False, compare=False)

    def roll(self, as_data: bool = False) -> list[Trajectory]:
        """One trajectory an entry, none where there is no experiment: every step kept, as pictures need them, or
        `as_data`, as the file's `record` says.
        """
        if self.experiment is None:
            return []
        return self.experiment.roll(self.experiment.record if as_data else "all")

    def written(self, *keys: str) -> Mark | None:
        """Where a value was written, by the file or the command line; None when it is a default."""
        node = self.tree
        for key in keys[:-1]:
            node = (node.entries or {}).get(key) or Node(Mark(1))
        return node.mark_of(keys[-1]) if keys[-1] in (node.entries or {}) else None


@dataclass(frozen=True)
class Film:
    """Shots in a row, and how each becomes the next. A file without chapters is a film of one shot.

    `transitions` has one for each border between shots, or is empty: cuts. Size, frames a second and transparency are
    the film's: ValueError for shots in which they differ.
    """

    shots: tuple[Shot, ...]
    transitions: tuple[Transition, ...] = ()

    def __post_init__(self) -> None:
        alike = {(each.video.width, each.video.height, each.video.fps, each.video.transparent) for each in self.shots}
        if len(alike) != 1:
            raise ValueError(f"a film has one size, rate and transparency, and its shots have {sorted(alike)}")

    @property
    def shot(self) -> Shot:
        """The first shot, which a film of one consists of: its name, title and video are the film's."""
        return self.shots[0]

    @property
    def video(self) -> Video:
        """Size and rate, the same in every shot."""
        return self.shot.video

    def roll(self, as_data: bool = False) -> list[list[Trajectory]]:
        """For each shot one trajectory an entry: see `Shot.roll`."""
        return [shot.roll(as_data) for shot in self.shots]
