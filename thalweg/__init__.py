"""Thalweg: films of optimizers rolling over loss surfaces.

    from thalweg import OPTIMIZERS, SURFACES, load, roll

Importing this package loads nothing else: what is named here comes when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
if not (_HERE / "optimizers").is_dir():  # a clone: the folders of members lie beside this one, see registry.py
    __path__.append(str(_HERE.parent))

_FROM = {
    "thalweg.engine": ("NOISES", "OPTIMIZERS", "SCHEDULES", "Clip", "Optimizer", "Trajectory", "roll"),
    "thalweg.calculus": (
        "SURFACES",
        "ExpressionError",
        "Surface",
        "from_expression",
        "plane_of_path",
        "read_samples",
        "save_samples",
        "surface_of_samples",
    ),
    "thalweg.film": ("SCENES",),
    "thalweg.errors": ("ConfigErrors",),
    "thalweg.api": ("Film", "load"),
    "thalweg.version": ("VERSION",),
}
_PLACES = {name: module for module, names in _FROM.items() for name in names}
__all__ = sorted(_PLACES)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'thalweg' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
