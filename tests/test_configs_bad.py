"""Bad inputs: tests/bad/NAME.yaml gives exactly the lines of NAME.txt, in the process and on the command line."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from thalweg.spec import ConfigErrors, load

BAD = Path(__file__).parent / "bad"
CASES = sorted(path.stem for path in BAD.glob("*.yaml"))


def expected(name: str) -> list[str]:
    return (BAD / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def agree(line: str, words: str) -> bool:
    """A line of the table that ends in ... is the beginning of what is said: the rest is up to the machine."""
    return line.startswith(words[:-3]) if words.endswith("...") else line == words


def assert_lines(lines: list[str], wanted: list[str]) -> None:
    assert [(line, words) for line, words in zip(lines, wanted, strict=False) if not agree(line, words)] == []
    assert len(lines) == len(wanted), lines


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 60
    assert len([name for name in CASES if len(expected(name)) >= 4]) >= 4


@pytest.mark.parametrize("name", CASES)
def test_every_line_is_right(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    started = time.perf_counter()
    with pytest.raises(ConfigErrors) as caught:
        load(f"{name}.yaml")
    assert time.perf_counter() - started < 30
    assert_lines([str(problem) for problem in caught.value.problems], expected(name))


def test_all_at_once_on_the_command_line_leave_nothing(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    for name in CASES:
        (folder / f"{name}.yaml").write_bytes((BAD / f"{name}.yaml").read_bytes())
    before = sorted(path.name for path in tmp_path.rglob("*"))
    done = subprocess.run(
        [sys.executable, root / "render.py", *(f"{name}.yaml" for name in CASES), "-o", "out/"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert_lines(done.stderr.splitlines(), [line for name in CASES for line in expected(name)])
    assert sorted(path.name for path in tmp_path.rglob("*")) == before, "something was run or written"
