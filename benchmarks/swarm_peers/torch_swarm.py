"""The swarm with torch.optim: all balls as one batched parameter, float64, gradients by autograd."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import torch


def loss(points):
    x, y = points[:, 0], points[:, 1]
    bowl = 0.075 * x**2 + 0.075 * y**2 / 9
    first = 0.5 * torch.exp(-2 * (x**2 + y**2))
    return (bowl - first - 0.75 * torch.exp(-4 * ((x - 1) ** 2 + (y - 1) ** 2))).sum()


def swarm(starts, steps):
    points = torch.tensor(starts, requires_grad=True)
    adam = torch.optim.Adam([points], lr=0.05)
    for _ in range(steps):
        adam.zero_grad()
        loss(points).backward()
        adam.step()
    return points.detach().numpy()


def main() -> None:
    """Lines of JSON: {"starts": FILE, "steps": N, "ends": FILE} in, the seconds out."""
    torch.set_num_threads(int(sys.argv[1]))
    for line in sys.stdin:
        asked = json.loads(line)
        starts = np.load(asked["starts"])
        begun = time.perf_counter()
        ends = swarm(starts, asked["steps"])
        print(time.perf_counter() - begun, flush=True)
        np.save(asked["ends"], ends)
        print("saved", flush=True)


if __name__ == "__main__":
    main()
