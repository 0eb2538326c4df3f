"""From how many starts does who end where: a config's race rolled from a grid of starts over its domain.

python -m benchmarks.starts boss_fight --grid 60     # what docs/measured.md says about the start of boss_fight
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from thalweg.experiment.experiment import Experiment
from thalweg.experiment.outcome_words import lines
from thalweg.experiment.outcomes import OUTCOMES, Facts, Outcomes, outcomes_of
from thalweg.spec import find, load


def from_everywhere(experiment: Experiment, count: int) -> Experiment:
    """The same race, each of its entries from the middles of count x count cells of the domain."""
    (x0, x1), (y0, y1) = experiment.surface.domain
    along = (np.arange(count) + 0.5) / count
    points = np.stack(np.meshgrid(x0 + along * (x1 - x0), y0 + along * (y1 - y0), indexing="ij"), axis=-1)
    starts = points.reshape(-1, 2)
    index, nothing = np.arange(len(starts)), np.zeros(len(starts), np.int64)
    entries = [replace(entry, starts=starts, start_index=index, replica=nothing) for entry in experiment.entries]
    return replace(experiment, entries=tuple(entries))


def ends(facts: Facts) -> npt.NDArray[np.int64]:
    """(balls,) a number for each way to end; balls in and near a minimum ended alike."""
    others = np.select([facts.outcome == word for word in OUTCOMES], [-2 - k for k in range(len(OUTCOMES))])
    return np.where(facts.minimum >= 0, facts.minimum, others)


def main() -> None:
    """Prints how often all agree, and the patterns of who ends where, the most frequent first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config")
    parser.add_argument("--grid", type=int, default=60)
    given = parser.parse_args()
    experiment = from_everywhere(load(find(given.config)).shot.experiment, given.grid)
    outcomes = outcomes_of(experiment, experiment.roll("last"))
    ways = np.stack([ends(facts) for facts in outcomes.entries])
    total, alike = ways.shape[1], int((ways == ways[0]).all(axis=0).sum())
    print(f"{total:,} starts; all {len(ways)} end alike at {alike:,} ({alike / total:.0%})")
    for entry, facts in zip(experiment.entries, outcomes.entries, strict=True):
        groups = lines(Outcomes(outcomes.landmarks, (facts,)), lambda loss: f"{loss:.4g}", 6, report=True)
        print(f"  {entry.label:12} " + "; ".join(f"{group.counts[0]:,} {group.words}" for group in groups))
    deepest = ways == 0
    labels = np.array([entry.label for entry in experiment.entries])
    print("in or near the deepest minimum:")
    for who, number in Counter(map(tuple, deepest.T.tolist())).most_common():
        print(f"  {number:6,}  {', '.join(labels[list(who)]) or 'nobody'}")


if __name__ == "__main__":
    main()
