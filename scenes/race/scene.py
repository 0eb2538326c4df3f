"""The race: every optimizer rolls from its start on one surface, all at the same step of the same clock.

Run by render.py, or by manimgl itself: CONFIG=boss_fight manimgl scenes/race/scene.py Race -w
"""

from __future__ import annotations

from thalweg.scenes.race.aim import Aim
from thalweg.scenes.race.inset import Inset
from thalweg.scenes.race.landscape import Landscape
from thalweg.scenes.race.rolling import Rolling
from thalweg.scenes.race.sights import with_angles

from thalweg.colors import THEMES
from thalweg.geometry.display import display_of
from thalweg.geometry.layout import Page
from thalweg.parts.hands import Hands
from thalweg.parts.motion import Motion
from thalweg.parts.panels.board import Board, Now
from thalweg.parts.panels.usual import Usual
from thalweg.parts.standing import tell_balls
from thalweg.stage.film_scene import FilmScene


class Race(FilmScene):
    def stage(self, shot, trajectories) -> None:
        ground, theme = self.background(), THEMES[shot.style.theme]
        page = Page(*self.pixels, shot.style.text_scale)
        self.display = display_of(shot.surface, trajectories, shot.style.z_scale)
        self.motion = Motion(shot, trajectories, self.display, max(self.pixels))
        self.duration = self.motion.duration
        self.shot = shot = with_angles(shot, self.motion)
        self.landscape = Landscape(shot, self.display, page, ground)
        self.rolling = Rolling(shot, self.motion, self.landscape)
        self.board, marked = Board(page), self.landscape.marked

        def inset(corner: str) -> Inset:
            return Inset(self.motion, shot.style.ramp, marked, self.board, corner, theme, ground)

        more = {"contour_map": ("bottom_right", inset)}
        panels = Usual(self.board, shot, self.motion, ground, self.display.notes, marked, more)
        self.aim = Aim(shot, self.motion, self.landscape, self.board)
        self.hands, self.marks = Hands(self.motion, self.rolling, panels), self.motion.marks
        self.taken, self.floor, self.middle_of_room = self.board.taken, self.aim.floor, self.aim.middle_of_room
        self.add(*self.landscape.mobjects, *self.rolling.mobjects, *self.board.mobjects)

    def pose(self, seconds: float) -> None:
        self.moment = moment = self.motion.at(seconds)
        self.look(self.aim.at(seconds))
        self.rolling.pose(seconds, moment)
        self.board.show(Now(seconds, moment.step, self.motion.timing))

    def told(self) -> dict[str, list[dict]]:
        told, moment = super().told(), self.moment
        pixels, _ = self.rolling.balls.shader_wrapper.pixels(moment.contact)
        tell_balls(told.get("balls", []), self.motion, moment, pixels)
        return told | {"numbers": self.board.numbers()}
