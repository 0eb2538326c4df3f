"""Makes pytorch_optimizer_4_1.npz: where pytorch_optimizer 4.1.0 goes, for tests/test_optimizers_more.py.

Neither torch nor pytorch_optimizer is needed by the project. To make the numbers anew, in an environment of its own:

    python3 -m venv ENV
    ENV/bin/pip install torch==2.13.0 numpy
    ENV/bin/pip install --no-deps pytorch_optimizer==4.1.0
    ENV/bin/python tests/reference/make_pytorch_optimizer.py

`cases.py` says what the file holds; surfaces and gradients are those of make_torch.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Any

import pytorch_optimizer as po
import torch
from cases import SURFACES, case, save
from make_torch import FORMULAS, path

Weights = list[torch.Tensor]
Maker = Callable[..., Any]  # weights and our hyperparameters -> optimizer


def plain(cls: Any, **renamed: str) -> Maker:
    """Of a class whose hyperparameters are ours, but for other names."""
    return lambda weights, **given: cls(
        weights, foreach=False, **{renamed.get(key, key): value for key, value in given.items()}
    )


def qhadam(weights: Weights, **given: Any) -> Any:
    """With the sums of weights in double precision: 4.1.0 makes them in single precision."""
    optimizer = po.QHAdam(weights, foreach=False, **given)
    for weight in weights:
        sums = {name: torch.zeros(1) for name in ("beta1_weight", "beta2_weight")}
        optimizer.state[weight].update(exp_avg=torch.zeros_like(weight), exp_avg_sq=torch.zeros_like(weight), **sums)
    return optimizer


class Sophia:
    """SophiaH with the exact diagonal of the Hessian in place of its estimate, and the paper's parameters."""

    def __init__(
        self,
        weights: Weights,
        lr: float,
        gamma: float,
        eps: float = 1e-12,
        weight_decay: float = 0.0,
        update_period: int = 10,
        **given: Any,
    ) -> None:
        self.weights, self.period, self.made = weights, update_period, 0
        self.inside = po.SophiaH(
            weights, foreach=False, lr=lr / gamma, p=gamma, eps=eps / gamma, weight_decay=weight_decay * gamma, **given
        )

    def zero_grad(self) -> None:
        self.inside.zero_grad()

    def step(self, closure: Callable[[], torch.Tensor]) -> None:
        closure()
        hessian = [self.diagonal(closure)] if self.made % self.period == 0 else None
        # without one of its own the update period of the library would start an estimate
        self.inside.update_period = 10**9
        self.inside.step(hessian=hessian)
        self.made += 1

    def diagonal(self, closure: Callable[[], torch.Tensor]) -> torch.Tensor:
        point = self.weights[0]
        hessian = torch.autograd.functional.hessian(lambda w: closure.formula(w[0], w[1]), point.detach())
        return torch.diagonal(hessian).clone()


def lookahead(weights: Weights, optimizer: str, lr: float, **given: Any) -> Any:
    inside = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer](weights, lr=lr, foreach=False)
    return po.Lookahead(inside, **given)


def cautious(weights: Weights, optimizer: dict[str, Any], lr: float) -> Any:
    given = {key: tuple(value) for key, value in optimizer["lion"].items()}
    return po.Lion(weights, lr=lr, cautious=True, foreach=False, **given)


class Sam:
    """SAM, whose step wants the gradient at the point to be there already.

    4.1.0 takes the length of the gradient in single precision; here it is double.
    """

    def __init__(self, weights: Weights, optimizer: str, lr: float, rho: float = 0.05) -> None:
        inside = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer]
        self.inside = po.SAM(weights, inside, rho=rho, lr=lr, foreach=False)

    def zero_grad(self) -> None:
        self.inside.zero_grad()

    def step(self, closure: Callable[[], torch.Tensor]) -> None:
        closure()
        self.inside.step(closure)


def length_squared(groups: list[dict[str, Any]], **_: Any) -> torch.Tensor:
    return sum((weight.grad * weight.grad).sum() for group in groups for weight in group["params"]).reshape(1)


# our name -> (what makes it, does lr scale with the gradient, variants)
OPTIMIZERS: dict[str, tuple[Maker, bool, list[dict[str, Any]]]] = {
    "adabelief": (
        plain(po.AdaBelief),
        False,
        [
            {"lr": 0.05, "eps": 1e-8},
            {"lr": 0.03, "betas": [0.8, 0.995], "eps": 1e-10, "weight_decay": 0.05},
        ],
    ),
    "yogi": (
        plain(po.Yogi, initial_accumulator_value="initial_accumulator"),
        False,
        [
            {"lr": 0.05},
            {"lr": 0.03, "betas": [0.8, 0.99], "eps": 1e-4, "initial_accumulator_value": 1e-3, "weight_decay": 0.05},
        ],
    ),
    "lion": (
        plain(po.Lion),
        False,
        [
            {"lr": 0.02},
            {"lr": 0.013, "betas": [0.8, 0.95], "weight_decay": 0.1},
        ],
    ),
    "signsgd": (
        plain(po.SignSGD),
        False,
        [
            {"lr": 0.02, "momentum": 0.0},
            {"lr": 0.013, "momentum": 0.9, "weight_decay": 0.1},
        ],
    ),
    "qhm": (
        plain(po.QHM),
        True,
        [
            {"lr": 0.1, "momentum": 0.9, "nu": 0.7},
            {"lr": 0.2, "momentum": 0.8, "nu": 0.5, "weight_decay": 0.03},
        ],
    ),
    "qhadam": (
        qhadam,
        False,
        [
            {"lr": 0.05, "nus": [0.7, 1.0]},
            {"lr": 0.04, "betas": [0.8, 0.99], "nus": [0.5, 0.9], "eps": 1e-4, "weight_decay": 0.05},
        ],
    ),
    "adan": (
        plain(po.Adan),
        False,
        [
            {"lr": 0.05},
            {"lr": 0.03, "betas": [0.95, 0.8, 0.98], "eps": 1e-6, "weight_decay": 0.1},
        ],
    ),
    "sophia": (
        Sophia,
        False,
        [
            {"lr": 0.05, "gamma": 0.5},
            {"lr": 0.04, "betas": [0.9, 0.5], "gamma": 1.0, "eps": 1e-6, "weight_decay": 0.1, "update_period": 3},
        ],
    ),
    "ftrl": (
        plain(po.FTRL),
        False,
        [
            {"lr": 0.5, "beta": 0.0},
            {"lr": 0.2, "beta": 0.0, "lambda_1": 0.01, "lambda_2": 0.03},
        ],
    ),
    "lookahead": (
        lookahead,
        True,
        [
            {"optimizer": "sgd", "lr": 0.1},
            {"optimizer": "adam", "lr": 0.05, "k": 7, "alpha": 0.3},
        ],
    ),
    "sam": (
        Sam,
        True,
        [
            {"optimizer": "sgd", "lr": 0.1},
            {"optimizer": "adam", "lr": 0.05, "rho": 0.02},
        ],
    ),
}


OPTIMIZERS["cautious"] = (
    cautious,
    False,
    [
        {"optimizer": {"lion": {}}, "lr": 0.02},
        {"optimizer": {"lion": {"betas": [0.5, 0.9]}}, "lr": 0.013},
    ],
)


def main() -> None:
    torch.set_default_dtype(torch.float64)
    sys.modules["pytorch_optimizer.optimizer.sam"].get_global_gradient_norm = length_squared
    cases, positions = [], []
    for surface in SURFACES:
        for name, (make, scales, variants) in OPTIMIZERS.items():
            for variant in variants:
                made = case(name, variant, surface, scales)
                given = {key: tuple(v) if isinstance(v, list) else v for key, v in made["hyperparameters"].items()}
                cases.append(made)
                positions.append(path(partial(make, **given), FORMULAS[surface], made["start"]))
    save("pytorch_optimizer_4_1.npz", version("pytorch_optimizer"), cases, positions)


if __name__ == "__main__":
    main()
