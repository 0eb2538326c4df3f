"""A user's own optimizer: a rule's text and its numbers, without a line of code."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, fields, make_dataclass
from typing import Any, ClassVar

from thalweg.engine.base import Array, Hyper, Objective, Optimizer, State
from thalweg.engine.rule.evaluate import Mover
from thalweg.engine.rule.nodes import FUNCTIONS, TIME, WEIGHTS
from thalweg.engine.rule.reader import RuleError, read
from thalweg.registry import parameter

NAME, LABEL = "rule", "Rule"
MOST = 20  # numbers


@dataclass(frozen=True)
class OwnRule(Optimizer):
    """Base of optimizers that are a text; their fields are the rule's numbers. Made by `own_rule`."""

    display_name: ClassVar[str] = LABEL
    mover: ClassVar[Mover]

    @property
    def name(self) -> str:
        """As in YAML."""
        return NAME

    def rule_initial(self) -> Mapping[str, float]:
        """As given."""
        return self.mover.initial

    def init(self, points: Array, hyper: Hyper) -> State:
        return self.mover.init(points)

    def settled(self, steps: int, hyper: Hyper) -> bool:
        return not self.mover.rule.timed

    def step(self, state: State, points: Array, objective: Objective, hyper: Hyper) -> tuple[State, Array]:
        return self.mover.step(state, points, objective, vars(hyper))

    def __reduce__(self) -> tuple[Any, ...]:
        numbers = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return own_rule, (self.rule, numbers, dict(self.mover.initial), self.display_name)


def own_rule(
    update: str, numbers: Mapping[str, float], initial: Mapping[str, float] | None = None, label: str = LABEL
) -> OwnRule:
    """The optimizer of an update in plain notation, its numbers by name (lr, beta, ...) as hyperparameters.

    initial: where a name that is carried from step to step starts, 0 unless given.
    Raises RuleError, in one line, for a text that cannot be read, a name that cannot be a number's, a number that the
    update never reads, and an initial value of what is not carried.
    """
    for name in numbers:
        check_name(name)
    if len(numbers) > MOST:
        raise RuleError(f"the rule has {len(numbers)} numbers", f"at most {MOST} are read")
    rule = read(update, numbers)
    for name in initial or {}:
        if name not in rule.state:
            carried = ", ".join(rule.state) or "nothing is"
            raise RuleError(f"initial: {name} is not carried from step to step", f"what is: {carried}")
    rows = [(name, float, parameter(float(value), doc="a number of the rule")) for name, value in numbers.items()]
    space = {"rule": update, "display_name": label, "mover": Mover(rule, initial), "__module__": __name__}
    made: OwnRule = make_dataclass("OwnRule", rows, bases=(OwnRule,), namespace=space, frozen=True)()
    return made


def check_name(name: str) -> None:
    """Raises RuleError for a name that no number of a rule can have."""
    if not name.isidentifier() or not name.isascii() or keyword.iskeyword(name):
        raise RuleError(f"{name[:40]!r} cannot be the name of a number", "use letters, digits and _, such as beta_2")
    if name in (WEIGHTS, TIME) or name in FUNCTIONS or hasattr(OwnRule, name):
        raise RuleError(f"a number cannot be named {name}, which has a meaning of its own", "choose another name")
