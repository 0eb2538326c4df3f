"""The live window as a whole: a loop that takes what happened, moves the clock and draws when something changed."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from thalweg.colors import THEMES, rgb
from thalweg.errors import ConfigErrors
from thalweg.live.acts import Acts
from thalweg.live.bar import HEIGHT, unit_of
from thalweg.live.files import Files
from thalweg.live.film_process import FilmProcess
from thalweg.live.keys import TABLE
from thalweg.live.model import Model, Reader
from thalweg.live.pointer import Pointer
from thalweg.live.reload import Watcher, watched_files
from thalweg.live.screen import drawn_size
from thalweg.live.show import Show
from thalweg.spec.plugins import run_again
from thalweg.stage.window import on_lost_display, open_window
from thalweg.system import stop

RATE = 60  # redraws a second at most
IDLE = 0.5  # seconds between two looks at whether the window is still there
RESIZE = 0.12  # seconds without a change of size until the scene is staged for it
AGAIN = 0.15  # seconds until a file with errors is read once more, in case it was only half written


class Session:
    """`read(data, overrides)` gives the shot that the file's content says; `command` renders its film."""

    def __init__(self, path: Path, data: bytes, read: Reader, command: Sequence[str]) -> None:
        self.path, self.command, self.closing = path, list(command), False
        self.model = Model(read, data)
        self.film, self.watcher = FilmProcess(lambda: self.window.wake()), Watcher(self._changed)
        self.news: list[set[Path]] = []
        self.doubtful: set[Path] = set()  # could not be read the first time

    def open(self) -> None:
        """The window and everything in it."""
        video = self.model.shot.video
        strip = round(HEIGHT * unit_of(video.width, video.height))
        self.window = open_window(f"{self.path.stem} - Thalweg", (video.width, video.height + strip), self)
        on_lost_display(self.film.stop)
        style = self.model.shot.style  # its ground is there at once, the picture as soon as it is made
        red, green, blue = rgb(style.background or THEMES[style.theme].background)
        self.window.ctx.screen.clear(red, green, blue, 1.0)
        self.window.show_drawn()
        self.show = Show(self.path, self.model, self.window, self.film)
        self.acts = Acts(self.show, Files(self.show, self.command), self.resized, self._end)
        self.pointer = Pointer(self.show, self.acts)
        self.show.restage()
        self.watcher.watch(watched_files(self.model.filed))
        self.now = self.before = time.perf_counter()

    def _end(self) -> None:
        self.closing = True

    # the loop
    def run(self) -> None:
        """Until the window is closed."""
        try:
            self.open()
            while not self.closing and self.window.alive():
                stop.check()  # what a callback of the window system swallowed is not lost
                self.turn()
        finally:
            self.close()

    def turn(self) -> None:
        """One round: what came, what is due, the picture, and then a wait."""
        self.before, self.now, player = self.now, time.perf_counter(), self.show.player
        playing, at = player.playing, player.seconds
        player.advance(min(self.now - self.before, 0.25))
        self.show.dirty |= playing != player.playing or at != player.seconds
        self._take_news()
        self._do_what_is_due()
        if self.show.dirty:
            self.show.draw(self.now)
        self.window.wait(self._patience())

    def _patience(self) -> float:
        now, show = time.perf_counter(), self.show
        due = [moment - now for moment in show.alarms.moments()]
        fading = show.notes.changes_at(now)
        due += [] if fading is None else [fading]
        due += [] if self.acts.held is None else [self.acts.held[1] - now]
        due += [self.now + 1 / RATE - now] if show.player.playing or show.dirty else []
        return max(min([IDLE, *due]), 0.0)

    def _do_what_is_due(self) -> None:
        show, now = self.show, self.now
        self.pointer.follow_pointer()
        if show.alarms.due("resize", now):
            show.restage()
        if show.alarms.due("click", now):
            self.pointer.drop_now()
        if show.alarms.due("settle", now):
            show.attempt(show.model.settle)
            show.restage()
        if show.alarms.due("again", now):
            self.reload(self.doubtful, last=True)
        self.acts.repeat(now)
        fading = show.notes.changes_at(now)
        if fading is not None and fading <= 0.03:
            show.dirty = True

    def _changed(self, paths: set[Path]) -> None:
        self.news.append(paths)  # from the watcher's thread
        self.window.wake()

    def _take_news(self) -> None:
        while self.news:
            self.reload(self.news.pop(0))
        self.show.dirty |= self.film.share is not None or bool(self.film.ended)
        while self.film.ended:
            made, words = self.film.ended.pop(0)
            self.show.say(f"the film is ready: {words}" if made else f"the film was not made: {words}", 6)
            if made:
                print(words, flush=True)

    # files
    def reload(self, paths: set[Path], last: bool = False) -> None:
        """The YAML, or a file that it names, was written."""
        others = any(path.name != self.path.name for path in paths)
        try:
            data = self.path.read_bytes()
            if data == self.show.model.data and not others:
                return self._mended()
            run_again(paths)
            filed = self.show.model.read(data, [])
        except (OSError, ConfigErrors) as error:
            why = str(error)
            if isinstance(error, OSError):
                why = f"{self.path}: cannot be read: {error.strerror}; the window shows what it was"
            self.doubtful = self.doubtful | paths
            return self._wrong(why) if last else self.show.alarms.set("again", AGAIN)
        lost = self.show.model.reload(data, filed, others)
        self._mended()
        if lost:
            self.show.say(f"the file says otherwise now: {', '.join(lost)}")
        self.pointer.forget()
        self.show.panel.choose_again(self.show.model.entries)
        self.show.screen.forget_angles()
        self.show.restage()
        self.watcher.watch(watched_files(filed))

    def _mended(self) -> None:
        self.show.alarms.cancel("again")
        self.doubtful = set()
        self.show.dirty |= bool(self.show.notes.problems)
        self.show.notes.problems = []

    def _wrong(self, why: str) -> None:
        if why.splitlines() != self.show.notes.problems:
            self.show.notes.problems, self.show.dirty = why.splitlines(), True
            print(why, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Whatever there is of it, whole or not."""
        self.closing = True
        self.film.stop()
        self.watcher.stopped.set()
        with suppress(Exception):
            self.show.screen.release()
        with suppress(Exception):
            self.window.destroy()

    # what the window tells
    def key(self, name: str, held: set[str]) -> None:
        self.acts.press_key(name, held, TABLE)

    def key_up(self, name: str) -> None:
        self.acts.held = None

    def text(self, typed: str) -> None:
        self.acts.type_text(typed, TABLE)

    def motion(self, x: float, y: float) -> None:
        self.pointer.motion(x, y)

    def drag(self, x: float, y: float) -> None:
        self.pointer.drag(x, y)

    def press(self, x: float, y: float, button: str, held: set[str]) -> None:
        self.pointer.press(x, y, button, held)

    def release(self, x: float, y: float, button: str) -> None:
        self.pointer.release(x, y, button)

    def scroll(self, x: float, y: float, amount: float) -> None:
        self.pointer.scroll(x, y, amount)

    def leave(self) -> None:
        self.pointer.leave()

    def resized(self) -> None:
        self.show.dirty = True
        width, height, _ = self.show.layout()
        if self.show.screen.staged and drawn_size((width, height)) != self.show.screen.pixels:
            self.show.alarms.set("resize", RESIZE)
