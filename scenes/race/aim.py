"""Where the camera stands: the views that hold what matters for the whole film, beside the panels that are there."""

from __future__ import annotations

import numpy as np
from thalweg.scenes.race.landscape import Landscape
from thalweg.scenes.race.loss_axis import Post

from thalweg.film.shot import Shot
from thalweg.geometry.camera_path import CLOSER, CameraPath, Framing, PushIn
from thalweg.geometry.display import PLATE
from thalweg.geometry.framing import ORTHOGRAPHIC, CameraPose, Rect, Scenery, View, fit, grown, project
from thalweg.geometry.playback import between
from thalweg.parts.motion import Motion
from thalweg.parts.panels.board import Board

LOOKS = 9  # moments of a push-in at which it is seen where balls are
CELLS = 96  # of the plate's longer side: of path points that lie in one, one is enough
MOST_PLACES = 400  # that the camera looks at; of a cloud a few stand for all


class Aim:
    """`floor`: the height of the plane that a hand moves the camera along. A loss axis at a `post` has its room."""

    def __init__(
        self, shot: Shot, motion: Motion, landscape: Landscape, board: Board, post: Post | None = None
    ) -> None:
        self.display, camera, timing = motion.display, shot.camera, motion.timing
        self.path = path = CameraPath(camera, timing.intro, motion.duration, motion.duration - timing.hold)
        path.subject = np.array([0.0, 0.0, (self.display.floor + self.display.ceiling) / 2])
        path.middle = tuple(self.display.center)
        matters = self._what_matters(motion, landscape)
        if post is not None:
            thetas = [theta for angles in path.angles() for theta, _ in angles]
            matters = np.concatenate([matters, post.room(thetas)])
        scenery = Scenery(matters, landscape.extent(), landscape.labels())
        before, after = (
            Framing(fit(scenery, path.subject, angles, space), space.middle)
            for angles, space in zip(path.angles(), board.spaces, strict=True)
        )
        path.framings = before, after
        if camera.opening == "flat":
            path.flat = fit(scenery, path.subject, [(0.0, 0.0)], board.spaces[0], ORTHOGRAPHIC)
        self.floor = float(path.subject[2])
        if camera.follow:
            self._follow(camera.follow, motion)
        elif timing.decided and motion.decisive and not camera.keyframes:
            path.push = self._push(PushIn(*timing.decided, self.display.to_world(motion.decisive.point)), motion, board)

    def _push(self, push: PushIn, motion: Motion, board: Board) -> PushIn | None:
        """As near as no ball is pushed out of the picture or behind a panel; None where any push does that."""
        times = np.linspace(*np.clip(push.span, 0, motion.duration), LOOKS)
        seen = [(seconds, motion.at(seconds).center) for seconds in times.tolist()]
        before = [self._clear(None, *each, motion.radius, board) for each in seen]
        for closer in CLOSER:
            near = push._replace(closer=closer)
            after = [self._clear(near, *each, motion.radius, board) for each in seen]
            if not any((was & ~now).any() for was, now in zip(before, after, strict=True)):
                return near
        return None

    def _clear(
        self, push: PushIn | None, seconds: float, centers: np.ndarray, radius: float, board: Board
    ) -> np.ndarray:
        """Which balls at centers (balls, 3) are wholly in the picture's free part, (balls,)."""
        self.path.push = push
        pose, space = self.at(seconds), board.spaces[int(self.path.eased(seconds) > 0)]
        view = View(pose.scale, 0.0, 0.0, pose.lens)
        x, y = project(centers, pose.center, pose.theta, pose.phi, view).T
        reach = radius / pose.scale

        def on(rect: Rect, by: float) -> np.ndarray:
            left, right, bottom, top = grown(rect, by)
            inside: np.ndarray = (x > left) & (x < right) & (y > bottom) & (y < top)
            return inside

        hidden = [on(rect, reach) for rect in space.panels + space.clear]
        free: np.ndarray = on(space.page, -reach) & ~np.any([np.zeros(len(x), bool), *hidden], axis=0)
        return free

    def _what_matters(self, motion: Motion, landscape: Landscape) -> np.ndarray:
        """Places (n, 3) of the paths, with room for a ball above each, and of the holes, as far as they are drawn."""
        display, paths = motion.display, motion.paths.points.reshape(-1, 2)
        holes = [point[:2] for point in [*motion.surface.minima[:1], *landscape.marked]]
        points = np.concatenate([motion.iterates.reshape(-1, 2), paths, np.reshape(holes, (-1, 2))])
        points = points[np.isfinite(points).all(axis=1)]
        points = points[display.inside(points)]
        places = display.to_relief(points[spread_out(display.to_plate(points))])
        return np.concatenate([places, places + [0, 0, 2 * motion.radius]])

    def _follow(self, label: str, motion: Motion) -> None:
        way, entry = motion.paths, motion.labels.index(label)
        mean = motion.iterates[motion.group == entry].mean(axis=0)
        middle = between(way.steps, np.arange(len(mean)), mean)
        self.path.follow(motion.seconds_at(way.steps), self.display.to_plate(middle))

    def at(self, seconds: float) -> CameraPose:
        """Where it is at a second of the film."""
        return self.path.at(seconds, self.display.to_plate)

    def middle_of_room(self, seconds: float) -> tuple[float, float]:
        """Where the free part of the picture has its middle then, frame units."""
        return self.path.middle_of_room(seconds)


def spread_out(plate: np.ndarray) -> np.ndarray:
    """Indices of plate points (n, 2) that stand for all: one of each cell, of cells so large that there are at most
    MOST_PLACES of them, and the outermost in all directions.
    """
    cells, kept = float(CELLS), np.arange(len(plate))
    while True:
        cell = (plate[kept] * cells / PLATE).round().astype(np.int64)
        kept = kept[np.unique(cell[:, 0] * 4 * CELLS + cell[:, 1], return_index=True)[1]]
        if len(kept) <= MOST_PLACES:
            break
        cells /= 1.5
    turns = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    outermost = [int((plate @ [np.cos(turn), np.sin(turn)]).argmax()) for turn in turns if len(plate)]
    return np.union1d(kept, outermost).astype(int)
