"""Where finished chunks are kept: for whom, for how long, how much of it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.jobs_help import SMALL
from tests.scenes_help import film
from thalweg.stage import cache


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "thalweg"


def cut_off(key: str, *names: str, size: int = 1, resume: bool = False) -> list[str]:
    """A run that puts files into its folder and is then interrupted; what it found there."""
    found: list[str] = []
    with pytest.raises(KeyboardInterrupt), cache.kept(key, resume) as folder:
        found = sorted(file.name for file in folder.iterdir() if file.name != cache.LOCK)
        for name in names:
            (folder / name).write_bytes(bytes(size))
        raise KeyboardInterrupt
    return found


def left(root: Path) -> list[str]:
    return sorted(file.relative_to(root).as_posix() for file in root.rglob("*") if file.name != cache.LOCK)


def test_a_film_that_is_done_leaves_nothing(root):
    with cache.kept("a", False) as folder:
        (folder / "00000.mp4").touch()
        assert folder == root / "a"
    assert left(root) == []


def test_a_film_that_is_cut_off_leaves_its_finished_chunks(root):
    cut_off("a", "00000.mp4", "00001.part.mp4")
    assert left(root) == ["a", "a/00000.mp4"]
    assert cut_off("b") == []
    assert cut_off("a", resume=True) == ["00000.mp4"]
    assert cut_off("a") == [] and left(root) == []


def test_what_a_killed_process_left_half_done_is_not_resumed(root):
    cut_off("a", "00000.mp4")
    (root / "a" / "00001.part.mp4").touch()
    assert cut_off("a", resume=True) == ["00000.mp4"]


def test_two_at_the_same_film_do_not_meet(root, capsys):
    with cache.kept("a", False) as folder:
        (folder / "00000.mp4").touch()
        with cache.kept("a", False) as other:
            assert root not in other.parents and list(other.iterdir()) == []
        assert capsys.readouterr().err == ""
        with cache.kept("a", True) as other:
            assert list(other.iterdir()) == []
        assert "--resume" in capsys.readouterr().err
        assert (folder / "00000.mp4").exists()
    assert not other.exists()


@pytest.mark.parametrize("resume", [True, False])
def test_a_cache_that_cannot_be_written(resume, root, capsys):
    root.parent.write_text("a file where the folder should be")
    with cache.kept("a", resume) as folder:
        (folder / "00000.mp4").touch()
    assert not folder.exists() and root.parent.read_text() == "a file where the folder should be"
    said = capsys.readouterr().err.splitlines()
    assert len(said) == resume and all(line.startswith("--resume: ") for line in said)


def test_it_is_bounded_and_the_least_recently_used_go_first(root, monkeypatch):
    monkeypatch.setattr(cache, "LIMIT", 10)
    for age, key in enumerate("cab"):
        cut_off(key, "0", "1", size=2)
        os.utime(root / key / cache.LOCK, (0, 10**9 + age))
    assert left(root) == ["a", "a/0", "a/1", "b", "b/0", "b/1", "c", "c/0"]
    (root / "something_else").mkdir()
    cut_off("c", resume=True)  # used again
    cut_off("d", "0", size=4)
    assert left(root) == ["b", "b/0", "b/1", "c", "c/0", "d", "d/0", "something_else"]


def test_a_film_being_drawn_keeps_its_chunks(root, monkeypatch):
    monkeypatch.setattr(cache, "LIMIT", 3)
    with cache.kept("a", False) as folder:
        (folder / "0").write_bytes(bytes(9))
        cut_off("b", "0")
        assert (folder / "0").exists() and left(root) == ["a", "a/0"]


def test_a_folder_given_relative_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.cache_folder() == tmp_path / ".cache" / "thalweg"


def test_the_key_tells_films_apart(tmp_path, monkeypatch):
    small = film(SMALL, folder=tmp_path)
    rolled = small.roll()
    keys = [cache.film_key(small, rolled, ".mp4", (128, 72), 30, "llvmpipe")]
    again = film(SMALL, folder=tmp_path)
    assert cache.film_key(again, again.roll(), ".mp4", (128, 72), 30, "llvmpipe") == keys[0]
    for details in (
        (".mov", (128, 72), 30, "llvmpipe"),
        (".mp4", (128, 74), 30, "llvmpipe"),
        (".mp4", (128, 72), 60, "llvmpipe"),
        (".mp4", (128, 72), 30, "a card"),
    ):
        keys.append(cache.film_key(small, rolled, *details))
    for override in ("steps=13", "style.grid=false", "optimizers.adam.lr=0.2", "title=Bowl"):
        other = film(SMALL, overrides=[override], folder=tmp_path)
        keys.append(cache.film_key(other, rolled, ".mp4", (128, 72), 30, "llvmpipe"))
    first, second = rolled[0]
    moved = [[replace(first, positions=first.positions + 1e-12), second]]
    keys.append(cache.film_key(small, moved, ".mp4", (128, 72), 30, "llvmpipe"))
    monkeypatch.setattr(cache, "CODE", (tmp_path / "thalweg", tmp_path / "scenes"))
    (tmp_path / "thalweg").mkdir()
    (tmp_path / "thalweg" / "registry.py").write_text("pass")
    keys.append(cache.film_key(small, rolled, ".mp4", (128, 72), 30, "llvmpipe"))
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "ball.frag").write_text("void main() {}")
    keys.append(cache.film_key(small, rolled, ".mp4", (128, 72), 30, "llvmpipe"))
    assert len(set(keys)) == len(keys) == 12
