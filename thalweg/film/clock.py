"""Frames and seconds. Frame k shows t = k / fps exactly, k = 0 ... N - 1, N = ceil(duration * fps)."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable


class OutsideFilm(ValueError):
    """A moment was asked for that the film does not have; its arguments are lines, one for each such moment."""


def frame_count(duration: float, fps: float) -> int:
    return max(1, math.ceil(duration * fps - 1e-9))


def frame_at(seconds: float, duration: float, fps: float) -> int:
    """The frame shown at a moment of the film; raises OutsideFilm with the moments there are."""
    frames = frame_count(duration, fps)
    if seconds < 0 or not seconds * fps + 1e-9 < frames:
        last = f"{math.ceil((frames - 1) / fps * 1000) / 1000:.3f}".rstrip("0").rstrip(".")  # shows the last frame
        raise OutsideFilm(f"the film has no second {seconds:g}; choose from 0 to {last}")
    return math.floor(seconds * fps + 1e-9)


def frame_of_step(step: int, frames: int, step_of: Callable[[int], float]) -> int:
    """The first of `frames` frames at or past a step, where frame k shows the fractional step `step_of(k)`, which never
    falls; raises OutsideFilm with the steps there are.
    """
    index = bisect_left(range(frames), float(step), key=step_of)
    if index == frames:
        raise OutsideFilm(f"no frame is at or past step {step}; choose from step:0 to step:{int(step_of(frames - 1))}")
    return index
