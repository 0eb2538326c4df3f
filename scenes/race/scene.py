"""The race: every optimizer rolls from its start on one surface, all at the same step of the same clock.

Run by render.py, or by manimgl itself: CONFIG=boss_fight manimgl scenes/race/scene.py Race -w
"""

from __future__ import annotations

import numpy as np
from thalweg.scenes.race.hands import RaceHands
from thalweg.scenes.race.marks import Marks, chosen
from thalweg.scenes.race.panels import Panels

from thalweg.colors import THEMES, ball_colors
from thalweg.geometry.camera_path import CameraPath
from thalweg.geometry.display import PLATE, display_of
from thalweg.geometry.framing import fit
from thalweg.geometry.layout import Page
from thalweg.geometry.pace import make_timing
from thalweg.geometry.playback import Playback, between, hold_last, stop_at_edge
from thalweg.mobjects import Balls, LossSurface, Trails
from thalweg.mobjects.axis_labels import AxisLabels
from thalweg.mobjects.ball import PLAIN, RADIUS

FADING = 1.5  # display units outside the domain over which a trail fades away
UNSEEN = 0.3  # pixels
MOST_DOTS = 3000  # of a run; of more iterates only every n-th may get one
CROWD, SMALLEST = 1000, 0.13  # balls from which on they shrink as they grow more; of the radius these have
GONE = 50.0  # display units from the middle at which a diverging ball is no longer drawn


class Race(RaceHands):
    kind = "race"

    def stage(self, experiment, trajectories) -> None:
        self.page = Page(*self.pixels, experiment.style.text_scale)
        self.display = display_of(experiment, trajectories)
        self._gather(experiment, trajectories)
        self._add_landscape(experiment)
        self.panels = Panels(self.page, experiment, trajectories, self.display, self.colors, self._thinned())
        self._aim(experiment)
        self.add(*self.panels.mobjects)

    def _fine(self, experiment) -> float:
        """Display units that are not seen: the plate is hardly ever wider than the picture, but for a zoom."""
        camera = experiment.camera
        zooms = [frame.zoom for frame in getattr(camera, "keyframes", None) or () if frame.zoom is not None]
        return UNSEEN * PLATE / max(self.pixels) / max(camera.zoom, 1.0, *zooms)

    def _thinned(self) -> str:
        """What is said where runs are too long and lively for trails through every iterate, or too many."""
        every, motion = self.motion.paths.every, self.motion
        if self.trails is None or not (every > 1 or motion.crowd):
            return ""
        whose = f" of {len(motion.traced)} of {len(self.group)} balls" if motion.crowd else ""
        return f"trails{whose} drawn through every {nth(every)} step" if every > 1 else f"trails{whose}"

    def _add_marks(self, experiment) -> None:
        marked = experiment.options.critical_points and chosen(self.display, experiment.surface.critical_points)
        if marked:
            theme = THEMES[experiment.style.theme]
            self.add(Marks(self.display, marked, 13 * self.page.unit, theme.text, self.background()))

    def _gather(self, experiment, trajectories) -> None:
        """All balls of all entries in one row, and their motion."""
        self.colors = ball_colors([entry.color for entry in experiment.entries])
        positions = np.concatenate([trajectory.positions for trajectory in trajectories])
        last = np.concatenate([trajectory.last for trajectory in trajectories])
        left = np.concatenate([trajectory.status for trajectory in trajectories]) == "left"
        positions = stop_at_edge(positions, last, left, self.display.domain)
        positions = self.display.stop_at_holes(positions, last, left)
        self.group = np.repeat(np.arange(len(trajectories)), [len(trajectory.positions) for trajectory in trajectories])
        held = hold_last(positions, last)
        minima = np.array([(minimum.x, minimum.y) for minimum in experiment.surface.minima]).reshape(-1, 2)
        options, video = experiment.options, experiment.video
        timing = make_timing(
            self.display, held, minima, video.pace, video.seconds, options.intro, options.hold, options.slow_steps
        )
        self.radius = RADIUS * experiment.style.ball_size * size_among(len(positions))
        self.motion = Playback(self.display, positions, last, self.group, self.radius, timing, self._fine(experiment))
        self.iterates, self.last, self.duration = held, last, timing.duration

    def _add_landscape(self, experiment) -> None:
        style, display = experiment.style, self.display
        dark = style.theme == "dark"
        self.surface = LossSurface(experiment.surface, display, style.ramp, style.grid, style.contours, dark=dark)
        self.add(self.surface)
        self.axes = (
            AxisLabels(
                display, experiment.camera.theta, 15 * self.page.text, THEMES[style.theme].dim, ground=self.background()
            )
            if style.axes
            else None
        )
        if self.axes is not None:
            self.add(self.axes)
        self._add_marks(experiment)
        self.trails = self._make_trails(style) if style.trail or style.iterates else None
        if self.trails is not None:
            self.add(self.trails)
        colors = [self.colors[group] for group in self.group]
        patterns = [PLAIN if self.motion.crowd else int(group) for group in self.group]
        self.balls = Balls(colors, patterns, self.radius)
        self.balls.names = self._names()
        self.add(self.balls)

    def _names(self) -> list[tuple[str, int]]:
        """Label and ball of each run, as in the data files."""
        first = np.searchsorted(self.group, self.group)
        return [(self.experiment.entries[g].label, int(k - first[k])) for k, g in enumerate(self.group)]

    def _make_trails(self, style) -> Trails:
        paths, traced = self.motion.paths, self.motion.traced
        times = self.motion.seconds_at(paths.steps)
        ends = np.searchsorted(paths.steps, self.last[traced], side="right")
        marks = self._marks() if style.iterates else None
        width = 4.0 * (self.radius / RADIUS) ** 0.5 * (1.0 if style.trail else 0.0)
        colors = [self.colors[group] for group in self.group[traced]]
        trails = Trails(paths.world, times, colors, ends, marks, width, self._presence(paths.world))
        trails.tolerance = self._fine(self.experiment)
        names = self._names()
        trails.names, trails.steps = [names[run] for run in traced], paths.steps
        if marks is not None:
            trails.mark_steps = self.marked
            trails.mark_points = self.iterates[traced[marks[2]], self.marked]
        return trails

    def _presence(self, world):
        """1 on the plate, falling to 0 FADING display units beyond it: the trail of a run that leaves fades away."""
        sideways, above = np.abs(world[..., :2]) - self.display.half_size, world[..., 2:] - self.display.ceiling
        beyond = np.concatenate([sideways, above], axis=-1)
        here = np.clip(1 - np.maximum(beyond, 0).max(axis=-1) / FADING, 0, 1)
        # a jump from the plate to far away would be one long straight line: such a segment is not drawn
        jump = (np.linalg.norm(np.diff(world, axis=1), axis=-1) > 1) & (np.minimum(here[:, 1:], here[:, :-1]) < 1)
        here[:, 1:][jump], here[:, :-1][jump] = 0, 0
        return here

    def _marks(self):
        """Dots at the iterates, thinned out where they would merge into a line; sorted by time."""
        display, count, traced = self.display, self.iterates.shape[1], self.motion.traced
        steps = np.arange(0, count, -(-count // MOST_DOTS) | 1)  # odd, so that a swing from side to side keeps both
        world = display.to_world(self.iterates[np.ix_(traced, steps)])
        present, chosen = self._presence(world) > 0.4, []
        for run, last in enumerate(self.last[traced]):
            wanted = np.flatnonzero(present[run] & (steps <= last))
            far = spaced(world[run, wanted, :2], 1.1 * self.radius)
            chosen += [(steps[k], run, k) for k in wanted[far]]
        chosen.sort()
        step, run, sample = np.array(chosen, dtype=int).reshape(-1, 3).T
        self.marked = step
        return world[run, sample], self.motion.seconds_at(step.astype(float)), run

    def _aim(self, experiment) -> None:
        """Choose the view that holds the landscape and the paths for the whole film, beside the panels."""
        display, self.camera_path = self.display, CameraPath(experiment.camera, self.motion.timing.intro, self.duration)
        border = self.surface.landmarks()
        inside = self.iterates[display.inside(self.iterates)]
        paths = display.to_relief(inside[:: max(1, len(inside) // 150)])
        labels = [self.axes.anchors] if self.axes is not None else []
        points = np.concatenate([border, paths + [0, 0, 2 * self.radius], *labels])
        free, avoid, path = self.panels.free, self.panels.taken, self.camera_path
        path.subject = np.array([0.0, 0.0, (display.floor + display.ceiling) / 2])
        path.middle = tuple(display.center)
        path.view = fit(points, path.subject, path.angles(), free, avoid)
        path.flat = fit(points, path.subject, [(0.0, 0.0)], free, avoid)
        self.middle_of_room = ((free.left + free.right) / 2, (free.bottom + free.top) / 2)
        self.ground = float(path.subject[2])
        if getattr(experiment.camera, "follow", None):
            entry = [entry.label for entry in experiment.entries].index(experiment.camera.follow)
            way = self.motion.paths
            mean = self.iterates[self.group == entry].mean(axis=0)
            middle = between(way.steps, np.arange(len(mean)), mean)
            path.follow(self.motion.seconds_at(way.steps), display.to_plate(middle))

    def pose(self, seconds: float) -> None:
        moment = self.motion.at(seconds)
        self.look(self.camera_path.at(seconds, self.display.to_plate, self.middle_of_room))
        here = np.isfinite(moment.center).all(axis=1) & (np.abs(moment.center).max(axis=1) < GONE)
        here &= ~np.isin(self.group, list(self.hidden))
        self.balls.place(moment.center, moment.turn, visible=here)
        on_plate = here & self.display.inside(moment.points)
        self.surface.set_shadows(moment.contact[on_plate], np.full(int(on_plate.sum()), self.radius))
        if self.trails is not None:
            self.trails.set_now(seconds)
        self.panels.show(seconds, moment.step, self.motion.timing)
        self.moment = moment

    def step_at(self, seconds: float) -> float:
        return self.motion.step_at(seconds)

    def told(self) -> dict[str, list[dict]]:
        told, moment = super().told(), self.moment
        pixels, _ = self.balls.shader_wrapper.pixels(moment.contact)
        with np.errstate(all="ignore"):
            loss = np.asarray(self.display.surface.value(moment.points), float)
        runs = {name: run for run, name in enumerate(self._names())}
        for ball in told.get("balls", []):
            run = runs[ball["label"], ball["ball"]]
            ball |= dict(step=moment.step, point=moment.points[run], loss=loss[run], pixel=pixels[run])
        return told | {"numbers": self.panels.numbers()}


def size_among(balls: int) -> float:
    """The share of its radius that each of so many balls has; a crowd covers as much of the plate as CROWD of them do,
    down to the smallest that is seen."""
    few = float(np.clip((14 / balls) ** 0.25, 0.45, 1))
    return few * max(min(1.0, (CROWD / balls) ** 0.5), SMALLEST)


def spaced(points: np.ndarray, gap: float) -> list[int]:
    """Indices of points (n, 2): the first, and each that is farther than `gap` in x or y from the one chosen before."""
    chosen = [0][: len(points)]
    while chosen:
        here, width = chosen[-1], 16
        while here + 1 < len(points):
            far = np.abs(points[here + 1 : here + 1 + width] - points[chosen[-1]]).max(axis=1) > gap
            if far.any():
                chosen.append(here + 1 + int(far.argmax()))
                break
            here, width = here + width, 4 * width
        else:
            break
    return chosen


def nth(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else endings.get(number % 10, 'th')}"
