"""The moments of --at: seconds, step:40, last, or several with commas."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from thalweg.errors import Problem, listed, misuse, show
from thalweg.film.outputs import MOMENTARY, kind

DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE)
STEP = re.compile(r"step:0*(\d{1,15})", re.ASCII)
MOST = 10_000  # pictures of one command
FORMS = "seconds (4.5), step:40 or last, several with commas"


@dataclass(frozen=True)
class Moment:
    """A moment, written as `text`: at `seconds`, or the first frame at or past `step`; with neither the last frame."""

    text: str
    seconds: float | None = None
    step: int | None = None


LAST = Moment("last")


def moments(at: str | None, places: Sequence[Path], problems: list[Problem]) -> list[Moment]:
    """The moments of --at in the order given, the last frame without it; only pictures and .frame.json take them."""
    if at is None:
        return [LAST]
    words = [word.strip() for word in at.split(",")]
    source = f"--at {show(at, 80)[1:-1]}"
    if len(words) > MOST:
        problems.append(misuse(source, f"has {len(words):,} moments", f"give {MOST:,} at most"))
        return []
    found = [_moment(word) for word in words]
    for word, read in zip(words, found, strict=True):
        if isinstance(read, str):
            problems.append(misuse(source if len(words) == 1 else f"{source}: {show(word)}", read, f"give {FORMS}"))
    if all(isinstance(read, Moment) for read in found) and any(kind(place) not in MOMENTARY for place in places):
        problems.append(misuse(source, f"is for {listed(MOMENTARY)} only", "add -o NAME.png, or --format png"))
    return [read for read in found if isinstance(read, Moment)]


def _moment(word: str) -> Moment | str:
    """The moment that a word means, or what is wrong with it."""
    if word == "last":
        return LAST
    if found := STEP.fullmatch(word):
        return Moment(word, step=int(found[1]))
    if word.startswith("cue:"):
        return "asks for a cue, and films have none yet"
    if DECIMAL.fullmatch(word) and math.isfinite(float(word)) and not word.startswith("-"):
        return Moment(word, seconds=float(word))
    return "is not a moment of the film"


def beyond_run(asked: Sequence[Moment], steps: int, name: str) -> list[Problem]:
    """The steps that a run of so many steps does not have."""
    return [
        misuse(f"--at {each.text}", f"{name} has {steps} steps", f"choose from step:0 to step:{steps}")
        for each in asked
        if each.step is not None and each.step > steps
    ]
