"""The trajectories as data: csv, npz and json, each written whole or not at all.

A run is an entry and one of its balls; balls count starts, then replicas: with s starts, ball i is replica i // s of
start i % s. Numbers read back exactly; the same config gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thalweg.engine.asked import UNKNOWN
from thalweg.engine.cores import cores, in_order
from thalweg.experiment.experiment import Entry, Experiment
from thalweg.experiment.outcomes import ASKED, Facts, Outcomes, outcomes_of
from thalweg.system.output import whole
from thalweg.version import VERSION

if TYPE_CHECKING:
    from thalweg.engine import Trajectory

HEADER = ("label", "optimizer", "ball", "step", "x", "y", "loss", "grad_x", "grad_y", "status")
ROWS_AT_ONCE = 100_000  # of a csv, for a swarm's memory
TEST = "test_loss"  # the column, and the array, of the test surface's loss
LONGEST = 240  # bytes of a row behind label and optimizer: two whole numbers, six others and a word
ARRAYS = ("positions", "loss", "gradient", "gradient_used", "gradient_at")


class Run(NamedTuple):
    """Ball `ball` of an entry, and its row in the entry's trajectory."""

    entry: Entry
    trajectory: Trajectory
    ball: int


def runs(experiment: Experiment, trajectories: Sequence[Trajectory]) -> Iterator[Run]:
    """Every run, entry by entry and ball by ball: the order of all data."""
    for entry, trajectory in zip(experiment.entries, trajectories, strict=True):
        for ball in range(len(entry.starts)):
            yield Run(entry, trajectory, ball)


def write(path: Path, experiment: Experiment, trajectories: Sequence[Trajectory], config: Mapping[str, Any]) -> None:
    """The form is the path's suffix: .csv, .npz or .json; the latter two hold the `config`, too. Raises OSError."""
    trajectories = [
        _ended(each) if entry.recording else each for entry, each in zip(experiment.entries, trajectories, strict=True)
    ]
    if path.suffix.lower() == ".csv":
        write_csv(path, experiment, trajectories)
    else:
        {".npz": write_npz, ".json": write_json}[path.suffix.lower()](path, experiment, trajectories, config)


def _ended(trajectory: Trajectory) -> Trajectory:
    """A recording with NaN after each run's end, as in every run, in place of what is shown there."""
    gone = np.arange(len(trajectory.steps)) > trajectory.ends[:, None]
    return replace(
        trajectory,
        loss=np.where(gone, np.nan, trajectory.loss),
        positions=np.where(gone[..., None], np.nan, trajectory.positions),
        gradient=np.where(gone[..., None], np.nan, trajectory.gradient),
    )


def write_csv(path: Path, experiment: Experiment, trajectories: Sequence[Trajectory]) -> None:
    """A row for each run and step that is kept, step 0 being the start, up to the run's last; see HEADER, behind which
    stands the test loss where there is a test surface.
    """
    tested = experiment.test_loss if experiment.test_surface is not None else None
    with whole(path) as part, part.open("wb") as file:
        file.write(_csv_line((*HEADER, *([TEST] if tested else [])), "\n").encode())
        for entry, trajectory in zip(experiment.entries, trajectories, strict=True):
            named = _csv_line((entry.label, trajectory.optimizer))
            count, rows = len(trajectory.last), len(trajectory.steps)
            some = np.array_split(np.arange(count), -(-count * rows // ROWS_AT_ONCE))
            room = max(map(len, some)) * rows * (len(named.encode()) + LONGEST)
            for lines in in_order(partial(_csv_rows, named, trajectory, tested), some, room, cores()):
                file.write(lines)


def _csv_line(fields: Sequence[str], end: str = "") -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator=end).writerow(fields)
    return line.getvalue()


def _csv_rows(
    named: str, trajectory: Trajectory, tested: Callable[[Any], Any] | None, balls: npt.NDArray[np.int64]
) -> bytes:
    """The lines of some balls of an entry; `named` is what all of them begin with. A csv.writer makes the same ones in
    half as much time again: it asks of each number whether it has to be quoted.
    """
    ends = trajectory.ends[balls]
    which, row = np.nonzero(np.arange(len(trajectory.steps)) <= ends[:, None])
    ball, final = balls[which], row == ends[which]
    step = np.where(final, trajectory.last[ball], np.asarray(trajectory.steps)[row])
    numbers = (trajectory.positions[ball, row], trajectory.loss[ball, row][:, None], trajectory.gradient[ball, row])
    status = np.where(final, trajectory.status[ball], "ok")
    if tested:
        losses = tested(trajectory.positions[ball, row]).tolist()
        status = np.array([f"{state},{loss!r}" for state, loss in zip(status.tolist(), losses, strict=True)])
    made = "".join(
        [
            f"{named},{b},{s},{x!r},{y!r},{loss!r},{grad_x!r},{grad_y!r},{state}\n"
            for b, s, (x, y, loss, grad_x, grad_y), state in zip(
                ball.tolist(), step.tolist(), np.hstack(numbers).tolist(), status.tolist(), strict=True
            )
        ]
    )
    return made.encode()


def write_npz(
    path: Path, experiment: Experiment, trajectories: Sequence[Trajectory], config: Mapping[str, Any]
) -> None:
    """Arrays whose first axis is runs, NaN after a run's end; `config` (JSON) and `version` are texts.

    label, optimizer, ball, start (runs, 2), start_index, replica, status, last; steps (rows,): those that are kept, all
    steps+1 unless `record` says otherwise; positions, gradient (runs, rows, 2), loss (runs, rows); gradient_used and
    gradient_at (runs, rows, 2), without a row for the start: what the step to each row used and where it was taken;
    state_NAME (runs, rows, ...): inner state, NaN for optimizers that have none of that name. test_loss (runs, rows):
    the test surface's at positions, where there is one. A run that ended at a
    step that is not kept has its end in the next row.

    What became of each run (outcomes.py says it exactly; -1 and NaN where there is no such number): outcome,
    one of its words; minimum, the place in critical_points of the one it is in or near; distance to it, or to the
    nearest; steps_to_minimum; evaluations and evaluations_to_minimum (runs, 3) of f, gradient, Hessian;
    stability_limit at the start; stored_per_weight, numbers its optimizer keeps. And of the surface:
    critical_points (n, 3) as x, y, loss, minima first; critical_kind, critical_eigenvalues (n, 2),
    critical_stability_limit; critical_points_complete, false where there may be more.
    """
    listed = list(runs(experiment, trajectories))
    arrays: dict[str, npt.NDArray[Any]] = {
        "label": np.array([run.entry.label for run in listed]),
        "optimizer": np.array([run.trajectory.optimizer for run in listed]),
        "ball": np.array([run.ball for run in listed]),
        "start_index": np.concatenate([entry.start_index for entry in experiment.entries]),
        "replica": np.concatenate([entry.replica for entry in experiment.entries]),
        "start": np.concatenate([entry.starts for entry in experiment.entries]),
        "status": np.concatenate([trajectory.status for trajectory in trajectories]).astype(str),
        "last": np.concatenate([trajectory.last for trajectory in trajectories]),
        "steps": np.array(trajectories[0].steps),
        "config": np.array(json.dumps(config, allow_nan=False)),
        "version": np.array(VERSION),
    }
    for name in ARRAYS:
        arrays[name] = np.concatenate([getattr(trajectory, name) for trajectory in trajectories])
    if (tested := experiment.test_loss(arrays["positions"])) is not None:
        arrays[TEST] = tested
    with whole(path) as part, part.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays, **_facts(experiment, trajectories), **_states(trajectories))


def _facts(experiment: Experiment, trajectories: Sequence[Trajectory]) -> dict[str, npt.NDArray[Any]]:
    """The facts about all runs and the critical points, as arrays."""
    outcomes = outcomes_of(experiment, trajectories)
    found = outcomes.landmarks.critical_points
    names = {
        "outcome": "outcome",
        "minimum": "minimum",
        "distance": "distance",
        "steps_to_minimum": "steps",
        "evaluations": "evaluations",
        "evaluations_to_minimum": "until",
        "stability_limit": "limit",
    }
    places = np.reshape([each[:3] for each in found], (-1, 3))
    return {
        **{name: np.concatenate([getattr(each, own) for each in outcomes.entries]) for name, own in names.items()},
        "stored_per_weight": np.repeat(
            [each.stored for each in outcomes.entries], [len(each.minimum) for each in outcomes.entries]
        ),
        "critical_points": places,
        "critical_points_complete": np.array(outcomes.landmarks.complete),
        "critical_kind": np.array([each.kind for each in found], dtype=str),
        "critical_eigenvalues": np.reshape([each.eigenvalues for each in found], (-1, 2)),
        "critical_stability_limit": np.array([each.stability_limit for each in found], dtype=np.float64),
    }


def _states(trajectories: Sequence[Trajectory]) -> dict[str, npt.NDArray[np.float64]]:
    """Inner state by name over all runs; where optimizers keep it in different shapes the smaller is repeated."""
    names = dict.fromkeys(name for trajectory in trajectories for name in trajectory.state)
    states = {}
    for name in names:
        shape = max((each.state[name].shape[1:] for each in trajectories if name in each.state), key=len)
        parts = []
        for trajectory in trajectories:
            count = len(trajectory.loss)
            own = trajectory.state.get(name, np.full((count, *shape), np.nan))
            own = own.reshape(own.shape + (1,) * (len(shape) + 1 - own.ndim))
            parts.append(np.broadcast_to(own, (count, *shape)))
        states[f"state_{name}"] = np.concatenate(parts).astype(np.float64)
    return states


def write_json(
    path: Path, experiment: Experiment, trajectories: Sequence[Trajectory], config: Mapping[str, Any]
) -> None:
    """{version, config, critical_points: [{x, y, loss, kind, eigenvalues, stability_limit}], critical_points_complete,
    runs: [{label, optimizer, ball, start_index, replica, status, last, start, outcome, minimum, facts, positions,
    ...}]}.

    The arrays and facts are those of the npz, per run; a number that is not finite, or that there is not, is null.
    """
    outcomes = outcomes_of(experiment, trajectories)
    with whole(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        resolved = json.dumps(config, allow_nan=False)
        points = json.dumps(_critical_points(outcomes), allow_nan=False)
        file.write(
            f'{{"version": "{VERSION}",\n"config": {resolved},\n"critical_points": {points},\n'
            f'"critical_points_complete": {json.dumps(outcomes.landmarks.complete)},\n"runs": ['
        )
        each_ball = [(each, ball) for each in outcomes.entries for ball in range(len(each.minimum))]
        for number, (entry, trajectory, ball) in enumerate(runs(experiment, trajectories)):
            made = {
                "label": entry.label,
                "optimizer": trajectory.optimizer,
                "ball": ball,
                "start_index": int(entry.start_index[ball]),
                "replica": int(entry.replica[ball]),
                "status": str(trajectory.status[ball]),
                "last": int(trajectory.last[ball]),
                "steps": [*trajectory.steps],
                "start": entry.starts[ball].tolist(),
                "outcome": str(each_ball[number][0].outcome[ball]),
                "minimum": int(each_ball[number][0].minimum[ball]),
                "facts": _fact(*each_ball[number]),
            }
            made |= {name: _nulled(getattr(trajectory, name)[ball]) for name in ARRAYS}
            if (tested := experiment.test_loss(trajectory.positions[ball])) is not None:
                made[TEST] = _nulled(tested)
            made["state"] = {name: _nulled(values[ball]) for name, values in trajectory.state.items()}
            file.write((",\n" if number else "\n") + json.dumps(made, allow_nan=False))
        file.write("\n]}\n")


def _critical_points(outcomes: Outcomes) -> list[dict[str, Any]]:
    return [
        {
            "x": each.x,
            "y": each.y,
            "loss": each.value,
            "kind": each.kind,
            "eigenvalues": _nulled(np.array(each.eigenvalues)),
            "stability_limit": _nulled(each.stability_limit),
        }
        for each in outcomes.landmarks.critical_points
    ]


def _fact(facts: Facts, ball: int) -> dict[str, Any]:
    """The facts about one ball, null where there is no such number."""

    def counts(asked: npt.NDArray[np.int64]) -> dict[str, int] | None:
        return None if UNKNOWN in asked else dict(zip(ASKED, asked.tolist(), strict=True))

    def whole_number(numbers: npt.NDArray[np.int64]) -> int | None:
        return None if numbers[ball] < 0 else int(numbers[ball])

    return {
        "outcome": str(facts.outcome[ball]),
        "minimum": whole_number(facts.minimum),
        "distance": _nulled(facts.distance[ball]),
        "steps_to_minimum": whole_number(facts.steps),
        "evaluations": counts(facts.evaluations[ball]),
        "evaluations_to_minimum": counts(facts.until[ball]),
        "stability_limit": _nulled(facts.limit[ball]),
        "stored_per_weight": None if facts.stored < 0 else facts.stored,
    }


def _nulled(numbers: npt.NDArray[np.float64] | float) -> Any:
    """Nested lists, or a number; null where it is not finite."""
    values = np.asarray(numbers)
    if np.isfinite(values).all():
        return values.tolist()
    plain = np.array(values.astype(object))
    plain[~np.isfinite(values)] = None
    return plain.tolist()
