"""A file as it was read, before its parts are checked against one another: a part that had problems is None."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from thalweg.engine import Record
from thalweg.engine.clip import Clip
from thalweg.engine.noise import Noise
from thalweg.engine.schedules import Schedule
from thalweg.errors import Mark
from thalweg.experiment.experiment import Search
from thalweg.experiment.recorded import Recording
from thalweg.film import SceneOptions
from thalweg.film.sections import Look, Video
from thalweg.spec.basics import Basics, EntryBasics
from thalweg.spec.schedules import words_of
from thalweg.spec.starts import Start
from thalweg.tree import Node


@dataclass(frozen=True)
class Draft:
    """An entry as read: parts that had problems are None.

    `candidate` says of which best_of it is one (`sweeps.Candidate`), `search` what that found, where it is the best.
    """

    name: str
    where: str
    mark: Mark
    optimizer: Any
    basics: EntryBasics
    body: Node
    start: Start | None
    chosen: tuple[str, ...]
    schedule: dict[str, Schedule]
    clip: Clip | None
    recording: Recording | None = None
    candidate: Any = None
    search: Search | None = None

    @property
    def apart(self) -> tuple[str, ...]:
        """What tells the entry apart besides hyperparameters, in words."""
        return self.recording.apart if self.recording else told_apart(self.start, self.schedule, self.clip)


@dataclass(frozen=True)
class Document:
    """What the first pass read."""

    tree: Node
    basics: Basics
    steps_right: bool
    kind: str
    scene: type[SceneOptions]
    options: Any
    rolls: bool
    noise: Noise | None
    record: Record
    surface: Any  # that balls roll on
    whole: Any  # the same as it was written, with the rows that are held out of it
    test: Any  # the test surface
    start: Start | None
    drafts: list[Draft]
    camera: Any
    style: Look
    video: Video | None


def told_apart(start: Start | None, schedules: dict[str, Schedule], clip: Clip | None) -> tuple[str, ...]:
    """What tells entries apart whose hyperparameters are the same."""
    words = (words_of(schedules), f"clip {clip.words}" if clip else "", start.label if start else "")
    return tuple(word for word in words if word)
