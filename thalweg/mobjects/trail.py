"""Trail and Trails: where balls have been, as ribbons on the surface that fade with age, with dots at the iterates."""

from __future__ import annotations

import numpy as np

from thalweg.colors import rgb
from thalweg.geometry.display import FAR
from thalweg.mobjects import _ribbon
from thalweg.mobjects._ribbon import TOLERANCE, needed, ribbon, strip_indices
from thalweg.mobjects.layer import QUAD, Layer
from thalweg.mobjects.loss_surface import LossSurface

GHOST = 0.25  # strength where a hill hides the trail
FADE = (3.5, 0.38)  # seconds until a trail has faded by 1/e, and what stays


class Trails(Layer):
    """Paths (runs, samples, 3) on the surface, drawn up to the film second `now`.

    `times` (samples,): the second each sample is passed, ascending; `ends` (runs,): samples to draw of each run;
    `marks`: (points (m, 3), times (m,), run of each (m,)) of the dots at iterates; `strength` (runs, samples): opacity.
    """

    tolerance = TOLERANCE  # display units that what is drawn may be away from the paths

    def __init__(
        self,
        paths: np.ndarray,
        times: np.ndarray,
        colors: list[str],
        ends: np.ndarray | None = None,
        marks: tuple | None = None,
        width: float = 4.0,
        strength: np.ndarray | None = None,
        **kwargs,
    ) -> None:
        self.strength = np.ones(paths.shape[:2]) if strength is None else strength
        self.paths, self.times, self.width = paths, np.asarray(times, float), width
        self.colors = [rgb(color) for color in colors]
        self.ends = np.full(len(paths), paths.shape[1]) if ends is None else np.asarray(ends)
        self.marks = marks
        self.left_out = np.zeros(len(paths), bool)
        # what is told of them: label and ball of each run, step of each sample, step and domain point of each dot
        self.names = [("", run) for run in range(len(paths))]
        self.steps, self.mark_steps, self.mark_points = self.times, np.zeros(0), np.zeros((0, 2))
        super().__init__(**kwargs)
        self.set_now(self.times[-1])

    def set_now(self, seconds: float) -> Trails:
        self.uniforms["now"] = float(seconds)  # there manimgl's animations find it: trail.animate.set_now(3)
        return self

    def leave_out(self, runs: np.ndarray) -> Trails:
        """Do not draw the runs of this mask (runs,)."""
        if not np.array_equal(runs, self.left_out):
            self.left_out = runs
            self.release()
        return self

    @property
    def now(self) -> float:
        return self.uniforms["now"]

    def pointwise_become_partial(self, mobject, a: float, b: float) -> Trails:
        """For ShowCreation: drawn up to the share `b` of its time; it always begins at its beginning."""
        return self.set_now(self.times[0] + b * (self.times[-1] - self.times[0]))

    def make(self, gpu) -> None:
        gpu.ribbon = gpu.program("ribbon")
        runs = len(self.paths)
        runs_of = zip(self.paths, self.colors, self.strength, strict=True)
        vertices = np.stack([ribbon(path, self.times, color, strength) for path, color, strength in runs_of], axis=1)
        run, first, last = gpu.pieces = self._pieces()
        gpu.vertices = vertices[:, :, 0, :9].copy()  # (samples, runs): what is told is read from here
        gpu.trail = gpu.vao(
            gpu.ribbon,
            [(gpu.buffer(vertices), *_ribbon.FORMAT)],
            strip_indices(first * runs + run, last * runs + run),
        )
        gpu.begins = self.times[first]
        gpu.mark_times = np.zeros(0)
        if self.marks is not None and not self.left_out[self.marks[2]].all():
            gpu.marked = np.flatnonzero(~self.left_out[self.marks[2]])
            points, times, run = (part[gpu.marked] for part in self.marks)
            gpu.mark, gpu.mark_times = gpu.program("mark"), times
            gpu.mark_rows = rows = np.column_stack([points, times, np.array(self.colors)[run]]).astype("f4")
            gpu.marks = gpu.vao(
                gpu.mark,
                [(gpu.buffer(QUAD), "2f", "corner"), (gpu.buffer(rows), "3f 1f 3f/i", "point", "time", "color")],
                strip=True,
            )

    def _pieces(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Run, first and last sample of every straight piece that is drawn, in the order of time: what is drawn by
        `now` is the first of them."""
        strength = 10 * self.tolerance * self.strength[..., None]  # steps of 5 % are not seen
        kept = needed(np.concatenate([self.paths, strength], axis=-1), self.times, self.tolerance)
        kept[np.arange(len(kept)), self.ends - 1] = True
        kept &= (np.arange(kept.shape[1]) < self.ends[:, None]) & ~self.left_out[:, None]
        run, sample = np.nonzero(kept)
        follows = run[1:] == run[:-1]
        run, first, last = run[:-1][follows], sample[:-1][follows], sample[1:][follows]
        seen = (self.strength[run, first] > 0) | (self.strength[run, last] > 0)
        order = np.argsort(first[seen], kind="stable")
        return run[seen][order], first[seen][order], last[seen][order]

    def draw(self, gpu) -> None:
        ctx, unit = gpu.ctx, gpu.unit()
        count = 6 * int(np.searchsorted(gpu.begins, self.now, side="right"))
        ctx.fbo.depth_mask = False
        for func, strength in ((">", GHOST), ("<=", 1.0)):
            ctx.depth_func = func
            shared = dict(now=self.now, bias=0.0006, fade=(*FADE, strength * self.get_opacity(), 1.0))
            if count:
                gpu.set(gpu.ribbon, width=self.width * unit, perspective=1.0, **shared)
                gpu.trail.render(vertices=count)
            if len(gpu.mark_times):
                gpu.set(gpu.mark, radius=0.6 * self.width * unit, **shared)
                gpu.marks.render(instances=int(np.searchsorted(gpu.mark_times, self.now, side="right")))

    def told(self) -> dict[str, list[dict]]:
        """`trails`, the vertices drawn by now of each unbroken line, with the place it has come to, and `dots`."""
        gpu = self.shader_wrapper
        if gpu is None or self.get_opacity() <= 0:
            return {}
        dots = []
        if len(gpu.mark_times):
            count = int(np.searchsorted(gpu.mark_times, self.now, side="right"))
            pixels, depth = gpu.pixels(gpu.mark_rows[:count, :3])
            for which, place, far in zip(gpu.marked[:count], pixels, depth, strict=True):
                label, ball = self.names[self.marks[2][which]]
                step, point = (part[which] if len(part) else None for part in (self.mark_steps, self.mark_points))
                if far > 0.05:
                    dots.append(dict(label=label, ball=ball, step=step, point=point, pixel=place))
        return {"dots": dots, "trails": self._lines(gpu) if self.width else []}

    def _lines(self, gpu) -> list[dict]:
        """Of the pieces drawn by now, joined where one ends where the next begins."""
        lines: list[dict] = []
        for wanted, (label, ball) in enumerate(self.names):
            run, first, last = (part[: int(np.searchsorted(gpu.begins, self.now, side="right"))] for part in gpu.pieces)
            first, last = first[run == wanted], last[run == wanted]
            if not len(first):
                continue
            end = None
            for a, b in zip(first, last, strict=True):
                since, until = self.times[a], self.times[b]
                grown = until <= self.now
                share = 1.0 if grown else (self.now - since) / (until - since)
                step = self.steps[b] if grown else np.interp(self.now, self.times, self.steps)
                if a != end:
                    lines.append(dict(label=label, ball=ball, steps=[self.steps[a]], pixels=[gpu.vertices[a, wanted]]))
                lines[-1]["steps"].append(step)
                lines[-1]["pixels"].append((1 - share) * gpu.vertices[a, wanted] + share * gpu.vertices[b, wanted])
                end = b
        for line in lines:
            pixels, depth = gpu.pixels(np.array(line["pixels"])[:, :3])
            line["pixels"] = np.where(depth[:, None] > 0.05, pixels, np.nan)
        return lines


class Trail(Trails):
    """The trail of one run on a LossSurface: `points` (n, 2) in the domain, `times` (n,) seconds (default 0 ... 1).

    All of it is drawn at first; `set_now(t)` draws it up to the second t, `trail.animate.set_now(t)` lets it grow.
    """

    def __init__(self, surface: LossSurface, points, times=None, color: str = "#FF9F1C", **kwargs) -> None:
        points = np.asarray(points, dtype=float)
        times = np.linspace(0, 1, len(points)) if times is None else np.asarray(times, dtype=float)
        share = np.linspace(0, len(points) - 1, 24 * (len(points) - 1) + 1)
        dense = np.stack([np.interp(share, np.arange(len(points)), points[:, axis]) for axis in (0, 1)], axis=-1)
        display = surface.display
        lifted = display.to_world(dense)
        dots = display.to_world(points)
        near = np.abs(lifted[:, 2]) < 0.9 * FAR  # not in a hole, where there is no height
        near[1:-1] &= near[:-2] & near[2:]
        rests = np.abs(dots[:, 2]) < 0.9 * FAR
        super().__init__(
            lifted[None],
            np.interp(share, np.arange(len(points)), times),
            [color],
            marks=(dots[rests], times[rests], np.zeros(int(rests.sum()), int)),
            strength=near[None].astype(float),
            **kwargs,
        )
        seen = lifted[near] if near.any() else lifted
        self.set_box(seen.min(axis=0), seen.max(axis=0), surface.placement())
