"""Where the camera looks from at each second: angles, orbit, keyframes, the opening, and a ball to follow. Pure
numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thalweg.geometry.framing import Angles, CameraPose, View, between, camera_pose

Array = NDArray[np.float64]
CALM = 0.8  # seconds over which the way of a followed ball is averaged


class Aim(NamedTuple):
    """Degrees, degrees, magnification, and the point of the domain in the middle (NaN: everything is framed)."""

    theta: float
    phi: float
    zoom: float
    center: tuple[float, float]


USUAL = Aim(-35.0, 45.0, 1.0, (np.nan, np.nan))  # where nothing speaks for other angles


class CameraPath:
    """`camera` is the YAML's camera section, `opening` the seconds of the look at the landscape, `duration` the film's.

    `view` frames everything for all `angles()`; `flat` does so from straight above. `followed`: seconds (n,) and
    display
    positions (n, 2) of the ball to follow, or None.
    """

    def __init__(self, camera: Any, opening: float, duration: float) -> None:
        self.camera, self.opening, self.duration = camera, opening, duration
        self.view = self.flat = View(1.0, 0.0, 0.0)
        self.subject = np.zeros(3)
        self.middle = (0.0, 0.0)
        self.followed: tuple[Array, Array] | None = None
        theta, phi = (
            usual if angle == "auto" else angle
            for angle, usual in zip((camera.theta, camera.phi), USUAL[:2], strict=True)
        )
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

    def angles(self) -> Angles:
        """The (theta, phi) the whole must be framed for."""
        aims = [self.aim(share * self.duration) for share in np.linspace(0, 1, 5)]
        aims += [aim for time, aim in zip(self.times, self.aims, strict=True) if time <= self.duration]
        return [(aim.theta, aim.phi) for aim in aims]

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

    def at(self, seconds: float, to_plate: Callable[[Array], Array], middle_of_room: tuple[float, float]) -> CameraPose:
        """The camera's pose; `to_plate` places domain points, `middle_of_room` is where a centred point stands (frame
        units).
        """
        aim = self.aim(seconds)
        view, subject, theta, phi = (
            self.view._replace(scale=self.view.scale / aim.zoom),
            self.subject.copy(),
            aim.theta,
            aim.phi,
        )
        if self.followed is not None or not np.isnan(aim.center[0]):
            view = view._replace(shift_x=middle_of_room[0], shift_y=middle_of_room[1])
        if self.followed is not None:
            subject[:2] = [np.interp(seconds, self.followed[0], self.followed[1][:, axis]) for axis in (0, 1)]
        elif not np.isnan(aim.center[0]):
            subject[:2] = to_plate(np.array(aim.center))
        if self.camera.opening == "flat" and seconds < self.opening:
            share = min(max((seconds / self.opening - 0.25) / 0.75, 0.0), 1.0)
            share = share**3 * (share * (6 * share - 15) + 10)
            subject = self.subject * (1 - share) + subject * share
            theta, phi, view = theta * share, phi * share, between(self.flat, view, share)
        return camera_pose(subject, theta, phi, view)
