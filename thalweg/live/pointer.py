"""What the mouse does: the strip, the sliders, the balls, the surface, the camera."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from thalweg.live.acts import Acts
from thalweg.live.rounding import rounded
from thalweg.live.show import Show

MOVED = 4.0  # units that a press may wander and still be a click
TWICE = 0.28  # seconds within which a second click makes it a double click
TURN = 0.35  # degrees for a unit of the window
Point = tuple[float, float]
Control = tuple[Any, ...]  # ("bar", name) or ("panel", name, and which of several)
Grip = tuple[Any, ...]  # what a button holds, and which of several


class Pointer:
    """Places are pixels of the window, origin at the upper left."""

    def __init__(self, show: Show, acts: Acts) -> None:
        self.show, self.acts = show, acts
        self._was_playing = False
        self.forget()

    def forget(self) -> None:
        """What was held or pointed at may not be there any more."""
        self._grip: Grip | None = None  # what the pressed button holds
        self._pressed: Point = (0.0, 0.0)
        # a click that may become a double click: place, point of the domain, moment
        self._clicked: tuple[Point, Point | None, float] | None = None
        self._pulled: Point | None = None  # where to, since the last picture
        self._await_second(None)

    # places
    def _on_picture(self, x: float, y: float) -> tuple[float, float]:
        """A pixel of the window in the scene's own pixels, at their middle."""
        width, height, _ = self.show.layout()
        drawn = self.show.screen.pixels
        shrink = min(width / drawn[0], height / drawn[1])
        left, top = (width - drawn[0] * shrink) / 2, (height - drawn[1] * shrink) / 2
        return (x + 0.5 - left) / shrink, (y + 0.5 - top) / shrink

    def _point_at(self, x: float, y: float) -> tuple[float, float] | None:
        """The point of the domain under a pixel of the window."""
        found, surface = self.show.scene.point_at(*self._on_picture(x, y)), self.show.model.shot.surface
        return None if found is None or surface is None else rounded(found, surface.domain)

    def _frame_place(self, x: float, y: float) -> tuple[float, float]:
        (width, height), (x, y) = self.show.screen.pixels, self._on_picture(x, y)
        return (x - width / 2) * 8 / height, (height / 2 - y) * 8 / height

    # what the window tells
    def motion(self, x: float, y: float) -> None:
        before, self.show.pointer = self.show.pointer, (x, y)
        over = [self._control_at(*place) if place else None for place in (before, self.show.pointer)]
        self.show.dirty |= over[0] != over[1] or over[1] is not None

    def leave(self) -> None:
        self.show.dirty |= self.show.pointer is not None
        self.show.pointer = None

    def _control_at(self, x: float, y: float) -> Control | None:
        width, height, strip = self.show.layout()
        panel = self.show.panel.at(x, y)
        name = self.show.bar.at(x, y) if strip and y >= height else None
        return ("panel", *panel) if panel else ("bar", name or "bar") if strip and y >= height else None

    def press(self, x: float, y: float, button: str, held: set[str]) -> None:
        self._pressed, self.show.pointer, self.show.dirty = (x, y), (x, y), True
        control = self._control_at(x, y)
        if self.show.notes.help and control is None:
            self.show.notes.help = False
            self._grip = None
        elif control is not None:
            self._grip = self._press_control(control, x, button)
        elif button == "left" and "shift" not in held:
            self._grip = ("orbit?", self.show.scene.ball_at(*self._on_picture(x, y), self.show.player.seconds))
        else:
            self._grip = ("pan",)

    def _press_control(self, control: Control, x: float, button: str) -> Grip | None:
        where, name, *which = control
        if button != "left":
            return None
        if where == "bar":
            if name == "track":
                self._was_playing, self.show.player.playing = self.show.player.playing, False
                self._seek(x)
                return ("seek",)
            does = self.acts
            acts = {"play": does.toggle, "loop": does.loop, "panel": does.panel_toggle, "help": does.help}
            if name == "speed":
                self.show.player.speed = 1.0
            elif name in acts:
                acts[name]()
        elif name == "entry":
            self.acts.choose(which[0])
        elif name in ("write", "back"):
            self.acts.write() if name == "write" else self.acts.edits_back()
        elif name == "knob":
            return self._press_knob(which[0], x)
        return None

    def _press_knob(self, index: int, x: float) -> Grip | None:
        self.show.panel.focus = index
        knob = self.show.panel.knobs[index]
        if knob.scale == "switch":
            entry = self.show.model.entries[self.show.panel.entry]
            self.acts.turn_knob(index, not knob.value(entry.optimizer))
            return None
        self._slide(index, x)
        return ("knob", index)

    def drag(self, x: float, y: float) -> None:
        before, self.show.pointer = self.show.pointer or self._pressed, (x, y)
        if self._grip is None:
            return
        self.show.dirty = True
        kind = self._grip[0]
        if kind == "orbit?":
            moved = np.hypot(x - self._pressed[0], y - self._pressed[1])
            if moved < MOVED * self.show.window.ratio:
                return
            ball = self._grip[1]
            self._grip = ("orbit",) if ball is None else ("ball", ball)
            kind, before = self._grip[0], self._pressed
        if kind == "seek":
            self._seek(x)
        elif kind in ("knob", "ball"):
            self._pulled = (x, y)  # balls are rolled once for each picture, however often the mouse tells
        elif kind == "orbit":
            degrees = TURN / self.show.window.ratio
            self.show.hand.turn(-(x - before[0]) * degrees, -(y - before[1]) * degrees, self.show.hand.shown)
        elif kind == "pan":
            self.show.hand.pull(self._frame_place(*before), self._frame_place(x, y))
            self.show.pose()

    def follow_pointer(self) -> None:
        """Do what the mouse asked for since the last picture."""
        if self._pulled is not None and self._grip is not None:
            if self._grip[0] == "knob":
                self._slide(self._grip[1], self._pulled[0])
            elif self._grip[0] == "ball":
                self._carry(self._grip[1], *self._pulled)
        self._pulled = None

    def release(self, x: float, y: float, button: str) -> None:
        self.follow_pointer()
        grip, self._grip = self._grip, None
        if grip is None:
            return
        self.show.dirty = True
        if grip[0] == "seek":
            self.show.player.playing = self._was_playing
        elif grip[0] == "ball":
            self.show.alarms.set("settle", 0.0)
        elif grip[0] == "orbit?" and button == "left":
            self._click(x, y)

    def scroll(self, x: float, y: float, amount: float) -> None:
        self.show.dirty = True
        control = self._control_at(x, y)
        if control is not None and control[0] == "panel":
            self.show.panel.scroll(-1 if amount > 0 else 1)
        elif control is not None:
            self.show.player.go(self.show.player.seconds + (0.25 if amount > 0 else -0.25))
        else:
            self.show.hand.enlarge(1.12 ** max(min(amount, 5), -5), self._frame_place(x, y))
            self.show.pose()

    # clicks
    def _click(self, x: float, y: float) -> None:
        now, point = time.perf_counter(), self._point_at(x, y)
        last, self._clicked = self._clicked, ((x, y), point, now)
        if last is not None and now - last[2] < 2 * TWICE and np.hypot(x - last[0][0], y - last[0][1]) < 3 * MOVED:
            self._clicked = None
            self._await_second(None)
            self._centre_on(x, y, point)
        else:
            self._await_second((x, y) if point is not None and self.show.model.entries else None)

    def _await_second(self, place: tuple[float, float] | None) -> None:
        """Balls are dropped at a place unless a second click comes; None: they are not."""
        self.show.ring = place
        if place is None:
            self.show.alarms.cancel("click")
        else:
            self.show.alarms.set("click", TWICE)

    def _centre_on(self, x: float, y: float, point: Point | None) -> None:
        place = None if point is None else self.show.scene.world_at(np.array(point))
        if place is None:
            self.show.hand.pull(self._frame_place(x, y), self.show.scene.middle_of_room)
        else:
            self.show.hand.center(place)

    def drop_now(self) -> None:
        """The click was a single one."""
        point, self._clicked, self.show.ring = self._clicked and self._clicked[1], None, None
        if point is not None:
            self.drop(point)

    def drop(self, point: Point) -> None:
        """All balls start at a point of the domain, and the race begins anew."""
        if self.show.attempt(self.show.model.drop, *point):
            self.show.say(f"start [{point[0]:g}, {point[1]:g}]", 2)
            self._from_the_start()

    def _from_the_start(self) -> None:
        self.show.rolled_anew()
        player = self.show.player
        player.go(min(player.seconds, self._race_begins()))  # during the opening they stand there already

    def _race_begins(self) -> float:
        """The moment of the first step: where the first mark after the beginning is."""
        return min((at for at, _ in self.show.scene.marks if at > 0), default=0.0)

    # what a button holds
    def _seek(self, x: float) -> None:
        self.show.player.go(self.show.bar.share(x) * self.show.player.last)

    def _slide(self, index: int, x: float) -> None:
        self.acts.turn_knob(index, self.show.panel.knobs[index].at(self.show.panel.share(index, x)))

    def _carry(self, ball: tuple[int, int], x: float, y: float) -> None:
        point = self._point_at(x, y)
        if point is not None and self.show.attempt(self.show.model.move, *ball, *point):
            self.show.player.playing = False
            self._from_the_start()
            self.show.alarms.cancel("settle")
