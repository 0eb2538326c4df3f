"""What optimizers around another one share: lookahead, sam, cautious, average."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any

from thalweg.engine.base import Array, Hyper, Optimizer, State
from thalweg.engine.rule.own import LABEL, NAME, OwnRule, own_rule
from thalweg.engine.rule.reader import RuleError, read
from thalweg.registry import BrokenMember, parameter

INSIDE = "base."  # in front of the inner optimizer's state names


@dataclass(frozen=True)
class Wrapper(Optimizer):
    """An optimizer that runs another, `optimizer`, with its own lr.

    optimizer: a public name, whose other hyperparameters are its defaults, or a mapping of one name to some of them,
    {"adam": {"betas": [0.8, 0.99]}}; an lr among them becomes the wrapper's. Or a rule as in the YAML, {"rule":
    {"beta": 0.9, "update": "..."}}; one that reads no lr is run as it is.
    """

    optimizer: Annotated[Any, "optimizer"] = parameter("sgd", doc="the one inside: a name or {name: {...}}")
    lr: float = parameter(0.1, low=0, doc="learning rate of the optimizer inside")

    def __post_init__(self) -> None:
        name, given = _read(self.optimizer)
        owner, lr = _taken_lr(name, given)
        if lr is not None:
            if self.lr not in (type(self).lr, lr):
                raise ValueError(
                    f"optimizer: {owner} has lr {lr!r} and {self.name} has lr {self.lr!r}; give one of the two"
                )
            object.__setattr__(self, "lr", lr)
        object.__setattr__(self, "optimizer", {name: given} if given else name)
        super().__post_init__()
        self.inside()

    def inside(self) -> Optimizer:
        """The optimizer inside, with lr as it is here."""
        from thalweg.engine import OPTIMIZERS

        name, given = _read(self.optimizer)
        if name == NAME:
            return _rule(given, self.lr)
        try:
            return OPTIMIZERS[name](**{**given, "lr": self.lr})
        except KeyError:
            near = difflib.get_close_matches(name, OPTIMIZERS, 1)
            cure = f"did you mean {near[0]}?" if near else "use " + ", ".join(OPTIMIZERS)
            raise ValueError(f"optimizer: {name!r} is unknown; {cure}") from None
        except BrokenMember as error:
            raise ValueError(f"optimizer: {error}") from error
        except TypeError:
            known = vars(OPTIMIZERS[name]().hyper())
            odd = next(key for key in given if key not in known)
            raise ValueError(f"optimizer: {name} has no {odd}; it has {', '.join(known)}") from None
        except ValueError as error:
            raise ValueError(f"optimizer: {name}.{error}") from None

    def _inner(self, hyper: Hyper) -> tuple[Optimizer, Hyper]:
        """The optimizer inside and its hyperparameters, with lr as it is in this step."""
        inside = self.inside()
        return inside, SimpleNamespace(**{**vars(inside.hyper()), "lr": hyper.lr})

    def init(self, points: Array, hyper: Hyper) -> State:
        inside, own = self._inner(hyper)
        return outside(inside.init(points, own))


def unused(name: str, text: str) -> str:
    """The name, with as many _ behind it as it takes to be none of the text's: for the lines around an inner rule."""
    while re.search(rf"(?<!\w){name}(?!\w)", text):
        name += "_"
    return name


def inside(state: State) -> State:
    """The inner optimizer's part of a wrapper's state, under its own names."""
    return {name.removeprefix(INSIDE): rows for name, rows in state.items() if name.startswith(INSIDE)}


def outside(state: State) -> State:
    """The inner optimizer's state as part of the wrapper's."""
    return {INSIDE + name: rows for name, rows in state.items()}


def _rule(given: Mapping[str, Any], lr: float) -> OwnRule:
    """The optimizer of a rule as it is written in the YAML, with this lr where it reads one."""
    numbers = {key: value for key, value in given.items() if key not in ("update", "initial", "label")}
    update, label = given.get("update"), given.get("label")
    if not isinstance(update, str):
        raise ValueError("optimizer: the rule has no update; give its lines as text, such as w = w - lr*grad(w)")
    for key, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"optimizer: rule.{key}: {value!r} is wrong; give a number")
    try:
        if "lr" in read(update, {*numbers, "lr"}, all_read=False).numbers:
            numbers["lr"] = lr
        return own_rule(update, numbers, given.get("initial"), label if isinstance(label, str) else LABEL)
    except RuleError as error:
        raise ValueError(f"optimizer: rule: {error}") from None


def _taken_lr(name: str, given: dict[str, Any]) -> tuple[str, Any]:
    """Which optimizer has an lr, this one or one inside it, and the lr, which is taken out; None where none has."""
    if "lr" in given:
        return name, given.pop("lr")
    if not isinstance(given.get("optimizer"), Mapping):
        return name, None
    inner, hyper = _read(given["optimizer"])
    owner, lr = _taken_lr(inner, hyper)
    given["optimizer"] = {inner: hyper} if hyper else inner
    return owner, lr


def _read(given: Any) -> tuple[str, dict[str, Any]]:
    """Name and hyperparameters of an optimizer as it is written."""
    if isinstance(given, str):
        return given, {}
    if isinstance(given, Mapping) and len(given) == 1:
        name, hyper = next(iter(given.items()))
        if isinstance(name, str) and (hyper is None or isinstance(hyper, Mapping)):
            return name, dict(hyper or {})
    raise ValueError(f"optimizer: {given!r} is wrong; give a name or one name with hyperparameters")
