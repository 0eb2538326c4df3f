"""When something happens to a ball: the steps at which it reaches a minimum, leaves, diverges, overtakes, crosses.

Everything is read from the trajectories and the surface; nothing is simulated or drawn. Each function takes the
trajectory of one entry and answers for all its balls at once: steps (balls,), NaN for those to which it never happens.
A step has a fraction where what happens lies between two iterates, which a ball passes on a straight line in x and y
(as it is drawn): step 7.25 is a quarter of the way from iterate 7 to iterate 8. `find` answers the `when:` of a file.

Where not every step was recorded (`record:`), moments lie between two rows that are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from thalweg.errors import number
from thalweg.experiment.outcomes import DIVERGED, EDGE, of_paths
from thalweg.registry import parameter

if TYPE_CHECKING:
    from thalweg.calculus import Surface
    from thalweg.engine import Trajectory

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
EVENTS = ("reaches_minimum", "leaves", "diverges", "overtakes", "crosses")
AWAY = 0.05  # of the domain's diagonal: a ball nearer than this to a saddle has not left it
LOOKS, PARTS = 4096, 16  # points of all balls, and on the way between two rows, from which the flow is followed at once
ANYWHERE = 2.0  # of the diagonal: however far the minimum that the flow ends in


class Event(NamedTuple):
    """Something that happens: to a `ball` of the entry with this `label`, at a step, with a fraction."""

    label: str
    ball: int
    step: float


class NeverHappens(Exception):
    """An event that does not happen; in one line, 'Adam reaches no minimum in 300 steps'."""


@dataclass(frozen=True)
class When:
    """What a file may say after `when:`: a `step`, or an event of the first ball of an entry, or of `ball`.

    `whom` is overtaken; `x` or `y` is crossed; `what` is left: the domain, the saddle that the ball came nearest to, or
    the basin that it starts in.
    """

    step: float | None = parameter(None, low=0, high=1e6, doc="of the film")
    label: str | None = parameter(None, doc="of an entry, to which something happens")
    event: Literal["reaches_minimum", "leaves", "diverges", "overtakes", "crosses"] | None = parameter(None)
    ball: int = parameter(0, low=0, high=1_000_000, doc="which ball of the entry")
    whom: str | None = parameter(None, doc="the label of the entry that is overtaken, in loss, the first time")
    what: Literal["domain", "saddle", "basin"] = parameter("domain", doc="what is left")
    x: float | None = parameter(None, doc="that is crossed")
    y: float | None = parameter(None, doc="that is crossed")


def find(
    when: When, labels: Sequence[str], paths: Sequence[Trajectory], surface: Surface, tolerance: float = 0.02
) -> Event:
    """The event that `when` asks for, of entries with these labels and their trajectories.

    `tolerance`: how near a minimum a ball has arrived, as a share of the domain's diagonal (see `outcomes`). The labels
    and balls that are asked for must exist. Raises NeverHappens.
    """
    steps = int(max(path.steps[-1] for path in paths))
    if when.step is not None:
        if when.step > steps:
            raise NeverHappens(f"step {number(when.step)} is past the last, {steps}")
        return Event("", 0, float(when.step))
    assert when.label is not None and when.event is not None
    path = paths[labels.index(when.label)]
    whom = paths[labels.index(when.whom)] if when.whom is not None else None
    step = float(_steps(when, path, whom, surface, tolerance)[when.ball])
    if np.isnan(step):
        who = when.label if when.ball == 0 else f"ball {when.ball} of {when.label}"
        raise NeverHappens(f"{who} {_never(when)} in {steps} steps")
    return Event(when.label, when.ball, step)


def _steps(when: When, path: Trajectory, whom: Trajectory | None, surface: Surface, tolerance: float) -> Array:
    if when.event == "reaches_minimum":
        return reaches_minimum(path, surface, tolerance)
    if when.event == "diverges":
        return diverges(path)
    if when.event == "overtakes":
        assert whom is not None
        return overtakes(path, whom)
    if when.event == "crosses":
        return crosses(path, when.x, when.y)
    return {"domain": leaves_domain, "saddle": leaves_saddle, "basin": leaves_basin}[when.what](path, surface)


def _never(when: When) -> str:
    """What a ball does not do, in words that follow its name."""
    axis, value = ("y", when.y) if when.x is None else ("x", when.x)
    return {
        "reaches_minimum": "reaches no minimum",
        "leaves": f"does not leave {'its' if when.what == 'basin' else 'the'} {when.what}",
        "diverges": "does not diverge",
        "overtakes": f"does not overtake {when.whom}",
        "crosses": f"does not cross {axis} = {number(float(value or 0.0))}",
    }[str(when.event)]


# --- the events


def reaches_minimum(path: Trajectory, surface: Surface, tolerance: float = 0.02) -> Array:
    """(balls,) the first step from which on a ball stays in a minimum, as `outcomes` means it: whole steps."""
    steps = of_paths(surface, [path], tolerance).entries[0].steps
    return np.where(steps >= 0, steps, np.nan)


def diverges(path: Trajectory) -> Array:
    """(balls,) the step after which something is not finite: whole steps."""
    return np.where(path.status == DIVERGED, path.last, np.nan)


def leaves_domain(path: Trajectory, surface: Surface) -> Array:
    """(balls,) when a ball first passes the edge of the domain; a run may come back later."""
    low, high = np.array(surface.domain).T
    edge = EDGE * (high - low)
    positions = _known(path)
    with np.errstate(all="ignore"):
        out = ~((positions >= low - edge) & (positions <= high + edge)).all(axis=-1) & _alive(path)
        row, found = out.argmax(axis=1), out.any(axis=1) & ~out[:, 0]
        before, after = (_row(positions, np.maximum(row - back, 0)) for back in (1, 0))
        rim = np.where(after > before, high, low)
        shares = np.where((after < low) | (after > high), (rim - before) / (after - before), np.inf)
    return np.where(found, _between(path, row, shares.min(axis=-1)), np.nan)


def leaves_saddle(path: Trajectory, surface: Surface) -> Array:
    """(balls,) when a ball is first lower than the saddle that its path comes nearest to, and away from it.

    Away is 5 % of the domain's diagonal. Lower than a saddle no plain descent comes back to it; a ball that creeps
    along the ridge towards it is higher. A ball that starts lower and away has nothing to leave.
    """
    (x0, x1), (y0, y1) = surface.domain
    reach, positions, alive = AWAY * float(np.hypot(x1 - x0, y1 - y0)), _known(path), _alive(path)
    nearest, away, level = np.full(len(positions), np.inf), np.zeros(alive.shape), np.full(len(positions), np.nan)
    for x, y, value in _saddles(surface):
        distance = np.where(alive, np.hypot(positions[..., 0] - x, positions[..., 1] - y), np.nan)
        least = np.nanmin(distance, axis=1)
        closer = least < nearest
        nearest[closer], away[closer], level[closer] = least[closer], distance[closer], value
    with np.errstate(all="ignore"):
        lower = np.where(alive, level[:, None] - surface.value(positions), np.nan)
    return _rises(path, lower, away - reach)


def leaves_basin(path: Trajectory, surface: Surface) -> Array:
    """(balls,) when a ball crosses a ridge: plain descent from where it is first ends in another minimum than descent
    from its start. To a sixteenth of the way between two rows.

    Of long runs and swarms rows are skipped, then the gap in which it changes is looked at more closely: who is
    elsewhere for a shorter time than a gap may be seen to leave later.
    """
    minima, steps = surface.minima, np.asarray(path.steps, dtype=np.float64)
    home, count = surface.reached(path.positions[:, 0], ANYWHERE, minima), max(LOOKS // len(path.last), 3)
    low, high, left = np.zeros(len(home)), path.ends.astype(np.float64), np.full(len(home), np.nan)

    def elsewhere(balls: Any, at: Array) -> Any:
        """Whether the flow from fractional rows (balls, n) of some balls ends elsewhere."""
        ends = surface.reached(_at_rows(path, balls, at).reshape(-1, 2), ANYWHERE, minima).reshape(at.shape)
        return (ends >= 0) & (ends != home[balls, None])

    balls = np.flatnonzero((home >= 0) & (len(minima) > 1))
    while len(balls):  # at low a ball is at home
        at = low[balls, None] + np.linspace(0, 1, min(count, len(steps))) * (high - low)[balls, None]
        gone = elsewhere(balls, at := np.floor(at + 1e-9))
        going, first = gone.any(axis=1), gone.argmax(axis=1)
        balls, at, first = balls[going], at[going], first[going]
        low[balls], high[balls] = _row(at, first - 1), _row(at, first)
        near = balls[(high - low)[balls] <= 1]
        if len(near):
            within = low[near, None] + np.arange(PARTS + 1) / PARTS
            left[near] = _row(within, np.maximum(elsewhere(near, within).argmax(axis=1), 1))
        balls = balls[(high - low)[balls] > 1]
    found: Array = np.interp(left, np.arange(len(steps)), steps)
    return found


def overtakes(path: Trajectory, whom: Trajectory) -> Array:
    """(balls,) when a ball's loss first falls below that of the same ball of another entry, after it had been higher.

    Where the other entry has one ball alone, it is that one. Who starts level and is lower at once has overtaken
    nobody. A run that diverged is behind everybody; one that left its samples stays where it was known last.
    Both trajectories must have the same rows.
    """
    balls, theirs = len(path.last), _held_loss(whom)
    other = np.full((balls, theirs.shape[1]), np.nan)
    other[: len(theirs)] = theirs[:balls]
    if len(theirs) == 1:
        other[:] = theirs
    with np.errstate(all="ignore"):
        lead = other - _held_loss(path)
    return _rises(path, np.where(_alive(path), lead, np.nan))


def crosses(path: Trajectory, x: float | None = None, y: float | None = None) -> Array:
    """(balls,) when a ball first comes to the other side of x, or of y: one of the two is given.

    A ball that starts on the line has to leave it before it can cross it.
    """
    axis, value = (1, y) if x is None else (0, x)
    beside = np.where(_alive(path), _known(path)[..., axis] - float(value or 0.0), np.nan)
    sides = np.sign(np.nan_to_num(beside))
    first = _row(sides, (sides != 0).argmax(axis=1))
    return _rises(path, -beside * first[:, None])


# --- what they are made of


def _saddles(surface: Surface) -> Array:
    """x, y and loss of the saddles, (n, 3)."""
    return np.reshape([each[:3] for each in surface.critical_points if each.kind == "saddle"], (-1, 3))


def _alive(path: Trajectory) -> Mask:
    """(balls, rows) whether a row is one of the run: not past its end."""
    return np.arange(path.positions.shape[1]) <= path.ends[:, None]


def _known(path: Trajectory) -> Array:
    """Positions (balls, rows, 2); what is not finite is far away on the side it went to, NaN stays where it was."""
    positions = np.clip(path.positions, -1e300, 1e300)
    if np.isnan(positions).any():
        rows = np.where(np.isnan(positions).any(axis=-1), 0, np.arange(positions.shape[1]))
        held = np.maximum.accumulate(rows, axis=1)
        positions = np.take_along_axis(positions, held[..., None], axis=1)
    return positions


def _held_loss(path: Trajectory) -> Array:
    """Loss (balls, rows): after a run's end its last one, inf once it is not finite."""
    rows = np.minimum(np.arange(path.loss.shape[1]), path.ends[:, None])
    held = np.take_along_axis(path.loss, rows, axis=1)
    lost = (path.status == DIVERGED)[:, None] & (rows == path.ends[:, None])
    return np.where(np.isnan(held) | lost, np.inf, held)


def _at_rows(path: Trajectory, balls: Any, at: Array) -> Array:
    """Where some balls are at fractional rows (balls, n), on straight lines between them: (balls, n, 2)."""
    positions, row = _known(path), at.astype(int)
    share, then = (at - row)[..., None], np.minimum(row + 1, path.ends[balls, None])
    points: Array = positions[balls[:, None], row] * (1 - share) + positions[balls[:, None], then] * share
    return points


def _row(values: Array, rows: npt.NDArray[np.int_]) -> Array:
    return values[np.arange(len(values)), rows]


def _between(path: Trajectory, row: npt.NDArray[np.int_], share: Array) -> Array:
    """Steps (balls,) a share of the way from the row before to a row; shares that are not known count as all of it."""
    steps = np.asarray(path.steps, dtype=np.float64)
    before = steps[np.maximum(row - 1, 0)]
    return before + np.clip(np.nan_to_num(share, nan=1.0), 0.0, 1.0) * (steps[row] - before)


def _rises(path: Trajectory, *levels: Array) -> Array:
    """(balls,) when all levels (balls, rows) are first positive, after one of them had been negative; between two rows
    they are straight lines. NaN: not known, or the run is over.
    """
    with np.errstate(all="ignore"):
        been = np.logical_or.accumulate(np.any([level < 0 for level in levels], axis=0), axis=1)
        over = been & np.all([level > 0 for level in levels], axis=0)
        row = over.argmax(axis=1)
        shares = []
        for level in levels:
            before, after = _row(level, np.maximum(row - 1, 0)), _row(level, row)
            share = np.where(before < 0, before / (before - after), 0.0)
            shares.append(np.where(np.isinf(before) | np.isinf(after), 1.0, share))
    return np.where(over.any(axis=1), _between(path, row, np.max(shares, axis=0)), np.nan)
