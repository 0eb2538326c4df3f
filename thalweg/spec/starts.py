"""Where the balls start: a point, a list of points, the cell centres of a grid, or random points of a seed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from thalweg.errors import Mark, Report, nearest, number, show
from thalweg.film.sections import Pair
from thalweg.registry import parameter
from thalweg.spec.schema import checked, join
from thalweg.tree import Node

Array: TypeAlias = npt.NDArray[np.float64]
Domain: TypeAlias = tuple[Pair, Pair]
GRID = 201  # nodes a side, on which a better start is looked for
ROUNDING = 1e-6  # of the domain's width: what lies less outside is on the edge
FORMS = "write [x, y], a list of such points, {grid: [8, 8]} or {random: 50}"


@dataclass(frozen=True)
class Box:
    """A rectangle as written; a side left out is the surface's."""

    x: Pair | None = parameter(None, low=-1e9, high=1e9)
    y: Pair | None = parameter(None, low=-1e9, high=1e9)

    def within(self, domain: Domain) -> Domain:
        return (self.x or domain[0], self.y or domain[1])


@dataclass(frozen=True)
class Grid:
    grid: tuple[int, int] = parameter((8, 8), low=1, high=10_000, doc="columns and rows; starts are the cells' centres")


@dataclass(frozen=True)
class Random:
    random: int = parameter(50, low=1, high=10_000_000, doc="how many, uniform")
    seed: int | None = parameter(None, low=0, high=2**32 - 1, doc="the file's seed unless given")


@dataclass(frozen=True)
class Start:
    """`points` (with their `marks` and `places`), `grid` or `random`; `mark` and `where` are those of the whole."""

    mark: Mark
    where: str
    points: tuple[Pair, ...] = ()
    marks: tuple[Mark, ...] = ()
    places: tuple[str, ...] = ()
    grid: tuple[int, int] | None = None
    random: Random | None = None
    box: Box = Box()

    @property
    def balls(self) -> int:
        return self.random.random if self.random else self.grid[0] * self.grid[1] if self.grid else len(self.points)

    @property
    def label(self) -> str:
        """What tells entries apart that differ only in their start."""
        if self.random:
            return f"{self.random.random} random starts" + (
                f" (seed {self.random.seed})" if self.random.seed is not None else ""
            )
        if self.grid:
            return f"from a {self.grid[0]}x{self.grid[1]} grid"
        points = ", ".join(f"({number(x)}, {number(y)})" for x, y in self.points[:2])
        return f"from {points}" + (", ..." if len(self.points) > 2 else "")

    def positions(self, domain: Domain, seed: int) -> Array:
        """(balls, 2); a grid's balls go column by column from the lower left, y fastest. What rounding alone keeps
        outside the domain is on its edge.
        """
        if self.points:
            return on_edge(np.array(self.points, dtype=np.float64), domain)
        (x0, x1), (y0, y1) = on_edge(np.array(self.box.within(domain)).T, domain).T.tolist()
        if self.grid:
            columns, rows = self.grid
            x, y = np.meshgrid(
                x0 + (np.arange(columns) + 0.5) * ((x1 - x0) / columns),
                y0 + (np.arange(rows) + 0.5) * ((y1 - y0) / rows),
                indexing="ij",
            )
            return np.stack([x.ravel(), y.ravel()], axis=1)
        assert self.random is not None
        drawn = np.random.default_rng(seed if self.random.seed is None else self.random.seed)
        return drawn.uniform((x0, y0), (x1, y1), (self.random.random, 2))


def read_start(node: Node, where: str, mark: Mark, report: Report) -> Start | None:
    """The start a node describes, in any of its forms; None, with problems reported, when it describes none."""
    before = len(report.problems)
    start = Start(mark, where)
    if node.entries is not None:
        start = _generated(node, start, report)
    elif node.items is None:
        report.add(mark, where, "is empty" if node.is_null else f"{show(node.plain)} is not a start", FORMS)
    elif not node.items:
        report.add(mark, where, "the list is empty", FORMS)
    elif all(each.is_scalar for each in node.items):
        start = _points(start, [(node, mark, where)], report)
    else:
        start = _points(start, [(each, each.mark, join(where, index)) for index, each in enumerate(node.items)], report)
    return start if start.points or len(report.problems) == before else None


def _points(start: Start, found: list[tuple[Node, Mark, str]], report: Report) -> Start:
    """The start with the points that are right; the others are reported."""
    points: list[tuple[Pair, Mark, str]] = []
    for node, mark, where in found:
        values: tuple[Any, ...] = node.plain if node.items is not None else ()
        if len(values) != 2 or not all(type(value) in (int, float) for value in values):  # bool is no number here
            report.add(mark, where, f"{show(node.plain)} is not a point", "write two numbers: [x, y]")
        elif not all(map(math.isfinite, values)):
            report.add(mark, where, f"{show(node.plain)} is not finite", "write two finite numbers: [x, y]")
        else:
            points.append(((float(values[0]), float(values[1])), mark, where))
    if not points:
        return start
    numbers, marks, places = zip(*points, strict=True)
    return replace(start, points=numbers, marks=marks, places=places)


def _generated(node: Node, start: Start, report: Report) -> Start:
    forms: dict[str, Any] = {"grid": Grid, "random": Random}
    named = [key for key in forms if node.has(key)]
    if len(named) != 1:
        typed = next((key for key in (node.entries or {}) if key not in ("box", "seed")), "")
        close = nearest(typed, forms)
        report.add(
            node.keys.get(typed, start.mark) if not named else start.mark,
            start.where,
            "grid and random exclude each other" if named else "has neither grid nor random",
            close if close.startswith("did") and not named else FORMS,
        )
        return start
    made, bad = checked(forms[named[0]], node, start.where, report, also=("box",))
    box = read_box(node, "box", join(start.where, "box"), report)
    if made is None or bad or box is None:
        return start
    return replace(start, grid=made.grid, box=box) if isinstance(made, Grid) else replace(start, random=made, box=box)


def read_box(parent: Node, key: str, where: str, report: Report) -> Box | None:
    """The rectangle under `key`, empty when there is none; None, with problems reported, when it is wrong."""
    if not parent.has(key):
        return Box()
    node = parent.child(key)
    if node.items is not None:
        report.add(parent.mark_of(key), where, f"{show(node.plain)} is not a mapping", "write {x: [-3, 3], y: [-3, 3]}")
        return None
    box, bad = checked(Box, node, where, report)
    for side in ("x", "y"):
        low, high = (box and getattr(box, side)) or (0, 1)
        if high - low < max(1e-6, 1e-9 * abs(low)):
            what, cure = ("is empty", "write the lower end first") if high <= low else ("is too narrow", "widen it")
            report.add(node.mark_of(side), join(where, side), f"[{number(low)}, {number(high)}] {what}", cure)
            bad.add(side)
    return None if bad else box


def on_edge(points: Array, domain: Domain) -> Array:
    """Points (..., 2), those that lie outside the domain by at most ROUNDING of its width moved onto its edge."""
    low, high = np.array(domain, dtype=np.float64).T
    edge = np.clip(points, low, high)
    return np.where(np.abs(points - edge) <= ROUNDING * (high - low), edge, points)


def check_positions(start: Start, surface: Any, positions: Array, report: Report) -> None:
    """Reports starts outside the surface's domain and those where its value or gradient is not finite."""
    (x0, x1), (y0, y1) = surface.domain
    inside: Any = np.all((positions >= (x0, y0)) & (positions <= (x1, y1)), axis=1)
    with np.errstate(all="ignore"):
        finite = np.isfinite(surface.value(positions)) & np.isfinite(surface.gradient(positions)).all(axis=-1)
    wrong = np.flatnonzero(~(inside & finite))
    nodes = _finite_points(surface) if (inside & ~finite).any() else np.empty((0, 2))
    if (inside & ~finite).any() and not len(nodes):
        what = f"the surface and its gradient are finite nowhere on a {GRID}x{GRID} grid over the domain"
        report.add(start.mark, start.where, what, "mend the formula, or choose another domain")
        return
    limits = f"x from {number(x0)} to {number(x1)}, y from {number(y0)} to {number(y1)}"
    for index in wrong[:100] if start.points else wrong[:1]:
        x, y = (number(value) for value in positions[index].tolist())
        mark = start.marks[index] if start.points else start.mark
        where = start.places[index] if start.points else start.where
        if not inside[index]:
            report.add(mark, where, f"[{x}, {y}] lies outside the domain", f"use {limits}")
        else:
            report.add(
                mark,
                where,
                f"the surface or its gradient is not finite at [{x}, {y}]",
                f"start elsewhere, for example at {_nearest_finite(surface, nodes, positions[index])}",
            )


def _finite_points(surface: Any) -> Array:
    """(n, 2) nodes of a grid inside the domain where the surface and its gradient are finite."""
    axes = [np.linspace(low, high, GRID) for low, high in surface.domain]
    nodes = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    with np.errstate(all="ignore"):
        finite = np.isfinite(surface.value(nodes)) & np.isfinite(surface.gradient(nodes)).all(axis=-1)
    found: Array = nodes[finite]
    return found


def _nearest_finite(surface: Any, nodes: Array, point: Array) -> str:
    low, high = np.array(surface.domain).T
    near = nodes[np.argmin(np.hypot(*((nodes - point) / (high - low)).T))]
    for digits in range(3, 17):  # as short as it is still such a point
        x, y = (float(f"{value:.{digits}g}") for value in near)
        at = np.array([[x, y]])
        with np.errstate(all="ignore"):
            fine = np.isfinite(surface.value(at)).all() and np.isfinite(surface.gradient(at)).all()
        if fine and (low <= at).all() and (at <= high).all():
            break
    return f"[{number(x)}, {number(y)}]"
