"""Output files are whole or absent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from thalweg.system.output import whole


def everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_it_is_moved_there_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep" / "film.mp4"
    with whole(target) as part:
        part.write_bytes(b"film")
        assert not target.exists()
        assert part.parent == target.parent
        assert part.name.startswith(".film.")
        assert part.suffix == ".mp4"
    assert target.read_bytes() == b"film"
    assert everything(tmp_path) == ["new", "new/deep", "new/deep/film.mp4"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, OSError])
def test_failing_leaves_what_stood_there(error: type[BaseException], tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"old")
    with pytest.raises(error), whole(tmp_path / "film.mp4") as part:
        part.write_bytes(b"half")
        raise error
    assert everything(tmp_path) == ["film.mp4"]
    assert (tmp_path / "film.mp4").read_bytes() == b"old"


def test_failing_removes_the_folders_it_made(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), whole(tmp_path / "a" / "b" / "film.mp4") as part:
        part.write_bytes(b"half")
        raise RuntimeError
    assert everything(tmp_path) == []


def test_remains_of_killed_processes_are_removed_and_those_of_others_kept(tmp_path: Path) -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    names = {
        f".film.{done.pid}.part.mp4": False,
        f".film.{os.getpid()}.part.mp4": False,
        f".film.{os.getppid()}.part.mp4": True,
        f".other.{done.pid}.part.mp4": True,
        f".film.{done.pid}.part.csv": True,
        "film.1.part.mp4": True,
    }
    for name in names:
        (tmp_path / name).touch()
    with whole(tmp_path / "film.mp4") as part:
        part.write_bytes(b"film")
    assert everything(tmp_path) == sorted([name for name, stays in names.items() if stays] + ["film.mp4"])


def test_a_killed_process_leaves_the_old_file_and_the_next_run_cleans_up(tmp_path: Path, root: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"old")
    code = (
        "import os, signal, sys\nfrom thalweg.system.output import whole\n"
        "with whole(sys.argv[1]) as part:\n part.write_bytes(b'half')\n os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "film.mp4")], cwd=root)
    assert len(everything(tmp_path)) == 2
    assert (tmp_path / "film.mp4").read_bytes() == b"old"
    with whole(tmp_path / "film.mp4") as part:
        part.write_bytes(b"new")
    assert everything(tmp_path) == ["film.mp4"]


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "real" / "data.csv")
    with whole(tmp_path / "link.csv") as part:
        part.write_bytes(b"data")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real" / "data.csv").read_bytes() == b"data"


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="is a folder"), whole(tmp_path):
        raise AssertionError("not reached")
