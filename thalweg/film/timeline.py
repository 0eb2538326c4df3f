"""Which frame of which shot each frame of a film shows, and how one shot becomes the next. Pure: knows no picture."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, NamedTuple

from thalweg.film.clock import frame_count


@dataclass(frozen=True)
class Transition:
    """How a shot becomes the next: at once (cut), one picture into the other (crossfade), or through black (fade)."""

    kind: Literal["cut", "crossfade", "fade"] = "cut"
    seconds: float = 0.0


class Part(NamedTuple):
    """Frame `frame` of shot `shot`, `share` of the picture; what is missing to a whole is black."""

    shot: int
    frame: int
    share: float


class Timeline:
    """Shots in a row, of so many seconds each (their borders at the nearest frame), with a transition at each border.

    A transition of d seconds mixes in the last d/2 of one shot its own picture with the next one's first, and in the
    first d/2 of the next its picture with the other's last, both of which stand still.
    """

    def __init__(self, seconds: Sequence[float], fps: float, transitions: Sequence[Transition] = ()) -> None:
        ends = list(accumulate(seconds))
        self.fps = fps
        self.borders = [0, *(round(end * fps) for end in ends[:-1]), frame_count(ends[-1], fps)]
        self.transitions = tuple(transitions) or (Transition(),) * (len(seconds) - 1)
        if len(self.transitions) != len(seconds) - 1:
            raise ValueError(f"{len(self.transitions)} transitions between {len(seconds)} shots")

    @property
    def frames(self) -> int:
        """Of the whole film."""
        return self.borders[-1]

    def shot_at(self, index: int) -> int:
        """The shot that frame `index` belongs to."""
        return min(bisect_right(self.borders, index), len(self.borders) - 1) - 1

    def at(self, index: int) -> tuple[Part, ...]:
        """What frame `index` is mixed of, the shot it belongs to first; shares are above 0."""
        shot = self.shot_at(index)
        start, end = self.borders[shot], self.borders[shot + 1]
        here, others, share = index - start, [], 1.0
        for border, by, other, frame in (
            (start, shot - 1, shot - 1, start - 1 - self.borders[max(shot - 1, 0)]),
            (end, shot, shot + 1, 0),
        ):
            if not 0 <= by < len(self.transitions):
                continue
            change, away = self.transitions[by], abs(index - border) / self.fps
            if change.kind == "cut" or not away < change.seconds / 2:
                continue
            gone = 0.5 - away / change.seconds  # 0 where the transition begins, 1/2 at the border
            if change.kind == "fade":
                share -= 2 * gone
            elif gone > 0:
                share -= gone
                others.append(Part(other, frame, gone))
        return (*([Part(shot, here, max(share, 0.0))] if share > 0 else []), *others)
