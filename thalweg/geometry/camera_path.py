"""Where the camera looks from at each second: angles, orbit, keyframes, the opening, a ball to follow, a push-in, and
the room that it makes for what comes at the end. Pure numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.framing import Angles, CameraPose, View, between, camera_pose, pushed

Array = NDArray[np.float64]
CALM = 0.8  # seconds over which the way of a followed ball is averaged
EASE, EARLIER = 1.2, 1.0  # seconds in which room is made for what comes, and the share of them before it comes
STANDS = 1.5 / 2.7  # of a flat opening: how long the look from straight above stands, before it eases down
CLOSER = (0.13, 0.1, 0.07, 0.04)  # how much larger a push-in shows what it is about, the best first
LEAD, BACK = 0.2, 0.6  # of its length: how much earlier it begins, and how long it takes to go back
SWEEP, MOST_ANGLES = 10.0, 37  # degrees between the angles that a view must hold for, and how many at most

Push = Callable[[float], tuple[float, Array]]  # second -> times larger (1: none), and about which place of space (3,)


class Aim(NamedTuple):
    """Degrees, degrees, magnification, and the point of the domain in the middle (NaN: everything is framed)."""

    theta: float
    phi: float
    zoom: float
    center: tuple[float, float]


class Framing(NamedTuple):
    """How the whole is seen beside some panels, for all angles, and where a centred point stands (frame units)."""

    view: View
    middle: tuple[float, float]


USUAL = Aim(-35.0, 45.0, 1.0, (np.nan, np.nan))  # where nothing speaks for other angles


class PushIn(NamedTuple):
    """A slow push-in about a `place` (3,) of space, from the second `begin` to the second `end`, and back again."""

    begin: float
    end: float
    place: Array
    closer: float = CLOSER[0]

    def __call__(self, seconds: float) -> tuple[float, Array]:
        """How many times larger that place is seen at a second, and the place."""
        length = self.end - self.begin
        nearer = _smooth((seconds - self.begin + LEAD * length) / ((1 + LEAD) * length))
        back = _smooth((seconds - self.end) / (BACK * length))
        return 1 + self.closer * (nearer - back), self.place

    @property
    def span(self) -> tuple[float, float]:
        """The seconds at which it begins to move and has come back."""
        length = self.end - self.begin
        return self.begin - LEAD * length, self.end + BACK * length


class CameraPath:
    """`camera` is the YAML's camera section, `opening` the seconds of the look at the landscape, `duration` the film's.

    `framings` are those before and after the panels come that do so at the end, at the second `comes`: the camera makes
    room for them in at most EASE seconds. `flat` frames everything from straight above: there a flat opening stands
    for the first STANDS of its time, without perspective. `followed`: seconds (n,) and
    display positions (n, 2) of the ball to follow, or None. `push`, where there is one, enlarges what is seen about a
    place, which comes nearer to the middle by as much.
    """

    def __init__(self, camera: Any, opening: float, duration: float, comes: float | None = None) -> None:
        self.camera, self.opening, self.duration = camera, opening, duration
        comes = duration if comes is None else comes
        ease = min(EASE, duration - comes, comes / 2)
        self.easing = (comes - EARLIER * ease, comes + (1 - EARLIER) * ease)  # seconds at which it begins and ends
        self.flat = View(1.0, 0.0, 0.0)
        self.framings = (Framing(self.flat, (0.0, 0.0)),) * 2
        self.subject = np.zeros(3)
        self.middle = (0.0, 0.0)
        self.followed: tuple[Array, Array] | None = None
        theta, phi = (
            usual if angle == "auto" else angle
            for angle, usual in zip((camera.theta, camera.phi), USUAL[:2], strict=True)
        )
        self.push: Push | None = None
        base = Aim(theta, phi, camera.zoom, camera.center or (np.nan, np.nan))
        self.times, self.aims = [0.0], [base]
        for frame in getattr(camera, "keyframes", None) or ():
            told = {name: getattr(frame, name) for name in Aim._fields if getattr(frame, name) is not None}
            self.times.append(float(frame.at))
            self.aims.append(self.aims[-1]._replace(**told))

    def aim(self, seconds: float) -> Aim:
        """Between keyframes each value eases from one to the next; the orbit goes on from the last keyframe."""
        last = int(np.searchsorted(self.times, seconds, side="right")) - 1
        now = self.aims[last]
        if last + 1 < len(self.aims):
            share = (seconds - self.times[last]) / (self.times[last + 1] - self.times[last])
            share = share * share * (3 - 2 * share)
            then = self.aims[last + 1]
            theta, phi = (a if a == b else a + share * (b - a) for a, b in zip(now[:2], then[:2], strict=True))
            zoom = now.zoom ** (1 - share) * then.zoom**share
            return Aim(theta, phi, zoom, self._center(now, then, share))
        return now._replace(theta=now.theta + self.camera.orbit * (seconds - self.times[last]))

    def _center(self, now: Aim, then: Aim, share: float) -> tuple[float, float]:
        if np.isnan(then.center[0]) and np.isnan(now.center[0]):
            return now.center
        a, b = (np.where(np.isnan(aim.center), self.middle, aim.center) for aim in (now, then))
        x, y = a + share * (b - a)
        return float(x), float(y)

    def angles(self) -> tuple[Angles, Angles]:
        """The (theta, phi) the whole must be framed for, before and after the panels at the end come."""
        begin, end = self.easing
        return self._angles(0.0, end), self._angles(begin, self.duration)

    def _angles(self, begin: float, end: float) -> Angles:
        times = [begin, end, *(time for time in self.times if begin < time < end)]
        turned = sum(abs(b.theta - a.theta) + abs(b.phi - a.phi) for a, b in pairwise(map(self.aim, sorted(times))))
        some = np.linspace(begin, end, int(np.clip(turned / SWEEP, 4, MOST_ANGLES - 1)) + 1)
        return [(aim.theta, aim.phi) for aim in map(self.aim, sorted({*times, *some.tolist()}))]

    def eased(self, seconds: float) -> float:
        """How much of the room for the panels at the end is made: 0 before, 1 after, and smooth."""
        begin, end = self.easing
        return _smooth((seconds - begin) / max(end - begin, 1e-9))

    def middle_of_room(self, seconds: float) -> tuple[float, float]:
        """Where a centred point stands (frame units)."""
        share, (before, after) = self.eased(seconds), self.framings
        x, y = (a + share * (b - a) for a, b in zip(before.middle, after.middle, strict=True))
        return x, y

    def follow(self, seconds: Array, plate: Array) -> None:
        """Follow a ball that is at display positions plate (n, 2) at `seconds` (n,), along its way averaged over
        CALM.
        """
        times = np.linspace(0, self.duration, max(int(self.duration * 60), 2))
        path = np.stack([np.interp(times, seconds, plate[:, axis]) for axis in (0, 1)], axis=-1)
        reach = int(CALM * 60 / 2)
        padded = np.pad(path, ((reach, reach), (0, 0)), mode="edge")
        sums = np.cumsum(np.concatenate([np.zeros((1, 2)), padded]), axis=0)
        self.followed = times, (sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1)

    def at(self, seconds: float, to_plate: Callable[[Array], Array]) -> CameraPose:
        """The camera's pose; `to_plate` places domain points."""
        aim, share, middle = self.aim(seconds), self.eased(seconds), self.middle_of_room(seconds)
        before, after = self.framings
        view, subject, theta, phi = between(before.view, after.view, share), self.subject.copy(), aim.theta, aim.phi
        view = view._replace(scale=view.scale / aim.zoom)
        if self.followed is not None or not np.isnan(aim.center[0]):
            view = view._replace(shift_x=middle[0], shift_y=middle[1])
        if self.followed is not None:
            subject[:2] = [np.interp(seconds, self.followed[0], self.followed[1][:, axis]) for axis in (0, 1)]
        elif not np.isnan(aim.center[0]):
            subject[:2] = to_plate(np.array(aim.center))
        if self.camera.opening == "flat" and seconds < self.opening:
            tilt = _smooth((seconds / self.opening - STANDS) / (1 - STANDS))
            subject = self.subject * (1 - tilt) + subject * tilt
            theta, phi = theta * tilt, phi * tilt
            view = between(self.flat, view, tilt)
        pose = camera_pose(subject, theta, phi, view)
        return pose if self.push is None else pushed(pose, *self.push(seconds), middle)


def _smooth(share: float) -> float:
    """From 0 to 1, with speed and acceleration 0 at both ends."""
    share = min(max(share, 0.0), 1.0)
    return share**3 * (share * (6 * share - 15) + 10)
