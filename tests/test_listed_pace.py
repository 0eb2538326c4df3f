"""A pace that is listed in the file: when its moments are, what is said of it, and that it travels with the film."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.loading import shot as read
from thalweg.cli.report import report
from thalweg.film.shot import Shot
from thalweg.geometry.display import display_of
from thalweg.parts.motion import Motion
from thalweg.spec import ConfigErrors
from thalweg.spec.pace import unpaced

# x is 2 * 0.9^k and y is 0.8^k of it, without an end; SGD halves x as slowly
BODY = """
surface: {expression: "x**2 + 2*y**2", domain: {x: [-3, 3], y: [-3, 3]}}
start: [2, 2]
steps: 60
optimizers: [sgd: {lr: 0.05, label: Fast}, sgd: {lr: 0.01, label: Slow}]
record: last
video:
  resolution: 320x180
  seconds: 14
  pace:
"""
LIST = """
    - {from_step: 20, to_step: 40, seconds: 2}
    - {when: {label: Fast, event: crosses, x: 1}, slow: 0.25, for: 1.5}
"""


def loaded(text: str, folder: Path) -> Shot:
    return read(folder / "film.yaml", data=text.encode())


def test_its_moments_are_those_of_the_trajectories(tmp_path: Path) -> None:
    """2 * 0.9^k passes 1 between iterates 6 and 7, on the straight line between them."""
    shot = loaded(BODY + LIST, tmp_path)
    motion = Motion(shot, shot.roll(), display_of(shot.surface, shot.roll()), 320)
    before, after = 2 * 0.9**6, 2 * 0.9**7
    crossed = 6 + (before - 1) / (before - after)
    (piece,) = [each for each in motion.timing.pieces if each.name == "slow motion"]
    begin, end = motion.steps_of(piece)
    assert begin < crossed < end
    assert piece.end - piece.begin == pytest.approx(1.5, abs=0.2)
    seconds = motion.seconds_at(np.array([crossed, 20.0, 40.0]))
    assert seconds[0] == pytest.approx((piece.begin + piece.end) / 2, abs=0.2)
    assert seconds[2] - seconds[1] == pytest.approx(2, rel=0.03)
    assert motion.duration == 14 and motion.decisive is None, "the list is in place of what is found"


def test_what_does_not_come_has_its_line(tmp_path: Path) -> None:
    late = BODY + "    - {from_step: 2, to_step: 40, seconds: 2}\n    - {when: {label: Fast, event: crosses, x: 1}}\n"
    never = BODY + "    - {when: {step: 3}}\n    - {when: {label: Slow, event: overtakes, whom: Fast}}\n"
    for text, words in (
        (late, "it is at step 6.59, and steps 2 to 40 have their own seconds; leave one of the two out"),
        (never, "Slow does not overtake Fast in 60 steps; leave it out, or name another moment"),
    ):
        shot = loaded(text, tmp_path)
        (problem,) = unpaced(shot, shot.roll())
        assert str(problem).endswith(f":{len(text.splitlines())}: video.pace.1.when: {words}")
        mended = loaded("\n".join(text.splitlines()[:-1]) + "\n", tmp_path)
        assert unpaced(mended, mended.roll()) == [], "the cure works"


def test_what_does_not_come_is_no_film(tmp_path: Path) -> None:
    from thalweg import load
    from thalweg.cli.main import main

    path = tmp_path / "never.yaml"
    path.write_text(BODY + "    - {when: {label: Slow, event: diverges}}\n", "utf-8")
    with pytest.raises(ConfigErrors, match="Slow does not diverge in 60 steps"):
        load(path).save(tmp_path / "never.mp4")
    assert main([str(path), "-o", str(tmp_path / "never.mp4")]) == 2
    assert main([str(path), "--check"]) == 2
    assert main([str(path), "-o", str(tmp_path / "never.csv")]) == 0, "data have no pace"
    assert not (tmp_path / "never.mp4").exists()


def test_check_says_the_plan(tmp_path: Path) -> None:
    """Part after part from 0 to the end, every step once, the listed ones for as long as they are to last."""
    shot = loaded(BODY + LIST, tmp_path)
    lines = list(report(shot, shot.roll(as_data=True), shot.roll()))
    plan = lines[lines.index("  pace, 14 s") + 1 :]
    form = re.compile(r" +([\d.]+) to +([\d.]+) s  ([a-z -]+)(?:, steps ([\d.]+) to ([\d.]+))?")
    found = [form.fullmatch(each) for each in plan]
    assert all(found)
    parts = [each.groups() for each in found if each]
    assert [begin for begin, *_ in parts[1:]] == [end for _, end, *_ in parts[:-1]]
    assert (parts[0][0], parts[-1][1]) == ("0.00", "14.00")
    steps = [(float(first), float(last)) for *_, first, last in parts if first]
    assert [first for first, _ in steps[1:]] == [last for _, last in steps[:-1]] and steps[0][0] == 0
    assert steps[-1][1] == 60
    assert {name for _, _, name, *_ in parts} >= {"opening", "listed", "slow motion", "hold"}
    (listed,) = [each for each in parts if each[2] == "listed"]
    assert float(listed[1]) - float(listed[0]) == pytest.approx(2, abs=0.05) and listed[3:] == ("20", "40")


def test_it_travels_with_the_film(tmp_path: Path) -> None:
    import yaml

    shot = loaded(BODY + LIST, tmp_path)
    assert shot.resolved["video"]["pace"] == [
        {"from_step": 20, "to_step": 40, "seconds": 2},
        {"when": {"label": "Fast", "event": "crosses", "x": 1}, "slow": 0.25, "for": 1.5},
    ]
    again = loaded(yaml.safe_dump(shot.resolved), tmp_path)
    assert again.video == shot.video and again.resolved == shot.resolved
