"""Options of the race: every optimizer from its start, on one surface, at the same clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from thalweg.film.options import MotionOptions
from thalweg.film.sections import Balls, Camera3D, Paced, PanelPlace, Panels, Relief
from thalweg.registry import parameter

MOST_LEVELS = 8  # at a loss axis
LEAVE_OUT = "leave it out (style: {loss_panel: true} shows the losses of all), or take entries out"


@dataclass(frozen=True)
class RaceStyle(Panels, Balls, Relief):
    """What a race's style has."""

    contour_map: PanelPlace = parameter(False, doc="the race from above, as an inset")


@dataclass(frozen=True)
class RaceOptions(MotionOptions):
    """What a race may be told."""

    summary: ClassVar[str] = "all optimizers roll at once, with legend, step counter and the result at the end"
    needs = ("surface", "optimizers")
    style = RaceStyle
    video = Paced
    camera = Camera3D

    loss_axis: bool = parameter(
        False,
        doc=f"an axis beside the landscape with each ball's loss at its height; with more than {MOST_LEVELS} balls the "
        f"median of each of at most {MOST_LEVELS} entries",
    )

    fair: bool = parameter(
        False,
        doc="ghosts: each entry once more with half and with twice its lr, faint; the end says whose rank would change "
        "after as many gradients",
    )

    def crowded(self, entries: int) -> Iterator[tuple[str, str, str]]:
        """A loss axis for more entries than have room there, too."""
        yield from super().crowded(entries)
        if self.loss_axis and entries > MOST_LEVELS:
            yield "scene.loss_axis", f"has room for {MOST_LEVELS} entries, not for {entries}", LEAVE_OUT
