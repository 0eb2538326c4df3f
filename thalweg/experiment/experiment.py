"""What is rolled: the experiment, with every default filled in. Knows no picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from thalweg.calculus import Surface
    from thalweg.engine import Optimizer, Record, Trajectory
    from thalweg.engine.clip import Clip
    from thalweg.engine.noise import Noise
    from thalweg.engine.schedules import Schedule
    from thalweg.experiment.recorded import Recording

PROJECTED = "elsewhere, projected"  # what the screen says of a recording whose loss is not the surface's below it


@dataclass(frozen=True)
class Entry:
    """What rolls as one: an optimizer with its hyperparameters and its balls' starts (balls, 2).

    Balls count starts, then replicas: ball i is the replica[i]-th run of start start_index[i], both (balls,).
    `chosen` is what the screen tells: the hyperparameters that were written, lr always, schedule and clipping in words.
    """

    name: str
    label: str
    color: str | None
    optimizer: Optimizer
    starts: npt.NDArray[np.float64]
    chosen: dict[str, Any]
    start_index: npt.NDArray[np.int64]
    replica: npt.NDArray[np.int64]
    schedule: dict[str, Schedule]
    clip: Clip | None
    recording: Recording | None = None


@dataclass(frozen=True)
class Experiment:
    """All that data, reports and outcomes need: who starts where on which surface, for how many steps.

    `seed` is of all that is drawn at random; `tolerance` says how near a minimum a ball has arrived, as a share of the
    domain's diagonal; `record` which steps are kept as data.
    """

    surface: Surface
    entries: tuple[Entry, ...]
    steps: int
    seed: int = 0
    tolerance: float = 0.02
    noise: Noise | None = None
    record: Record = "all"

    def roll(self, record: Record = "all") -> list[Trajectory]:
        """One trajectory an entry, all its balls at once; entries that are the same share it. A recording that is over
        stays where it ended.

        `record` says which steps are kept: what is drawn needs all, data those of `self.record`.
        """
        from thalweg.engine.asked import counted_roll
        from thalweg.engine.record import thinned

        made: dict[tuple[str, bytes], Trajectory] = {}
        rolled = []
        for entry in self.entries:
            if entry.recording:
                rolled.append(thinned(entry.recording.trajectory(self.surface, self.steps), record))
                continue
            same = repr((entry.optimizer, entry.schedule, entry.clip)), entry.starts.tobytes()
            if same not in made:
                made[same] = counted_roll(
                    entry.optimizer,
                    self.surface,
                    entry.starts,
                    self.steps,
                    schedule=entry.schedule,
                    clip=entry.clip,
                    noise=self.noise,
                    seed=self.seed,
                    start_index=entry.start_index,
                    replica=entry.replica,
                    record=record,
                )
            rolled.append(made[same])
        return rolled
