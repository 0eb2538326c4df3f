"""A clone that is moved or copied with its .venv runs at once, and runs its own code."""

from __future__ import annotations

import os
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = "import sys, pathlib\ndef run():\n    print(sys.prefix, pathlib.Path(__file__).resolve().parent, sys.argv[1:])\n"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="bootstrap.sh is not for Windows")


def written_by_pip(folder: Path, python: Path) -> None:
    """A program as pip writes it."""
    from pip._vendor.distlib.scripts import ScriptMaker

    maker = ScriptMaker(None, str(folder))
    maker.executable, maker.variants, maker.set_mode = str(python), {""}, True
    maker.make("hello = thalweg.hello:run")


def clone(folder: Path) -> Path:
    """A clone with a package, its .venv, and a program in it."""
    (folder / "thalweg").mkdir(parents=True)
    (folder / "thalweg" / "__init__.py").touch()
    (folder / "thalweg" / "hello.py").write_text(CODE)
    venv.create(folder / ".venv", symlinks=True)
    written_by_pip(folder / ".venv" / "bin", folder / ".venv" / "bin" / "python")
    return folder


def made_movable(folder: Path) -> None:
    subprocess.run([folder / ".venv" / "bin" / "python", ROOT / "tools" / "movable.py"], check=True)


def said(program: Path, cwd: Path) -> str:
    return subprocess.run([program, "a b"], cwd=cwd, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("first", ["short", "with blanks", "long" * 40])
@pytest.mark.parametrize(
    "move", [shutil.move, lambda old, new: shutil.copytree(old, new, symlinks=True)], ids=["moved", "copied"]
)
def test_programs_and_package_are_those_of_the_place_they_are_at(first: str, move, tmp_path: Path) -> None:
    here, there = clone(tmp_path / first), tmp_path / "it's here"
    made_movable(here)
    move(here, there)
    program = there / ".venv" / "bin" / "hello"
    assert said(program, tmp_path) == f"{there / '.venv'} {there / 'thalweg'} ['a b']"
    (tmp_path / "link").symlink_to(program)
    assert said(tmp_path / "link", tmp_path) == said(program, tmp_path)


def test_without_it_the_old_place_would_be_run(tmp_path: Path) -> None:
    here = clone(tmp_path / "old")
    shutil.move(here, tmp_path / "new")
    with pytest.raises(FileNotFoundError):
        said(tmp_path / "new" / ".venv" / "bin" / "hello", tmp_path)


def test_a_second_time_changes_nothing_and_other_files_are_left_alone(tmp_path: Path) -> None:
    here = clone(tmp_path / "clone")
    programs = here / ".venv" / "bin"
    others = {
        "tool.sh": b"#!/bin/sh\nexec python3 -c 1\n",
        "binary": b"\x7fELF\n#!/x/bin/python\n",
        "empty": b"",
        "env": b"#!/usr/bin/env python3\n",
    }
    for name, content in others.items():
        (programs / name).write_bytes(content)
    made_movable(here)
    assert {name: (programs / name).read_bytes() for name in others} == others
    assert os.access(programs / "hello", os.X_OK)
    before = {path: path.stat().st_mtime_ns for path in programs.iterdir() if path.is_file()}
    made_movable(here)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_only_the_package_is_importable_from_elsewhere(tmp_path: Path) -> None:
    here = clone(tmp_path / "clone")
    (here / "optimizers").mkdir()
    made_movable(here)
    code = "import importlib.util as of; print(of.find_spec('thalweg') is not None, of.find_spec('optimizers'))"
    done = subprocess.run([here / ".venv" / "bin" / "python", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.split() == ["True", "None"]
