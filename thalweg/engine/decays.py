"""What a schedule is, and those that fall (or rise) without coming back: rules and names of torch.optim.lr_scheduler.

A schedule says what a hyperparameter is at step k = 0, 1, ..., from its `base`, the value written for the optimizer:
what torch's scheduler leaves in the optimizer after k calls of its step(). Only + - * / touch the base, so an array of
bases, one for each run of a sweep, gives every run bit for bit what it has alone.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from typing import Any, ClassVar, TypeAlias

from thalweg.engine.base import check_ranges
from thalweg.registry import parameter

Base: TypeAlias = Any  # a float, or an array (runs, 1)
LONGEST = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Base of all schedules, and a schedule of its own: the base, with or without a warm-up in front.

    A warm-up of n steps rises linearly from warmup_factor * base to base; then the schedule starts, as at its step 0:
    torch's SequentialLR of LinearLR(start_factor=warmup_factor, total_iters=n) and the schedule, milestones [n].
    Raises ValueError, in one line, when a parameter is out of its range.
    """

    kind: ClassVar[str] = ""

    warmup: int = parameter(0, low=0, high=LONGEST, doc="steps in front in which the value rises to its base")
    warmup_factor: float = parameter(1 / 3, low=0, high=1, doc="share of the base at the warm-up's first step")

    def __post_init__(self) -> None:
        check_ranges(self)

    @property
    def words(self) -> str:
        """What legends and labels call it: 'cosine', 'warmup 20, cosine'."""
        return ", ".join(filter(None, [f"warmup {self.warmup}" if self.warmup else "", self.kind]))

    def at(self, k: int, base: Base, length: int) -> Base:
        """The value at step k after the warm-up, of a run that has `length` steps after it."""
        return base

    def values(self, base: Base, steps: int) -> list[Base]:
        """The value at each of the run's steps."""
        warmup, rise = self.warmup, 1 - self.warmup_factor
        first = [base * (self.warmup_factor + rise * (k / warmup)) for k in range(min(warmup, steps))]
        length = max(steps - warmup, 1)
        return [*first, *(self.at(k, base, length) for k in range(steps - warmup))]

    def partners(self) -> Mapping[str, Schedule]:
        """What else it moves: hyperparameter -> schedule."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Constant(Schedule):
    """base * factor for the first total_iters steps, base afterwards: torch's ConstantLR."""

    kind = "constant"
    factor: float = parameter(1 / 3, low=0, high=1, doc="of the base, at first")
    total_iters: int = parameter(5, low=0, high=LONGEST, doc="steps it lasts")

    def at(self, k: int, base: Base, length: int) -> Base:
        return base * self.factor if k < self.total_iters else base


@dataclass(frozen=True, kw_only=True)
class Step(Schedule):
    """base * gamma^floor(k / step_size): torch's StepLR."""

    kind = "step"
    step_size: int = parameter(MISSING, low=1, high=LONGEST, doc="steps between two drops")
    gamma: float = parameter(0.1, low=0, doc="factor of each drop")

    def at(self, k: int, base: Base, length: int) -> Base:
        return base * power_of(self.gamma, k // self.step_size)


@dataclass(frozen=True, kw_only=True)
class MultiStep(Schedule):
    """base * gamma^(how many milestones are reached): torch's MultiStepLR."""

    kind = "multistep"
    milestones: tuple[int, ...] = parameter(MISSING, low=0, high=LONGEST, doc="the steps at which it drops")
    gamma: float = parameter(0.1, low=0, doc="factor of each drop")

    def at(self, k: int, base: Base, length: int) -> Base:
        return base * power_of(self.gamma, bisect_right(sorted(self.milestones), k))


@dataclass(frozen=True, kw_only=True)
class Exponential(Schedule):
    """base * gamma^k: torch's ExponentialLR."""

    kind = "exponential"
    gamma: float = parameter(MISSING, low=0, doc="factor of each step")

    def at(self, k: int, base: Base, length: int) -> Base:
        return base * power_of(self.gamma, k)


@dataclass(frozen=True, kw_only=True)
class Linear(Schedule):
    """From base * start_factor to base * end_factor in total_iters steps: torch's LinearLR."""

    kind = "linear"
    start_factor: float = parameter(1 / 3, low=0, high=1, low_open=True)
    end_factor: float = parameter(1.0, low=0, high=1)
    total_iters: int = parameter(5, low=1, high=LONGEST, doc="steps between the two")

    def at(self, k: int, base: Base, length: int) -> Base:
        share = min(k, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * share)


@dataclass(frozen=True, kw_only=True)
class Polynomial(Schedule):
    """base * (1 - k / total_iters)^power, then 0: torch's PolynomialLR."""

    kind = "polynomial"
    total_iters: int = parameter(5, low=1, high=LONGEST, doc="steps until 0")
    power: float = parameter(1.0, low=0)

    def at(self, k: int, base: Base, length: int) -> Base:
        return base * (1 - min(k, self.total_iters) / self.total_iters) ** self.power


@dataclass(frozen=True, kw_only=True)
class Cosine(Schedule):
    """Half a cosine from base to eta_min in T_max steps, and back again after: torch's CosineAnnealingLR.

    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, eq. 5 without restarts.
    """

    kind = "cosine"
    T_max: int | None = parameter(None, low=1, high=LONGEST, doc="steps down; the rest of the run unless given")
    eta_min: float = parameter(0.0, doc="the lowest value")

    def at(self, k: int, base: Base, length: int) -> Base:
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * k / (self.T_max or length))) / 2


@dataclass(frozen=True, kw_only=True)
class CosineRestarts(Schedule):
    """Half a cosine from base to eta_min in T_0 steps, then from base again, each T_mult times as long.

    torch's CosineAnnealingWarmRestarts; Loshchilov and Hutter 2017 (see Cosine), eq. 5.
    """

    kind = "cosine_restarts"
    T_0: int = parameter(MISSING, low=1, high=LONGEST, doc="steps until the first restart")
    T_mult: int = parameter(1, low=1, high=1000, doc="how much longer each period is than the one before")
    eta_min: float = parameter(0.0, doc="the lowest value")

    def at(self, k: int, base: Base, length: int) -> Base:
        period = self.T_0
        if self.T_mult == 1:
            k %= period
        while k >= period:
            k, period = k - period, period * self.T_mult
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * k / period)) / 2


@dataclass(frozen=True, kw_only=True)
class InverseSqrt(Schedule):
    """base / sqrt(1 + k / timescale): falls to half of base in 3 timescales, ever more slowly.

    Vaswani et al., "Attention is all you need", NeurIPS 2017, section 5.3, in the form without a unit: there the
    timescale is the warm-up's length. torch has none.
    """

    kind = "inverse_sqrt"
    timescale: float = parameter(10.0, low=0, low_open=True, high=LONGEST, doc="steps until the value falls by 30 %")

    def at(self, k: int, base: Base, length: int) -> Base:
        return base / math.sqrt(1 + k / self.timescale)


def power_of(base: float, exponent: int) -> float:
    """base ** exponent, infinite where that is too large for a float."""
    try:
        return base**exponent
    except OverflowError:
        return math.inf
