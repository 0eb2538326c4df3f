"""What every optimizer is: its hyperparameters and two pure functions, init and step.

Shapes: points (runs, 2) float64 in the surface's units. A hyperparameter reaches `step` as a float or, when it differs
from run to run, as an array (runs, 1); both broadcast against points, so no rule has to know which it got.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from thalweg.registry import Range

Array: TypeAlias = npt.NDArray[np.float64]
State: TypeAlias = dict[str, Array]  # every array's first axis is runs
Hyper: TypeAlias = SimpleNamespace  # the hyperparameters by name


class Objective(Protocol):
    """A loss surface: points (..., 2) to value (...), gradient (..., 2) and Hessian (..., 2, 2).

    It may have more: a step that wants third derivatives, `third(points)` (..., 2, 2, 2), asks whether they are there.
    """

    def value(self, points: Array) -> Array: ...

    def gradient(self, points: Array) -> Array: ...

    def hessian(self, points: Array) -> Array: ...


@dataclass(frozen=True)
class Optimizer:
    """Base of all optimizers; a member's fields are its hyperparameters, each made with `registry.parameter`.

    `display_name` is what the screen calls it. `rule` is its update as text (see `rule_text`), `symbols` how names in
    it are written where the field has letters of its own (mathtext); a member that no text can say has `formula`, lines
    of (what it is in words, mathtext without $). `scale_free` says that f times a positive number gives the same path
    (with eps and weight decay 0), `steered_by_loss` that f plus a number may give another one: steps ask for f itself.
    Raises ValueError, in one line, when a hyperparameter is out of its range.
    """

    display_name: ClassVar[str] = ""
    rule: ClassVar[str] = ""
    symbols: ClassVar[Mapping[str, str]] = {}
    formula: ClassVar[tuple[tuple[str, str], ...]] = ()
    scale_free: ClassVar[bool] = False
    steered_by_loss: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = _like(entry.default, getattr(self, entry.name), entry.name)
            object.__setattr__(self, entry.name, value)
            limits: Range = entry.metadata.get("range", Range())
            for number in value if isinstance(value, tuple) else (value,):
                counts = isinstance(number, (int, float)) and not isinstance(number, bool)
                if counts and not (math.isfinite(number) and limits.holds(number)):
                    raise ValueError(f"{entry.name}: {number!r} is out of range; must be {limits.words() or 'finite'}")

    @property
    def name(self) -> str:
        """The public name: that of the member's file."""
        return type(self).__module__.rpartition(".")[2]

    def hyper(self) -> Hyper:
        """The hyperparameters as `init` and `step` take them."""
        return Hyper(**{entry.name: getattr(self, entry.name) for entry in fields(self)})

    def rule_text(self) -> str:
        """The update as text, as `engine.rule` reads it, for these switches (nesterov, centered and the like); ''
        where a loop, a matrix or a draw is needed. A pair such as betas has its numbers as beta1 and beta2.
        """
        return self.rule

    def formula_lines(self) -> tuple[tuple[str, str], ...]:
        """What stands for the text where there is none, for these switches: lines of (words, mathtext without $)."""
        return self.formula

    def rule_initial(self) -> Mapping[str, float]:
        """Where what the text carries from step to step starts, 0 unless named."""
        return {}

    def init(self, points: Array, hyper: Hyper) -> State:
        """The inner state before the first step, from the starts (runs, 2)."""
        raise NotImplementedError

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        """One step of all runs: the new state and the new points (runs, 2). Pure: changes none of its inputs."""
        raise NotImplementedError

    def settled(self, steps: int, hyper: Hyper) -> bool:
        """Whether from the step after `steps` on the rule is the same for all that comes: it no longer looks at how
        many steps were made. A ball that such a step leaves alone is at rest for good. To say False costs time only.
        """
        return False


def check_ranges(options: Any) -> None:
    """Raises ValueError, in one line, when a number of a dataclass made with `parameter` is out of its range."""
    for entry in fields(options):
        value, limits = getattr(options, entry.name), entry.metadata["range"]
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, (int, float)) and not (math.isfinite(number) and limits.holds(number)):
                raise ValueError(f"{entry.name}: {number!r} is out of range; must be {limits.words() or 'finite'}")


def _like(default: Any, value: Any, name: str) -> Any:
    """A hyperparameter in its default's form: whole numbers as floats, lists as tuples of the right length."""
    if isinstance(default, tuple):
        if not isinstance(value, (tuple, list)) or len(value) != len(default):
            raise ValueError(f"{name}: {value!r} is wrong; give {len(default)} numbers")
        return tuple(_like(part, given, name) for part, given in zip(default, value, strict=True))
    if isinstance(default, bool) and not isinstance(value, bool):
        raise ValueError(f"{name}: {value!r} is wrong; give true or false")
    if isinstance(default, int) and not isinstance(default, bool) and type(value) is not int:
        raise ValueError(f"{name}: {value!r} is wrong; give a whole number")
    if not isinstance(default, float):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{name}: {value!r} is wrong; give a number")
    return float(value)


def counter(points: Array) -> Array:
    """The state entry `step` (runs,): how many steps were made."""
    return np.zeros(len(points))


def steps_made(state: State) -> int:
    """How many steps were made; every run of a batch is at the same one."""
    return int(state["step"][0])


def power(base: Any, exponent: Any) -> Any:
    """base ** exponent, where one of the two may be an array (runs, 1).

    Every entry goes through Python's pow, as in torch: numpy's own may differ from it in the last bit, and a batch
    with its own beta for every run would no longer equal those runs made alone.
    """
    if isinstance(base, np.ndarray):
        return np.array([float(entry) ** exponent for entry in base.flat]).reshape(base.shape)
    if isinstance(exponent, np.ndarray):
        return np.array([base ** float(entry) for entry in exponent.flat]).reshape(exponent.shape)
    return base**exponent


def decayed(gradient: Array, points: Array, weight_decay: Any) -> Array:
    """gradient + weight_decay * points; the gradient itself where the weight decay is the number 0."""
    return gradient if isinstance(weight_decay, float) and weight_decay == 0 else gradient + weight_decay * points


def mixed(share: Any, before: Array, added: Array) -> Array:
    """share * before + added, written into `added`."""
    np.add(share * before, added, out=added)
    return added
