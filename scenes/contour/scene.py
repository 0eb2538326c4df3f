"""The contour map: the race from straight above, every path and iterate exactly where it is.

Run by render.py, or by manimgl itself: CONFIG=map manimgl scenes/contour/scene.py Contour -w
"""

from __future__ import annotations

import numpy as np
from thalweg.scenes.contour.map import Map, dim
from thalweg.scenes.contour.ways import Ways, words_of

from thalweg.colors import rim, themes
from thalweg.geometry.display import display_of
from thalweg.geometry.layout import Page
from thalweg.geometry.outline import sides
from thalweg.geometry.sight import REACH
from thalweg.parts.contours import BLACK, WHITE
from thalweg.parts.hands import Hands
from thalweg.parts.hole_losses import HoleLosses, Lens, holes
from thalweg.parts.marks import chosen, placed
from thalweg.parts.motion import Motion
from thalweg.parts.panels.arrivals import Arrivals
from thalweg.parts.panels.board import Board, Now
from thalweg.parts.panels.usual import Usual
from thalweg.parts.standing import tell_balls
from thalweg.stage.film_scene import FilmScene
from thalweg.typeset.numbers import Format


class Contour(FilmScene):
    def stage(self, shot, trajectories) -> None:
        style, options, ground = shot.style, shot.options, self.background()
        theme, words, halo = themes(style, ground, shot.video.transparent)
        page = Page(*self.pixels, style.text_scale)
        display = display_of(shot.surface, trajectories)
        self.motion = Motion(shot, trajectories, display, max(self.pixels))
        self.duration = self.motion.duration
        window = window_of(display.domain, shot.camera)
        marked = chosen(display, shot.surface.critical_points) if options.critical_points else []
        marked = [point for point in marked if (window[:, 0] <= point[:2]).all() and (point[:2] <= window[:, 1]).all()]
        self.board = Board(page)
        remarks = [*display.notes, *words_of(options.arrows, self.motion)]
        panels = Usual(
            self.board, shot, self.motion, ground, remarks, marked, bright=dim(theme) if options.filled else 1.0
        )
        shape = display.scale * (window[:, 1] - window[:, 0])
        self.map = Map(display, window, self.board.room(shape[0] / shape[1]), page.text, style.axes)
        on_ramp = options.filled and style.landscape
        around = rim(style, halo) if shot.video.transparent and not on_ramp else ""
        self.ways = Ways(self.motion, self.map, style, options.arrows, ground, around, page.unit)
        if self.motion.destinations is not None:
            tags = Arrivals(
                self.motion,
                self.motion.destinations,
                lambda points, _: self.map.pixel(points),
                self.ways.radius + 4 * page.unit,
                self.board,
                words,
                halo,
            )
            tags.beside(self.board.mobjects)
            self.board.set(tags)
        colors = (WHITE, BLACK) if on_ramp else (words.text, halo)
        marks = placed(marked, self.map.pixel, 13 * page.unit, *colors)
        pictures = self.map.pictures(style, options.filled, theme, words, halo)
        self.hands, self.marks = Hands(self.motion, self.ways, panels), self.motion.marks
        self.taken = self.board.taken
        ink = None if style.landscape else (words.text, halo)
        self.holes = self._hole_losses(panels, style.ramp or theme.ramp, page, ink)
        self.add(*pictures, *marks, *self.ways.mobjects, *self.holes.mobjects, *self.board.mobjects)

    def _hole_losses(self, panels: Usual, ramp: str, page: Page, ink: tuple[str, str] | None) -> HoleLosses:
        left, top, right, bottom = self.map.box
        covered = sides(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float))
        lens = Lens(
            pixels=lambda _, points: self.map.pixel(points),
            hidden=lambda _, points: (
                (self.map.pixel(points) < [left, top]) | (self.map.pixel(points) > [right, bottom])
            ).any(axis=1),
            covered=lambda _: covered,
            places=self.map.pixel,
            radius=self.ways.radius,
            ink=ink,
        )
        found = holes(self.motion.outcomes, self.motion) if self.shot.style.hole_losses else []
        numbers = Format.of(panels.standings.losses)
        return HoleLosses(found, self.motion, numbers, ramp, page, lens, self.board.corners.places)

    def pose(self, seconds: float) -> None:
        self.moment = moment = self.motion.at(seconds)
        self.ways.show(moment)
        self.holes.show(seconds)
        self.board.show(Now(seconds, moment.step, self.motion.timing, self.motion.told_steps))

    def told(self) -> dict[str, list[dict]]:
        told = super().told() | self.ways.told(self.moment)
        tell_balls(told["balls"], self.motion, self.moment, self.map.pixel(self.moment.points))
        return told | {"numbers": self.board.numbers()}

    # --- what is where: pixels lead to points by the map

    def point_at(self, x: float, y: float) -> np.ndarray | None:
        return self.map.point(x, y)

    def ball_at(self, x: float, y: float, seconds: float) -> tuple[int, int] | None:
        near = [(np.hypot(*(ball.center[:2] - (x, y))), ball) for ball in self.balls_at(seconds)]
        held = [(away, ball.entry, ball.ball) for away, ball in near if away < ball.radius + REACH]
        return min(held)[1:] if held else None


def window_of(domain: np.ndarray, camera) -> np.ndarray:
    """What is shown of the domain ((x0, x1), (y0, y1)): all, or about the camera's centre, `zoom` times larger."""
    middle = domain.mean(axis=1) if camera.center is None else np.array(camera.center)
    half = (domain[:, 1] - domain[:, 0]) / 2 / camera.zoom
    return np.stack([middle - half, middle + half], axis=1)
