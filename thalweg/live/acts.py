"""What keys and buttons do. Part of Session, which has the parts that are acted on."""

from __future__ import annotations

import time

from thalweg.errors import ConfigErrors
from thalweg.live.keys import Binding, name_of

FIRST_REPEAT = 0.35


class Acts:
    """Acts that repeat while their key is held are cheap; the others run once for each time it is pressed."""

    # keys
    def press_key(self, name: str, held: set[str], table: dict[str, Binding]) -> None:
        binding = table.get(name_of(name, held))
        self.fresh, self.held = True, None
        if binding is not None and len(name) > 1 or "ctrl" in held:
            self._begin(binding)

    def type_text(self, typed: str, table: dict[str, Binding]) -> None:
        binding = table.get(typed) or table.get(typed.lower())
        if binding is not None and getattr(self, "fresh", True):  # a held key types again and again
            self.fresh = False
            self._begin(binding)

    def _begin(self, binding: Binding | None) -> None:
        if binding is None:
            return
        self.act(binding)
        if binding.repeats:
            self.held = (binding, time.perf_counter() + FIRST_REPEAT)

    def act(self, binding: Binding) -> None:
        if binding.act != "write":
            self.asked = ()
        getattr(self, binding.act)(*binding.words)
        self.dirty = True

    def say(self, words: str, stay: float = 3.2) -> None:
        self.notes.say(words, time.perf_counter(), stay)
        self.dirty = True

    def attempt(self, change, *values) -> bool:
        """Make a change of the model; what it refuses is said."""
        try:
            change(*values)
            return True
        except ConfigErrors as error:
            self.say(error.problems[0].what)
        except ValueError as error:
            self.say(str(error))
        return False

    # time
    def toggle(self) -> None:
        self.player.toggle()

    def step(self, way: int) -> None:
        self.player.playing = False
        self.player.go(self.screen.scene.step_beside(self.player.seconds, way))

    def second(self, way: int) -> None:
        self.player.go(self.player.seconds + way)

    def faster(self, way: int) -> None:
        self.player.faster(way)
        self.say(f"speed {self.player.speed:g}×", 1.2)

    def ends(self, which: int) -> None:
        self.player.go(which * self.player.last)

    def mark(self, way: int) -> None:
        title = self.player.jump(self.screen.scene.marks, way)
        if title:
            self.say(title, 1.6)

    def loop(self) -> None:
        self.player.loop = not self.player.loop
        self.say("loop on" if self.player.loop else "loop off", 1.2)

    # camera
    def orbit(self, theta: float, phi: float) -> None:
        self.hand.turn(theta, phi, self.hand.shown)

    def pan(self, across: float, up: float) -> None:
        middle = self.screen.scene.middle_of_room
        self.hand.pull(middle, (middle[0] + 8 * across, middle[1] + 8 * up))

    def zoom(self, way: int) -> None:
        self.hand.enlarge(1.12**way, self.screen.scene.middle_of_room)

    def recentre(self) -> None:
        """On the ball of the optimizer that the sliders stand for."""
        balls = self.screen.scene.balls_at(self.player.seconds)
        own = [center for entry, _, center, _ in balls if entry == self.panel.entry] or [ball[2] for ball in balls]
        if own:
            self.hand.center(own[0])

    def camera_back(self) -> None:
        self.hand.back()

    # balls and sliders
    def show_hide(self, entry: int) -> None:
        if entry < len(self.model.experiment.entries):
            self.screen.hide(self.screen.hidden ^ {entry})
            self.drawn = None

    def panel_toggle(self) -> None:
        self.panel.open = not self.panel.open

    def choose(self, entry: int) -> None:
        self.panel.open = True
        self.panel.choose(entry, self.model.experiment)

    def choose_next(self) -> None:
        self.choose(self.panel.entry + 1 if self.panel.open else self.panel.entry)

    def knob(self, way: int) -> None:
        panel = self.panel
        if not panel.open:
            panel.open = True
        elif panel.knobs:
            panel.focus = (panel.focus + way) % len(panel.knobs)
            rows = getattr(panel, "rows", 1)
            panel.first = min(max(panel.first, panel.focus - rows + 1), panel.focus)

    def nudge(self, way: int) -> None:
        panel = self.panel
        if not panel.knobs:
            return
        knob, panel.open = panel.knobs[panel.focus], True
        value = knob.value(self.model.experiment.entries[panel.entry].optimizer)
        self.turn_knob(panel.focus, way > 0 if knob.scale == "switch" else knob.at(knob.share(value) + way * 0.02))

    def turn_knob(self, index: int, value) -> None:
        """Set the value of a slider; the balls follow at once, the rest as soon as the hand rests."""
        entry, knob = self.panel.entry, self.panel.knobs[index]
        optimizer = self.model.experiment.entries[entry].optimizer
        if value != knob.value(optimizer) and self.attempt(
            self.model.tune, entry, knob.name, knob.whole(optimizer, value)
        ):
            self.after_change()

    def after_change(self) -> None:
        if not self.screen.scene.reroll(self.model.trajectories):
            self.restage()
        self.player.fit(self.screen.last)
        self.drawn, self.dirty = None, True
        self.later("settle", 0.25)

    def edits_back(self) -> None:
        if self.model.edits and self.attempt(self.model.take, {}):
            self.model.stale = False
            self.restage()
            self.say("as the file says")

    # the window
    def full_screen(self) -> None:
        self.window.toggle_full_screen()

    def controls(self) -> None:
        self.controls_shown = not self.controls_shown
        self.resized()

    def help(self) -> None:
        self.notes.help = not self.notes.help

    def close_window(self) -> None:
        self.closing = True

    def escape(self) -> None:
        """Leaves what is open, from the top: help, full screen, the sliders, the window."""
        if self.notes.help:
            self.notes.help = False
        elif self.window.fullscreen:
            self.window.toggle_full_screen()
        elif self.panel.open:
            self.panel.open = False
        else:
            self.closing = True
