"""Symmetric 2 x 2 matrices through their eigenvectors, by formula: a run has the same bits in every batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from thalweg.engine.base import Array


class Eigen(NamedTuple):
    """Of matrices (runs, 2, 2): the eigenvalues (runs, 1), low <= high, and the unit eigenvector of the high one
    (runs, 2).
    """

    low: Array
    high: Array
    along: Array

    @property
    def across(self) -> Array:
        """The unit eigenvector (runs, 2) of the low eigenvalue."""
        return np.stack([-self.along[:, 1], self.along[:, 0]], axis=-1)

    def times(self, low: Array, high: Array, vectors: Array) -> Array:
        """The matrix with the same eigenvectors and these eigenvalues (runs, 1), times vectors (runs, 2)."""
        return high * _part(self.along, vectors) + low * _part(self.across, vectors)


def eigen(matrices: Array) -> Eigen:
    """Eigenvalues and eigenvectors of symmetric matrices (runs, 2, 2)."""
    cross, half = matrices[:, :1, 1], (matrices[:, :1, 0] - matrices[:, 1:, 1]) / 2
    mean, radius = (matrices[:, :1, 0] + matrices[:, 1:, 1]) / 2, np.hypot(half, cross)
    wide = half >= 0  # the sum that cancels nothing
    long = radius + np.abs(half)
    along = np.concatenate([np.where(wide, long, cross), np.where(wide, cross, long)], axis=-1)
    along = np.where(radius == 0, [1.0, 0.0], along / np.hypot(along[:, :1], along[:, 1:]))
    return Eigen(mean - radius, mean + radius, along)


def _part(unit: Array, vectors: Array) -> Array:
    """What vectors have along a unit vector, (runs, 2)."""
    return (unit[:, :1] * vectors[:, :1] + unit[:, 1:] * vectors[:, 1:]) * unit
