"""Makes optax_0_2_8.npz: where optax 0.2.8 goes, in float64, for tests/test_optimizers_more.py.

Neither jax nor optax is needed by the project. To make the numbers anew, in an environment of its own:

    python3 -m venv ENV
    ENV/bin/pip install optax==0.2.8 jax
    ENV/bin/python tests/reference/make_optax.py

`cases.py` says what the file holds. Where optax's rule is not ours the case says `agrees: false`, and the test shows
that the paths part. The surfaces are written out here on their own and their gradients are jax's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax
from cases import STEPS, SURFACES, case, save
from jax import numpy as jnp

jax.config.update("jax_enable_x64", True)


def bowl_with_two_holes(x: jax.Array, y: jax.Array) -> jax.Array:
    bowl = 0.075 * x**2 + 0.075 * y**2 / 9
    return bowl - 0.5 * jnp.exp(-2 * (x**2 + y**2)) - 0.75 * jnp.exp(-4 * ((x - 1) ** 2 + (y - 1) ** 2))


def abs_valley(x: jax.Array, y: jax.Array) -> jax.Array:
    return x**2 + 0.3 * jnp.abs(y)


def rosenbrock(x: jax.Array, y: jax.Array) -> jax.Array:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def himmelblau(x: jax.Array, y: jax.Array) -> jax.Array:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


FORMULAS = {made.__name__: made for made in (bowl_with_two_holes, abs_valley, rosenbrock, himmelblau)}
STEEP = ["rosenbrock", "himmelblau"]  # where Adadelta's rounding grows until no two correct programs agree
RENAMED = {"momentum": "beta", "update_period": "update_interval"}


def plain(make: Callable[..., Any], **fixed: Any) -> Callable[..., Any]:
    """Of a function of optax whose hyperparameters are ours, but for their names."""

    def made(
        lr: float,
        betas: tuple[float, ...] = (),
        etas: tuple[float, ...] = (),
        step_sizes: tuple[float, ...] = (),
        **given: Any,
    ) -> Any:
        own = {f"b{index + 1}": beta for index, beta in enumerate(betas)}
        own |= dict(zip(("eta_minus", "eta_plus"), etas, strict=False))
        own |= dict(zip(("min_step_size", "max_step_size"), step_sizes, strict=False))
        return make(lr, **own, **{RENAMED.get(key, key): value for key, value in given.items()}, **fixed)

    return made


def adabelief(lr: float, betas: tuple[float, float], eps: float) -> Any:
    return optax.adabelief(lr, b1=betas[0], b2=betas[1], eps=eps, eps_root=eps)


def lookahead(optimizer: str, lr: float, k: int = 5, alpha: float = 0.5) -> Any:
    return optax.lookahead(getattr(optax, optimizer)(lr), sync_period=k, slow_step_size=alpha)


def sam(optimizer: str, lr: float, rho: float = 0.05) -> Any:
    uphill = optax.chain(optax.contrib.normalize(), optax.sgd(rho))
    return optax.contrib.sam(getattr(optax, optimizer)(lr), uphill, opaque_mode=True)


# our name -> (what makes it, does lr scale with the gradient, variants, is the rule ours)
OPTIMIZERS: list[tuple[str, Callable[..., Any], bool, list[dict[str, Any]], bool]] = [
    (
        "adamw",
        plain(optax.adamw),
        False,
        [{"lr": 0.05, "weight_decay": 0.01}, {"lr": 0.04, "betas": [0.8, 0.995], "weight_decay": 0.3, "eps": 1e-6}],
        True,
    ),
    ("adamax", plain(optax.adamax), False, [{"lr": 0.05}, {"lr": 0.06, "betas": [0.8, 0.99], "eps": 1e-4}], True),
    (
        "adadelta",
        plain(optax.adadelta),
        False,
        [{"lr": 1.0, "not_on": STEEP}, {"lr": 0.8, "rho": 0.95, "eps": 1e-4, "not_on": STEEP}],
        True,
    ),
    (
        "radam",
        plain(optax.radam),
        True,
        [{"lr": 0.05, "eps": 0.0}, {"lr": 0.04, "betas": [0.8, 0.99], "eps": 0.0}],
        True,
    ),
    (
        "adabelief",
        adabelief,
        False,
        [{"lr": 0.05, "betas": [0.9, 0.999], "eps": 1e-8}, {"lr": 0.03, "betas": [0.8, 0.995], "eps": 1e-10}],
        True,
    ),
    ("yogi", plain(optax.yogi), False, [{"lr": 0.05}, {"lr": 0.03, "betas": [0.8, 0.99], "eps": 1e-4}], True),
    (
        "lion",
        plain(optax.lion),
        False,
        [{"lr": 0.02, "weight_decay": 0.0}, {"lr": 0.013, "betas": [0.8, 0.95], "weight_decay": 0.1}],
        True,
    ),
    ("signsgd", plain(optax.sign_sgd), False, [{"lr": 0.02}], True),
    ("signsgd", plain(optax.signum), False, [{"lr": 0.013, "momentum": 0.9}], True),
    (
        "lookahead",
        lookahead,
        True,
        [{"optimizer": "sgd", "lr": 0.1}, {"optimizer": "adam", "lr": 0.05, "k": 7, "alpha": 0.3}],
        True,
    ),
    ("sam", sam, True, [{"optimizer": "sgd", "lr": 0.1}, {"optimizer": "adam", "lr": 0.05, "rho": 0.02}], True),
    ("amsgrad", plain(optax.amsgrad), False, [{"lr": 0.05}], False),
    ("nadam", plain(optax.nadam), False, [{"lr": 0.04}], False),
    ("radam", plain(optax.radam), True, [{"lr": 0.05, "eps": 1e-2}], False),
    ("rprop", plain(optax.rprop), False, [{"lr": 0.05}], False),
    ("adan", plain(optax.adan, eps_root=0.0), False, [{"lr": 0.05}], False),
    (
        "sophia",
        lambda **given: plain(optax.contrib.sophia, weight_decay=0.0, hessian_diagonal_fn=exact())(**given),
        False,
        [{"lr": 0.05, "gamma": 0.5}],
        False,
    ),
]


def exact() -> Any:
    """The exact diagonal of the Hessian, in the place of optax's estimate."""

    def update(_: Any, state: Any, params: Any = None, *, obj_fn: Any) -> Any:
        return jnp.diagonal(jax.hessian(obj_fn)(params)), state

    return optax.GradientTransformationExtraArgs(lambda _: None, update)


def path(name: str, optimizer: Any, formula: Callable[..., jax.Array], start: list[float]) -> np.ndarray:
    """Positions (STEPS + 1, 2) of one run."""

    def loss(point: jax.Array) -> jax.Array:
        return formula(point[0], point[1])

    slope, point = jax.grad(loss), jnp.array(start)
    point = optax.LookaheadParams.init_synced(point) if name == "lookahead" else point
    extra: dict[str, Any] = {"sam": {"grad_fn": lambda at, _: slope(at)}, "sophia": {"obj_fn": loss}}.get(name, {})

    @jax.jit
    def step(point: Any, state: Any) -> Any:
        gradient = slope(point.fast if name == "lookahead" else point)
        updates, state = optimizer.update(gradient, state, point, **extra)
        return optax.apply_updates(point, updates), state

    state, positions = optimizer.init(point), [np.array(start)]
    for _ in range(STEPS):
        point, state = step(point, state)
        positions.append(np.asarray(point.fast if name == "lookahead" else point))
    return np.array(positions)


def main() -> None:
    assert optax.__version__ == "0.2.8", optax.__version__
    cases, positions = [], []
    for surface in SURFACES:
        for name, make, scales, variants, agrees in OPTIMIZERS:
            for variant in variants:
                if surface in variant.get("not_on", []):
                    continue
                made = case(name, variant, surface, scales, agrees)
                cases.append(made)
                positions.append(path(name, make(**made["hyperparameters"]), FORMULAS[surface], made["start"]))
    save("optax_0_2_8.npz", optax.__version__, cases, positions)


if __name__ == "__main__":
    main()
