"""The ghosts of a fair race: what each entry would do with half and with twice its lr, faint, behind the balls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.errors import listed
from thalweg.experiment.fair import Fair
from thalweg.geometry.display import RADIUS
from thalweg.geometry.hops import thinned
from thalweg.geometry.playback import Moment, Playback
from thalweg.mobjects import Balls, Trails
from thalweg.mobjects.ball import PLAIN
from thalweg.parts.motion import Motion, strength_among, ways_of

SMALL, THIN = 0.55, 0.5  # of the radius and of the trail of the balls that race
BALL, TRAIL = 0.6, 0.4  # opacities
NAMED = 3  # that have no ghosts; of more it is said how many they are
APART = (1.0, 2.5)  # radii of a racing ball over which a ghost appears as it parts from its own


class _Balls(Balls):
    """Told as ghosts: `names` are ((label, factor), ball)."""

    solid = False  # what races is in front of it

    def told(self) -> dict[str, list[dict]]:
        return {"ghosts": [_named(about) for about in super().told().get("balls", [])]}


class _Trails(Trails):
    """As _Balls."""

    def told(self) -> dict[str, list[dict]]:
        return {"ghost_trails": [_named(about) for about in super().told().get("trails", [])]}


def _named(about: dict[str, Any]) -> dict[str, Any]:
    label, factor = about["label"]
    return {"label": label, "factor": factor, **{key: value for key, value in about.items() if key != "label"}}


class Ghosts:
    """Balls and trails of what is `fair` to a `motion`: `group` (ghosts,) is the entry of each, `own` (ghosts,) the
    racing ball whose start and colour it has. `outdated`: other balls race by now, and theirs are not known yet.
    """

    def __init__(self, motion: Motion, fair: Fair, trail: bool, balls: bool) -> None:
        self.motion, self.display, self.outdated = motion, motion.display, False
        ghosts = [(entry, ghost) for entry, each in enumerate(fair.ghosts) for ghost in each]
        paths = [ghost.trajectory for _, ghost in ghosts]
        counts = [len(path.positions) for path in paths]
        self.group = np.repeat([entry for entry, _ in ghosts], counts).astype(int)
        first = np.searchsorted(motion.group, self.group)
        ball = np.concatenate([np.arange(count) for count in counts])
        self.own = first + ball
        factors = np.repeat([ghost.factor for _, ghost in ghosts], counts).tolist()
        told = zip(self.group.tolist(), factors, ball.tolist(), strict=True)
        self.names: list[Any] = [((motion.labels[entry], factor), run) for entry, factor, run in told]
        positions, last = ways_of(paths, self.display)
        inside = self.display.inside(positions)  # who has left for good has left: no wild ways to and fro
        beyond = np.where(inside, np.arange(inside.shape[1]), 0).max(axis=1) + 1
        self.last = last = np.minimum(last, beyond)
        self.playback = self._playback(positions, last)
        self.hidden: frozenset[int] = frozenset()
        colors = [motion.ball_colors[run] for run in self.own]
        self.trails = self._make_trails(colors) if trail else None
        self.balls = _Balls(colors, [PLAIN] * len(colors), self.playback.radius, shows_through=False)
        self.balls.names = self.names
        self.mobjects: list[Any] = [part for part in (self.trails, self.balls if balls else None) if part is not None]

    def _playback(self, positions: np.ndarray, last: np.ndarray) -> Playback:
        """On the clock of the balls that race; nobody steps aside for anybody."""
        motion, display, timing = self.motion, self.display, self.motion.timing
        radius, alike = SMALL * motion.radius, np.zeros(len(last), int)
        made = Playback(display, positions, last, alike, radius, timing._replace(shown=()), motion.fine)
        if motion.timing.shown:
            plate = display.to_plate(made.iterates)
            shown = thinned(plate, radius, timing.seconds[1:-1], timing.steps[1:-1])
            made.timing = timing._replace(shown=shown)
        return made

    def _make_trails(self, colors: list[str]) -> _Trails:
        motion, playback = self.motion, self.playback
        paths, traced = playback.paths, playback.traced
        ends = np.searchsorted(paths.steps, self.last[traced], side="right")
        width = THIN * 4.0 * (motion.radius / RADIUS) ** 0.5
        colors = [colors[run] for run in traced]
        times = motion.seconds_at(paths.steps)
        trails = _Trails(paths.world, times, colors, ends, None, width, None, None, self.display.box)
        trails.tolerance, trails.steps = motion.fine, paths.steps
        trails.faint = TRAIL * strength_among(len(traced))
        trails.names = [self.names[run] for run in traced]
        return trails

    def pose(self, seconds: float, racing: Moment, presence: Callable[[np.ndarray], np.ndarray]) -> None:
        """Put them where they belong beside the balls that are `racing`; `presence` says how far places (ghosts, 3) are
        shown, see Rolling.
        """
        self.moment = moment = self.playback.at(seconds)
        plate = self.display.to_plate
        away = np.linalg.norm(plate(moment.points) - plate(racing.points[self.own]), axis=-1)
        low, high = (radii * self.motion.radius for radii in APART)
        strength = presence(moment.contact) * np.clip((away - low) / (high - low), 0, 1)
        gone = np.isin(self.group, list(self.hidden)) | (moment.steps > self.last) | self.outdated
        strength[gone] = 0.0
        self.balls.place(moment.center, moment.turn, None, strength > 0, moment.normal, None, BALL * strength)
        if self.trails is not None:
            self.trails.set_now(seconds)

    def hide(self, entries: frozenset[int]) -> None:
        """Leave out the ghosts of these entries, and of no others."""
        self.hidden = entries
        if self.trails is not None:
            gone = np.isin(self.group[self.playback.traced], list(entries))
            self.trails.leave_out(gone | self.outdated)

    def tell(self, ghosts: list[dict[str, Any]]) -> None:
        """Add to each that is told its step, its point and loss there, and the pixel where it touches the surface."""
        moment, pixels = self.moment, self.balls.shader_wrapper.pixels(self.moment.contact)[0]
        with np.errstate(all="ignore"):
            loss = np.asarray(self.motion.surface.value(moment.points), float)
        runs = {name: run for run, name in enumerate(self.names)}
        for each in ghosts:
            run = runs[(each["label"], each["factor"]), each["ball"]]
            each |= dict(step=moment.steps[run], point=moment.points[run], loss=loss[run], pixel=pixels[run])


def remark(fair: Fair, labels: Sequence[str]) -> str:
    """What is faint, and who has no ghosts."""
    words = "faint: half and twice the lr"
    without = [label for label, each in zip(labels, fair.ghosts, strict=True) if not each]
    if len(without) == len(labels):
        return "no ghosts: nobody has an lr"
    if len(without) > NAMED:
        return f"{words}; {len(without)} have none"
    return f"{words}; {listed(without)} {'has' if len(without) == 1 else 'have'} none" if without else words
