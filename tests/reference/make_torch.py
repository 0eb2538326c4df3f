"""Makes torch_2_13.npz: where torch.optim 2.13.0 goes, in float64 on the CPU, for tests/test_optimizers_torch.py.

torch is not needed by the project. To make the numbers anew, in an environment of its own:

    python3 -m venv ENV
    ENV/bin/pip install torch==2.13.0 numpy
    ENV/bin/python tests/reference/make_torch.py

`cases.py` says what the file holds. The surfaces are written out here on their own and their gradients are autograd's,
so that nothing of what is tested takes part.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from cases import STEPS, SURFACES, case, save


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


FORMULAS: dict[str, Callable[..., torch.Tensor]] = {
    made.__name__: made for made in (bowl_with_two_holes, abs_valley, rosenbrock, himmelblau)
}

# Hyperparameters are such that a path forgets rounding errors: with a short memory (betas [0, 0.9]) steps of full
# length go on around a minimum, and there rounding grows until no two correct programs agree. So it does for L-BFGS
# with a full step far from a minimum, or with few pairs on some surfaces (`not_on`).
# our name -> (torch's class, torch's other defaults, does lr scale with the gradient, variants)
OPTIMIZERS: dict[str, tuple[Any, dict[str, Any], bool, list[dict[str, Any]]]] = {
    "sgd": (
        torch.optim.SGD,
        {},
        True,
        [
            {"lr": 0.1},
            {"lr": 0.1, "weight_decay": 0.05},
            {"lr": 0.04, "momentum": 0.8, "dampening": 0.3},
            {"lr": 0.03, "momentum": 0.9, "nesterov": True},
            {"lr": 0.03, "momentum": 0.6, "nesterov": True, "weight_decay": 0.03},
            {"lr": 0.03, "momentum": 0.7, "dampening": -0.2, "weight_decay": 0.02},
            {"lr": 0.08, "dampening": 0.5},
        ],
    ),
    "momentum": (
        torch.optim.SGD,
        {"momentum": 0.9},
        True,
        [
            {"lr": 0.02},
            {"lr": 0.02, "dampening": 0.5, "weight_decay": 0.01},
        ],
    ),
    "adagrad": (
        torch.optim.Adagrad,
        {},
        False,
        [
            {"lr": 0.3},
            {"lr": 0.5, "lr_decay": 0.02},
            {"lr": 0.4, "initial_accumulator_value": 0.7, "eps": 1e-6},
            {"lr": 0.3, "weight_decay": 0.1, "lr_decay": 0.001, "initial_accumulator_value": 0.1},
        ],
    ),
    "rmsprop": (
        torch.optim.RMSprop,
        {},
        False,
        [
            {"lr": 0.02},
            {"lr": 0.01, "centered": True},
            {"lr": 0.002, "momentum": 0.7, "alpha": 0.95, "eps": 1e-3},
            {"lr": 0.005, "momentum": 0.5, "centered": True, "weight_decay": 0.03},
        ],
    ),
    "adam": (
        torch.optim.Adam,
        {},
        False,
        [
            {"lr": 0.05},
            {"lr": 0.06, "betas": [0.8, 0.995]},
            {"lr": 0.05, "weight_decay": 0.05, "eps": 1e-4},
            {"lr": 0.02, "betas": [0.0, 0.999]},
        ],
    ),
    "adamw": (
        torch.optim.AdamW,
        {},
        False,
        [
            {"lr": 0.05},
            {"lr": 0.04, "betas": [0.8, 0.995], "weight_decay": 0.3, "eps": 1e-6},
        ],
    ),
    "amsgrad": (
        torch.optim.Adam,
        {"amsgrad": True},
        False,
        [
            {"lr": 0.05},
            {"lr": 0.06, "betas": [0.8, 0.99], "weight_decay": 0.05, "eps": 1e-6},
        ],
    ),
    "adamax": (
        torch.optim.Adamax,
        {},
        False,
        [
            {"lr": 0.05},
            {"lr": 0.06, "betas": [0.8, 0.99], "weight_decay": 0.05, "eps": 1e-4},
        ],
    ),
    "nadam": (
        torch.optim.NAdam,
        {},
        False,
        [
            {"lr": 0.04},
            {"lr": 0.04, "betas": [0.8, 0.995], "weight_decay": 0.05, "eps": 1e-6, "momentum_decay": 0.02},
            {"lr": 0.04, "weight_decay": 0.1, "decoupled_weight_decay": True},
        ],
    ),
    "radam": (
        torch.optim.RAdam,
        {},
        True,
        [
            {"lr": 0.05},
            {"lr": 0.04, "betas": [0.8, 0.99], "weight_decay": 0.05, "eps": 1e-6},
            {"lr": 0.04, "weight_decay": 0.1, "decoupled_weight_decay": True},
            {"lr": 0.01, "betas": [0.9, 0.5]},
        ],
    ),
    "adadelta": (
        torch.optim.Adadelta,
        {},
        False,
        [
            {"lr": 1.0},
            {"lr": 0.8, "rho": 0.95, "eps": 1e-4, "weight_decay": 0.05},
        ],
    ),
    "rprop": (
        torch.optim.Rprop,
        {},
        False,
        [
            {"lr": 0.05},
            {"lr": 0.02, "etas": [0.6, 1.1], "step_sizes": [1e-4, 0.2]},
        ],
    ),
    "lbfgs": (
        torch.optim.LBFGS,
        {"max_iter": 1, "history_size": 100},
        False,
        [
            {"lr": 0.6},
            {"lr": 0.2, "tolerance_grad": 1e-5, "tolerance_change": 1e-7},
            {"lr": 0.6, "history_size": 3, "not_on": ["rosenbrock"]},
        ],
    ),
}


def path(
    make: Callable[[list[torch.Tensor]], Any], formula: Callable[..., torch.Tensor], start: list[float]
) -> np.ndarray:
    """Positions (STEPS + 1, 2) of one run of the optimizer that `make` makes for a list of parameters."""
    point = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = make([point])
    positions = [point.detach().numpy().copy()]

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = formula(point[0], point[1])
        loss.backward()
        return loss

    closure.formula = formula  # for rules that want the Hessian too
    for _ in range(STEPS):
        optimizer.step(closure)
        positions.append(point.detach().numpy().copy())
    return np.array(positions)


def main() -> None:
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    torch.set_default_dtype(torch.float64)  # else NAdam keeps a product of momenta in single precision
    cases, positions = [], []
    for surface in SURFACES:
        for name, (make, defaults, scales, variants) in OPTIMIZERS.items():
            for variant in variants:
                if surface in variant.get("not_on", []):
                    continue
                made = case(name, variant, surface, scales)
                given = {key: tuple(v) if isinstance(v, list) else v for key, v in made["hyperparameters"].items()}
                torchs = {**({} if name == "lbfgs" else {"foreach": False}), **defaults, **given}
                cases.append(made)
                maker = partial(make, **torchs)
                positions.append(path(maker, FORMULAS[surface], made["start"]))
    save("torch_2_13.npz", torch.__version__, cases, positions)


if __name__ == "__main__":
    main()
