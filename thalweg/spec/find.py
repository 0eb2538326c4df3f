"""Which file a word on the command line, or CONFIG=word, means."""

from __future__ import annotations

import difflib
import os
from contextlib import suppress
from pathlib import Path

from thalweg.errors import ConfigErrors, Problem, nearest
from thalweg.registry import home

FOLDER = home("configs")
ENDS = (".yaml", ".yml")


def find(name_or_path: str | Path) -> Path:
    """A bare name means configs/NAME.yaml or configs/NAME/NAME.yaml; anything else is a path.

    Raises ConfigErrors, with the nearest file or name there is, when there is no such file.
    """
    text = str(name_or_path)
    bare = bool(text) and not any(mark in text for mark in ("/", os.sep)) and Path(text).suffix.lower() not in ENDS
    if bare:
        for path in (FOLDER / f"{text}.yaml", FOLDER / text / f"{text}.yaml"):
            if os.path.isfile(path):
                return _short(path)
    if text and "\0" not in text and os.path.lexists(text) and not os.path.isdir(text):
        return Path(text)
    near, cure = _nearest(text)
    what = "is a folder" if text and os.path.isdir(text) else "no such config" if bare else "no such file"
    if near and what == "no such config":
        what += "; a bare name means one that comes with Thalweg"
    raise ConfigErrors([Problem(text or '""', 0, "", what, cure)])


def names() -> list[str]:
    """The bare names there are."""
    return sorted(
        {
            path.stem
            for path in [*FOLDER.glob("*.yaml"), *FOLDER.glob("*/*.yaml")]
            if path.parent == FOLDER or path.parent.name == path.stem
        }
    )


def _nearest(text: str) -> tuple[bool, str]:
    """Whether a YAML file lies where the user looked that may be meant, and the cure: that file, or a bare name."""
    beside = _files(os.path.dirname(text) or os.curdir)
    inside = _files(text) if text and os.path.isdir(text) else {}
    name, near = _stem(text).lower(), {**inside, **beside}
    close = [name] if name in near else difflib.get_close_matches(name[:60], [*near, *names()], n=1, cutoff=0.6)
    if close:
        return close[0] in near, f"did you mean {near.get(close[0], close[0])}?"
    if inside:
        return True, f"give a file in it, such as {next(iter(inside.values()))}"
    return False, nearest(name, names()) or "give the path of a YAML file"


def _stem(text: str) -> str:
    name = os.path.basename(os.path.normpath(text)) if text else ""
    return name[: -len(Path(name).suffix)] if Path(name).suffix.lower() in ENDS else name


def _files(folder: str) -> dict[str, str]:
    """Name in lower case -> path of the YAML files in a folder."""
    found: dict[str, str] = {}
    with suppress(OSError, ValueError):
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if Path(name).suffix.lower() in ENDS and os.path.isfile(path):
                found.setdefault(_stem(name).lower(), path)
    return found


def _short(path: Path) -> Path:
    """Relative to where the user stands when that is shorter to read."""
    try:
        here = Path.cwd()
    except OSError:  # it is no longer there
        return path
    return path.relative_to(here) if path.is_relative_to(here) else path
