"""Makes schedulefree_1_4_1.npz: where schedulefree 1.4.1, the authors' own, goes, for tests/test_optimizers_more.py.

Neither torch nor schedulefree is needed by the project. To make the numbers anew, in an environment of its own:

    python3 -m venv ENV
    ENV/bin/pip install torch==2.13.0 numpy
    ENV/bin/pip install --no-deps schedulefree==1.4.1
    ENV/bin/python tests/reference/make_schedulefree.py

`cases.py` says what the file holds; surfaces and gradients are those of make_torch.py. `warmup_steps` is the library's
own warm-up, for which a schedule of lr stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Any

import schedulefree
import torch
from cases import SURFACES, case, save
from make_torch import FORMULAS, path


class Averaged:
    """An optimizer whose parameter is x, the average, between two steps."""

    def __init__(self, weights: list[torch.Tensor], cls: Any, **given: Any) -> None:
        self.inside = cls(weights, foreach=False, **given)

    def zero_grad(self) -> None:
        self.inside.zero_grad()

    def step(self, closure: Callable[[], torch.Tensor]) -> None:
        self.inside.train()
        self.inside.step(closure)
        self.inside.eval()


# our name -> (class, does lr scale with the gradient, variants)
OPTIMIZERS: dict[str, tuple[Any, bool, list[dict[str, Any]]]] = {
    "schedule_free": (
        schedulefree.SGDScheduleFree,
        True,
        [
            {"lr": 0.3},
            {"lr": 0.2, "momentum": 0.7, "weight_decay": 0.03, "r": 1.5},
            {"lr": 0.3, "warmup_steps": 20},
            {"lr": 0.3, "warmup_steps": 20, "weight_lr_power": 0.5},
        ],
    ),
    "schedule_free_adamw": (
        schedulefree.AdamWScheduleFree,
        False,
        [
            {"lr": 0.05},
            {"lr": 0.04, "betas": [0.8, 0.99], "eps": 1e-4, "weight_decay": 0.05, "r": 1.0},
            {"lr": 0.05, "warmup_steps": 10},
        ],
    ),
}


def main() -> None:
    torch.set_default_dtype(torch.float64)
    cases, positions = [], []
    for surface in SURFACES:
        for name, (cls, scales, variants) in OPTIMIZERS.items():
            for variant in variants:
                made = case(name, variant, surface, scales)
                given = {key: tuple(v) if isinstance(v, list) else v for key, v in made["hyperparameters"].items()}
                cases.append(made)
                positions.append(path(partial(Averaged, cls=cls, **given), FORMULAS[surface], made["start"]))
    save("schedulefree_1_4_1.npz", version("schedulefree"), cases, positions)


if __name__ == "__main__":
    main()
