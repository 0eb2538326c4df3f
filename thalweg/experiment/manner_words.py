"""How balls move in the end, in words: which creep, settle, hop, and by how much."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from thalweg.experiment.manner import (
    CREEPS,
    HOPS,
    LESS,
    MANNERS,
    SETTLES,
    SWINGS_IN,
    THROWN,
    TREMBLES,
    WIDER,
    Manner,
    manners,
)
from thalweg.experiment.outcome_words import WORDS, Say, group_words
from thalweg.experiment.outcomes import IN, NONE, Group, Outcomes

if TYPE_CHECKING:
    from thalweg.engine import Trajectory
    from thalweg.experiment.experiment import Experiment

IN_MINIMUM = {SETTLES: "settles in {}", SWINGS_IN: "swings, then settles in {}", THROWN: "thrown out, settles in {}"}
ELSEWHERE = {
    CREEPS: "still creeping",
    SWINGS_IN: "still swinging",
    LESS: "hops ever less",
    HOPS: "hops on and on",
    TREMBLES: "trembles",
    WIDER: "swings ever wider",
    **WORDS,
}
MADE = (LESS, HOPS, TREMBLES)  # of which the step is told
LOSS = (CREEPS, WIDER)  # and of which the loss


class Moved(NamedTuple):
    """Balls that move alike, in words; of each entry how many of them, and of one that has a single ball how far, how
    soon or how low, else an empty text; the group of outcomes that they end in.
    """

    words: str
    counts: tuple[int, ...]
    numbers: tuple[str, ...]
    group: Group


def moved(experiment: Experiment, trajectories: Sequence[Trajectory], outcomes: Outcomes, say: Say) -> list[Moved]:
    """All manners that there are, every ball in one of them, in the order of MANNERS; `say` writes a loss."""
    each = manners(experiment, trajectories, outcomes)
    keys = sorted({_key(manner) for entry in each for manner in entry}, key=lambda key: (MANNERS.index(key[0]), key[1]))
    words, made = group_words(outcomes, say), []
    for key in keys:
        counts = tuple(sum(_key(manner) == key for manner in entry) for entry in each)
        numbers = tuple(
            _number(entry[0], outcomes.entries[index].steps[0], _last(trajectories[index]), say)
            if count and len(entry) == 1
            else ""
            for index, (entry, count) in enumerate(zip(each, counts, strict=True))
        )
        made.append(Moved(_words(*key, words), counts, numbers, Group(IN if key[1] != NONE else key[0], key[1])))
    return made


def _key(manner: Manner) -> tuple[str, int]:
    """What tells a manner from another: of a ball that comes to no rest, not the minimum around which it moves."""
    return manner.word, manner.minimum if manner.word in IN_MINIMUM else NONE


def _words(word: str, minimum: int, of_group: Callable[[Group], str]) -> str:
    if minimum == NONE:
        return ELSEWHERE[word]
    return IN_MINIMUM[word].format(of_group(Group(IN, minimum)).removeprefix("in "))


def _last(path: Trajectory) -> float:
    """The loss at which an entry's first ball ends."""
    return float(path.loss[0, path.ends[0]])


def _number(manner: Manner, steps: int, loss: float, say: Say) -> str:
    if manner.word in MADE:
        return f"hops of {manner.step:.2g}"
    if manner.word in LOSS and say(loss):
        return f"loss {say(loss)}"
    return f"{steps} steps" if manner.word in IN_MINIMUM and steps != NONE else ""
