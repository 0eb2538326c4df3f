"""Gradient clipping, always named where it is used: nothing is clipped behind the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.engine.base import Array, check_ranges
from thalweg.registry import parameter


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One of two: the gradient shortened to the length `norm`, or each component cut at +-`value`.

    torch's clip_grad_norm_ (the factor is norm / (length + 1e-6), at most 1) and clip_grad_value_. Pascanu, Mikolov,
    Bengio, "On the difficulty of training recurrent neural networks", ICML 2013, algorithm 1.
    Raises ValueError unless exactly one is given, above 0.
    """

    norm: float | None = parameter(None, low=0, low_open=True, doc="the longest a gradient may be")
    value: float | None = parameter(None, low=0, low_open=True, doc="the largest a component may be")

    def __post_init__(self) -> None:
        check_ranges(self)
        if (self.norm is None) == (self.value is None):
            what = "neither norm nor value is given" if self.norm is None else "norm and value exclude each other"
            raise ValueError(f"{what}; write {{norm: 1}} or {{value: 0.5}}")

    @property
    def words(self) -> str:
        """'norm 1', 'value 0.5'."""
        return f"norm {self.norm:g}" if self.norm is not None else f"value {self.value:g}"

    def of(self, gradient: Array) -> Array:
        """The gradient (..., 2), clipped."""
        if self.value is not None:
            return np.clip(gradient, -self.value, self.value)
        assert self.norm is not None
        x, y = gradient[..., :1], gradient[..., 1:]
        return gradient * np.minimum(self.norm / (np.sqrt(x * x + y * y) + 1e-6), 1.0)
