"""Clouds: how widely each entry's balls tremble, as ellipses on the landscape, with what theory says beside them."""

from __future__ import annotations

import numpy as np

from thalweg.colors import THEMES, mixed
from thalweg.experiment.spread import AROUND, ENOUGH, cloud, ellipse, moments, spreads
from thalweg.geometry.display import Display
from thalweg.geometry.playback import Moment
from thalweg.mobjects.loops import Loops
from thalweg.parts.motion import Motion

PALE = 0.4  # of the colour of text, in that of a theory's line


class Clouds:
    """Whole lines: two standard deviations around where an entry's balls are now, or, of few balls, around their last
    iterates, from when the race is over. Dashed lines, then: what an entry's rule settles to, where that is known. All
    at the height of the balls' centres: lower down they would be seen beside them.
    """

    def __init__(self, motion: Motion, display: Display) -> None:
        self.motion, self.display = motion, display
        self.hidden: frozenset[int] = frozenset()
        self.take()
        self.theories = [index for index, spread in enumerate(self.spreads) if spread.theory is not None]
        text = THEMES[motion.shot.style.theme].text
        colors = motion.colors + [mixed(motion.colors[index], text, PALE) for index in self.theories]
        dashed = [False] * len(motion.colors) + [True] * len(self.theories)
        self.loops = Loops(colors, dashed, AROUND + 1)
        self.loops.names = [(label, "spread") for label in motion.labels]
        self.loops.names += [(motion.labels[index], "theory") for index in self.theories]

    def take(self) -> None:
        """Tell of the balls that the motion has now."""
        assert self.motion.shot.experiment is not None
        self.spreads = spreads(self.motion.shot.experiment, self.motion.trajectories)

    def pose(self, seconds: float, moment: Moment) -> None:
        """The ellipses at a moment of the film."""
        timing, lines, strengths = self.motion.timing, [], []
        over = float(np.clip((seconds - timing.duration + timing.hold) / max(0.2 * timing.hold, 1e-6), 0, 1))
        for entry, path in enumerate(self.motion.trajectories):
            mine = np.flatnonzero((self.motion.group == entry) & (self.motion.last >= moment.step))
            live = len(path.last) >= ENOUGH
            points = moment.points[mine] if live else cloud(path.positions, path.last, path.positions.shape[1] - 1)
            lines.append(self._line(*moments(points)))
            strengths.append((1.0 if live else over) * (entry not in self.hidden))
        for entry in self.theories:
            minimum, theory = self.motion.surface.minima[0], self.spreads[entry].theory
            assert theory is not None
            lines.append(self._line(np.array(minimum[:2]), theory))
            strengths.append(0.9 * over * (entry not in self.hidden))
        self.loops.place(np.array(lines), np.array(strengths))

    def hide(self, entries: frozenset[int]) -> None:
        """Leave out their ellipses."""
        self.hidden = entries

    def words(self) -> list[str]:
        """What the lines mean."""
        of = {spread.of_balls for spread in self.spreads}
        whose = "balls" if of == {True} else "last iterates" if of == {False} else "balls or last iterates"
        return [f"ellipses: two standard deviations of the {whose}{', dashed: theory' * bool(self.theories)}"]

    def _line(self, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
        if not np.isfinite(covariance).all():
            return np.full((AROUND + 1, 3), np.nan)
        foot, normal = self.display.contact(ellipse(mean, covariance))
        line: np.ndarray = foot + self.motion.radius * normal
        return line
