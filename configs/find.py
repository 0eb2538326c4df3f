"""Which file a word on the command line, or CONFIG=word, means."""
from __future__ import annotations

import os
from pathlib import Path

from configs.errors import ConfigErrors, Problem, nearest

FOLDER = Path(__file__).resolve().parent


def find(name_or_path: str | Path) -> Path:
    """A bare name means configs/NAME.yaml or configs/NAME/NAME.yaml; anything else is a path.

    Raises ConfigErrors, with the nearest name there is, when there is no such file.
    """
    text = str(name_or_path)
    bare = bool(text) and not any(mark in text for mark in ("/", os.sep)) and Path(text).suffix not in (".yaml", ".yml")
    if bare:
        for path in (FOLDER / f"{text}.yaml", FOLDER / text / f"{text}.yaml"):
            if _is_file(path):
                return _short(path)
    if text and "\0" not in text and os.path.lexists(text):
        return Path(text)
    if bare and (here := _here(text)):
        shown = f".{os.sep}{here}"
        raise ConfigErrors([Problem(text, 0, "", "no such config; a bare name means one that comes with Thalweg",
                                    f"give {shown}")])
    raise ConfigErrors([Problem(text or '""', 0, "", "no such config" if bare else "no such file", _nearest(text))])


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):     # a name too long to be one
        return False


def _here(name: str) -> str | None:
    """The file of the current folder that a bare name may mean, in whatever case."""
    try:
        there = sorted(os.listdir())
    except OSError:
        return None
    wanted = [name.lower() + ending for ending in (".yaml", ".yml")]
    found = [each for each in there if each.lower() in wanted and _is_file(Path(each))]
    exact = [each for each in found if each in (f"{name}.yaml", f"{name}.yml")]
    return next(iter([*exact, *found]), None)


def names() -> list[str]:
    """The bare names there are."""
    return sorted({path.stem for path in [*FOLDER.glob("*.yaml"), *FOLDER.glob("*/*.yaml")]
                   if path.parent == FOLDER or path.parent.name == path.stem})


def _nearest(text: str) -> str:
    return nearest(Path(text).stem, names()) if names() else "give the path of a YAML file"


def _short(path: Path) -> Path:
    """Relative to where the user stands when that is shorter to read."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
