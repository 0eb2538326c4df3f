"""Which kind of output a path names."""

from __future__ import annotations

import os
from pathlib import Path

FILMS, STILLS, FRAMES, DATA = (".mp4", ".webm", ".mov", ".gif"), (".png",), (".frame.json",), (".csv", ".npz", ".json")
KINDS = (*FILMS, *STILLS, *DATA, *FRAMES)
GIF_FASTEST = 50  # frames a second
MOMENTARY = (*STILLS, *FRAMES)  # of one moment of the film


def kind(path: str | os.PathLike[str]) -> str:
    """One of KINDS, by how the path ends in whatever case, else what Path calls its suffix: '' for none.

    A name that is nothing but an ending (.csv) is of that kind, too.
    """
    name = Path(path).name.lower()
    found = [each for each in KINDS if name.endswith(each)]
    return max(found, key=len) if found else Path(name).suffix


def numbered(path: Path, count: int) -> list[Path]:
    """The files of `count` moments: the path itself for one, NAME_1.png, NAME_2.png and so on for several."""
    if count <= 1:
        return [path]
    cut = len(path.name) - len(kind(path))
    return [path.with_name(f"{path.name[:cut]}_{number}{path.name[cut:]}") for number in range(1, count + 1)]


def gif_rate(fps: float) -> int:
    """The nearest rate a gif can have: its frames last whole hundredths of a second, two at least."""
    rates = [rate for rate in range(1, GIF_FASTEST + 1) if 100 % rate == 0]
    return min(rates, key=lambda rate: (abs(rate - fps), -rate))
