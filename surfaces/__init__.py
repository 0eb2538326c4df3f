"""Loss surfaces over the plane. Every file of this folder without a leading underscore is one; its name is public."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from registry import Registry
from surfaces._base import CORNER, Domain, Minimum, Surface
from surfaces._text import ExpressionError

__all__ = ["SURFACES", "Domain", "ExpressionError", "Minimum", "Surface", "from_expression"]

SURFACES: Registry[Surface] = Registry("surfaces", Path(__file__).parent, Surface)


def from_expression(text: str, parameters: Mapping[str, float] | None = None,
                    domain: Domain = ((-3.0, 3.0), (-3.0, 3.0)), start: tuple[float, float] | None = None) -> Surface:
    """The surface of a formula in x, y and its own parameters, such as "x**2 + a*abs(y)" with {"a": 0.3}.

    The text is read, never run: see `surfaces/_expression.py`. Raises ExpressionError, whose message is one line, for
    a formula or parameters that cannot be used, and ValueError for a domain without extent or a start outside it.
    """
    from surfaces._expression import read_surface
    return read_surface(text, dict(parameters or {}), domain, CORNER if start is None else start)
