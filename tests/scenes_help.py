"""Shared by the tests of the scenes: small experiments, numpy stand-ins for what is drawn, readers of films."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np

from thalweg.spec import find, load
from thalweg.spec.find import names

ROOT = Path(__file__).resolve().parent.parent
SMALL = {"resolution": "320x180", "fps": 30}
FILM = """\
title: A small film
surface: bowl
start: [-2.2, 1.6]
steps: 12
optimizers:
  - sgd: {lr: 0.1}
  - adam: {lr: 0.3}
video: {resolution: 320x180, fps: 10, seconds: 2}
"""


@cache
def shipped(kind: str = "") -> tuple[str, ...]:
    """Names of the shipped configs, of one kind of scene or of all."""
    return tuple(name for name in names() if not kind or load(find(name)).shot.kind == kind)


# that show nothing that others do not: what is walked for every film, frame by frame, does without them
ALIKE = ("flat_and_sharp", "kink", "learning_rates", "one_neuron", "own_rule", "river_valley")


def different(kind: str = "") -> tuple[str, ...]:
    """Names of shipped configs as above, without those that are like others."""
    return tuple(name for name in shipped(kind) if name not in ALIKE)


def film(source: str, video: dict | None = None, overrides=(), folder: Path | None = None):
    """From a shipped config's name, or with `folder` from YAML text written there."""
    path = find(source) if folder is None else folder / "film.yaml"
    if folder is not None:
        path.write_text(source, encoding="utf-8")
    return load(path, list(overrides), video)


def shot(source: str, video: dict | None = None, overrides=(), folder: Path | None = None):
    """The one shot of that film."""
    return film(source, video, overrides, folder).shot


def staged(loaded):
    """The scene of a shot, ready to draw; boots manimgl."""
    from thalweg.stage.staging import make_scene

    return make_scene(loaded, loaded.roll())


def environment(**more: str) -> dict[str, str]:
    """For a process of its own: no display, warnings as they come."""
    kept = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "CONFIG")}
    return {**kept, "PYGLET_HEADLESS": "1", **more}


def render(*arguments: object, **options) -> subprocess.CompletedProcess[str]:
    """`python render.py ARGUMENTS` in a process of its own."""
    command = [sys.executable, str(ROOT / "render.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment(), **options)


def decoded(path: Path, pixels: str = "rgb24", decoder: str = "") -> np.ndarray:
    """All frames of a film (frames, height, width, channels) uint8; `decoder` where the usual one drops alpha."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        if decoder:
            context = av.CodecContext.create(decoder, "r")
            frames = [frame for packet in container.demux(stream) for frame in context.decode(packet)]
        else:
            frames = list(container.decode(stream))
        return np.stack([frame.to_ndarray(format=pixels) for frame in frames])


def turned(quaternion: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Rotate vectors (..., 3) by unit quaternions (..., 4) as (x, y, z, w), written out as a matrix."""
    x, y, z, w = np.moveaxis(np.asarray(quaternion), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.einsum("ij...,...j->...i", np.array(rows), vector)


def planes(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Luma (n, h, w) and chroma (n, 2, h / 2, w / 2) of frames (n, h, w, 3) by BT.709, limited range, not rounded."""
    red, green, blue = np.moveaxis(rgb.astype(float) / 255, -1, 0)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    chroma = np.stack([(blue - luma) / 1.8556, (red - luma) / 1.5748], axis=1)
    halved = chroma.reshape(len(rgb), 2, rgb.shape[1] // 2, 2, rgb.shape[2] // 2, 2).mean(axis=(3, 5))
    return 16 + 219 * luma, 128 + 224 * halved


def decoded_planes(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The planes of a yuv420p film as they are stored, shaped as `planes` gives them."""
    frames = decoded(path, "yuv420p").astype(float)
    height, width = frames.shape[1] * 2 // 3, frames.shape[2]
    return frames[:, :height], frames[:, height:].reshape(len(frames), 2, height // 2, width // 2)
