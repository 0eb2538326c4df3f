"""Options of the contour map: the race from above, every point where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from thalweg.film.options import SceneOptions
from thalweg.film.sections import Balls, CameraAbove, Ground, Paced, Panels
from thalweg.registry import parameter


@dataclass(frozen=True)
class ContourStyle(Panels, Balls, Ground):
    """What a contour map's style has."""


@dataclass(frozen=True)
class ContourOptions(SceneOptions):
    """`intro` and `hold` are seconds of a film of 10 s or more; shorter films shrink them in proportion."""

    scene_class: ClassVar[str] = "Contour"
    summary: ClassVar[str] = "the race from above, as a map: exact paths and iterates, arrows, losses below"
    needs = ("surface", "optimizers")
    style = ContourStyle
    video = Paced
    camera = CameraAbove

    arrows: Literal["none", "gradient", "step"] = parameter("none", doc="at each ball: down the slope, or its step")
    filled: bool = parameter(True, doc="the loss as colour between the contour lines")
    intro: float = parameter(2.0, low=0, high=60, doc="seconds to see the map before the first step")
    hold: float = parameter(3.0, low=0, high=60, doc="seconds on the result after the last step")
    slow_steps: int = parameter(4, low=0, high=100, doc="first steps shown slowly, one by one")
    facts: bool = parameter(False, doc="a table at the end: what became of each ball, in how many steps and gradients")
    critical_points: bool = parameter(False, doc="marks at minima, saddles and maxima, with a key")
