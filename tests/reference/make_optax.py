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


def schedule_free(lr: float, momentum: float) -> Any:
    return optax.contrib.schedule_free(optax.sgd(lr), lr, b1=momentum)


def polyak(lr: float, f_min: float) -> Any:
    return optax.polyak_sgd(max_learning_rate=lr, f_min=f_min, variant="sps+")


def line_search(lr: float, shrink: float = 0.5, c: float = 1e-4) -> Any:
    search = optax.scale_by_backtracking_linesearch(
        10_000, slope_rtol=c, decrease_factor=shrink, increase_factor=np.inf, max_learning_rate=lr
    )
    return optax.chain(optax.sgd(1.0), search)


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
    ("schedule_free", schedule_free, True, [{"lr": 0.3, "momentum": 0.9}, {"lr": 0.1, "momentum": 0.5}], True),
    (
        "schedule_free_adamw",
        plain(optax.contrib.schedule_free_adamw),
        False,
        [{"lr": 0.05}, {"lr": 0.03, "betas": [0.8, 0.99], "eps": 1e-4, "weight_decay": 0.05}],
        True,
    ),
    ("polyak", polyak, False, [{"lr": 0.4, "f_min": 0.0, "not_on": [*STEEP, "abs_valley"]}], True),
    ("polyak", polyak, False, [{"lr": 0.02, "f_min": -2.0, "not_on": [*STEEP, "bowl_with_two_holes"]}], True),
    (
        "line_search",
        line_search,
        False,
        [
            {"lr": 1.0, "not_on": ["bowl_with_two_holes"]},  # at rest the last bit of f decides there
            {"lr": 0.7, "shrink": 0.8, "c": 0.3, "not_on": ["bowl_with_two_holes"]},
        ],
        True,
    ),
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
    extra: dict[str, Callable[[jax.Array], dict[str, Any]]] = {
        "sam": lambda _: {"grad_fn": lambda at, _: slope(at)},
        "sophia": lambda _: {"obj_fn": loss},
        "polyak": lambda at: {"value": loss(at)},
        "line_search": lambda at: {"value": loss(at), "grad": slope(at), "value_fn": loss},
    }

    @jax.jit
    def step(point: Any, state: Any) -> Any:
        gradient = slope(point.fast if name == "lookahead" else point)
        updates, state = optimizer.update(gradient, state, point, **extra.get(name, lambda _: {})(point))
        return optax.apply_updates(point, updates), state

    def shown(point: Any, state: Any) -> np.ndarray:
        if name.startswith("schedule_free"):
            return np.asarray(optax.contrib.schedule_free_eval_params(state, point))
        return np.asarray(point.fast if name == "lookahead" else point)

    state, positions = optimizer.init(point), [np.array(start)]
    for _ in range(STEPS):
        point, state = step(point, state)
        positions.append(shown(point, state))
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
