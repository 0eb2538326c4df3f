"""What becomes of films: which files, of which moments, and whether that can be; then the making.

The command line and `Film.save` both go through here, so that neither allows what the other refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from thalweg.cli.inputs import overwritten
from thalweg.cli.targets import files, targets, unsuited
from thalweg.errors import Problem
from thalweg.film.moments import Moment, beyond_run, moments
from thalweg.film.outputs import DATA, FILMS, kind
from thalweg.film.shot import Film


def planned(
    films: Sequence[Film],
    paths: Sequence[Path],
    output: str | None,
    form: str | None,
    at: str | None,
    problems: list[Problem],
) -> tuple[list[list[Path]], list[Moment]]:
    """The files of each film, from `paths`, and the moments of all; `output`, `form` (--format) and `at` as the command
    line has them. What cannot be is added to the problems; films that could not be read are missing.
    """
    places = targets(paths, output, form, problems)
    asked = moments(at, places, problems)
    made = files(paths, places, len(asked), problems) if places else []
    if places and len(films) == len(paths):
        for film, place in zip(films, places, strict=True):
            problems += unsuited(film.shot, place)
            if film.shot.experiment is not None:
                problems += beyond_run(asked, film.shot.experiment.steps, film.shot.name)
        problems += overwritten([film.shot for film in films], made)
    return made, asked


def make(film: Film, rolled: Sequence[Any], files: Sequence[Path], at: Sequence[Moment], **how: Any) -> Iterator[Path]:
    """Makes the files of one film, and yields each when it is whole; `how` a film is drawn: see `render_film`.

    Raises OSError from the disk, MachineError, and OutsideFilm for moments that it lacks.
    """
    if kind(files[0]) in DATA:
        from thalweg.experiment.data import write

        assert film.shot.experiment is not None  # else it was said beforehand
        write(files[0], film.shot.experiment, rolled[0], film.shot.resolved)
        yield files[0]
        return
    from thalweg.stage.render import render_film, render_frames

    if kind(files[0]) in FILMS:
        render_film(film, rolled, files[0], **how)
        yield files[0]
    else:
        yield from render_frames(film, rolled, files, at)
