"""Loops: closed lines on the surface that change from frame to frame."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.colors import rgb
from thalweg.geometry.display import FAR
from thalweg.mobjects import _ribbon
from thalweg.mobjects._ribbon import ribbon, strip_indices
from thalweg.mobjects.layer import Layer

GHOST = 0.25  # strength where a hill hides a loop
BIAS = 0.015  # of the depth: pulled to the eye so far, that small balls of a crowd do not cover it
DASH, THIN = (1, 1), 0.5  # pieces of a dashed loop that are drawn, and that are not; its width, of a whole one's
RING, APART = (
    0.9,
    0.16,
)  # widths by which a loop is wider for each that covers it; display units from which on none does


class Loops(Layer):
    """A loop for each of `colors`, through `points` places; those of `dashed` (loops,) are dashed and thinner; `width`
    in pixels of a picture 720 pixels high. `place` puts them; nothing is drawn before. Where whole ones lie on each
    other, those below are wider, so that each is seen.
    """

    def __init__(self, colors: list[str], dashed: list[bool], points: int, width: float = 3.2, **kwargs: Any) -> None:
        self.colors, self.dashed, self.points, self.width = [rgb(color) for color in colors], dashed, points, width
        self.lines = np.zeros((len(colors), points, 3))
        self.strengths, self.widths = np.zeros(len(colors)), np.ones(len(colors))
        self.names = [("", "")] * len(colors)  # label and name of each, as told
        super().__init__(**kwargs)

    def place(self, lines: np.ndarray, strengths: np.ndarray) -> None:
        """Where they are, (loops, points, 3), and how strong (loops,); those not known or far out are not drawn."""
        known = np.isfinite(lines).all(axis=(1, 2)) & (np.abs(np.nan_to_num(lines)) < 0.9 * FAR).all(axis=(1, 2))
        self.lines, self.strengths = np.where(known[:, None, None], lines, 0.0), np.where(known, strengths, 0.0)
        self.widths = np.where(self.dashed, THIN, 1.0)
        whole = np.flatnonzero(~np.array(self.dashed) & (self.strengths > 0))
        for place, loop in enumerate(whole):
            others = whole[place + 1 :]
            apart = np.linalg.norm(self.lines[others] - self.lines[loop], axis=-1).max(axis=1, initial=0.0)
            self.widths[loop] += 2 * RING * float(np.clip(1 - apart / APART, 0, 1) @ self.strengths[others])

    def make(self, gpu: Any) -> None:
        gpu.ribbon = gpu.program("ribbon")
        piece, (drawn, left_out) = np.arange(self.points - 1), DASH
        dashes = piece[piece % (drawn + left_out) < drawn]
        pieces = [loop * self.points + (dashes if dashed else piece) for loop, dashed in enumerate(self.dashed)]
        gpu.counts = [6 * len(each) for each in pieces]
        first = np.concatenate(pieces)
        gpu.rows = gpu.own(gpu.ctx.buffer(reserve=max(len(self.colors) * self.points * 2 * 48, 48)))
        gpu.loops = gpu.vao(gpu.ribbon, [(gpu.rows, *_ribbon.FORMAT)], strip_indices(first, first + 1))

    def draw(self, gpu: Any) -> None:
        if not self.strengths.any():
            return
        times = np.zeros(self.points)
        parts = zip(self.lines, self.colors, self.strengths, strict=True)
        vertices = np.stack([ribbon(line, times, color, strength) for line, color, strength in parts])
        gpu.rows.write(np.ascontiguousarray(vertices, "f4").tobytes())
        gpu.ctx.fbo.depth_mask = False
        for func, strength in ((">", GHOST), ("<=", 1.0)):
            gpu.ctx.depth_func = func
            fade = (1e9, 1.0, strength * self.get_opacity(), 0.0)
            begin = 0
            for width, count in zip(self.widths.tolist(), gpu.counts, strict=True):
                wide = width * self.width * gpu.unit()
                gpu.set(gpu.ribbon, now=0.0, bias=BIAS, fade=fade, width=wide, perspective=0.0)
                gpu.loops.render(vertices=count, first=begin)
                begin += count

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """`outlines`: the pixels of those that are drawn."""
        gpu = self.shader_wrapper
        if gpu is None or self.get_opacity() <= 0:
            return {}
        told = []
        for (label, name), line, strength in zip(self.names, self.lines, self.strengths, strict=True):
            if strength > 0:
                pixels, depth = gpu.pixels(line)
                told.append(dict(label=label, name=name, pixels=np.where(depth[:, None] > 0.05, pixels, np.nan)))
        return {"outlines": told}
