"""A small network in numpy: trained by two optimizers, seen on the plane of their paths, written as a film's files.

    python docs/own_training.py FOLDER          # videos/own_training unless given
    python render.py FOLDER/film.yaml

See docs/own_training.md for what each part is for.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from thalweg import plane_of_path, save_samples

HIDDEN, STEPS, RATE, SLOWER = 12, 150, 0.05, 0.3
FILM = """\
title: A network learns two rings
surface: {{samples: loss_plane.npz}}      # its loss on the plane of the two principal directions of both paths
start: [{x!r}, {y!r}]                     # where the network began, seen on that plane
optimizers:
  - recorded: {{file: training.csv, where: {{run: Adam}}, label: "Network, Adam"}}
  - recorded: {{file: training.csv, where: {{run: Momentum}}, label: "Network, momentum"}}
  - adam: {{lr: {rate}, label: "Adam on the plane"}}
style: {{loss_panel: true}}
"""
Rule = Callable[[np.ndarray], np.ndarray]  # a gradient to the step that follows from it


def rings(count: int = 200, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Points (count, 2) and classes (count,), 0 inside and 1 outside."""
    random = np.random.default_rng(seed)
    kind = np.arange(count) % 2
    radius, angle = 0.6 + 0.9 * kind + random.normal(0, 0.15, count), random.uniform(0, 2 * np.pi, count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1), kind


def loss_and_gradient(weights: np.ndarray, points: np.ndarray, kind: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean cross-entropy of a network 2 - HIDDEN - 1 (tanh), and its gradient; weights (4 HIDDEN + 1,) in one row."""
    inner, bias, outer = np.split(weights[:-1], [2 * HIDDEN, 3 * HIDDEN])
    hidden = np.tanh(points @ inner.reshape(2, HIDDEN) + bias)
    score = hidden @ outer + weights[-1]
    loss = float(np.mean(np.logaddexp(0, score) - kind * score))
    slope = (1 / (1 + np.exp(-score)) - kind) / len(kind)
    back = slope[:, None] * outer * (1 - hidden**2)
    return loss, np.concatenate([(points.T @ back).ravel(), back.sum(axis=0), hidden.T @ slope, [slope.sum()]])


def adam(rate: float) -> Rule:
    """torch's Adam with its defaults."""
    mean = square = 0.0
    count = 0

    def step(gradient: np.ndarray) -> np.ndarray:
        nonlocal mean, square, count
        count += 1
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        corrected, spread = mean / (1 - 0.9**count), np.sqrt(square / (1 - 0.999**count))
        return -rate * corrected / (spread + 1e-8)

    return step


def momentum(rate: float) -> Rule:
    """torch's SGD with momentum 0.9."""
    velocity = 0.0

    def step(gradient: np.ndarray) -> np.ndarray:
        nonlocal velocity
        velocity = 0.9 * velocity + gradient
        return -rate * velocity

    return step


def train(points: np.ndarray, kind: np.ndarray, rule: Rule, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Weights after each step (STEPS + 1, d) and their losses (STEPS + 1,); a seed is a start."""
    weights = np.random.default_rng(seed).normal(0, 0.5, 4 * HIDDEN + 1)
    path, losses = [], []
    for _ in range(STEPS + 1):
        loss, gradient = loss_and_gradient(weights, points, kind)
        path.append(weights)
        losses.append(loss)
        weights = weights + rule(gradient)
    return np.array(path), np.array(losses)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    points, kind = rings()
    runs = {"Momentum": train(points, kind, momentum(SLOWER)), "Adam": train(points, kind, adam(RATE))}
    plane = plane_of_path(np.concatenate([path for path, _ in runs.values()]))  # it ends where Adam does
    x, y = plane.axes(61)
    save_samples(folder / "loss_plane.npz", x, y, lambda a, b: loss_and_gradient(plane.weights(a, b), points, kind)[0])
    with (folder / "training.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("run", "step", "x", "y", "loss"))
        for name, (path, losses) in runs.items():
            places = plane.project(path).tolist()
            writer.writerows(
                (name, step, *place, loss)
                for step, (place, loss) in enumerate(zip(places, losses.tolist(), strict=True))
            )
    begin = plane.path[0].tolist()
    (folder / "film.yaml").write_text(FILM.format(x=begin[0], y=begin[1], rate=RATE), encoding="utf-8")
    for name, (path, losses) in runs.items():
        off = plane.distance(path).max()
        print(f"{name}: loss {losses[0]:.3f} to {losses[-1]:.3f}, at most {off:.1f} off the plane")
    print(f"the plane holds {plane.explained.sum():.1%} of the variance of both paths")
    print(folder / "film.yaml")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "videos/own_training"))
