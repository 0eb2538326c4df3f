"""Files that a config names: read whole, up to a limit, and never waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from thalweg.system.files import NotRegular, TooLarge, read_bounded


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for count in (0, 1, 4095, 4096):
        path.write_bytes(b"x" * count)
        assert read_bounded(path, 4096) == b"x" * count
    path.write_bytes(b"x" * 4097)
    with pytest.raises(TooLarge, match="has more than 4,096 bytes"):
        read_bounded(path, 4096)
    with pytest.raises(FileNotFoundError):
        read_bounded(tmp_path / "b.csv", 10)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(NotRegular):
            read_bounded(path, 10)


def test_a_file_that_claims_size_0_is_counted_as_it_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As those of /proc do, some of which never end and some of which wait."""
    about = Path("/proc/self/status")
    if about.exists():
        assert about.stat().st_size == 0
        assert b"Name:" in read_bounded(about, 1_000_000)
        with pytest.raises(TooLarge):
            read_bounded(about, 10)
    endless = tmp_path / "endless"
    endless.touch()
    monkeypatch.setattr(os, "read", lambda handle, count: b"x" * count)
    with pytest.raises(TooLarge):
        read_bounded(endless, 5_000_000)

    def waits(handle: int, count: int) -> bytes:
        raise BlockingIOError

    monkeypatch.setattr(os, "read", waits)
    with pytest.raises(NotRegular, match="waits for more"):
        read_bounded(endless, 10)
