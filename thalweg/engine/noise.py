"""Noise in the gradients: gaussian, heavy-tailed, or of true mini-batches.

Every draw depends on (seed, start index, replica, step) alone: they are the key and the counter of a Philox generator
(Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). So a run meets the same noise whatever else is
rolled beside it, and all optimizers meet the same. A step has one draw, for whatever points it asks the gradient at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from thalweg.engine.base import Array, Objective, check_ranges
from thalweg.registry import parameter

Indices: TypeAlias = npt.NDArray[np.int64]
CHUNK = 256  # steps whose draws are made at once, run by run
VECTORS, EPOCHS = 0, 1  # what a draw is for: part of the counter


class Runs(NamedTuple):
    """Which run is which: the seed, and for every run the index of its start and its replica, (runs,) each."""

    seed: int
    start: Indices
    replica: Indices


class Source(Protocol):
    """The gradient as the step k sees it."""

    def gradient(self, points: Array, k: int) -> Array: ...

    def keep(self, these: npt.NDArray[np.bool_]) -> None:
        """Go on with some of the runs."""


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Base of all kinds. Raises ValueError, in one line, when a parameter is out of its range."""

    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_ranges(self)

    @property
    def words(self) -> str:
        """What reports call it: 'gaussian, std 0.1'."""
        return self.kind

    def source(self, surface: Objective, runs: Runs, steps: int) -> Source:
        """The surface's gradient with this noise. Raises ValueError, in one line, for a surface that cannot have it."""
        raise NotImplementedError

    def bytes_a_run(self, surface: Any, steps: int) -> int:
        """Memory that drawing takes, for each run."""
        return 2 * 16 * min(CHUNK, steps)


@dataclass(frozen=True, kw_only=True)
class Gaussian(Noise):
    """g + s * (two standard normal numbers), s = std + relative * |g|, |g| the exact gradient's length."""

    kind = "gaussian"
    std: float = parameter(0.0, low=0, doc="of each component, in units of the gradient")
    relative: float = parameter(0.0, low=0, doc="the same, as a share of the gradient's length")

    @property
    def words(self) -> str:
        parts = [f"{name} {value:g}" for name, value in vars(self).items() if value]
        return ", ".join(["gaussian", *(parts or ["std 0"])])

    def source(self, surface: Objective, runs: Runs, steps: int) -> Source:
        return _Added(
            surface, _Drawn(runs, steps, lambda random, shape: random.standard_normal(shape)), self.std, self.relative
        )


@dataclass(frozen=True, kw_only=True)
class StudentT(Noise):
    """g + scale * (two numbers of Student's t distribution): tails that fall like a power.

    Small df, heavy tails: below 2 the variance is infinite, at 1 it is Cauchy's distribution. Simsekli, Sagun,
    Gurbuzbalaban, "A tail-index analysis of stochastic gradient noise in deep neural networks", ICML 2019, find such
    tails in training.
    """

    kind = "student_t"
    df: float = parameter(2.0, low=0.1, high=1e6, doc="degrees of freedom: the smaller, the heavier the tails")
    scale: float = parameter(0.1, low=0, doc="in units of the gradient")

    @property
    def words(self) -> str:
        return f"student_t, df {self.df:g}, scale {self.scale:g}"

    def source(self, surface: Objective, runs: Runs, steps: int) -> Source:
        return _Added(
            surface, _Drawn(runs, steps, lambda random, shape: random.standard_t(self.df, shape)), self.scale, 0.0
        )


@dataclass(frozen=True, kw_only=True)
class Batch(Noise):
    """The gradient of the loss over `batch` of the surface's examples, drawn epoch by epoch without putting back.

    Every run shuffles the examples anew for each epoch; the last batch of an epoch holds what is left.
    """

    kind = "batch"
    batch: int = parameter(MISSING, low=1, high=1_000_000, doc="examples of each step")

    @property
    def words(self) -> str:
        return f"batches of {self.batch}"

    def source(self, surface: Objective, runs: Runs, steps: int) -> Source:
        return _Batches(surface, runs, self.batch, self._examples(surface))

    def bytes_a_run(self, surface: Any, steps: int) -> int:
        count = self._examples(surface)
        return 16 * _epochs_at_once(count, self.batch) * count + 8 * 6 * self.batch

    def _examples(self, surface: Any) -> int:
        count = getattr(surface, "count", None)
        if count is None:
            raise ValueError("batch: this surface is no sum over examples; add noise by std, or take another surface")
        if self.batch > count:
            raise ValueError(f"batch: {self.batch} is more than the surface's {count} examples; use at most {count}")
        return int(count)


NOISES: Mapping[str, type[Noise]] = MappingProxyType({cls.kind: cls for cls in (Gaussian, StudentT, Batch)})


class _Generator:
    """One generator, set to the key of any run at no cost worth speaking of."""

    def __init__(self, runs: Runs) -> None:
        low = (np.uint64(1) << np.uint64(32)) - np.uint64(1)
        self.keys = np.empty((len(runs.start), 2), dtype=np.uint64)
        self.keys[:, 0] = runs.seed
        self.keys[:, 1] = (runs.start.astype(np.uint64) << np.uint64(32)) | (runs.replica.astype(np.uint64) & low)
        self.bits = np.random.Philox(key=0)
        self.random = np.random.Generator(self.bits)

    def of(self, run: int, chunk: int, what: int) -> np.random.Generator:
        """The generator of a run at the begin of one of its chunks; good until it is asked for again."""
        counter = np.array([0, chunk, what, 0], dtype=np.uint64)
        self.bits.state = {
            "bit_generator": "Philox",
            "state": {"counter": counter, "key": self.keys[run]},
            "buffer": np.zeros(4, dtype=np.uint64),
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }
        return self.random


class _Drawn:
    """Two numbers of a distribution for each run and step."""

    def __init__(self, runs: Runs, steps: int, draw: Callable[[np.random.Generator, tuple[int, int]], Array]) -> None:
        self.generator, self.steps, self.draw, self.chunk = _Generator(runs), steps, draw, -1
        self.table: Array = np.empty((0, 0, 2))

    def at(self, k: int) -> Array:
        """(runs, 2)."""
        chunk, row = divmod(k, CHUNK)
        if chunk != self.chunk:
            count, runs = min(CHUNK, self.steps - chunk * CHUNK), len(self.generator.keys)
            self.table, self.chunk = np.empty((count, runs, 2)), chunk
            for run in range(runs):  # a shorter table is the begin of a longer one: numbers are drawn one by one
                self.table[:, run] = self.draw(self.generator.of(run, chunk, VECTORS), (count, 2))
        result: Array = self.table[row]
        return result

    def keep(self, these: npt.NDArray[np.bool_]) -> None:
        self.table, self.generator.keys = self.table[:, these], self.generator.keys[these]


class _Added:
    """Exact gradient + (fixed + relative * its length) * draw."""

    def __init__(self, surface: Objective, drawn: _Drawn, fixed: float, relative: float) -> None:
        self.surface, self.drawn, self.fixed, self.relative = surface, drawn, fixed, relative

    def gradient(self, points: Array, k: int) -> Array:
        exact, draw = self.surface.gradient(points), self.drawn.at(k)
        if not self.relative:
            return exact + self.fixed * draw
        x, y = exact[..., :1], exact[..., 1:]
        return exact + (self.fixed + self.relative * np.sqrt(x * x + y * y)) * draw

    def keep(self, these: npt.NDArray[np.bool_]) -> None:
        self.drawn.keep(these)


class _Batches:
    """The gradient over the examples of the step's batch."""

    def __init__(self, surface: Any, runs: Runs, size: int, count: int) -> None:
        self.surface, self.generator, self.size, self.count = surface, _Generator(runs), size, count
        self.batches, self.epochs, self.chunk = -(-count // size), _epochs_at_once(count, size), -1
        self.order: Indices = np.empty((0, 0, 0), dtype=np.int64)

    def chosen(self, k: int) -> Indices:
        """The examples of step k, (runs, size or fewer)."""
        epoch, batch = divmod(k, self.batches)
        chunk, row = divmod(epoch, self.epochs)
        if chunk != self.chunk:
            plain = np.tile(np.arange(self.count), (self.epochs, 1))
            runs, self.chunk = len(self.generator.keys), chunk
            self.order = np.empty((self.epochs, runs, self.count), dtype=np.int64)
            for run in range(runs):
                self.order[:, run] = self.generator.of(run, chunk, EPOCHS).permuted(plain, axis=1)
        return self.order[row, :, batch * self.size : (batch + 1) * self.size]

    def gradient(self, points: Array, k: int) -> Array:
        result: Array = self.surface.batch_gradient(points, self.chosen(k))
        return result

    def keep(self, these: npt.NDArray[np.bool_]) -> None:
        self.order, self.generator.keys = self.order[:, these], self.generator.keys[these]


def _epochs_at_once(count: int, size: int) -> int:
    """Enough epochs for 64 steps: setting the generator takes longer than shuffling a few examples."""
    return -(-64 // -(-count // size))
