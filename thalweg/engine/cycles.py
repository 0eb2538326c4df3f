"""Schedules that rise and fall, and may move the momentum the other way: torch's OneCycleLR and CyclicLR."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, replace
from typing import Literal

from thalweg.engine.decays import LONGEST, Base, Schedule, power_of
from thalweg.registry import parameter


@dataclass(frozen=True, kw_only=True)
class OneCycle(Schedule):
    """Up from max_lr / div_factor to max_lr, down to a final_div_factor-th of where it began: torch's OneCycleLR.

    Smith and Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2018. With
    three_phase the way down is as long as the way up, and a third phase goes on to the end. After total_steps the last
    value is kept; torch raises. With cycle_momentum the momentum, or the first of the betas where the optimizer has
    some, falls and rises the other way; torch does so unless told otherwise, here it is told.
    """

    kind = "one_cycle"
    max_lr: float | None = parameter(None, low=0, doc="the top; the base unless given")
    total_steps: int | None = parameter(None, low=1, high=LONGEST, doc="the rest of the run unless given")
    pct_start: float = parameter(0.3, low=0, high=1, doc="share of the steps in which it rises")
    anneal_strategy: Literal["cos", "linear"] = parameter("cos")
    cycle_momentum: bool = parameter(False, doc="momentum, or beta1, falls while this rises")
    base_momentum: float = parameter(0.85, low=0)
    max_momentum: float = parameter(0.95, low=0)
    div_factor: float = parameter(25.0, low=0, low_open=True)
    final_div_factor: float = parameter(1e4, low=0, low_open=True)
    three_phase: bool = parameter(False)

    def partners(self) -> Mapping[str, Schedule]:
        return (
            {"momentum": _OneCycleMomentum(**vars(replace(self, cycle_momentum=False)))} if self.cycle_momentum else {}
        )

    def levels(self, base: Base) -> tuple[Base, Base, Base]:
        """The values at the begin, at the top and at the end."""
        top = base if self.max_lr is None else base * 0 + self.max_lr
        return top / self.div_factor, top, top / self.div_factor / self.final_div_factor

    def at(self, k: int, base: Base, length: int) -> Base:
        total = self.total_steps or length
        k = min(k, total - 1)
        begin, top, end = self.levels(base)
        rising = self.pct_start * total - 1
        phases = [(rising, begin, top), (total - 1.0, top, end)]
        if self.three_phase:
            phases[1:] = [(2 * self.pct_start * total - 2, top, begin), (total - 1.0, begin, end)]
        first = 0.0
        for last, start, stop in phases[:-1]:
            if k <= last:
                return self._between(start, stop, (k - first) / (last - first) if last != first else 1.0)
            first = last
        last, start, stop = phases[-1]
        return self._between(start, stop, (k - first) / (last - first) if last > first else 1.0)

    def _between(self, start: Base, stop: Base, share: float) -> Base:
        if self.anneal_strategy == "linear":
            return (stop - start) * share + start
        return stop + (start - stop) / 2.0 * (math.cos(math.pi * share) + 1)


@dataclass(frozen=True, kw_only=True)
class _OneCycleMomentum(OneCycle):
    def levels(self, base: Base) -> tuple[Base, Base, Base]:
        zero = base * 0
        return zero + self.max_momentum, zero + self.base_momentum, zero + self.max_momentum


@dataclass(frozen=True, kw_only=True)
class Cyclic(Schedule):
    """From the base up to max_lr and back down, again and again: torch's CyclicLR, whose base_lr is the base.

    Smith, "Cyclical learning rates for training neural networks", WACV 2017. mode triangular2 halves the height from
    cycle to cycle, exp_range multiplies it by gamma^k. cycle_momentum is that of OneCycle.
    """

    kind = "cyclic"
    max_lr: float = parameter(MISSING, low=0, doc="the top")
    step_size_up: int = parameter(2000, low=1, high=LONGEST, doc="steps up")
    step_size_down: int | None = parameter(None, low=1, high=LONGEST, doc="steps down; as many as up unless given")
    mode: Literal["triangular", "triangular2", "exp_range"] = parameter("triangular")
    gamma: float = parameter(1.0, low=0, doc="of exp_range")
    cycle_momentum: bool = parameter(False, doc="momentum, or beta1, falls while this rises")
    base_momentum: float = parameter(0.8, low=0)
    max_momentum: float = parameter(0.9, low=0)

    def partners(self) -> Mapping[str, Schedule]:
        return {"momentum": _CyclicMomentum(**vars(replace(self, cycle_momentum=False)))} if self.cycle_momentum else {}

    def levels(self, base: Base) -> tuple[Base, Base]:
        """The values at the foot and at the top of the first cycle."""
        return base, base * 0 + self.max_lr

    def at(self, k: int, base: Base, length: int) -> Base:
        size = float(self.step_size_up + (self.step_size_down or self.step_size_up))
        rising = self.step_size_up / size
        cycle = math.floor(1 + k / size)
        share = 1.0 + k / size - cycle
        height = share / rising if share <= rising else (share - 1) / (rising - 1)
        shrunk = {"triangular": 1.0, "triangular2": 0.5 ** (cycle - 1), "exp_range": power_of(self.gamma, k)}[self.mode]
        foot, top = self.levels(base)
        return foot + (top - foot) * (height * shrunk)


@dataclass(frozen=True, kw_only=True)
class _CyclicMomentum(Cyclic):
    def levels(self, base: Base) -> tuple[Base, Base]:
        return base * 0 + self.max_momentum, base * 0 + self.base_momentum
