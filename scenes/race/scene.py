"""The race: every optimizer rolls from its start on one surface, all at the same step of the same clock.

Run by render.py, or by manimgl itself: CONFIG=boss_fight manimgl scenes/race/scene.py Race -w
"""

from __future__ import annotations

from typing import Any

import numpy as np
from thalweg.scenes.race.aim import Aim
from thalweg.scenes.race.inset import Inset
from thalweg.scenes.race.landscape import Landscape
from thalweg.scenes.race.loss_axis import LossAxis
from thalweg.scenes.race.rolling import Rolling
from thalweg.scenes.race.sights import with_angles

from thalweg.colors import Theme, rim, themes
from thalweg.experiment.fair import fair
from thalweg.geometry.beside import eye_of, pixels_at
from thalweg.geometry.display import RADIUS, display_of
from thalweg.geometry.layout import Page
from thalweg.geometry.outline import hull, sides
from thalweg.mobjects.axis_labels import Plan
from thalweg.mobjects.sprites import Picture
from thalweg.parts.hands import Hands
from thalweg.parts.hole_losses import HoleLosses, Lens, holes
from thalweg.parts.marks import hidden_from
from thalweg.parts.motion import Motion
from thalweg.parts.panels.arrivals import Arrivals
from thalweg.parts.panels.board import Board, Now
from thalweg.parts.panels.ramp_key import level_light
from thalweg.parts.panels.usual import Usual
from thalweg.parts.standing import tell_balls
from thalweg.stage.film_scene import FilmScene
from thalweg.typeset.numbers import Format


class Race(FilmScene):
    def stage(self, shot, trajectories) -> None:
        ground = self.background()
        theme, words, halo = themes(shot.style, ground, shot.video.transparent)
        page = Page(*self.pixels, shot.style.text_scale)
        self.display = display_of(shot.surface, trajectories, shot.style.z_scale)
        self.motion = Motion(shot, trajectories, self.display, max(self.pixels))
        self.motion.fair = fair(shot.experiment, trajectories) if shot.options.fair else None
        self.duration = self.motion.duration
        self.shot = shot = with_angles(shot, self.motion)
        self.landscape = Landscape(shot, self.display, page, words, halo)
        bare = shot.video.transparent and not shot.style.landscape
        self.rolling = Rolling(shot, self.motion, self.landscape, rim(shot.style, halo) if bare else "")
        self.board, marked = Board(page), self.landscape.marked

        def inset(corner: str) -> Inset:
            return Inset(self.motion, shot.style.ramp or theme.ramp, marked, self.board, corner, theme, ground)

        more = {"contour_map": ("bottom_right", inset)}
        remarks = [*self.display.notes, *self.rolling.remarks]
        panels = Usual(self.board, shot, self.motion, ground, remarks, marked, more, level_light(theme))
        self._set_arrivals(page, words, halo)
        self.loss_axis = self._loss_axis(panels, page, words, halo) if shot.options.loss_axis else None
        post = self.loss_axis.post if self.loss_axis is not None else None
        self.aim = Aim(shot, self.motion, self.landscape, self.board, post)
        self.hands, self.marks = Hands(self.motion, self.rolling, panels), self.motion.marks
        self.taken, self.floor, self.middle_of_room = self.board.taken, self.aim.floor, self.aim.middle_of_room(0.0)
        self._plan_axes()
        self.holes = self._hole_losses(panels, page, None if shot.style.landscape else (words.text, halo))
        axis = [] if self.loss_axis is None else self.loss_axis.mobjects
        ground = self.landscape.mobjects
        balls = [*self.rolling.behind, *self.rolling.mobjects]
        self.add(*ground[:1], *axis, *ground[1:], *balls, *self.holes.mobjects, *self.board.mobjects)

    def _plan_axes(self) -> None:
        """The numbers along the edges keep off the panels, and off the result from when it comes."""
        axes, board, timing = self.landscape.axes, self.board, self.motion.timing
        boxes = [each.extent for each in board.mobjects if isinstance(each, Picture) and each.panel != "caption"]
        always = np.reshape([*boxes, *(place for place in board.places if place != board.late)], (-1, 4))
        ending = np.concatenate([always, np.reshape([] if board.late is None else board.late, (-1, 4))])

        def panels(seconds: float) -> np.ndarray:
            return ending if seconds >= timing.duration - timing.hold else always

        axes.plan = Plan(axes, self.aim.at, panels, self.duration, self.pixels)
        axes.beside = [] if self.loss_axis is None else [self.loss_axis.scale]

    def _loss_axis(self, panels: Usual, page: Page, theme: Theme, ground: str) -> LossAxis:
        numbers, extent = Format.of(panels.standings.losses), self.landscape.extent()
        solid = self.board.corners.places
        made = LossAxis(self.motion, numbers, self.shot.camera.theta, extent, page, theme, ground, solid)
        self.rolling.loss_axis = made
        return made

    def _hole_losses(self, panels: Usual, page: Page, ink: tuple[str, str] | None) -> HoleLosses:
        display, size, ground = self.display, self.pixels, self.landscape.extent()

        def pixels(seconds: float, points: np.ndarray) -> np.ndarray:
            return pixels_at(self.aim.at(seconds), display.to_world(points), size)

        def hidden(seconds: float, points: np.ndarray) -> np.ndarray:
            return hidden_from(display, display.to_world(points), eye_of(self.aim.at(seconds)))

        def covered(seconds: float) -> tuple[np.ndarray, np.ndarray]:
            return sides(hull(pixels_at(self.aim.at(seconds), ground, size)))

        across = pixels_at(self.aim.at(0.0), np.array([[0, 0, 0], [1.3 * self.motion.radius, 0, 0]]), size)
        lens = Lens(pixels, hidden, covered, display.to_world, float(np.linalg.norm(across[1] - across[0])), ink)
        found = holes(self.motion.outcomes, self.motion) if self.shot.style.hole_losses else []
        numbers, ramp = Format.of(panels.standings.losses), self.landscape.surface.ramp
        return HoleLosses(found, self.motion, numbers, ramp, page, lens, self.board.corners.places)

    def _set_arrivals(self, page: Page, words: Theme, halo: str) -> None:
        """Tags at the minima, of balls that are coloured by them."""
        ends, display = self.motion.destinations, self.display
        if ends is None:
            return

        def place(points: np.ndarray, drawn: Any) -> np.ndarray:
            return drawn.shader_wrapper.pixels(display.to_world(points))[0]

        away = 24 * page.unit * self.motion.radius / RADIUS
        tags = Arrivals(self.motion, ends, place, away, self.board, words, halo)
        tags.beside(self.board.mobjects)
        self.board.set(tags)

    def pose(self, seconds: float) -> None:
        self.moment = moment = self.motion.at(seconds)
        self.middle_of_room = self.aim.middle_of_room(seconds)
        pose = self.aim.at(seconds)
        self.look(pose)
        self.landscape.axes.seconds = seconds if self.hand is None or self.hand(pose) is pose else None
        self.rolling.pose(seconds, moment)
        self.holes.show(seconds)
        self.board.show(Now(seconds, moment.step, self.motion.timing, self.motion.told_steps, moment.points))

    def told(self) -> dict[str, list[dict]]:
        told, moment = super().told(), self.moment
        if told.get("balls"):
            pixels, _ = self.rolling.balls.shader_wrapper.pixels(moment.contact)
            tell_balls(told["balls"], self.motion, moment, pixels)
        if told.get("ghosts") and self.rolling.ghosts is not None:
            self.rolling.ghosts.tell(told["ghosts"])
        axis = [] if self.loss_axis is None else self.loss_axis.told()
        return told | {"numbers": self.board.numbers() + axis}
