"""What a live window may do with a race while it is shown: step through it, pick up balls, hide some, roll anew."""

from __future__ import annotations

import numpy as np

from thalweg.mobjects._sprites import Picture
from thalweg.stage.film_scene import FilmScene
from thalweg.typeset import raster


class RaceHands(FilmScene):
    """Part of Race; everything it uses is made by Race.stage."""

    hidden: frozenset[int] = frozenset()
    veils: tuple | list = ()

    @property
    def marks(self):
        timing = self.motion.timing
        return (0.0, "the landscape"), (timing.intro, "the race"), (timing.duration - timing.hold, "the result")

    @property
    def taken(self):
        return self.panels.taken

    def step_beside(self, seconds: float, way: int) -> float:
        step = self.motion.step_at(seconds)
        beside = np.floor(step + 1e-6) + 1 if way > 0 else np.ceil(step - 1e-6) - 1
        if beside < 0:
            return 0.0
        if beside > self.motion.last_step:
            return self.duration
        return float(self.motion.seconds_at(np.array([beside]))[0]) + 1e-9  # seconds_at(0) is where the intro ends

    def balls_at(self, seconds: float) -> list[tuple[int, int, np.ndarray, float]]:
        centers = self.motion.at(seconds).center
        first = np.searchsorted(self.group, self.group)  # of the same entry
        return [
            (int(entry), run - int(first[run]), centers[run], self.radius)
            for run, entry in enumerate(self.group)
            if int(entry) not in self.hidden and np.isfinite(centers[run]).all()
        ]

    def hide(self, entries: set[int]) -> None:
        self.hidden = frozenset(entries)
        if self.trails is not None:
            self.trails.leave_out(np.isin(self.group[self.motion.traced], list(self.hidden)))
        panels = self.panels
        if panels.loss_panel is not None:
            panels.loss_panel.curves.leave_out(self.hidden)
        if panels.contour_map is not None:
            panels.contour_map.curves.leave_out(np.flatnonzero(np.isin(self.group, list(self.hidden))).tolist())
        for veil in self.veils:
            veil.release()
        self.remove(*self.veils)
        self.veils = [self._veil(row) for row in self.hidden] if panels.legend is not None else []
        self.add(*self.veils)

    def _veil(self, row: int) -> Picture:
        """Dims a row of the legend."""
        legend, edge = self.panels.legend, 3 * self.page.unit
        veil = raster.bar(legend.width - 2 * edge, legend.row_height, legend.theme.panel, 0.72)
        top = legend.at[1] + legend.baseline(row) - 19 * legend.unit
        return Picture(veil, legend.at[0] + edge, top)

    def reroll(self, trajectories) -> bool:
        counts = [len(trajectory.positions) for trajectory in trajectories]
        steps = trajectories[0].positions.shape[1] - 1
        if not np.array_equal(np.bincount(self.group), counts) or steps != self.motion.last_step:
            return False
        self.trajectories = trajectories
        self._gather(self.experiment, trajectories)
        if self.trails is not None:
            old, self.trails = self.trails, self._make_trails(self.experiment.style)
            self.replace(old, self.trails)
            old.release()
        self.panels.trajectories = trajectories
        self.panels._facts()
        self.panels.outdated = True
        self.hide(set(self.hidden))
        return True
