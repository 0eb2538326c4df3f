"""Writes what every drawer needs of a race: trajectories, colours, and which step is shown at which second."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np


def export(config: str, lengths: list[float], place: Path) -> None:
    """`place` (.npz): positions (balls, steps + 1, 2), loss, colors, labels, domain, `about` (JSON), and for each film
    length S the arrays seconds_S and steps_S of its clock.
    """
    from thalweg.spec import find, load
    from thalweg.stage.staging import make_scene

    arrays: dict[str, object] = {}
    for length in lengths:
        shot = load(find(config), [f"video.seconds={length:g}"]).shot
        trajectories = shot.roll()
        scene = make_scene(shot, trajectories)
        timing = scene.motion.timing
        arrays[f"seconds_{length:g}"], arrays[f"steps_{length:g}"] = timing.seconds, timing.steps
        colors = scene.motion.colors
        scene.release()
    camera, experiment = shot.camera, shot.experiment
    about = {
        "title": shot.title,
        "labels": [entry.label for entry in experiment.entries],
        "details": [
            ", ".join(f"{key} {value:g}" for key, value in entry.chosen.items()) for entry in experiment.entries
        ],
        "colors": colors,
        "theta": camera.theta,
        "phi": camera.phi,
        "orbit": camera.orbit,
        "background": "#0B0E14",
        "surface": experiment.surface.parameters,
    }
    np.savez(
        place,
        positions=np.concatenate([trajectory.positions for trajectory in trajectories]),
        loss=np.concatenate([trajectory.loss for trajectory in trajectories]),
        domain=np.asarray(experiment.surface.domain, float),
        about=np.array(json.dumps(about)),
        **arrays,
    )


if __name__ == "__main__":
    export(sys.argv[1], [float(length) for length in sys.argv[3:]], Path(sys.argv[2]))
