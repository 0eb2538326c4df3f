"""The clock of the window: seconds of the film, its speed, pause and loop. Knows no window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
REST = 1e-6


@dataclass
class Player:
    """`last` is the moment of the film's last frame; `advance` takes the seconds that have gone by on the wall."""

    last: float = 1.0
    seconds: float = 0.0
    playing: bool = True
    loop: bool = False
    speed: float = 1.0

    def advance(self, passed: float) -> None:
        if not self.playing:
            return
        self.seconds += passed * self.speed
        if self.seconds >= self.last - REST:
            if self.loop and self.last > 0:
                self.seconds %= self.last
            else:
                self.seconds, self.playing = self.last, False

    def toggle(self) -> None:
        """Pause or play; at the end, from the beginning."""
        self.playing = not self.playing
        if self.playing and self.seconds >= self.last - REST:
            self.seconds = 0.0

    def go(self, seconds: float) -> None:
        self.seconds = min(max(seconds, 0.0), self.last)

    def faster(self, way: int) -> None:
        nearest = min(range(len(SPEEDS)), key=lambda index: abs(SPEEDS[index] - self.speed))
        self.speed = SPEEDS[min(max(nearest + way, 0), len(SPEEDS) - 1)]

    def jump(self, marks: Sequence[tuple[float, str]], way: int) -> str | None:
        """To the next or the last mark; returns its title, or None where there is none."""
        there = [(at, title) for at, title in marks if (at - self.seconds) * way > 0.05]
        if not there:
            return None
        at, title = min(there) if way > 0 else max(there)
        self.go(at)
        return title

    def fit(self, last: float) -> None:
        """The film has another length now; the time is kept where it can be."""
        self.last = last
        self.seconds = min(self.seconds, last)
