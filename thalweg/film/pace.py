"""What a film's `pace:` says as a list: stretches of steps with their seconds, and moments around which all is slow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from thalweg.experiment.events import NeverHappens, When, find
from thalweg.registry import parameter

if TYPE_CHECKING:
    from thalweg.engine import Trajectory
    from thalweg.experiment.experiment import Experiment


@dataclass(frozen=True)
class Stretch:
    """Steps that get their own seconds, at one speed."""

    from_step: int = parameter(MISSING, low=0, high=1_000_000, doc="where it begins")
    to_step: int = parameter(MISSING, low=1, high=1_000_000, doc="where it ends")
    seconds: float = parameter(MISSING, low=0, low_open=True, high=3600, doc="of a film of 10 s or more")


@dataclass(frozen=True)
class Slowly:
    """Slow motion around a moment."""

    when: When = field(default=When(), metadata={"own_reader": True})
    slow: float = parameter(0.25, low=0.01, high=1, doc="times the speed that there would be")
    for_: float = parameter(2.0, low=0, low_open=True, high=60, doc="seconds of a film of 10 s or more")


Listed: TypeAlias = Stretch | Slowly


def relabelled(part: Listed, labels: Mapping[str, str]) -> Listed:
    """The part with the labels that are meant, `labels` being what may be written -> the label."""
    if isinstance(part, Stretch):
        return part
    label, whom = (name and labels.get(name, name) for name in (part.when.label, part.when.whom))
    return replace(part, when=replace(part.when, label=label, whom=whom))


def written(part: Listed) -> dict[str, Any]:
    """A part of the list as a file says it."""
    return {
        name.removesuffix("_"): _said(value) if isinstance(value, When) else value for name, value in vars(part).items()
    }


def _said(when: When) -> dict[str, Any]:
    return {each.name: value for each in fields(when) if (value := getattr(when, each.name)) != each.default}


def moments(
    pace: Sequence[Listed], experiment: Experiment, paths: Sequence[Trajectory]
) -> list[tuple[Listed, float | NeverHappens]]:
    """Each part of the list with the step around which it is slow, 0 for a stretch; or why there is none."""
    labels, found = [entry.label for entry in experiment.entries], list[tuple[Listed, float | NeverHappens]]()
    for each in pace:
        step: float | NeverHappens = 0.0
        if isinstance(each, Slowly):
            try:
                step = find(each.when, labels, paths, experiment.surface, experiment.tolerance).step
            except NeverHappens as error:
                step = error
        found.append((each, step))
    return found
