"""What is rolled: the experiment, with every default filled in. Knows no picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from thalweg.calculus import Surface
    from thalweg.engine import Optimizer, Record, Trajectory
    from thalweg.engine.asked import CountedTrajectory
    from thalweg.engine.clip import Clip
    from thalweg.engine.noise import Noise
    from thalweg.engine.schedules import Schedule
    from thalweg.experiment.recorded import Recording

FEW = 4  # entries that differ in numbers alone and are rolled one by one
PROJECTED = "elsewhere, projected"  # what the screen says of a recording whose loss is not the surface's below it


@dataclass(frozen=True)
class Search:
    """What a best_of says of the entry that it chose.

    `paths` are the hyperparameters it chose for, each the keys that lead to it (a part of a pair has two, one of an
    optimizer inside another at least three), `written` what stands for each in a config; `count` is how many were to
    choose from, `remark` in words that a chosen value is at an end of its range, or that all diverged.
    """

    paths: tuple[tuple[str | int, ...], ...]
    written: tuple[dict[str, Any], ...]
    count: int
    remark: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The hyperparameters, each once; the lr of an optimizer inside another is that one's, too."""
        return tuple(dict.fromkeys("lr" if path[-1] == "lr" else str(path[0]) for path in self.paths))

    @property
    def brief(self) -> str:
        """'best of 25'."""
        return f"best of {self.count}"

    @property
    def words(self) -> str:
        """'best of 25', 'best of 25, the largest', 'best of 25, all diverged'."""
        return ", ".join(filter(None, [self.brief, self.remark]))


@dataclass(frozen=True)
class Entry:
    """What rolls as one: an optimizer with its hyperparameters and its balls' starts (balls, 2).

    Balls count starts, then replicas: ball i is the replica[i]-th run of start start_index[i], both (balls,).
    `chosen` is what the screen tells: the hyperparameters that were written, lr always, schedule and clipping in words;
    `search` says which of them a best_of found.
    """

    name: str
    label: str
    color: str | None
    optimizer: Optimizer
    starts: npt.NDArray[np.float64]
    chosen: dict[str, Any]
    start_index: npt.NDArray[np.int64]
    replica: npt.NDArray[np.int64]
    schedule: dict[str, Schedule]
    clip: Clip | None
    recording: Recording | None = None
    search: Search | None = None

    def details(self, written: Callable[[Any], str]) -> dict[str, str]:
        """What is chosen, in words, numbers as `written` has them; what a best_of found is told as that."""
        told = {name: written(value) for name, value in self.chosen.items()}
        if self.search:
            last = [name for name in told if name in self.search.keys][-1]
            told[last] += f", {self.search.words}"
        return told


@dataclass(frozen=True)
class Experiment:
    """All that data, reports and outcomes need: who starts where on which surface, for how many steps.

    `seed` is of all that is drawn at random; `tolerance` says how near a minimum a ball has arrived, as a share of the
    domain's diagonal; `record` which steps are kept as data. Of `test_surface` no ball knows: its loss is told.
    """

    surface: Surface
    entries: tuple[Entry, ...]
    steps: int
    seed: int = 0
    tolerance: float = 0.02
    noise: Noise | None = None
    record: Record = "all"
    test_surface: Surface | None = None

    def test_loss(self, positions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
        """The test surface's loss (...) at positions (..., 2), nan where these are; None without a test surface."""
        if self.test_surface is None:
            return None
        with np.errstate(all="ignore"):
            return self.test_surface.value(positions)

    def roll(self, record: Record = "all") -> list[Trajectory]:
        """One trajectory an entry, all its balls at once; entries that are the same share it. A recording that is over
        stays where it ended.

        `record` says which steps are kept: what is drawn needs all, data those of `self.record`.
        """
        from thalweg.engine.record import thinned

        made = _together(self, [entry for entry in self.entries if not entry.recording], record)
        return [
            thinned(entry.recording.trajectory(self.surface, self.steps), record) if entry.recording else next(made)
            for entry in self.entries
        ]


def _together(experiment: Experiment, entries: Sequence[Entry], record: Record) -> Iterator[CountedTrajectory]:
    """A trajectory for each entry, none of them recorded; entries that are the same share it. Each is to the bit what
    it is alone.
    """
    made: dict[str, CountedTrajectory] = {}
    names = [alike(entry) for entry in entries]
    groups: dict[str, dict[str, Entry]] = {}  # what numbers apart are the same -> the different ones among them
    for name, entry in zip(names, entries, strict=True):
        groups.setdefault(_but_for_numbers(entry), {}).setdefault(name, entry)
    for group in groups.values():
        batch = _batch(experiment, list(group.values()), record) if len(group) > FEW else None
        alone = batch or [_roll(experiment, [entry], record, {}) for entry in group.values()]
        made |= zip(group, alone, strict=True)
    return iter([made[name] for name in names])


def alike(entry: Entry) -> str:
    """The same for entries whose balls roll the same way on a surface."""
    rest = entry.starts.tobytes(), entry.start_index.tobytes(), entry.replica.tobytes()
    return repr((type(entry.optimizer), entry.optimizer, entry.optimizer.rule_text(), entry.schedule, entry.clip, rest))


def _numbers(entry: Entry) -> dict[str, Any]:
    """The hyperparameters that may differ from run to run: numbers, and pairs of them."""
    found = {each.name: getattr(entry.optimizer, each.name) for each in fields(entry.optimizer)}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, float) or isinstance(value, tuple) and all(isinstance(part, float) for part in value)
    }


def _but_for_numbers(entry: Entry) -> str:
    # a number that is 0 may leave an array out of the state, or a term out of the text
    zeros = {name: value == 0 for name, value in _numbers(entry).items()}
    others = {name: getattr(entry.optimizer, name) for name in vars(entry.optimizer) if name not in zeros}
    rest = entry.starts.tobytes(), entry.start_index.tobytes(), entry.replica.tobytes()
    text = entry.optimizer.rule_text()
    return repr((entry.optimizer.name, others, zeros, text, entry.schedule, entry.clip, rest))


def _batch(experiment: Experiment, entries: list[Entry], record: Record) -> list[CountedTrajectory] | None:
    """All of them at once, or None where what they asked for cannot be told apart afterwards."""
    balls = len(entries[0].starts)
    numbers = [_numbers(entry) for entry in entries]
    hyper: dict[str, Any] = {}
    for name, first in numbers[0].items():
        values = [each[name] for each in numbers]
        if any(value != first for value in values):
            columns = np.repeat(np.array(values, dtype=np.float64), balls, axis=0)
            hyper[name] = tuple(columns.T) if columns.ndim > 1 else columns
    whole = _roll(experiment, entries, record, hyper)
    if whole.asked.single:
        return None
    return [_part(whole, slice(index * balls, (index + 1) * balls)) for index in range(len(entries))]


def _roll(experiment: Experiment, entries: Sequence[Entry], record: Record, hyper: dict[str, Any]) -> CountedTrajectory:
    from thalweg.engine.asked import counted_roll

    first = entries[0]
    return counted_roll(
        first.optimizer,
        experiment.surface,
        np.concatenate([entry.starts for entry in entries]),
        experiment.steps,
        schedule=first.schedule,
        clip=first.clip,
        noise=experiment.noise,
        seed=experiment.seed,
        start_index=np.concatenate([entry.start_index for entry in entries]),
        replica=np.concatenate([entry.replica for entry in entries]),
        record=record,
        **({"hyper": hyper} if hyper else {}),
    )


def _part(whole: CountedTrajectory, runs: slice) -> CountedTrajectory:
    """Some runs of a batch."""
    from thalweg.engine.tail import Tail

    arrays = ("start", "positions", "loss", "gradient", "gradient_used", "gradient_at", "status", "last")
    ending = None if whole.ending is None else Tail(*(each[runs] for each in whole.ending))
    return replace(
        whole,
        **{name: getattr(whole, name)[runs] for name in arrays},
        state={name: rows[runs] for name, rows in whole.state.items()},
        ending=ending,
    )
