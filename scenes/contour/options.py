"""Options of the contour map: the race from above, every point where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from thalweg.film.options import MotionOptions
from thalweg.film.sections import Balls, CameraAbove, Paced, Panels, SurfaceLook
from thalweg.registry import parameter


@dataclass(frozen=True)
class ContourStyle(Panels, Balls, SurfaceLook):
    """What a contour map's style has."""


@dataclass(frozen=True)
class ContourOptions(MotionOptions):
    """What a contour map may be told."""

    summary: ClassVar[str] = "the race from above, as a map: exact paths and iterates"
    needs = ("surface", "optimizers")
    style = ContourStyle
    video = Paced
    camera = CameraAbove

    arrows: Literal["none", "gradient", "step"] = parameter("none", doc="at each ball: down the slope, or its step")
    filled: bool = parameter(True, doc="the loss as colour between the contour lines")
