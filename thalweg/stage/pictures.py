"""One frame as pixels, as a picture file, as data; and what travels with every file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from thalweg.film.shot import Film
from thalweg.stage.drawable import Drawable, Pixels
from thalweg.system.output import whole
from thalweg.version import VERSION


def save_told(path: Path, frame: dict[str, Any]) -> None:
    """Write what stands on a frame as .frame.json, whole or not at all."""
    with whole(path) as temporary:
        temporary.write_text(json.dumps(frame, allow_nan=False) + "\n", encoding="ascii", newline="\n")


def save_picture(path: Path, rgba: Pixels, film: Film) -> None:
    """Write a frame (height, width, 4), straight alpha, as .png, whole or not at all."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    about = PngInfo()
    for key, value in metadata(film).items():
        about.add_itxt(key, value)
    picture = Image.fromarray(rgba if film.video.transparent else np.ascontiguousarray(rgba[..., :3]))
    with whole(Path(path)) as temporary:
        picture.save(temporary, format="PNG", pnginfo=about)


def frame_pixels(scene: Drawable, index: float) -> Pixels:
    """Frame `index` of a scene as (height, width, 4) uint8, first row on top, straight alpha."""
    scene.draw_frame(index)
    width, height = scene.pixels
    return finished(scene.read(np.empty((height, width, 4), "u1")), scene.shot.video.transparent)


def finished(rgba: Pixels, transparent: bool) -> Pixels:
    """A frame as drawn, alpha premultiplied, as pictures hold it: straight alpha."""
    from thalweg.stage.writer import straight

    return straight(rgba) if transparent else rgba


def metadata(film: Film) -> dict[str, str]:
    """What travels with every film and picture: title, the resolved config and the version."""
    configs = [shot.resolved for shot in film.shots]
    made = {
        "title": film.shot.title or film.shot.name,
        "comment": json.dumps(configs[0] if len(configs) == 1 else configs, ensure_ascii=False),
        "version": f"Thalweg {VERSION}",
    }
    # names of files may hold bytes that are no text
    return {key: text.encode("utf-8", "backslashreplace").decode("utf-8") for key, text in made.items()}
