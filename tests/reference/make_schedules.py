"""Makes torch_schedules_2_13.json: what torch.optim.lr_scheduler 2.13.0 leaves in an optimizer, step by step.

Run with a Python that has torch 2.13.0; torch is no dependency of the project:

    python tests/reference/make_schedules.py

A case is {kind, given, hyperparameter, values}: the values (STEPS,) that step k = 0, 1, ... used, of an SGD with lr 0.4
and momentum 0.9, or, where the hyperparameter is beta1, of an Adam with lr 0.4. A run is {optimizer, kind, given,
positions}: where that optimizer went on (x^2 + 5 y^2) / 2 in RUN_STEPS steps from RUN_START while its momentum cycled.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import torch
from torch.optim import lr_scheduler as theirs

STEPS, LR, MOMENTUM = 150, 0.4, 0.9
CLASSES = {
    "constant": theirs.ConstantLR,
    "step": theirs.StepLR,
    "multistep": theirs.MultiStepLR,
    "exponential": theirs.ExponentialLR,
    "linear": theirs.LinearLR,
    "polynomial": theirs.PolynomialLR,
    "cosine": theirs.CosineAnnealingLR,
    "cosine_restarts": theirs.CosineAnnealingWarmRestarts,
    "one_cycle": theirs.OneCycleLR,
    "cyclic": theirs.CyclicLR,
}
CASES: list[tuple[str, dict[str, Any]]] = [
    ("constant", {}),
    ("constant", {"factor": 0.2, "total_iters": 40}),
    ("step", {"step_size": 30}),
    ("step", {"step_size": 7, "gamma": 0.9}),
    ("multistep", {"milestones": [10, 60, 61]}),
    ("multistep", {"milestones": [50, 20], "gamma": 0.5}),
    ("exponential", {"gamma": 0.97}),
    ("linear", {}),
    ("linear", {"start_factor": 1.0, "end_factor": 0.05, "total_iters": 100}),
    ("polynomial", {}),
    ("polynomial", {"total_iters": 120, "power": 2.5}),
    ("cosine", {"T_max": 150}),
    ("cosine", {"T_max": 40, "eta_min": 0.01}),
    ("cosine_restarts", {"T_0": 25}),
    ("cosine_restarts", {"T_0": 10, "T_mult": 2, "eta_min": 0.02}),
    ("one_cycle", {"max_lr": 0.4, "total_steps": 150}),
    (
        "one_cycle",
        {
            "max_lr": 0.7,
            "total_steps": 150,
            "pct_start": 0.25,
            "anneal_strategy": "linear",
            "div_factor": 10,
            "final_div_factor": 100,
            "three_phase": True,
            "cycle_momentum": True,
            "base_momentum": 0.8,
        },
    ),
    ("one_cycle", {"max_lr": 1.0, "total_steps": 200, "cycle_momentum": True}),
    ("cyclic", {"max_lr": 1.0, "step_size_up": 20}),
    (
        "cyclic",
        {"max_lr": 1.0, "step_size_up": 10, "step_size_down": 30, "mode": "triangular2", "cycle_momentum": True},
    ),
    ("cyclic", {"max_lr": 0.9, "step_size_up": 12, "mode": "exp_range", "gamma": 0.99}),
]
WARM = [
    ("cosine", {"T_max": 130}),
    ("exponential", {"gamma": 0.97}),
    ("step", {"step_size": 30}),
    ("multistep", {"milestones": [10, 60]}),
    ("cosine_restarts", {"T_0": 25}),
]
WARMUP, FACTOR = 20, 0.1


CYCLES = [
    ("one_cycle", {"max_lr": 0.7, "total_steps": 150, "cycle_momentum": True}),
    (
        "one_cycle",
        {
            "max_lr": 0.4,
            "total_steps": 150,
            "three_phase": True,
            "anneal_strategy": "linear",
            "cycle_momentum": True,
            "base_momentum": 0.6,
            "max_momentum": 0.99,
        },
    ),
    ("cyclic", {"max_lr": 1.0, "step_size_up": 20, "cycle_momentum": True}),
]
RUN_STEPS, RUN_START = 40, [1.0, -2.0]
RUNS = [
    (name, kind, given)
    for name in ("Adam", "AdamW", "NAdam", "SGD")
    for kind, given in (
        ("one_cycle", {"max_lr": 0.1, "total_steps": 40, "cycle_momentum": True}),
        ("cyclic", {"max_lr": 0.08, "step_size_up": 7, "cycle_momentum": True}),
    )
]


def beta(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """What a cycle does to the beta1 of an Adam."""
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))], lr=LR)
    scheduler = CLASSES[kind](optimizer, **given, **({"base_lr": LR} if kind == "cyclic" else {}))
    values = []
    for _ in range(STEPS):
        values.append(float(optimizer.param_groups[0]["betas"][0]))
        optimizer.step()
        scheduler.step()
    return {"kind": kind, "given": given, "hyperparameter": "beta1", "values": values}


def path(name: str, kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """A run whose momentum cycles."""
    weight = torch.nn.Parameter(torch.tensor(RUN_START, dtype=torch.float64))
    own = {"momentum": 0.9} if name == "SGD" else {}
    optimizer = getattr(torch.optim, name)([weight], lr=0.05, **own)
    scheduler = CLASSES[kind](optimizer, **given, **({"base_lr": 0.05} if kind == "cyclic" else {}))
    positions = [weight.tolist()]
    for _ in range(RUN_STEPS):
        optimizer.zero_grad()
        ((weight[0] ** 2 + 5 * weight[1] ** 2) / 2).backward()
        optimizer.step()
        scheduler.step()
        positions.append(weight.tolist())
    return {"optimizer": name.lower(), "kind": kind, "given": given, "positions": positions}


def run(kind: str, given: dict[str, Any], warmup: int) -> list[dict[str, Any]]:
    """lr, and momentum where the schedule moves it."""
    given = {**given, **({"base_lr": LR} if kind == "cyclic" else {})}
    if kind in ("one_cycle", "cyclic"):
        given = {"cycle_momentum": False, **given}
    weight = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))
    optimizer = torch.optim.SGD([weight], lr=LR, momentum=MOMENTUM)
    scheduler = CLASSES[kind](optimizer, **given)
    if warmup:
        optimizer = torch.optim.SGD([weight], lr=LR, momentum=MOMENTUM)
        rising = theirs.LinearLR(optimizer, start_factor=FACTOR, total_iters=warmup)
        scheduler = theirs.SequentialLR(optimizer, [rising, CLASSES[kind](optimizer, **given)], milestones=[warmup])
    values: dict[str, list[float]] = {"lr": [], "momentum": []}
    for _ in range(STEPS):
        for name, seen in values.items():
            seen.append(float(optimizer.param_groups[0][name]))
        optimizer.step()
        scheduler.step()
    moving = ["lr", "momentum"] if given.get("cycle_momentum") else ["lr"]
    told = {key: value for key, value in given.items() if key not in ("base_lr",)}
    if kind in ("one_cycle", "cyclic") and not told["cycle_momentum"]:
        del told["cycle_momentum"]
    if warmup:
        told = {**told, "warmup": warmup, "warmup_factor": FACTOR}
    return [{"kind": kind, "given": told, "hyperparameter": name, "values": values[name]} for name in moving]


def main() -> None:
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    warnings.simplefilter("ignore")
    cases = [case for kind, given in CASES for case in run(kind, given, 0)]
    cases += [case for kind, given in WARM for case in run(kind, given, WARMUP)]
    cases += [beta(kind, given) for kind, given in CYCLES]
    torch.set_default_dtype(torch.float64)  # or NAdam multiplies its mu in single precision
    runs = [path(name, kind, given) for name, kind, given in RUNS]
    target = Path(__file__).with_name("torch_schedules_2_13.json")
    made = {"version": torch.__version__, "lr": LR, "momentum": MOMENTUM, "cases": cases, "runs": runs}
    target.write_text(json.dumps(made, indent=None, separators=(",", ":")) + "\n", encoding="utf-8")
    print(target, len(cases), len(runs))


if __name__ == "__main__":
    main()
