"""Makes torch_chaos_2_13.json: paths on which rounding decides, as torch.optim 2.13.0 goes them, in float64 on the CPU.

Run with a Python that has torch 2.13.0; torch is no dependency of the project:

    python tests/reference/make_chaos.py

The file holds `version` and `cases`, each {optimizer, hyperparameters, surface, start, positions (steps + 1, 2)}. Steps
this long on a surface of many holes grow every difference, so no two correct programs agree to the end.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import torch

STEPS, START = 100, [2.3, -1.7]
CASES: list[tuple[str, Any, dict[str, Any]]] = [
    ("sgd", torch.optim.SGD, {"lr": 0.01}),
    ("sgd", torch.optim.SGD, {"lr": 0.02}),
    ("momentum", torch.optim.SGD, {"lr": 0.01, "momentum": 0.9}),
    ("adam", torch.optim.Adam, {"lr": 0.5, "betas": [0.0, 0.9]}),
]


def rastrigin(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return 20 + x**2 - 10 * torch.cos(2 * math.pi * x) + y**2 - 10 * torch.cos(2 * math.pi * y)


def path(cls: Any, given: dict[str, Any]) -> list[list[float]]:
    weight = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimizer, positions = cls([weight], **given), [START]
    for _ in range(STEPS):
        optimizer.zero_grad()
        rastrigin(weight[0], weight[1]).backward()
        optimizer.step()
        positions.append(weight.tolist())
    return positions


def main() -> None:
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    cases = [
        {
            "optimizer": name,
            "hyperparameters": given,
            "surface": "rastrigin",
            "start": START,
            "positions": path(cls, given),
        }
        for name, cls, given in CASES
    ]
    target = Path(__file__).with_name("torch_chaos_2_13.json")
    target.write_text(json.dumps({"version": torch.__version__, "cases": cases}) + "\n", encoding="utf-8")
    print(target, len(cases))


if __name__ == "__main__":
    main()
