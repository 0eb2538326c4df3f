"""What became of balls, in words: the same on screen, in the facts table and in reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from thalweg.experiment.outcomes import (
    CIRCLES,
    DIVERGED,
    IN,
    LEFT,
    MOVES,
    NEAR,
    NONE,
    OUTSIDE,
    OVER,
    RESTS,
    Group,
    Outcomes,
)

if TYPE_CHECKING:
    from thalweg.calculus.landmarks import CriticalPoint, Minimum

Say = Callable[[float], str]  # writes a number
WORDS = {
    RESTS: "at rest",
    CIRCLES: "circling",
    MOVES: "still moving",
    OUTSIDE: "outside the domain",
    OVER: "recorded no further",
    LEFT: "left the samples",
    DIVERGED: "diverged",
}
ORDER = (IN, NEAR, *WORDS)  # as they are listed, after minima from deep to shallow
HOW = {IN: "in", NEAR: "near"}
UNDEFINED = "diverged (loss not defined there)"
CREEPS = "still creeping"
MINUS = "−"
ROUNDING = 1e-9  # of the domain's width: a coordinate smaller than this reads 0


class Line(NamedTuple):
    """Groups in words, and how many balls of each entry are in them."""

    words: str
    counts: tuple[int, ...]
    groups: tuple[Group, ...] = ()


def lines(outcomes: Outcomes, say: Say, most: int, report: bool = False) -> list[Line]:
    """All groups that there are, each ball in one of them. Of minima with balls in or near them at most `most` are
    named; where there are more, the last of the lines stands for the others together. `say` writes a loss; a `report`
    tells the place of every minimum, in ASCII.
    """
    counts = [facts.counts() for facts in outcomes.entries]
    groups = sorted(
        {group for each in counts for group in each},
        key=lambda group: (
            ORDER.index(group.outcome),
            group.minimum,
            group.curve == NONE,
            group.curve,
            group.undefined,
        ),
    )
    minima = [group for group in groups if group.minimum != NONE]
    named = minima if len(minima) <= most else minima[: most - 1]
    words = _Words(outcomes, say, report)

    def line(text: str, those: Sequence[Group]) -> Line:
        return Line(text, tuple(sum(each.get(group, 0) for group in those) for each in counts), tuple(those))

    made = [line(words.of(group), [group]) for group in named]
    for how in (IN, NEAR):
        others = [group for group in minima[len(named) :] if group.outcome == how]
        if others:
            known = {group.minimum for group in named}
            new = bool(known) and known.isdisjoint(group.minimum for group in others)
            made.append(line(_others(HOW[how], len(others), new), others))
    alike: dict[str, list[Group]] = {}  # the two branches of a hyperbola read the same
    for group in groups:
        if group.minimum == NONE:
            alike.setdefault(words.of(group), []).append(group)
    if sum(those[0].curve != NONE for those in alike.values()) > most:
        alike = _without_curves(alike)
    return made + [line(text, those) for text, those in alike.items()]


def _without_curves(alike: dict[str, list[Group]]) -> dict[str, list[Group]]:
    """Groups by their words, those on curves of minima together by what became of them."""
    joined: dict[str, list[Group]] = {}
    for text, those in alike.items():
        short = _on_curve(those[0].outcome, "curves of minima") if those[0].curve != NONE else text
        joined.setdefault(short, []).extend(those)
    return joined


def _on_curve(outcome: str, curve: str) -> str:
    """'at rest on a ring of minima'; who moves on along it is there already, and creeps."""
    return f"on {curve}, {CREEPS}" if outcome == MOVES else f"{WORDS[outcome]} on {curve}"


def _others(how: str, count: int, new: bool) -> str:
    """'in one of 7 other minima', where none of them is named already."""
    if count == 1:
        return f"{how} {'another' if new else 'a'} minimum"
    return f"{how} one of {count} {'other ' if new else ''}minima"


def group_words(outcomes: Outcomes, say: Say) -> Callable[[Group], str]:
    """Names groups as `lines` does."""
    return _Words(outcomes, say, False).of


class _Words:
    """Names minima so that no two have the same name: by depth and loss, and by place where these read the same."""

    def __init__(self, outcomes: Outcomes, say: Say, report: bool) -> None:
        landmarks = outcomes.landmarks
        self.landmarks, self.widths, self.say, self.report = landmarks, outcomes.widths, say, report
        minima = landmarks.minima
        self.losses = [say(each.value) for each in minima]
        self.alike = Counter(self.losses)
        self.deepest = sum(same(each, minima[0]) for each in minima)
        self.digits = next(
            (
                digits
                for digits in range(3 + report, 16)
                if len({self._place(each, digits) for each in minima}) == len(minima)
            ),
            16,
        )

    def of(self, group: Group) -> str:
        if group.minimum != NONE:
            return f"{HOW[group.outcome]} {self._minimum(group.minimum, group.outcome == NEAR)}"
        if group.curve != NONE:
            curve = self.landmarks.curves[group.curve]
            loss = self.say(curve.value)
            name = f"a {'ring' if curve.closed else 'curve'} of minima"
            if group.outcome == MOVES:
                return _on_curve(MOVES, f"{name}, loss {loss}" if loss else name)
            words = _on_curve(group.outcome, name)
            return f"{words}, loss {loss}" if loss else words
        return UNDEFINED if group.undefined else WORDS[group.outcome]

    def _minimum(self, index: int, near: bool) -> str:
        """The loss of a minimum that a ball is only `near` is not the ball's: 'the minimum of loss 0'."""
        minima, found = self.landmarks.minima, "" if self.landmarks.complete else " found"
        loss = self.losses[index]
        place = f" at {self._place(minima[index], self.digits)}" if self.report or self.alike[loss] > 1 else ""
        alone = len(minima) == 1 or self.deepest == len(minima)  # no depth to speak of
        if alone:
            name = "a minimum" if found else "the minimum"
        elif same(minima[index], minima[0]):
            name = f"the deepest minimum{found}"
        else:
            name = "the shallower minimum" if len(minima) == self.deepest + 1 and not found else "a shallower minimum"
        of = (", of" if name.endswith(found or " ") else " of") if near else ","
        return f"{name}{place}{of} loss {loss}" if loss else f"{name}{place}"

    def _place(self, minimum: Minimum, digits: int) -> str:
        return place(minimum, self.widths, digits, "-" if self.report else MINUS)


def place(point: Minimum | CriticalPoint, widths: tuple[float, float], digits: int = 4, minus: str = MINUS) -> str:
    """'(3, −1.2)'; what is 0 but for rounding beside the `widths` of the domain along x and y reads 0."""
    cleaned = [at if abs(at) >= ROUNDING * width else 0.0 for at, width in zip((point.x, point.y), widths, strict=True)]
    return f"({cleaned[0]:.{digits}g}, {cleaned[1]:.{digits}g})".replace("-", minus)


def same(one: Minimum, other: Minimum) -> bool:
    """Whether two minima are equally deep, but for rounding."""
    return abs(one.value - other.value) <= 1e-9 * max(1.0, abs(other.value))


def one_start(starts: Sequence[npt.NDArray[np.float64]]) -> bool:
    """Whether all balls of all entries, (balls, 2) each, start at one point; a ball alone has nobody to share it."""
    points = {tuple(point) for each in starts for point in each.tolist()}
    return len(points) == 1 and sum(map(len, starts)) > 1
