"""The live window: the same scenes as in films, with a clock, a hand on balls and camera, and the YAML under watch.

    session.py  the loop that ties the objects together    keys.py    which key does what
    show.py     what is shown, and how that changes        alarms.py  what is due later
    model.py    the shot as in the file, and what          player.py  the clock
                was changed by hand                        screen.py  the scene, drawn at the window's size
    rounding.py points as a person would write them        camera.py  the user's hand on the camera
    reload.py   watches files                              write_back.py, spans.py  changes into the YAML's text
    acts.py, files.py, pointer.py  what keys, buttons,     paint.py, bar.py, panel.py, notes.py  the controls
                and the mouse do                           film_process.py  renders in a process of its own

All that any of them knows of a scene is stage/drawable.py.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def preview(path: Path, overrides: Sequence[str], video: Mapping[str, Any]) -> None:
    """Show the config at `path` until its window is closed; `overrides` and `video` as `spec.load` takes them.

    Raises MachineError where there is no display or no driver, ConfigErrors and OSError for the file.
    """
    from thalweg.film.shot import Shot
    from thalweg.registry import HERE, home
    from thalweg.spec import ConfigErrors, load
    from thalweg.spec.pace import unpaced
    from thalweg.spec.plugins import words
    from thalweg.stage.window import check_display

    check_display()
    from thalweg.live.session import Session

    def read(data: bytes, more: Sequence[str]) -> Shot:
        shot = load(path, [*overrides, *more], video, data).shot
        if not isinstance(shot.video.pace, str) and (problems := unpaced(shot, shot.roll())):
            raise ConfigErrors(problems)
        return shot

    installed = home("scenes").parent == HERE  # beside an installed package, a render.py is somebody else's
    door = ["-m", "thalweg"] if installed else [str(HERE.parent / "render.py")]
    given = [word for text in overrides for word in ("--set", text)]
    given += [word for key in ("quality", "resolution", "fps") if video[key] for word in (f"--{key}", video[key])]
    Session(path, path.read_bytes(), read, [sys.executable, *door, str(path), *given, *words()]).run()
