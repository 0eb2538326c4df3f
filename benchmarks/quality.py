"""How near a film is to its frames as drawn: PSNR in dB over red, green and blue. Prints JSON.

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
    """`mean`: over all compared pixels together; `worst`: of the frame that came out worst; `frames`: how many."""
    errors = []
    width, height = scene.pixels
    drawn = np.empty((height, width, 4), "u1")
    for index, shown in enumerate(decoded(film)):
        if index % every == 0:
            scene.draw_frame(index)
            scene.camera.read_rgba(drawn)
            errors.append(float(np.mean((shown.astype(np.float32) - drawn[..., :3]) ** 2)))
    return {"mean": decibels(float(np.mean(errors))), "worst": decibels(max(errors)), "frames": len(errors)}


def decoded(film: Path):
    """The frames (height, width, 3) of a film, by its own tags (BT.709)."""
    import av

    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24", src_colorspace="ITU709", dst_colorspace="ITU709")


def decibels(error: float) -> float:
    return round(float(10 * np.log10(255**2 / max(error, 1e-9))), 2)


def main(film: str, config: str, size: str, seconds: str, *rest: str) -> None:
    import configs

    if "--floor" in rest:
        from benchmarks import floor  # noqa: F401  (exchanges the scene)
    from scenes.stage import render

    experiment = configs.load(configs.find(config), [f"video.seconds={seconds}"], {"resolution": size})
    scene = render.make_scene(experiment, experiment.roll())
    print(json.dumps(compare(Path(film), scene)))
    scene.release()


if __name__ == "__main__":
    main(*sys.argv[1:])
