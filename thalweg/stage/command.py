"""What a scene does under manimgl's own command: it finds its shot by CONFIG and brings its own file writer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from thalweg.stage import boot

boot.ensure()

from manimlib.config import manim_config, parse_cli  # noqa: E402

from thalweg.film.shot import Film  # noqa: E402
from thalweg.stage.errors import leave  # noqa: E402


def writer_for(config: Mapping[str, Any]) -> type[Any]:
    """Our writer where manimgl's command asked for a file, else a writer that writes nothing."""
    merged = {**manim_config.file_writer, **config}
    if merged.get("write_to_movie") or merged.get("save_last_frame"):
        from thalweg.stage.manimgl_writer import CommandWriter

        return CommandWriter
    return NoWriter


class NoWriter(SimpleNamespace):
    """Stands where manimgl keeps its file writer when render.py takes the frames itself."""

    def __init__(self, scene: Any, **config: Any) -> None:
        super().__init__(scene=scene, ended_with_interrupt=False)

    def has_progress_display(self) -> bool:
        return False

    def begin(self) -> None: ...

    def begin_animation(self) -> None: ...

    def end_animation(self) -> None: ...

    def write_frame(self, camera: Any) -> None: ...

    def finish(self) -> None: ...

    def abandon(self) -> None: ...


def film_from_environment(kind: str, scene_class: type[Any], base: type[Any]) -> Film:
    """The film named by CONFIG, for manimgl's own command, whose -r, --fps, -t win over the YAML's.

    `scene_class` is that of the `kind` that was asked for, `base` that of all. Ends with exit code 2 and one line a
    problem when CONFIG is missing, has errors, or is of another kind.
    """
    from thalweg.errors import ConfigErrors
    from thalweg.film import SCENES
    from thalweg.spec import find, load

    name = os.environ.get("CONFIG")
    if not name:
        leave(f"set CONFIG to the film: CONFIG=boss_fight manimgl {scene_file(kind)} {scene_class.__name__} -w")
    try:
        film = load(find(name), video=video_of_command())
    except ConfigErrors as error:
        leave(*map(str, error.problems))
    found = film.shot.kind
    if found != kind:
        right = SCENES.beside(found, "scene", base).__name__
        leave(f"{name} is a {found}; run: CONFIG={name} manimgl {scene_file(found)} {right} -w")
    return film


def scene_file(kind: str) -> str:
    """The path of a scene's file as manimgl's command takes it."""
    from thalweg.film import SCENES

    file = SCENES.paths()[kind].with_name("scene.py") if kind in SCENES else Path("scenes", kind, "scene.py")
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def video_of_command() -> dict[str, object]:
    """What manimgl's command line says about the picture, in the words of `thalweg.spec.load`."""
    given = parse_cli()
    sized = given.resolution or given.low_quality or given.medium_quality or given.hd or given.uhd
    return {
        "resolution": "{}x{}".format(*manim_config.camera.resolution) if sized else None,
        "fps": given.fps,
        "transparent": given.transparent or None,
    }
