"""The experiment as the file has it, the values changed by hand in the window, and the balls rolled from both."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from thalweg.errors import ConfigErrors, number
from thalweg.experiment.experiment import Entry, Experiment
from thalweg.spec.resolved import starts

SHARED = None  # in place of an entry's index: the start of all entries that have none of their own
START = "start"
Key = tuple[int | None, str]  # (entry, "lr"), (entry, "start") or (SHARED, "start")
Value = Any  # of a hyperparameter: a number, a bool or a tuple; of a start: a tuple of points (x, y)
Reader = Callable[..., Experiment]  # (data, more overrides) -> Experiment, raises ConfigErrors


class Model:
    """`experiment` and `trajectories` are what is shown; `filed` is the experiment as the file (and --set) say it.

    `data` is the file's content that `filed` was read from; `edits` what was changed by hand. Every change goes through
    the reader of YAML files, as a --set would, so that the window can show nothing that the file could not say.
    """

    def __init__(self, read: Reader, data: bytes) -> None:
        self.read, self.data, self.edits = read, data, {}
        self.filed = self.experiment = read(data, [])
        self.trajectories = self.filed.roll()
        self.stale = False  # the file changed after something was changed by hand
        self.unsettled = False  # labels and the like do not follow the last change yet

    # what the file says
    def owns_start(self, entry: int) -> bool:
        """Whether the file gives that entry a start of its own."""
        return START in self.filed.resolved["optimizers"][entry][self.filed.entries[entry].name]

    @property
    def sharing(self) -> list[int]:
        """The entries that start where the file's own `start` says."""
        entries = enumerate(self.filed.entries)
        return [index for index, entry in entries if not self.owns_start(index) and entry.recording is None]

    def filed_value(self, key: Key) -> Value:
        """The value that an edit of that key replaces."""
        entry, name = key
        if name != START:
            return getattr(self.filed.entries[entry].optimizer, name)
        return places(self.filed.entries[(self.sharing or [0])[0] if entry is None else entry])

    # changes by hand
    def tune(self, entry: int, name: str, value: Value) -> None:
        """A hyperparameter changes and its optimizer is rolled anew, at once; `settle` does what can wait.

        Raises ValueError, in one line, for a value out of its range.
        """
        old = self.experiment.entries[entry]
        changed = replace(old, optimizer=replace(old.optimizer, **{name: value}))
        self._show_at_once({entry: changed}, {**self.edits, (entry, name): value})

    def drop(self, x: float, y: float) -> None:
        """All balls start at one point. Raises ConfigErrors where the reader refuses it."""
        edits = {key: value for key, value in self.edits.items() if key[1] != START}
        keys = [(index, START) for index in range(len(self.filed.entries)) if self.owns_start(index)]
        for key in [*keys, *([(SHARED, START)] if self.sharing else [])]:
            edits[key] = ((x, y),)
        entries = [entry for entry in enumerate(self.experiment.entries) if entry[1].recording is None]
        if all(len(places(entry)) == 1 for _, entry in entries) and self._suits(x, y):
            self._show_at_once({index: started(entry, 0, (x, y)) for index, entry in entries}, edits)
        else:
            self.take(edits)

    def move(self, entry: int, ball: int, x: float, y: float) -> None:
        """One ball of one entry starts elsewhere; an entry alone with the shared start moves that. Raises as `drop`."""
        key: Key = (SHARED, START) if self.sharing == [entry] else (entry, START)
        old = self.experiment.entries[entry]
        points = list(places(old))
        index = int(old.start_index[ball])
        points[index] = (x, y)
        edits = {**self.edits, key: tuple(points)}
        if old.recording is None and self._suits(x, y):
            self._show_at_once({entry: started(old, index, (x, y))}, edits)
        else:
            self.take(edits)

    def _suits(self, x: float, y: float) -> bool:
        """Whether the reader takes that for a start."""
        surface, ((x0, x1), (y0, y1)) = self.experiment.surface, self.experiment.surface.domain
        with np.errstate(all="ignore"):
            slopes = surface.gradient([x, y])
        return x0 <= x <= x1 and y0 <= y <= y1 and bool(np.isfinite([surface.value([x, y]), *slopes]).all())

    def _show_at_once(self, changed: dict[int, Entry], edits: dict[Key, Value]) -> None:
        """Roll these entries, and no others, without the reader: labels and the like wait for `settle`."""
        entries = [changed.get(index, entry) for index, entry in enumerate(self.experiment.entries)]
        new, rolled = replace(self.experiment, entries=tuple(entries)), list(self.trajectories)
        for index, entry in changed.items():
            rolled[index] = replace(new, entries=(entry,)).roll()[0]
        self.experiment, self.trajectories, self.unsettled, self.edits = new, rolled, True, dict(edits)
        self._forget_unchanged()

    def settle(self) -> None:
        """Everything follows from the edits as it would from a file: labels, legends, what travels with a picture."""
        self.take(self.edits)

    def take(self, edits: dict[Key, Value]) -> None:
        """Have exactly these edits. Raises ConfigErrors, and changes nothing, where the reader refuses them."""
        experiment = self.read(self.data, settings(edits)) if edits else self.filed
        self._show(experiment)
        self.edits = dict(edits)
        self._forget_unchanged()

    def _forget_unchanged(self) -> None:
        self.edits = {key: value for key, value in self.edits.items() if value != self.filed_value(key)}

    def _show(self, experiment: Experiment, reuse: bool = True) -> None:
        """Take an experiment; what is the same as before is not made again."""
        old = self.experiment
        if reuse and experiment.resolved["surface"] == old.resolved["surface"]:
            experiment = replace(experiment, surface=old.surface)
        shown = zip(old.entries, self.trajectories, strict=True) if reuse else ()
        before = {signature(old, entry): rolled for entry, rolled in shown}
        made = []
        for entry in experiment.entries:
            known = before.get(signature(experiment, entry))
            made.append(replace(experiment, entries=(entry,)).roll()[0] if known is None else known)
        self.experiment, self.trajectories, self.unsettled = experiment, made, False

    # the file changed
    def reload(self, data: bytes, filed: Experiment, others: bool) -> list[str]:
        """Take what the file says now; changes by hand stay where the file still says what they replaced.

        `others`: files that it names changed. Returns what was given up, in words.
        """
        before, was = self.filed, {key: self.filed_value(key) for key in self.edits}
        edits = dict(self.edits)
        self.data, self.filed = data, filed
        kept = {key: value for key, value in edits.items() if self._still(key, was[key], before)}
        try:
            experiment = self.read(data, settings(kept)) if kept else filed
        except ConfigErrors:  # what was changed by hand does not suit the file any more
            kept, experiment = {}, filed
        self._show(experiment, reuse=not others)
        self.edits = kept
        self._forget_unchanged()
        self.stale = bool(self.edits)
        return [words_of(before, key) for key in edits if key not in kept]

    def _still(self, key: Key, value: Value, before: Experiment) -> bool:
        entry, name = key
        if entry is None:
            return bool(self.sharing) and self.filed_value(key) == value
        entries = self.filed.entries
        if entry >= len(entries) or entries[entry].name != before.entries[entry].name:
            return False
        return self.filed_value(key) == value


def places(entry) -> tuple[tuple[float, float], ...]:
    """An entry's starts, each once."""
    return tuple((x, y) for x, y in starts(entry).tolist())


def started(entry: Entry, index: int, point: tuple[float, float]) -> Entry:
    """The entry with another point for the start of that index, in all its replicas."""
    moved = entry.starts.copy()
    moved[entry.start_index == index] = point
    return replace(entry, starts=moved)


def words_of(experiment: Experiment, key: Key) -> str:
    """'Adam lr', 'start'."""
    entry, name = key
    return name if entry is None else f"{experiment.entries[entry].label} {name}"


def yaml_of(name: str, value: Value) -> str:
    """A value as it stands in YAML: 0.05, [0.9, 0.999], true, [-1, 2], [[-1, 2], [0, 1]]."""
    if name == START and len(value) == 1:
        value = value[0]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(yaml_of("", each) for each in value) + "]"
    return number(value) if isinstance(value, (int, float)) else str(value)


def settings(edits: dict[Key, Value]) -> list[str]:
    """The edits as --set takes them."""
    return [
        f"{name if entry is None else f'optimizers.{entry}.{name}'}={yaml_of(name, value)}"
        for (entry, name), value in edits.items()
    ]


def signature(experiment: Experiment, entry) -> tuple:
    """Equal where the balls roll equally."""
    told = experiment.resolved
    index = next(index for index, each in enumerate(experiment.entries) if each is entry)
    body = {k: v for k, v in told["optimizers"][index][entry.name].items() if k not in ("label", "color", START)}
    body |= {k: v for k, v in vars(entry.optimizer).items()}  # `tune` leaves what is told behind
    shared = [told[key] for key in ("surface", "steps", "seed", "noise")]
    arrays = [np.ascontiguousarray(array).tobytes() for array in (entry.starts, entry.start_index, entry.replica)]
    return (entry.name, json.dumps([shared, body], sort_keys=True, default=str), *arrays)
