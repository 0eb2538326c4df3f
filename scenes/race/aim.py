"""Where the camera stands: the view that holds the landscape and the paths for the whole film, beside the panels."""

from __future__ import annotations

import numpy as np
from thalweg.scenes.race.landscape import Landscape

from thalweg.film.shot import Shot
from thalweg.geometry.camera_path import CameraPath
from thalweg.geometry.framing import CameraPose, fit
from thalweg.geometry.playback import between
from thalweg.parts.motion import Motion
from thalweg.parts.panels.board import Board


class Aim:
    """`middle_of_room`: where the free part of the picture has its middle, frame units; `floor`: the height of the
    plane that a hand moves the camera along.
    """

    def __init__(self, shot: Shot, motion: Motion, landscape: Landscape, board: Board) -> None:
        self.display, camera = motion.display, shot.camera
        display, self.path = self.display, CameraPath(camera, motion.timing.intro, motion.duration)
        inside = motion.iterates[display.inside(motion.iterates)]
        paths = display.to_relief(inside[:: max(1, len(inside) // 150)])
        points = np.concatenate([landscape.extent(), paths + [0, 0, 2 * motion.radius], *landscape.labels()])
        free, avoid, path = board.free, board.taken, self.path
        path.subject = np.array([0.0, 0.0, (display.floor + display.ceiling) / 2])
        path.middle = tuple(display.center)
        path.view = fit(points, path.subject, path.angles(), free, avoid)
        path.flat = fit(points, path.subject, [(0.0, 0.0)], free, avoid)
        self.middle_of_room = ((free.left + free.right) / 2, (free.bottom + free.top) / 2)
        self.floor = float(path.subject[2])
        if camera.follow:
            self._follow(camera.follow, motion)

    def _follow(self, label: str, motion: Motion) -> None:
        way, entry = motion.paths, motion.labels.index(label)
        mean = motion.iterates[motion.group == entry].mean(axis=0)
        middle = between(way.steps, np.arange(len(mean)), mean)
        self.path.follow(motion.seconds_at(way.steps), self.display.to_plate(middle))

    def at(self, seconds: float) -> CameraPose:
        """Where it is at a second of the film."""
        return self.path.at(seconds, self.display.to_plate, self.middle_of_room)
