"""What a scene does under manimgl's own command: it finds its experiment by CONFIG and brings its own file writer."""

from __future__ import annotations

import os
from types import SimpleNamespace

from thalweg.stage import boot

boot.ensure()

from manimlib.config import manim_config, parse_cli  # noqa: E402

from thalweg.stage.errors import leave  # noqa: E402


def writer_for(config):
    """Our writer where manimgl's command asked for a file, else a writer that writes nothing."""
    merged = {**manim_config.file_writer, **config}
    if merged.get("write_to_movie") or merged.get("save_last_frame"):
        from thalweg.stage.manimgl_writer import CommandWriter

        return CommandWriter
    return NoWriter


class NoWriter(SimpleNamespace):
    """Stands where manimgl keeps its file writer when render.py takes the frames itself."""

    def __init__(self, scene, **config) -> None:
        super().__init__(scene=scene, ended_with_interrupt=False)

    def has_progress_display(self) -> bool:
        return False

    def begin(self) -> None: ...

    def begin_animation(self) -> None: ...

    def end_animation(self) -> None: ...

    def write_frame(self, camera) -> None: ...

    def finish(self) -> None: ...

    def abandon(self) -> None: ...


def experiment_from_environment(kind: str, scene_class: str):
    """The experiment named by CONFIG, for manimgl's own command, whose -r, --fps, -t win over the YAML's.

    Ends with exit code 2 and one line a problem when CONFIG is missing, has errors, or is of another kind.
    """
    from thalweg.errors import ConfigErrors
    from thalweg.spec import find, load

    name = os.environ.get("CONFIG")
    if not name:
        leave(f"set CONFIG to the experiment: CONFIG=boss_fight manimgl scenes/{kind}/scene.py {scene_class} -w")
    try:
        experiment = load(find(name), video=video_of_command())
    except ConfigErrors as error:
        leave(*map(str, error.problems))
    if experiment.scene != kind:
        from thalweg.film import SCENES

        right = SCENES[experiment.scene].scene_class
        leave(
            f"{name} is a {experiment.scene}; run: CONFIG={name} manimgl scenes/{experiment.scene}/scene.py {right} -w"
        )
    return experiment


def video_of_command() -> dict[str, object]:
    """What manimgl's command line says about the picture, in the words of `configs.load`."""
    given = parse_cli()
    sized = given.resolution or given.low_quality or given.medium_quality or given.hd or given.uhd
    return {
        "resolution": "{}x{}".format(*manim_config.camera.resolution) if sized else None,
        "fps": given.fps,
        "transparent": given.transparent or None,
    }
