"""Who is where at which second: all balls of all entries in one row, their colours and names, and their clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from thalweg.colors import DESTINATION, THEMES, looks
from thalweg.experiment.events import NeverHappens
from thalweg.experiment.fair import Fair
from thalweg.experiment.outcomes import Outcomes, outcomes_of
from thalweg.film.options import MotionOptions
from thalweg.film.pace import Slowly, Stretch, moments
from thalweg.film.sections import Camera
from thalweg.film.shot import Shot
from thalweg.geometry.display import PLATE, RADIUS, Display
from thalweg.geometry.pace import Slow, Span, Wanted, make_timing, moved_until
from thalweg.geometry.playback import Moment, Paths, Piece, Playback, Timing, hold_last, stop_at_edge
from thalweg.geometry.reading import told_steps
from thalweg.parts.decisive import Decisive, decisive
from thalweg.parts.destinations import Destinations

if TYPE_CHECKING:
    from thalweg.engine import Trajectory

UNSEEN = 0.3  # pixels
EASING = 0.35  # of the opening: what a flat one takes longer, to ease down from straight above
FEW, FAINTER = 12, 0.5  # trails that all have their full strength; how fast it falls with more
CROWD, SMALLEST = 1000, 0.15  # balls from which on they shrink as they grow more; of the radius these have


class Motion:
    """`shot` and its `trajectories` on a `display`, for a picture whose longer side has `longest` pixels.

    `group` (balls,), the entry of each; `names`, label and ball of each, as in the data; `iterates` (balls, steps + 1,
    2), held where a run has ended at its row `last`; `radius` in display units. `colors` (entries,) are those of
    names, `ball_colors` (balls,) those of balls and their ways; `destinations` where any is coloured by them; `fair`,
    what the race would be with other rates, where its scene tells that. The shot's options are MotionOptions, its style
    has what `Balls` has.
    """

    def __init__(self, shot: Shot, trajectories: Sequence[Trajectory], display: Display, longest: int) -> None:
        assert shot.experiment is not None and shot.surface is not None and isinstance(shot.options, MotionOptions)
        self.surface = shot.surface
        self.shot, self.display, self.longest, self.options = shot, display, longest, shot.options
        self.entries = shot.experiment.entries
        self.looks = looks([entry.color for entry in self.entries], THEMES[shot.style.theme])
        self.colors = [look.color for look in self.looks]
        self.labels = [entry.label for entry in self.entries]
        self.fair: Fair | None = None
        self.take(trajectories)

    def take(self, trajectories: Sequence[Trajectory]) -> None:
        """Show these trajectories from now on."""
        self.trajectories, display, shot = list(trajectories), self.display, self.shot
        self._outcomes: Outcomes | None = None
        positions, last = ways_of(trajectories, display)
        self.group = np.repeat(np.arange(len(trajectories)), [len(trajectory.positions) for trajectory in trajectories])
        held = hold_last(positions, last)
        side = float(np.sqrt(np.prod(2 * display.half_size))) / PLATE  # a narrow plate is shown larger
        self.radius = RADIUS * side * shot.style.ball_size * size_among(len(positions))
        timing = self._paced(held)
        self.playback = Playback(display, positions, last, self.group, self.radius, timing, self.fine)
        self.iterates, self.last, self.duration = held, last, timing.duration
        self.told_steps = told_steps(self.seconds_at(np.arange(held.shape[1], dtype=float)))
        first = np.searchsorted(self.group, self.group)
        self.names = [(self.labels[g], int(k - first[k])) for k, g in enumerate(self.group)]
        self.destinations: Destinations | None = None
        self.ball_colors = [self.colors[entry] for entry in self.group]
        if any(entry.color == DESTINATION for entry in self.entries):
            self.destinations = Destinations(self.entries, self.colors, self.outcomes, self.last_step)
            self.ball_colors = self.destinations.balls

    @property
    def outcomes(self) -> Outcomes:
        """What became of the balls that are shown."""
        if self._outcomes is None:
            assert self.shot.experiment is not None
            self._outcomes = outcomes_of(self.shot.experiment, self.trajectories)
        return self._outcomes

    def _paced(self, held: np.ndarray) -> Timing:
        """The clock of balls that are at `held` (balls, steps + 1, 2)."""
        options, video, surface = self.options, self.shot.video, self.surface
        flat = getattr(self.shot.camera, "opening", "none") == "flat"
        intro = options.intro * (1 + EASING * flat)
        word = video.pace if isinstance(video.pace, str) else "dramatic"
        spans, slow = self._listed()
        wanted = Wanted(word, video.seconds, intro, options.hold, options.slow_steps, spans, slow)
        minima = np.array([(minimum.x, minimum.y) for minimum in surface.minima]).reshape(-1, 2)
        self.decisive: Decisive | None = None
        if video.pace == "dramatic":
            moving = moved_until(self.display.to_plate(held))
            self.decisive = decisive(surface, self.trajectories, self.display, held, self.radius, moving)
        when = self.decisive and (self.decisive.begin, self.decisive.end)
        return make_timing(self.display, held, minima, wanted, self.radius, when)

    def _listed(self) -> tuple[tuple[Span, ...], tuple[Slow, ...]]:
        """What a listed pace asks of the clock. What does not happen, as when balls were moved by hand, is left out."""
        pace = self.shot.video.pace
        assert self.shot.experiment is not None
        if isinstance(pace, str):
            return (), ()
        spans = [Span(*vars(part).values()) for part in pace if isinstance(part, Stretch)]
        slow = [
            Slow(step, part.slow, part.for_)
            for part, step in moments(pace, self.shot.experiment, self.trajectories)
            if isinstance(part, Slowly) and not isinstance(step, NeverHappens)
        ]
        return tuple(spans), tuple(slow)

    @property
    def fine(self) -> float:
        """Display units that are not seen: the plate is hardly ever wider than the picture, but for a zoom."""
        camera: Camera = self.shot.camera
        return float(UNSEEN * PLATE / self.longest / max(camera.closest, 1.0))

    @property
    def timing(self) -> Timing:
        """The film's parts and clock."""
        return self.playback.timing

    @property
    def marks(self) -> tuple[tuple[float, str], ...]:
        """Moments to jump to, with their names."""
        timing = self.timing
        return (0.0, "the landscape"), (timing.intro, "the race"), (timing.duration - timing.hold, "the result")

    @property
    def paths(self) -> Paths:
        """The ways that trails are drawn along."""
        return self.playback.paths

    @property
    def traced(self) -> np.ndarray:
        """The balls that leave a trail."""
        return self.playback.traced

    @property
    def crowd(self) -> bool:
        """Whether there are so many balls that only some leave a trail, and none shows how it rolls."""
        return self.playback.crowd

    @property
    def last_step(self) -> int:
        """Of the film."""
        return int(self.playback.last_step)

    def at(self, seconds: float) -> Moment:
        """Where everything is."""
        return self.playback.at(seconds)

    def step_at(self, seconds: float) -> float:
        """The fractional step shown."""
        return self.playback.step_at(seconds)

    def seconds_at(self, steps: np.ndarray) -> np.ndarray:
        """When fractional steps (n,) are passed."""
        return self.playback.seconds_at(steps)

    def steps_of(self, piece: Piece) -> tuple[float, float]:
        """The fractional steps with which a part of the film begins and ends."""
        return self.step_at(piece.begin), self.step_at(piece.end)

    def step_beside(self, seconds: float, way: int) -> float:
        """The moment at which the iterate before (way -1) or after (way 1) is shown."""
        step = self.step_at(seconds)
        beside = np.floor(step + 1e-6) + 1 if way > 0 else np.ceil(step - 1e-6) - 1
        if beside < 0:
            return 0.0
        if beside > self.last_step:
            return self.duration
        return float(self.seconds_at(np.array([beside]))[0]) + 1e-9  # seconds_at(0) is where the intro ends

    @property
    def same_balls(self) -> tuple[list[int], int]:
        """How many balls each entry has, and for how many steps: others cannot be shown in their place."""
        return np.bincount(self.group).tolist(), self.last_step

    def thinned(self, trails: bool) -> str:
        """What is said where runs are too long and lively for trails through every iterate, or too many."""
        every = self.paths.every
        if not trails or not (every > 1 or self.crowd):
            return ""
        whose = f" of {len(self.traced)} of {len(self.group)} balls" if self.crowd else ""
        return f"trails{whose} drawn through every {nth(every)} step" if every > 1 else f"trails{whose}"


def ways_of(trajectories: Sequence[Trajectory], display: Display) -> tuple[np.ndarray, np.ndarray]:
    """Positions (balls, steps + 1, 2) of all balls, as far as the surface is known, and the row of each one's last."""
    positions = np.concatenate([trajectory.positions for trajectory in trajectories])
    last = np.concatenate([trajectory.last for trajectory in trajectories])
    left = np.concatenate([trajectory.status for trajectory in trajectories]) == "left"
    positions = stop_at_edge(positions, last, left, display.domain)
    return display.stop_at_holes(positions, last, left), last


def size_among(balls: int) -> float:
    """The share of its radius that each of so many balls has; a crowd covers as much of the plate as CROWD of them do,
    down to the smallest that is seen."""
    few = float(np.clip((14 / balls) ** 0.3, 0.35, 1))
    return float(few * max(min(1.0, (CROWD / balls) ** 0.5), SMALLEST))


def strength_among(trails: int) -> float:
    """The opacity that each of so many trails has: many are a cloud, in which single ones are not told apart."""
    return float(min(1.0, (FEW / trails) ** FAINTER))


def nth(number: int) -> str:
    """1st, 2nd, 3rd, 4th."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else endings.get(number % 10, 'th')}"
