"""Golden frames: one still of each config, kept in tests/golden, and how a new drawing is held against it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy.ndimage import maximum_filter, minimum_filter

from tests.scenes_help import shot, staged

TESTS = Path(__file__).resolve().parent
KEPT, FAILED = TESTS / "golden", TESTS / "failed"
RENDERER = "llvmpipe"
SIZE = {"resolution": "480x270", "fps": 30}
SHARES = {"boss_fight": 0.45, "zigzag": 0.4, "saddle": 0.6, "learning_rates": 0.4}  # of the film; others 0.5
STEP = 14  # a pixel whose neighbourhood spans more than this is at an edge: of a line, a letter, a ball


class Limits(NamedTuple):
    """Of the differences in 0 ... 255: the mean, and a value that all but `share` of the pixels stay within."""

    mean: float
    within: float
    share: float


INTERIOR, EDGES = Limits(0.5, 6, 0.001), Limits(3.0, 60, 0.01)


def renderer() -> str:
    from thalweg.stage.boot import shared_context

    return str(shared_context().info["GL_RENDERER"])


def drawn(name: str) -> np.ndarray:
    """The still of a config, (height, width, 3) uint8."""
    scene = staged(shot(name, SIZE))
    scene.draw_frame(int(SHARES.get(name, 0.5) * (scene.frames - 1)))
    width, height = scene.pixels
    picture = scene.camera.read_rgba(np.empty((height, width, 4), "u1"))[..., :3].copy()
    scene.release()
    return picture


def kept(name: str) -> np.ndarray:
    return np.asarray(Image.open(KEPT / f"{name}.png").convert("RGB"))


def at_edges(picture: np.ndarray) -> np.ndarray:
    """Which pixels (height, width) lie at an edge."""
    span = maximum_filter(picture, size=(3, 3, 1)).astype(int) - minimum_filter(picture, size=(3, 3, 1))
    return span.max(axis=-1) > STEP


def faults(expected: np.ndarray, got: np.ndarray) -> list[str]:
    """What is wrong with `got`, in words; empty when the pictures agree."""
    if expected.shape != got.shape:
        return [f"the size is {got.shape[:2]} instead of {expected.shape[:2]}"]
    error = np.abs(expected.astype(int) - got).max(axis=-1)
    edges, found = at_edges(expected), []
    for words, region, limits in (("inside", ~edges, INTERIOR), ("at edges", edges, EDGES)):
        if not region.any():
            continue
        mean, beyond = error[region].mean(), (error[region] > limits.within).mean()
        if mean > limits.mean:
            found.append(f"{words} the mean difference is {mean:.2f}, at most {limits.mean} is right")
        if beyond > limits.share:
            found.append(f"{words} {beyond:.2%} of the pixels differ by more than {limits.within}")
    return found


def sheet(name: str, expected: np.ndarray, got: np.ndarray) -> Path:
    """Expected, got, and their difference eight times enlarged, side by side."""
    FAILED.mkdir(exist_ok=True)
    pictures = [expected, got]
    if expected.shape == got.shape:
        pictures.append(np.clip(8 * np.abs(expected.astype(int) - got), 0, 255).astype("u1"))
    height = max(len(picture) for picture in pictures)
    padded = [np.pad(picture, ((0, height - len(picture)), (0, 4), (0, 0))) for picture in pictures]
    Image.fromarray(np.concatenate(padded, axis=1)).save(FAILED / f"{name}.png")
    return FAILED / f"{name}.png"
