"""docs/surfaces.md, the page of what the surfaces are, made from them: `python -m tools.surfaces_page` writes it."""

from __future__ import annotations

import inspect
import sys
from collections import Counter
from pathlib import Path

from thalweg.calculus import SURFACES, Surface

FILE = Path(__file__).parent.parent / "docs" / "surfaces.md"
MANY = {"saddle": "saddles", "maximum": "maxima", "degenerate": "degenerate points"}
HEAD = """# The surfaces

What `surface: NAME` shows, with the default parameters and over the default domain; `thalweg --list surfaces` says all
parameters, and `--check` the critical points for a film's own. One of your own: [by its formula](yaml.md#surface), or
[a file](../CONTRIBUTING.md#a-surface).

![SGD, Momentum and Adam with their default rates after 300 steps on sixteen of them](surfaces.jpg)

| surface | what it is |
|---|---|
"""


def text() -> str:
    """The whole page."""
    surfaces = [SURFACES[name]() for name in SURFACES]
    rows = [
        f"| [{each.name}](#{each.name}) | {' '.join(_lines(sys.modules[type(each).__module__]))} |" for each in surfaces
    ]
    return HEAD + "\n".join(rows) + "\n\n" + "\n\n".join(map(_section, surfaces)) + "\n"


def _lines(documented: object) -> list[str]:
    return list(filter(None, inspect.cleandoc(documented.__doc__ or "").splitlines()))


def _section(surface: Surface) -> str:
    (x0, x1), (y0, y1) = surface.domain
    lines = [f"## {surface.name}", "", "```text", *_lines(type(surface)), "```", ""]
    lines += [f"- {_critical(surface)}"]
    lines += [f"- x from {x0:g} to {x1:g}, y from {y0:g} to {y1:g}; the start is {_point(surface.start)}"]
    return "\n".join([*lines, f"- {surface.reference}"])


def _critical(surface: Surface) -> str:
    """Minima with their losses, how many other critical points, curves of minima."""
    found = surface.landmarks
    minima = found.minima if len(found.minima) <= 6 else found.minima[:4]
    told = [f"{_point((each.x, each.y))} with loss {_number(each.value)}" for each in minima]
    told += [f"{len(found.minima) - len(minima)} more"] * (len(found.minima) > len(minima))
    parts = [f"minima: {', '.join(told)}"] if told else []
    if found.curves:
        levels = sorted({_number(curve.value) for curve in found.curves}, key=float)
        parts.append(f"curves of minima: {len(found.curves)}, loss {', '.join(levels)}")
    others = Counter(each.kind for each in found.critical_points if each.kind != "minimum")
    parts += [f"{MANY[kind]}: {count}" for kind, count in others.items()]
    return "; ".join(parts)


def _point(point: tuple[float, float]) -> str:
    x, y = (f"{round(each, 4) + 0.0:g}" for each in point)
    return f"({x}, {y})"


def _number(value: float) -> str:
    """Four digits; what is rounding around 0 is 0."""
    return f"{0.0 if abs(value) < 1e-12 else value:.4g}"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
