"""The balls and their trails: drawn where the motion says, with dots at the iterates."""

from __future__ import annotations

from typing import Any

import numpy as np
from thalweg.scenes.race.clouds import Clouds
from thalweg.scenes.race.ghosts import Ghosts, remark
from thalweg.scenes.race.landscape import Landscape
from thalweg.scenes.race.loss_axis import LossAxis

from thalweg.film.shot import Shot
from thalweg.geometry.clearance import sunk
from thalweg.geometry.display import RADIUS
from thalweg.geometry.playback import Moment
from thalweg.geometry.thinning import candidates, spaced
from thalweg.mobjects import Balls, Trails
from thalweg.mobjects.ball import PLAIN
from thalweg.parts.motion import Motion, strength_among

FADING = 2.0  # radii beyond what is drawn of the surface over which a ball fades away
MOST_LOOKED_AT, LOOKS = 100, 1500  # balls, and places on all their ways


class Rolling:
    """`balls` and `trails` (None where the style has none) of all runs, of which a `loss_axis` may tell; `behind` them
    the ghosts of a fair race; `rim`: see Trails.
    """

    def __init__(self, shot: Shot, motion: Motion, landscape: Landscape, rim: str) -> None:
        self.style, self.motion, self.landscape, self.rim = shot.style, motion, landscape, rim
        self.hidden: frozenset[int] = frozenset()
        self.trails = self._make_trails() if self.style.trail or self.style.iterates else None
        patterns = [PLAIN if motion.crowd else motion.looks[group].pattern for group in motion.group]
        self.balls = Balls(motion.ball_colors, patterns, motion.radius)
        self.balls.names = motion.names
        self.tight = self._sinks()
        self.clouds = Clouds(motion, motion.display) if self.style.clouds else None
        self.loss_axis: LossAxis | None = None
        self.ghosts = self._make_ghosts(motion)
        balls = self.balls if self.style.balls else None
        parts = [self.trails, balls, self.clouds and self.clouds.loops]
        self.mobjects: list[Any] = [part for part in parts if part is not None]
        self.behind: list[Any] = [] if self.ghosts is None else self.ghosts.mobjects

    def _make_ghosts(self, motion: Motion) -> Ghosts | None:
        """Where a fair race has any."""
        if motion.fair is None or not any(motion.fair.ghosts):
            return None
        return Ghosts(motion, motion.fair, self.style.trail, self.style.balls)

    def pose(self, seconds: float, moment: Moment) -> None:
        """Put balls, shadows and trails where they belong."""
        motion, display = self.motion, self.motion.display
        strength = np.where(np.isin(motion.group, list(self.hidden)), 0.0, self._presence(moment.contact))
        here = strength > 0
        deep = None
        if self.tight:
            foot = moment.center - motion.radius * moment.normal
            deep = sunk(display, foot, moment.normal, motion.radius)
        self.balls.place(moment.center, moment.turn, None, here, moment.normal, deep, strength)
        on_plate = here & display.inside(moment.points) & self.style.balls
        if len(on_plate) <= self.landscape.surface.most_shadows:  # of a crowd nobody, whoever of it is shown
            self.landscape.shade(moment.contact[on_plate], motion.radius)
        if self.clouds is not None:
            self.clouds.pose(seconds, moment)
        if self.loss_axis is not None:
            self.loss_axis.pose(seconds, moment, strength)
        if self.ghosts is not None:
            self.ghosts.pose(seconds, moment, self._presence)
        if self.trails is not None:
            self.trails.set_now(seconds)

    @property
    def remarks(self) -> list[str]:
        """What is to be said of what is drawn."""
        fair, labels = self.motion.fair, self.motion.labels
        return [*([] if self.clouds is None else self.clouds.words()), *([remark(fair, labels)] if fair else [])]

    @property
    def radius(self) -> float:
        """Of a ball, in display units."""
        return self.motion.radius

    def centers(self, moment: Moment) -> np.ndarray:
        """Where the balls are drawn, in space; NaN where one is not."""
        here = self._presence(moment.contact) > 0
        return np.where(here[:, None], moment.center, np.nan)

    def hide(self, entries: frozenset[int]) -> None:
        """Leave out their balls and trails."""
        self.hidden = entries
        if self.clouds is not None:
            self.clouds.hide(entries)
        if self.ghosts is not None:
            self.ghosts.hide(entries)
        if self.trails is not None:
            self.trails.leave_out(np.isin(self.motion.group[self.motion.traced], list(entries)))

    def anew(self) -> list[tuple[Any, Any]]:
        """Trails of other trajectories, in place of the old ones: (old, new). What these would be with other rates is
        not known until the scene is made anew."""
        if self.ghosts is not None:
            self.ghosts.outdated = True
        self.balls.paint(self.motion.ball_colors)
        if self.clouds is not None:
            self.clouds.take()
        if self.trails is None:
            return []
        self.tight = self._sinks()
        old, self.trails = self.trails, self._make_trails()
        self.mobjects[0] = self.trails
        return [(old, self.trails)]

    def _sinks(self) -> bool:
        """Whether somewhere on its way the ground bends closer than a ball of these; in a crowd it is not looked at."""
        motion, display = self.motion, self.motion.display
        if len(motion.group) > MOST_LOOKED_AT:
            return False
        points = motion.paths.points[:, :: -(-motion.paths.points.shape[1] * len(motion.group) // LOOKS)]
        return bool((sunk(display, *display.contact(points[display.inside(points)]), motion.radius) > 0).any())

    def _make_trails(self) -> Trails:
        motion, style = self.motion, self.style
        paths, traced = motion.paths, motion.traced
        times = motion.seconds_at(paths.steps)
        ends = np.searchsorted(paths.steps, motion.last[traced], side="right")
        marks = self._marks() if style.iterates else None
        width = 4.0 * (motion.radius / RADIUS) ** 0.5
        colors = [motion.ball_colors[run] for run in traced]
        dashes = [motion.looks[group].dash for group in motion.group[traced]]
        trails = Trails(paths.world, times, colors, ends, marks, width, None, dashes, motion.display.box)
        trails.tolerance, trails.lines = motion.fine, style.trail
        trails.rim = self.rim
        trails.faint = strength_among(len(traced))
        trails.names, trails.steps = [motion.names[run] for run in traced], paths.steps
        if marks is not None:
            trails.mark_steps = self.marked
            trails.mark_points = motion.iterates[traced[marks[2]], self.marked]
        return trails

    def _presence(self, world: np.ndarray) -> np.ndarray:
        """Of places (..., 3) on the surface: 1 where it is drawn, falling to 0 over FADING radii beyond."""
        low, high = self.motion.display.box
        beyond = np.maximum(world - high, low - world).max(axis=-1)
        return np.clip(1 - beyond / (FADING * self.motion.radius), 0, 1)

    def _marks(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Dots at the iterates, thinned out where they would merge into a line; sorted by time."""
        motion, display = self.motion, self.motion.display
        count, traced = motion.iterates.shape[1], motion.traced
        steps = candidates(count)
        world = display.to_world(motion.iterates[np.ix_(traced, steps)])
        present, chosen = self._presence(world) == 1, []
        for run, last in enumerate(motion.last[traced]):
            wanted = np.flatnonzero(present[run] & (steps <= last))
            far = spaced(world[run, wanted, :2], 1.1 * motion.radius)
            chosen += [(steps[k], run, k) for k in wanted[far]]
        chosen.sort()
        step, run, sample = np.array(chosen, dtype=int).reshape(-1, 3).T
        self.marked = step
        return world[run, sample], motion.seconds_at(step.astype(float)), run
