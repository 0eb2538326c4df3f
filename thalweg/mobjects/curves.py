"""Curves on the screen that grow with the steps, and dots at their heads: what loss panel and maps draw with."""

from __future__ import annotations

import moderngl
import numpy as np

from thalweg.colors import rgb
from thalweg.mobjects.layer import QUAD, Layer

MOST_POINTS = 700  # of one curve; more are thinned, keeping the extremes of what is left out


class Curves(Layer):
    """`lines`, for each curve its points (n, 2) in pixels, NaN where it is interrupted; `steps` (n,) of them,
    ascending.

    `show(step)` draws each curve up to that step with a dot at its head, or where `heads` (curves, 2) are, `wider`
    (curves,) than others. `width`, `dot` (radius), `wider` in pixels; `dashes`, for each curve the lengths drawn and
    left out, in widths (default: whole lines); with `window` (left, top, right, bottom) nothing is drawn beyond it.
    """

    window = (-1e9, -1e9, 1e9, 1e9)

    def __init__(
        self,
        lines,
        steps,
        colors: list[str],
        width: float,
        dot: float = 0.0,
        opacity: float = 1.0,
        dashes: list[tuple[float, float]] | None = None,
        **kwargs,
    ) -> None:
        self.lines, self.steps = [np.asarray(line, float) for line in lines], np.asarray(steps, float)
        self.colors = np.array([rgb(color) for color in colors])
        self.width, self.dot, self.strength = width, dot, opacity
        self.dashes = [(1.0, 0.0)] * len(self.lines) if dashes is None else dashes
        self.now = float(self.steps[-1])
        self.heads: np.ndarray | None = None
        self.wider: np.ndarray | float = 0.0
        self.left_out: frozenset[int] = frozenset()
        super().__init__(**kwargs)

    def show(self, step: float, heads: np.ndarray | None = None, wider: np.ndarray | float = 0.0) -> None:
        """`heads` (curves, 2): where the dots are, in pixels, if not there; `wider` (curves,): so many more pixels."""
        self.now, self.heads, self.wider = step, heads, wider

    def leave_out(self, lines) -> None:
        """Do not draw the curves with these indices."""
        self.left_out = frozenset(lines)
        self.release()

    def _shown(self):
        every = enumerate(zip(self.lines, self.colors, self.dashes, strict=True))
        return [pair for index, pair in every if index not in self.left_out]

    def _pieces(self) -> np.ndarray:
        rows = [np.zeros((0, 12))]
        for line, color, dash in self._shown() if self.width else ():
            a, b, times = line[:-1], line[1:], np.stack([self.steps[:-1], self.steps[1:]], axis=-1)
            whole = np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1)
            length = np.cumsum(np.where(whole, np.linalg.norm(b - a, axis=1), 0))
            row = np.concatenate([color, np.array(dash) * self.width])
            made = [a, b, times, np.broadcast_to(row, (len(a), 5)), np.append(0, length)[:-1, None]]
            rows.append(np.concatenate(made, axis=1)[whole])
        every = np.concatenate(rows)
        return every[np.argsort(every[:, 4], kind="stable")]

    def _heads(self) -> np.ndarray:
        kept = np.array([index not in self.left_out for index in range(len(self.lines))], bool)
        if not kept.any():
            return np.zeros((0, 10))
        here = self._places() if self.heads is None else self.heads
        kept &= np.isfinite(here).all(axis=1)
        wider = np.broadcast_to(self.wider, len(here))[:, None]
        every: np.ndarray = np.hstack([here, here, np.tile([-1.0, 0.0], (len(here), 1)), self.colors, wider])
        return every[kept]

    def _places(self) -> np.ndarray:
        """Where the curves (n, 2) have come to."""
        steps, now = self.steps, min(max(self.now, self.steps[0]), self.steps[-1])
        low = int(np.searchsorted(steps, now, side="right")) - 1
        here = np.array([line[low] for line in self.lines])
        if now > steps[low]:
            after = np.array([line[low + 1] for line in self.lines])
            here = (after - here) / (steps[low + 1] - steps[low]) * (now - steps[low]) + here
        return here

    def make(self, gpu) -> None:
        gpu.curve = gpu.program("curve")
        quad, pieces = gpu.buffer(QUAD), self._pieces()
        gpu.times, gpu.heads = pieces[:, 4], gpu.own(gpu.ctx.buffer(reserve=40 * len(self.lines)))
        layout, of_heads = (("4f 2f 3f 3f/i", "ends", "times", "color", "dash"),
                            ("4f 2f 3f 1f/i", "ends", "times", "color", "wider"))  # fmt: skip
        gpu.lines = (
            gpu.vao(gpu.curve, [(quad, "2f", "corner"), (gpu.buffer(pieces), *layout)], strip=True)
            if len(pieces)
            else None
        )
        gpu.dots = gpu.vao(gpu.curve, [(quad, "2f", "corner"), (gpu.heads, *of_heads)], strip=True)

    def draw(self, gpu) -> None:
        gpu.ctx.disable(moderngl.DEPTH_TEST)
        begun = int(np.searchsorted(gpu.times, self.now, side="left"))
        if begun and gpu.lines is not None:
            gpu.set(gpu.curve, now=self.now, radius=self.width / 2, opacity=self.strength, window=self.window)
            gpu.lines.render(instances=begun)
        heads = self._heads()
        if self.dot and len(heads):
            gpu.heads.write(np.ascontiguousarray(heads, "f4").tobytes())
            gpu.set(gpu.curve, now=self.now, radius=self.dot, opacity=1.0, window=self.window)
            gpu.dots.render(instances=len(heads))


def thinned(values: np.ndarray, most: int = MOST_POINTS) -> np.ndarray:
    """Indices of at most about `most` rows of values (n, curves) that keep first, last and the extremes in between."""
    count = len(values)
    if count <= most:
        return np.arange(count)
    blocks = np.array_split(np.arange(count), max(most // (2 * values.shape[1] + 1), 2))
    safe, holes = np.where(np.isfinite(values), values, 0), ~np.isfinite(values)
    edges = np.flatnonzero((holes[1:] != holes[:-1]).any(axis=1))  # a gap stays one
    edges = edges[np.linspace(0, len(edges) - 1, min(len(edges), most)).astype(int)]
    kept = [
        {block[0], *(block[0] + safe[block].argmin(axis=0)), *(block[0] + safe[block].argmax(axis=0))}
        for block in blocks
    ]
    return np.array(sorted({count - 1, *edges, *(edges + 1)}.union(*kept)))
