"""What the scripts beside this file share: the race read from the .npz that benchmarks.race_data writes. numpy only.

Each script: python SCRIPT.py --data race.npz --seconds 4 --fps 10 --size 1280x720 --out film.mp4
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np


class Race:
    """positions (balls, steps + 1, 2), loss (balls, steps + 1), domain ((x0, x1), (y0, y1)), labels, colors ..."""

    def __init__(self, path: Path, seconds: float) -> None:
        data = np.load(path)
        self.positions, self.losses, self.domain = data["positions"], data["loss"], data["domain"]
        self.clock = data[f"seconds_{seconds:g}"], data[f"steps_{seconds:g}"]
        self.seconds = seconds
        about = json.loads(str(data["about"]))
        self.title, self.labels, self.details = about["title"], about["labels"], about["details"]
        self.colors, self.background, self.numbers = about["colors"], about["background"], about["surface"]
        self.theta, self.phi, self.orbit = about["theta"], about["phi"], about["orbit"]
        here = self.positions[:, ::20]
        if not np.allclose(self.loss(here[..., 0], here[..., 1]), self.losses[:, ::20]):
            raise SystemExit("the surface written here is not the race's")

    def loss(self, x, y):
        """The bowl with two holes, as its formula is written down."""
        p = self.numbers
        hole_1 = p["h1"] * np.exp(-p["w1"] * ((x - p["center_1"][0]) ** 2 + (y - p["center_1"][1]) ** 2))
        hole_2 = p["h2"] * np.exp(-p["w2"] * ((x - p["center_2"][0]) ** 2 + (y - p["center_2"][1]) ** 2))
        return p["c"] * x**2 + p["c"] * y**2 / p["bowl_constant"] - hole_1 - hole_2

    def step_at(self, seconds: float) -> float:
        return float(np.interp(seconds, *self.clock))

    def points_at(self, seconds: float) -> np.ndarray:
        """(balls, 3): x, y between the iterates, and the loss there."""
        step = self.step_at(seconds)
        low = min(int(step), self.positions.shape[1] - 2)
        xy = self.positions[:, low] * (1 - step + low) + self.positions[:, low + 1] * (step - low)
        return np.column_stack([xy, self.loss(xy[:, 0], xy[:, 1])])

    def trails_at(self, seconds: float) -> list[np.ndarray]:
        """For each ball the iterates passed and the point where it is, (n, 3)."""
        whole, here = int(self.step_at(seconds)), self.points_at(seconds)
        xy = self.positions[:, : whole + 1]
        passed = np.concatenate([xy, self.loss(xy[..., 0], xy[..., 1])[..., None]], axis=-1)
        return [np.vstack([trail, point]) for trail, point in zip(passed, here, strict=True)]

    @property
    def heights(self) -> tuple[float, float]:
        """Lowest and highest loss of the domain."""
        x, y = np.meshgrid(*(np.linspace(low, high, 101) for low, high in self.domain))
        values = self.loss(x, y)
        return float(values.min()), float(values.max())


def arguments() -> argparse.Namespace:
    """The arguments, with `race` read, `size` as (width, height), and `renderer` where a library has several."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--fps", type=int, required=True)
    parser.add_argument("--size", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--renderer", default="cairo")
    given = parser.parse_args()
    given.size = tuple(int(side) for side in given.size.split("x"))
    given.race = Race(given.data, given.seconds)
    return given
