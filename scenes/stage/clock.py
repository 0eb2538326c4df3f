"""Frames and seconds. Frame k shows t = k / fps exactly, k = 0 ... N - 1, N = ceil(duration * fps)."""

from __future__ import annotations

import math

from scenes.stage.errors import OutsideFilm


def frame_count(duration: float, fps: float) -> int:
    return max(1, math.ceil(duration * fps - 1e-9))


def frame_at(seconds: float, duration: float, fps: float) -> int:
    """The frame shown at a moment of the film; raises OutsideFilm with the moments there are."""
    frames = frame_count(duration, fps)
    index = math.floor(seconds * fps + 1e-9)
    if seconds < 0 or index >= frames:
        raise OutsideFilm(f"the film has no second {seconds:g}; choose from 0 up to {(frames - 1) / fps:.4g}")
    return index
