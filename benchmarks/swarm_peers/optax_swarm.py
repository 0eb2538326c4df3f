"""The swarm with optax: the whole run compiled by jax.jit, its steps a lax.scan, float64."""

from __future__ import annotations

import json
import sys
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax


def loss(points):
    x, y = points[:, 0], points[:, 1]
    bowl = 0.075 * x**2 + 0.075 * y**2 / 9
    first = 0.5 * jnp.exp(-2 * (x**2 + y**2))
    return (bowl - first - 0.75 * jnp.exp(-4 * ((x - 1) ** 2 + (y - 1) ** 2))).sum()


@partial(jax.jit, static_argnums=1)
def swarm(starts, steps):
    adam = optax.adam(0.05)

    def step(carry, _):
        points, state = carry
        updates, state = adam.update(jax.grad(loss)(points), state, points)
        return (optax.apply_updates(points, updates), state), None

    return jax.lax.scan(step, (starts, adam.init(starts)), None, length=steps)[0][0]


def main() -> None:
    """As torch_swarm.py; jax takes all cores it may use, so the caller says which."""
    jax.config.update("jax_enable_x64", True)
    for line in sys.stdin:
        asked = json.loads(line)
        starts = jnp.asarray(np.load(asked["starts"]))
        begun = time.perf_counter()
        ends = swarm(starts, asked["steps"]).block_until_ready()
        print(time.perf_counter() - begun, flush=True)
        np.save(asked["ends"], np.asarray(ends))
        print("saved", flush=True)


if __name__ == "__main__":
    main()
