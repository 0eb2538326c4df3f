"""Hostile paths, files and streams on the command line: one line and exit code 2, or the work done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
OWN = "surface: bowl\noptimizers: [sgd]\nsteps: 5\n"
RECORDED = "surface: bowl\noptimizers: [recorded: {file: rec.csv}]\n"
POSIX = pytest.mark.skipif(os.name == "nt", reason="links, pipes and open folders behave otherwise there")
Run = Callable[..., tuple[int, list[str], list[str]]]


@pytest.fixture
def run(run: Run, tmp_path: Path) -> Run:
    """In a folder with own.yaml."""
    (tmp_path / "own.yaml").write_text(OWN)
    return run


def process(folder: Path, *arguments: str, shell: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own, its streams as the shell's redirections `shell` make them."""
    line = ["sh", "-c", f'exec "$@" {shell}', "sh", sys.executable, str(ROOT / "render.py"), *arguments]
    return subprocess.run(line, cwd=folder, capture_output=True, env={**os.environ, **environment}, timeout=60)


# --- outputs that are inputs


@POSIX
@pytest.mark.parametrize("output", ["rec.csv", "./real/../rec.csv", "link.csv", "hard.csv", "sub/rec.csv", "absolute"])
def test_an_output_that_the_run_reads_is_refused_by_whatever_path(output: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "rec.yaml").write_text(RECORDED)
    data = tmp_path / "rec.csv"
    data.write_text("x,y\n1,1\n0.5,0.5\n")
    (tmp_path / "link.csv").symlink_to("rec.csv")
    (tmp_path / "hard.csv").hardlink_to(data)
    (tmp_path / "sub").symlink_to(".")
    (tmp_path / "real").mkdir()
    given = str(data) if output == "absolute" else output
    code, out, err = run("rec.yaml", "-o", given)
    assert (code, out, err) == (2, [], [f"{Path(given)}: is read by rec.yaml; give another path"])
    assert data.read_text() == "x,y\n1,1\n0.5,0.5\n"


def test_inputs_of_any_config_of_a_batch_are_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rec.yaml").write_text(RECORDED.replace("rec.csv", "own.csv"))
    (tmp_path / "own.csv").write_text("x,y\n1,1\n0.5,0.5\n")
    (tmp_path / "third.json").write_text(OWN)
    assert run("rec.yaml", "own.yaml", "-o", ".", "--format", "csv") == (
        2,
        [],
        ["own.csv: is read by rec.yaml; give another path"],
    )
    assert run("third.json", "own.yaml", "--format", "json", "-o", ".") == (
        2,
        [],
        ["third.json: is the config; give another path"],
    )
    assert sorted(each.name for each in tmp_path.iterdir()) == ["own.csv", "own.yaml", "rec.yaml", "third.json"]


# --- outputs that are no files


@POSIX
def test_pipes_and_links_in_circles_are_refused_and_stay(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "to_pipe.csv").symlink_to("pipe.csv")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "null.csv").symlink_to(os.devnull)
    for name in ("pipe.csv", "to_pipe.csv", "null.csv"):
        assert run("own.yaml", "-o", name) == (
            2,
            [],
            [f"{name}: is a device, pipe or socket, not a file; give another path"],
        )
    assert run("own.yaml", "-o", "loop.csv") == (
        2,
        [],
        ["loop.csv: is a link that leads in circles; give another path"],
    )
    assert (tmp_path / "pipe.csv").is_fifo() and (tmp_path / "loop.csv").is_symlink()


@POSIX
def test_of_a_link_the_file_it_leads_to_is_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "link.csv").symlink_to("deep/there.csv")
    assert run("own.yaml", "-o", "link.csv") == (0, ["link.csv"], [])
    assert (tmp_path / "link.csv").is_symlink() and (tmp_path / "deep" / "there.csv").is_file()


@POSIX
def test_a_folder_that_goes_away_meanwhile(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import thalweg.experiment.data

    write = thalweg.experiment.data.csv.writer

    def away(*arguments: Any, **options: Any) -> Any:
        for each in (tmp_path / "out").iterdir():
            each.unlink()
        (tmp_path / "out").rmdir()
        return write(*arguments, **options)

    monkeypatch.setattr(thalweg.experiment.data.csv, "writer", away)
    assert run("own.yaml", "-o", "out/x.csv") == (
        2,
        [],
        ["out/x.csv: cannot be written: No such file or directory; its folder went away; start again"],
    )


# --- names


@POSIX
@pytest.mark.parametrize(
    ("name", "printed"),
    [("a\nb.csv", "a\\nb.csv"), ("\x1b[31mred.csv", "\\x1b[31mred.csv"), (os.fsdecode(b"n\xe9.csv"), "n\\xe9.csv")],
)
def test_paths_are_printed_on_one_line_without_control_characters(
    name: str, printed: str, run: Run, tmp_path: Path
) -> None:
    assert run("own.yaml", "-o", name) == (0, [printed], [])
    assert (tmp_path / name).is_file()


@POSIX
@pytest.mark.parametrize("kind", ["csv", "npz", "json"])
def test_a_config_whose_name_is_not_utf_8(kind: str, run: Run, tmp_path: Path) -> None:
    name = os.fsdecode(b"n\xe9")
    (tmp_path / f"{name}.yaml").write_text(OWN)
    assert run(f"{name}.yaml", "--format", kind, "-o", "out/")[0] == 0
    assert os.listdir(os.fsencode(tmp_path / "out")) == [b"n\xe9." + kind.encode()]


def test_what_travels_with_a_picture_is_text(tmp_path: Path) -> None:
    from thalweg.film.shot import Film
    from thalweg.spec import load
    from thalweg.stage.pictures import metadata

    path = tmp_path / "own.yaml"
    path.write_text(OWN)
    shot = replace(load(path).shot, name=os.fsdecode(b"n\xe9"), resolved={"file": os.fsdecode(b"\xff.csv")})
    made = metadata(Film((shot,)))
    assert b"".join(text.encode("utf-8") for text in made.values())
    assert json.loads(made["comment"].replace("\\", "\\\\"))["file"].endswith(".csv")


@POSIX
@pytest.mark.parametrize("output", ["a" * 300 + ".csv", "a" * 300 + ".mp4", "a/" * 2500 + "x.csv", "a" * 300 + "/"])
def test_paths_longer_than_can_be_are_one_readable_line(output: str, run: Run, tmp_path: Path) -> None:
    code, out, err = run("own.yaml", "-o", output)
    assert (code, out, len(err)) == (2, [], 1)
    assert "is too long for a path; give another path" in err[0] and len(err[0]) < 1000
    assert [each.name for each in tmp_path.iterdir()] == ["own.yaml"]


def test_the_longest_name_there_can_be_is_made(run: Run, tmp_path: Path) -> None:
    name = "a" * 251 + ".csv"
    assert run("own.yaml", "-o", name) == (0, [name], [])
    assert sorted(each.name for each in tmp_path.iterdir()) == [name, "own.yaml"]


@pytest.mark.parametrize("name", ["a" * 300, "a" * 300 + ".yaml", "a/" * 2500 + "x.yaml", "a\0b", "a\0.yaml", ""])
def test_configs_that_cannot_be_files(name: str, run: Run) -> None:
    code, out, err = run(name, "--check")
    assert (code, out, len(err)) == (2, [], 1)
    assert "no such " in err[0] and len(err[0]) < 1000


@pytest.mark.parametrize(
    "options",
    [
        ("--set", "steps=" + "9" * 5000),
        ("--set", "a." * 30_000 + "b=1"),
        ("--set", "title=" + "[" * 30_000),
        ("--fps", "9" * 5000),
        ("--fps", "1e308"),
        ("--resolution", "9" * 5000 + "x2"),
        ("--jobs", "9" * 5000),
        ("--at", "9" * 5000),
        ("--at", "step:" + "9" * 5000),
        ("--at", "1," * 30_000),
        ("--format", "c" * 5000),
    ],
)
def test_words_without_measure_are_a_short_line(options: tuple[str, str], run: Run) -> None:
    code, out, err = run("own.yaml", *options)
    assert (code, out) == (2, []) or options[1].startswith("title")
    assert all(len(line) < 1000 for line in err)


@pytest.mark.parametrize(
    ("there", "word", "cure"),
    [
        ("my.yaml", "my", "my.yaml"),
        ("my.yml", "my", "my.yml"),
        ("My.yaml", "my", "My.yaml"),
        ("my.YAML", "MY", "my.YAML"),
    ],
)
def test_a_bare_name_of_a_file_that_lies_here(there: str, word: str, cure: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / there).write_text(OWN)
    said = f"{word}: no such config; a bare name means one that comes with Thalweg; did you mean .{os.sep}{cure}?"
    assert run(word, "--check") == (2, [], [said])
    assert run(f"./{cure}", "--check")[0] == 0


@POSIX
@pytest.mark.parametrize("path", ["/dev/zero", "pipe.yaml", "."])
def test_configs_that_never_end_are_not_waited_for(path: str, run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    what = (
        "is a folder; give a file in it, such as ./own.yaml"
        if path == "."
        else "not a regular file; give the path of a YAML file"
    )
    assert run(path, "--check") == (2, [], [f"{path}: {what}"])


# --- streams


@POSIX
@pytest.mark.parametrize(
    ("shell", "arguments", "code"),
    [
        (">&-", ("own.yaml", "-o", "x.csv"), 0),
        ("2>&-", ("own.yaml", "-o", "x.csv", "--verbose"), 0),
        ("<&- >&- 2>&-", ("own.yaml", "-o", "x.csv", "--verbose"), 0),
        ("2>&-", ("own.yaml", "--fps", "0"), 2),
        ("2>/dev/full", ("own.yaml", "-o", "x.csv", "--verbose"), 0),
        ("2>/dev/full", ("own.yaml", "--fps", "0"), 2),
        (">/dev/full", ("own.yaml", "-o", "x.csv"), 2),
        (">/dev/full", ("own.yaml", "--check"), 2),
        (">/dev/full 2>/dev/full", ("own.yaml", "-o", "x.csv"), 2),
        (">&-", ("--help",), 0),
    ],
)
def test_streams_that_are_closed_or_full(shell: str, arguments: tuple[str, ...], code: int, tmp_path: Path) -> None:
    if "/dev/full" in shell and not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    (tmp_path / "own.yaml").write_text(OWN)
    done = process(tmp_path, *arguments, shell=shell)
    assert (done.returncode, b"Traceback" in done.stderr) == (code, False)
    if "x.csv" in arguments:
        lines = (tmp_path / "x.csv").read_text().splitlines()
        assert len(lines) == 7 and lines[0].startswith("label,")


@POSIX
@pytest.mark.parametrize("encoding", ["ascii", "latin1", "cp437"])
def test_streams_that_lack_the_characters(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN.replace("[sgd]", "[sgd: {label: żółw}]"), encoding="utf-8")
    done = process(tmp_path, "own.yaml", "--check", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"") and b"\\u017c" in done.stdout
    done = process(tmp_path, "own.yaml", "-o", "ż.avi", PYTHONIOENCODING=encoding)
    assert done.returncode == 2 and done.stderr.startswith(b"--output \\u017c.avi: ")


@POSIX
def test_a_working_folder_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    line = ["sh", "-c", 'cd gone && rmdir ../gone && exec "$@"', "sh", sys.executable, str(ROOT / "render.py")]
    done = subprocess.run([*line, "boss_fight", "--check"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "the folder that this command was started in is gone; cd to one that is there\n"
