"""Runs that went where nothing is known of their surface."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from thalweg.engine.record import Trajectory


def told_left(path: Trajectory, surface: Any) -> Trajectory:
    """The status "left" in place of "diverged" for runs that ended beyond what the surface knows, or asked there for
    the gradient of their last step. `surface.inside(points)` says what it knows; without it, that is everywhere.
    """
    inside = getattr(surface, "inside", None)
    gone = path.status == "diverged"
    if inside is None or not gone.any():
        return path
    runs, ends = np.arange(len(gone)), path.ends
    beyond = _beyond(inside, path.positions[runs, ends])
    asked = ends - (path.positions.shape[1] - path.gradient_at.shape[1])  # the start has no step that led to it
    if path.gradient_at.shape[1]:
        beyond |= (asked >= 0) & _beyond(inside, path.gradient_at[runs, np.maximum(asked, 0)])
    return replace(path, status=np.where(gone & beyond, "left", path.status))


def _beyond(inside: Any, points: Any) -> Any:
    return np.isfinite(points).all(axis=-1) & ~inside(points)
