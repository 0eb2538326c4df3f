"""The live window: the same scenes as in films, with a clock, a hand on balls and camera, and the YAML under watch.

    session.py  the loop that ties the parts together      keys.py    which key does what
    model.py    the experiment as in the file, and what    player.py  the clock
                was changed by hand                        screen.py  the scene, drawn at the window's size
    hands.py    from pixels to the surface and back        camera.py  the user's hand on the camera
    reload.py   watches files                              write_back.py, spans.py  changes into the YAML's text
    film.py     renders in a process of its own            paint.py, bar.py, panel.py, notes.py  the controls
    acts.py, files.py, pointer.py  what keys, buttons and the mouse do: parts of the session
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path


def preview(path: Path, read: Callable, command: Sequence[str]) -> None:
    """Show the config at `path` until its window is closed.

    `read(data, overrides)` gives the experiment of the file's content; `command` renders its film. Raises MachineError
    where there is no display or no driver, ConfigErrors and OSError for the file.
    """
    from scenes.stage.window import check_display

    check_display()
    data = path.read_bytes()
    read(data, [])
    from scenes.live.session import Session

    Session(path, data, read, command).run()

