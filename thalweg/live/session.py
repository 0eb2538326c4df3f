"""The live window as a whole: a loop that takes what happened, moves the clock and draws when something changed."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from thalweg.colors import THEMES, rgb
from thalweg.errors import ConfigErrors, one_line
from thalweg.live.acts import Acts
from thalweg.live.bar import HEIGHT, TIP, Bar, BarState, Place, unit_of
from thalweg.live.camera import CameraHand
from thalweg.live.files import Files
from thalweg.live.film import Film
from thalweg.live.keys import TABLE
from thalweg.live.model import Model, Reader
from thalweg.live.notes import Notes
from thalweg.live.paint import Paint
from thalweg.live.panel import Panel
from thalweg.live.player import Player
from thalweg.live.pointer import Pointer
from thalweg.live.reload import Watcher, named_files
from thalweg.live.screen import Screen, drawn_size
from thalweg.spec.plugins import run_again
from thalweg.stage.window import on_lost_display, open_window
from thalweg.system import stop

RATE = 60  # redraws a second at most
IDLE = 0.5  # seconds between two looks at whether the window is still there
SETTLE = 0.25  # seconds without a change by hand until everything is made to follow it
RESIZE = 0.12  # seconds without a change of size until the scene is staged for it
AGAIN = 0.15  # seconds until a file with errors is read once more, in case it was only half written
HELD = 0.05  # seconds between two repeats of a held key


class Session(Acts, Files, Pointer):
    """`read(data, overrides)` gives the experiment that the file's content says; `command` renders its film."""

    def __init__(self, path: Path, data: bytes, read: Reader, command: Sequence[str]) -> None:
        self.path, self.command, self.closing = path, list(command), False
        self.model, self.hand, self.player = Model(read, data), CameraHand(), Player()
        self.bar, self.panel, self.notes = Bar(), Panel(), Notes()
        self.film, self.watcher = Film(lambda: self.window.wake()), Watcher(self._changed)
        self.news: list[set[Path]] = []
        self.doubtful: set[Path] = set()  # could not be read the first time
        self.pointer: tuple[float, float] | None = None
        self.controls_shown, self.dirty, self.drawn = True, True, None
        self.held: tuple | None = None  # key that repeats, and when next
        self.at = dict.fromkeys(("settle", "resize", "again", "click"))  # moments at which something is due
        self.forget_pointer()
        self.panel.choose(0, self.model.experiment)

    def open(self) -> None:
        video = self.model.experiment.video
        strip = round(HEIGHT * unit_of(video.width, video.height))
        self.window = open_window(f"{self.path.stem} - Thalweg", (video.width, video.height + strip), self)
        on_lost_display(self.film.stop)
        style = self.model.experiment.style  # its ground is there at once, the picture as soon as it is made
        self.window.ctx.screen.clear(*rgb(style.background or THEMES[style.theme].background), 1.0)
        self.window.show_drawn()
        self.screen, self.paint = Screen(self.window.ctx), Paint(self.window.ctx)
        self.screen.hand = self.hand
        self.restage()
        self.watcher.watch(named_files(self.model.filed))
        self.now = self.before = time.perf_counter()

    # the loop
    def run(self) -> None:
        try:
            self.open()
            while not self.closing and self.window.alive():
                stop.check()  # what a callback of the window system swallowed is not lost
                self.turn()
        finally:
            self.close()

    def turn(self) -> None:
        """One round: what came, what is due, the picture, and then a wait."""
        self.before, self.now = self.now, time.perf_counter()
        playing, at = self.player.playing, self.player.seconds
        self.player.advance(min(self.now - self.before, 0.25))
        self.dirty |= playing != self.player.playing or at != self.player.seconds
        self._take_news()
        self._do_what_is_due()
        if self.dirty:
            self.draw()
        self.window.wait(self._patience())

    def _patience(self) -> float:
        now = time.perf_counter()
        due = [moment - now for moment in self.at.values() if moment is not None]
        fading = self.notes.changes_at(now)
        due += [] if fading is None else [fading]
        due += [] if self.held is None else [self.held[1] - now]
        due += [self.now + 1 / RATE - now] if self.player.playing or self.dirty else []
        return max(min([IDLE, *due]), 0.0)

    def _due(self, name: str) -> bool:
        if due := self.at[name] is not None and self.now >= self.at[name]:
            self.at[name] = None
        return due

    def later(self, name: str, seconds: float) -> None:
        self.at[name] = time.perf_counter() + seconds

    def _do_what_is_due(self) -> None:
        self.follow_pointer()
        if self._due("resize"):
            self.restage()
        if self._due("click"):
            self.drop_now()
        if self._due("settle"):
            self.attempt(self.model.settle)
            self.restage()
        if self._due("again"):
            self.reload(self.doubtful, last=True)
        if self.held is not None and self.now >= self.held[1]:
            self.held = (self.held[0], self.now + HELD)
            self.act(self.held[0])
        if self.notes.words and self.notes.changes_at(self.now) <= 0.03:
            self.dirty = True

    def _changed(self, paths: set[Path]) -> None:
        self.news.append(paths)  # from the watcher's thread
        self.window.wake()

    def _take_news(self) -> None:
        while self.news:
            self.reload(self.news.pop(0))
        self.dirty |= self.film.share is not None or bool(self.film.ended)
        while self.film.ended:
            made, words = self.film.ended.pop(0)
            self.say(f"the film is ready: {words}" if made else f"the film was not made: {words}", 6)
            if made:
                print(words, flush=True)

    # the picture
    def layout(self) -> tuple[int, int, int]:
        """Width and height of the picture, and height of the strip below it, in pixels."""
        width, height = self.window.pixels
        strip = round(HEIGHT * self.unit(width, height)) if self.controls_shown else 0
        return width, max(height - strip, 1), strip

    def unit(self, width: int, height: int) -> float:
        """Pixels for one unit of the controls in a window of that size: they grow less than the picture does."""
        return unit_of(width, height * 720 / (720 + HEIGHT), self.window.text_ratio)

    def restage(self) -> None:
        """Make the scene of what the model says, at the window's size; what cannot be staged leaves the old one."""
        (width, height, _), model = self.layout(), self.model
        self.screen.hidden = {k for k in self.screen.hidden if k < len(model.experiment.entries)}
        try:
            self.screen.show(model.experiment, model.trajectories, (width, height))
        except Exception as error:
            if self.screen.scene is None:
                raise
            traceback.print_exc()
            self.notes.problems = [one_line(f"cannot be drawn: {type(error).__name__}: {error}")]
        self.player.fit(self.screen.last)
        self.drawn, self.dirty = None, True

    def draw(self) -> None:
        width, height, strip = self.layout()
        state = (self.player.seconds, self.hand.theta, self.hand.phi, self.hand.zoom, *self.hand.shift)
        state = (*state, frozenset(self.screen.hidden))
        if state != self.drawn:
            self.screen.draw(self.player.seconds)
            self.drawn = state
        if not self.window.alive():  # asked just before: some drivers crash when they draw into a window that is gone
            return
        framebuffer = self.window.ctx.screen
        self.screen.present(framebuffer, (0, strip, width, height), (*rgb(self.screen.scene.background()), 1.0))
        self._draw_controls(width, height, strip)
        self.dirty = False
        self.window.show_drawn()

    def _draw_controls(self, width: int, height: int, strip: int) -> None:
        theme, paint = THEMES[self.model.experiment.style.theme], self.paint
        paint.begin(self.unit(width, height + strip))
        self.mark_click(paint, theme)
        if self.panel.open:
            file, hidden = self.path.name, self.screen.hidden
            taken = self.taken(width, height)
            self.panel.draw(paint, width, height, self.model, hidden, theme, self.pointer, file, taken)
        if strip:
            player = self.player
            state = BarState(player.seconds, player.last, player.playing, player.speed, player.loop,
                             self.screen.scene.marks, self.panel.open, self.notes.help, len(self.model.edits),
                             self.film.share)  # fmt: skip
            self.bar.draw(paint, Place(0, height, width, strip), state, theme, self.pointer)
        tip = TIP * paint.unit if strip and self.bar.hovered(self.pointer) else 0
        self.notes.draw(paint, width, height, theme, self.now, self.panel.beside(width, height - tip))
        paint.end(self.window.ctx.screen, (width, height + strip))

    # files
    def reload(self, paths: set[Path], last: bool = False) -> None:
        """The YAML, or a file that it names, was written."""
        others = any(path.name != self.path.name for path in paths)
        try:
            data = self.path.read_bytes()
            if data == self.model.data and not others:
                return self._mended()
            run_again(paths)
            filed = self.model.read(data, [])
        except (OSError, ConfigErrors) as error:
            why = str(error)
            if isinstance(error, OSError):
                why = f"{self.path}: cannot be read: {error.strerror}; the window shows what it was"
            self.doubtful = self.doubtful | paths
            return self._wrong(why) if last else self.later("again", AGAIN)
        lost = self.model.reload(data, filed, others)
        self._mended()
        if lost:
            self.say(f"the file says otherwise now: {', '.join(lost)}")
        self.after_reload()
        self.restage()
        self.watcher.watch(named_files(filed))

    def _mended(self) -> None:
        self.at["again"], self.doubtful = None, set()
        self.dirty |= bool(self.notes.problems)
        self.notes.problems = []

    def _wrong(self, why: str) -> None:
        if why.splitlines() != self.notes.problems:
            self.notes.problems, self.dirty = why.splitlines(), True
            print(why, file=sys.stderr, flush=True)

    def close(self) -> None:
        self.closing = True
        self.film.stop()
        self.watcher.stopped.set()
        for part, end in (("screen", "release"), ("window", "destroy")):  # what there is of them, whole or not
            with suppress(Exception):
                getattr(getattr(self, part), end)()

    # what the window tells
    def key(self, name: str, held: set[str]) -> None:
        self.press_key(name, held, TABLE)

    def key_up(self, name: str) -> None:
        self.held = None

    def text(self, typed: str) -> None:
        self.type_text(typed, TABLE)

    def resized(self) -> None:
        self.dirty = True
        if self.screen.scene is not None and drawn_size(self.layout()[:2]) != self.screen.pixels:
            self.later("resize", RESIZE)
