"""Drawable: all that stage, the window and a page may know of a scene, however its picture is made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.framing import CameraPose, Rect
from thalweg.geometry.sight import BallAt

if TYPE_CHECKING:
    import moderngl

    from thalweg.engine import Trajectory
    from thalweg.film.shot import Shot

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]  # (height, width, 4), first row on top, alpha premultiplied
Hand = Callable[[CameraPose], CameraPose]


class Drawable(Protocol):
    """A shot staged: it draws any frame, says what stands on it, and answers what is where.

    Pixels (x, y) are those of its picture, origin at the upper left, a pixel's centre at +0.5. Places are points of the
    space that the scene is drawn in, (3,); points are of the surface's domain, (2,). What asks for a pixel or a place
    is answered for the moment that was posed last. A scene without a surface, balls, steps or a camera answers None,
    nothing or False where it is asked about them: whoever asks must bear that.
    """

    # --- what it is

    @property
    def shot(self) -> Shot:
        """What it shows."""

    @property
    def kind(self) -> str:
        """The kind of scene, as in the YAML."""

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the picture."""

    @property
    def fps(self) -> int:
        """Frames a second."""

    @property
    def duration(self) -> float:
        """Seconds."""

    @property
    def frames(self) -> int:
        """How many there are: frame k shows the moment k / fps."""

    @property
    def marks(self) -> Sequence[tuple[float, str]]:
        """(seconds, title) of moments to jump to, in their order."""

    @property
    def beats(self) -> Sequence[tuple[str, float]]:
        """(name, seconds it lasts) of the steps of an explanation, one after the other."""

    def background(self) -> str:
        """The colour of the ground, #RRGGBB."""

    # --- drawing

    def pose(self, seconds: float) -> None:
        """Put everything where it belongs at that moment, whatever was drawn before."""

    def draw_frame(self, index: float) -> None:
        """Draw frame `index`; the same pixels whatever was drawn before. Between two whole ones: the moment between."""

    def draw_at(self, seconds: float) -> None:
        """Draw any moment."""

    def read(self, into: Pixels) -> Pixels:
        """The picture drawn last, into (height, width, 4) uint8."""

    def picture(self) -> moderngl.Texture:
        """The picture drawn last as it lies on the GPU, first row on top, for a window in the same context."""

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """What stands on the frame drawn last: lists by the names of thalweg/stage/told.py."""

    def seen_by(self) -> dict[str, Any]:
        """The camera that the frame drawn last was seen by, as thalweg/stage/told.py says it."""

    def release(self) -> None:
        """Free what it holds on the GPU; it draws no more."""

    # --- steps and balls

    def step_at(self, seconds: float) -> float | None:
        """The fractional step shown at a moment, which never falls; None where the scene knows no steps."""

    def step_beside(self, seconds: float, way: int) -> float:
        """The moment one step before (way -1) or after (way 1) `seconds`: a frame, where the scene knows no steps."""

    def balls_at(self, seconds: float) -> list[BallAt]:
        """The balls that can be picked up at a moment."""

    def hide(self, entries: Collection[int]) -> None:
        """Leave out the balls of these entries, and of no others, from now on."""

    def reroll(self, trajectories: Sequence[Trajectory]) -> bool:
        """Show other trajectories at once, all else left as it was; False where that cannot be done."""

    # --- what is where

    def point_at(self, x: float, y: float) -> Array | None:
        """The point of the domain that is seen at a pixel; None where none is."""

    def ball_at(self, x: float, y: float, seconds: float) -> tuple[int, int] | None:
        """(entry, its ball) of the foremost ball at a pixel, with a few pixels around it; None where none is."""

    def world_at(self, point: Array) -> Array | None:
        """The place where a point of the domain stands; None where the scene has no surface."""

    def point_below(self, place: Array) -> Array | None:
        """The point of the domain straight below or above a place; None where the scene has no surface."""

    # --- the hand on the camera

    @property
    def hand(self) -> Hand | None:
        """Changes the scene's own camera pose into the one drawn with; a scene that has no such camera never calls."""

    @hand.setter
    def hand(self, hand: Hand | None) -> None: ...

    @property
    def floor(self) -> float:
        """Height of the plane in space that the hand moves the camera along."""

    @property
    def middle_of_room(self) -> tuple[float, float]:
        """Where the part of the picture that no panel covers has its middle, in frame units (8 in the height)."""

    @property
    def taken(self) -> Sequence[Rect]:
        """Where panels stand, in frame units."""
