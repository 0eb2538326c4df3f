"""What a live window may use of a scene, besides `pose`: each scene offers what it can."""

from __future__ import annotations

import numpy as np


class Shown:
    """Part of FilmScene. A scene that overrides nothing of this can still be played, turned and reloaded."""

    hand = None  # CameraPose -> CameraPose, the user's hand on the camera
    ground = 0.0  # height of the plane that the hand moves the camera along
    middle_of_room = (0.0, 0.0)  # where the free part of the picture has its middle, frame units
    marks: tuple[tuple[float, str], ...] = ()  # (seconds, title) of moments to jump to
    taken: tuple | list = ()  # Rects of the picture, frame units, where panels stand
    display = None  # the Display of the surface, where there is one to click on

    def step_beside(self, seconds: float, way: int) -> float:
        """The moment one step before (way -1) or after (way 1) `seconds`: a frame, where a scene knows no steps."""
        return (round(seconds * self.camera.fps) + way) / self.camera.fps

    def step_at(self, seconds: float) -> float | None:
        """The fractional step shown at a moment, which never falls; None where a scene knows no steps."""
        return None

    def balls_at(self, seconds: float) -> list[tuple[int, int, np.ndarray, float]]:
        """(entry, its ball, centre in space (3,), radius) of what can be picked up."""
        return []

    def hide(self, entries: set[int]) -> None:
        """Leave out the balls of these entries from now on."""

    def reroll(self, trajectories) -> bool:
        """Show other trajectories at once, all else left as it was; False where that cannot be done."""
        return False
