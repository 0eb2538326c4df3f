"""From a YAML file to a film: reader, checks, sections, overrides. Importing this package loads nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.errors import ConfigErrors, Problem
from thalweg.spec.find import find

if TYPE_CHECKING:
    from thalweg.film.shot import Film

__all__ = ["ConfigErrors", "Problem", "find", "load"]


def load(
    path: str | Path,
    overrides: Iterable[str] = (),
    video: Mapping[str, Any] | None = None,
    data: bytes | None = None,
    picture: bool = True,
) -> Film:
    """The film a YAML file describes, wholly checked; nothing is simulated or drawn.

    `overrides` are KEY=VALUE as for --set; `video` holds values of the command line (quality, resolution, fps,
    transparent) that win over the file's; `data` stands for the file's content where it was read before. Without
    `picture` more entries may roll than one has room for. Raises ConfigErrors with every problem of the file at once.
    """
    from thalweg.spec.loader import load_config

    return load_config(Path(path), overrides, video or {}, data, picture)
