"""By what an entry is known, as a small picture: its ball with the pattern, at the end of a bit of its trail."""

from __future__ import annotations

import numpy as np

from thalweg.colors import SOLID, Look, rgb
from thalweg.typeset import raster

RADIUS, LENGTH, WIDTH = 8.5, 26.0, 3.0  # of the ball and the bit of trail, in pixels of a picture 720 pixels high
DARK = 0.45  # of its colour is the darker part of a pattern: as strong as can be in so small a picture
FINER = 5
# The ball seen from where its pattern shows best: rows are right, down and toward the eye in the ball's own axes.
TURN = np.array([[0.80, -0.33, 0.50], [0.48, 0.85, -0.21], [-0.36, 0.41, 0.84]])


def swatch_width(unit: float, dashed: bool) -> float:
    """In pixels; `dashed`: whether trails are shown, too."""
    return (2 * RADIUS + (LENGTH if dashed else 0.0)) * unit


def swatch(look: Look, unit: float, dashed: bool, plain: bool) -> raster.Image:
    """The ball, `plain` without its pattern; with `dashed` the trail that leads to it."""
    radius = RADIUS * unit
    side = int(np.ceil(2 * radius)) + 2
    left = round(swatch_width(unit, dashed) - 2 * radius)
    canvas = raster.blank(left + side, side)
    if dashed:
        width, end = WIDTH * unit, left + radius
        x, y = np.arange(canvas.shape[1]) + 0.5, np.arange(side) + 0.5
        across = np.clip(width / 2 + 0.5 - np.abs(y - side / 2), 0, 1)
        line = (across[:, None] * _drawn(end - x, look.dash, width)).astype(np.float32)
        raster.paste(canvas, raster.tinted(line, look.color), 0, 0)
    raster.paste(canvas, ball(radius, look, plain), left, 0)
    return canvas


def _drawn(away: np.ndarray, dash: tuple[float, float], width: float) -> np.ndarray:
    """The share 0 ... 1 of each pixel that is drawn of a dashed line, so many pixels `away` from its end."""
    if dash == SOLID:
        return np.clip(away + 0.5, 0, 1)
    on, period = dash[0] * width, sum(dash) * width
    fine = (away[:, None] + (np.arange(FINER) + 0.5) / FINER - 0.5) % period
    drawn: np.ndarray = ((fine < on) & (away[:, None] > 0)).mean(axis=1)
    return drawn


def ball(radius: float, look: Look, plain: bool) -> raster.Image:
    """A lit disc of that radius with the ball's pattern, as in shaders/ball.frag."""
    size = int(np.ceil(2 * radius)) + 2
    y, x = ((np.mgrid[: size * FINER, : size * FINER] + 0.5) / FINER - size / 2) / radius
    inside = x**2 + y**2 <= 1
    seen = np.stack([x, y, np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))], axis=-1)
    light = np.ones(x.shape) if plain else np.where(pattern(seen @ TURN, look.pattern), 1.0, DARK)
    shade = light * (1 - 0.18 * np.clip((y - x) / 2 + 0.5, 0, 1))
    color = np.concatenate([shade[..., None] * rgb(look.color), np.ones((*x.shape, 1))], axis=-1) * inside[..., None]
    return raster.lettered(color.reshape(size, FINER, size, FINER, 4).mean(axis=(1, 3)).astype(np.float32))


def pattern(own: np.ndarray, number: int) -> np.ndarray:
    """Where points (..., 3) of a unit ball, in its own axes, are of the lighter tone."""
    x, y, z = np.moveaxis(own, -1, 0)
    around = np.arctan2(y, x)
    made: np.ndarray = (
        np.abs(z) > 0.30,
        np.sin(3 * around) > 0,
        np.abs((2 * z + 0.25) % 1 - 0.5) > 0.25,
        np.abs(own).max(axis=-1) < 0.80,
        x * y * z > 0,
        np.sin(2 * around + 3 * z) > 0,
    )[number]
    return made
