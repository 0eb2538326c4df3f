"""How much an optimizer remembers: numbers that it keeps for each weight, which is what it costs in memory."""

from __future__ import annotations

import math

import numpy as np

from thalweg.engine.base import Optimizer, State


def stored_per_weight(optimizer: Optimizer) -> int:
    """Numbers in the inner state for each weight, counted where the state is made: 0 for SGD, 1 with momentum, 2 for
    Adam. What there is once for all weights, a count of steps, does not count.

    That is how much the state grows by a third weight; of an optimizer that cannot have a third one, every array
    whose last axis is the weights counts.
    """
    hyper, weights = optimizer.hyper(), 2
    two = optimizer.init(np.zeros((1, weights)), hyper)
    try:
        grown = _size(optimizer.init(np.zeros((1, weights + 1)), hyper)) - _size(two)
    except Exception:  # a rule written for two weights may stumble in any way
        grown = 0
    own = [values.shape[1:] for values in two.values() if values.shape[1:] and values.shape[-1] == weights]
    return grown or sum(math.prod(shape) // weights for shape in own)


def _size(state: State) -> int:
    return sum(values.size for values in state.values())
