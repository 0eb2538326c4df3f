"""What stands on a frame of moving balls, as data: what their mobjects do not know of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.geometry.playback import Moment
from thalweg.parts.motion import Motion


def tell_balls(balls: list[dict[str, Any]], motion: Motion, moment: Moment, pixels: np.ndarray) -> None:
    """Add to each ball its step, its true point and loss there, and the pixel at which it touches the surface, of
    pixels (balls, 2).
    """
    with np.errstate(all="ignore"):
        loss = np.asarray(motion.surface.value(moment.points), float)
    runs = {name: run for run, name in enumerate(motion.names)}
    for ball in balls:
        run = runs[ball["label"], ball["ball"]]
        ball |= dict(step=moment.steps[run], point=moment.points[run], loss=loss[run], pixel=pixels[run])
