"""Options of the race: every optimizer from its start, on one surface, at the same clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.film.options import SceneOptions
from thalweg.film.sections import Balls, Camera3D, Paced, Panel, Panels, Relief
from thalweg.registry import parameter


@dataclass(frozen=True)
class RaceStyle(Panels, Balls, Relief):
    """What a race's style has."""

    contour_map: Panel = parameter(False, doc="the race from above, as an inset")


@dataclass(frozen=True)
class RaceOptions(SceneOptions):
    """`intro` and `hold` are seconds of a film of 10 s or more; shorter films shrink them in proportion."""

    scene_class: ClassVar[str] = "Race"
    summary: ClassVar[str] = "all optimizers roll at once, with legend, step counter and the result at the end"
    needs = ("surface", "optimizers")
    style = RaceStyle
    video = Paced
    camera = Camera3D

    intro: float = parameter(2.0, low=0, high=60, doc="seconds to see the landscape before the first step")
    hold: float = parameter(3.0, low=0, high=60, doc="seconds on the result after the last step")
    slow_steps: int = parameter(4, low=0, high=100, doc="first steps shown slowly, one by one")
    facts: bool = parameter(False, doc="a table at the end: what became of each ball, in how many steps and gradients")
    critical_points: bool = parameter(False, doc="marks at minima, saddles and maxima, with a key")
