"""Options of the race: every optimizer from its start, on one surface, at the same clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.film.options import MotionOptions
from thalweg.film.sections import Balls, Camera3D, Paced, PanelPlace, Panels, Relief
from thalweg.registry import parameter


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
