"""Machines without a home, a cache, room in it, or a PATH: containers, CI, service users. Films are drawn there too."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.scenes_help import ROOT, decoded
from thalweg.stage import cache
from thalweg.stage.deferred import LateCache
from thalweg.system import folders

FILM = """\
title: $x^2 + y^2$
surface: bowl
start: [-2.2, 1.6]
steps: 12
optimizers: [sgd]
video: {resolution: 160x90, fps: 10, seconds: 1}
"""
MATPLOTLIB = """
import os, sys
from thalweg.typeset.text import span_width
assert span_width("x^2", True, False) > 0
import matplotlib
print(matplotlib.get_cachedir(), matplotlib.get_configdir())
"""


def run(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """A process that knows these variables and no others."""
    return subprocess.run(
        [sys.executable, *map(str, words)], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize("variables", [
    {},
    {"HOME": "NOWHERE"},
    {"HOME": "A FILE", "XDG_CACHE_HOME": "/proc", "TMPDIR": "/missing", "PATH": os.defpath},
], ids=["no variables", "no home", "nothing can be written"])  # fmt: skip
def test_a_film_is_drawn_and_nothing_is_said(variables, tmp_path):
    formula = variables.get("HOME") != "NOWHERE"  # for one, manimlib is the first that wants matplotlib
    (tmp_path / "film.yaml").write_text(FILM if formula else FILM.replace("title: $x^2 + y^2$", "title: A bowl"))
    (tmp_path / "home").write_text("no folder")
    variables = {
        name: {"A FILE": f"{tmp_path}/home", "NOWHERE": f"{tmp_path}/nowhere"}.get(value, value)
        for name, value in variables.items()
    }
    variables["THALWEG_PROGRESS_SECONDS"] = "1000"
    before = set(os.listdir(tempfile.gettempdir()))
    done = run("render.py", tmp_path / "film.yaml", "-o", tmp_path / "film.mp4", **variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{tmp_path / 'film.mp4'}\n", "")
    assert len(decoded(tmp_path / "film.mp4")) == 10
    left = set(os.listdir(tempfile.gettempdir())) - before
    assert not [name for name in left if "thalweg" in name or "matplotlib" in name]
    assert not (ROOT / "~").exists() and not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("spoiled", ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR"])
def test_matplotlib_gets_a_folder_for_the_time_being_where_its_own_cannot_be(spoiled, tmp_path):
    (tmp_path / "file").touch()
    variables = {"HOME": str(tmp_path), spoiled: str(tmp_path / "file"), "TMPDIR": str(tmp_path)}
    done = run("-c", MATPLOTLIB, **variables)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    cached, config = done.stdout.split()
    assert cached == config and Path(cached).parent == tmp_path and not Path(cached).exists()


def test_matplotlib_keeps_its_folder_where_it_can_be_written(tmp_path):
    done = run("-c", MATPLOTLIB, HOME=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == [str(tmp_path / ".cache/matplotlib"), str(tmp_path / ".config/matplotlib")]


def test_with_no_place_at_all_one_line_says_what_to_do(monkeypatch, capsys):
    from thalweg.cli import main as cli

    def nowhere(**_):
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "mkdtemp", nowhere)
    monkeypatch.setattr(folders, "usable", lambda folder: False)
    monkeypatch.setattr(cli, "command", None)
    monkeypatch.delitem(sys.modules, "matplotlib", raising=False)
    folders.settle_matplotlib.cache_clear()
    with pytest.raises(folders.NoFolder):
        folders.settle_matplotlib()
    monkeypatch.setattr(cli, "command", Command())
    assert cli.main([]) == 2
    assert capsys.readouterr().err == "no folder for temporary files can be written here; set TMPDIR to one that can\n"


class Command:
    """Stands for click's: a command line that wants to set a formula."""

    def make_context(self, name, arguments):
        folders.settle_matplotlib()


class Disk:
    """diskcache's Cache on a disk that is full, or whose file is no database."""

    def __init__(self, *_, **__) -> None:
        raise sqlite3.OperationalError("database or disk is full")


def test_manimlibs_store_is_opened_late_or_never(tmp_path, monkeypatch):
    store = LateCache(str(tmp_path / "store"), size_limit=10**6)
    assert not (tmp_path / "store").exists()
    store.set("key", [1, 2])
    other = LateCache(str(tmp_path / "store"))
    assert store.get("key") == other.get("key") == [1, 2]
    store.clear()
    assert store.get("key") is None
    for each in (store, other):
        each._store.close()
    monkeypatch.chdir(tmp_path)
    homeless = LateCache("~/.cache/manim")
    homeless.set("key", 1)
    assert homeless.get("key") is None and not (tmp_path / "~").exists()
    monkeypatch.setattr("diskcache.Cache", Disk)
    full = LateCache(str(tmp_path / "full"))
    full.set("key", 1)
    assert full.get("key") is None


# --- where chunks go when the cache has no room


@pytest.fixture
def rooms(monkeypatch, tmp_path) -> dict[str, int]:
    """Bytes that are free in the folders cache, temporary and beside."""
    free = {"cache": 100, "temporary": 100, "beside": 100}
    for name in free:
        (tmp_path / name).mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(cache, "room", lambda folder: free[folder.relative_to(tmp_path).parts[0]])
    return free


@pytest.mark.parametrize(("free", "place"), [
    ((100, 100, 100), "cache"), ((9, 100, 100), "temporary"), ((9, 9, 100), "beside"), ((1, 5, 4), "temporary"),
    ((0, 0, 1), "beside"),
])  # fmt: skip
def test_chunks_go_where_there_is_room(free, place, rooms, tmp_path, capsys):
    rooms.update(zip(rooms, free, strict=True))
    with cache.kept("a", True, 10, tmp_path / "beside") as folder:
        assert folder.relative_to(tmp_path).parts[0] == place
        (folder / "00000.mp4").touch()
    assert not folder.exists() and list((tmp_path / "beside").iterdir()) == []
    assert list((tmp_path / "cache").rglob("*")) in ([], [tmp_path / "cache" / "thalweg"])
    assert ("--resume: the cache cannot be used" in capsys.readouterr().err) == (place != "cache")


def test_what_is_kept_counts_as_room(rooms, tmp_path):
    with pytest.raises(KeyboardInterrupt), cache.kept("a", False, 10, tmp_path) as folder:
        (folder / "00000.mp4").write_bytes(bytes(8))
        raise KeyboardInterrupt
    rooms["cache"] = 3
    with cache.kept("a", True, 10, tmp_path) as folder:
        assert (folder / "00000.mp4").exists()
    rooms["cache"] = 3
    with cache.kept("a", True, 10, tmp_path / "beside") as folder:
        assert folder.parent == tmp_path / "temporary"
