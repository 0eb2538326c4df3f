"""Small objectives with gradients written by hand, so that tests of optimizers stand on nothing else."""

from __future__ import annotations

import numpy as np

from thalweg.engine.base import Array


class Quadratic:
    """f = x . H x / 2 with a diagonal H."""

    def __init__(self, *eigenvalues: float) -> None:
        self.eigenvalues = np.array(eigenvalues)

    def value(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return (self.eigenvalues[0] * x * x + self.eigenvalues[1] * y * y) / 2

    def gradient(self, points: Array) -> Array:
        return self.eigenvalues * points

    def hessian(self, points: Array) -> Array:
        return np.broadcast_to(np.diag(self.eigenvalues), (*points.shape, 2)).copy()


class Slope(Quadratic):
    """f = a x + b y: the same gradient everywhere."""

    def value(self, points: Array) -> Array:
        return self.eigenvalues[0] * points[..., 0] + self.eigenvalues[1] * points[..., 1]

    def gradient(self, points: Array) -> Array:
        return np.broadcast_to(self.eigenvalues, points.shape).copy()

    def hessian(self, points: Array) -> Array:
        return np.zeros((*points.shape, 2))


class Cliff:
    """f = x^4 + y^2 + exp(x): long steps leave it for infinity, short ones stay."""

    def value(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return x * x * x * x + y * y + np.exp(x)

    def gradient(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return np.stack([4 * x * x * x + np.exp(x), 2 * y], axis=-1)

    def hessian(self, points: Array) -> Array:
        x = points[..., 0]
        rows = np.zeros((*points.shape, 2))
        rows[..., 0, 0], rows[..., 1, 1] = 12 * x * x + np.exp(x), 2
        return rows
