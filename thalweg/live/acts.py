"""What keys and buttons do."""

from __future__ import annotations

import time
from collections.abc import Callable

from thalweg.live.files import Files
from thalweg.live.keys import Binding, name_of
from thalweg.live.panel import Setting
from thalweg.live.show import Show

FIRST_REPEAT = 0.35  # seconds that a key is held until it repeats
HELD = 0.05  # seconds between two repeats


class Acts:
    """Acts that repeat while their key is held are cheap; the others run once for each time it is pressed. `resized` is
    to be called when the picture's room changes, `end` closes the window.
    """

    def __init__(self, show: Show, files: Files, resized: Callable[[], None], end: Callable[[], None]) -> None:
        self.show, self.files, self.resized, self.end = show, files, resized, end
        self.write, self.still, self.render, self.copy_camera = (
            files.write, files.still, files.render, files.copy_camera)  # fmt: skip
        self.fresh = True  # the key was not held before
        self.held: tuple[Binding, float] | None = None  # key that repeats, and when next

    # keys
    def press_key(self, name: str, held: set[str], table: dict[str, Binding]) -> None:
        binding = table.get(name_of(name, held))
        self.fresh, self.held = True, None
        if binding is not None and len(name) > 1 or "ctrl" in held:
            self._begin(binding)

    def type_text(self, typed: str, table: dict[str, Binding]) -> None:
        binding = table.get(typed) or table.get(typed.lower())
        if binding is not None and self.fresh:  # a held key types again and again
            self.fresh = False
            self._begin(binding)

    def _begin(self, binding: Binding | None) -> None:
        if binding is None:
            return
        self.act(binding)
        if binding.repeats:
            self.held = (binding, time.perf_counter() + FIRST_REPEAT)

    def act(self, binding: Binding) -> None:
        """Do what a key is for."""
        if binding.act != "write":
            self.files.forget_question()
        getattr(self, binding.act)(*binding.words)
        self.show.dirty = True

    def repeat(self, now: float) -> None:
        """Once more where a key has been held that long."""
        if self.held is not None and now >= self.held[1]:
            self.held = (self.held[0], now + HELD)
            self.act(self.held[0])

    # time
    def toggle(self) -> None:
        self.show.player.toggle()

    def step(self, way: int) -> None:
        self.show.player.playing = False
        self.show.player.go(self.show.scene.step_beside(self.show.player.seconds, way))

    def second(self, way: int) -> None:
        self.show.player.go(self.show.player.seconds + way)

    def faster(self, way: int) -> None:
        self.show.player.faster(way)
        self.show.say(f"speed {self.show.player.speed:g}×", 1.2)

    def ends(self, which: int) -> None:
        self.show.player.go(which * self.show.player.last)

    def mark(self, way: int) -> None:
        title = self.show.player.jump(self.show.scene.marks, way)
        if title:
            self.show.say(title, 1.6)

    def loop(self) -> None:
        self.show.player.loop = not self.show.player.loop
        self.show.say("loop on" if self.show.player.loop else "loop off", 1.2)

    # camera
    def orbit(self, theta: float, phi: float) -> None:
        self.show.hand.turn(theta, phi, self.show.hand.shown)

    def pan(self, across: float, up: float) -> None:
        middle = self.show.scene.middle_of_room
        self.show.hand.pull(middle, (middle[0] + 8 * across, middle[1] + 8 * up))

    def zoom(self, way: int) -> None:
        self.show.hand.enlarge(1.12**way, self.show.scene.middle_of_room)

    def recentre(self) -> None:
        """On the ball of the optimizer that the sliders stand for."""
        balls = self.show.scene.balls_at(self.show.player.seconds)
        own = [center for entry, _, center, _ in balls if entry == self.show.panel.entry] or [ball[2] for ball in balls]
        if own:
            self.show.hand.center(own[0])

    def camera_back(self) -> None:
        self.show.hand.back()

    # balls and sliders
    def show_hide(self, entry: int) -> None:
        if entry < len(self.show.model.entries):
            self.show.screen.hide(self.show.screen.hidden ^ {entry})
            self.show.redraw()

    def panel_toggle(self) -> None:
        if self._has_sliders():
            self.show.panel.open = not self.show.panel.open

    def _has_sliders(self) -> bool:
        if not self.show.model.entries:
            self.show.say("nothing rolls in this scene")
        return bool(self.show.model.entries)

    def choose(self, entry: int) -> None:
        if self._has_sliders():
            self.show.panel.open = True
            self.show.panel.choose(entry, self.show.model.entries)

    def choose_next(self) -> None:
        self.choose(self.show.panel.entry + 1 if self.show.panel.open else self.show.panel.entry)

    def knob(self, way: int) -> None:
        panel = self.show.panel
        if not panel.open:
            panel.open = self._has_sliders()
        elif panel.knobs:
            panel.focus = (panel.focus + way) % len(panel.knobs)
            panel.first = min(max(panel.first, panel.focus - panel.rows + 1), panel.focus)

    def nudge(self, way: int) -> None:
        panel = self.show.panel
        if not panel.knobs:
            return
        knob, panel.open = panel.knobs[panel.focus], True
        value = knob.value(self.show.model.entries[panel.entry].optimizer)
        self.turn_knob(panel.focus, way > 0 if knob.scale == "switch" else knob.at(knob.share(value) + way * 0.02))

    def turn_knob(self, index: int, value: Setting) -> None:
        """Set the value of a slider; the balls follow at once, the rest as soon as the hand rests."""
        entry, knob = self.show.panel.entry, self.show.panel.knobs[index]
        optimizer = self.show.model.entries[entry].optimizer
        if value != knob.value(optimizer) and self.show.attempt(
            self.show.model.tune, entry, knob.name, knob.whole(optimizer, value)
        ):
            self.show.rolled_anew()

    def edits_back(self) -> None:
        if self.show.model.edits and self.show.attempt(self.show.model.take, {}):
            self.show.model.stale = False
            self.show.restage()
            self.show.say("as the file says")

    # the window
    def full_screen(self) -> None:
        self.show.window.toggle_full_screen()

    def controls(self) -> None:
        self.show.controls_shown = not self.show.controls_shown
        self.resized()

    def help(self) -> None:
        self.show.notes.help = not self.show.notes.help

    def close_window(self) -> None:
        self.end()

    def escape(self) -> None:
        """Leaves what is open, from the top: help, full screen, the sliders, the window."""
        if self.show.notes.help:
            self.show.notes.help = False
        elif self.show.window.fullscreen:
            self.show.window.toggle_full_screen()
        elif self.show.panel.open:
            self.show.panel.open = False
        else:
            self.end()
