"""The keys of a file, and of an optimizer's entry, that are plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from thalweg.film.sections import Color
from thalweg.registry import parameter


@dataclass(frozen=True)
class Basics:
    """The keys of the file that are plain values."""

    title: str | None = parameter(None, doc="over the picture; $...$ is mathtext")
    caption: str | None = parameter(None, doc="at the end, instead of what became of each ball")
    steps: int = parameter(300, low=1, high=1_000_000)
    seed: int = parameter(0, low=0, high=2**32 - 1)
    replicas: int = parameter(1, low=1, high=10_000_000, doc="runs of each start, told apart by their noise")
    tolerance: float = parameter(
        0.02,
        low=0,
        low_open=True,
        high=0.5,
        doc="how near a minimum a ball has arrived, as a share of the domain's diagonal",
    )


@dataclass(frozen=True)
class EntryBasics:
    """What an optimizer's entry may say besides hyperparameters."""

    label: str | None = parameter(None)
    color: Color | Literal["destination"] | None = parameter(
        None, doc="of its balls and trails; destination: each ball has that of the minimum in which it ends"
    )
