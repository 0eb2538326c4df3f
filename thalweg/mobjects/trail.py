"""Trail and Trails: where balls have been, as ribbons on the surface that fade with age, with dots at the iterates."""

from __future__ import annotations

import numpy as np

from thalweg.colors import rgb
from thalweg.geometry.display import FAR
from thalweg.geometry.thinning import TOLERANCE, needed
from thalweg.mobjects._ribbon import strip_indices
from thalweg.mobjects.layer import QUAD, Layer
from thalweg.mobjects.loss_surface import LossSurface

GHOST = 0.1  # strength where a hill hides the trail
FADE, STAYS, NARROW = 1.3, 0.5, 0.4  # seconds in which a trail fades; shares of its strength and width that stay
SPAN = FADE / 3  # seconds that a piece takes at most, where there are samples: its width goes straight
BEYOND = np.array([0.0, 0.0, 0.25])  # display units past the box of what is drawn over which a trail ends
HEAD = 2.6  # widths of a trail: how long the head is of one that has left
RIM = 1.2  # pixels of a picture 720 pixels high: how far a rim reaches
DASH = 0.015  # display units along the way for each of a dash's widths, and pixel of the trail's width
FORMAT = ("3f 3f 4f 3f 2f", "point", "tangent", "side", "color", "dash")


class Trails(Layer):
    """Paths (runs, samples, 3) on the surface, drawn up to the film second `now`.

    `times` (samples,): the second each sample is passed, ascending; `ends` (runs,): samples to draw of each run;
    `marks`: (points (m, 3), times (m,), run of each (m,)) of the dots at iterates; `strength` (runs, samples): opacity;
    `dashes`: for each run the lengths drawn and left out, in widths of the trail (default: whole lines); `box`: corners
    low and high (3,) of what is drawn of the surface: a trail ends where it leaves it, in an arrowhead while it is out.
    """

    tolerance = TOLERANCE  # display units that what is drawn may be away from the paths
    rim = ""  # a colour below all of them and beyond their sides, where it is not known what lies behind

    def __init__(
        self,
        paths: np.ndarray,
        times: np.ndarray,
        colors: list[str],
        ends: np.ndarray | None = None,
        marks: tuple | None = None,
        width: float = 4.0,
        strength: np.ndarray | None = None,
        dashes: list[tuple[float, float]] | None = None,
        box: tuple[np.ndarray, np.ndarray] | None = None,
        **kwargs,
    ) -> None:
        self.strength = np.ones(paths.shape[:2]) if strength is None else strength
        self.paths, self.times, self.width = paths, np.asarray(times, float), width
        self.colors = [rgb(color) for color in colors]
        self.dashes = [(1.0, 0.0)] * len(paths) if dashes is None else dashes
        self.box_low, self.box_high = (np.full(3, -FAR), np.full(3, FAR)) if box is None else box
        self.faint, self.lines = 1.0, True  # strength of all; whether there is more than dots
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
        gpu.program_of_trails = gpu.program("trail")
        runs = len(self.paths)
        vertices = np.stack([self._band(run) for run in range(runs)], axis=1)
        run, first, last = gpu.pieces = self._pieces()
        gpu.vertices = vertices[:, :, 0, :3].copy()  # (samples, runs): what is told is read from here
        gpu.trail = gpu.vao(
            gpu.program_of_trails,
            [(gpu.buffer(vertices), *FORMAT)],
            strip_indices(first * runs + run, last * runs + run),
        )
        gpu.begins = self.times[first]
        gpu.head, gpu.exits = gpu.program("head"), self._exits(gpu)
        gpu.heads = None
        if len(gpu.exits[0]):
            layout = ("3f 3f 2f 3f/i", "point", "tangent", "times", "color")
            heads = [(gpu.buffer(QUAD), "2f", "corner"), (gpu.buffer(gpu.exits[1]), *layout)]
            gpu.heads = gpu.vao(gpu.head, heads, strip=True)
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

    def _band(self, run: int) -> np.ndarray:
        """Vertices (samples, 2, 15) on both sides of a run's path: see FORMAT."""
        path = self.paths[run]
        tangents = np.gradient(path, axis=0) if len(path) > 1 else np.tile([1.0, 0.0, 0.0], (len(path), 1))
        made = np.zeros((len(path), 2, 15), "f4")
        made[..., :3] = path[:, None]
        made[..., 3:6] = (tangents / np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), 1e-9))[:, None]
        made[:, 0, 6], made[:, 1, 6] = -1, 1
        made[..., 7], made[..., 8] = self.times[:, None], self.strength[run][:, None]
        made[..., 10:13], made[..., 13:] = self.colors[run], np.array(self.dashes[run]) * DASH * self.width
        if self.dashes[run][1] > 0:
            within = np.clip(path, self.box_low - 1, self.box_high + 1)  # far out no dash is seen
            length = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(within, axis=0), axis=1)))
            made[..., 9] = length[:, None]
        return made

    def _pieces(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Run, first and last sample of every straight piece that is drawn, in the order of time: what is drawn by
        `now` is the first of them."""
        strength = 10 * self.tolerance * self.strength[..., None]  # steps of 5 % are not seen
        kept = needed(np.concatenate([self.paths, strength], axis=-1), self.times, self.tolerance)
        kept[:, :-1] |= np.diff(np.floor(self.times / SPAN)) > 0
        kept[np.arange(len(kept)), self.ends - 1] = True
        kept &= (np.arange(kept.shape[1]) < self.ends[:, None]) & ~self.left_out[:, None]
        run, sample = np.nonzero(kept)
        follows = run[1:] == run[:-1]
        run, first, last = run[:-1][follows], sample[:-1][follows], sample[1:][follows]
        a, b = self.paths[run, first], self.paths[run, last]
        seen = (self.strength[run, first] > 0) | (self.strength[run, last] > 0)
        seen &= ~(np.maximum(np.abs(a), np.abs(b))[:, :2] >= FAR).any(axis=1)  # the way there is not known
        seen &= ((np.minimum(a, b) < self.box_high + BEYOND) & (np.maximum(a, b) > self.box_low - BEYOND)).all(axis=1)
        order = np.argsort(first[seen], kind="stable")
        return run[seen][order], first[seen][order], last[seen][order]

    def _exits(self, gpu) -> tuple[np.ndarray, np.ndarray]:
        """The run (exits,) of each way out over the sides of the box, and (exits, 11): where, in which direction, from
        which second until which it is out, colour."""
        run, first, last = gpu.pieces
        start, end = (gpu.vertices[sample, run].astype(float) for sample in (first, last))
        tall = np.array([0.0, 0.0, np.inf])
        enters, leaves = within(start, end, self.box_low - tall, self.box_high + tall)
        begins, lasts = self.times[first], self.times[last] - self.times[first]
        places = start + leaves[:, None] * (end - start)
        crosses = enters < leaves
        seen = (places[:, 2] < self.box_high[2] + BEYOND[2]) & (places[:, 2] > self.box_low[2] - BEYOND[2])
        out = np.flatnonzero(crosses & (leaves < 1) & seen)
        back = np.flatnonzero(crosses & (enters > 0))
        back = back[np.lexsort((first[back], run[back]))]
        count = len(self.times)  # runs and samples in one number, so that each way back is found by its order
        after = np.searchsorted(run[back] * count + first[back], run[out] * count + first[out], side="right")
        until = np.full(len(out), np.inf)
        comes = after < len(back)
        comes[comes] = run[back[after[comes]]] == run[out[comes]]
        again = back[after[comes]]
        until[comes] = begins[again] + enters[again] * lasts[again]
        ways = (end - start)[out] / np.linalg.norm((end - start)[out], axis=1, keepdims=True)
        colors = np.array(self.colors).reshape(-1, 3)[run[out]]
        since = begins[out] + leaves[out] * lasts[out]
        return run[out], np.column_stack([places[out], ways, since, until, colors])

    def draw(self, gpu) -> None:
        ctx, unit = gpu.ctx, gpu.unit()
        count = 6 * int(np.searchsorted(gpu.begins, self.now, side="right"))
        ctx.fbo.depth_mask = False
        box = dict(low=tuple(self.box_low), high=tuple(self.box_high), beyond=float(BEYOND[2]))
        for func, strength in ((">", GHOST), ("<=", 1.0)):
            ctx.depth_func = func
            if self.lines and gpu.heads is not None:
                whole = (1.0, 1.0, 1.0, strength * self.faint * self.get_opacity())
                gpu.set(gpu.head, size=HEAD * self.width * unit, now=self.now, bias=0.0006, fade=whole)
                gpu.heads.render(instances=len(gpu.exits[0]))
            fade = (FADE, STAYS, NARROW, strength * self.faint * self.get_opacity())
            for color in (self.rim, "") if self.rim else ("",):
                tint, rim = ((*rgb(color), 1.0), RIM * unit) if color else ((0.0,) * 4, 0.0)
                shared = dict(now=self.now, bias=0.0006, fade=fade, tint=tint, rim=rim)
                if count and self.lines:
                    gpu.set(gpu.program_of_trails, width=self.width * unit, **box, **shared)
                    gpu.trail.render(vertices=count)
                if len(gpu.mark_times):
                    gpu.set(gpu.mark, radius=0.6 * self.width * unit, **shared)
                    gpu.marks.render(instances=int(np.searchsorted(gpu.mark_times, self.now, side="right")))

    def told(self) -> dict[str, list[dict]]:
        """`trails`, the vertices drawn by now of each unbroken line, with the place it has come to, `dots`, and
        `arrows`, the heads at the edge of those that are out."""
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
        if not self.lines:
            return {"dots": dots, "trails": []}
        return {"dots": dots, "trails": self._lines(gpu), "arrows": self._heads(gpu)}

    def _heads(self, gpu) -> list[dict]:
        """From where to where the arrowheads of the trails that are out now reach."""
        told, size = [], HEAD * self.width * gpu.unit()
        for run, row in zip(*gpu.exits, strict=True):
            (here, ahead), depth = gpu.pixels(np.stack([row[:3], row[:3] + 0.02 * row[3:6]]))
            if row[6] <= self.now < row[7] and depth.min() > 0.05:
                tip = here + size * (ahead - here) / max(np.linalg.norm(ahead - here), 1e-9)
                label, ball = self.names[run]
                told.append({"name": f"{label} {ball} outside", "from": here, "to": tip})
        return told

    def _lines(self, gpu) -> list[dict]:
        """Of the pieces drawn by now, as far as they lie in the box, joined where one ends where the next begins."""
        lines: list[dict] = []
        begun = int(np.searchsorted(gpu.begins, self.now, side="right"))
        for wanted, (label, ball) in enumerate(self.names):
            run, first, last = (part[:begun] for part in gpu.pieces)
            first, last = first[run == wanted], last[run == wanted]
            from_, to = gpu.vertices[first, wanted].astype(float), gpu.vertices[last, wanted].astype(float)
            enters, leaves = within(from_, to, self.box_low - BEYOND, self.box_high + BEYOND)
            end = None
            for a, b, start, here, low, high in zip(first, last, from_, to, enters, leaves, strict=True):
                grown = min(1.0, (self.now - self.times[a]) / max(self.times[b] - self.times[a], 1e-12))
                high = min(high, grown)
                if high <= low:
                    continue
                if a != end or low > 0:
                    lines.append(dict(label=label, ball=ball, steps=[], pixels=[]))
                for share in (low, high)[lines[-1]["steps"] != [] :]:
                    lines[-1]["steps"].append(self._step(a, b, share))
                    lines[-1]["pixels"].append((1 - share) * start + share * here)
                end = b if high == 1 else None
        for line in lines:
            pixels, depth = gpu.pixels(np.array(line["pixels"]))
            line["pixels"] = np.where(depth[:, None] > 0.05, pixels, np.nan)
        return lines

    def _step(self, first: int, last: int, share: float) -> float:
        """The step shown at a share of a piece's time."""
        if share == 1:
            return float(self.steps[last])
        seconds = (1 - share) * self.times[first] + share * self.times[last]
        return float(np.interp(seconds, self.times, self.steps))


def within(start: np.ndarray, end: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shares (n,) of ways from start to end (n, 3) at which they enter and leave the box from low to high."""
    along = end - start
    with np.errstate(all="ignore"):
        sides = np.stack([(low - start) / along, (high - start) / along])
    still = np.abs(along) < 1e-12  # then it is in or out for the whole of its way
    inside = (start >= low) & (start <= high)
    enters = np.where(still, np.where(inside, 0.0, 1.0), sides.min(axis=0)).max(axis=1)
    leaves = np.where(still, np.where(inside, 1.0, 0.0), sides.max(axis=0)).min(axis=1)
    return np.clip(enters, 0, 1), np.clip(leaves, 0, 1)


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
            box=display.box,
            **kwargs,
        )
        seen = lifted[near] if near.any() else lifted
        self.set_box(seen.min(axis=0), seen.max(axis=0), surface.placement())
