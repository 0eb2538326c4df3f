"""One frame as pixels, as a picture file, as data; and what travels with every file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from thalweg.system.output import whole
from thalweg.version import VERSION


def save_told(path: Path, frame: dict) -> None:
    """Write what stands on a frame as .frame.json, whole or not at all."""
    with whole(path) as temporary:
        temporary.write_text(json.dumps(frame, allow_nan=False) + "\n", encoding="ascii", newline="\n")


def save_picture(path: Path, rgba: np.ndarray, experiment) -> None:
    """Write a frame (height, width, 4), straight alpha, as .png, whole or not at all."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    about = PngInfo()
    for key, value in metadata(experiment).items():
        about.add_itxt(key, value)
    picture = Image.fromarray(rgba if experiment.video.transparent else np.ascontiguousarray(rgba[..., :3]))
    with whole(Path(path)) as temporary:
        picture.save(temporary, format="PNG", pnginfo=about)


def frame_pixels(scene, index: int) -> np.ndarray:
    """Frame `index` as (height, width, 4) uint8, first row on top, straight alpha."""
    from thalweg.stage.writer import straight

    scene.draw_frame(index)
    width, height = scene.pixels
    rgba = scene.camera.read_rgba(np.empty((height, width, 4), "u1"))
    return straight(rgba) if scene.experiment.video.transparent else rgba


def metadata(experiment) -> dict[str, str]:
    """What travels with every film and picture: title, the resolved config and the version."""
    made = {
        "title": experiment.title or experiment.name,
        "comment": json.dumps(experiment.resolved, ensure_ascii=False),
        "version": f"Thalweg {VERSION}",
    }
    # names of files may hold bytes that are no text
    return {key: text.encode("utf-8", "backslashreplace").decode("utf-8") for key, text in made.items()}
