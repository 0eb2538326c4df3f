"""What Python can do with a film: `load` it, `roll` it, `save` it as whatever the command line makes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.errors import ConfigErrors, Problem, misuse
from thalweg.film import shot
from thalweg.spec import find
from thalweg.spec import load as read

if TYPE_CHECKING:
    from thalweg.engine import Trajectory


class Film:
    """A film that was loaded. `shots` are what it shows; `shot` is the one shot of a film without chapters."""

    def __init__(self, film: shot.Film) -> None:
        self.film = film

    def __repr__(self) -> str:
        return f"<Film {self.shot.name}: {', '.join(each.kind for each in self.shots)}>"

    @property
    def shots(self) -> tuple[shot.Shot, ...]:
        """In their order."""
        return self.film.shots

    @property
    def shot(self) -> shot.Shot:
        """The first one."""
        return self.film.shot

    @cached_property
    def _rolled(self) -> list[list[Trajectory]]:
        return self.film.roll()

    def roll(self) -> list[Trajectory]:
        """One trajectory for each entry of the first shot, every step kept; none where nothing rolls."""
        return self._rolled[0]

    def save(self, path: str | os.PathLike[str], at: str | float | None = None, jobs: int = 0) -> list[Path]:
        """Make `path` as the command line's -o does: a film (.mp4 .webm .mov .gif), a picture (.png) or what stands on
        a frame (.frame.json), each `at` a moment (seconds, "step:40", "last", or several with commas), or the
        trajectories (.csv .npz .json). Returns the files made; missing folders are made, too.

        `jobs` processes draw a film (0: as many as help); a script that says more than 1 where processes are not forked
        needs `if __name__ == "__main__":`. Raises ConfigErrors, a line a problem, for what the film cannot become,
        OSError from the disk, and MachineError where the machine cannot draw.
        """
        from thalweg.cli.plan import make, planned
        from thalweg.cli.targets import suited
        from thalweg.film.clock import OutsideFilm
        from thalweg.film.outputs import DATA, kind
        from thalweg.spec.pace import unpaced
        from thalweg.spec.scene import crowded

        problems: list[Problem] = []
        paths = [self.shot.path]
        files, asked = planned([self.film], paths, os.fspath(path), None, None if at is None else str(at), problems)
        data = bool(files) and kind(files[0][0]) in DATA
        problems += [] if data else [line for each in self.shots for line in crowded(each)]
        if problems:
            raise ConfigErrors(problems)
        film, _ = suited(self.film, files[0][0])
        rolled = self.film.roll(as_data=True) if data else self._rolled
        if not data and (
            problems := [line for each in zip(self.shots, rolled, strict=True) for line in unpaced(*each)]
        ):
            raise ConfigErrors(problems)
        try:
            return list(make(film, rolled, files[0], asked, jobs=jobs))
        except OutsideFilm as error:
            raise ConfigErrors(
                [misuse(f"at {self.shot.name}", *line.rsplit("; ", 1)) for line in error.args]
            ) from error


def load(
    name: str | os.PathLike[str], overrides: str | Iterable[str] = (), video: Mapping[str, Any] | None = None
) -> Film:
    """The film of a YAML file, or of a shipped one by its bare name; `overrides` are KEY=VALUE as for --set, `video`
    holds values of the command line (quality, resolution, fps, transparent).

    Raises ConfigErrors with every problem of the file at once. Nothing is simulated or drawn yet.
    """
    given = [overrides] if isinstance(overrides, str) else overrides
    return Film(read(find(os.fspath(name)), given, video, picture=False))
