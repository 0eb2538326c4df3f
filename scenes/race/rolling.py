"""The balls and their trails: drawn where the motion says, with dots at the iterates."""

from __future__ import annotations

from typing import Any

import numpy as np
from thalweg.scenes.race.landscape import Landscape

from thalweg.film.shot import Shot
from thalweg.geometry.playback import Moment
from thalweg.geometry.thinning import candidates, spaced
from thalweg.mobjects import Balls, Trails
from thalweg.mobjects.ball import PLAIN, RADIUS
from thalweg.parts.motion import Motion

FADING = 1.5  # display units outside the domain over which a trail fades away
GONE = 50.0  # display units from the middle at which a diverging ball is no longer drawn


class Rolling:
    """`balls` and `trails` (None where the style has none) of all runs."""

    def __init__(self, shot: Shot, motion: Motion, landscape: Landscape) -> None:
        self.style, self.motion, self.landscape = shot.style, motion, landscape
        self.hidden: frozenset[int] = frozenset()
        self.trails = self._make_trails() if self.style.trail or self.style.iterates else None
        colors = [motion.colors[group] for group in motion.group]
        patterns = [PLAIN if motion.crowd else motion.looks[group].pattern for group in motion.group]
        self.balls = Balls(colors, patterns, motion.radius)
        self.balls.names = motion.names
        self.mobjects: list[Any] = [*([self.trails] if self.trails is not None else []), self.balls]

    def pose(self, seconds: float, moment: Moment) -> None:
        """Put balls, shadows and trails where they belong."""
        motion, display = self.motion, self.motion.display
        here = np.isfinite(moment.center).all(axis=1) & (np.abs(moment.center).max(axis=1) < GONE)
        here &= ~np.isin(motion.group, list(self.hidden))
        self.balls.place(moment.center, moment.turn, visible=here)
        on_plate = here & display.inside(moment.points)
        self.landscape.shade(moment.contact[on_plate], motion.radius)
        if self.trails is not None:
            self.trails.set_now(seconds)

    @property
    def radius(self) -> float:
        """Of a ball, in display units."""
        return self.motion.radius

    def centers(self, moment: Moment) -> np.ndarray:
        """Where the balls are drawn, in space."""
        return moment.center

    def hide(self, entries: frozenset[int]) -> None:
        """Leave out their balls and trails."""
        self.hidden = entries
        if self.trails is not None:
            self.trails.leave_out(np.isin(self.motion.group[self.motion.traced], list(entries)))

    def anew(self) -> list[tuple[Any, Any]]:
        """Trails of other trajectories, in place of the old ones: (old, new)."""
        if self.trails is None:
            return []
        old, self.trails = self.trails, self._make_trails()
        self.mobjects[0] = self.trails
        return [(old, self.trails)]

    def _make_trails(self) -> Trails:
        motion, style = self.motion, self.style
        paths, traced = motion.paths, motion.traced
        times = motion.seconds_at(paths.steps)
        ends = np.searchsorted(paths.steps, motion.last[traced], side="right")
        marks = self._marks() if style.iterates else None
        width = 4.0 * (motion.radius / RADIUS) ** 0.5 * (1.0 if style.trail else 0.0)
        colors = [motion.colors[group] for group in motion.group[traced]]
        trails = Trails(paths.world, times, colors, ends, marks, width, self._presence(paths.world))
        trails.tolerance = motion.fine
        trails.names, trails.steps = [motion.names[run] for run in traced], paths.steps
        if marks is not None:
            trails.mark_steps = self.marked
            trails.mark_points = motion.iterates[traced[marks[2]], self.marked]
        return trails

    def _presence(self, world: np.ndarray) -> np.ndarray:
        """1 on the plate, falling to 0 FADING display units beyond it: the trail of a run that leaves fades away."""
        display = self.motion.display
        sideways, above = np.abs(world[..., :2]) - display.half_size, world[..., 2:] - display.ceiling
        beyond = np.concatenate([sideways, above], axis=-1)
        here = np.clip(1 - np.maximum(beyond, 0).max(axis=-1) / FADING, 0, 1)
        # a jump from the plate to far away would be one long straight line: such a segment is not drawn
        jump = (np.linalg.norm(np.diff(world, axis=1), axis=-1) > 1) & (np.minimum(here[:, 1:], here[:, :-1]) < 1)
        here[:, 1:][jump], here[:, :-1][jump] = 0, 0
        return here

    def _marks(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Dots at the iterates, thinned out where they would merge into a line; sorted by time."""
        motion, display = self.motion, self.motion.display
        count, traced = motion.iterates.shape[1], motion.traced
        steps = candidates(count)
        world = display.to_world(motion.iterates[np.ix_(traced, steps)])
        present, chosen = self._presence(world) > 0.4, []
        for run, last in enumerate(motion.last[traced]):
            wanted = np.flatnonzero(present[run] & (steps <= last))
            far = spaced(world[run, wanted, :2], 1.1 * motion.radius)
            chosen += [(steps[k], run, k) for k in wanted[far]]
        chosen.sort()
        step, run, sample = np.array(chosen, dtype=int).reshape(-1, 3).T
        self.marked = step
        return world[run, sample], motion.seconds_at(step.astype(float)), run
