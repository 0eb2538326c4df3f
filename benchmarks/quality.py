"""How near a film is to its frames as drawn: PSNR in dB, as encoded (Y, U, V) and on screen (R, G, B). Prints JSON.

    .venv/bin/python -m benchmarks.quality film.mp4 boss_fight 1280x720 4 [--floor]

The film is of that config at that size, `video.seconds` as given; every few frames one is drawn again and compared.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

EVERY = 7


def compare(film: Path, scene, every: int = EVERY) -> dict[str, float]:
    """Decibels over all compared frames together: `planes` Y, U and V as handed to the codec, `worst` the same of the
    frame that came out worst, `rgb` colours on screen, `limit` what halved chroma alone would leave of `rgb`.
    """
    errors = []
    width, height = scene.pixels
    drawn = np.empty((height, width, 4), "u1")
    for index, shown in enumerate(decoded(film)):
        if index % every == 0:
            scene.draw_frame(index)
            scene.camera.read_rgba(drawn)
            given, colors = planes(drawn), drawn[..., :3]
            errors.append(
                [
                    apart(shown.to_ndarray(), given.to_ndarray()),
                    apart(on_screen(shown), colors),
                    apart(on_screen(given), colors),
                ]
            )
    found = dict(zip(("planes", "rgb", "limit"), map(decibels, np.mean(errors, axis=0)), strict=True))
    return {**found, "worst": decibels(max(errors)[0]), "frames": len(errors)}


def apart(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.mean((a.astype(np.float32) - b) ** 2))


def decoded(film: Path):
    import av

    with av.open(str(film)) as container:
        yield from container.decode(video=0)


def planes(rgba: np.ndarray):
    """A frame as yuv420p, BT.709, limited range, chroma averaged: what the film's own writer hands to its codec."""
    import av
    from av.video.reformatter import Interpolation

    frame = av.VideoFrame.from_numpy_buffer(rgba, "rgba")
    return frame.reformat(format="yuv420p", dst_colorspace=1, dst_color_range=1, interpolation=Interpolation.AREA)


def on_screen(frame) -> np.ndarray:
    return frame.to_ndarray(format="rgb24", src_colorspace="ITU709", dst_colorspace="ITU709")


def decibels(error: float) -> float:
    return round(float(10 * np.log10(255**2 / max(error, 1e-9))), 2)


def main(film: str, config: str, size: str, seconds: str, *rest: str) -> None:
    from thalweg.spec import find, load

    if "--floor" in rest:
        from benchmarks import floor  # noqa: F401  (exchanges the scene)
    from thalweg.stage import reel

    shot = load(find(config), [f"video.seconds={seconds}"], {"resolution": size}).shot
    scene = reel.make_scene(shot, shot.roll())
    print(json.dumps(compare(Path(film), scene)))
    scene.release()


if __name__ == "__main__":
    main(*sys.argv[1:])
