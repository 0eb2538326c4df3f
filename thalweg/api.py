"""What Python can do with a film: `load` it, `roll` it, `save` it as whatever the command line makes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.errors import ConfigErrors, Problem
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
        from thalweg.cli.targets import files, suited, targets, unsuited
        from thalweg.film.moments import beyond_run, moments
        from thalweg.film.outputs import DATA, FILMS, kind

        problems: list[Problem] = []
        places = targets([self.shot.path], os.fspath(path), None, problems)
        if not places:
            raise ConfigErrors(problems)
        place = places[0]
        asked = moments(None if at is None else str(at), places, problems)
        made = files([self.shot.path], places, len(asked), problems)[0]
        problems += unsuited(self.shot, place)
        if self.shot.experiment is not None:
            problems += beyond_run(asked, self.shot.experiment.steps, self.shot.name)
        if problems:
            raise ConfigErrors(problems)
        film, _ = suited(self.film, place)
        if kind(place) in DATA:
            from thalweg.experiment.data import write

            assert self.shot.experiment is not None
            write(place, self.shot.experiment, self.shot.roll(as_data=True), self.shot.resolved)
            return [place]
        from thalweg.stage.render import render_film, render_frames

        if kind(place) in FILMS:
            render_film(film, self._rolled, place, jobs=jobs)
            return [place]
        return list(render_frames(film, self._rolled, made, asked))


def load(name: str | os.PathLike[str], overrides: Iterable[str] = (), video: Mapping[str, Any] | None = None) -> Film:
    """The film of a YAML file, or of a shipped one by its bare name; `overrides` are KEY=VALUE as for --set, `video`
    holds values of the command line (quality, resolution, fps, transparent).

    Raises ConfigErrors with every problem of the file at once. Nothing is simulated or drawn yet.
    """
    return Film(read(find(os.fspath(name)), overrides, video))
