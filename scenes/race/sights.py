"""What is to be seen of a race, and the camera angles from which it is seen best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thalweg.film.sections import Camera3D
from thalweg.film.shot import Shot
from thalweg.geometry.camera_path import CameraPath
from thalweg.geometry.viewpoint import Wanted, choose
from thalweg.parts.motion import Motion

MOMENTS, MOST_MOMENTS, TURN = 6, 25, 8.0  # looked at: more where the camera turns by more than so many degrees between
FOLLOWED = 16  # moments at which a followed ball is looked at
MOST, PASSED, LEAST_PASSED, LAND = 48, 160, 6, 7  # balls, points of their ways, of each; points along the land's side
LEADING = 5.0  # how much more than others a followed ball counts


def with_angles(shot: Shot, motion: Motion) -> Shot:
    """The shot with the camera angles that it leaves open chosen for its race, in its resolved config too."""
    camera = shot.camera
    if "auto" not in (camera.theta, camera.phi):
        return shot
    aspect = round(shot.video.width / shot.video.height, 1)  # the same for 1280x720 and 854x480
    theta, phi = choose(camera, motion.display, wanted(camera, motion), aspect)
    angles = {**shot.resolved["camera"], "theta": theta, "phi": phi}
    return replace(shot, camera=replace(camera, theta=theta, phi=phi), resolved={**shot.resolved, "camera": angles})


def wanted(camera: Camera3D, motion: Motion) -> Wanted:
    """The balls where they end and where they pass, as they are drawn, and the landscape."""
    display, timing = motion.display, motion.timing
    seconds, over = looked_at(camera, motion), timing.duration - timing.hold
    led = motion.group == (motion.labels.index(camera.follow) if camera.follow else -1)
    balls = np.unique(np.concatenate([some(np.arange(len(led)), MOST), some(np.flatnonzero(led), LEAST_PASSED)]))
    passed = np.linspace(timing.intro, over, max(PASSED // len(balls), LEAST_PASSED))
    times = np.append(seconds[seconds < over] if camera.follow else passed, timing.duration)
    centers, there = rolling(motion, balls, times)
    moved = there.any(axis=1)
    first, last = there.argmax(axis=1), len(times) - 1 - there[:, ::-1].argmax(axis=1)
    each = np.arange(len(balls))
    ball, time = np.nonzero(there[:, :-1])
    land = display.grid(2 * LAND + 1)[1::2, 1::2].reshape(-1, 2)
    land = display.to_relief(land[display.shown(land)]) + [0, 0, motion.radius]
    return Wanted(
        ends=centers[there[:, -1], -1] if there[:, -1].any() else centers[moved, last[moved]],
        ways=centers[ball, time],
        when=np.abs(times[time, None] - seconds).argmin(axis=1),
        worth=np.where(led[balls][ball], LEADING, 1.0),
        land=land,
        starts=centers[each, first][moved],
        goals=centers[each, last][moved],
        radius=motion.radius,
        seconds=seconds,
        over=over,
        **aimed(camera, motion, seconds),
    )


def some(found: np.ndarray, most: int) -> np.ndarray:
    """Of so many at most, evenly taken."""
    kept: np.ndarray = found[np.unique(np.linspace(0, max(len(found) - 1, 0), min(len(found), most)).astype(int))]
    return kept


def looked_at(camera: Camera3D, motion: Motion) -> np.ndarray:
    """Seconds of the film from the first step on, enough of them for the way that the camera and what it follows go."""
    timing, path = motion.timing, CameraPath(camera, motion.timing.intro, motion.duration)
    aims = [path.aim(second) for second in np.linspace(timing.intro, timing.duration, 64)]
    turned = sum(abs(np.diff([aim[:2] for aim in aims], axis=0)).max(axis=1, initial=0))
    count = int(np.clip(turned / TURN, FOLLOWED if camera.follow else MOMENTS, MOST_MOMENTS))
    hold = np.array([timing.duration - timing.hold, timing.duration])
    return np.concatenate([np.linspace(timing.intro, hold[0], count, endpoint=False), hold])


def rolling(motion: Motion, balls: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The centres of balls as drawn at seconds (n,), (balls, n, 3), and whether the plate is below them."""
    moments = [motion.at(second) for second in times.tolist()]
    points = np.stack([moment.points[balls] for moment in moments], axis=1)
    there = motion.display.inside(points) & motion.display.shown(points)
    return np.stack([moment.center[balls] for moment in moments], axis=1), there


def aimed(camera: Camera3D, motion: Motion, seconds: np.ndarray) -> dict[str, np.ndarray]:
    """`subjects` (seconds, 3), and whether all is `framed` (seconds,), as CameraPath looks at them."""
    display, path = motion.display, CameraPath(camera, motion.timing.intro, motion.duration)
    path.middle = tuple(display.center)
    centers = np.array([path.aim(second).center for second in seconds])
    if camera.follow:
        steps = np.array([motion.step_at(second) for second in seconds])
        led = motion.group == motion.labels.index(camera.follow)
        centers = motion.playback.true_points(steps)[led].mean(axis=0)
    framed = np.isnan(centers[:, 0])
    middle = np.full((len(seconds), 1), (display.floor + display.ceiling) / 2)
    plate = display.to_plate(np.where(framed[:, None], display.center, centers))
    return dict(subjects=np.concatenate([plate, middle], axis=1), framed=framed)
