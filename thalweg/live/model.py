"""The shot as the file has it, the values changed by hand in the window, and the balls rolled from both."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from thalweg.errors import ConfigErrors, number
from thalweg.experiment.experiment import Entry
from thalweg.film.shot import Shot
from thalweg.spec.resolved import starts

SHARED = None  # in place of an entry's index: the start of all entries that have none of their own
START = "start"
Key = tuple[int | None, str]  # (entry, "lr"), (entry, "start") or (SHARED, "start")
Value = Any  # of a hyperparameter: a number, a bool or a tuple; of a start: a tuple of points (x, y)
Reader = Callable[..., Shot]  # (data, more overrides) -> Shot, raises ConfigErrors


class Model:
    """`shot` and `trajectories` are what is shown; `filed` is the shot as the file (and --set) say it.

    `data` is the file's content that `filed` was read from; `edits` what was changed by hand. Every change goes through
    the reader of YAML files, as a --set would, so that the window can show nothing that the file could not say.
    """

    def __init__(self, read: Reader, data: bytes) -> None:
        self.read, self.data = read, data
        self.edits: dict[Key, Value] = {}
        self.filed = self.shot = read(data, [])
        self.trajectories = self.filed.roll()
        self.stale = False  # the file changed after something was changed by hand
        self.unsettled = False  # labels and the like do not follow the last change yet

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Of what is shown; none where nothing rolls."""
        return entries_of(self.shot)

    # what the file says
    def owns_start(self, entry: int) -> bool:
        """Whether the file gives that entry a start of its own."""
        return START in self.filed.resolved["optimizers"][entry][entries_of(self.filed)[entry].name]

    @property
    def sharing(self) -> list[int]:
        """The entries that start where the file's own `start` says."""
        entries = enumerate(entries_of(self.filed))
        return [index for index, entry in entries if not self.owns_start(index) and entry.recording is None]

    def filed_value(self, key: Key) -> Value:
        """The value that an edit of that key replaces."""
        entry, name = key
        if name != START and entry is not None:
            return getattr(entries_of(self.filed)[entry].optimizer, name)
        return places(entries_of(self.filed)[(self.sharing or [0])[0] if entry is None else entry])

    def in_file(self, edits: dict[Key, Value]) -> dict[Key, Value]:
        """The edits by the places of the file's own entries, of which each sweep is one. Raises ValueError, in a line,
        for an edit of one of a sweep.
        """
        origins = origins_of(self.filed)
        for entry, _ in edits:
            if entry is not None and origins.count(origins[entry]) > 1:
                raise ValueError(f"{entries_of(self.filed)[entry].label} is one of a sweep; change that in the file")
        return {(None if entry is None else origins[entry], name): value for (entry, name), value in edits.items()}

    # changes by hand
    def tune(self, entry: int, name: str, value: Value) -> None:
        """A hyperparameter changes and its optimizer is rolled anew, at once; `settle` does what can wait.

        Raises ValueError, in one line, for a value out of its range.
        """
        old = self.entries[entry]
        changed = replace(old, optimizer=replace(old.optimizer, **{name: value}))
        self._show_at_once({entry: changed}, {**self.edits, (entry, name): value})

    def drop(self, x: float, y: float) -> None:
        """All balls start at one point. Raises ConfigErrors where the reader refuses it, ValueError as `in_file`."""
        edits = {key: value for key, value in self.edits.items() if key[1] != START}
        keys = [(index, START) for index in range(len(entries_of(self.filed))) if self.owns_start(index)]
        for key in [*keys, *([(SHARED, START)] if self.sharing else [])]:
            edits[key] = ((x, y),)
        entries = [entry for entry in enumerate(self.entries) if entry[1].recording is None]
        if all(len(places(entry)) == 1 for _, entry in entries) and self._suits(x, y):
            self._show_at_once({index: started(entry, 0, (x, y)) for index, entry in entries}, edits)
        else:
            self.take(edits)

    def move(self, entry: int, ball: int, x: float, y: float) -> None:
        """One ball of one entry starts elsewhere; an entry alone with the shared start moves that. Raises as `drop`."""
        key: Key = (SHARED, START) if self.sharing == [entry] else (entry, START)
        old = self.entries[entry]
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
        surface = self.shot.surface
        if surface is None:
            return False
        (x0, x1), (y0, y1) = surface.domain
        with np.errstate(all="ignore"):
            slopes = surface.gradient([x, y])
        return x0 <= x <= x1 and y0 <= y <= y1 and bool(np.isfinite([surface.value([x, y]), *slopes]).all())

    def _show_at_once(self, changed: dict[int, Entry], edits: dict[Key, Value]) -> None:
        """Roll these entries, and no others, without the reader: labels and the like wait for `settle`."""
        self.in_file(edits)
        entries = [changed.get(index, entry) for index, entry in enumerate(self.entries)]
        new, rolled = with_entries(self.shot, entries), list(self.trajectories)
        for index, entry in changed.items():
            rolled[index] = with_entries(new, [entry]).roll()[0]
        self.shot, self.trajectories, self.unsettled, self.edits = new, rolled, True, dict(edits)
        self._forget_unchanged()

    def settle(self) -> None:
        """Everything follows from the edits as it would from a file: labels, legends, what travels with a picture."""
        self.take(self.edits)

    def take(self, edits: dict[Key, Value]) -> None:
        """Have exactly these edits. Raises ConfigErrors, and changes nothing, where the reader refuses them."""
        self._show(self.read(self.data, settings(self.in_file(edits))) if edits else self.filed)
        self.edits = dict(edits)
        self._forget_unchanged()

    def _forget_unchanged(self) -> None:
        self.edits = {key: value for key, value in self.edits.items() if value != self.filed_value(key)}

    def _show(self, shot: Shot, reuse: bool = True) -> None:
        """Take a shot; what is the same as before is not made again."""
        old = self.shot
        surface = old.surface if reuse and shot.surface is not None else None
        if surface is not None and all(
            shot.resolved.get(key) == old.resolved.get(key) for key in ("surface", "test_surface")
        ):
            experiment = shot.experiment and replace(shot.experiment, surface=surface)
            shot = replace(shot, surface=surface, experiment=experiment)
        shown = zip(entries_of(old), self.trajectories, strict=True) if reuse else ()
        before = {signature(old, entry): rolled for entry, rolled in shown}
        made = []
        for entry in entries_of(shot):
            known = before.get(signature(shot, entry))
            made.append(with_entries(shot, [entry]).roll()[0] if known is None else known)
        self.shot, self.trajectories, self.unsettled = shot, made, False

    # the file changed
    def reload(self, data: bytes, filed: Shot, others: bool) -> list[str]:
        """Take what the file says now; changes by hand stay where the file still says what they replaced.

        `others`: files that it names changed. Returns what was given up, in words.
        """
        before, was = self.filed, {key: self.filed_value(key) for key in self.edits}
        edits = dict(self.edits)
        self.data, self.filed = data, filed
        kept = {key: value for key, value in edits.items() if self._still(key, was[key], before)}
        try:
            shot = self.read(data, settings(self.in_file(kept))) if kept else filed
        except ConfigErrors:  # what was changed by hand does not suit the file any more
            kept, shot = {}, filed
        self._show(shot, reuse=not others)
        self.edits = kept
        self._forget_unchanged()
        self.stale = bool(self.edits)
        return [words_of(before, key) for key in edits if key not in kept]

    def _still(self, key: Key, value: Value, before: Shot) -> bool:
        entry, name = key
        if entry is None:
            return bool(self.sharing) and self.filed_value(key) == value
        entries = entries_of(self.filed)
        if entry >= len(entries) or entries[entry].name != entries_of(before)[entry].name:
            return False
        return bool(self.filed_value(key) == value)


def entries_of(shot: Shot) -> tuple[Entry, ...]:
    """What rolls in a shot."""
    return shot.experiment.entries if shot.experiment else ()


def origins_of(shot: Shot) -> list[int]:
    """Of each entry, the place of the one in the file's list that it was made of."""
    written = shot.tree.child("optimizers").items or [] if shot.tree.has("optimizers") else []
    return [index if each.origin is None else each.origin for index, each in enumerate(written)]


def with_entries(shot: Shot, entries: Sequence[Entry]) -> Shot:
    """The shot with other entries."""
    assert shot.experiment is not None
    return replace(shot, experiment=replace(shot.experiment, entries=tuple(entries)))


def places(entry: Entry) -> tuple[tuple[float, float], ...]:
    """An entry's starts, each once."""
    return tuple((x, y) for x, y in starts(entry).tolist())


def started(entry: Entry, index: int, point: tuple[float, float]) -> Entry:
    """The entry with another point for the start of that index, in all its replicas."""
    moved = entry.starts.copy()
    moved[entry.start_index == index] = point
    return replace(entry, starts=moved)


def words_of(shot: Shot, key: Key) -> str:
    """'Adam lr', 'start'."""
    entry, name = key
    return name if entry is None else f"{entries_of(shot)[entry].label} {name}"


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


def signature(shot: Shot, entry: Entry) -> tuple[object, ...]:
    """Equal where the balls roll equally."""
    told = shot.resolved
    index = next(index for index, each in enumerate(entries_of(shot)) if each is entry)
    body = {k: v for k, v in told["optimizers"][index][entry.name].items() if k not in ("label", "color", START)}
    body |= {k: v for k, v in vars(entry.optimizer).items()}  # `tune` leaves what is told behind
    shared = [told[key] for key in ("surface", "test_surface", "steps", "seed", "noise")]
    arrays = [np.ascontiguousarray(array).tobytes() for array in (entry.starts, entry.start_index, entry.replica)]
    return (entry.name, json.dumps([shared, body], sort_keys=True, default=str), *arrays)
