"""Outputs are on the disk before they take their place, and a file system that knows no flushing is no error."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from thalweg.system.durable import flush
from thalweg.system.output import whole


def failing(number: int):
    def fsync(place: int) -> None:
        raise OSError(number, os.strerror(number))

    return fsync


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks /proc for names")
def test_an_output_is_flushed_then_moved_then_its_folder_is_flushed(tmp_path, monkeypatch):
    done, move = [], os.replace
    monkeypatch.setattr(os, "fsync", lambda place: done.append(Path(os.readlink(f"/proc/self/fd/{place}")).name))
    monkeypatch.setattr(os, "replace", lambda part, place: (done.append("moved"), move(part, place)))
    with whole(tmp_path / "run.csv") as part:
        part.write_text("x")
    assert done == [part.name, "moved", tmp_path.name] and (tmp_path / "run.csv").read_text() == "x"


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_where_flushing_is_unknown_it_is_not_asked_for(number, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", failing(number))
    with whole(tmp_path / "run.csv") as part:
        part.write_text("x")
    assert (tmp_path / "run.csv").read_text() == "x"


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_fails_then_leaves_what_stood_there(number, tmp_path, monkeypatch):
    (tmp_path / "run.csv").write_text("before")
    monkeypatch.setattr(os, "fsync", failing(number))
    with pytest.raises(OSError), whole(tmp_path / "run.csv") as part:
        part.write_text("x")
    assert [each.name for each in tmp_path.iterdir()] == ["run.csv"] and (tmp_path / "run.csv").read_text() == "before"


def test_a_folder_that_takes_files_but_shows_none(tmp_path, monkeypatch):
    def refuse(path, *more, opened=os.open, **named):
        if Path(path) == tmp_path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(path, *more, **named)

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(Path, "iterdir", lambda folder: refuse(folder, os.O_RDONLY))
    with whole(tmp_path / "run.csv") as part:
        part.write_text("x")
    assert (tmp_path / "run.csv").read_text() == "x"


def test_a_folder_and_a_file_can_be_flushed(tmp_path):
    (tmp_path / "file").touch()
    flush(tmp_path / "file")
    flush(tmp_path)
    with pytest.raises(FileNotFoundError):
        flush(tmp_path / "nothing")
