"""The user's hand on the camera: it turns, moves and enlarges what the film's own camera sees. Pure numpy.

What the hand holds is the point of the floor that stands in the middle of the free room: it is what a camera section
of the YAML calls the centre. Turning and enlarging move it so that what they turn about or enlarge stays in its place.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.framing import FRAME_HEIGHT, CameraPose, View, project, rotation, shrinking

STEEPEST = 89.0
Array = NDArray[np.float64]


class Room(Protocol):
    """What a Drawable says of where the hand moves."""

    @property
    def floor(self) -> float: ...

    @property
    def middle_of_room(self) -> tuple[float, float]: ...


class CameraHand:
    """Called with the film's pose, gives the pose to draw. `scene` tells where the floor and the middle are.

    `film` is the film's own pose at the moment posed last, `shown` what is seen then; None where a scene has no camera
    that a hand could turn: then nothing moves.
    """

    scene: Room

    def __init__(self) -> None:
        self.film: CameraPose | None = None
        self.shown: CameraPose | None = None
        self.back()

    def hold(self, scene: Room) -> None:
        """From now on that scene's camera."""
        self.scene, self.film, self.shown = scene, None, None

    def back(self) -> None:
        """To the film's own camera."""
        self.theta = self.phi = 0.0
        self.zoom = 1.0
        self.shift: Array = np.zeros(2)
        self.shown = self.film

    @property
    def idle(self) -> bool:
        return self.theta == self.phi == 0 and self.zoom == 1 and not self.shift.any()

    def __call__(self, pose: CameraPose) -> CameraPose:
        self.film = pose
        self.shown = pose if self.idle else self._moved(pose)
        return self.shown

    def _moved(self, pose: CameraPose) -> CameraPose:
        held = self.on_floor(pose, self.scene.middle_of_room)
        seen = (held - pose.center) @ rotation(pose.theta, pose.phi) / pose.scale
        theta, phi = pose.theta + self.theta, float(np.clip(pose.phi + self.phi, 0, STEEPEST))
        scale = pose.scale / self.zoom
        held = held + [*self.shift, 0]
        return CameraPose(theta, phi, scale, held - scale * rotation(theta, phi) @ seen, pose.lens)

    def on_floor(self, pose: CameraPose, place: tuple[float, float]) -> Array:
        """The point of the floor seen at `place` (frame units); where none is, the nearest to it below."""
        axes, shrinks = rotation(pose.theta, pose.phi), shrinking(pose.lens)
        eye = np.array([0.0, 0.0, 1 / shrinks])
        near = pose.center + pose.scale * axes @ eye
        along = axes @ (np.array([*place, 0.0]) - eye)
        along[2] = min(along[2], -0.02)  # towards the sky the floor is far away, but somewhere
        far = min((self.scene.floor - near[2]) / along[2], 40 * pose.scale / np.linalg.norm(along) / shrinks)
        reached: Array = near + along * far
        return reached

    # what hands and keys do
    def turn(self, theta: float, phi: float, pose: CameraPose | None) -> None:
        """By degrees, about the landscape's middle where that is in sight, else about the middle of the room; what goes
        beyond straight above or the horizon is not kept for later.
        """
        if pose is None or self.film is None:
            return
        pivot, before = np.array([0.0, 0.0, self.scene.floor]), self._moved(self.film)
        x, y = project(pivot, before.center, before.theta, before.phi, View(before.scale, 0, 0, before.lens)).tolist()
        self.theta += theta
        self.phi = float(np.clip(pose.phi + phi, 0, STEEPEST)) - (pose.phi - self.phi)
        if max(abs(x), abs(y)) < FRAME_HEIGHT / 2:
            self.shift += (pivot - self.on_floor(self._moved(self.film), (x, y)))[:2]

    def enlarge(self, factor: float, place: tuple[float, float]) -> None:
        """What stands at `place` (frame units) stays there."""
        if self.shown is None:
            return
        before = self.on_floor(self.shown, place)
        held = self.on_floor(self.shown, self.scene.middle_of_room)
        wanted = float(np.clip(self.zoom * factor, 0.05, 50))
        share = self.zoom / wanted
        self.zoom = wanted
        self.shift += ((before - held) * (1 - share))[:2]

    def pull(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """The floor is pulled along: what stood at `start` stands at `end`."""
        if self.shown is not None:
            self.shift += (self.on_floor(self.shown, start) - self.on_floor(self.shown, end))[:2]

    def center(self, point: Array) -> None:
        """Put that point of space (3,) into the middle."""
        if self.shown is not None:
            self.shift += (point - self.on_floor(self.shown, self.scene.middle_of_room))[:2]
