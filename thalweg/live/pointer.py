"""What the mouse does: the strip, the sliders, the balls, the surface, the camera. Part of Session."""

from __future__ import annotations

import time

import numpy as np

from thalweg.live.bar import Place
from thalweg.live.hands import Sight, ball_at, on_surface, rounded

MOVED = 4.0  # units that a press may wander and still be a click
TWICE = 0.28  # seconds within which a second click makes it a double click
TURN = 0.35  # degrees for a unit of the window


class Pointer:
    def forget_pointer(self) -> None:
        self.grip: tuple | None = None  # what the pressed button holds
        self.pressed: tuple[float, float] = (0.0, 0.0)
        self.clicked: tuple | None = None  # a click that may become a double click: place, point, moment
        self.pulled: tuple[float, float] | None = None  # where to, since the last picture
        self.was_playing = False

    def after_reload(self) -> None:
        """What was held or pointed at may not be there any more."""
        self.forget_pointer()
        self.at["click"] = None
        self.panel.choose_again(self.model.experiment)

    # places
    def on_picture(self, x: float, y: float) -> tuple[float, float]:
        """A pixel of the window in the scene's own pixels, at their middle."""
        width, height, _ = self.layout()
        drawn = self.screen.pixels
        shrink = min(width / drawn[0], height / drawn[1])
        left, top = (width - drawn[0] * shrink) / 2, (height - drawn[1] * shrink) / 2
        return (x + 0.5 - left) / shrink, (y + 0.5 - top) / shrink

    def taken(self, width: int, height: int) -> list[Place]:
        """Where the scene's own panels stand, in pixels."""
        unit = height / 8
        rects = ((width / 2 + r.left * unit, height / 2 - r.top * unit, r) for r in self.screen.scene.taken)
        return [Place(x, y, (r.right - r.left) * unit, (r.top - r.bottom) * unit) for x, y, r in rects]

    def sight(self) -> Sight:
        if "view" not in self.screen.scene.camera.uniforms:  # not drawn yet
            self.refresh_sight()
        return Sight.of(self.screen.scene)

    def point_at(self, x: float, y: float) -> tuple[float, float] | None:
        """The point of the domain under a pixel of the window."""
        display = self.screen.scene.display
        if display is None:
            return None
        found = on_surface(self.sight(), display, *self.on_picture(x, y))
        return None if found is None else rounded(found, display)

    def frame_place(self, x: float, y: float) -> tuple[float, float]:
        return self.sight().frame(*self.on_picture(x, y))

    # what the window tells
    def motion(self, x: float, y: float) -> None:
        before, self.pointer = self.pointer, (x, y)
        over = [self._control_at(*place) if place else None for place in (before, self.pointer)]
        self.dirty |= over[0] != over[1] or over[1] is not None

    def leave(self) -> None:
        self.dirty |= self.pointer is not None
        self.pointer = None

    def _control_at(self, x: float, y: float):
        width, height, strip = self.layout()
        panel = self.panel.at(x, y)
        return ("panel", panel) if panel else ("bar", self.bar.at(x, y)) if strip and y >= height else None

    def press(self, x: float, y: float, button: str, held: set[str]) -> None:
        self.pressed, self.pointer, self.dirty = (x, y), (x, y), True
        control = self._control_at(x, y)
        if self.notes.help and control is None:
            self.notes.help = False
            self.grip = None
        elif control is not None:
            self.grip = self._press_control(control, x, button)
        elif button == "left" and "shift" not in held:
            place = self.on_picture(x, y)
            ball = ball_at(self.sight(), self.screen.scene.balls_at(self.player.seconds), *place)
            self.grip = ("orbit?", ball)
        else:
            self.grip = ("pan",)

    def _press_control(self, control: tuple, x: float, button: str) -> tuple | None:
        where, name = control
        if button != "left":
            return None
        if where == "bar":
            if name == "track":
                self.was_playing, self.player.playing = self.player.playing, False
                self._seek(x)
                return ("seek",)
            acts = {"play": self.toggle, "loop": self.loop, "panel": self.panel_toggle, "help": self.help}
            if name == "speed":
                self.player.speed = 1.0
            elif name in acts:
                acts[name]()
        elif name[0] == "entry":
            self.choose(name[1])
        elif name[0] in ("write", "back"):
            self.write() if name[0] == "write" else self.edits_back()
        elif name[0] == "knob":
            return self._press_knob(name[1], x)
        return None

    def _press_knob(self, index: int, x: float) -> tuple | None:
        self.panel.focus = index
        knob = self.panel.knobs[index]
        if knob.scale == "switch":
            entry = self.model.experiment.entries[self.panel.entry]
            self.turn_knob(index, not knob.value(entry.optimizer))
            return None
        self._slide(index, x)
        return ("knob", index)

    def drag(self, x: float, y: float) -> None:
        before, self.pointer = self.pointer or self.pressed, (x, y)
        if self.grip is None:
            return
        self.dirty = True
        kind = self.grip[0]
        if kind == "orbit?":
            moved = np.hypot(x - self.pressed[0], y - self.pressed[1])
            if moved < MOVED * self.window.ratio:
                return
            ball = self.grip[1]
            self.grip = ("orbit",) if ball is None else ("ball", ball)
            kind, before = self.grip[0], self.pressed
        if kind == "seek":
            self._seek(x)
        elif kind in ("knob", "ball"):
            self.pulled = (x, y)  # balls are rolled once for each picture, however often the mouse tells
        elif kind == "orbit":
            degrees = TURN / self.window.ratio
            self.hand.turn(-(x - before[0]) * degrees, -(y - before[1]) * degrees, self.hand.shown)
        elif kind == "pan":
            self.hand.pull(self.frame_place(*before), self.frame_place(x, y))
            self.refresh_sight()

    def follow_pointer(self) -> None:
        """Do what the mouse asked for since the last picture."""
        if self.pulled is not None and self.grip is not None:
            if self.grip[0] == "knob":
                self._slide(self.grip[1], self.pulled[0])
            elif self.grip[0] == "ball":
                self._carry(self.grip[1], *self.pulled)
        self.pulled = None

    def refresh_sight(self) -> None:
        """The camera stands elsewhere at once, so that the next motion is measured from there."""
        self.screen.scene.pose(self.player.seconds)
        self.screen.scene.camera.refresh_uniforms()

    def release(self, x: float, y: float, button: str) -> None:
        self.follow_pointer()
        grip, self.grip = self.grip, None
        if grip is None:
            return
        self.dirty = True
        if grip[0] == "seek":
            self.player.playing = self.was_playing
        elif grip[0] == "ball":
            self.later("settle", 0.0)
        elif grip[0] == "orbit?" and button == "left":
            self._click(x, y)

    def scroll(self, x: float, y: float, amount: float) -> None:
        self.dirty = True
        control = self._control_at(x, y)
        if control is not None and control[0] == "panel":
            self.panel.scroll(-1 if amount > 0 else 1)
        elif control is not None:
            self.player.go(self.player.seconds + (0.25 if amount > 0 else -0.25))
        else:
            self.hand.enlarge(1.12 ** max(min(amount, 5), -5), self.frame_place(x, y))
            self.refresh_sight()

    # clicks
    def _click(self, x: float, y: float) -> None:
        now, point = time.perf_counter(), self.point_at(x, y)
        last, self.clicked = self.clicked, ((x, y), point, now)
        if last is not None and now - last[2] < 2 * TWICE and np.hypot(x - last[0][0], y - last[0][1]) < 3 * MOVED:
            self.clicked = self.at["click"] = None
            self._centre_on(x, y, point)
        else:
            self.at["click"] = None if point is None else now + TWICE

    def _centre_on(self, x: float, y: float, point) -> None:
        if point is None:
            self.hand.pull(self.frame_place(x, y), self.screen.scene.middle_of_room)
        else:
            self.hand.center(self.screen.scene.display.to_world(np.array([point]))[0])

    def drop_now(self) -> None:
        """The click was a single one: all balls start there, and the race begins anew."""
        point, self.clicked = self.clicked[1], None
        if self.attempt(self.model.drop, *point):
            self.say(f"start [{point[0]:g}, {point[1]:g}]", 2)
            self._from_the_start()

    def _from_the_start(self) -> None:
        if not self.screen.scene.reroll(self.model.trajectories):
            self.restage()
        self.player.fit(self.screen.last)
        self.player.go(min(self.player.seconds, self.race_begins()))  # during the opening they stand there already
        self.drawn, self.dirty = None, True
        self.later("settle", 0.25)

    def race_begins(self) -> float:
        """The moment of the first step: where the first mark after the beginning is."""
        return min((at for at, _ in self.screen.scene.marks if at > 0), default=0.0)

    def mark_click(self, paint, theme) -> None:
        """A ring where the balls are about to be dropped."""
        if self.clicked is not None and self.at["click"] is not None:
            (x, y), u = self.clicked[0], paint.unit
            paint.disc(x + 0.5, y + 0.5, 9 * u, theme.text, 0.35)
            paint.disc(x + 0.5, y + 0.5, 3 * u, theme.text, 0.95)

    # what a button holds
    def _seek(self, x: float) -> None:
        self.player.go(self.bar.share(x) * self.player.last)

    def _slide(self, index: int, x: float) -> None:
        self.turn_knob(index, self.panel.knobs[index].at(self.panel.share(index, x)))

    def _carry(self, ball: tuple[int, int], x: float, y: float) -> None:
        point = self.point_at(x, y)
        if point is not None and self.attempt(self.model.move, *ball, *point):
            self.player.playing = False
            self._from_the_start()
            self.at["settle"] = None
