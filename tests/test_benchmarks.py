"""The benchmarks can be started. What they measure is no test: it depends on the machine and on who else uses it."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
DRIVER = ("_measure", "_peers", "_report", "drawing", "encoding", "parts", "quality", "race_data")
PEERS = sorted(path.stem for path in (FOLDER / "peers").glob("*.py") if path.stem not in ("__init__", "race"))


@pytest.mark.parametrize("module", DRIVER)
def test_import_without_drawing(module: str) -> None:
    assert importlib.import_module(f"benchmarks.{module}").__doc__


@pytest.mark.parametrize("peer", PEERS)
def test_peer_parses_and_is_pinned(peer: str) -> None:
    """Their libraries are not installed here, so they are only read."""
    tree = ast.parse((FOLDER / "peers" / f"{peer}.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    from benchmarks import _peers

    pins = _peers.pins(peer)
    assert len(pins) > 3
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+(;.+)?", pin)] == []


def test_every_peer_drawn_has_its_script() -> None:
    from benchmarks.drawing import KEYS, SCRIPTS, WORDS

    assert set(SCRIPTS.values()) == set(PEERS)
    assert set(KEYS.values()) == set(WORDS)


def test_list_says_what_is_compared() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.drawing", "--list"],
        cwd=FOLDER.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {line.split(":")[0] for line in done.stdout.splitlines()} >= {"thalweg", "floor", "plain"}


def test_speed_leaves_start_up_out() -> None:
    from benchmarks._measure import Film, Ran, speed

    short, long = (
        Film(n, Ran(wall=2 + n / 40, cpu=1 + n / 20, peak=None, others=0, output=""), Path()) for n in (40, 120)
    )
    found = speed(short, long)
    assert (found.rate, found.cpu, found.start) == pytest.approx((40, 50, 2.0))


def test_a_busy_machine_gives_no_figure() -> None:
    from benchmarks._measure import Failed, Film, Ran, speed

    for walls in ((9.0, 8.0), (1.0, 9.0)):  # the longer film was quicker; or no time is left for the start
        short, long = (
            Film(frames, Ran(wall, cpu=1, peak=None, others=0, output=""), Path())
            for frames, wall in zip((40, 120), walls, strict=True)
        )
        with pytest.raises(Failed, match="busy"):
            speed(short, long)


SWARMS = sorted(path.stem for path in (FOLDER / "swarm_peers").glob("*_swarm.py"))


@pytest.mark.parametrize("peer", SWARMS)
def test_swarm_peer_parses_and_is_pinned(peer: str) -> None:
    from benchmarks import _peers
    from benchmarks.optimizers import SCRIPTS

    assert ast.get_docstring(ast.parse((FOLDER / "swarm_peers" / f"{peer}.py").read_text(encoding="utf-8")))
    assert len(_peers.pins(peer)) > 3 and peer in SCRIPTS.values()


def test_swarms_are_measured_and_compared() -> None:
    from benchmarks.optimizers import OURS, measured, ours

    first, best, apart = measured({OURS: ours, "again": ours}, 10, 5, 2)
    assert apart == 0 and all(0 < seconds < 60 for seconds in (*first.values(), *best.values()))


def test_the_floor_keeps_its_own_encoder_and_its_film_is_of_the_floor(tmp_path: Path) -> None:
    """x264 writes into a film what it was told; Thalweg's own settings may change, those of the floor may not."""
    film = tmp_path / "floor.mp4"
    command = ["-m", "benchmarks.floor", "boss_fight", "--resolution", "160x90", "--set", "video.seconds=1"]
    subprocess.run([sys.executable, *command, "--jobs", "1", "-o", film], cwd=FOLDER.parent, check=True)
    assert re.search(rb"x264.*cabac=1 .*subme=1 .*bframes=3 .*rc_lookahead=10 .*crf=17\.0", film.read_bytes())
    command = ["-m", "benchmarks.quality", film, "boss_fight", "160x90", "1", "--floor"]
    said = subprocess.run([sys.executable, *command], cwd=FOLDER.parent, check=True, capture_output=True, text=True)
    assert json.loads(said.stdout)["worst"] > 40


def test_what_peers_draw_is_the_race(tmp_path: Path) -> None:
    import numpy as np

    from benchmarks.race_data import export

    export("boss_fight", [4.0], tmp_path / "race.npz")
    race = np.load(tmp_path / "race.npz")
    about = json.loads(str(race["about"]))
    assert len(race["positions"]) == len(about["colors"]) == len(about["labels"]) == len(about["details"]) == 6
    assert len(set(about["colors"])) == 6, "told apart"
    assert race["loss"].shape == race["positions"].shape[:2]
    assert race["seconds_4"][-1] == pytest.approx(4.0, abs=0.05) and race["steps_4"].max() == race["loss"].shape[1] - 1
