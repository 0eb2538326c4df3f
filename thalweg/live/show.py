"""What the window shows and the few ways in which that changes: keys, buttons, mouse and files all go through it."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.colors import THEMES, Theme, rgb
from thalweg.errors import ConfigErrors, one_line
from thalweg.live.alarms import Alarms
from thalweg.live.bar import HEIGHT, TIP, Bar, BarState, Place, unit_of
from thalweg.live.camera import CameraHand
from thalweg.live.film_process import FilmProcess
from thalweg.live.model import Model
from thalweg.live.notes import Notes
from thalweg.live.paint import Paint
from thalweg.live.panel import Panel
from thalweg.live.player import Player
from thalweg.live.screen import Screen
from thalweg.stage.drawable import Drawable

if TYPE_CHECKING:
    from thalweg.stage.live_window import LiveWindow

SETTLE = 0.25  # seconds without a change by hand until everything is made to follow it


class Show:
    """The picture with its controls, in a window that is open.

    `dirty`: something changed since the window was drawn. `pointer`: the pixel of the window that the mouse is at.
    `ring`: the pixel where balls are about to be dropped.
    """

    def __init__(self, path: Path, model: Model, window: LiveWindow, film: FilmProcess) -> None:
        self.path, self.model, self.window, self.film = path, model, window, film
        self.hand, self.player, self.alarms = CameraHand(), Player(), Alarms()
        self.bar, self.panel, self.notes = Bar(), Panel(), Notes()
        self.screen, self.paint = Screen(window.ctx, self.hand), Paint(window.ctx)
        self.pointer: tuple[float, float] | None = None
        self.ring: tuple[float, float] | None = None
        self.controls_shown, self.dirty = True, True
        self._drawn: object = None
        self.panel.choose(0, model.entries)

    @property
    def scene(self) -> Drawable:
        """The scene that is shown."""
        return self.screen.scene

    def say(self, words: str, stay: float = 3.2) -> None:
        """A message over the picture, for so many seconds."""
        self.notes.say(words, time.perf_counter(), stay)
        self.dirty = True

    def attempt(self, change: Callable[..., None], *values: Any) -> bool:
        """Make a change of the model; what it refuses is said."""
        try:
            change(*values)
            return True
        except ConfigErrors as error:
            self.say(error.problems[0].what)
        except ValueError as error:
            self.say(str(error))
        return False

    def rolled_anew(self) -> None:
        """The model's balls roll otherwise: show it at once, the rest as soon as the hand rests."""
        if not self.scene.reroll(self.model.trajectories):
            self.restage()
        self.player.fit(self.screen.last)
        self.redraw()
        self.alarms.set("settle", SETTLE)

    def restage(self) -> None:
        """Make the scene of what the model says, at the window's size; what cannot be staged leaves the old one."""
        (width, height, _), model = self.layout(), self.model
        self.screen.hidden = {k for k in self.screen.hidden if k < len(model.entries)}
        try:
            self.screen.show(model.shot, model.trajectories, (width, height))
        except Exception as error:
            if not self.screen.staged:
                raise
            traceback.print_exc()
            self.notes.problems = [one_line(f"cannot be drawn: {type(error).__name__}: {error}")]
        self.player.fit(self.screen.last)
        self.pose()
        self.redraw()

    def pose(self) -> None:
        """The camera stands at once where it will be drawn: what the mouse asks for next is measured from there."""
        self.scene.pose(self.player.seconds)

    def redraw(self) -> None:
        """The picture itself is drawn anew, whatever it looks like now."""
        self._drawn, self.dirty = None, True

    # the window
    def layout(self) -> tuple[int, int, int]:
        """Width and height of the picture, and height of the strip below it, in pixels."""
        width, height = self.window.pixels
        strip = round(HEIGHT * self._unit(width, height)) if self.controls_shown else 0
        return width, max(height - strip, 1), strip

    def _unit(self, width: int, height: int) -> float:
        """Pixels for one unit of the controls in a window of that size: they grow less than the picture does."""
        return unit_of(width, height * 720 / (720 + HEIGHT), self.window.text_ratio)

    def draw(self, now: float) -> None:
        """Into the window: the picture, where it changed, and the controls over it."""
        width, height, strip = self.layout()
        state = (self.player.seconds, self.hand.theta, self.hand.phi, self.hand.zoom, *self.hand.shift,
                 frozenset(self.screen.hidden))  # fmt: skip
        if state != self._drawn:
            self.screen.draw(self.player.seconds)
            self._drawn = state
        if not self.window.alive():  # asked just before: some drivers crash when they draw into a window that is gone
            return
        red, green, blue = rgb(self.scene.background())
        self.screen.present(self.window.ctx.screen, (0, strip, width, height), (red, green, blue, 1.0))
        self._draw_controls(width, height, strip, now)
        self.dirty = False
        self.window.show_drawn()

    def _draw_controls(self, width: int, height: int, strip: int, now: float) -> None:
        theme, paint = THEMES[self.model.shot.style.theme], self.paint
        paint.begin(self._unit(width, height + strip))
        self._draw_ring(theme)
        if self.panel.open:
            self.panel.draw(paint, width, height, self.model, self.screen.hidden, theme, self.pointer, self.path.name,
                            self._taken(width, height))  # fmt: skip
        if strip:
            player = self.player
            state = BarState(player.seconds, player.last, player.playing, player.speed, player.loop,
                             self.scene.marks, self.panel.open, self.notes.help, len(self.model.edits),
                             self.film.share, bool(self.model.entries))  # fmt: skip
            self.bar.draw(paint, Place(0, height, width, strip), state, theme, self.pointer)
        tip = TIP * paint.unit if strip and self.bar.hovered(self.pointer) else 0
        self.notes.draw(paint, width, height, theme, now, self.panel.beside(width, height - tip))
        paint.end(self.window.ctx.screen, (width, height + strip))

    def _draw_ring(self, theme: Theme) -> None:
        if self.ring is not None:
            (x, y), u = self.ring, self.paint.unit
            self.paint.disc(x + 0.5, y + 0.5, 9 * u, theme.text, 0.35)
            self.paint.disc(x + 0.5, y + 0.5, 3 * u, theme.text, 0.95)

    def _taken(self, width: int, height: int) -> list[Place]:
        """Where the scene's own panels stand, in pixels."""
        unit = height / 8
        rects = ((width / 2 + r.left * unit, height / 2 - r.top * unit, r) for r in self.scene.taken)
        return [Place(x, y, (r.right - r.left) * unit, (r.top - r.bottom) * unit) for x, y, r in rects]
