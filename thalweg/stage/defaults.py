"""What a scene answers when it is asked for something that it does not have: see Drawable."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from thalweg.geometry.framing import Rect
from thalweg.geometry.sight import BallAt
from thalweg.stage.drawable import Hand

if TYPE_CHECKING:
    from thalweg.engine import Trajectory


class Defaults:
    """Part of FilmScene: no surface, no balls, no steps, no panels. A scene that overrides nothing of this can still be
    played, reloaded and, where it has a camera, turned.
    """

    hand: Hand | None = None
    ground: float = 0.0
    middle_of_room: tuple[float, float] = (0.0, 0.0)
    marks: Sequence[tuple[float, str]] = ()
    beats: Sequence[tuple[str, float]] = ()
    taken: Sequence[Rect] = ()

    @property
    def fps(self) -> int:
        raise NotImplementedError

    def step_beside(self, seconds: float, way: int) -> float:
        return (round(seconds * self.fps) + way) / self.fps

    def step_at(self, seconds: float) -> float | None:
        return None

    def balls_at(self, seconds: float) -> list[BallAt]:
        return []

    def hide(self, entries: Collection[int]) -> None:
        pass

    def reroll(self, trajectories: Sequence[Trajectory]) -> bool:
        return False
