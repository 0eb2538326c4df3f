"""The command line where a word is nearly right, where nobody hears what is made, and where names are unusual."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from thalweg.spec import ConfigErrors, find
from thalweg.system.output import whole

ROOT = Path(__file__).resolve().parent.parent
CONFIG = "surface: bowl\noptimizers: [sgd]\nsteps: 3\n"
BARE = "no such config; a bare name means one that comes with Thalweg; did you mean"
Run = Callable[..., tuple[int, list[str], list[str]]]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="names, links and streams are others there")


@pytest.fixture
def run(run: Run, tmp_path: Path) -> Run:
    """Beside own.yaml."""
    (tmp_path / "own.yaml").write_text(CONFIG)
    return run


# --- configs


@pytest.mark.parametrize(
    ("files", "asked", "said"),
    [
        (["my.yaml"], "my", f"my: {BARE} ./my.yaml?"),
        (["my.yml"], "my", f"my: {BARE} ./my.yml?"),
        (["my.yaml"], "my.yml", "my.yml: no such file; did you mean ./my.yaml?"),
        (["my.yaml"], "MY.YAML", "MY.YAML: no such file; did you mean ./my.yaml?"),
        (["My.Yaml"], "my", f"my: {BARE} ./My.Yaml?"),
        (["my_first_race.yaml"], "my_frist_race", f"my_frist_race: {BARE} ./my_first_race.yaml?"),
        (["configs/my.yaml"], "configs/my", "configs/my: no such file; did you mean configs/my.yaml?"),
        (["configs/my.yaml"], "configs/My.yml", "configs/My.yml: no such file; did you mean configs/my.yaml?"),
        (["my/my.yaml"], "my", "my: is a folder; did you mean my/my.yaml?"),
        (["my/my.yaml", "my.yaml"], "my", "my: is a folder; did you mean ./my.yaml?"),
        (["films/one.yaml"], "films/", "films/: is a folder; give a file in it, such as films/one.yaml"),
        ([], "Boss_fight", "Boss_fight: no such config; did you mean boss_fight?"),
        ([], "boss_fight.yml", "boss_fight.yml: no such file; did you mean boss_fight?"),
    ],
)
def test_a_config_that_is_not_found_is_looked_for_nearby(
    files: list[str], asked: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in files:
        Path(file).parent.mkdir(exist_ok=True)
        Path(file).write_text(CONFIG)
    with pytest.raises(ConfigErrors) as caught:
        find(asked)
    assert str(caught.value) == said
    cure = said.partition("did you mean ")[2] or said.partition("such as ")[2]
    assert find(cure.rstrip("?")).is_file()  # the cure works


def test_a_plugin_that_never_ends_is_not_waited_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "long.py").write_bytes(b"#" * 10_000_001)
    for name, what in (
        ("zero", "is not a regular file"),
        ("pipe", "is not a regular file"),
        ("long", "has more than 10,000,000 bytes"),
    ):
        assert run("own.yaml", "--plugin", f"{name}.py", "--trust") == (
            2,
            [],
            [f"--plugin {name}.py: {what}; give FILE.py"],
        )


# --- words that are nearly right


def test_what_an_equals_sign_leaves_is_no_name(run: Run, tmp_path: Path) -> None:
    assert run("own.yaml", "-o=a.csv") == (2, [], ["--output =a.csv: begins with =; write -o a.csv"])
    assert run("own.yaml", "-o", "./=a.csv") == (0, ["=a.csv"], [])


def test_a_tilde_that_the_shell_left_is_home(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert run("own.yaml", "--output=~/x.csv") == (0, [str(tmp_path / "home" / "x.csv")], [])
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (
            ("--schema", "-o", "a.json", "own.yaml"),
            [
                "--output: does not go with --schema; write --schema > FILE",
                "own.yaml: does not go with --schema; give one of the two",
            ],
        ),
        (
            ("--list", "scenes", "--schema", "--check", "--set", "steps=2"),
            [f"--{name}: does not go with --list; give one of the two" for name in ("schema", "check", "set")],
        ),
    ],
)
def test_reports_ignore_nothing(arguments: tuple[str, ...], lines: list[str], run: Run) -> None:
    assert run(*arguments) == (2, [], lines)


@pytest.mark.parametrize("key", ["optimizers.{}.lr", "start.{}", "start.0.{}"])
def test_numbers_of_any_length_are_no_index(key: str, run: Run) -> None:
    start = "start=[[1, 1], [0, 1]]"
    for digits in ("9" * 5000, "²", "-1"):
        code, out, err = run("own.yaml", "-o", "x.csv", "--set", start, "--set", key.format(digits) + "=1")
        assert (code, out, len(err)) == (2, [], 1)
        assert "there is no optimizer " in err[0] or " has no " in err[0]
    assert run("own.yaml", "-o", "x.csv", "--set", start, "--set", "start.001.1=1")[0] == 0


# --- outputs


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("a\nb\x1b[31m\u2028c.csv", "a\\nb\\x1b[31m\\u2028c.csv"),
        (os.fsdecode(b"n\xe9.csv"), "n\\xe9.csv"),
        ("no-break\u00a0space \U0001f469\u200d\U0001f680.csv", "no-break\u00a0space \U0001f469\u200d\U0001f680.csv"),
    ],
)
def test_a_path_is_one_line_and_otherwise_as_it_is(name: str, printed: str, run: Run, tmp_path: Path) -> None:
    assert run("own.yaml", "-o", name) == (0, [printed], [])
    assert (tmp_path / name).is_file()


def test_what_comes_while_a_file_is_written_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="is a device, pipe or socket"), whole(tmp_path / "x.csv") as part:
        part.write_text("x")
        os.mkfifo(tmp_path / "x.csv")
    assert [each.name for each in tmp_path.iterdir()] == ["x.csv"] and (tmp_path / "x.csv").is_fifo()


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.ENOSPC, "make room, or give another -o"),
        (errno.EACCES, "give another -o"),
        (errno.ENOENT, "its folder went away; start again"),
        (errno.EMFILE, "allow more of them (ulimit -n), or draw with --jobs 1"),
    ],
)
def test_what_cannot_be_written_says_what_helps(
    number: int, cure: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import thalweg.experiment.data

    def fails(*given: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(thalweg.experiment.data, "write", fails)
    assert run("own.yaml", "-o", "x.csv") == (2, [], [f"x.csv: cannot be written: {os.strerror(number)}; {cure}"])


def test_a_strange_pace_of_progress_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from thalweg.cli.progress import PLAIN_EVERY, Progress

    for given, seconds in (("soon", PLAIN_EVERY), ("", PLAIN_EVERY), ("0.5", 0.5)):
        monkeypatch.setenv("THALWEG_PROGRESS_SECONDS", given)
        assert Progress("x").pause == seconds


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_files_are_made_whether_or_not_anybody_hears_of_them(tmp_path: Path) -> None:
    for name in ("own", "two"):
        (tmp_path / f"{name}.yaml").write_text(CONFIG)
    command = f'"{sys.executable}" "{ROOT}/render.py" own.yaml two.yaml --format csv -o'
    full = b"standard output: No space left on device; make room\n"
    for line, code, said in (
        (f"({command} heard; echo $? >&2) | true", 0, b"0\n"),
        (f"{command} full >/dev/full", 2, full),
    ):
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, timeout=60)
        assert (done.returncode, done.stderr) == (code, said)
    for folder in ("heard", "full"):
        assert sorted(each.name for each in (tmp_path / folder).iterdir()) == ["own.csv", "two.csv"]
