"""How widely balls tremble: covariances of clouds of points, and what theory says of gradient descent with noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from thalweg.engine.noise import Gaussian
from thalweg.engine.sgd import TorchSGD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thalweg.calculus import Surface
    from thalweg.engine import Trajectory
    from thalweg.experiment.experiment import Entry, Experiment

Array = npt.NDArray[np.float64]
ENOUGH = 8  # balls that are a cloud at every moment; of fewer their last iterates are
LATE = 0.5  # of the run: from there on iterates are the last ones
SIGMAS = 2  # of an ellipse
AROUND = 72  # points of one


class Spread(NamedTuple):
    """Of an entry's cloud: its mean (2,) and covariance (2, 2), both nan with fewer than two points, of how many
    points, and whether these are its balls at the end (or their last iterates); `theory` is the covariance that its
    rule settles to, None where that is not known.
    """

    mean: Array
    covariance: Array
    points: int
    of_balls: bool
    theory: Array | None = None

    @property
    def reach(self) -> float:
        """Half the length of the longer axis of the ellipse."""
        return reach(self.covariance)


def spreads(experiment: Experiment, trajectories: Sequence[Trajectory]) -> list[Spread]:
    """Of every entry, from trajectories of which every step was kept. A cloud are an entry's balls after the last step,
    where there are at least 8; else all their iterates of the second half of the run. Runs that ended do not count.
    """
    found = []
    for entry, path in zip(experiment.entries, trajectories, strict=True):
        points = cloud(path.positions, path.last, path.positions.shape[1] - 1)
        of_balls = len(path.last) >= ENOUGH
        found.append(Spread(*moments(points), len(points), of_balls, _theory(experiment, entry)))
    return found


def cloud(positions: Array, last: npt.NDArray[np.int64], step: int) -> Array:
    """Points (n, 2) of the cloud of runs (balls, steps + 1, 2) at a step: see `spreads`."""
    here = positions[last >= step]
    if len(last) >= ENOUGH:
        return here[:, step]
    late = here[:, int(LATE * step) : step + 1].reshape(-1, 2)
    return late


def moments(points: Array) -> tuple[Array, Array]:
    """Mean (2,) and covariance (2, 2) of points (n, 2); nan where they are fewer than two."""
    if len(points) < 2:
        return np.full(2, np.nan), np.full((2, 2), np.nan)
    return points.mean(axis=0), np.cov(points.T)


def reach(covariance: Array) -> float:
    """SIGMAS standard deviations along the direction in which (2, 2) is widest."""
    if not np.isfinite(covariance).all():
        return float("nan")
    return SIGMAS * float(np.sqrt(max(np.linalg.eigvalsh(covariance)[-1], 0.0)))


def ellipse(mean: Array, covariance: Array) -> Array:
    """Points (AROUND + 1, 2) on the ellipse SIGMAS standard deviations away from the mean; the last is the first. They
    go with the covariance smoothly: a circle, drawn out by its root.
    """
    angle = np.linspace(0, 2 * np.pi, AROUND + 1)
    values, axes = np.linalg.eigh(covariance)
    root = (axes * np.sqrt(np.maximum(values, 0.0))) @ axes.T
    around: Array = mean + SIGMAS * np.stack([np.cos(angle), np.sin(angle)], axis=-1) @ root
    return around


def _theory(experiment: Experiment, entry: Entry) -> Array | None:
    noise, minima = experiment.noise, experiment.surface.minima
    if not isinstance(noise, Gaussian) or noise.relative or entry.schedule or entry.clip or len(minima) != 1:
        return None
    if not isinstance(entry.optimizer, TorchSGD):
        return None
    return stationary(entry.optimizer, experiment.surface, np.array(minima[0][:2]), noise.std)


def stationary(optimizer: TorchSGD, surface: Surface, minimum: Array, std: float) -> Array | None:
    """The covariance (2, 2) to which torch's SGD settles around a minimum (2,) with gaussian noise of that standard
    deviation in each component of the gradient, the loss taken as quadratic there; None where it does not settle.

    With the Hessian H a step of state z = (w, v) is z <- A z + B noise, and the covariance S of z solves Lyapunov's
    equation S = A S A' + std^2 B B'. Without momentum S = lr std^2 / (h (2 - lr h)) along an eigenvector of H.
    """
    from scipy.linalg import solve_discrete_lyapunov

    lr, mu, keep = optimizer.lr, optimizer.momentum, 1.0 - optimizer.dampening
    bend, one = surface.hessian(minimum[None])[0] + optimizer.weight_decay * np.eye(2), np.eye(2)
    if not np.isfinite(bend).all():
        return None
    if mu == 0:  # the velocity is the gradient
        step, kick = one - lr * bend, -lr * one
    else:
        velocity, noise = np.hstack([keep * bend, mu * one]), keep * one
        direction, push = velocity, noise
        if optimizer.nesterov:
            direction, push = np.hstack([bend, 0 * one]) + mu * velocity, one + mu * noise
        step = np.vstack([np.hstack([one, 0 * one]) - lr * direction, velocity])
        kick = np.vstack([-lr * push, noise])
    if np.abs(np.linalg.eigvals(step)).max() >= 1:
        return None
    found: Array = solve_discrete_lyapunov(step, std**2 * kick @ kick.T)[:2, :2]
    return found
