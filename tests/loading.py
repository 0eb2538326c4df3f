"""Shared by all tests: what a YAML file is read as, at the level that a test is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from thalweg.experiment.experiment import Experiment
from thalweg.film.shot import Shot
from thalweg.spec import load


def shot(
    path: str | Path, overrides: Iterable[str] = (), video: Mapping[str, Any] | None = None, data: bytes | None = None
) -> Shot:
    """The one shot of a film."""
    return load(path, overrides, video, data).shot


def experiment(path: str | Path, overrides: Iterable[str] = (), data: bytes | None = None) -> Experiment:
    """What rolls in it."""
    found = shot(path, overrides, data=data).experiment
    assert found is not None
    return found
