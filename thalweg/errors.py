"""What is wrong with a config, where, and what would be right: one line a problem."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LONGEST = 400  # characters of a path, or of words of the command line, that are repeated


@dataclass(frozen=True)
class Mark:
    """Where a piece of the config was written: a line of the file, or `source`, the words of the command line."""

    line: int
    source: str = ""


@dataclass(frozen=True)
class Problem:
    """One thing to mend. `line` 0 means the file as a whole; with `source` it was written on the command line."""

    file: str
    line: int
    where: str
    what: str
    cure: str
    source: str = ""

    def __str__(self) -> str:
        place = cut(self.source) or (f"{cut(self.file)}:{self.line}" if self.line else cut(self.file))
        where = "" if self.source or not self.where else f"{self.where}: "
        return one_line(f"{place}: {where}{self.what}" + (f"; {self.cure}" if self.cure else ""))


def misuse(source: str, what: str, cure: str) -> Problem:
    """What is wrong with words of the command line."""
    return Problem("", 0, "", what, cure, source)


class ConfigErrors(Exception):
    """All problems of one file, those of the command line first, then ordered by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(dict.fromkeys(problems), key=lambda each: 0 if each.source else each.line)
        super().__init__("\n".join(map(str, self.problems)))


class Report:
    """Collects the problems of one file while it is read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, mark: Mark, where: str, what: str, cure: str = "") -> None:
        self.problems.append(Problem(self.file, mark.line, where, what, cure, mark.source))

    def stop(self) -> None:
        """Raises ConfigErrors when there is any problem."""
        if self.problems:
            raise ConfigErrors(self.problems)


def one_line(text: str) -> str:
    """The text with control characters escaped, so that a hostile file cannot forge lines of output."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def cut(text: str, limit: int = LONGEST) -> str:
    """The text, its middle left out where it is longer than can be read."""
    return text if len(text) <= limit else f"{text[: limit * 3 // 4]} ... {text[-limit // 4 :]}"


def nearest(name: str, names: Iterable[str]) -> str:
    """'did you mean X?' for a near miss, else the names there are."""
    known = list(names)
    close = difflib.get_close_matches(name.lower()[:60], [each.lower() for each in known], n=1, cutoff=0.6)
    for each in known:
        if close and each.lower() == close[0]:
            return f"did you mean {each}?"
    return f"use {listed(known)}" if known else ""


def listed(names: Iterable[str]) -> str:
    """'a', 'a or b', 'a, b or c'."""
    known = list(names)
    return " or ".join(filter(None, [", ".join(known[:-1]), *known[-1:]]))


def show(value: Any, limit: int = 60) -> str:
    """A value as the user would write it in YAML, cut to `limit` characters."""
    if value is None:
        text = "null"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = '"' + value + '"'
    elif isinstance(value, float):
        text = number(value)
    elif isinstance(value, (list, tuple)):
        text = "[" + ", ".join(show(each, 20) for each in value[:6]) + (", ..." if len(value) > 6 else "") + "]"
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key}: {show(each, 20)}" for key, each in list(value.items())[:4]) + "}"
    else:
        text = str(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def brief(path: str) -> str:
    """A path, of which the middle is left out where it is too long to be told."""
    return path if len(path) <= 120 else f"{path[:50]}...{path[-50:]}"


def number(value: float) -> str:
    """A number as short as it reads back: 0.1, 1e-05, 3, .inf."""
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return repr(int(value)) if abs(value) < 1e15 and value == int(value) else repr(float(value))
