"""What a scene answers when it is asked for something that it does not have: see Drawable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from thalweg.geometry.framing import Rect
from thalweg.geometry.sight import BallAt
from thalweg.stage.drawable import Hand

if TYPE_CHECKING:
    from thalweg.engine import Trajectory


class Hands(Protocol):
    """What answers for moving balls, in a scene that has some: see thalweg/parts/hands.py."""

    def step_at(self, seconds: float) -> float:
        """The fractional step shown."""

    def step_beside(self, seconds: float, way: int) -> float:
        """The moment one step before or after."""

    def balls_at(self, seconds: float) -> list[BallAt]:
        """The balls that can be picked up."""

    def hide(self, entries: Collection[int]) -> None:
        """Leave out the balls of these entries, and of no others."""

    def reroll(self, trajectories: Sequence[Trajectory]) -> Sequence[tuple[Any, Any]] | None:
        """Show other trajectories: mobjects with those that take their place, None where that cannot be done."""


class Defaults:
    """Part of FilmScene: no surface, no panels, and what its `hands` answer; without any, no balls and no steps. A
    scene that overrides nothing of this can still be played, reloaded and, where it has a camera, turned.
    """

    hands: Hands | None = None
    trajectories: Sequence[Trajectory]
    replace: Callable[..., Any]  # manimgl's

    hand: Hand | None = None
    floor: float = 0.0
    middle_of_room: tuple[float, float] = (0.0, 0.0)
    marks: Sequence[tuple[float, str]] = ()
    beats: Sequence[tuple[str, float]] = ()
    taken: Sequence[Rect] = ()

    @property
    def fps(self) -> int:
        raise NotImplementedError

    def step_beside(self, seconds: float, way: int) -> float:
        if self.hands is not None:
            return self.hands.step_beside(seconds, way)
        return (round(seconds * self.fps) + way) / self.fps

    def step_at(self, seconds: float) -> float | None:
        return None if self.hands is None else self.hands.step_at(seconds)

    def balls_at(self, seconds: float) -> list[BallAt]:
        return [] if self.hands is None else self.hands.balls_at(seconds)

    def hide(self, entries: Collection[int]) -> None:
        if self.hands is not None:
            self.hands.hide(entries)

    def reroll(self, trajectories: Sequence[Trajectory]) -> bool:
        replaced = None if self.hands is None else self.hands.reroll(trajectories)
        if replaced is None:
            return False
        self.trajectories = trajectories
        for old, new in replaced:
            self.replace(old, new)
            old.release()
        return True
