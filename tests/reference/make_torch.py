"""Makes torch_2_13.npz: where torch.optim 2.13.0 goes, in float64 on the CPU, for tests/test_optimizers_torch.py.

torch is not needed by the project. To make the numbers anew, in an environment of its own:

    python3 -m venv /tmp/torchenv
    /tmp/torchenv/bin/pip install torch==2.13.0 numpy
    /tmp/torchenv/bin/python tests/reference/make_torch.py

The file holds `version` (torch's), `cases` (JSON: a list of {optimizer, hyperparameters, surface, parameters, start},
named as in the YAML) and `positions` (cases, 301, 2). The surfaces are written out here on their own and their
gradients are autograd's, so that nothing of what is tested takes part.
"""
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

STEPS = 300


def bowl_with_two_holes(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    bowl = 0.075 * x**2 + 0.075 * y**2 / 9
    shallow = 0.5 * torch.exp(-2 * (x**2 + y**2))
    deep = 0.75 * torch.exp(-4 * ((x - 1) ** 2 + (y - 1) ** 2))
    return bowl - shallow - deep


def abs_valley(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return x**2 + 0.3 * torch.abs(y)


def rosenbrock(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def himmelblau(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


# formula, parameters, start, and a factor for the lr of rules whose steps grow with the gradient
SURFACES: dict[str, tuple[Callable[..., torch.Tensor], dict[str, float], list[float], float]] = {
    "bowl_with_two_holes": (bowl_with_two_holes, {}, [-0.53, 1.61], 1.0),
    "abs_valley": (abs_valley, {"a": 0.3}, [-1.37, 1.618], 1.0),
    "rosenbrock": (rosenbrock, {}, [-1.21, 0.97], 0.005),
    "himmelblau": (himmelblau, {}, [-0.31, -0.87], 0.05),
}

# Hyperparameters are such that a path forgets rounding errors: with a short memory (betas [0, 0.9]) steps of full
# length go on around a minimum, and there rounding grows until no two correct programs agree.
# our name -> (torch's class, torch's other defaults, does lr scale with the gradient, variants)
OPTIMIZERS: dict[str, tuple[Any, dict[str, Any], bool, list[dict[str, Any]]]] = {
    "sgd": (torch.optim.SGD, {}, True, [
        {"lr": 0.1},
        {"lr": 0.1, "weight_decay": 0.05},
        {"lr": 0.04, "momentum": 0.8, "dampening": 0.3},
        {"lr": 0.03, "momentum": 0.9, "nesterov": True},
        {"lr": 0.03, "momentum": 0.6, "nesterov": True, "weight_decay": 0.03},
        {"lr": 0.03, "momentum": 0.7, "dampening": -0.2, "weight_decay": 0.02},
        {"lr": 0.08, "dampening": 0.5},
    ]),
    "momentum": (torch.optim.SGD, {"momentum": 0.9}, True, [
        {"lr": 0.02},
        {"lr": 0.02, "dampening": 0.5, "weight_decay": 0.01},
    ]),
    "adagrad": (torch.optim.Adagrad, {}, False, [
        {"lr": 0.3},
        {"lr": 0.5, "lr_decay": 0.02},
        {"lr": 0.4, "initial_accumulator_value": 0.7, "eps": 1e-6},
        {"lr": 0.3, "weight_decay": 0.1, "lr_decay": 0.001, "initial_accumulator_value": 0.1},
    ]),
    "rmsprop": (torch.optim.RMSprop, {}, False, [
        {"lr": 0.02},
        {"lr": 0.01, "centered": True},
        {"lr": 0.002, "momentum": 0.7, "alpha": 0.95, "eps": 1e-3},
        {"lr": 0.005, "momentum": 0.5, "centered": True, "weight_decay": 0.03},
    ]),
    "adam": (torch.optim.Adam, {}, False, [
        {"lr": 0.05},
        {"lr": 0.06, "betas": [0.8, 0.995]},
        {"lr": 0.05, "weight_decay": 0.05, "eps": 1e-4},
        {"lr": 0.02, "betas": [0.0, 0.999]},
    ]),
}


def path(make: Any, hyperparameters: dict[str, Any], formula: Callable[..., torch.Tensor],
         start: list[float]) -> np.ndarray:
    """Positions (STEPS + 1, 2) of one run."""
    point = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = make([point], foreach=False, **hyperparameters)
    positions = [point.detach().numpy().copy()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        formula(point[0], point[1]).backward()
        optimizer.step()
        positions.append(point.detach().numpy().copy())
    return np.array(positions)


def main() -> None:
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    cases, positions = [], []
    for surface, (formula, parameters, start, factor) in SURFACES.items():
        for name, (make, defaults, scales, variants) in OPTIMIZERS.items():
            for variant in variants:
                given = {**variant, "lr": variant["lr"] * factor} if scales else dict(variant)
                torchs = {**defaults, **{key: tuple(v) if isinstance(v, list) else v for key, v in given.items()}}
                cases.append({"optimizer": name, "hyperparameters": given, "surface": surface,
                              "parameters": parameters, "start": start})
                positions.append(path(make, torchs, formula, start))
    assert np.isfinite(positions).all(), "a run diverged: choose another lr"
    np.savez_compressed(Path(__file__).with_name("torch_2_13.npz"), version=np.array(torch.__version__),
                        cases=np.array(json.dumps(cases)), positions=np.array(positions))


if __name__ == "__main__":
    main()
